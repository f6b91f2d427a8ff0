"""What a misspelt word was meant to be, judged against the words of the corpus.

A wrong correction is worse than none: a word is touched only when neither the corpus nor ordinary French
knows it, and only when one known word is clearly what the fingers or the ear aimed at.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.french import STOP_WORDS, fold, stem

if TYPE_CHECKING:
    from assistant.search.vocabulary import Vocabulary

# Stems of ordinary French, one a line; written by training/french_words.py.
FRENCH_STEMS = Path(__file__).with_name("french_stems.txt")

MIN_LETTERS = 4  # shorter words have too many neighbours
MIN_JOINED = 6  # shorter ones are not two words run together
MAX_LETTERS = 40  # nobody means a word by more

# How far a word may be from what was meant, by its length; the costs are those of ``_cost``.
_REACH = {4: 0.5, 5: 0.8, 6: 0.8, 7: 1.0, 8: 1.3}
_LONG_REACH = 1.7
_ACCENTED = 0.25  # how much less for a word typed with accents
MIN_COUNT = 3  # rows that hold a word before anything is mended into it, unless it is ordinary French
MIN_COUNT_OF_PARTS = 12  # the same for each of two words run together: prefixes leave words behind
MIN_SLIP = 6  # letters: shorter known words that sound like another are names and abbreviations
_SLIP_RATIO = 15  # how much more frequent the ordinary word is that a known slip sounds like
_MIN_RATIO = 4  # of two equally near words, the meant one is that many times more frequent

_LETTERS = re.compile(r"[a-z]+")  # of a folded word
_ROWS = ("azertyuiop", "qsdfghjklm", "wxcvbn")
_PLACES = {letter: (row, column) for row, keys in enumerate(_ROWS) for column, letter in enumerate(keys)}
_ELIDED = re.compile(r"(?P<head>[cdjlmnst]|qu|jusqu|lorsqu|puisqu)(?P<rest>[aeiouyh].*)")
_HEADS = frozenset(
    "la le les de du des un une au aux en et par pour sur dans avec ce ces cette sans que qui".split()
)


class Speller:
    """Mends words against one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._known = vocabulary
        # Under its first letter and under its second: one slip leaves one of them where it was, or moves it.
        self._by_start: dict[tuple[int, int, str], list[str]] = defaultdict(list)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word, count in vocabulary.words.items():
            # A rare word that is no French either may itself be a slip: nothing is mended into it.
            if len(word) >= MIN_LETTERS and word.isalpha() and (count >= MIN_COUNT or is_french(word)):
                self._by_start[len(word), 0, word[0]].append(word)
                self._by_start[len(word), 1, word[1]].append(word)
                self._by_sound[sound(word)].append(word)
        self._mend = lru_cache(maxsize=50_000)(self._find)

    def leaves_alone(self, word: str) -> bool:
        """Whether a folded word needs no mending: it is known, or it is ordinary French."""
        return self._known.knows(word) or is_french(word)

    def mend(self, typed: str) -> str | None:
        """Return the known word, folded, that an unknown one was meant to be, or None.

        A word typed with its accents was typed with care: less is read into it.
        """
        word = fold(typed)
        if not MIN_LETTERS <= len(word) <= MAX_LETTERS or not _LETTERS.fullmatch(word):
            return None
        if self.leaves_alone(word):
            return self._meant_by_slip(word)
        return self._mend(word, word != typed.lower())

    def _meant_by_slip(self, word: str) -> str | None:
        """Return the ordinary word that a known but rare one sounds like, or None.

        Fiches' questions have slips on purpose, since people make them: those are known words.
        """
        if len(word) < MIN_SLIP or is_french(word):
            return None
        alike = [other for other in self._by_sound.get(sound(word), ()) if is_french(other)]
        meant = max(alike, key=lambda other: self._known.words[other], default=None)
        rows = max(1, self._known.terms.get(stem(word), 0))
        return meant if meant and self._known.words[meant] >= _SLIP_RATIO * rows else None

    def split(self, word: str) -> str | None:
        """Return two known words that were run together, or None: ``leducateur``, ``projetpour``.

        An elided word comes back with its apostrophe.
        """
        if (
            not MIN_JOINED <= len(word) <= MAX_LETTERS
            or not _LETTERS.fullmatch(word)
            or self.leaves_alone(word)
        ):
            return None
        elided = _ELIDED.fullmatch(word)
        if elided and len(elided["rest"]) >= 4 and self._known.words.get(elided["rest"], 0) >= MIN_COUNT:
            return f"{elided['head']}'{elided['rest']}"
        best, parts = MIN_COUNT_OF_PARTS - 1, None
        for at in range(2, len(word) - 2):
            left, right = word[:at], word[at:]
            rarest = min(self._count_of_part(left), self._count_of_part(right))
            if rarest > best:
                best, parts = rarest, f"{left} {right}"
        return parts

    def join(self, left: str, right: str) -> str | None:
        """Return the known word that was cut in two, or None: ``educa teurs``."""
        whole = left + right
        if not _LETTERS.fullmatch(whole) or len(whole) < MIN_JOINED or min(len(left), len(right)) < 2:
            return None
        if self.leaves_alone(left) and self.leaves_alone(right):
            return None
        return whole if self._known.words.get(whole, 0) >= MIN_COUNT else None

    def _count_of_part(self, word: str) -> int:
        """Return how frequent a word is, nothing for one that joins badly."""
        if word in _HEADS:
            return self._known.rows
        return self._known.words.get(word, 0) if len(word) >= 5 and is_french(word) else 0

    def _find(self, word: str, accented: bool) -> str | None:
        from rapidfuzz.distance import OSA
        from rapidfuzz.process import extract_iter

        reach = _REACH.get(len(word), _LONG_REACH) - (_ACCENTED if accented else 0.0)
        edits = 1 if len(word) < 8 else 2
        near = set(self._by_sound.get(sound(word), ()))
        for length in range(len(word) - edits, len(word) + edits + 1):
            for place in (0, 1):
                for letter in {word[0], word[1]}:
                    choices = self._by_start.get((length, place, letter), ())
                    near.update(
                        found[0]
                        for found in extract_iter(word, choices, scorer=OSA.distance, score_cutoff=edits)
                    )
        costs = sorted((cost, -self._known.words[other], other) for other in near
                       if (cost := _cost(word, other)) <= reach)  # fmt: skip
        if not costs:
            return None
        cost, count, meant = costs[0]
        for other_cost, other_count, other in costs[1:]:
            if stem(other) == stem(meant):
                continue
            if other_cost - cost < 0.2 and -other_count * _MIN_RATIO > -count:
                return None  # it could be either
        return meant


def _cost(typed: str, meant: str) -> float:
    """Return how unlikely it is that one word was typed for another; about one an edit."""
    from rapidfuzz.distance import OSA

    edits = OSA.distance(typed, meant)
    same_sound = len(typed) > MIN_LETTERS and sound(typed) == sound(meant)
    swapped = edits == 1 and sorted(typed) == sorted(meant)
    if same_sound or swapped or _undoubled(typed) == _undoubled(meant):
        cost = 0.5
    elif edits == 1 and len(typed) != len(meant):
        cost = 0.75 if len(typed) < len(meant) else 0.8
    elif edits == 1:
        cost = _slip(typed, meant)
    else:  # one of two edits may be cheap
        cost = min(1.9, 0.6 + OSA.distance(_undoubled(typed), _undoubled(meant)))
        cost = min(cost, 0.6 + OSA.distance(sound(typed), sound(meant)))
    return cost + (0.4 if typed[0] != meant[0] and sound(typed)[:1] != sound(meant)[:1] else 0.0)


def _slip(typed: str, meant: str) -> float:
    """Return the cost of one letter for another: little for neighbours on the keyboard and for vowels."""
    a, b = next((a, b) for a, b in zip(typed, meant, strict=True) if a != b)
    (row, column), (other_row, other_column) = _PLACES[a], _PLACES[b]
    if row == other_row and abs(column - other_column) == 1:
        return 0.75
    return 0.8 if a in "aeiouy" and b in "aeiouy" else 1.0


def _undoubled(word: str) -> str:
    return re.sub(r"(.)\1+", r"\1", word)


# In this order: what a group of letters sounds like.  Capitals are sounds that no single letter writes.
_SOUNDS = tuple(
    (re.compile(pattern), heard)
    for pattern, heard in (
        (r"e?aux?", "o"), (r"ph", "f"), (r"[cs]h", "S"), (r"qu|ck", "k"),
        (r"[ts]c?i(?=on)", "ss"), (r"sc(?=[eiy])", "ss"), (r"c(?=[eiy])", "s"), (r"c", "k"), (r"q", "k"),
        (r"gu(?=[eiy])", "G"), (r"ge(?=[ao])", "j"), (r"g(?=[eiy])", "j"), (r"G", "g"),
        (r"h", ""), (r"y", "i"), (r"oi|oua|wa", "W"), (r"ou", "U"), (r"[ae]i(?!n)", "e"), (r"eu", "e"),
        (r"[ae][nm](?![aeiounm])", "A"), (r"[ae]?i[nm](?![aeiounm])|u[nm](?![aeiounm])", "I"),
        (r"o[nm](?![aeiounm])", "O"), (r"(.)\1+", r"\1"), (r"z", "s"), (r"x", "ks"),
        (r"(?:e[rz]|e?e?s?|[sxtdp]+|ent)$", ""),
    )
)  # fmt: skip


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """Return roughly how a folded French word sounds, as a key to compare.

    >>> sound("kartier") == sound("quartier"), sound("fonksion") == sound("fonction")
    (True, True)
    """
    for pattern, heard in _SOUNDS:
        word = pattern.sub(heard, word)
    return word


@lru_cache(maxsize=100_000)
def is_french(word: str) -> bool:
    """Whether a folded word is ordinary French, whatever its form."""
    return word in STOP_WORDS or stem(word) in french_stems()


@lru_cache(maxsize=1)
def french_stems() -> frozenset[str]:
    """Return the stems of ordinary French words."""
    return frozenset(FRENCH_STEMS.read_text(encoding="utf-8").split())
