"""Choosing, in a passage, the sentences that answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.french import fold, numbers, sentence_spans, tokenize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.records import Fiche, Passage
    from assistant.search.vocabulary import Vocabulary

WHOLE_PASSAGE = 420  # characters; a shorter passage is quoted whole
MAX_QUOTE = 600
MAX_SENTENCES = 4
FICHE_SHARE = 0.6  # weight of the words of the fiche's answering sentence, beside the question's
DIGIT_BONUS = 2.0  # for a sentence with a figure when one is asked for
_ASKS_FIGURE = re.compile(
    r"\b(?:combien|quand|delai|date|duree|montant|taux|pourcentage|age|nombre|jusqu|avant)\b"
)
_LETTERS = re.compile(r"[^\W\d_]")


def asks_for_figure(question: str) -> bool:
    """Whether a question wants a number, a date or a duration."""
    return bool(_ASKS_FIGURE.search(fold(question)))


def choose_quote(
    question: str, passage: Passage, fiche: Fiche | None, vocabulary: Vocabulary
) -> tuple[int, int]:
    """Return the range of ``passage.text`` to quote: consecutive sentences, at most four.

    A sentence is worth the rarity of the question's words that it holds and, where a fiche
    explains the passage, of the words of the fiche's sentence that answers.
    """
    text = passage.text
    units = without_headings(quotable_units(text), passage)
    if not units:
        return 0, len(text)
    if len(text) <= WHOLE_PASSAGE:
        return units[0][0], units[-1][1]
    wanted = wanted_terms(question, fiche, vocabulary)
    wants_figure = asks_for_figure(question)
    values = [_value(text[start:end], wanted, vocabulary, wants_figure=wants_figure) for start, end in units]
    return best_stretch(units, values)


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
    headings = [_bare(heading) for heading in passage.headings]
    kept = list(units)
    while len(kept) > 1:
        bare = _bare(passage.text[slice(*kept[0])])
        if not any(heading and (heading.endswith(bare) or bare.endswith(heading)) for heading in headings):
            break
        kept.pop(0)
    return kept


def _bare(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum())


def wanted_terms(question: str, fiche: Fiche | None, vocabulary: Vocabulary) -> dict[str, float]:
    """Return the terms a quotation should hold, with their weights."""
    wanted = dict.fromkeys(tokenize(question), 1.0)
    if fiche is None:
        return wanted
    # The fiche's own question nearest to this one brings words closer to its body.
    nearest = max(fiche.asked, key=lambda q: vocabulary.coverage(list(wanted), tokenize(q)), default="")
    asked = wanted | dict.fromkeys(tokenize(nearest), 0.5)
    wants_figure = asks_for_figure(question)
    sentences = [fiche.body[start:end] for start, end in sentence_spans(fiche.body)]
    best = max(sentences, key=lambda s: _value(s, asked, vocabulary, wants_figure=wants_figure))
    for term in tokenize(best):
        wanted.setdefault(term, FICHE_SHARE)
    return wanted


def _value(
    sentence: str, wanted: Mapping[str, float], vocabulary: Vocabulary, *, wants_figure: bool
) -> float:
    value = sum(wanted.get(term, 0.0) * vocabulary.idf(term) for term in dict.fromkeys(tokenize(sentence)))
    return value + (DIGIT_BONUS if wants_figure and numbers(sentence) else 0.0)


def best_stretch(units: Sequence[tuple[int, int]], values: Sequence[float]) -> tuple[int, int]:
    """Return the range of consecutive units with the highest value, each charged the mean.

    Charging every unit three quarters of the mean value keeps a stretch from growing for the sake of
    sentences that say little.  The first of equal stretches wins.
    """
    charge = 0.75 * sum(values) / len(values)
    best, chosen = float("-inf"), (units[0][0], units[0][1])
    for first in range(len(units)):
        worth = 0.0
        for last in range(first, min(first + MAX_SENTENCES, len(units))):
            start, end = units[first][0], units[last][1]
            if last > first and end - start > MAX_QUOTE:
                break
            worth += values[last] - charge
            if worth > best:
                best, chosen = worth, (start, end)
    return chosen
