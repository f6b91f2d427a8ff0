"""Everyday French beside administrative French, written for this: one concept a line of ``training/lexicon/*.txt``.

A line holds words and short phrases that mean nearly the same, from the most familiar to the most formal,
separated by semicolons.  The weak pairs are administrative texts: from them alone a model never learns what
people say instead.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from training.pairs import Pair, Source

LEXICON = Path(__file__).with_name("lexicon")
SOURCE = Source("lexicon", (), repeats=2)

Concept = tuple[str, ...]


def read_concepts(folder: Path = LEXICON) -> list[Concept]:
    """Return the forms of each concept.

    Raises:
        ValueError: For a line of fewer than two forms, one that stands twice, or a folder without any.
    """
    concepts: dict[Concept, str] = {}
    for path in sorted(folder.glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            where = f"{path.name}, line {number}"
            forms = tuple(dict.fromkeys(form.strip() for form in line.split(";")))
            if len(forms) < 2 or not all(forms):
                raise ValueError(f"{where}: give at least two forms, separated by semicolons")
            if forms in concepts:
                raise ValueError(f"{where}: the same as {concepts[forms]}")
            concepts[forms] = where
    if not concepts:
        raise ValueError(f"no lexicon: {folder} has no line of *.txt. Give its folder: --lexicon")
    return list(concepts)


def concept_pairs(concepts: Sequence[Concept], seed: int) -> list[Pair]:
    """Return each form with another of its concept: in a ring, so that each is met twice."""
    draw = random.Random(seed)
    pairs = []
    for forms in concepts:
        ring = draw.sample(forms, len(forms))
        pairs += [Pair(one, other) for one, other in zip(ring, [*ring[1:], ring[0]], strict=True)]
    return pairs
