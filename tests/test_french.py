from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.french import fold, numbers, stem, tokenize, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("l’éducateur qu'il", ["educateur", "il"], id="elision_goes"),
        pytest.param("aujourd'hui", ["aujourd", "hui"], id="an_apostrophe_inside_a_word_splits"),
        pytest.param("L. 226-2-2 et L.226-2-2 et L226-2-2", ["l226-2-2", "et", "l226-2-2", "et", "l226-2-2"], id="article_of_a_code"),
        pytest.param("article 8.2", ["article", "8.2"], id="numbered_place"),
        pytest.param("P.A.E.J. et C.A.F.", ["paej", "et", "caf"], id="dotted_acronym"),
        pytest.param("12 500 € et 3\u202f000", ["12500", "et", "3000"], id="thousands"),
        pytest.param("5,5 %", ["5.5"], id="decimal_comma"),
        pytest.param("Cœur ŒUVRE", ["coeur", "oeuvre"], id="ligature"),
        pytest.param("", [], id="nothing"),
    ],
)  # fmt: skip
def test_words(text: str, expected: list[str]) -> None:
    assert expected == words(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("éducatrices", "educatrices"),
        ("évaluation", "évaluer"),
        ("signée", "signer"),
        ("réunions", "reunion"),
        ("financements", "financement"),
    ],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(fold(one)) == stem(fold(other))


def test_words_of_different_meaning_keep_different_stems() -> None:
    assert stem("partenaire") != stem("partir")


def test_stop_words_are_dropped_but_not_question_words() -> None:
    assert tokenize("est-ce que la mairie paie combien") == ["mair", "pai", "combien"]


def test_numbers_in_words_and_digits_are_the_same() -> None:
    assert numbers("dans un délai de deux mois") == numbers("1 délai de 2 mois")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_tokens_are_folded_words_without_space(text: str) -> None:
    assert all(
        token and token == fold(token) and not any(c.isspace() for c in token) for token in tokenize(text)
    )
