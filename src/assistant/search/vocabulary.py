"""The words of the corpus: how rare each is, and what a misspelt one was meant to be."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.french import STOP_WORDS, stem, term_of, words
from assistant.search.embedding import BUNDLED, MODELS

MIN_TYPO_LETTERS = 5  # shorter words have too many neighbours


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Counts over the rows of the index (passages with their fiches).

    Attributes:
        rows: How many rows were counted.
        terms: Stemmed term → number of rows that hold it.
        words: Folded word as written → number of rows that hold it.
    """

    rows: int
    terms: Mapping[str, int]
    words: Mapping[str, int]

    def idf(self, term: str) -> float:
        """Return how rare a term is, as BM25 weighs it; an unknown term is the rarest."""
        count = self.terms.get(term, 0)
        return math.log(1 + (self.rows - count + 0.5) / (count + 0.5))

    def weight(self, terms: Iterable[str]) -> float:
        """Return the summed idf of distinct terms."""
        return sum(self.idf(term) for term in dict.fromkeys(terms))

    def coverage(self, terms: Sequence[str], inside: Iterable[str]) -> float:
        """Return the share of the terms' weight that ``inside`` holds, from 0 to 1; 0 without terms."""
        total = self.weight(terms)
        held = set(inside)
        return self.weight(term for term in terms if term in held) / total if total else 0.0

    def knows(self, word: str) -> bool:
        """Whether a folded word, or another form of it, is in the corpus."""
        return word in self.words or stem(word) in self.terms or word in STOP_WORDS

    def mend(self, word: str) -> str | None:
        """Return the known word nearest to an unknown one, or None.

        At most one edit for words of up to seven letters, two beyond; the first letter is trusted.
        Among equally near words the most frequent wins.
        """
        from rapidfuzz.distance import OSA

        if len(word) < MIN_TYPO_LETTERS or not word.isalpha() or self.knows(word) or word in common_words():
            return None
        reach = 1 if len(word) <= 7 else 2
        near = [
            (OSA.distance(word, other, score_cutoff=reach), -count, other)
            for other, count in self.words.items()
            if other[0] == word[0] and abs(len(other) - len(word)) <= reach and other.isalpha()
        ]
        near = [candidate for candidate in near if candidate[0] <= reach]
        return min(near)[2] if near else None


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Return ordinary French words, folded: those that the bundled model's vocabulary holds whole."""
    vocabulary = json.loads((MODELS / BUNDLED / "tokenizer.json").read_text(encoding="utf-8"))["model"][
        "vocab"
    ]
    return frozenset(piece for piece in vocabulary if piece.isalpha() and len(piece) >= MIN_TYPO_LETTERS)


def count_words(rows: Iterable[str]) -> Vocabulary:
    """Count the words of texts, one text a row."""
    seen_words: Counter[str] = Counter()
    seen_terms: Counter[str] = Counter()
    number = 0
    for number, row in enumerate(rows, 1):  # noqa: B007  # the last number is the count
        distinct = set(words(row))
        seen_words.update(distinct)
        seen_terms.update({term_of(word) for word in distinct if word not in STOP_WORDS})
    return Vocabulary(number, dict(seen_terms), dict(seen_words))
