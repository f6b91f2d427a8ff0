"""Fit the confidence: ``python -m training.calibrate --corpus DIR [--off-topic queries.jsonl.xz]``.

Queries are the fiches' ``cross_questions``, written by readers who had not seen the indexed
questions.  A query is a success when its own fiche, or with fiches left out a passage of its place,
comes first.  Failures come from the same queries, and from queries that have no answer: a sixth of
the fiches is removed with their passages and asked for (near misses), and questions on other subjects
are asked.  Two logistic regressions, with and without fiches, are written to
``src/assistant/answers/calibration.toml`` with what they measure on held-out folds.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.answers.confidence import CALIBRATION, features
from assistant.corpus.placement import Placement, place_fiches
from assistant.pipeline import embedder_of, make_index, scan_corpus
from assistant.search.embedding import Embedder
from assistant.search.index import Index, build_index
from assistant.search.retrieve import retrieve
from assistant.search.understand import understand
from assistant.settings import Settings

SEED = 0
PARTS = 6  # one part of the fiches is removed at a time
FOLDS = 5  # of the cross-validation
OFF_TOPIC = 400  # questions on other subjects
# An unanswerable question is about as likely as a wrong first passage: see the report's counts.
WEIGHTS = {"answerable": 1.0, "near miss": 0.5, "off topic": 0.3}
PENALTY = 0.1  # of the squared coefficients: keeps them readable
OVER_REFUSALS = (0.02, 0.03, 0.05, 0.08, 0.10)


@dataclass(frozen=True, slots=True)
class Example:
    """One query with what its first hit looks like."""

    kind: str
    values: dict[str, float]
    success: bool


def collect(
    index: Index, full: Index, embedder: Embedder, placements: Sequence[Placement], off_topic: Sequence[str]
) -> Iterator[Example]:
    """Ask everything of an index, then of that index with a part of the fiches' places removed."""
    fiches = [fiche for fiche in full.knowledge.fiches if fiche.cross_questions]

    def ask(index_now: Index, question: str, kind: str, fiche_id: str = "") -> Iterator[Example]:
        understanding = understand(question, (), index_now.knowledge)
        hits = retrieve(understanding, index_now, embedder, top=10)
        if hits:
            values = features(understanding.text, hits, index_now.knowledge)
            passage = hits[0].passage
            success = kind == "answerable" and any(
                p.document_id == passage.document_id
                and 2 * (min(p.end, passage.end) - max(p.start, passage.start)) >= passage.end - passage.start
                for p in placements
                if p.fiche_id == fiche_id
            )
            yield Example(kind, values, success)

    for fiche in fiches:
        for question in fiche.cross_questions:
            yield from ask(index, question, "answerable", fiche.id)
    for question in off_topic:
        yield from ask(index, question, "off topic")
    for part in range(PARTS):
        gone = {fiche.id for fiche in fiches if zlib.crc32(fiche.id.encode()) % PARTS == part}
        reduced = without(index, gone, placements, embedder)
        for fiche in fiches:
            if fiche.id in gone:
                for question in fiche.cross_questions[:2]:
                    yield from ask(reduced, question, "near miss")


def without(index: Index, gone: set[str], placements: Sequence[Placement], embedder: Embedder) -> Index:
    """Return the index without some fiches and every passage of their places."""
    spans = [(p.document_id, p.start, p.end) for p in placements if p.fiche_id in gone]
    knowledge = replace(
        index.knowledge,
        fiches=tuple(fiche for fiche in index.knowledge.fiches if fiche.id not in gone),
        passages=tuple(
            passage
            for passage in index.knowledge.passages
            if not any(
                d == passage.document_id and passage.start < end and start < passage.end
                for d, start, end in spans
            )
        ),
    )
    return build_index(knowledge, embedder, index.manifest, previous=index)


def fit(examples: Sequence[Example]) -> np.ndarray:
    """Return bias and coefficients of a logistic regression, by Newton's method with an L2 penalty."""
    rows = np.array([[1.0, *example.values.values()] for example in examples])
    labels = np.array([float(example.success) for example in examples])
    weights = np.array([WEIGHTS[example.kind] for example in examples])
    beta = np.zeros(rows.shape[1])
    penalty = PENALTY * np.eye(len(beta))
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


def predict(beta: np.ndarray, examples: Sequence[Example]) -> np.ndarray:
    """Return the probability of each example."""
    return 1 / (1 + np.exp(-np.array([[1.0, *e.values.values()] for e in examples]) @ beta))


def held_out(examples: Sequence[Example]) -> np.ndarray:
    """Return the probability of each example by a model that did not see it."""
    order = list(range(len(examples)))
    random.Random(SEED).shuffle(order)
    result = np.zeros(len(examples))
    for fold in range(FOLDS):
        test = order[fold::FOLDS]
        inside = set(test)
        beta = fit([e for i, e in enumerate(examples) if i not in inside])
        result[test] = predict(beta, [examples[i] for i in test])
    return result


def describe(examples: Sequence[Example]) -> list[str]:
    """Return what a threshold refuses, measured on held-out folds, a line a threshold."""
    p = held_out(examples)
    kinds = np.array([e.kind for e in examples])
    success = np.array([e.success for e in examples])
    known = kinds == "answerable"
    brier = float(np.mean((p[known] - success[known]) ** 2))
    lines = [
        f"answerable {known.sum()}, first passage right {success[known].mean():.3f}, Brier {brier:.3f}; "
        f"near misses {(kinds == 'near miss').sum()}, off topic {(kinds == 'off topic').sum()}",
        "threshold  answerable refused  right first passages refused  near misses refused  off topic refused",
    ]
    for share in OVER_REFUSALS:
        limit = float(np.quantile(p[known], share))
        refused = [
            float(np.mean(p[mask] < limit))
            for mask in (known, known & success, kinds == "near miss", kinds == "off topic")
        ]
        lines.append(
            f"{limit:9.3f}  {refused[0]:18.3f}  {refused[1]:28.3f}  {refused[2]:19.3f}  {refused[3]:17.3f}"
        )
    return lines


def main() -> None:
    """Fit both regressions and write them with their report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True, help="folder of the original documents")
    parser.add_argument(
        "--off-topic", type=Path, help='JSON Lines (.xz) with a field "q": questions on other subjects'
    )
    arguments = parser.parse_args()
    off_topic: list[str] = []
    if arguments.off_topic:
        with lzma.open(arguments.off_topic, "rt", encoding="utf-8") as lines:
            questions = [json.loads(line)["q"] for line in lines]
        sample = random.Random(SEED).sample(questions, OFF_TOPIC)
        # Half of them as keywords: their two longest words.
        off_topic = [q if i % 2 else " ".join(sorted(q.split(), key=len)[-2:]) for i, q in enumerate(sample)]
    text = "# Logistic regressions of the confidence; written by training/calibrate.py.\n"
    full: Index | None = None
    for name, fiches in (("explained", True), ("plain", False)):
        settings = Settings(corpus=(arguments.corpus,), fiches=fiches)
        embedder = embedder_of(settings)
        index = make_index(settings, scan_corpus(settings), embedder, previous=full)
        full = full or index
        placements = place_fiches(list(full.knowledge.documents.values()), full.knowledge.fiches).placements
        examples = list(collect(index, full, embedder, placements, off_topic))
        beta = fit(examples)
        report = describe(examples)
        text += "\n" + "".join(f"# {line}\n" for line in report) + f"[{name}]\nbias = {beta[0]:.4f}\n"
        text += "".join(
            f"{key} = {value:.4f}\n" for key, value in zip(examples[0].values, beta[1:], strict=True)
        )
        print(name, *report, sep="\n")
    CALIBRATION.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
