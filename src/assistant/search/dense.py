"""Nearest vectors; the only module to import faiss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.errors import IndexDamaged

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.records import FloatMatrix, FloatVector, Ranking


HALF_PRECISION = 1e-3  # more than the lengths of rounded unit vectors differ from 1


class DenseIndex:
    """Search by cosine over every vector of a FAISS index, append-only.

    Vectors are kept in half precision: half the memory to read for each question, and cosines within 0.0001.
    Vectors are normalised when they are added and when they are searched.  Nothing is ever
    deleted: an index is rebuilt from its vectors, so a row number never changes its meaning.
    """

    def __init__(self, index: Any) -> None:
        self.faiss_index = index

    def __len__(self) -> int:
        return int(self.faiss_index.ntotal)

    @property
    def dim(self) -> int:
        """The number of dimensions."""
        return int(self.faiss_index.d)

    @classmethod
    def build(cls, vectors: FloatMatrix) -> DenseIndex:
        """Index vectors of shape (rows, dim); a row of zeros is never near anything."""
        faiss = _load_faiss()
        index = faiss.IndexScalarQuantizer(
            vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        # Rounded unit vectors stay, so that one kept from one build to the next does not drift.
        index.add(_unit(vectors, tolerance=HALF_PRECISION))
        return cls(index)

    def vectors(self) -> FloatMatrix:
        """Return the unit vectors, shape (len(self), dim)."""
        rows: FloatMatrix = self.faiss_index.reconstruct_n(0, len(self))
        return rows

    def search(self, query: FloatVector, k: int, *, among: range | None = None) -> Ranking:
        """Return the k rows nearest to a query vector.

        Args:
            query: Shape (dim,), any length; normalised here.
            k: How many rows; fewer if there are fewer.
            among: Consecutive rows to look at; all by default.

        Returns:
            (row, cosine similarity), best first; equal scores keep row order.

        Raises:
            ValueError: If k < 1 or the query has another dimension.
        """
        import numpy as np

        if k < 1:
            raise ValueError("k must be at least 1")
        if query.shape != (self.dim,):
            raise ValueError(f"the query has shape {query.shape}, the index {self.dim} dimensions")
        looked_at = range(len(self)) if among is None else among
        selector = _load_faiss().IDSelectorRange(looked_at.start, looked_at.stop)
        scores, rows = self.faiss_index.search(
            _unit(query[np.newaxis]),
            min(k, len(looked_at)),
            params=_load_faiss().SearchParameters(sel=selector),
        )
        found = [(int(row), float(score)) for row, score in zip(rows[0], scores[0], strict=True) if row >= 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        faiss = _load_faiss()
        faiss.write_index(self.faiss_index, str(path))

    @classmethod
    def load(cls, path: Path) -> DenseIndex:
        """Read what ``save`` wrote.

        Raises:
            IndexDamaged: If the file is missing or unreadable.
        """
        faiss = _load_faiss()
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:  # the only class faiss raises
            raise IndexDamaged(
                f"L’index est abîmé (« {path.name} »). Reconstruisez-le : assistant index"
            ) from error


def _load_faiss() -> Any:
    """Import faiss, on one thread: a single query is split so finely that threads wait more than they work."""
    import faiss

    faiss.omp_set_num_threads(1)
    return faiss


def _unit(vectors: FloatMatrix, *, tolerance: float = 0.0) -> FloatMatrix:
    """Return the rows scaled to length 1; rows of zeros, and those within ``tolerance`` of 1, stay as they are."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    kept = (lengths == 0) | (np.abs(lengths - 1) <= tolerance)
    return np.ascontiguousarray(vectors / np.where(kept, 1, lengths), dtype=np.float32)
