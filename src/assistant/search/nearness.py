"""How near each word of a question comes to the words of a text: "gosse" to "enfant".

The vector of a whole text blurs its words.  Here each word of the question is compared with each word
of the candidate, and the nearest counts: the late interaction of Khattab and Zaharia, "ColBERT", SIGIR
2020, over the bundled model's vectors of single words: whatever model embeds the texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant.french import STOP_WORDS, term_of, words
from assistant.search.embedding import load_embedder
from assistant.search.ragged import NOTHING, RaggedArray

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from assistant.records import Fiche, FloatMatrix, FloatVector, Passage

    Numbers = npt.NDArray[np.int32]
    Rows = Sequence[int] | npt.NDArray[np.integer[Any]]

WORD_LISTS = ("passages", "fiches", "questions")  # of a ``WordTable``


@dataclass(frozen=True, eq=False)
class WordTable:
    """The words of the corpus with their vectors, and which text holds which.

    Attributes:
        names: Folded words.
        vectors: Unit rows, shape (len(names), dim).
        passages: Words of each passage with its headings.
        fiches: Words of each fiche's title and body.
        questions: Words of each question of the fiches, all fiches' in one list; a fiche without any has an empty one.
        question_starts: Where each fiche's questions begin in ``questions``; one more than fiches.
    """

    names: tuple[str, ...]
    vectors: FloatMatrix
    passages: RaggedArray
    fiches: RaggedArray
    questions: RaggedArray
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

        of_passages = RaggedArray.build(listed(*p.headings[-2:], p.text) for p in passages)
        of_fiches = RaggedArray.build(listed(fiche.title, fiche.body) for fiche in fiches)
        asked = [fiche.asked or ("",) for fiche in fiches]
        of_questions = RaggedArray.build(listed(question) for questions in asked for question in questions)
        starts = np.cumsum([0, *map(len, asked)]).astype(np.int32)
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

    def beside(self, said: Sequence[str], weights: FloatVector) -> Nearness:
        """Return the words of a question beside those of the corpus."""
        import numpy as np

        vectors = np.zeros((len(said), self.vectors.shape[1]), dtype=np.float32)
        if said:
            vectors = load_embedder().embed_passages(said)
        for row, word in enumerate(said):
            if any(letter.isdigit() for letter in word):
                vectors[row] = 0
        near = np.zeros((len(said), len(self.names) + 1), dtype=np.float32)
        known = np.zeros(len(self.names) + 1, dtype=bool)
        known[NOTHING] = True
        forms = [self.by_term.get(term_of(word), np.array([], dtype=np.int32)) for word in said]
        return Nearness(self, vectors, weights, near, known, forms)


@dataclass(frozen=True, slots=True, eq=False)
class Nearness:
    """The words of one question beside those of the corpus, from 0 to 1.

    Forms of one word are as near as can be; a word with a digit is near to itself only.  Of the corpus's words
    only those of the texts asked for are compared, when they are: a few thousand of many.

    Attributes:
        vectors: Of the words said, unit rows; zeros for a word with a digit.
        weights: Of the words said, by their rarity; their sum is 1.
        near: Shape (words said, words of the corpus + 1); nothing is near to the last one, which ``NOTHING`` means.
        known: Which columns of ``near`` are filled.
        forms: For each word said, the words of the corpus that are forms of it.
    """

    table: WordTable
    vectors: FloatMatrix
    weights: FloatVector
    near: FloatMatrix
    known: npt.NDArray[np.bool_]
    forms: Sequence[Numbers]

    def of_passages(self, rows: Rows) -> FloatMatrix:
        """Return how near each word said comes to passages, shape (words said, len(rows))."""
        return self._best(self.table.passages.gather(rows))

    def of_fiches(self, rows: Rows) -> FloatMatrix:
        """Return how near each word said comes to the titles and bodies of fiches, shape (words said, len(rows))."""
        return self._best(self.table.fiches.gather(rows))

    def of_questions(self, fiches: Rows) -> tuple[FloatMatrix, FloatVector]:
        """Return how near the questions of fiches come.

        Returns:
            Each word said beside all the questions of a fiche, shape (words said, len(fiches)); and the weighted
            mean of the words said beside the one question nearest to them, shape (len(fiches),).
        """
        import numpy as np

        chosen = np.asarray(fiches, dtype=np.int64)
        starts = self.table.question_starts
        counts = starts[chosen + 1] - starts[chosen]
        first = np.cumsum([0, *counts])[:-1]
        rows = np.arange(counts.sum()) + np.repeat(starts[chosen] - first, counts)
        near = self._best(self.table.questions.gather(rows))
        if not len(chosen):
            return near, np.zeros(0, dtype=np.float32)
        return np.maximum.reduceat(near, first, axis=1), np.maximum.reduceat(self.weights @ near, first)

    def alike(self, fiche: int) -> FloatVector:
        """Return how like each question of a fiche is to the one asked, from 0 to 1.

        The words said beside those of the question, and the words of the question beside those said:
        one that also asks for something else is less alike.
        """
        import numpy as np

        first, last = self.table.question_starts[fiche : fiche + 2]
        lists = self.table.questions.gather(range(first, last))
        said = self.weights @ self._best(lists)
        back = self.near[:, lists.values].max(axis=0, initial=0.0)
        mean = np.add.reduceat(back, lists.starts[:-1]) / np.diff(lists.starts)
        return ((said + mean) / 2).astype(np.float32)

    def of_texts(self, texts: Sequence[str]) -> FloatMatrix:
        """Return how near each word said comes to texts of the corpus, sentences for instance.

        Shape (words said, len(texts)).
        """
        rows = self.table.rows
        return self._best(
            RaggedArray.build([rows[word] for word in content(text) if word in rows] for text in texts)
        )

    def _best(self, lists: RaggedArray) -> FloatMatrix:
        """Return how near each word said comes to lists of words, shape (words said, len(lists))."""
        import numpy as np

        if not len(lists):
            return np.zeros((len(self.weights), 0), dtype=np.float32)
        self._compare(lists.values)
        best: FloatMatrix = np.maximum.reduceat(self.near[:, lists.values], lists.starts[:-1], axis=1)
        return best

    def _compare(self, inside: Numbers) -> None:
        """Fill the columns of some words of the corpus."""
        import numpy as np

        wanted = np.zeros_like(self.known)
        wanted[inside] = True
        new = np.flatnonzero(wanted & ~self.known)
        if not len(new):
            return
        self.near[:, new] = np.maximum(self.vectors @ self.table.vectors[new].T, 0)
        for row, forms in enumerate(self.forms):
            self.near[row, forms] = 1
        self.known[new] = True


def content(text: str) -> list[str]:
    """Return the distinct folded words of a text that carry meaning."""
    return content_of(words(text))


def content_of(said: Iterable[str]) -> list[str]:
    """Return the distinct words that carry meaning, of folded words."""
    return list(dict.fromkeys(word for word in said if word not in STOP_WORDS and len(word) > 1))
