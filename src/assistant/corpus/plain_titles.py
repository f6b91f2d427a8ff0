"""Titles without a number: short lines that lead to a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.corpus.shapes import (
    LABELLED,
    NUMBER_ONLY,
    ends_sentence,
    is_cells,
    is_hanging,
    is_row,
    is_upper,
)
from assistant.corpus.titles import BOX, COLON, MAX_TITLE, PART, PLAIN, REFERENCE, Title, display

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.corpus.titles import Row

_PERSON = re.compile(
    r"(?:M\.|Mme|Dr) |[A-ZÀ-Þ][\w’'-]+(?: [A-Z][\w-]+)? [A-ZÀ-Þ’'-]{3,}(?: [A-ZÀ-Þ-]{2,})?(?:,|$)"
)
_KEY_FIGURE = re.compile(r"\d[\d ,.]*\s?%?\s+[^\W\d_]{2}.{25}")
_LOW_BULLET = re.compile(r"\W*(?:o\s)?\s*[a-zà-öø-ÿœ]")  # goes on with a sentence
# A line with a verb that ends with a colon introduces what follows; it is not its title.
_INTRODUCES = re.compile(
    r"(?:\b(?:est|sont|doit|doivent|peut|peuvent|s[’']engage(?:nt)?|s[’']articul\w+|permet(?:tent)?|vise(?:nt)?|a pour|"
    r"ont pour|nécessite(?:nt)?|comprend|comprennent|comporte(?:nt)?|concerne(?:nt)?|suivante?s?|ci-après|ci-dessous|"
    r"notamment)\b.*|\b(?:à|de|que|pour|par|en)\s?):$"
)


def add_plain_titles(titles: dict[int, Title], rows: Sequence[Row], glossary: set[int]) -> None:
    """Find the titles without a number: short lines that lead to a text."""
    like = [
        index not in titles and index not in glossary and _is_title_like(row)
        for index, row in enumerate(rows)
    ]
    index = 0
    chosen: list[int] = []
    while index < len(rows):
        if not like[index]:
            index += 1
            continue
        stop = index
        while stop < len(rows) and like[stop]:
            stop += 1
        before = rows[index - 1] if index else None
        listed = before is not None and index - 1 not in titles and before.text.endswith((":", ";"))
        if stop < len(rows) and not listed and (stop in titles or _leads_to(rows, stop)):
            above, below = titles.get(index - 1), titles.get(stop)
            # Between two titles a line is what the first holds, unless it names what follows.
            held = below and (
                below.rank == PART or len(rows[stop - 1].text) > 80 or (above and above.label == "sheet")
            )
            chosen += [] if held else _titles_of_run(rows, index, stop, below is not None)
        index = stop
    closing = _closing_labels(chosen, rows)
    rank_of: dict[str, int] = {}
    for index in chosen:
        above = next(
            (titles[other] for other in range(index - 1, max(-1, index - 8), -1) if other in titles), None
        )
        if index in closing or (
            above and above.label == "sheet" and above.text.startswith(("Pilote", "Liens"))
        ):
            continue
        text = rows[index].text
        word = text.split(" ", 1)[0]
        previous = titles.get(index - 1)
        rank = COLON if text.endswith(":") else PLAIN
        if previous and PLAIN <= previous.rank < BOX:
            rank = min(max(rank, previous.rank + 1), BOX - 1)
        elif word in rank_of:
            rank = rank_of[word]
        elif rank == PLAIN:
            rank_of = {}
        rank_of[word] = rank
        titles[index] = Title(rank, display(text), "plain")


def _titles_of_run(rows: Sequence[Row], start: int, stop: int, before_title: bool) -> list[int]:
    """Choose, of the short lines that lead to a text, those that are titles and not items or cells."""
    last = stop - 1
    if rows[last].text.endswith(":"):
        words = len(rows[last].text.split())
        introduces = rows[stop].has_mark and (words > 6 or _LOW_BULLET.match(rows[stop].text) is not None)
        return [] if introduces else [last] if stop - start > 2 else list(range(start, stop))
    if rows[last].is_bullet and (
        before_title or rows[stop].is_bullet or (last > 0 and rows[last - 1].is_bullet)
    ):
        return []  # an item among others
    if stop - start == 1:
        return [last]
    bullets = [rows[index].is_bullet for index in range(start, last)]
    if all(bullets) or all(is_upper(rows[index].text) for index in range(start, last)):
        return [] if before_title else [last]  # the items of a list, or a title page, and then a title
    if stop - start <= 3:
        return [] if before_title or any(bullets) else list(range(start, stop))
    # Several names above several texts: which goes with which is lost, but the first line names them all.
    named = rows[start].blank > 0 and not rows[start].is_bullet and stop - start <= 6
    return [start] if named and not before_title else []


def _is_title_like(row: Row) -> bool:
    text = row.text
    if not 3 < len(text) <= MAX_TITLE or not (
        text[0].isupper() or text[0] == "«" or re.match(r"\d{1,2} [A-Z]", text)
    ):
        return False
    if text[-1] in ".;,!" or (ends_sentence(text) and text[-1] not in "?)") or row.has_mark or is_cells(text):
        return False
    letters = sum(map(str.isalpha, text))
    return (
        letters >= 4
        and letters > 0.6 * len(text.replace(" ", ""))
        and "@" not in text
        and "://" not in text
        and "•" not in text
        and not re.search(r"\d\s?%", text)
        and not is_row(text)
        and not is_hanging(text)
        and text.count(",") < 3
        and not _INTRODUCES.search(text)
        and not _PERSON.match(text)
        and not LABELLED.match(text)
        and not REFERENCE.match(text)
        and not re.match(
            r"(?:Sources?|Notes?|NB|Voir|Vu|Considérant|Ex|Cf|Données|Total|TOTAL|Plus de|Moins de)\b|[\w()]+ ?: \S",
            text,
        )
        and not (
            ": " in text
            and len(text.split(": ", 1)[1]) < 40
            and NUMBER_ONLY.fullmatch(text.split(": ", 1)[1])
        )
    )


def _leads_to(rows: Sequence[Row], index: int) -> bool:
    """Say whether a title may stand above a line: a sentence or a bullet, not a figure or a row."""
    text = rows[index].text
    if rows[index].has_mark or _KEY_FIGURE.match(text):
        return not is_row(text)
    if is_row(text) or is_cells(text) or NUMBER_ONLY.fullmatch(text):
        return False
    return len(text) >= 100 or (len(text) >= 50 and (ends_sentence(text) or text[-1] in ":;"))


def _closing_labels(chosen: Sequence[int], rows: Sequence[Row]) -> set[int]:
    """Find the names that stand after their bullets: the first of a series has bullets above, the last none below."""
    closing: set[int] = set()
    series: list[int] = []
    for index in [*chosen, -1]:
        alike = series and index >= 0 and rows[index].text.split(" ")[0] == rows[series[0]].text.split(" ")[0]
        if not alike:
            if len(series) > 1 and rows[series[0] - 1].has_mark:
                after = series[-1] + 1
                while after < len(rows) and rows[after].has_mark:
                    after += 1
                # The last name leads to nothing, and so was not chosen.
                last = (
                    after < len(rows) and rows[after].text.split(" ")[0] == rows[series[0]].text.split(" ")[0]
                )
                if after == series[-1] + 1 or (
                    last and not (after + 1 < len(rows) and rows[after + 1].has_mark)
                ):
                    closing.update(series)
            series = []
        series.append(index)
    return closing
