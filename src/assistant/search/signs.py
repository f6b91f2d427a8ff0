"""What each passage holds besides its words: a number, a date, a list, years, things asked for by their form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.french import FOLDED_MONTHS, fold, numbers
from assistant.search.ragged import RaggedArray
from assistant.search.things import LABELS, held_things

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from assistant.records import Fiche, Passage

_DATE = re.compile(
    rf"\b(?:{'|'.join(FOLDED_MONTHS)})\b"
    r"|\b(?:19|20)\d\d\b|\b\d+ (?:jours?|mois|ans?|semaines?|heures?)\b|\b(?:un|deux|trois|six) (?:mois|ans?)\b"
)
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ITEMS = re.compile(r"(?m)^\s*(?:[-•▪➢✓o*]|\d+[.)])\s|;\s*\n")
# The columns of ``Signs.held``.
NUMBER, DATE, LIST = "number", "date", "list"
COLUMNS: Mapping[str, int] = {name: column for column, name in enumerate((NUMBER, DATE, LIST, *LABELS))}


def said_by(passage: Passage, fiche: Fiche | None) -> str:
    """Return all that a passage says: its headings, its text and its fiche."""
    explained = (fiche.title, fiche.body) if fiche else ()
    return "\n".join((*passage.headings, passage.text, *explained))


@dataclass(frozen=True, slots=True, eq=False)
class Signs:
    """The signs of every passage, with the fiche that explains it; nothing here depends on a question.

    Attributes:
        held: Whether each is there, 0 or 1, shape (passages, len(COLUMNS)).
        years: Those that each passage, its headings or its fiche name.
    """

    held: npt.NDArray[np.uint8]
    years: RaggedArray

    @classmethod
    def build(cls, passages: Sequence[Passage], fiches: Sequence[Fiche]) -> Signs:
        """Look for the signs in each passage."""
        import numpy as np

        of_id = {fiche.id: fiche for fiche in fiches}
        held = np.zeros((len(passages), len(COLUMNS)), dtype=np.uint8)
        years = []
        for row, passage in enumerate(passages):
            fiche = of_id.get(passage.fiche_id or "")
            said = said_by(passage, fiche)
            answer = fold(fiche.body if fiche else passage.text)
            found = set(held_things(said))
            found |= {NUMBER} if numbers(answer) else set()
            found |= {DATE} if _DATE.search(answer) else set()
            if passage.kind in ("list", "table") or len(_ITEMS.findall(passage.text)) > 2:
                found.add(LIST)
            held[row, [COLUMNS[name] for name in found]] = 1
            years.append([int(year) for year in dict.fromkeys(YEAR.findall(said))])
        return cls(held, RaggedArray.build(years))
