from __future__ import annotations

import pytest

from assistant.search.acronyms import AcronymTable

TABLE = AcronymTable(
    {
        "MTV": ("médiateur de terrain de Valmont",),
        "CVB": ("comité de la vie de Brécourt", "contrat de vente de barques"),
        "PRE": ("programme de rencontres éducatives",),
        "ALI": ("aide au logement isolé",),
        "CONNU": ("conseil ordinaire des nouveaux navigateurs unis",),
    },
    {"connu": 40},
)


@pytest.mark.parametrize("typed", ["MTV", "mtv", "M.T.V.", "MTVs"])
def test_an_acronym_is_spelt_out_however_it_is_typed(typed: str) -> None:
    read = TABLE.expand(f"horaires {typed}")

    assert read.text.endswith("médiateur de terrain de Valmont")
    assert read.notes == ("MTV = médiateur de terrain de Valmont",)
    assert read.acronyms == ("MTV",)


def test_an_acronym_that_the_corpus_often_has_is_told_but_adds_nothing() -> None:
    read = TABLE.expand("que fait le CONNU ?")

    assert read.text == "que fait le CONNU ?"
    assert read.acronyms == ("CONNU",)


@pytest.mark.parametrize("typed", ["dans le pré", "Ali a perdu son gilet", "ali", "pre"])
def test_a_word_or_a_name_is_no_acronym(typed: str) -> None:
    assert TABLE.expand(typed).acronyms == ()


def test_the_words_of_an_acronym_add_it() -> None:
    read = TABLE.expand("rôle du médiateur de terrain de Valmont")

    assert read.text.endswith("MTV")
    assert read.acronyms == ("MTV",)


def test_the_context_chooses_between_two_meanings_and_the_other_is_told() -> None:
    assert TABLE.expand("qui préside le CVB ?").notes == (
        "CVB = comité de la vie de Brécourt (ou : contrat de vente de barques)",
    )
    assert TABLE.expand("prix des barques dans le CVB").notes == (
        "CVB = contrat de vente de barques (ou : comité de la vie de Brécourt)",
    )
