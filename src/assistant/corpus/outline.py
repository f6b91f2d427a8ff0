"""Find the titles of a clean text and how they nest.

A numbered title with nothing under it, followed by others like it, is an entry of a list ("Liens avec
d'autres actions", a plan of the parts): not a title.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.corpus.parts import find_parts, open_running_labels, running_labels
from assistant.corpus.plain_titles import add_plain_titles
from assistant.corpus.shapes import LABELLED, SHEET_SECTION, is_cells
from assistant.corpus.titles import GLOSSARY, PART, REFERENCE, Title, marked_title, numbered_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.corpus.titles import Row
    from assistant.records import Document

_LINKS = re.compile(r"Liens? (?:avec|vers)\b")
_EMPTY_LETTERS = 80  # fewer letters than this under "Fiche 3 : …" and it was only mentioned
_EMPTY_ACTION = 25
_LISTABLE = frozenset(
    (
        "action", "axe", "cahier", "defi", "engagement", "fiche", "fiche action", "fiche-action", "mesure", "objectif",
        "orientation", "priorite", "volet",
    )
)  # fmt: skip


def find_titles(rows: Sequence[Row], document: Document) -> dict[int, list[Title]]:
    """Say which lines open something, outermost first when a line opens two."""
    marked = [marked_title(row.text) for row in rows]
    structured = sum(title is not None and title.level > 0 for title in marked) >= 3
    titles: dict[int, Title] = {}
    for index, row in enumerate(rows):
        title = marked[index] or (numbered_title(row.text, index, rows) if not is_cells(row.text) else None)
        if title:
            titles[index] = title
    if structured:
        titles = _rank_by_level(titles)
    parts = {} if structured else find_parts(rows, document.text)
    labels = running_labels(document)
    if labels:
        titles = {index: title for index, title in titles.items() if title.label != "cahier"}
    titles = _drop_mentions(titles, rows)
    titles.update((index, Title(PART, name, "part")) for index, name in parts.items())
    titles = _drop_acronyms(titles)
    glossary = _glossary_rows(titles, len(rows))
    if not structured:
        add_plain_titles(titles, rows, glossary)
    opened = {index: [title] for index, title in titles.items()}
    open_running_labels(opened, rows, labels, document)
    return opened


def _rank_by_level(titles: dict[int, Title]) -> dict[int, Title]:
    """Rank Markdown titles by their level, unless titles numbered alike have different levels.

    The only title of the first level, when it comes first, is the title of the document: it opens nothing.
    """
    levels: defaultdict[str, set[int]] = defaultdict(set)
    for title in titles.values():
        if title.level and title.label not in {"", "matter"}:
            levels[title.label].add(title.level)
    consistent = all(len(found) == 1 for found in levels.values())
    ranked = dict(titles)
    if consistent:
        ranked = {
            index: replace(title, rank=46 + title.level, leaf=False)
            if title.level
            else replace(title, rank=max(title.rank, 54))
            for index, title in titles.items()
        }
    tops = [index for index, title in titles.items() if title.level]
    first = tops[0]
    top = min(titles[index].level for index in tops)
    unnumbered = titles[first].label == ""
    if (
        unnumbered
        and titles[first].level == top
        and (not consistent or sum(titles[i].level == top for i in tops) == 1)
    ):
        ranked[first] = replace(ranked[first], text="")
    return ranked


def _drop_mentions(titles: dict[int, Title], rows: Sequence[Row]) -> dict[int, Title]:
    """Drop the numbered titles that only mention what is elsewhere: nothing stands under them."""
    letters = [0]
    for index, row in enumerate(rows):
        title = titles.get(index)
        letters.append(
            letters[-1]
            + (
                0
                if title and title.label in _LISTABLE and title.level == 0
                else sum(map(str.isalpha, row.text))
            )
        )
    order = sorted(titles)
    # The next title that closes this one: of its rank, or outside it.
    following: dict[int, int] = {}
    stack: list[int] = []
    for index in order:
        while stack and titles[index].rank <= titles[stack[-1]].rank:
            following[stack.pop()] = index
        stack.append(index)
    following.update(dict.fromkeys(stack, len(rows)))
    kept: dict[int, Title] = {}
    links = False
    for index in order:
        title, stop = titles[index], following[index]
        if title.label not in _LISTABLE:
            links = _LINKS.match(title.text) is not None
        elif links and index + 1 < len(rows):
            # Among references to other sheets, a title is what a sheet or a text follows at once.
            after = rows[index + 1].text
            mentions = LABELLED.match(after) or REFERENCE.match(after)
            sheet = any(SHEET_SECTION.match(row.text) for row in rows[index + 1 : index + 3])
            if mentions or (len(after) < 100 and not sheet):
                continue
        under = letters[stop] - letters[index + 1]
        if title.label in _LISTABLE and title.level == 0:
            if under < (_EMPTY_ACTION if title.label == "action" else _EMPTY_LETTERS):
                continue
        elif title.label.startswith(("decimal", "letter", "roman")) and title.level == 0:
            near = [titles.get(index - 1), titles.get(index + 1)]
            if any(other and other.label == title.label for other in near):
                continue
        if title.label in _LISTABLE:
            links = False
        kept[index] = title
    return kept


def _drop_acronyms(titles: dict[int, Title]) -> dict[int, Title]:
    """Drop the words in capitals that a glossary explains on the next line."""
    kept: dict[int, Title] = {}
    within = False
    for index in sorted(titles):
        title = titles[index]
        if title.label != "capitals":
            within = GLOSSARY.match(title.text) is not None
        elif within and " " not in title.text:
            continue
        kept[index] = title
    return kept


def _glossary_rows(titles: dict[int, Title], count: int) -> set[int]:
    """Return the lines under the title of a glossary, where no other title is sought."""
    found: set[int] = set()
    order = sorted(titles)
    for index, stop in pairwise([*order, count]):
        if GLOSSARY.match(titles[index].text):
            found.update(range(index + 1, stop))
    return found
