"""From a clean text to blocks: titles, lists, tables, glossary entries, key figures, paragraphs.

Each block knows the titles above it.  Blocks only choose boundaries: they follow one another, do not
overlap, and together hold every character that is not space.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.corpus.outline import find_titles
from assistant.corpus.shapes import ACRONYM_TERM, NUMBER_ONLY, ends_sentence, is_cells, is_row, starts_item
from assistant.corpus.titles import ARTICLE, GLOSSARY, MATTER, PLAIN, Row, Title, read_rows
from assistant.french import fold
from assistant.records import Block

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.records import BlockKind, Document

MAX_HEADER_LINES = 14  # a table's header may be cut in as many lines
MAX_HEADER_CELL = 70  # characters of one of these lines
MAX_FIGURES = 400  # characters of a block of key figures
_FIGURE = re.compile(r"(?:[-+±]\s?|\+ de )?\d[\d ,.]*\s?(?:%|‰|€|M€|k€)?\s+\S")
_TERM = re.compile(r"[A-ZÀ-ÖØ-Þ«][^.:;!?]{1,110}?\s?:\s+\S|[A-ZÀ-ÖØ-Þ0-9«][^.:;!?]{1,60}?\s[–—-]\s\S")
_ACRONYM = re.compile(r"[A-ZÀ-ÖØ-Þ][\w’'&./-]*[A-ZÀ-ÖØ-Þ0-9][\w’'&./*-]*(?:\s[A-Z]{1,3})?(?=\s|$)")
_RULE = re.compile(r"\|?[\s:|-]+\|?")  # under the header of a Markdown table


def parse_blocks(document: Document) -> list[Block]:
    """Cut a clean text into blocks that know the titles above them."""
    rows = read_rows(document)
    opened = find_titles(rows, document)
    blocks: list[Block] = []
    stack: list[Title] = []
    index = 0
    while index < len(rows):
        for title in opened.get(index, ()):
            _open(stack, title)
        headings = tuple(dict.fromkeys(title.text for title in stack if title.text))
        if index in opened and any(title.own_line for title in opened[index]):
            blocks.append(Block("heading", rows[index].start, rows[index].end, headings))
            index += 1
            continue
        stop = index + 1
        while stop < len(rows) and stop not in opened:
            stop += 1
        kind = _text_kind(stack)
        if any(GLOSSARY.match(title.text) for title in stack):
            blocks += _terms(rows[index:stop], headings)
        else:
            blocks += _content(rows[index:stop], headings, kind)
        index = stop
    return blocks


def _open(stack: list[Title], title: Title) -> None:
    """Close what a title ends, and open it."""
    if title.label == "territory":
        known = [other for other in stack if other.label == "territory"]
        if known and _territory(known[0].text) == _territory(title.text):
            return
    # A numbered title is never part of an introduction or a glossary.
    if title.rank < PLAIN and title.label not in {"sheet", "matter", ""}:
        stack[:] = [other for other in stack if not other.leaf]
    while stack and stack[-1].rank >= title.rank:
        stack.pop()
    stack.append(title)


def _territory(text: str) -> str:
    return re.sub(r"\W+", " ", fold(text)).removeprefix("le ").strip()


def _text_kind(stack: Sequence[Title]) -> BlockKind:
    for title in reversed(stack):
        if title.rank == ARTICLE or title.label == "law":
            return "article"
        if title.label in {"fiche", "fiche action", "fiche-action", "priorite", "mesure", "action"}:
            return "fiche"
        if title.rank <= MATTER:
            break
    return "paragraph"


def _terms(rows: Sequence[Row], headings: tuple[str, ...]) -> list[Block]:
    """Make one block of each entry of a glossary; a line that starts none continues the one before."""
    blocks: list[Block] = []
    for row in rows:
        starts = _TERM.match(row.text) or _ACRONYM.match(row.text) or ends_sentence(rows[0].text)
        if blocks and blocks[-1].kind == "term" and not starts:
            blocks[-1] = Block("term", blocks[-1].start, row.end, headings)
        else:  # the names of the columns come first
            blocks.append(Block("term" if starts else "paragraph", row.start, row.end, headings))
    return blocks


def _content(rows: Sequence[Row], headings: tuple[str, ...], kind: BlockKind) -> list[Block]:
    """Cut the lines under one title into blocks."""
    blocks: list[Block] = []
    index = 0
    finders: tuple[Callable[[Sequence[Row], int], tuple[BlockKind, int, int] | None], ...] = (
        _find_table, _find_terms, _find_list, _find_figures,
    )  # fmt: skip
    while index < len(rows):
        for finder in finders:
            found = finder(rows, index)
            if found:
                what, stop, header = found
                span = (rows[index].start, rows[index + header - 1].end) if header else None
                blocks.append(Block(what, rows[index].start, rows[stop - 1].end, headings, span))
                index = stop
                break
        else:
            blocks.append(Block(kind, rows[index].start, rows[index].end, headings))
            index += 1
    return blocks


def _find_table(rows: Sequence[Row], index: int) -> tuple[BlockKind, int, int] | None:
    """Find a table: rows of cells, or rows of numbers under the short lines of their header."""
    if is_cells(rows[index].text):
        stop = index
        while stop < len(rows) and is_cells(rows[stop].text):
            stop += 1
        header = 1
        if stop - index > 1 and _RULE.fullmatch(rows[index + 1].text):
            header = 2
        elif stop - index > 2 and rows[index].text[0] == rows[index + 1].text[0] == "\t":
            header = 2  # the first cell of a second header line is empty too
        return ("table", stop, header) if stop - index > header else None
    first = index
    while first < len(rows) and first - index < MAX_HEADER_LINES and _is_header_line(rows[first]):
        first += 1
    if first == len(rows) or not is_row(rows[first].text):
        return None
    stop = first
    numbers = 0
    while stop < len(rows):
        if is_row(rows[stop].text):
            numbers += 1
            stop += 1
            if rows[stop - 1].text.lower().startswith("total"):
                break
            continue
        # A cell of words may stand between the halves of a row.
        gap = next(
            (step for step in (1, 2, 3) if stop + step < len(rows) and is_row(rows[stop + step].text)), 0
        )
        if not gap or any(len(row.text) > MAX_HEADER_CELL or row.has_mark for row in rows[stop : stop + gap]):
            break
        stop += gap
    return ("table", stop, first - index) if numbers > 1 else None


def _is_header_line(row: Row) -> bool:
    text = row.text
    return (
        not is_row(text)
        and not NUMBER_ONLY.fullmatch(text)
        and not row.has_mark
        and (len(text) <= MAX_HEADER_CELL or (len(text) <= 150 and not ends_sentence(text)))
        and text[-1] not in ";:."
    )


def _find_terms(rows: Sequence[Row], index: int) -> tuple[BlockKind, int, int] | None:
    """Find an entry "SIGLE : expansion" that has others beside it."""
    near = [*rows[max(0, index - 1) : index], *rows[index + 1 : index + 2]]
    entries = [_is_entry(row.text) for row in near]
    return ("term", index + 1, 0) if _is_entry(rows[index].text) and any(entries) else None


def _is_entry(text: str) -> bool:
    """Say whether a line explains an acronym; "PRE : 28" counts something."""
    found = ACRONYM_TERM.match(text)
    return found is not None and len(text) < 200 and sum(map(str.isalpha, text[found.end() - 1 :])) > 8


def _find_list(rows: Sequence[Row], index: int) -> tuple[BlockKind, int, int] | None:
    """Find bullets, with the sentence that introduces them and the lines that go on with them."""
    first = index
    if not rows[index].is_bullet:
        introduces = rows[index].text.endswith(":") and index + 1 < len(rows)
        following = rows[index + 1 : index + 4]
        cell = len(following) == 3 and all(len(row.text) < MAX_HEADER_CELL for row in following)
        if not introduces or not (cell or following[0].is_bullet or following[0].text[-1] in ";,"):
            return None
        first += 1
    cells = first > index and not rows[first].is_bullet  # a table of words, its cells one under the other
    stop = first
    while stop < len(rows):
        row = rows[stop]
        ended = stop > first and rows[stop - 1].text[-1] == "." and not row.has_mark
        goes_on = row.is_bullet or row.text[-1] in ";," or (stop > first and rows[stop - 1].text[-1] in ";,")
        goes_on = goes_on or (cells and len(row.text) < MAX_HEADER_CELL and not ends_sentence(row.text))
        if (ended and not (row.is_bullet and len(row.text) < 200)) or not goes_on or is_row(row.text):
            break
        stop += 1
    return ("list", stop, 0) if stop - first > 1 or (stop > first > index) else None


def _find_figures(rows: Sequence[Row], index: int) -> tuple[BlockKind, int, int] | None:
    """Find numbers with their labels, before or after them; several small ones share a block."""
    stop = index
    numbers = size = 0
    labels = False
    number_first = NUMBER_ONLY.fullmatch(rows[index].text) is not None
    while stop < len(rows) and size < MAX_FIGURES:
        text = rows[stop].text
        alone = NUMBER_ONLY.fullmatch(text) is not None
        labelled = (
            not alone and _FIGURE.match(text) is not None and len(text) < 220 and text[-1] not in ".;:,"
        )
        beside = stop - 1 if number_first else stop + 1
        label = index <= beside < len(rows) and NUMBER_ONLY.fullmatch(rows[beside].text) is not None
        # The labels of a chart stand in a series after its numbers.
        label = label or (number_first and numbers > 1 and len(text) < 40 and not ends_sentence(text))
        label = label and not alone and len(text) < 100 and text[-1] not in ".;:" and not starts_item(text)
        if not (alone or labelled or label):
            break
        labels = labels or labelled or label
        numbers += alone or labelled
        size += len(text) + 1
        stop += 1
    return ("figure", stop, 0) if numbers and labels else None
