r"""Anchors: find a passage again in any rendition of its document, without storing its words.

An anchor holds hashes of windows of consecutive words, taken at the start, at the end and inside
a passage.  Words are folded, hyphens inside them are dropped ("Pas-de-Calais" is one word however
a line breaks it) and everything else separates, so that line breaks, hyphenation, page furniture,
apostrophes, accents and ligatures change nothing.  Locating is finding the tightest stretch of the
document in which enough of the hashes occur.

In a fiche an anchor is one line, ``<words>/<window>@<thousandths> <offset>:<hash> …``; where a text
says the same twice, the place nearest to that position of the document wins:

>>> text = "Article 1. Le comité se réunit deux fois par an, à l’initiative du maire."
>>> anchor = make_anchor(WordMap(text), 11, len(text))
>>> parse_anchor(format_anchor(anchor)) == anchor
True
>>> other = WordMap("Page 3\nLE COMITÉ se réu-\nnit deux fois par an, à l'initiative du maire")
>>> found = locate(other, anchor)
>>> (found.start, found.share)
(7, 1.0)
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from assistant.french import fold
from assistant.records import Anchor

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

WINDOW = 6  # words; long enough to be rare, short enough to survive a page break nearby
EDGE_MARKS = 3  # at the start and at the end, EDGE_STEP words apart
EDGE_STEP = 2
INNER_MARKS = 10
HASH_BITS = 40
MIN_SHARE = 0.5  # of the marks that must be found
MAX_DRIFT = 0.4  # of its words: how much longer another rendition may be, by furniture or captions
DRIFT_MARGIN = 40  # words, for short passages

_WORD = re.compile(r"[^\W_][\w\u0300-\u036f]*(?:-\s*[^\W_][\w\u0300-\u036f]*)*")
_ANCHOR = re.compile(r"(?P<words>\d+)/(?P<window>\d+)@(?P<position>\d{1,4})(?P<marks>(?: \d+:[0-9a-f]{10})+)")
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")
_MULTIPLIER = 0x9E3779B97F4A7C15  # odd, spreads consecutive powers over 64 bits (Knuth, TAOCP 6.4)


class WordMap:
    """The normalised words of a text, with their places and the hashes of their windows."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans: list[tuple[int, int]] = []
        self._codes: list[int] = []
        seen: dict[str, int] = {}
        for match in _WORD.finditer(text):
            word = match[0]
            code = seen.get(word)
            if code is None:
                letters = _NOT_ALPHANUMERIC.sub("", fold(word)).encode()
                code = seen[word] = zlib.crc32(letters) | zlib.adler32(letters) << 32
            self.spans.append(match.span())
            self._codes.append(code)
        self._windows: dict[int, tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] = {}

    def __len__(self) -> int:
        return len(self.spans)

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.spans]

    def word_range(self, start: int, end: int) -> tuple[int, int]:
        """Return the first word that starts at or after ``start`` and the one past ``end``."""
        from bisect import bisect_left

        return bisect_left(self._starts, start), bisect_left(self._starts, end)

    def hashes(self, window: int) -> npt.NDArray[np.int64]:
        """Return the hash of the window at each word, shape (len(self) - window + 1,)."""
        return self._sorted(window)[0]

    def positions(self, window: int, values: Sequence[int]) -> list[tuple[int, int]]:
        """Return (word, index in values) for each occurrence of each value, by word."""
        import numpy as np

        hashes, order = self._sorted(window)
        wanted = np.array(values, dtype=np.int64)
        ordered = hashes[order]
        low, high = np.searchsorted(ordered, wanted, "left"), np.searchsorted(ordered, wanted, "right")
        return sorted(
            (int(order[k]), index)
            for index in range(len(values))
            for k in range(int(low[index]), int(high[index]))
        )

    def _sorted(self, window: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        import numpy as np

        if window not in self._windows:
            codes = np.array(self._codes, dtype=np.uint64)
            count = max(0, len(codes) - window + 1)
            total = np.zeros(count, dtype=np.uint64)
            power = 1
            for offset in range(window):
                power = power * _MULTIPLIER % 2**64
                total += codes[offset : offset + count] * np.uint64(power)
            total ^= total >> np.uint64(29)
            hashes = (total >> np.uint64(64 - HASH_BITS)).astype(np.int64)
            self._windows[window] = hashes, np.argsort(hashes, kind="stable")
        return self._windows[window]


@dataclass(frozen=True, slots=True)
class Location:
    """Where an anchor was found.

    Attributes:
        start, end: Offsets in the text.
        share: Of the marks found there, from 0 to 1.
        is_unique: Whether no other place fits as well, or its position in the document tells.
    """

    start: int
    end: int
    share: float
    is_unique: bool


def make_anchor(words: WordMap, start: int, end: int) -> Anchor:
    """Make the anchor of ``words.text[start:end]``.

    Raises:
        ValueError: If the range holds no word.
    """
    first, last = words.word_range(start, end)
    count = last - first
    if count < 1:
        raise ValueError(f"no word between {start} and {end}")
    window = min(WINDOW, count)
    room = count - window  # offset of the last window
    edges = [EDGE_STEP * k for k in range(EDGE_MARKS)]
    inner = [round(room * k / (INNER_MARKS + 1)) for k in range(1, INNER_MARKS + 1)]
    offsets = sorted({o for o in (*edges, *inner, *(room - e for e in edges)) if 0 <= o <= room})
    hashes = words.hashes(window)
    position = round(1000 * first / len(words))
    return Anchor(count, window, position, tuple((o, int(hashes[first + o])) for o in offsets))


def locate(words: WordMap, anchor: Anchor) -> Location | None:
    """Find the tightest stretch of the text in which most marks of the anchor occur.

    Returns:
        The place, or None when fewer than ``MIN_SHARE`` of the marks occur close together.
    """
    offsets = [offset for offset, _ in anchor.marks]
    found = words.positions(anchor.window, [value for _, value in anchor.marks])
    # Each occurrence says where the passage would start; marks of one place nearly agree, and drift
    # apart by what stands between them in this rendition.
    guesses = sorted((word - offsets[index], word, index) for word, index in found)
    drift = int(anchor.words * MAX_DRIFT) + DRIFT_MARGIN
    places = _best_places(guesses, drift)
    if not places or places[0].marks < MIN_SHARE * len(offsets):
        return None
    expected = anchor.position * len(words) / 1000
    places.sort(key=lambda place: abs(place.low - expected))
    best = places[0]
    is_unique = len(places) == 1 or 2 * abs(best.low - expected) < abs(places[1].low - expected)
    inside = [(word, offsets[index]) for guess, word, index in guesses if best.low <= guess <= best.high]
    # The mark nearest to each edge says best where the edge is.
    head = min(inside, key=lambda pair: (pair[1], pair[0]))
    tail = max(inside, key=lambda pair: (pair[1], pair[0]))
    first = max(0, head[0] - head[1])
    last = min(len(words), tail[0] + anchor.words - tail[1])
    start, end = words.spans[first][0], words.spans[max(first, last - 1)][1]
    start, end = _with_punctuation(words.text, start, end)
    return Location(start, end, best.marks / len(offsets), is_unique)


class _Place(NamedTuple):
    """A range of guesses of the first word, and how many distinct marks make them."""

    marks: int
    low: int
    high: int


def _best_places(guesses: Sequence[tuple[int, int, int]], drift: int) -> list[_Place]:
    """Return every separate place that holds as many distinct marks as the best one."""
    places: list[_Place] = []
    while (place := _best_place(guesses, drift)) and (not places or place.marks == places[0].marks):
        places.append(place)
        guesses = [item for item in guesses if not place.low <= item[0] <= place.high]
    return places


def _best_place(guesses: Sequence[tuple[int, int, int]], drift: int) -> _Place | None:
    """Return the place with most distinct marks; among those, the one whose guesses agree best."""
    best: _Place | None = None
    counts: dict[int, int] = {}
    left = 0
    for guess, _, index in guesses:
        counts[index] = counts.get(index, 0) + 1
        while guess - guesses[left][0] > drift or counts[guesses[left][2]] > 1:
            oldest = guesses[left][2]
            counts[oldest] -= 1
            if not counts[oldest]:
                del counts[oldest]
            left += 1
        place = _Place(len(counts), guesses[left][0], guess)
        if best is None or (place.marks, best.high - best.low) > (best.marks, place.high - place.low):
            best = place
    return best


def _with_punctuation(text: str, start: int, end: int) -> tuple[int, int]:
    """Take in the bullet before the first word and the punctuation after the last."""
    line = text.rfind("\n", 0, start) + 1
    if not any(c.isalnum() for c in text[line:start]):
        start = line + len(text[line:start]) - len(text[line:start].lstrip())
    closing = re.compile(r"[^\s\w]+|(?: [»!?;:%€)]+)")
    while match := closing.match(text, end):
        end = match.end()
    return start, end


def format_anchor(anchor: Anchor) -> str:
    """Write an anchor as the one line that a fiche holds."""
    marks = " ".join(f"{offset}:{value:010x}" for offset, value in anchor.marks)
    return f"{anchor.words}/{anchor.window}@{anchor.position} {marks}"


def parse_anchor(text: str) -> Anchor:
    """Read what ``format_anchor`` wrote.

    Raises:
        ValueError: If the text is not an anchor.
    """
    match = _ANCHOR.fullmatch(text)
    if not match or not 1 <= int(match["window"]) <= int(match["words"]):
        raise ValueError(f"not an anchor: {text!r}")
    pairs = (mark.split(":") for mark in match["marks"].split())
    return Anchor(
        words=int(match["words"]),
        window=int(match["window"]),
        position=int(match["position"]),
        marks=tuple((int(offset), int(value, 16)) for offset, value in pairs),
    )
