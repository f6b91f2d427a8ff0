"""The two sides of a question that sets two things side by side: « Arras ou Calais ? », « en 2022 et en 2024 ».

A passage about one of them rarely says anything of the other: each side is looked for without the other.
"""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

from assistant.french import STOP_WORDS, fold, stem
from assistant.search.follow_up import KINDS_OF_DOCUMENTS
from assistant.search.spelling import is_french

if TYPE_CHECKING:
    from collections.abc import Collection

REACH = 7  # words looked at before what joins the two, and after it
SHORTEST = 4  # letters of a name without a capital
# What stands between two things, in a question.
_JOIN = re.compile(r"(?<!\w)(?:ou|et|vs|versus|contre|par rapport (?:à|au|aux))(?!\w)|/", re.I)
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_DOCUMENTS = KINDS_OF_DOCUMENTS | {stem("referentiel")}  # a part of the convention, often set beside it
_YEAR = re.compile(r"(?:19|20)\d\d")
_OPENS = re.compile(r"(?:^|[.?!:…])\W*$")  # a capital there says nothing


def sides_of(text: str, territories: Collection[str] = (), names: Collection[str] = ()) -> tuple[str, ...]:
    """Return a question without the second of the two things it names, and without the first.

    The two are of one type: years, documents, or names; those nearest to what joins them.  Nothing is returned when
    there are no such two.

    Args:
        text: The question, mended.
        territories: Folded words of the names of places.
        names: Folded texts; what they join, as in "service rencontres et loisirs", is one thing.

    >>> sides_of("combien de places à Arras ou à Calais ?")
    ('combien de places à Arras ou à ?', 'combien de places à ou à Calais ?')
    >>> sides_of("qui paie le gilet et la barque ?")
    ()
    """
    things = [
        (match, kind)
        for match in _WORD.finditer(text)
        if (kind := _type_of(match[0], territories, opens=bool(_OPENS.search(text[: match.start()]))))
    ]
    for join in _JOIN.finditer(text):
        if any(_around(text, join) in f" {name} " for name in names):
            continue
        before = [
            thing for thing in things[::-1] if 0 <= _between(text, thing[0].end(), join.start()) < REACH
        ]
        after = [thing for thing in things if 0 <= _between(text, join.end(), thing[0].start()) < REACH]
        for (left, kind), (right, other) in product(before, after):
            if kind == other and fold(left[0]) != fold(right[0]):
                return _without(text, right), _without(text, left)
    return ()


def _type_of(word: str, territories: Collection[str], *, opens: bool) -> str:
    """Return the type of a thing that may be set beside another; nothing for other words."""
    folded = fold(word)
    if _YEAR.fullmatch(word):
        return "year"
    if stem(folded) in _DOCUMENTS:
        return "document"
    if folded in STOP_WORDS or word.isdigit():
        return ""
    capital = word[0].isupper() and not opens
    unknown = len(word) >= SHORTEST and not any(map(is_french, folded.split("-")))  # "a-t-il" is no name
    return "name" if capital or unknown or folded in territories else ""


def _between(text: str, start: int, end: int) -> int:
    """Return how many words stand between two places; -1 when they overlap."""
    return len(_WORD.findall(text[start:end])) if start <= end else -1


def _around(text: str, join: re.Match[str]) -> str:
    """Return a joining word with the words beside it, folded, between spaces."""
    before, after = _WORD.findall(text[: join.start()])[-1:], _WORD.findall(text[join.end() :])[:1]
    return f" {fold(' '.join((*before, join[0], *after)))} "


def _without(text: str, thing: re.Match[str]) -> str:
    return " ".join(f"{text[: thing.start()]} {text[thing.end() :]}".split())
