"""Read (question, passage) pairs from the training data, one small reader per kind of source."""

from __future__ import annotations

import json
import lzma
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Pair(NamedTuple):
    """Two texts that should lie close: a question or a title, and what it leads to."""

    question: str
    passage: str


class Source(NamedTuple):
    """One set of pairs; a batch never mixes two of them, so that its negatives are worth something."""

    name: str
    files: tuple[str, ...]
    repeats: int = 1  # times per pass: more for what is closest to our questions
    share: float = 1.0  # drawn once, before the first pass
    per_question: int = 4  # a title heading a hundred articles says little about each


SOURCES = (
    Source("canada-laws-fr", ("canada-laws-fr",)),
    Source("canada-defs-fr", ("canada-defs-fr",)),
    Source("codes-fr", ("codes-fr",), share=0.5, per_question=2),
    Source("tatoeba-fr", ("tatoeba-fr-paraphrases",)),
    Source("msdocs-fr", ("msdocs-fr",)),
    Source("cdtn", ("cdtn",), repeats=2, per_question=2),
    Source("service-public", ("service-public-piaf", "service-public-evalap2024"), repeats=3),
    Source("guides", ("guides-etalab", "mon-entreprise", "mesconseilscovid", "oasst1-fr"), repeats=2),
)

# A line of the 2024 export that speaks to a language model, not to people.
_PROMPT = "\n\nPS: To mention relevant contexts"


def read_pairs(path: Path) -> Iterator[Pair]:
    """Read one ``.jsonl.xz`` file of ``{"q", "p", "t"}`` objects."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield Pair(record["q"].strip(), record["p"].partition(_PROMPT)[0].strip())


def load_source(source: Source, data: Path, seed: int) -> list[Pair]:
    """Return a source's pairs: sampled, without empty or repeated ones, questions capped.

    Raises:
        FileNotFoundError: If one of its files is not in the folder.
    """
    draw = random.Random(f"{seed} {source.name}")
    seen: set[Pair] = set()
    per_question: Counter[str] = Counter()
    pairs = [pair for name in source.files for pair in read_pairs(data / f"{name}.jsonl.xz")]
    draw.shuffle(pairs)
    kept = []
    for pair in pairs[: round(len(pairs) * source.share)]:
        if not all(pair) or pair in seen or per_question[pair.question] == source.per_question:
            continue
        seen.add(pair)
        per_question[pair.question] += 1
        kept.append(pair)
    return kept


def missing_files(data: Path, sources: tuple[Source, ...] = SOURCES) -> list[str]:
    """Name the files that the folder lacks."""
    names = [f"{name}.jsonl.xz" for source in sources for name in source.files]
    return [name for name in names if not (data / name).is_file()]
