"""From blocks to passages: exact slices of the document, the unit of search.

A passage keeps to one section, starts with its title, and is cut where the text allows it best.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from assistant.french import sentence_spans
from assistant.records import Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.records import Block, BlockKind, Document

MIN_LETTERS = 20  # fewer than this is a title, a number or what is left of a page's furniture
MIN_TERM_LETTERS = 8  # an entry of a glossary may be short
# A title with a number is what people cite: it is never grouped with its neighbours.
_CITED = re.compile(
    r"\d|[IVX]+[.) ]|[A-Ha-h][.)] |\w+(?:[ -]\w+)?\s?(?:[nN]\s?°\s?)?\s?(?:[LRD]\.?\s?)?\d|(?:LOI|CODE|DÉCRET|DECRET)\b"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch that is not cut: a title, a paragraph, a sentence, a bullet, a row."""

    start: int
    end: int
    kind: BlockKind
    headings: tuple[str, ...]
    header: tuple[int, int] | None = None
    opens: bool = True  # starts a block: a better place to cut than inside one


@dataclass(frozen=True, slots=True)
class _Draft:
    """A passage to be."""

    pieces: tuple[_Piece, ...]
    headings: tuple[str, ...]

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end

    @property
    def size(self) -> int:
        return self.end - self.start


def split_passages(
    document: Document,
    blocks: Sequence[Block],
    *,
    max_chars: int = 1200,
    min_chars: int = 300,
    borders: Sequence[tuple[int, int]] = (),
) -> list[Passage]:
    """Cut a document into passages, in order.

    Args:
        document: The clean document.
        blocks: Its blocks, in order.
        max_chars: The longest passage; only a word without space is longer.
        min_chars: Shorter passages are joined to a neighbour where their titles allow it.
        borders: Stretches that passages must not cross.  One of at most ``max_chars`` is exactly one
            passage, space around it aside; a longer one is cut like a document of its own.

    Raises:
        ValueError: If the sizes make no sense.
    """
    if not 0 < min_chars <= max_chars:
        raise ValueError(f"0 < min_chars <= max_chars expected, got {min_chars} and {max_chars}")
    text = document.text
    passages: list[Passage] = []
    for start, end, bordered in _regions(len(text), borders):
        inside = _clip(blocks, start, end, text)
        if not inside:
            continue
        drafts = (
            [_whole(inside, text, start, end)]
            if bordered and len(text[start:end].strip()) <= max_chars
            else _drafts(inside, text, max_chars, min_chars)
        )
        passages += [
            _passage(document, draft) for draft in drafts if bordered or _says_something(draft, text)
        ]
    return passages


def _regions(length: int, borders: Iterable[tuple[int, int]]) -> list[tuple[int, int, bool]]:
    """Cut a document at its borders: (start, end, whether it is a bordered stretch)."""
    regions: list[tuple[int, int, bool]] = []
    place = 0
    for start, end in sorted(borders):
        start, end = max(start, place), min(end, length)  # noqa: PLW2901 - where two overlap, the first wins
        if start >= end:
            continue
        if start > place:
            regions.append((place, start, False))
        regions.append((start, end, True))
        place = end
    if place < length:
        regions.append((place, length, False))
    return regions


def _clip(blocks: Sequence[Block], start: int, end: int, text: str) -> list[Block]:
    """Keep what lies between two places of each block, without the space around it."""
    clipped: list[Block] = []
    first = bisect_right(blocks, start, key=lambda block: block.end)
    for block in blocks[first:]:
        if block.start >= end:
            break
        low, high = _trim(text, max(block.start, start), min(block.end, end))
        if low < high:
            clipped.append(replace(block, start=low, end=high))
    return clipped


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _whole(blocks: Sequence[Block], text: str, start: int, end: int) -> _Draft:
    """Make one passage of a bordered stretch."""
    low, high = _trim(text, start, end)
    said = [block for block in blocks if block.kind != "heading"] or list(blocks)
    shared = _common([block.headings for block in said])
    longest = max(said, key=lambda block: block.end - block.start)
    piece = _Piece(low, high, longest.kind, (), next((block.header for block in said if block.header), None))
    return _Draft((piece,), shared or longest.headings)


def _common(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return what several breadcrumbs start with.

    >>> _common([("Titre I", "Article 1"), ("Titre I", "Article 2")])
    ('Titre I',)
    """
    shared: list[str] = []
    for level in zip(*paths, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return tuple(shared)


def _drafts(blocks: Sequence[Block], text: str, max_chars: int, min_chars: int) -> list[_Draft]:
    """Cut blocks into passages that keep to one section, then join the small ones that may be."""
    drafts: list[_Draft] = []
    titles: list[_Piece] = []  # with nothing under them yet: they go with what comes next
    for headings, group in groupby(blocks, key=lambda block: block.headings):
        section = list(group)
        if any(title.headings != headings[: len(title.headings)] for title in titles):
            titles = []
        if all(block.kind == "heading" for block in section):
            titles += [_Piece(block.start, block.end, "heading", headings) for block in section]
            continue
        for terms, run in groupby(section, key=lambda block: block.kind == "term"):
            part = list(run)
            if terms:
                drafts += [
                    _Draft(tuple(pieces), headings)
                    for block in part
                    for pieces in _pack(_pieces(block, text, max_chars), max_chars)
                ]
                titles = []
                continue
            pieces = list(titles)
            for block in part:
                # The first text leaves room for the titles above it.
                above = block.start - pieces[0].start if pieces and pieces[-1].kind == "heading" else 0
                pieces += _pieces(block, text, max(max_chars - above, max_chars // 2))
            drafts += [_Draft(tuple(packed), headings) for packed in _pack(pieces, max_chars)]
            titles = []
    return _join_small(drafts, max_chars, min_chars)


def _pieces(block: Block, text: str, max_chars: int) -> list[_Piece]:
    """Cut a block that is too long: rows, bullets, sentences, and at worst between two words."""
    size = block.end - block.start
    if size <= max_chars:
        return [_Piece(block.start, block.end, block.kind, block.headings, block.header)]
    body = text[block.start : block.end]
    if block.kind in {"table", "figure", "list", "term"} and "\n" in body:
        cuts = _line_cuts(body, block.kind)
    else:
        cuts = [end for _, end in sentence_spans(body)]
    pieces: list[_Piece] = []
    place = 0
    for cut in cuts:
        for start, end in _short_stretches(body, place, cut, max_chars):
            low, high = _trim(body, start, end)
            if low < high:
                where = block.start + low, block.start + high
                pieces.append(_Piece(*where, block.kind, block.headings, block.header, opens=not pieces))
        place = cut
    return pieces


def _line_cuts(body: str, kind: BlockKind) -> list[int]:
    """Return where lines end; a list's introduction goes with its first bullet, a bullet with its own."""
    ends = [match.start() for match in re.finditer(r"\n", body)] + [len(body)]
    if kind == "list" and body[: ends[0]].rstrip().endswith(":"):
        ends = ends[1:]
    if kind == "list":  # "o …" details the bullet above
        ends = [end for end in ends if not body[end + 1 : end + 3].startswith("o ")]
    return ends


def _short_stretches(body: str, start: int, end: int, max_chars: int) -> list[tuple[int, int]]:
    """Cut a stretch that is too long: at sentence ends, else at the last space that fits."""
    stretches: list[tuple[int, int]] = []
    for low, high in sentence_spans(body[start:end]) if end - start > max_chars else [(0, end - start)]:
        place, stop = start + low, start + high
        while stop - place > max_chars and body[place:stop].rstrip():
            if len(body[place:stop].rstrip()) <= max_chars:
                break
            cut = body.rfind(" ", place + 1, place + max_chars + 1)
            cut = cut if cut > place else place + max_chars
            stretches.append((place, cut))
            place = cut
        stretches.append((place, stop))
    return stretches


def _pack(pieces: Sequence[_Piece], max_chars: int) -> list[list[_Piece]]:
    """Fill passages of about the same size, cutting between blocks rather than inside one.

    A title is never the last piece of a passage.
    """
    packed: list[list[_Piece]] = []
    rest = list(pieces)
    while rest:
        size = rest[-1].end - rest[0].start
        if size <= max_chars:
            packed.append(rest)
            break
        target = size / -(-size // max_chars)
        best, best_cost = 0, float("inf")
        for index in range(1, len(rest)):
            length = rest[index - 1].end - rest[0].start
            if length > max_chars:
                break
            if rest[index - 1].kind == "heading":
                continue
            cost = abs(length - target) / target
            cost += 0 if rest[index].opens else 0.25
            # What is introduced stays with its introduction.
            cost += (
                0.3
                if rest[index - 1].kind != "heading" and rest[index].kind == "list" and rest[index].opens
                else 0
            )
            if cost < best_cost:
                best, best_cost = index, cost
        best = best or 1  # titles too long for a passage go alone, and say nothing
        packed.append(rest[:best])
        rest = rest[best:]
    return packed


def _join_small(drafts: Sequence[_Draft], max_chars: int, min_chars: int) -> list[_Draft]:
    """Join passages that are too short to a neighbour of the same section, or of a sister without a number."""
    joined: list[_Draft] = []
    for draft in drafts:
        if joined and _may_join(joined[-1], draft, max_chars, min_chars):
            before = joined.pop()
            shared = (
                before.headings
                if before.headings == draft.headings
                else _common((before.headings, draft.headings))
            )
            joined.append(_Draft(before.pieces + draft.pieces, shared))
        else:
            joined.append(draft)
    return joined


def _may_join(before: _Draft, after: _Draft, max_chars: int, min_chars: int) -> bool:
    if "term" in {before.pieces[0].kind, after.pieces[-1].kind} or after.end - before.start > max_chars:
        return False
    if min(before.size, after.size) >= min_chars:
        return False
    if before.headings == after.headings:
        return True
    own = {piece.headings for draft in (before, after) for piece in draft.pieces}
    shared = _common(list(own))
    # Sisters, or what introduces them; a title with a number stays alone.
    levels = [path[len(shared) :] for path in own]
    return bool(shared) and all(len(level) <= 1 and not any(map(_CITED.match, level)) for level in levels)


def _says_something(draft: _Draft, text: str) -> bool:
    """Say whether a passage holds more than titles, numbers and what is left of a page's furniture."""
    said = sum(_letters(text, piece) for piece in draft.pieces if piece.kind != "heading")
    if draft.pieces[0].kind == "term":
        return said >= MIN_TERM_LETTERS
    # A few words say enough under a title that asks for them: "Pilote", "Durée".
    return said >= MIN_LETTERS or (
        said >= 4 and sum(_letters(text, piece) for piece in draft.pieces) >= 2 * MIN_LETTERS
    )


def _letters(text: str, piece: _Piece) -> int:
    return sum(map(str.isalpha, text[piece.start : piece.end]))


def _passage(document: Document, draft: _Draft) -> Passage:
    text = document.text
    said = [piece for piece in draft.pieces if piece.kind != "heading"] or list(draft.pieces)
    sizes: dict[BlockKind, int] = {}
    for piece in said:
        sizes[piece.kind] = sizes.get(piece.kind, 0) + piece.end - piece.start
    header = next((piece.header for piece in said if piece.header and piece.header[0] < draft.start), None)
    first, last = _pages(document, draft.start, draft.end)
    return Passage(
        id=f"{document.id}:{draft.start}-{draft.end}",
        document_id=document.id,
        start=draft.start,
        end=draft.end,
        text=text[draft.start : draft.end],
        headings=draft.headings,
        kind=max(sizes, key=lambda kind: sizes[kind]),
        first_page=first,
        last_page=last,
        header=text[header[0] : header[1]] if header else "",
    )


def _pages(document: Document, start: int, end: int) -> tuple[int | None, int | None]:
    """Return the pages on which a stretch begins and ends; none when the format has no pages."""
    pages = [page for page in document.pages if page.start < page.end]
    if not pages:
        return None, None
    starts = [page.start for page in pages]
    first = pages[max(0, bisect_right(starts, start) - 1)]
    last = pages[max(0, bisect_right(starts, end - 1) - 1)]
    return first.number, last.number
