from __future__ import annotations

import pytest

from assistant.answers.asked import (
    Lacks,
    counted_noun,
    describe_lacks,
    find_lacks,
    stands_beside_number,
)
from assistant.records import DocumentInfo, Fiche, Hit, Passage, Understanding
from assistant.search.references import read_references
from assistant.search.things import asked_things

INFOS = {
    "charte": DocumentInfo("charte", "Charte 2021-2026"),
    "bilan": DocumentInfo("bilan", "Bilan 2023"),
}
TEXT = "En 2022, l’équipe a suivi 45 jeunes. Le local est tenu par des bénévoles."


def lacks(
    question: str, text: str = TEXT, document: str = "charte", *, fiche: str = "", **understood
) -> Lacks:
    explained = Fiche("f", "Titre", fiche, ("q",), ()) if fiche else None
    hit = Hit(Passage("p", document, 0, len(text), text, ("Chapitre",)), 1.0, explained)
    asked = {"things": asked_things(question), "years": read_references(question).years} | understood
    return find_lacks(Understanding(question, question, **asked), hit, INFOS)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("combien de jeunes suivis en 2022 ?", Lacks()),
        ("combien de jeunes suivis en 2019 ?", Lacks(years=("2019",))),
        ("combien de bénévoles ?", Lacks(counted="benevoles")),
        ("nombre de psychologues ?", Lacks(counted="psychologues", unsaid=True)),
        ("le local, c’est combien ?", Lacks(things=("un montant",))),
        ("qui tient le local ?", Lacks()),
        ("c’est quoi le 4e axe ?", Lacks(items=("4e axe",))),
        ("que dit la fiche n° 3 ?", Lacks(items=("3e fiche",))),
    ],
)
def test_what_is_asked_and_not_there(question: str, expected: Lacks) -> None:
    assert lacks(question) == expected


def test_the_fiche_counts_as_the_passage_does() -> None:
    assert lacks("le local, c’est combien ?", fiche="Il coûte 300 € par an.") == Lacks()


@pytest.mark.parametrize(
    ("document", "named", "missing"),
    [
        pytest.param("bilan", (), (), id="a_report_is_about_the_year_of_its_name"),
        pytest.param("charte", (), ("2023",), id="a_range_of_years_is_about_none"),
        pytest.param("charte", ("bilan",), (), id="the_year_names_a_document"),
    ],
)
def test_years_of_the_documents_names(
    document: str, named: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    assert lacks("actions de 2023", "Des actions.", document, documents=named).years == missing


@pytest.mark.parametrize(
    "text", ["Axe 4 : aller vers.", "Le quatrième axe", "4ème axe", "Axe n° 4", "Le 4e grand axe"]
)
def test_an_item_is_known_by_its_rank(text: str) -> None:
    assert lacks("c’est quoi le 4e axe ?", text) == Lacks()
    assert lacks("c’est quoi le 5e axe ?", text) == Lacks(items=("5e axe",))


def test_the_year_of_a_law_is_its_name() -> None:
    assert lacks("que dit la loi 2002-2 du local ?") == Lacks()


def test_delays_and_amounts_count_no_noun() -> None:
    assert counted_noun("combien de temps pour prevenir ?") == ""
    assert counted_noun("combien ?") == ""
    assert counted_noun("combien coute un ticket ?") == ""
    assert counted_noun("nb jeunes vus") == "jeunes"


def test_numbers_in_words_count_too() -> None:
    assert stands_beside_number("jeunes", ["une", "vingtaine", "de", "jeunes"])
    assert not stands_beside_number("jeunes", ["45", "a", "b", "c", "jeunes"])


def test_what_is_missing_is_told_as_it_was_written() -> None:
    missing = Lacks(things=("un montant",), counted="benevoles", years=("2019",))

    assert describe_lacks(missing, "Combien de bénévoles en 2019, à quel prix ?") == (
        "Dans le passage le plus proche, il manque : un montant, un nombre de « bénévoles », l’année 2019."
    )
    assert describe_lacks(Lacks(), "Qui ?") == ""
