"""Measure an embedding model on PIAF: for each question, where does its paragraph come?

PIAF v1.1 (Etalab, MIT): 7,569 questions on 1,518 paragraphs of the French Wikipedia.  It measures only:
nothing is trained on it.  ``python -m training.measure --model FOLDER --piaf ../shared/benchmarks/piaf``
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from assistant.records import FloatMatrix

PIAF = Path("../shared/benchmarks/piaf")


class Piaf(NamedTuple):
    """Paragraphs, questions, and the row of the paragraph that answers each question."""

    passages: list[str]
    questions: list[str]
    answers: list[int]


def load_piaf(folder: Path) -> Piaf:
    """Read the benchmark's two files."""
    passages, questions = _read(folder / "docs.jsonl.xz"), _read(folder / "queries.jsonl.xz")
    rows = {passage["id"]: row for row, passage in enumerate(passages)}
    return Piaf(
        [passage["text"] for passage in passages],
        [question["q"] for question in questions],
        [rows[question["doc"]] for question in questions],
    )


def _read(path: Path) -> list[dict[str, Any]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def answer_ranks(
    questions: FloatMatrix, passages: FloatMatrix, answers: Sequence[int]
) -> npt.NDArray[np.int64]:
    """Return the rank (from 1) of each question's answer; a tie counts against it."""
    import numpy as np

    scores = questions @ passages.T
    wanted = scores[np.arange(len(answers)), answers]
    ranks: npt.NDArray[np.int64] = (scores >= wanted[:, None]).sum(axis=1)
    return ranks


def measure(embed: Callable[[Sequence[str]], FloatMatrix], piaf: Piaf) -> dict[str, float]:
    """Return MRR@10 and recall, over all questions and over those of paragraphs with an even row.

    Choices between variants were made on the even rows; the odd ones say how far they carry.
    """
    import numpy as np

    answers = np.asarray(piaf.answers)
    ranks = answer_ranks(embed(piaf.questions), embed(piaf.passages), piaf.answers)
    gains = np.where(ranks <= 10, 1 / ranks, 0)
    return {
        "mrr@10": float(gains.mean()),
        "mrr@10 even": float(gains[answers % 2 == 0].mean()),
        "mrr@10 odd": float(gains[answers % 2 == 1].mean()),
        "recall@1": float((ranks == 1).mean()),
        "recall@5": float((ranks <= 5).mean()),
        "recall@10": float((ranks <= 10).mean()),
    }


def main() -> None:
    """Print the figures of one model, a line each."""
    from assistant.search.embedding import load_embedder

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="static-fr", help="static-fr, a folder or a hub name")
    parser.add_argument("--piaf", type=Path, default=PIAF, help=f"default: {PIAF}")
    options = parser.parse_args()
    if not options.piaf.is_dir():
        parser.error(f"no such folder: {options.piaf} (give --piaf)")
    for name, value in measure(load_embedder(options.model).embed_passages, load_piaf(options.piaf)).items():
        print(f"{name:12} {value:.4f}")


if __name__ == "__main__":
    main()
