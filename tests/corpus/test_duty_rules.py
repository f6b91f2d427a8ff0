from __future__ import annotations

import pytest

from assistant.corpus.duty_rules import find_duties, modality_of


@pytest.mark.parametrize(
    ("sentence", "modality"),
    [
        ("Les médiateurs doivent noter chaque sortie du soir.", "doit"),
        ("Le prestataire est tenu de fournir un gilet à chacun.", "doit"),
        ("La ville s’engage à payer la moitié du loyer.", "doit"),
        ("Il appartient au maire de convoquer la réunion.", "doit"),
        ("Le registre est obligatoire dans chaque local.", "doit"),
        ("Le bilan arrive à la mairie au plus tard le 3 mai.", "doit"),
        ("La réponse part dans un délai de dix jours ouvrés.", "doit"),
        ("Le service organisera une visite par trimestre.", "doit"),
        ("Le gilet est à rendre en quittant le service.", "doit"),
        ("Il est interdit de donner le nom d’un jeune.", "ne doit pas"),
        ("Un médiateur ne peut être seul après la nuit tombée.", "ne doit pas"),
        ("Le coordinateur ne doit en aucun cas garder les clés.", "ne doit pas"),
        ("Les équipes s’abstiennent de tout commentaire public.", "ne doit pas"),
        ("Il convient de prévenir la mairie la veille.", "devrait"),
        ("Les équipes devraient se réunir plus souvent.", "devrait"),
        ("Les médiateurs travaillent du mardi au samedi.", None),
        ("Le local a fait l’objet d’une visite en mars.", None),
        ("Cette fiche doit permettre de mieux comprendre.", None),
        ("La ville doit faire face à de nombreux départs.", None),
    ],
)
def test_a_sentence_obliges_by_its_words(sentence: str, modality: str | None) -> None:
    said = modality_of(sentence)

    assert (said[0] if said else None) == modality


def test_a_duty_is_a_sentence_at_its_place_with_its_actor() -> None:
    text = "Bonjour à tous.\n\nÀ ce titre, le coordinateur ne doit pas garder les clés du local.\nFin de la page."

    (duty,) = find_duties(text)

    assert text[duty.start : duty.end] == "À ce titre, le coordinateur ne doit pas garder les clés du local."
    assert duty.obligation.who == "Le coordinateur"
    assert duty.obligation.duty == text[duty.start : duty.end]


@pytest.mark.parametrize(
    "sentence",
    [
        "Il doit prévenir la mairie avant midi.",
        "Le jeune que l’équipe suit et qui part doit rendre son badge.",
    ],
)
def test_an_actor_that_cannot_be_told_is_left_empty(sentence: str) -> None:
    (duty,) = find_duties(sentence)

    assert duty.obligation.who == ""


def test_each_item_after_a_colon_is_a_duty_of_its_own() -> None:
    text = (
        "Le prestataire s’engage à :\n- fournir un gilet à chaque médiateur ;\n- payer les repas du samedi soir.\n"
        "Les médiateurs travaillent ensuite jusqu’à minuit."
    )

    duties = find_duties(text)

    assert [(d.obligation.who, d.obligation.duty) for d in duties] == [
        ("Le prestataire", "fournir un gilet à chaque médiateur ;"),
        ("Le prestataire", "payer les repas du samedi soir."),
    ]
    assert all(text[d.start : d.end] == d.obligation.duty for d in duties)


@pytest.mark.parametrize(
    ("sentence", "date", "delay", "recurrence"),
    [
        ("La ville doit payer au plus tard le 30 avril de chaque année.", "04-30", "", "annuel"),
        ("La ville doit payer avant le 1er août 2027.", "2027-08-01", "", ""),
        ("La ville doit répondre dans un délai de quinze jours.", "", "P15D", ""),
        ("La ville doit répondre dans les 48 heures.", "", "PT48H", ""),
        ("La ville doit réunir les parents chaque trimestre.", "", "", "trimestriel"),
        ("La ville doit payer avant le 29 février.", "02-29", "", ""),
        ("La ville doit payer avant le 29 février 2027.", "", "", ""),
        ("La ville doit payer avant le 31 avril.", "", "", ""),  # there is no such day
    ],
)
def test_dates_delays_and_recurrences_are_read(sentence: str, date: str, delay: str, recurrence: str) -> None:
    (duty,) = find_duties(sentence)

    assert (duty.obligation.date, duty.obligation.delay, duty.obligation.recurrence) == (
        date,
        delay,
        recurrence,
    )


@pytest.mark.parametrize(
    "text", ["", "Doit-on prévenir la mairie, ou doit-elle le savoir ?", "Il doit " + "a " * 500]
)
def test_questions_headings_and_whole_pages_are_no_duties(text: str) -> None:
    assert find_duties(text) == []
