"""French BM25 over one field; the only module to import bm25s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.errors import IndexDamaged
from assistant.french import tokenize
from assistant.search.ragged import NOTHING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from assistant.records import FloatVector, Ranking, RowArray

K1 = 1.2  # the usual values; Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009
B = 0.75


class LexicalIndex:
    """BM25 scores of every row for a query, in Lucene's form of the formula.

    score(q, d) = Σ_t idf(t) · tf / (tf + K1 · (1 - B + B · |d| / mean |d|)),
    idf(t) = ln(1 + (N - df + 0.5) / (df + 0.5)); a term repeated in the query counts once.
    """

    def __init__(self, retriever: Any, rows: int) -> None:
        self._retriever = retriever
        self._rows = rows

    def __len__(self) -> int:
        return self._rows

    @classmethod
    def build(cls, texts: Sequence[str]) -> LexicalIndex:
        """Index texts; row numbers are their positions."""
        return cls.build_from_terms([tokenize(text) for text in texts])

    @classmethod
    def build_from_terms(cls, tokens: Sequence[Sequence[str]]) -> LexicalIndex:
        """Index texts given as the terms that ``french.tokenize`` makes of them."""
        import bm25s

        retriever = bm25s.BM25(method="lucene", k1=K1, b=B)
        if any(tokens):
            retriever.index(list(map(list, tokens)), show_progress=False, create_empty_token=False)
        return cls(retriever, len(tokens))

    def scores(self, query: str | Sequence[str]) -> FloatVector:
        """Return the score of every row, shape (len(self),); zeros when no term is known.

        Args:
            query: A text, or terms already made by ``french.tokenize``.
        """
        import numpy as np

        terms = tokenize(query) if isinstance(query, str) else query
        vocabulary = getattr(self._retriever, "vocab_dict", {})
        known = [term for term in dict.fromkeys(terms) if term in vocabulary]
        if not known:
            return np.zeros(self._rows, dtype=np.float32)
        return np.asarray(self._retriever.get_scores(known), dtype=np.float32)

    def held(self, weights: Mapping[str, float]) -> FloatVector:
        """Return the summed weights of the terms that each row holds, shape (len(self),)."""
        import numpy as np

        total = np.zeros(self._rows, dtype=np.float32)
        for term, weight in weights.items():
            total[self.rows_with(term)] += np.float32(weight)
        return total

    def row_weights(self, weigh: Callable[[str], float]) -> FloatVector:
        """Return the summed weight of all the distinct terms of each row, shape (len(self),)."""
        import numpy as np

        total = np.zeros(self._rows, dtype=np.float32)
        for term in sorted(getattr(self._retriever, "vocab_dict", {})):  # bm25s keeps the order of a set
            total[self.rows_with(term)] += np.float32(weigh(term))
        return total

    def number(self, term: str) -> int:
        """Return the number of a term in this index, or ``NOTHING``."""
        return int(getattr(self._retriever, "vocab_dict", {}).get(term, NOTHING))

    def rows_with(self, term: str) -> RowArray:
        """Return the rows that hold a term: bm25s keeps its scores as a sparse matrix by columns."""
        import numpy as np

        number = self.number(term)
        if number == NOTHING:
            return np.array([], dtype=np.int32)
        scores = self._retriever.scores
        rows: RowArray = scores["indices"][scores["indptr"][number] : scores["indptr"][number + 1]]
        return rows

    def search(self, query: str, k: int) -> Ranking:
        """Return the k best rows with a positive score; equal scores keep row order."""
        return best_rows(self.scores(query), k)

    def save(self, folder: Path) -> None:
        """Write the index to a new folder."""
        folder.mkdir(parents=True)
        if hasattr(self._retriever, "vocab_dict"):
            self._retriever.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path, rows: int) -> LexicalIndex:
        """Read what ``save`` wrote.

        Raises:
            IndexDamaged: If files are missing or unreadable.
        """
        import bm25s

        try:
            empty = not any(folder.iterdir())
            retriever = bm25s.BM25(method="lucene", k1=K1, b=B) if empty else bm25s.BM25.load(str(folder))
        except (OSError, ValueError, KeyError, EOFError) as error:
            raise IndexDamaged(
                f"L’index est abîmé (« {folder.name} »). Reconstruisez-le : assistant index"
            ) from error
        return cls(retriever, rows)


def best_rows(scores: FloatVector, k: int) -> Ranking:
    """Return (row, score) of the k highest positive scores, best first; ties keep row order."""
    import numpy as np

    if k < 1:
        raise ValueError("k must be at least 1")
    count = min(k, int(np.count_nonzero(scores > 0)))
    order = np.argsort(-scores, kind="stable")[:count]
    return [(int(row), float(scores[row])) for row in order]


def weighted_jaccard(held: FloatVector, weight: float, row_weights: FloatVector) -> FloatVector:
    """Return what the terms shared weigh of all the terms of both, shape (rows,).

    Args:
        held: The weight of a text's terms that each row holds; see ``LexicalIndex.held``.
        weight: Of all the text's terms.
        row_weights: Of all the terms of each row; see ``LexicalIndex.row_weights``.
    """
    import numpy as np

    both = np.float32(weight) + row_weights - held
    shares: FloatVector = held / np.maximum(both, np.float32(1e-6))
    return shares
