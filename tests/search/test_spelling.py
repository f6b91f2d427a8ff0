from __future__ import annotations

import pytest

from assistant.search.spelling import Speller, sound
from assistant.search.vocabulary import count_words

ROWS = [
    "Le rapport d’activité annuel de l’association",
    "Le rapport financier et le contrat du quartier",
    "Les travailleurs sociaux et les éducateurs spécialisés",
    "délai 30 jours, projet de prévention",
]
SPELLER = Speller(count_words(ROWS * 12))


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        pytest.param("raport", "rapport", id="a_double_letter_single"),
        pytest.param("rapporrt", "rapport", id="a_letter_doubled"),
        pytest.param("rapprot", "rapport", id="two_letters_swapped"),
        pytest.param("travaileurs", "travailleurs", id="in_a_long_word"),
        pytest.param("asociaton", "association", id="two_edits_in_a_long_word"),
        pytest.param("ducateurs", "educateurs", id="the_first_letter_missing"),
        pytest.param("contrzt", "contrat", id="the_key_beside"),
        pytest.param("kartié", "quartier", id="written_by_ear"),
        pytest.param("konkontra", None, id="not_near_enough"),
        pytest.param("rapports", None, id="another_form_is_known"),
        pytest.param("maison", None, id="french_that_the_corpus_does_not_have"),
        pytest.param("30", None, id="a_number"),
        pytest.param("dai", None, id="too_short_to_guess"),
        pytest.param("helicoptere", None, id="nothing_near"),
    ],
)
def test_a_misspelt_word_is_mended_only_when_something_is_near(word: str, meant: str | None) -> None:
    assert SPELLER.mend(word) == meant


def test_a_slip_that_the_fiches_make_too_is_mended_all_the_same() -> None:
    speller = Speller(count_words([*ROWS * 12, "le raport annuel", "la Rapidette", "le quartiez"]))

    assert speller.mend("raport") == "rapport"
    assert speller.mend("rapidette") is None  # known, and sounds like nothing ordinary
    often = Speller(count_words([*ROWS * 12, *["le raport annuel"] * 6]))
    assert often.mend("raport") is None  # not so rare: a name perhaps


def test_a_word_that_could_be_either_of_two_is_left_alone() -> None:
    speller = Speller(count_words(["la bordane", "la bordine"] * 5))

    assert speller.mend("bordne") is None


def test_of_two_near_words_the_much_more_frequent_is_meant() -> None:
    speller = Speller(count_words(["la bordane"] * 30 + ["la bordine"] * 5))

    assert speller.mend("bordne") == "bordane"


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("leducateurs", "l'educateurs"),
        ("projetrapport", "projet rapport"),
        ("lesprojet", "les projet"),
        ("rapport", None),
        ("surnommer", None),
        ("helicoptere", None),
    ],
)
def test_words_run_together_are_taken_apart(word: str, parts: str | None) -> None:
    assert SPELLER.split(word) == parts


def test_a_word_cut_in_two_is_joined() -> None:
    assert SPELLER.join("educa", "teurs") == "educateurs"
    assert SPELLER.join("projet", "de") is None


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("kartier", "quartier"),
        ("fonksion", "fonction"),
        ("buro", "bureau"),
        ("telefone", "téléphone".replace("é", "e")),
    ],
)
def test_words_that_sound_the_same_have_one_key(heard: str, written: str) -> None:
    assert sound(heard) == sound(written)


def test_words_that_sound_otherwise_have_other_keys() -> None:
    assert sound("maison") != sound("moisson")
