"""Fit the confidence: ``python -m training.calibrate --corpus DIR --without DIR --off-topic queries.jsonl.xz``.

A query is a success when a passage that answers it comes first.  Failures come from the same queries,
and from those that the documents do not answer: the development questions that say so, questions of a
document asked with that document removed (near misses), and questions on other subjects.  What is asked about a
new document is asked with a model that has not learned its fiches.  Two logistic
regressions (Platt scaling over several scores), for first passages with and without a fiche, are
written to ``src/assistant/answers/calibration.toml`` with the threshold chosen on the risk–coverage
curve, the bands, and what they measure on held-out folds.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.answers.confidence import CALIBRATION, features
from assistant.answers.refusals import refusal_reason
from assistant.search.rank import load_ranker
from assistant.search.retrieve import retrieve
from assistant.search.understand import understand
from evals.cases import Case
from training.examples import (
    DRAWN,
    FOLDS,
    SEED,
    Library,
    Query,
    Setting,
    bundled_in,
    development_cases,
    fold_of,
    new_document,
    split_fiches,
)

OFF_TOPIC = 400  # questions on other subjects
OTHERS = 100  # questions that one document alone does not answer
NEAR_MISSES = 120  # cross questions asked without their document, a document
# How much a query weighs: development questions are typed as users type, and near misses are far more of them
# than of what users ask: they weigh as if one question in six had no answer.
SHARES = {
    "development": 1.0,
    "unanswerable": 0.4,  # development questions without answer
    "cross": 0.2,
    "near miss": 0.1,
    "off topic": 0.05,
    "one document": 0.2,
    "new document": 0.3,  # development questions on a document that neither fiches nor the embedding model know
    "cross, new document": 0.05,
}
# How much it weighs while the coefficients are learned, where a fiche explains the first passage: what tells a question
# without answer from a passage merely missed is learned from more of the former; what they add up to is then scaled
# to the shares above, so that the confidence stays a probability.
HEED = SHARES | {"unanswerable": 3.0, "near miss": 0.3, "off topic": 0.2}
PENALTY = 1.0  # of the squared coefficients: keeps them readable
# Of the answerable development questions, what a threshold may refuse.  Most of those it refuses would have
# been answered wrongly (the column "of them right" says how few would not), and a wrong citation is worse than
# none; without fiches half of the first passages are wrong, and a refusal spares more.  Of users' questions twice as
# many are refused as of these (half of them are twins of near misses, easier than what users ask), and 5 % is the aim.
OVER_REFUSAL = {"explained": 0.02, "plain": 0.12}
OVER_REFUSALS = (0.02, 0.03, 0.04, 0.05, 0.08, 0.10, 0.12, 0.15)
# Shown to users: from these accuracies up, measured on held-out questions.
BANDS = (("élevée", 0.85), ("moyenne", 0.6))
FEWEST = 20  # questions: a band of fewer says nothing
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """One query with what its first hit looks like."""

    kind: str  # a key of SHARES
    fold: int
    values: dict[str, float]
    explained: bool  # by a fiche
    success: bool


def unanswerable(queries: Sequence[Query]) -> tuple[Query, ...]:
    """Return queries that an index without their document cannot answer."""
    return tuple(replace(query, groups=lambda _: frozenset(), count=0) for query in queries)


def settings_of(library: Library, off_topic: Sequence[str], without: Path) -> Iterator[tuple[str, Setting]]:
    """Yield (kind, setting): what users may ask, over the indexes they may have; ``without`` as in ``examples``."""
    knowledge = library.full.knowledge
    fiches, cases = knowledge.fiches, development_cases()
    elsewhere = tuple(Query(text, fold_of(text), lambda _: frozenset(), 0) for text in off_topic)
    plain = tuple(replace(fiche, cross_questions=()) for fiche in fiches)
    yield "development", library.setting("development", library.full, library.development_queries(cases))
    cross = library.cross_queries(fiches, DRAWN["explained"])
    yield "cross", library.setting("cross", library.index(plain), cross)
    yield "off topic", library.setting("off topic", library.full, elsewhere)
    bare = library.index(())
    yield "development", library.setting("development, no fiche", bare, library.development_queries(cases))
    yield "cross", library.setting("cross, no fiche", bare, library.cross_queries(fiches, DRAWN["no fiche"]))
    yield "off topic", library.setting("off topic, no fiche", bare, elsewhere)
    # Where little is indexed, some passage always leads: what is asked of the smallest document alone.
    small = min(knowledge.documents.values(), key=lambda document: len(document.text))
    own, _ = split_fiches(fiches, small.id)
    asked = library.development_queries([case for case in cases if case.document == small.id])
    others = library.development_queries([case for case in cases if case.document != small.id])
    queries = (*asked, *unanswerable(others[:OTHERS]), *elsewhere[:OTHERS])
    for part in (own, ()):
        yield "one document", library.setting("one document", library.index(part, [small]), queries)
    for document in knowledge.documents:
        yield from removed_document(library, document, cases)
        with bundled_in(without / document):
            for setting in new_document(Library.open(library.corpus), document, cases):
                yield "new document" if setting.development else "cross, new document", setting


def removed_document(library: Library, document: str, cases: Sequence[Case]) -> Iterator[tuple[str, Setting]]:
    """Yield what is asked about a document over indexes without it: near misses."""
    knowledge = library.full.knowledge
    documents = [other for key, other in knowledge.documents.items() if key != document]
    own, others = split_fiches(knowledge.fiches, document)
    asked = library.development_queries([case for case in cases if case.document == document])
    queries = unanswerable((*asked, *library.cross_queries(own, NEAR_MISSES)))
    yield "near miss", library.setting("near miss", library.index(others, documents), queries)
    yield "near miss", library.setting("near miss, no fiche", library.index((), documents), queries)


def collect(library: Library, off_topic: Sequence[str], without: Path) -> list[Example]:
    """Ask everything, and look at the first hits."""
    found = []
    for kind, setting in settings_of(library, off_topic, without):
        knowledge, ranker = setting.index.knowledge, load_ranker()
        for query in setting.queries:
            if refusal_reason(query.text, knowledge):
                continue
            understanding = understand(query.text, query.history, knowledge)
            hits = retrieve(understanding, setting.index, setting.embedder, top=20, ranker=ranker)
            if hits:
                success = bool(query.groups(hits[0].passage))
                values = features(understanding, hits, knowledge)
                explained = hits[0].fiche is not None
                own = "unanswerable" if kind == "development" and not query.count else kind
                found.append(Example(own, query.fold, values, explained, success))
        print(f"{setting.name:24} {len(setting.queries)} queries", flush=True)
    return found


def matrix(examples: Sequence[Example]) -> Array:
    """Return the features with a column of ones before them."""
    return np.array([[1.0, *example.values.values()] for example in examples])


def fit(examples: Sequence[Example]) -> Array:
    """Return bias and coefficients of a logistic regression, learned with ``HEED``, scaled to ``SHARES``."""
    rows = matrix(examples)
    labels = np.array([float(example.success) for example in examples])
    heed, shares = (
        np.array([weights[example.kind] for example in examples])
        for weights in (HEED if examples[0].explained else SHARES, SHARES)
    )
    beta = regress(rows, labels, heed, PENALTY)
    bias, scale = regress(np.column_stack([np.ones(len(rows)), rows @ beta]), labels, shares, 0.0)
    beta *= scale
    beta[0] += bias
    return beta


def regress(rows: Array, labels: Array, weights: Array, ridge: float) -> Array:
    """Return bias and coefficients of a weighted logistic regression, by Newton's method with an L2 penalty."""
    beta = np.zeros(rows.shape[1])
    penalty = ridge * np.eye(len(beta))
    penalty[0, 0] = 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-rows @ beta))
        gradient = rows.T @ (weights * (labels - p)) - penalty @ beta
        hessian = (rows * (weights * p * (1 - p))[:, None]).T @ rows + penalty
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-8:
            break
    return beta


def held_out(examples: Sequence[Example]) -> Array:
    """Return the probability of each example by a model that did not see its fold."""
    result = np.zeros(len(examples))
    for fold in range(FOLDS):
        test = [place for place, example in enumerate(examples) if example.fold == fold]
        if not test:
            continue
        beta = fit([example for example in examples if example.fold != fold])
        result[test] = 1 / (1 + np.exp(-matrix([examples[place] for place in test]) @ beta))
    return result


def weights_of(examples: Sequence[Example]) -> Array:
    """Return how much each example weighs among the development questions; 0 for the others."""
    asked = ("development", "new document", "unanswerable")
    return np.array([SHARES[example.kind] if example.kind in asked else 0.0 for example in examples])


def is_answerable(example: Example) -> bool:
    """Whether a development question has an answer that may come first.

    A question about a document without fiches has none where the fiche of another document leads.
    """
    return example.kind == "development" or (example.kind == "new document" and not example.explained)


def describe(examples: Sequence[Example], p: Array) -> list[str]:
    """Return what each threshold refuses, on held-out folds: the risk–coverage curve, a line a threshold."""
    kinds = np.array([example.kind for example in examples])
    success = np.array([example.success for example in examples])
    known, unknown = np.array([is_answerable(example) for example in examples]), kinds == "unanswerable"
    weights = weights_of(examples)
    lines = [
        f"development: {known.sum()} answerable, first passage right {success[known].mean():.3f}, "
        f"{unknown.sum()} not; Brier {np.average((p - success) ** 2, weights=weights):.3f}",
        "threshold  answerable refused  of them right  unanswerable refused  near misses refused  "
        "off topic refused  wrong among answers",
    ]
    for share in OVER_REFUSALS:
        limit = float(np.quantile(p[known], share))
        refused = [
            float(np.mean(p[mask] < limit))
            for mask in (known, known & success, unknown, kinds == "near miss", kinds == "off topic")
        ]
        wrong = float(np.average(~success, weights=weights * (p >= limit)))
        lines.append(
            f"{limit:9.3f}  {refused[0]:18.3f}  {refused[1]:13.3f}  {refused[2]:20.3f}  {refused[3]:19.3f}"
            f"  {refused[4]:17.3f}  {wrong:19.3f}"
        )
    return lines


def choose_threshold(examples: Sequence[Example], p: Array, over_refusal: float) -> float:
    """Return the threshold that refuses a share of the answerable development questions."""
    return float(np.quantile(p[[is_answerable(example) for example in examples]], over_refusal))


def above_threshold(examples: Sequence[Example]) -> tuple[list[Example], Array]:
    """Return the examples that would be answered, with their probabilities on held-out folds."""
    shown: list[Example] = []
    kept: list[float] = []
    for name, explained in (("explained", True), ("plain", False)):
        own = [example for example in examples if example.explained is explained]
        p = held_out(own)
        limit = choose_threshold(own, p, OVER_REFUSAL[name])
        shown += [example for example, value in zip(own, p, strict=True) if value >= limit]
        kept += [value for value in p if value >= limit]
    return shown, np.array(kept)


def choose_bands(examples: Sequence[Example], p: Array) -> list[tuple[float, str, float]]:
    """Return (floor, name, accuracy) from the highest: each reaches as low as its accuracy in ``BANDS`` holds."""
    weights = weights_of(examples)
    success = np.array([float(example.success) for example in examples])
    bands, ceiling = [], np.inf
    for name, wanted in BANDS:
        below = np.flatnonzero((p < ceiling) & (weights > 0))
        order = below[np.argsort(-p[below])]
        right = (weights * success)[order].cumsum() / weights[order].cumsum()
        enough = np.flatnonzero(right[FEWEST - 1 :] >= wanted) + FEWEST - 1
        if not len(enough):
            raise ValueError(f"no {FEWEST} answers are right {wanted:.0%} of the time: lower BANDS")
        floor = float(np.floor(p[order[enough[-1]]] * 100) / 100)
        bands.append((floor, name, _accuracy(success, weights * ((p >= floor) & (p < ceiling)))))
        ceiling = floor
    return [*bands, (0.0, "faible", _accuracy(success, weights * (p < ceiling)))]


def _accuracy(success: Array, weights: Array) -> float:
    return float(np.average(success, weights=weights)) if weights.any() else 0.0


def main() -> None:
    """Fit both regressions and write them with their report."""
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
    parser.add_argument(
        "--off-topic",
        type=Path,
        required=True,
        help='JSON Lines (.xz) with a field "q": questions on other subjects',
    )
    arguments = parser.parse_args()
    with lzma.open(arguments.off_topic, "rt", encoding="utf-8") as lines:
        questions = [json.loads(line)["q"] for line in lines]
    sample = random.Random(SEED).sample(questions, OFF_TOPIC)
    # Half of them as keywords: their two longest words.
    off_topic = [q if i % 2 else " ".join(sorted(q.split(), key=len)[-2:]) for i, q in enumerate(sample)]
    examples = collect(Library.open(arguments.corpus), off_topic, arguments.without)
    text = "# The confidence; written by training/calibrate.py, figures on held-out folds.\n"
    for name, explained in (("explained", True), ("plain", False)):
        own = [example for example in examples if example.explained is explained]
        p, beta = held_out(own), fit(own)
        report = describe(own, p)
        print(name, *report, sep="\n")
        text += "\n" + "".join(f"# {line}\n" for line in report) + f"[{name}]\n"
        text += f"# refuses {OVER_REFUSAL[name]:.1%} of the answerable development questions\n"
        text += f"threshold = {choose_threshold(own, p, OVER_REFUSAL[name]):.3f}\nbias = {beta[0]:.4f}\n"
        text += "".join(f"{key} = {value:.4f}\n" for key, value in zip(own[0].values, beta[1:], strict=True))
    shown, p = above_threshold(examples)
    text += "\n# Of the answers shown to development questions.\n"
    for floor, band, accuracy in choose_bands(shown, p):
        line = f'[[bands]]\nfloor = {floor:.2f}\nname = "{band}"\naccuracy = {accuracy:.2f}\n'
        print(line.replace("\n", "  "))
        text += line
    CALIBRATION.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
