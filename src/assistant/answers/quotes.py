"""Choosing, in a passage, the sentences that answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.french import bare_letters, numbers, sentence_spans, tokenize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from assistant.records import Passage, Understanding
    from assistant.search.vocabulary import Vocabulary

MAX_SENTENCES = 6
TELLING = 1.0  # weight of the words of the fiche's answering sentence, beside the question's
DIGIT_BONUS = 2.0  # for a sentence with a figure when one is asked for
_LETTERS = re.compile(r"[^\W\d_]")


def choose_quote(
    passage: Passage, value: Callable[[Sequence[tuple[int, int]]], Sequence[float]], *, room: int
) -> tuple[int, int]:
    """Return the range of ``passage.text`` to quote: consecutive sentences, in ``room`` characters if they can be.

    Args:
        passage: What is quoted.
        value: What each of some ranges of its text is worth.
        room: Characters.
    """
    text = passage.text
    units = without_headings(quotable_units(text), passage)
    if not units:
        return 0, len(text)
    if units[-1][1] - units[0][0] <= room:
        return units[0][0], units[-1][1]
    return with_what_it_announces(text, units, best_stretch(units, value(units), room=room), room=room)


def word_values(
    text: str,
    spans: Sequence[tuple[int, int]],
    understanding: Understanding,
    vocabulary: Vocabulary,
    *,
    telling: str = "",
) -> list[float]:
    """Return the rarity of the question's words that each range holds, and of those of ``telling``.

    ``telling``: the sentence that answers in the words of a fiche, where one explains the text.
    """
    figure = not {"when", "how_many"}.isdisjoint(understanding.kinds)
    wanted = dict.fromkeys(tokenize(telling), TELLING) | dict.fromkeys(understanding.terms, 1.0)
    return [_value(text[start:end], wanted, vocabulary, figure=figure) for start, end in spans]


def with_what_it_announces(
    text: str, units: Sequence[tuple[int, int]], stretch: tuple[int, int], *, room: int
) -> tuple[int, int]:
    """Return a stretch that says what it begins to: one unit more at least after « : », and to the end of « ….

    >>> text = "Les règles : une ; deux. Fin."
    >>> with_what_it_announces(text, [(0, 12), (13, 24), (25, 29)], (0, 12), room=25)
    (0, 24)
    """
    start, end = stretch
    announces = text[start:end].endswith(":")
    for _, after in [unit for unit in units if unit[0] >= end]:
        said, length = text[start:end], after - start
        broken = said.endswith(":") or said.count("«") > said.count("»")
        if length > (2 * room if broken else room if announces else 0):
            break
        end = after
    return start, end


def quotable_units(text: str) -> list[tuple[int, int]]:
    """Return the ranges of sentences, list items and table rows, without surrounding space."""
    units = []
    for start, end in sentence_spans(text):
        inside = text[start:end]
        stripped = inside.strip()
        if _LETTERS.search(stripped):
            begin = start + len(inside) - len(inside.lstrip())
            units.append((begin, begin + len(stripped)))
    return units


def without_headings(units: list[tuple[int, int]], passage: Passage) -> list[tuple[int, int]]:
    """Leave out the headings a passage starts with: the place of a citation says them already."""
    headings = [bare_letters(heading) for heading in passage.headings]
    kept = list(units)
    while len(kept) > 1:
        bare = bare_letters(passage.text[slice(*kept[0])])
        if not any(heading and (heading.endswith(bare) or bare.endswith(heading)) for heading in headings):
            break
        kept.pop(0)
    return kept


def _value(sentence: str, wanted: Mapping[str, float], vocabulary: Vocabulary, *, figure: bool) -> float:
    value = sum(wanted.get(term, 0.0) * vocabulary.idf(term) for term in dict.fromkeys(tokenize(sentence)))
    return value + (DIGIT_BONUS if figure and numbers(sentence) else 0.0)


def best_stretch(units: Sequence[tuple[int, int]], values: Sequence[float], *, room: int) -> tuple[int, int]:
    """Return the range of consecutive units with the highest value, each charged three quarters of the mean.

    The charge keeps a stretch from growing for the sake of sentences that say little.  One unit may
    be longer than ``room``, several may not.  The first of equal stretches wins.
    """
    charge = 0.75 * sum(values) / len(values)
    best, chosen = float("-inf"), (units[0][0], units[0][1])
    for first in range(len(units)):
        worth = 0.0
        for last in range(first, min(first + MAX_SENTENCES, len(units))):
            start, end = units[first][0], units[last][1]
            if last > first and end - start > room:
                break
            worth += values[last] - charge
            if worth > best:
                best, chosen = worth, (start, end)
    return chosen
