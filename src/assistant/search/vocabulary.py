"""The words of the corpus, and how rare each is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.french import STOP_WORDS, stem, term_of, words

if TYPE_CHECKING:
    from assistant.search.spelling import Speller


@dataclass(frozen=True)
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

    @cached_property
    def speller(self) -> Speller:
        """What mends words against these."""
        from assistant.search.spelling import Speller

        return Speller(self)


def count_words(rows: Iterable[str]) -> Vocabulary:
    """Count the words of texts, one text a row."""
    return count_rows(words(row) for row in rows)


def count_rows(rows: Iterable[Iterable[str]]) -> Vocabulary:
    """Count the folded words of rows."""
    seen_words: Counter[str] = Counter()
    seen_terms: Counter[str] = Counter()
    number = 0
    for number, row in enumerate(rows, 1):  # noqa: B007  # the last number is the count
        distinct = set(row)
        seen_words.update(distinct)
        seen_terms.update({term_of(word) for word in distinct if word not in STOP_WORDS})
    return Vocabulary(number, dict(seen_terms), dict(seen_words))
