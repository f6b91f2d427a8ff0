"""Where fiches stand in the documents that are installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.corpus.anchors import Location, WordMap, locate, make_anchor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.records import Anchor, Document, Fiche, Source


@dataclass(frozen=True, slots=True)
class Placement:
    """One source of a fiche, found in its document."""

    fiche_id: str
    document_id: str
    place: str
    start: int
    end: int
    share: float
    is_unique: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """All sources of all fiches: found, or not found although the document is there."""

    placements: tuple[Placement, ...]
    lost: tuple[tuple[Fiche, Source], ...]


def place_fiches(documents: Sequence[Document], fiches: Iterable[Fiche]) -> Placed:
    """Locate each source whose document is installed; others are passed over."""
    by_id = {document.id: document for document in documents}
    maps = {document.id: WordMap(document.text) for document in documents}
    placements: list[Placement] = []
    lost: list[tuple[Fiche, Source]] = []
    for fiche in fiches:
        for source in fiche.sources:
            document = by_id.get(source.document)
            if document is None:
                continue
            found = locate_source(document, maps[document.id], source)
            if found is None:
                lost.append((fiche, source))
                continue
            placements.append(
                Placement(
                    fiche.id, document.id, source.place, found.start, found.end, found.share, found.is_unique
                )
            )
    return Placed(tuple(placements), tuple(lost))


def locate_source(document: Document, words: WordMap, source: Source) -> Location | None:
    """Find a source by its anchor or, in a draft, by its raw lines."""
    anchor = source.anchor
    if anchor is None and source.lines is not None:
        try:
            anchor = anchor_of_lines(document, words, *source.lines)
        except ValueError:
            return None
    return locate(words, anchor) if anchor else None


def anchor_of_lines(document: Document, words: WordMap, first: int, last: int) -> Anchor:
    """Make the anchor of raw lines ``first`` to ``last``, counted from 1, both included.

    Raises:
        ValueError: If no word of the clean text comes from these lines.
    """
    return make_anchor(words, *range_of_lines(document, first, last))


def range_of_lines(document: Document, first: int, last: int) -> tuple[int, int]:
    """Return the clean range whose characters come from raw lines ``first`` to ``last``.

    Raises:
        ValueError: If the lines do not exist or nothing of them is left in the clean text.
    """
    import numpy as np

    lines = "".join(document.raw_pages).split("\n")
    if not 1 <= first <= last <= len(lines):
        raise ValueError(f"lines {first}-{last} of {len(lines)}")
    start = sum(len(line) + 1 for line in lines[: first - 1])
    end = start + sum(len(line) + 1 for line in lines[first - 1 : last])
    raw = document.raw_spans[:, 0]
    inside = np.flatnonzero((raw >= start) & (raw < end))
    if not len(inside):
        raise ValueError(f"nothing is left of lines {first}-{last} in the clean text")
    return int(inside[0]), int(inside[-1]) + 1


def borders(placements: Iterable[Placement], document_id: str) -> list[tuple[int, int]]:
    """Return the places of one document in order; where two overlap, the later start is moved."""
    spans = sorted((p.start, p.end) for p in placements if p.document_id == document_id)
    result: list[tuple[int, int]] = []
    for start, end in spans:
        begin = max(start, result[-1][1]) if result else start
        if begin < end:
            result.append((begin, end))
    return result


def merge_spans(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the union of spans, in order."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(result[-1][1], end)
        else:
            result.append((start, end))
    return result


def fiches_at(placements: Sequence[Placement], spans: Sequence[tuple[int, int]]) -> list[Placement | None]:
    """Return, for each range of a document, the placement there that shares most with it, if it covers half of it.

    The first of the ``placements``, which are of the same document, where several share as much.
    """
    import numpy as np

    if not placements:
        return [None] * len(spans)
    starts, ends = np.array([(placement.start, placement.end) for placement in placements]).T
    found: list[Placement | None] = []
    for start, end in spans:
        shared = np.minimum(end, ends) - np.maximum(start, starts)
        best = int(shared.argmax())
        found.append(placements[best] if 2 * shared[best] >= end - start else None)
    return found
