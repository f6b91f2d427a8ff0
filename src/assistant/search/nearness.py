"""How near each word of a question comes to the words of a text: "gosse" to "enfant".

The vector of a whole text blurs its words.  Here each word of the question is compared with each word
of the candidate, and the nearest counts: the late interaction of Khattab and Zaharia, "ColBERT", SIGIR
2020, over the bundled model's vectors of single words: whatever model embeds the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from assistant.french import STOP_WORDS, term_of, words
from assistant.search.embedding import load_embedder

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from assistant.records import Fiche, FloatMatrix, FloatVector, Passage

    Numbers = npt.NDArray[np.int32]

WORD_LISTS = ("passages", "fiches", "questions")  # of a ``WordTable``


@dataclass(frozen=True, slots=True, eq=False)
class WordLists:
    """The words of many texts, one after the other: those of text i are ``words[starts[i]:starts[i + 1]]``."""

    words: Numbers
    starts: Numbers

    @classmethod
    def build(cls, texts: Iterable[Sequence[int]]) -> WordLists:
        """Put lists of word numbers one after the other."""
        import numpy as np

        lists = [np.array(text, dtype=np.int32) for text in texts]
        starts = np.cumsum([0, *map(len, lists)]).astype(np.int32)
        return cls(np.concatenate([*lists, np.array([], dtype=np.int32)]), starts)

    def of(self, row: int) -> Numbers:
        """Return the words of one text."""
        return self.words[self.starts[row] : self.starts[row + 1]]


@dataclass(frozen=True, eq=False)
class WordTable:
    """The words of the corpus with their vectors, and which text holds which.

    Attributes:
        names: Folded words.
        vectors: Unit rows, shape (len(names), dim).
        passages: Words of each passage with its headings.
        fiches: Words of each fiche's title and body.
        questions: Words of each question of the fiches, all fiches' in one list.
        question_starts: Where each fiche's questions begin in ``questions``; one more than fiches.
    """

    names: tuple[str, ...]
    vectors: FloatMatrix
    passages: WordLists
    fiches: WordLists
    questions: WordLists
    question_starts: Numbers

    @classmethod
    def build(
        cls,
        passages: Sequence[Passage],
        fiches: Sequence[Fiche],
        split: Callable[[str], list[str]] = words,
    ) -> WordTable:
        """List the words of passages and fiches, cut by ``split``, and embed each."""
        import numpy as np

        numbers: dict[str, int] = {}

        def listed(*texts: str) -> list[int]:
            said = content_of(word for text in texts for word in split(text))
            return [numbers.setdefault(word, len(numbers)) for word in said]

        of_passages = WordLists.build(listed(*p.headings[-2:], p.text) for p in passages)
        of_fiches = WordLists.build(listed(fiche.title, fiche.body) for fiche in fiches)
        of_questions = WordLists.build(listed(question) for fiche in fiches for question in fiche.asked)
        starts = np.cumsum([0, *(len(fiche.asked) for fiche in fiches)]).astype(np.int32)
        names = tuple(numbers)
        # as they are kept on disk, so that an index answers the same before and after it is saved
        vectors = load_embedder().embed_passages(names).astype(np.float16).astype(np.float32)
        return cls(names, vectors, of_passages, of_fiches, of_questions, starts)

    @cached_property
    def by_term(self) -> Mapping[str, Numbers]:
        """The words of each stem: forms of one word are as near as can be."""
        import numpy as np

        rows: dict[str, list[int]] = {}
        for row, name in enumerate(self.names):
            rows.setdefault(term_of(name), []).append(row)
        return {term: np.array(found, dtype=np.int32) for term, found in rows.items()}

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The row of each word."""
        return {name: row for row, name in enumerate(self.names)}

    def near(self, said: Sequence[str]) -> FloatMatrix:
        """Return how near each word of the corpus is to each word said, 0 to 1, shape (said, len(names)).

        A word with a digit is near to itself only.
        """
        import numpy as np

        if not said or not self.names:
            return np.zeros((len(said), len(self.names)), dtype=np.float32)
        near: FloatMatrix = np.maximum(load_embedder().embed_passages(said) @ self.vectors.T, 0)
        for row, word in enumerate(said):
            if any(letter.isdigit() for letter in word):
                near[row] = 0
            near[row, self.by_term.get(term_of(word), [])] = 1
        return near


@dataclass(frozen=True, slots=True, eq=False)
class Nearness:
    """The words of one question beside those of the corpus.

    Attributes:
        near: Shape (words said, words of the corpus).
        weights: Of the words said, by their rarity; their sum is 1.
    """

    table: WordTable
    near: FloatMatrix
    weights: FloatVector

    def of_passage(self, row: int) -> FloatVector:
        """Return how near each word said comes to a passage."""
        return self._best(self.table.passages.of(row))

    def of_fiche(self, row: int) -> FloatVector:
        """Return how near each word said comes to a fiche's title and body."""
        return self._best(self.table.fiches.of(row))

    def of_questions(self, fiche: int) -> FloatMatrix:
        """Return how near each word said comes to each question of a fiche, shape (words, questions)."""
        import numpy as np

        first, last = self.table.question_starts[fiche : fiche + 2]
        starts = self.table.questions.starts[first : last + 1]
        inside = self.table.questions.words[starts[0] : starts[-1]]
        offsets = starts[:-1] - starts[0]
        kept = offsets[np.diff(starts) > 0]  # a question may hold nothing but small words
        if not len(kept):
            return np.zeros((len(self.weights), 1), dtype=np.float32)
        found: FloatMatrix = np.maximum.reduceat(self.near[:, inside], kept, axis=1)
        return found

    def of_text(self, text: str) -> FloatVector:
        """Return how near each word said comes to a text of the corpus, a sentence for instance."""
        import numpy as np

        rows = self.table.rows
        return self._best(np.array([rows[word] for word in content(text) if word in rows], dtype=np.int32))

    def _best(self, words_inside: Numbers) -> FloatVector:
        import numpy as np

        if not len(words_inside):
            return np.zeros(len(self.weights), dtype=np.float32)
        best: FloatVector = self.near[:, words_inside].max(axis=1)
        return best


def content(text: str) -> list[str]:
    """Return the distinct folded words of a text that carry meaning."""
    return content_of(words(text))


def content_of(said: Iterable[str]) -> list[str]:
    """Return the distinct words that carry meaning, of folded words."""
    return list(dict.fromkeys(word for word in said if word not in STOP_WORDS and len(word) > 1))
