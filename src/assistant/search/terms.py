"""The terms of passages and fiches, made when first asked for and kept with the index."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.french import fold, numbers, tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.records import Fiche, Passage

_DATE = re.compile(
    r"\b(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)\b"
    r"|\b(?:19|20)\d\d\b|\b\d+ (?:jours?|mois|ans?|semaines?|heures?)\b|\b(?:un|deux|trois|six) (?:mois|ans?)\b"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ITEMS = re.compile(r"(?m)^\s*(?:[-•▪➢✓o*]|\d+[.)])\s|;\s*\n")


class Terms:
    """What the words of an index's rows are; nothing here depends on a question."""

    def __init__(self, passages: Sequence[Passage], fiches: Sequence[Fiche]) -> None:
        self._passages, self._fiches = passages, fiches
        self._of_passage: dict[int, tuple[str, ...]] = {}
        self._set_of_passage: dict[int, frozenset[str]] = {}
        self._set_of_fiche: dict[int, frozenset[str]] = {}
        self._signs: dict[int, tuple[float, float, float]] = {}
        self._years: dict[int, frozenset[str]] = {}
        self._bodies = {fiche.id: fiche.body for fiche in fiches}

    def of_passage(self, row: int) -> tuple[str, ...]:
        """Return the terms of a passage's text, in order."""
        if row not in self._of_passage:
            self._of_passage[row] = tuple(tokenize(self._passages[row].text))
        return self._of_passage[row]

    def set_of_passage(self, row: int) -> frozenset[str]:
        """Return the terms of a passage, with its headings."""
        if row not in self._set_of_passage:
            headings = tokenize(" ".join(self._passages[row].headings))
            self._set_of_passage[row] = frozenset((*self.of_passage(row), *headings))
        return self._set_of_passage[row]

    def set_of_fiche(self, row: int) -> frozenset[str]:
        """Return the terms of a fiche: title, body and questions."""
        if row not in self._set_of_fiche:
            fiche = self._fiches[row]
            self._set_of_fiche[row] = frozenset(tokenize("\n".join((fiche.title, fiche.body, *fiche.asked))))
        return self._set_of_fiche[row]

    def signs(self, row: int) -> tuple[float, float, float]:
        """Return whether a passage, as its fiche tells it, has a number, a date, and whether it lists."""
        if row not in self._signs:
            passage = self._passages[row]
            said = fold(self._bodies.get(passage.fiche_id or "", passage.text))
            lists = passage.kind in ("list", "table") or len(_ITEMS.findall(passage.text)) > 2
            self._signs[row] = (float(bool(numbers(said))), float(bool(_DATE.search(said))), float(lists))
        return self._signs[row]

    def years(self, row: int) -> frozenset[str]:
        """Return the years that a passage, its headings or its fiche name."""
        if row not in self._years:
            passage = self._passages[row]
            said = (*passage.headings, passage.text, self._bodies.get(passage.fiche_id or "", ""))
            self._years[row] = frozenset(year for text in said for year in _YEAR.findall(text))
        return self._years[row]
