from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import IndexDamaged
from assistant.search.dense import DenseIndex


def brute_force(vectors: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Cosines one by one, in float64."""
    return np.array(
        [v @ query / (np.linalg.norm(v) * np.linalg.norm(query)) for v in vectors.astype(np.float64)]
    )


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.floats(0.01, 100))
@settings(max_examples=40, deadline=None)
def test_search_agrees_with_brute_force_whatever_the_length_of_the_query(
    seed: int, rows: int, length: float
) -> None:
    draw = np.random.default_rng(seed)
    vectors = draw.normal(size=(rows, 8)).astype(np.float32) * draw.uniform(0.1, 10, size=(rows, 1)).astype(
        np.float32
    )
    query = (draw.normal(size=8) * length).astype(np.float32)
    cosines = brute_force(vectors, query)

    found = DenseIndex.build(vectors).search(query, rows)

    assert sorted(row for row, _ in found) == list(range(rows))
    np.testing.assert_allclose([score for _, score in found], np.sort(cosines)[::-1], atol=1e-3)


def test_a_stored_vector_is_nearest_to_itself_with_cosine_one() -> None:
    vectors = np.eye(4, dtype=np.float32) * 3

    assert DenseIndex.build(vectors).search(vectors[2] * 7, 1) == [(2, 1.0)]


def test_equal_vectors_keep_row_order() -> None:
    index = DenseIndex.build(np.ones((5, 3), dtype=np.float32))

    assert [row for row, _ in index.search(np.ones(3, dtype=np.float32), 5)] == [0, 1, 2, 3, 4]


def test_a_row_of_zeros_has_cosine_zero() -> None:
    index = DenseIndex.build(np.array([[0, 0], [1, 0]], dtype=np.float32))

    assert index.search(np.array([1, 0], dtype=np.float32), 2) == [(1, 1.0), (0, 0.0)]


@pytest.mark.parametrize(
    ("query", "k"), [(np.ones(3), 1), (np.ones(2), 0)], ids=["other_dimension", "k_is_zero"]
)
def test_a_wrong_query_is_refused(query: np.ndarray, k: int) -> None:
    with pytest.raises(ValueError, match="dimensions|at least 1"):
        DenseIndex.build(np.eye(2, dtype=np.float32)).search(query.astype(np.float32), k)


def test_what_is_saved_is_loaded(tmp_path) -> None:
    vectors = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    index = DenseIndex.build(vectors)
    index.save(tmp_path / "v")

    np.testing.assert_array_equal(index.vectors(), DenseIndex.load(tmp_path / "v").vectors())


def test_vectors_kept_for_the_next_build_stay_the_same() -> None:
    first = DenseIndex.build(np.random.default_rng(0).normal(size=(50, 16)).astype(np.float32)).vectors()

    np.testing.assert_array_equal(DenseIndex.build(first).vectors(), first)


@pytest.mark.parametrize("content", [None, b"", b"nothing"], ids=["missing", "empty", "garbage"])
def test_a_damaged_file_says_how_to_mend_it(tmp_path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "v").write_bytes(content)

    with pytest.raises(IndexDamaged, match="assistant index"):
        DenseIndex.load(tmp_path / "v")
