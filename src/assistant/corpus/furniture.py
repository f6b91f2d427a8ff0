"""Drop what pages carry besides their text: headers, footers, page numbers, links, tables of contents."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from assistant.corpus.lines import split_lines
from assistant.corpus.shapes import URL_ONLY
from assistant.corpus.tracked import keep

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from assistant.corpus.lines import Line
    from assistant.corpus.tracked import TrackedText

EDGE_LINES = 3  # lines at the top and at the bottom of a page that may be running ones
MIN_REPEATS = 3  # times a running line must come back
PAGE_COUNTER = re.compile(
    r"[-–—\s]*p(?:ag?e?|\.)?\s*\d{1,4}\s*(?:sur|/|de|of)\s*\d{1,4}[-–—\s]*", re.IGNORECASE
)
PAGE_NUMBER = re.compile(r"[-–—]?\s*(?:page\s+)?(\d{1,4})\s*[-–—]?", re.IGNORECASE)
LEADERS = re.compile(r"(?:\.\s?){4,}\s*\d{0,4}$|…{2,}\s*\d{0,4}$|_{5,}\s*\d{1,4}$")
ENTRY = re.compile(r".*\S\t+\s*(?:</?[a-z]+>|\*\*)*\s*\d{0,4}\s*(?:</?[a-z]+>|\*\*)*$")
CONTENTS_TITLE = re.compile(
    r"[#*\s]*(?:sommaire|table des mati[eè]res|contents|index des fiches)[*\s:]*", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")


def drop_running_lines(pages: Sequence[TrackedText]) -> list[TrackedText]:
    """Drop the headers, footers and numbers that come back at the edges of most pages."""
    if len(pages) < MIN_REPEATS:
        return list(pages)
    lines = [split_lines(page.text) for page in pages]
    needed = max(MIN_REPEATS, 0.3 * len(pages))
    # At the n-th line from the top or from the bottom, so that a subtitle met often is not one.
    counts: Counter[tuple[int, str]] = Counter()
    for found in lines:
        counts.update({(place, _masked(line.text)) for place, line in _edges(found)})
    running = {key for key, count in counts.items() if count >= needed}
    return [
        _without(page, [line for place, line in _edges(found) if (place, _masked(line.text)) in running])
        for page, found in zip(pages, lines, strict=True)
    ]


def _edges(lines: Sequence[Line]) -> list[tuple[int, Line]]:
    count = min(EDGE_LINES, len(lines) // 2)
    top = [(place, lines[place]) for place in range(count)]
    return top + [(-place, lines[-place]) for place in range(1, count + 1)]


def _masked(text: str) -> str:
    return _DIGITS.sub("#", text.lower())


def drop_page_marks(pages: Sequence[TrackedText]) -> list[TrackedText]:
    """Drop the page marks that a text without pages still carries.

    "Page 12 sur 80" with the lines of the footer above it, a lone number that is about the number of
    pages begun so far, and the addresses that some extractions list at the bottom of a page.
    """
    return [_drop_page_marks(page) for page in pages]


def _drop_page_marks(page: TrackedText) -> TrackedText:
    lines = split_lines(page.text)
    dropped = _footers(lines) | _headers(lines)
    begun = 1
    for index, line in enumerate(lines):
        begun += line.page and index > 0
        if line.text.startswith("file:///") or (URL_ONLY.fullmatch(line.text) and _ends_page(lines, index)):
            dropped.add(index)
            continue
        number = PAGE_NUMBER.fullmatch(line.text)
        if number and _is_alone(lines, index) and abs(int(number[1]) - begun) <= 1 + begun // 10:
            dropped.add(index)
    return _without(page, [lines[index] for index in sorted(dropped)])


def _footers(lines: Sequence[Line]) -> set[int]:
    """Find the page counters, with the two lines above them when these come back with others."""
    counters = [index for index, line in enumerate(lines) if PAGE_COUNTER.fullmatch(line.text)]
    above = Counter(
        _masked(lines[index - step].text) for index in counters for step in (1, 2) if index >= step
    )
    found = set(counters)
    for index in counters:
        repeated = [
            step for step in (1, 2) if index >= step and above[_masked(lines[index - step].text)] >= 3
        ]
        found.update(index - step for step in range(1, max(repeated, default=0) + 1))
    return found


def _headers(lines: Sequence[Line]) -> set[int]:
    """Find the line that starts three pages running, wherever else it stands alone."""
    starts = [_masked(line.text) for line in lines if line.page]
    running = {
        text
        for text, second, third in zip(starts, starts[1:], starts[2:], strict=False)
        if text == second == third and len(text) < 80
    }
    return {index for index, line in enumerate(lines) if running and _masked(line.text) in running}


def _ends_page(lines: Sequence[Line], index: int) -> bool:
    """Say whether only addresses stand between a line and the next page."""
    for line in lines[index + 1 :]:
        if line.page:
            return True
        if not URL_ONLY.fullmatch(line.text):
            return False
    return False


def _is_alone(lines: Sequence[Line], index: int) -> bool:
    before = index == 0 or lines[index].page or lines[index].blank > 1
    after = index + 1 == len(lines) or lines[index + 1].page or lines[index + 1].paragraphs > 0
    return before and after


def drop_contents(pages: Sequence[TrackedText]) -> list[TrackedText]:
    """Drop the tables of contents: they repeat each heading and say nothing under it."""
    return [_drop_contents(page) for page in pages]


def _drop_contents(page: TrackedText) -> TrackedText:
    text = page.text
    if not any(mark in text for mark in ("....", "……", ". . .", "_____", "\t")):
        return page
    lines = split_lines(text)
    dropped = _leader_entries(lines) | _tab_entries(lines, text)
    return _without(page, [lines[index] for index in sorted(dropped)])


def _leader_entries(lines: Sequence[Line]) -> set[int]:
    """Find runs of at least three entries with dot leaders, first halves of long entries included."""
    leaders = [
        index
        for index, line in enumerate(lines)
        if line.text[-1] in "._…0123456789"
        and LEADERS.search(line.text)
        and (any(map(str.isalpha, line.text)) or line.text[-1].isdigit())
    ]
    found: set[int] = set()
    run: list[int] = []
    for index in [*leaders, len(lines) + 100]:
        if run and index - run[-1] > 12:
            if len(run) >= 3:
                found.update(range(_contents_start(lines, run[0]), run[-1] + 1))
            run = []
        run.append(index)
    return found


def _contents_start(lines: Sequence[Line], first: int) -> int:
    """Return the first line of a table of contents: its title, where it has one just above."""
    for index in range(first, max(first - 4, -1), -1):
        if CONTENTS_TITLE.fullmatch(lines[index].text):
            return index
    return first


def _tab_entries(lines: Sequence[Line], text: str) -> set[int]:
    """Find the lines "title, tab, page" under a title such as "Sommaire"."""
    found: set[int] = set()
    for index, line in enumerate(lines):
        if not CONTENTS_TITLE.fullmatch(line.text):
            continue
        stop = index + 1
        while stop < len(lines) and ENTRY.fullmatch(
            text, lines[stop].start, lines[stop].end + lines[stop].trailing
        ):
            stop += 1
        if stop - index > 3:
            found.update(range(index, stop))
    return found


def _without(page: TrackedText, lines: Collection[Line]) -> TrackedText:
    """Delete lines; their line ends stay, so that what surrounds them keeps its distance."""
    if not lines:
        return page
    ranges = []
    position = 0
    for line in sorted(lines, key=lambda line: line.start):
        ranges.append((position, line.start - line.indent))
        position = line.end + line.trailing
    ranges.append((position, len(page)))
    return keep(page, [(start, end) for start, end in ranges if start < end])
