"""The steps together, over the tiny corpus."""

from __future__ import annotations

import pytest

from assistant.records import Turn
from assistant.search.understand import STEPS, understand


def test_what_was_understood_is_recorded(assistant) -> None:
    understanding = assistant.understand("c koi le délai art 3 pr la mairie avant le 30/06/2024 ?")

    assert understanding.text == "c'est quoi le délai article 3 pour la mairie avant le 30 juin 2024 ?"
    assert understanding.kind == "when"
    assert understanding.articles == ("3",)
    assert understanding.dates == ("2024-06-30",)
    assert understanding.years == ("2024",)
    assert "mair" in understanding.terms
    assert "quoi" not in understanding.terms
    assert understanding.notes == (
        "« c koi » lu comme « c'est quoi », « pr » lu comme « pour », « 30/06/2024 » lu comme « 30 juin 2024 »",
    )


@pytest.mark.parametrize(
    "question",
    [
        "quels sont les horaires des médiateurs ?",
        "qui juge si on se fâche avec la mairie ?",
        "combien coûte un gilet perdu en 2015 ?",
        "Kevin Bertrandin travaille à Fontclaire ?",
        "aéroglisseurs à Valmont",
    ],
)
def test_a_question_typed_with_care_is_left_as_it_is(assistant, question: str) -> None:
    understanding = assistant.understand(question)

    assert understanding.text == question
    assert understanding.notes == ()


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("horaire des mediatteurs", "horaire des mediateurs"),
        ("QUELS HORRAIRES POUR LE COORDINATTEUR", "quels horaires pour le coordinateur"),
        ("le comtpe rendu du coordinateur", "le compte rendu du coordinateur"),
        ("compte rendu dejuillet 12ans", "compte rendu dejuillet 12ans"),
    ],
)
def test_slips_are_mended(assistant, typed: str, text: str) -> None:
    assert assistant.understand(typed).text == text


def test_each_step_can_be_left_out(assistant) -> None:
    typed = "kel horaire pr les mediatteurs, art 1 ? MTV"

    assert understand(typed, (), assistant.index.knowledge, without=STEPS).text == typed


@pytest.mark.parametrize(
    ("question", "period"),
    [
        ("les horaires à l'époque du règlement", "past"),
        ("les horaires actuellement", "present"),
        ("les horaires avant et maintenant, à l'époque", ""),
        ("combien de jours avant la réunion ?", ""),
    ],
)
def test_the_period_a_question_insists_on(assistant, question: str, period: str) -> None:
    assert assistant.understand(question).period == period


def test_politeness_is_answered_politely(assistant) -> None:
    answer = assistant.ask("merci beaucoup !")

    assert answer.understanding.courtesy
    assert answer.status == "refused"
    assert "vous en prie" in answer.text
    assert answer.citations == ()


def test_a_follow_up_asks_what_the_question_before_it_asked(assistant) -> None:
    understanding = assistant.understand(
        "et pour le gilet ?", [Turn("combien de temps dure l'essai d'un arrangement ?")]
    )

    assert understanding.follow_up
    assert understanding.kind == "when"
