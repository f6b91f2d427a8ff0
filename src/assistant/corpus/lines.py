"""Join the lines of a page layout into one line a paragraph, bullet, table row or heading.

A blank line is not proof of a new paragraph, nor is its absence proof of the contrary: extractions put
one after every line, or none at all.  What decides is the text on both sides, whether the line was
full (the next word would not have fitted), and only then the gap.

In a text cut by a page layout many lines start in lower case.  Where hardly any does, lines are
paragraphs already, and only a sentence that a page break left open is joined.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from assistant.corpus.shapes import (
    ACRONYM_TERM,
    BULLET_ONLY,
    HANGING_WORDS,
    LABELLED,
    NUMBER_ONLY,
    SHEET_SECTION,
    ends_sentence,
    is_fixed,
    is_hanging,
    is_row,
    is_upper,
    starts_item,
)
from assistant.corpus.tracked import apply_edits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.corpus.tracked import Edit, TrackedText

WINDOW = 6  # lines on either side that tell the width of a column
MAX_WIDTH = 170  # characters; longer lines were never wrapped by a page
MIN_FULL = 25  # a line shorter than this is never full
MIN_WRAPPED = 0.1  # share of lines starting in lower case from which a text is cut by a page layout
MIN_LONG = 60  # characters; in a text that is not, only a line as long as this can be left open
# Second halves of compound names, whose hyphen stays at a line end: "Pas-/de-Calais", "au-/dessus"
PARTICLES = frozenset(
    "à au aux ce ci de des dessous dessus du elle elles en et eux il ils je la là le les leur lui même mêmes moi nous "
    "on sous sur toi tu un vis vous y".split()
)
# First halves of the same kind: "co-/construit", "socio-/éducatif"
PREFIXES = frozenset(
    "après anti auto avant celui celle ceux co contre demi ex inter médico mi multi non péri petits pluri post pré pro "
    "psycho quasi semi socio sous super trans vice".split()
)
_WORD = re.compile(r"\w+(?:-\w+)*")
_SPACES = re.compile(r" *\t[ \t]*| {2,}")


class Line(NamedTuple):
    """A line that is not blank, without the space around it."""

    start: int
    end: int
    text: str
    indent: int  # spaces before it on its line
    trailing: int  # spaces after it
    blank: int  # blank lines before it
    paragraphs: int  # of these, the lines of spaces only: the empty paragraphs of a word processor
    page: bool  # starts a page: after a form feed, or indented right under a line that is not

    @property
    def is_lost_bullet(self) -> bool:
        """Whether the line is indented after a blank one: its bullet was lost, or it is a new paragraph."""
        return self.indent > 0 and self.blank > 0


def split_lines(text: str) -> list[Line]:
    """Find the lines that are not blank, with what is around them."""
    lines: list[Line] = []
    place = blank = paragraphs = indent = 0
    for number, sheet in enumerate(text.split("\f")):
        feed = number > 0
        for raw in sheet.split("\n"):
            start, place = place, place + len(raw) + 1
            content = raw.strip()
            if not content:
                blank += 1
                paragraphs += bool(raw)
                continue
            under, indent = indent, len(raw) - len(raw.lstrip())
            if "\t" in raw[:indent]:  # the empty first cells of a table
                indent = len(raw) - len(raw.lstrip(" "))
                content = raw[indent:].rstrip()
            page = feed or (indent > 0 and ((blank == 0 and under == 0) or not lines))
            start += indent
            stop = start + len(content)
            lines.append(Line(start, stop, content, indent, place - 1 - stop, blank, paragraphs, page))
            blank = paragraphs = 0
            feed = False
    return lines


def join_lines(tracked: TrackedText) -> TrackedText:
    """Join what a page layout has cut; each paragraph becomes one line."""
    text = tracked.text
    lines = split_lines(text)
    if not lines:
        return apply_edits(tracked, [(0, len(text), "")] if text else [])
    joiner = _Joiner(lines, text)
    edits: list[Edit] = []
    if lines[0].start:
        edits.append((0, lines[0].start, ""))
    for index, line in enumerate(lines):
        if "  " in line.text or "\t" in line.text:
            for match in _SPACES.finditer(line.text):
                new = "\t" * match[0].count("\t") or " "
                if new != match[0]:
                    edits.append((line.start + match.start(), line.start + match.end(), new))
        stop = lines[index + 1].start if index + 1 < len(lines) else len(text)
        joint = joiner.joint(index + 1) if index + 1 < len(lines) else ""
        if joint == "-":  # the hyphen of a cut word goes with the end of the line
            edits.append((line.end - 1, stop, ""))
        elif line.end < stop:
            edits.append((line.end, stop, joint))
    return apply_edits(tracked, [edit for edit in edits if text[edit[0] : edit[1]] != edit[2]])


class _Joiner:
    """Decides how each line is tied to the one before."""

    def __init__(self, lines: Sequence[Line], text: str) -> None:
        self.lines, self.text = lines, text
        self.lows = [_starts_low(line.text) and not starts_item(line.text) for line in lines]
        self.wrapped = sum(self.lows) > MIN_WRAPPED * len(lines)
        self.widths = _column_widths([line.end - line.start for line in lines]) if self.wrapped else []
        self.words: Counter[str] | None = None

    def joint(self, index: int) -> str:
        """Return what ties a line to the one before: a space, a line end, "" or "-" (drop the hyphen)."""
        before, after = self.lines[index - 1], self.lines[index]
        if self._is_cut_word(before, after):
            return "" if self._keeps_hyphen(before.text, after.text) else "-"
        return " " if self._continues(index, before, after) else "\n"

    def _is_cut_word(self, before: Line, after: Line) -> bool:
        a, b = before.text, after.text
        return (
            len(a) > 2
            and a[-1] == "-"
            and a[-2].isalnum()
            and b[0].isalnum()
            and after.blank < 3
            and not is_fixed(a)
            and not is_fixed(b)
            and not (starts_item(b) and after.blank)
        )

    def _keeps_hyphen(self, a: str, b: str) -> bool:
        """Say whether a hyphen at a line end belongs to the word: as the rest of the document writes it."""
        if self.words is None:
            self.words = Counter(word.lower() for word in _WORD.findall(self.text))
        left = _WORD.findall(a[:-1])[-1].lower()
        found = _WORD.match(b)
        right = found[0] if found else b[0]
        hyphenated, joined = f"{left}-{right.lower()}", left + right.lower()
        if self.words[hyphenated] != self.words[joined]:
            return self.words[hyphenated] > self.words[joined]
        first = right.lower().split("-")[0]
        if first in PARTICLES or left.rsplit("-", 1)[-1] in PREFIXES or not first[0].isalpha():
            return True
        return right[0].isupper()  # a capital starts a name, or the second half of one

    def _continues(self, index: int, before: Line, after: Line) -> bool:  # noqa: PLR0911, PLR0912 - one rule after the other
        a, b = before.text, after.text
        if len(a) < 4 and BULLET_ONLY.fullmatch(a):
            return not is_fixed(b)
        hanging = is_hanging(a)
        if not (self.wrapped or self.lows[index] or hanging):
            return False
        if (
            self._stands_alone(index - 1)
            or self._stands_alone(index)
            or starts_item(b)
            or ACRONYM_TERM.match(b)
        ):
            return False
        if NUMBER_ONLY.fullmatch(b):
            return self.wrapped and hanging and a[-1] != "," and after.blank < 2
        if hanging and a[-1] != "," and not (after.is_lost_bullet and is_upper(b)):
            return True
        if not self.wrapped:
            return self.lows[index] and len(a) > MIN_LONG and not ends_sentence(a) and a[-1] not in ":;"
        if self.lows[index]:
            return self._low_continues(before, after)
        if SHEET_SECTION.match(a):
            return after.blank == 0 and b.startswith("Partenaires")
        if is_upper(a) and is_upper(b) and b.split(" ", 1)[0].lower() in HANGING_WORDS:
            return after.blank < 3 and not ends_sentence(a)
        if after.is_lost_bullet or (after.indent and before.indent and not after.page):
            return False
        strong = (after.paragraphs > 0 or after.blank > 2) and not after.page
        if hanging or strong or a[-1] in ":;":
            return hanging and not strong
        if b[0] != "(" and is_upper(a) != is_upper(b) and (is_upper(a) or len(b) > 3):
            return False
        airy = self._is_airy(index)
        if self._is_full(index - 1, b):
            # A few words set apart under a full line are a label more often than its end.
            apart = after.blank == 1 and (len(b) > MIN_FULL or LABELLED.match(a) is not None)
            if ends_sentence(a):
                prose = not after.page or len(b) > 0.7 * self.widths[index - 1]
                return (after.blank == 0 or (apart and airy)) and before.trailing < 2 and prose
            return after.blank == 0 or (apart and (airy or len(a) > MIN_LONG))
        if b[0] == "(" or (is_upper(a) and is_upper(b)):
            return after.blank == 0 and not after.page
        # Where most lines are set apart, two that touch are one cell or one title over two lines.
        return (
            after.blank == 0 and airy and not after.page and max(len(a), len(b)) < 60 and a[-1] not in ".!?"
        )

    def _stands_alone(self, index: int) -> bool:
        """Say whether a line is a table row, a title in Markdown or an address."""
        text = self.lines[index].text
        return is_fixed(text) or is_row(text)

    def _low_continues(self, before: Line, after: Line) -> bool:
        a = before.text
        if after.is_lost_bullet and not after.page:
            return False
        if a[-1] in ";:" or ends_sentence(a):
            return after.blank == 0 and a[-1] != ";"
        return after.blank < 4

    def _is_full(self, index: int, following: str) -> bool:
        length = len(self.lines[index].text)
        if length < MIN_FULL or length > MAX_WIDTH:
            return False
        around = self.lows[max(0, index - WINDOW) : index + WINDOW + 1]
        if sum(around) < MIN_WRAPPED * len(around):
            return False
        first_word = following.split(" ", 1)[0]
        slack = 1 if ends_sentence(self.lines[index].text) else 0.9  # an open phrase needs less proof
        return length + 1 + len(first_word) > slack * self.widths[index]

    def _is_airy(self, index: int) -> bool:
        """Say whether most lines around are followed by a blank one."""
        around = self.lines[max(1, index - WINDOW) : index + WINDOW + 1]
        return sum(line.blank > 0 for line in around) >= 0.4 * len(around)


def _column_widths(lengths: Sequence[int]) -> list[int]:
    """Return the width of the column around each line: three quarters of its neighbours are shorter."""
    widths = []
    for index in range(len(lengths)):
        around = sorted(lengths[max(0, index - WINDOW) : index + WINDOW + 1])
        widths.append(around[(3 * len(around)) // 4] if len(around) > 3 else around[-1])
    return widths


def _starts_low(text: str) -> bool:
    """Say whether a line starts in lower case or with what cannot start a phrase."""
    if text[0] in "»)],;:…%":
        return True
    for character in text[:4]:
        if character.isalpha():
            return character.islower()
        if character not in "«“\"' ’":
            return False
    return False
