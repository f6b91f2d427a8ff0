"""From the raw pages of a file to one clean text whose every character knows its raw place.

In the clean text a paragraph, a bullet, a heading or a table row is one line.  Nothing is invented but
the space that joins two lines, nothing changes place, and cleaning a clean text changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.corpus.furniture import drop_contents, drop_page_marks, drop_running_lines
from assistant.corpus.lines import join_lines
from assistant.corpus.shapes import BOLD_TITLE
from assistant.corpus.tracked import Edit, TrackedText, apply_edits, concat, substitute, track
from assistant.records import Document, PageSpan

if TYPE_CHECKING:
    from assistant.records import DocumentInfo, RawDocument

Cleaner = Callable[[Sequence[TrackedText]], list[TrackedText]]

_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"}
_HYPHENS = {"\u2010": "-", "\u2011": "-"}
_SPACES = dict.fromkeys(
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "
)
# Symbol fonts put bullets in the private area U+F000–U+F0FF; the others are what word processors offer.
_BULLETS = dict.fromkeys("➢✓✔➔➤▪▫●■□◦‣⁃❖◼\uf0b7\uf0d8\uf0a7\uf0fc\uf0e8\uf076\uf071\uf0f0", "•")
_LINE_ENDS = {"\r\n": "\n", "\r": "\n", "\u2028": "\n", "\u2029": "\n", "\x85": "\n", "\x0b": "\n"}
_NOTHING = dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad", "")
_REPLACED = _LIGATURES | _HYPHENS | _SPACES | _BULLETS | _LINE_ENDS | _NOTHING
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f"
_CHARACTERS = re.compile(
    "\u00ad[ \t]*\r?\n[ \t]*|\r\n|[" + "".join(key for key in _REPLACED if len(key) == 1) + _CONTROLS + "]"
)
_COMBINED = re.compile("[^\u0300-\u036f]?[\u0300-\u036f]+")
_TAGS = re.compile(r"</?(?:b|i|u|em|strong|sup|sub|span)>|<br\s*/?>", re.IGNORECASE)
_BOLD = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*|__(?=\S)([^_\n]+?)(?<=\S)__")
_ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=[^\s*])\*(?![\w*])")
_BOLD_LINE = re.compile(r"(?m)^[ \t]*(?:#{1,6} .*|" + BOLD_TITLE.pattern + r")[ \t]*$")


def normalize_characters(pages: Sequence[TrackedText]) -> list[TrackedText]:
    """Write characters one way: ligatures apart, accents composed, plain spaces, one kind of bullet."""
    normalized = []
    for page in pages:
        present = "".join(set(page.text))  # most pages hold none of these: two cheap looks
        if _CHARACTERS.search(present):
            page = substitute(page, _CHARACTERS, _plain)  # noqa: PLW2901
        if _COMBINED.search(present):
            page = substitute(page, _COMBINED, _composed)  # noqa: PLW2901
        normalized.append(page)
    return normalized


def _plain(match: re.Match[str]) -> str:
    # A soft hyphen at a line end was a cut word; control characters say nothing.
    return _REPLACED.get(match[0], "")


def _composed(match: re.Match[str]) -> str:
    """Compose accents with their letter; an accent that has none, or that its letter bears, is a stray."""
    composed = unicodedata.normalize("NFC", match[0])
    return composed[:1] if not unicodedata.combining(composed[:1]) else ""


def drop_inline_markup(pages: Sequence[TrackedText]) -> list[TrackedText]:
    """Drop the marks of bold and italics inside sentences; a line in bold by itself is a title."""
    return [_drop_inline_markup(page) for page in pages]


def _drop_inline_markup(page: TrackedText) -> TrackedText:
    if "<" in page.text:
        page = substitute(page, _TAGS, lambda match: " " if match[0].lower().startswith("<br") else "")
    if "*" not in page.text and "__" not in page.text:
        return page
    titles = [match.span() for match in _BOLD_LINE.finditer(page.text)]
    for pattern, width in ((_BOLD, 2), (_ITALIC, 1)):
        edits: list[Edit] = []
        for match in pattern.finditer(page.text):
            if not (width == 2 and _inside(titles, match.start())):
                edits += ((match.start(), match.start() + width, ""), (match.end() - width, match.end(), ""))
        page = apply_edits(page, edits)
    return page


def _inside(spans: Sequence[tuple[int, int]], place: int) -> bool:
    index = bisect(spans, place, key=lambda span: span[0]) - 1
    return index >= 0 and place < spans[index][1]


def merge_pages(pages: Sequence[TrackedText]) -> list[TrackedText]:
    """Put the pages one after the other; a form feed says where each starts."""
    return [concat(pages, "\f")]


def join_paragraphs(pages: Sequence[TrackedText]) -> list[TrackedText]:
    """Make one line of each paragraph, bullet, table row and heading."""
    return [join_lines(page) for page in pages]


CLEANERS: tuple[Cleaner, ...] = (
    normalize_characters,
    drop_running_lines,
    merge_pages,
    drop_page_marks,
    drop_contents,
    drop_inline_markup,
    join_paragraphs,
)


def clean(raw: RawDocument, info: DocumentInfo, cleaners: Sequence[Cleaner] = CLEANERS) -> Document:
    """Clean a document; its pages are told apart by the raw places of the clean characters."""
    pages = []
    start = 0
    for page in raw.pages:
        pages.append(track(page, start))
        start += len(page)
    before: list[str] = []
    # What one cleaner drops can let another see more: until nothing changes, two or three times.
    while before != (now := [page.text for page in pages]):
        before = now
        for cleaner in cleaners:
            pages = cleaner(pages)
    whole = concat(pages)
    return Document(
        info=info,
        path=raw.path,
        sha256=raw.sha256,
        text=whole.text,
        pages=_page_spans(raw, whole) if raw.paged else (),
        raw_pages=raw.pages,
        raw_spans=whole.spans,
    )


def _page_spans(raw: RawDocument, whole: TrackedText) -> tuple[PageSpan, ...]:
    """Find where each page's characters lie; a page of which nothing is left gets an empty span."""
    import numpy as np

    borders = np.cumsum([0, *map(len, raw.pages)])
    places = np.searchsorted(whole.spans[:, 0], borders, side="left")
    places[-1] = len(whole)
    return tuple(
        PageSpan(number, int(start), int(end)) for number, (start, end) in enumerate(pairwise(places), 1)
    )
