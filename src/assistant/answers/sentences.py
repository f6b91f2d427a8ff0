"""Choosing the sentences of a text that hold what is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.french import FOLDED_MONTHS, fold, numbers, sentence_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.records import Fiche, QuestionKind, Understanding
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
DECIMALS = 4  # what is as good stays so, whatever the last bits of a product of matrices
VOTE = 1.0  # of the part of the fiche's questions most like the one asked that it answers
VOTES = 10  # questions
SHARPNESS = 0.1  # a question less alike by this counts e times less
CARRY = (
    0.4  # of the words that the best sentence before it holds: « Il se réunit deux fois par an » names no one
)


def sentence_votes(fiche: Fiche, row: int, nearness: Nearness) -> list[float]:
    """Return the part of each sentence of a fiche's body in the answers to its questions most like the one asked.

    Each of the ``VOTES`` questions most alike counts exp(likeness / ``SHARPNESS``) for the sentences that
    answer it; the sum of a sentence's votes is at most 1.

    Args:
        fiche: That says which sentences answer its questions; without, nobody votes.
        row: Its row among the fiches of the index.
        nearness: The words of the question asked beside those of the corpus.
    """
    import numpy as np

    votes = [0.0] * len(sentence_spans(fiche.body))
    if not fiche.answered_by:
        return votes
    alike = nearness.alike(row).round(DECIMALS)
    voting = np.argsort(-alike, kind="stable")[:VOTES]
    weights = np.exp((alike[voting] - alike[voting[0]]) / SHARPNESS)
    for question, weight in zip(voting, weights / weights.sum(), strict=True):
        for sentence in fiche.answered_by[question]:
            votes[sentence - 1] += float(weight)
    return votes


def sentence_values(
    text: str,
    spans: Sequence[tuple[int, int]],
    understanding: Understanding,
    nearness: Nearness,
    votes: Sequence[float],
) -> list[float]:
    """Return what each sentence is worth as an answer, from 0 to about 2.6.

    The share of the question's weight that comes near the sentence's words, or those of a sentence
    before it that says what it is about; signs of the kind of thing asked for: a date, a number, a person;
    and its ``votes``.
    """
    values, before = [], 0.0
    sentences = [text[start:end] for start, end in spans]
    nears = (nearness.weights @ nearness.of_texts(sentences)).tolist()
    for place, (sentence, near) in enumerate(zip(sentences, nears, strict=True)):
        folded = fold(sentence)
        looks_right = any(_SIGNS[kind](folded) for kind in understanding.kinds if kind in _SIGNS)
        worth = near + CARRY * before + SIGN * looks_right + FIRST * (place == 0) + VOTE * votes[place]
        values.append(round(worth, DECIMALS))
        before = max(before, near)
    return values


def best_sentence(text: str, values: Sequence[float]) -> str:
    """Return the sentence worth most, the first of equals; nothing where nothing was valued."""
    spans = sentence_spans(text)
    return text[slice(*spans[values.index(max(values))])] if values else ""


def best_sentences(text: str, values: Sequence[float], *, room: int) -> str:
    """Return the sentences worth most, in their order, within ``room`` characters; at least one.

    A text that fits is returned whole.
    """
    if len(text) <= room:
        return text
    spans = sentence_spans(text)
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
