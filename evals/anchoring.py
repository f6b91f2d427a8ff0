"""From draft lines to anchors, and from anchors to the fiches that explain them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.corpus.anchors import WordMap, format_anchor, locate, make_anchor, parse_anchor
from assistant.corpus.placement import place_fiches, range_of_lines
from evals.cases import Evidence, Span, find_evidence, parse_case, read_items
from evals.metrics import covers, overlap

if TYPE_CHECKING:
    from assistant.corpus.placement import Placement
    from assistant.records import Anchor, Document, Fiche

SAME = 0.9  # of the stretch asked for, that an anchor must find again
GROWTH = 8  # words that may be added on each side of a stretch to tell it from its like


@dataclass
class Outcome:
    """What was done to a file of questions."""

    anchored: int = 0
    unchanged: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Library:
    """The documents at hand, ready to be searched, and where the fiches stand in them."""

    documents: Mapping[str, Document]
    maps: Mapping[str, WordMap]
    placements: Sequence[Placement]

    @classmethod
    def of(cls, documents: Mapping[str, Document], fiches: Sequence[Fiche]) -> Library:
        """Read the words of the documents and place the fiches."""
        return cls(
            documents,
            {id: WordMap(document.text) for id, document in documents.items()},
            place_fiches(list(documents.values()), fiches).placements,
        )


def anchor_file(path: Path, library: Library) -> Outcome:
    """Rewrite a file of questions: lines become anchors, fiches are noted again; the rest stays.

    Raises:
        QuestionsError: If the file is malformed; it is then left as it was.
    """
    outcome = Outcome()
    out = []
    for number, item in read_items(path):
        parse_case(item, f"{path.name}, ligne {number}")
        for group in item.get("evidence", []):
            for evidence in group:
                _anchor_item(evidence, library, outcome, f"{path.name}, {item['id']}")
        out.append(json.dumps(item, ensure_ascii=False))
    path.write_text("\n".join(out) + "\n", encoding="utf-8")
    return outcome


def _anchor_item(item: dict[str, Any], library: Library, outcome: Outcome, where: str) -> None:
    """Give one piece of evidence its anchor, where it has lines, and the fiches that explain it."""
    document = library.documents.get(item["document"])
    if document is None:
        outcome.problems.append(f"{where} : « {item['document']} » n’est pas installé")
        return
    words = library.maps[document.id]
    if "lines" in item:
        first, last = (int(n) for n in item["lines"].split("-"))
        try:
            span = range_of_lines(document, first, last)
            anchor = make_evidence_anchor(words, span)
        except ValueError as error:
            outcome.problems.append(f"{where} : lignes {item['lines']} : {error}")
            return
        if anchor is None:
            outcome.problems.append(f"{where} : lignes {item['lines']} : aucune ancre ne les retrouve")
            return
        del item["lines"]
        item["anchor"] = format_anchor(anchor)
        outcome.anchored += 1
    else:
        outcome.unchanged += 1
    found = find_evidence(Evidence(document.id, parse_anchor(item["anchor"])), document, words)
    if found is None:
        outcome.problems.append(f"{where} : l’ancre ne se trouve plus dans « {document.id} »")
        return
    item["fiches"] = list(fiches_of(document.id, found, library.placements))


def make_evidence_anchor(words: WordMap, span: Span) -> Anchor | None:
    """Return an anchor proved to find a stretch again and nothing else, or None.

    Raises:
        ValueError: If the stretch holds no word.
    """
    first, last = words.word_range(*span)
    for grow in range(GROWTH):
        wanted = _chars(words, max(0, first - grow), min(len(words), last + grow))
        anchor = make_anchor(words, *wanted)
        found = locate(words, anchor)
        if found and found.is_unique and _is_same((found.start, found.end), wanted):
            return anchor
    return None


def _chars(words: WordMap, first: int, last: int) -> Span:
    return words.spans[first][0], words.spans[last - 1][1]


def _is_same(found: Span, wanted: Span) -> bool:
    return overlap(found, wanted) >= SAME * max(found[1] - found[0], wanted[1] - wanted[0])


def fiches_of(document_id: str, span: Span, placements: Sequence[Placement]) -> tuple[str, ...]:
    """Return the fiches that explain at least half of a stretch, by their best place."""
    return tuple(
        dict.fromkeys(
            placement.fiche_id
            for placement in placements
            if placement.document_id == document_id and covers((placement.start, placement.end), span)
        )
    )
