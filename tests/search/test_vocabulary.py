from __future__ import annotations

import math

import pytest

from assistant.search.vocabulary import count_words

VOCABULARY = count_words(
    ["Le rapport d’activité annuel", "Le rapport financier de l’association", "Les travailleurs sociaux", "délai 30 jours"]
)  # fmt: skip


def test_idf_is_that_of_bm25() -> None:
    assert VOCABULARY.idf("rapport") == pytest.approx(math.log(1 + (4 - 2 + 0.5) / (2 + 0.5)))


def test_an_unknown_term_is_the_rarest() -> None:
    assert VOCABULARY.idf("helicopter") > VOCABULARY.idf("financi") > VOCABULARY.idf("rapport")


def test_coverage_is_the_share_of_weight_held() -> None:
    terms = ["rapport", "annuel"]

    assert VOCABULARY.coverage(terms, ["rapport", "annuel", "autre"]) == pytest.approx(1.0)
    assert 0 < VOCABULARY.coverage(terms, ["rapport"]) < 0.5
    assert VOCABULARY.coverage([], ["rapport"]) == 0
