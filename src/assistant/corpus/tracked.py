"""Text in which each character knows the raw characters it came from.

Cleaners delete and replace through the helpers of this module only, so no place is ever lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.records import OffsetArray

Edit = tuple[int, int, str]  # start, end, what stands there instead


@dataclass(frozen=True, slots=True, eq=False)
class TrackedText:
    """A text and, for each of its characters, the raw stretch it stands for."""

    text: str
    spans: OffsetArray  # shape (len(text), 2): start and end in the raw text

    def __len__(self) -> int:
        return len(self.text)


def track(text: str, start: int = 0) -> TrackedText:
    """Track a raw text whose first character lies at ``start``."""
    import numpy as np

    places = np.arange(start, start + len(text), dtype=np.int32)
    return TrackedText(text, np.stack((places, places + 1), axis=1))


def apply_edits(tracked: TrackedText, edits: Sequence[Edit]) -> TrackedText:
    """Replace stretches of a text; inserted characters take the span of what they replace.

    Args:
        tracked: The text.
        edits: In order, without overlap.  An edit of an empty stretch may only insert between two
            characters: what it inserts takes the raw gap between them.
    """
    import numpy as np

    if not edits:
        return tracked
    text, spans = tracked.text, tracked.spans
    edges = np.array([(start, end, len(new)) for start, end, new in edits], dtype=np.int64)
    starts, ends, lengths = edges[:, 0], edges[:, 1], edges[:, 2]
    # Kept stretches and replacements alternate: kept, new, kept, new, …, kept.
    kept_starts = np.concatenate(([0], ends))
    kept_ends = np.concatenate((starts, [len(text)]))
    sizes = np.empty(2 * len(edits) + 1, dtype=np.int64)
    sizes[0::2], sizes[1::2] = kept_ends - kept_starts, lengths
    sources = np.zeros_like(sizes)
    sources[0::2] = kept_starts
    new_spans = np.empty((int(sizes.sum()), 2), dtype=np.int32)
    piece = np.repeat(np.arange(len(sizes)), sizes)
    firsts = np.cumsum(sizes) - sizes
    kept = piece % 2 == 0
    places = (sources - firsts)[piece] + np.arange(len(piece))
    new_spans[kept] = spans[places[kept]]
    empty = starts == ends
    low = np.where(empty, spans[np.maximum(starts - 1, 0), 1], spans[np.minimum(starts, len(text) - 1), 0])
    high = np.where(empty, spans[np.minimum(ends, len(text) - 1), 0], spans[np.maximum(ends - 1, 0), 1])
    edit_of = piece[~kept] // 2
    new_spans[~kept, 0], new_spans[~kept, 1] = low[edit_of], high[edit_of]
    pieces: list[str] = []
    position = 0
    for start, end, new in edits:
        pieces += (text[position:start], new)
        position = end
    pieces.append(text[position:])
    return TrackedText("".join(pieces), new_spans)


def substitute(
    tracked: TrackedText, pattern: re.Pattern[str], replacement: str | Callable[[re.Match[str]], str]
) -> TrackedText:
    """Replace each match of a pattern, like ``re.sub`` with a literal replacement.

    >>> tracked = substitute(track("la ﬁn"), re.compile("ﬁ"), "fi")
    >>> tracked.text, tracked.spans[3:].tolist()
    ('la fin', [[3, 4], [3, 4], [4, 5]])
    """
    edits: list[Edit] = []
    for match in pattern.finditer(tracked.text):
        new = replacement if isinstance(replacement, str) else replacement(match)
        if new != match[0]:
            edits.append((match.start(), match.end(), new))
    return apply_edits(tracked, edits)


def keep(tracked: TrackedText, ranges: Iterable[tuple[int, int]]) -> TrackedText:
    """Keep the given stretches, in order and without overlap, and delete the rest.

    >>> keep(track("un deux trois"), [(0, 3), (8, 13)]).text
    'un trois'
    """
    edits: list[Edit] = []
    position = 0
    for start, end in ranges:
        if start > position:
            edits.append((position, start, ""))
        position = end
    if position < len(tracked):
        edits.append((position, len(tracked), ""))
    return apply_edits(tracked, edits)


def concat(parts: Sequence[TrackedText], separator: str = "") -> TrackedText:
    """Put texts one after the other; a separator takes the raw gap between its neighbours."""
    import numpy as np

    parts = [part for part in parts if len(part)]
    if len(parts) < 2:
        return parts[0] if parts else track("")
    spans: list[OffsetArray] = [parts[0].spans]
    for before, after in pairwise(parts):
        gap = np.array([[before.spans[-1, 1], after.spans[0, 0]]], dtype=np.int32)
        spans += (np.repeat(gap, len(separator), axis=0), after.spans)
    return TrackedText(separator.join(part.text for part in parts), np.concatenate(spans))
