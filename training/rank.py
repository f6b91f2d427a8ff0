"""Learn the ranker: ``python -m training.rank --corpus DIR --without DIR [--ablations]``.

Writes ``src/assistant/search/ranker.toml``: two sets of weights, with what they find on held-out
queries beside what the best fixed sum of scores finds.  See ``training/examples.py`` for the queries.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from assistant.search.features import GROUPS, NAMES
from assistant.search.rank import EXPLAINED, WEIGHTS_FILE
from assistant.search.retrieve import candidate_rows, features_of, gather_evidence
from assistant.search.understand import understand
from training.examples import FOLDS, Library, Setting, settings_of

PENALTY = 5.0  # of the squared weights, features being scaled to unit deviation
# How much a query of a setting weighs: development questions are typed as users type.
SHARES = {
    "development": 1.0,
    "cross, explained": 0.2,
    "cross, new document": 0.15,
    "development, new document": 0.3,
    "cross, no fiche": 0.2,
    "development, no fiche": 0.3,
    "development, fiches alone": 0.3,
}
# Added to the weights of passages without fiche.  The development questions seldom use the words of the text;
# questions that do must not be ranked worse than the sum of scores ranks them (checked on 500 questions of PIAF,
# where recall@1 was 0.69 without and 0.70 for BM25).  The second keeps these passages at their level beside the others.
PLAIN_SHIFT = {"sum": 3.0, "original": -1.8}
SUM = NAMES.index("sum")
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One query's candidates: features of shape (candidates, features), and what each covers."""

    setting: str
    fold: int
    features: Array
    groups: tuple[frozenset[int], ...]
    count: int


def collect(library: Library, without: Path) -> list[Example]:
    """Ask every answerable question of every setting, and look at the candidates; see ``settings_of``."""
    return [example for setting in settings_of(library, without) for example in ask(setting)]


def ask(setting: Setting) -> list[Example]:
    """Return one example a query that has an answer."""
    found = []
    for query in setting.queries:
        if not query.count:
            continue
        understanding = understand(query.text, query.history, setting.index.knowledge)
        evidence = gather_evidence(understanding, setting.index, setting.embedder)
        rows = candidate_rows(evidence, setting.index)
        features = features_of(understanding, setting.index, evidence, rows)
        groups = tuple(query.groups(setting.index.knowledge.passages[row]) for row in rows)
        found.append(Example(setting.name, query.fold, features.astype(float), groups, query.count))
    print(f"{setting.name:28} {len(found)} queries", flush=True)
    return found


def doubled(features: Array) -> Array:
    """Return each row's features on the side that counts: with a fiche, then without."""
    explained = features[:, [EXPLAINED]] > 0
    return np.hstack([np.where(explained, features, 0), np.where(explained, 0, features)])


def fit(examples: Sequence[Example], *, without: Collection[str] = ()) -> Array:
    """Return the weights, shape (2, features), that make the right candidates likely."""
    useful = [example for example in examples if any(example.groups)]
    rows = np.concatenate([doubled(example.features) for example in useful])
    right = np.array([bool(groups) for example in useful for groups in example.groups])
    starts = np.cumsum([0, *(len(example.groups) for example in useful[:-1])])
    sizes = [len(example.groups) for example in useful]
    shares = np.array([SHARES[example.setting] for example in useful])
    scale = rows.std(axis=0) + 1e-6
    scale[np.isin(np.tile(NAMES, 2), list(without))] = np.inf
    rows = rows / scale

    def loss(weights: Array) -> tuple[float, Array]:
        scores = rows @ weights
        scores -= np.repeat(np.maximum.reduceat(scores, starts), sizes)
        likely = np.exp(scores)
        likely /= np.repeat(np.add.reduceat(likely, starts), sizes)
        hits = np.add.reduceat(np.where(right, likely, 0), starts) + 1e-12
        wanted = np.where(right, likely, 0) / np.repeat(hits, sizes)
        pull = np.repeat(shares, sizes) * (wanted - likely)
        value = -float(shares @ np.log(hits)) + PENALTY * float(weights @ weights)
        return value, -(pull @ rows) + 2 * PENALTY * weights

    found = minimize(loss, np.zeros(rows.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 300})
    weights = (found.x / scale).reshape(2, -1)
    for name, shift in PLAIN_SHIFT.items():
        if name not in without:
            weights[1, NAMES.index(name)] += shift
    return weights


def order(example: Example, weights: Array | None) -> npt.NDArray[np.intp]:
    """Return the candidates best first, by weights or by the fixed sum of scores."""
    scores = example.features[:, SUM] if weights is None else doubled(example.features) @ weights.ravel()
    return np.argsort(-scores, kind="stable")


def recall(example: Example, weights: Array | None, k: int) -> float:
    """Return the share of the groups of evidence that the first k candidates cover."""
    seen = frozenset().union(*(example.groups[place] for place in order(example, weights)[:k]))
    return len(seen) / example.count


def held_out(examples: Sequence[Example], *, without: Collection[str] = ()) -> dict[int, Array]:
    """Return the weights of each fold, learned from the others."""
    return {
        fold: fit([example for example in examples if example.fold != fold], without=without)
        for fold in range(FOLDS)
    }


def table(examples: Sequence[Example], weights: dict[int, Array]) -> list[str]:
    """Return recall by setting on held-out queries, beside that of the fixed sum, a line each."""
    lines = [f"{'setting':28} queries  recall@1: sum ranker  recall@5: sum ranker"]
    for setting in dict.fromkeys(example.setting for example in examples):
        own = [example for example in examples if example.setting == setting]
        figures = [
            float(np.mean([recall(e, None if fixed else weights[e.fold], k) for e in own]))
            for k in (1, 5)
            for fixed in (True, False)
        ]
        one, five = figures[:2], figures[2:]
        lines.append(
            f"{setting:28} {len(own):7}  {one[0]:13.3f} {one[1]:6.3f}  {five[0]:13.3f} {five[1]:6.3f}"
        )
    return lines


def ablations(examples: Sequence[Example]) -> list[str]:
    """Return what each group of features, and all of the vectors, earn on held-out development questions."""
    groups = GROUPS | {"vectors": tuple(name for name in NAMES if name.startswith("dense_"))}
    own = [example for example in examples if example.setting == "development"]
    lines = [f"{'without':20} recall@1  recall@5   (development)"]
    for name in ("", *groups):
        weights = held_out(examples, without=groups[name] if name else ())
        one, five = (np.mean([recall(e, weights[e.fold], k) for e in own]) for k in (1, 5))
        lines.append(f"{name or 'nothing':20} {one:8.3f}  {five:8.3f}")
        print(lines[-1], flush=True)
    return lines


def to_toml(weights: Array, report: Sequence[str]) -> str:
    """Return the file of the ranker."""
    text = "# The ranker's weights; written by training/rank.py.  On held-out queries:\n#\n"
    text += "".join(f"# {line}".rstrip() + "\n" for line in report)
    for part, row in zip(("explained", "plain"), weights, strict=True):
        text += f"\n[{part}]\n" + "".join(f"{n} = {w:.4f}\n" for n, w in zip(NAMES, row, strict=True) if w)
    return text


def main() -> None:
    """Learn the weights and write them with their report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True, help="folder of the original documents")
    parser.add_argument(
        "--without",
        type=Path,
        required=True,
        help="folder of the models learned without the fiches of each document (python -m training --each-without)",
    )
    parser.add_argument("--ablations", action="store_true", help="also leave each group of features out")
    arguments = parser.parse_args()
    examples = collect(Library.open(arguments.corpus), arguments.without)
    report = table(examples, held_out(examples))
    print(*report, sep="\n")
    if arguments.ablations:  # a quarter of an hour: eight folds for each group
        report += ["", *ablations(examples)]
    WEIGHTS_FILE.write_text(to_toml(fit(examples), report), encoding="utf-8")


if __name__ == "__main__":
    main()
