"""Choosing the sentences of a text that hold what is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.french import FOLDED_MONTHS, fold, numbers, sentence_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.records import QuestionKind, Understanding
    from assistant.search.nearness import Nearness

# What the answer to each kind of question looks like, in a folded sentence.
_MONTHS = "|".join(FOLDED_MONTHS)
_SIGNS: dict[QuestionKind, Callable[[str], object]] = {
    "when": re.compile(
        rf"\b(?:{_MONTHS})\b|\b(?:19|20)\d\d\b|\b(?:jours?|mois|ans?|annees?|semaines?|trimestres?|heures?)\b"
        r"|\b(?:avant|apres|jusqu|des que|au plus tard|chaque|tous les|toutes les|fois par)\b"
    ).search,
    "how_many": numbers,
    "who": re.compile(
        r"\b(?:president|directeur|directrice|maire|departement|conseil|service|equipe|educateurs?|educatrices?"
        r"|association|chefs?|juge|prefet|etat|commission|comite|referents?|coordinat\w+|elus?|parents?)\b"
    ).search,
    "where": re.compile(
        r"\b(?:a|au|aux|dans|rue|quartiers?|communes?|villes?|siege|locaux|territoires?)\b"
    ).search,
    "why": re.compile(
        r"\b(?:car|parce|afin|pour|permet|puisque|objectif|vise|faute de|en raison|eviter)\b"
    ).search,
    "definition": re.compile(r"\b(?:est|sont|designe|signifie|consiste|regroupe|veut dire|appelle)\b").search,
    "yes_no": re.compile(
        r"\b(?:oui|non|peut|peuvent|doit|doivent|ne|interdit|possible|obligatoire|autorise|sauf)\b"
    ).search,
    "list": re.compile(r"[,;:].+[,;]").search,
}
# Beside the question's words that a sentence holds; chosen on the development questions.
SIGN = 0.15  # of a sentence that looks like the answer
FIRST = 0.1  # of the first sentence, which most often answers
CARRY = (
    0.4  # of the words that the best sentence before it holds: « Il se réunit deux fois par an » names no one
)


def sentence_values(
    text: str, spans: Sequence[tuple[int, int]], understanding: Understanding, nearness: Nearness
) -> list[float]:
    """Return what each sentence is worth as an answer, from 0 to about 1.6.

    The share of the question's weight that comes near the sentence's words, or those of a sentence
    before it that says what it is about, and signs of the kind of thing asked for: a date, a number, a person.
    """
    values, before = [], 0.0
    for place, (start, end) in enumerate(spans):
        sentence = text[start:end]
        near = float(nearness.weights @ nearness.of_text(sentence)) if len(nearness.weights) else 0.0
        folded = fold(sentence)
        looks_right = any(_SIGNS[kind](folded) for kind in understanding.kinds if kind in _SIGNS)
        values.append(near + CARRY * before + SIGN * looks_right + FIRST * (place == 0))
        before = max(before, near)
    return values


def best_sentences(text: str, understanding: Understanding, nearness: Nearness, *, room: int) -> str:
    """Return the sentences worth most, in their order, within ``room`` characters; at least one.

    A text that fits is returned whole.
    """
    if len(text) <= room:
        return text
    spans = sentence_spans(text)
    values = sentence_values(text, spans, understanding, nearness)
    chosen: set[int] = set()
    used = 0
    for place in sorted(range(len(spans)), key=lambda place: -values[place]):
        length = len(text[slice(*spans[place])].rstrip()) + 1
        if not chosen or used + length <= room:
            chosen.add(place)
            used += length
    parts, before = [], -1
    for place in sorted(chosen):
        parts.append(" " if place == before + 1 else " […] ")
        parts.append(text[slice(*spans[place])].strip())
        before = place
    cut = " […]" if before < len(spans) - 1 else ""
    return "".join(parts).strip() + cut
