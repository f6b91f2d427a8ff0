from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assistant.obligations import Duty, list_duties
from assistant.records import DocumentInfo, Obligation
from assistant.register import (
    DATED,
    DELAYED,
    OTHER_ACTORS,
    RECURRING,
    WHENEVER,
    DutyPlace,
    Register,
    Wanted,
    group_actors,
    is_due_this_month,
    name_themes,
    place_of_duty,
    timings_of,
)

TODAY = date(2026, 6, 15)
CHARTE = DocumentInfo("charte", "Charte", valid_until=date(2030, 12, 31))
OLD = DocumentInfo("old", "Règlement", valid_until=date(2019, 12, 31))


def obligation(**values: str) -> Obligation:
    return Obligation(**{"who": "La ville", "modality": "doit", "duty": "payer"} | values)


def duty(document: DocumentInfo = CHARTE, **values: str) -> Duty:
    return Duty(obligation(**values), document, "Article 1", "f")


@pytest.fixture
def register(assistant) -> Register:
    return Register.of(assistant.index.knowledge)


@pytest.mark.parametrize(
    ("who", "groups"),
    [
        ("Le Département", ["Département et ses services"]),
        ("Le service de l’aide sociale à l’enfance", ["Département et ses services"]),
        ("Les éducateurs", ["Services de prévention spécialisée"]),
        (
            "L’association de prévention spécialisée",
            ["Services de prévention spécialisée", "Associations et organismes"],
        ),
        ("Le maire", ["Communes et intercommunalités"]),
        ("Les professionnels qui suivent le jeune", ["Professionnels"]),
        ("Les professionnels des maisons d'enfants", ["Associations et organismes", "Professionnels"]),
        ("L’intendant", [OTHER_ACTORS]),
    ],
)
def test_actors_in_free_words_fall_into_groups(who: str, groups: list[str]) -> None:
    assert list(group_actors([who])[who]) == groups


def test_a_noun_that_comes_often_is_a_group_of_its_own() -> None:
    actors = ["L’intendant", "L’Intendant de la colonie", "Les cuisiniers", "Un intendant"]

    groups = group_actors(actors)

    assert groups["Un intendant"] == ("Intendant",)
    assert groups["Les cuisiniers"] == (OTHER_ACTORS,)


def test_spellings_of_a_theme_are_one_and_rare_themes_are_left_out() -> None:
    labels = name_themes(
        [("protection de l'enfance", "rsa"), ("protection de l’enfance", "RSA"), ("RSA", "rare")] * 2
    )

    assert set(labels.values()) == {"Protection de l’enfance", "RSA"}


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ({"date": "04-30", "deadline": "avant le 30 avril", "recurrence": "annuel"}, (DATED, RECURRING)),
        ({"delay": "P3M"}, (DELAYED,)),
        ({"deadline": "sans délai"}, (DELAYED,)),
        ({"deadline": "au moins 2 fois par an"}, (RECURRING,)),
        ({"deadline": "toutes les six semaines"}, (RECURRING,)),
        ({"recurrence": "permanent"}, (WHENEVER,)),
    ],
)
def test_the_kinds_of_deadline(values: dict[str, str], kinds: tuple[str, ...]) -> None:
    assert timings_of(obligation(**values)) == kinds


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (duty(date="06-01"), True),  # this month, though past
        (duty(date="06-30"), True),
        (duty(date="07-01"), False),
        (duty(date="2026-06-20"), True),
        (duty(date="2027-06-20"), False),
        (duty(recurrence="mensuel"), True),
        (duty(recurrence="annuel"), False),
        (duty(OLD, date="06-30"), False),
        (duty(OLD, recurrence="mensuel"), False),
    ],
)
def test_what_is_due_this_month(found: Duty, expected: bool) -> None:
    assert is_due_this_month(found, TODAY) is expected


@pytest.mark.parametrize(
    ("wanted", "who"),
    [
        (Wanted(), ["L’intendant", "La ville et le prestataire"]),
        (Wanted(text="MENUS affiche"), ["L’intendant"]),
        (Wanted(text="arrangements"), ["La ville et le prestataire"]),  # by the stem
        (Wanted(text="arran"), ["La ville et le prestataire"]),  # while it is typed
        (Wanted(text="licorne"), []),
        (Wanted(actors=("Communes et intercommunalités",)), ["La ville et le prestataire"]),
        (
            Wanted(actors=("Communes et intercommunalités", OTHER_ACTORS)),
            ["L’intendant", "La ville et le prestataire"],
        ),
        (Wanted(documents=("guide-absent",)), ["L’intendant"]),
        (Wanted(timings=(DELAYED,)), ["La ville et le prestataire"]),
        (Wanted(timings=(DATED,), text="arrangement"), []),
        (Wanted(modalities=("peut",)), []),
    ],
)
def test_the_register_is_filtered(register: Register, wanted: Wanted, who: list[str]) -> None:
    assert [d.obligation.who for d in register.find(wanted, TODAY)] == who


def test_what_is_ticked_filters_too(register: Register) -> None:
    ticked = [register.rows[0].duty.id]

    assert [d.id for d in register.find(Wanted(done=True), TODAY, ticked)] == ticked
    assert ticked[0] not in [d.id for d in register.find(Wanted(done=False), TODAY, ticked)]


def test_duties_of_expired_documents_show_only_when_asked(register: Register) -> None:
    after = date(2031, 1, 1)

    assert "charte-valmont-2024" not in {d.document.id for d in register.find(Wanted(), after)}
    assert "charte-valmont-2024" in {d.document.id for d in register.find(Wanted(expired=True), after)}
    assert len(register.find(Wanted(documents=("charte-valmont-2024",)), after)) == 1


def test_the_next_dates_come_nearest_first(register: Register) -> None:
    assert [day for _, day in register.next_dates(TODAY, 3)] == [date(2026, 7, 1)]


# --- where a duty is said --------------------------------------------------------------------


def test_a_duty_of_a_fiche_is_said_by_the_nearest_sentence_of_its_passage(assistant) -> None:
    knowledge = assistant.index.knowledge
    stated = next(d for d in list_duties(knowledge) if d.fiche_id == "charte-desaccord")

    place = place_of_duty(stated, knowledge)

    text = knowledge.documents["charte-valmont-2024"].text[place.start : place.end]
    assert text.startswith("Si un différend oppose la ville et le prestataire")
    assert text.endswith("deux mois.")


def test_a_duty_without_its_original_has_a_passage_and_no_range(assistant) -> None:
    knowledge = assistant.index.knowledge
    stated = next(d for d in list_duties(knowledge) if d.fiche_id == "guide-repas")

    assert place_of_duty(stated, knowledge) == DutyPlace("fiche:guide-repas")
    assert place_of_duty(replace(stated, fiche_id="gone"), knowledge) is None


def test_a_duty_found_by_rules_is_said_where_it_was_found(assistant) -> None:
    knowledge = assistant.index.knowledge
    document = knowledge.documents["charte-valmont-2024"]
    start = document.text.index("Le coordinateur remet")
    found = Duty(obligation(), document.info, "", "", span=(start, start + 40))

    place = place_of_duty(found, knowledge)

    assert (place.start, place.end) == (start, start + 40)
    passage = next(p for p in knowledge.passages if p.id == place.passage_id)
    assert passage.start <= start < passage.end
