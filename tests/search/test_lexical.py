from __future__ import annotations

import math
import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import IndexDamaged
from assistant.french import tokenize
from assistant.search.lexical import K1, B, LexicalIndex, best_rows

TEXTS = [
    "Les médiateurs travaillent du mardi au samedi.",
    "Le compte rendu est remis à la mairie chaque trimestre.",
    "Le tribunal de Fontclaire tranche les différends.",
    "Un gilet orange pour chaque médiateur, un gilet de secours.",
    "L’article L. 226-2-2 et l’article 8.2.",
]


def plain_bm25(texts: list[str], query: str) -> list[float]:
    """The formula as a loop, to judge the library by."""
    rows = [tokenize(text) for text in texts]
    mean = sum(map(len, rows)) / len(rows)
    scores = []
    for row in rows:
        counts, score = Counter(row), 0.0
        for term in dict.fromkeys(tokenize(query)):
            df = sum(term in other for other in rows)
            if df:
                idf = math.log(1 + (len(rows) - df + 0.5) / (df + 0.5))
                tf = counts[term]
                score += idf * tf / (tf + K1 * (1 - B + B * len(row) / mean))
        scores.append(score)
    return scores


_WORDS = st.lists(
    st.sampled_from("mairie gilet tribunal orange compte trimestre médiateur samedi".split()), max_size=6
)


@given(st.lists(_WORDS.map(" ".join), min_size=1, max_size=8), _WORDS.map(" ".join))
@settings(max_examples=80, deadline=None)
def test_scores_are_those_of_the_formula(texts: list[str], query: str) -> None:
    scores = LexicalIndex.build(texts).scores(query)

    np.testing.assert_allclose(
        scores, plain_bm25(texts, query) if any(map(tokenize, texts)) else 0, atol=1e-5
    )


@pytest.mark.parametrize(
    ("query", "row"),
    [
        pytest.param("mediateur", 0, id="accent_and_plural_do_not_matter"),
        pytest.param("qui reçoit les comptes rendus à la mairie", 1, id="stop_words_do_not_matter"),
        pytest.param("article l226-2-2", 4, id="article_reference"),
        pytest.param("8.2", 4, id="numbered_place"),
    ],
)
def test_the_right_row_comes_first(query: str, row: int) -> None:
    assert LexicalIndex.build(TEXTS).search(query, 5)[0][0] == row


def test_unknown_words_find_nothing() -> None:
    assert LexicalIndex.build(TEXTS).search("hélicoptère", 5) == []


@pytest.mark.parametrize("texts", [TEXTS, ["", ""], []], ids=["texts", "empty_texts", "no_text"])
def test_a_saved_index_gives_the_same_scores(texts: list[str], tmp_path) -> None:
    index = LexicalIndex.build(texts)
    index.save(tmp_path / "field")

    loaded = LexicalIndex.load(tmp_path / "field", len(texts))

    np.testing.assert_array_equal(index.scores("gilet de la mairie"), loaded.scores("gilet de la mairie"))


def test_a_damaged_index_says_how_to_mend_it(tmp_path) -> None:
    LexicalIndex.build(TEXTS).save(tmp_path / "field")
    for path in (tmp_path / "field").iterdir():
        path.write_bytes(b"{")

    with pytest.raises(IndexDamaged, match="assistant index"):
        LexicalIndex.load(tmp_path / "field", len(TEXTS))


def test_equal_scores_keep_row_order_and_zeros_are_left_out() -> None:
    assert best_rows(np.array([0, 2, 1, 2], dtype=np.float32), 4) == [(1, 2.0), (3, 2.0), (2, 1.0)]


def test_weights_of_rows_are_the_same_in_every_process() -> None:
    text = " ".join(f"mot{number}" for number in range(300))
    code = (
        "import math\n"
        "from assistant.search.lexical import LexicalIndex\n"
        f"index = LexicalIndex.build([{text!r}])\n"
        "print(float(index.row_weights(lambda term: math.sqrt(sum(map(ord, term))))[0]).hex())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3", "4")
    }
    assert len(found) == 1, "a sum depends on the order of a set of strings"
