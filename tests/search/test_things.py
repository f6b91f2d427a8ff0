from __future__ import annotations

import pytest

from assistant.search.things import LABELS, asked_things, held_things


@pytest.mark.parametrize(
    ("question", "things"),
    [
        ("combien coûte un séjour ?", ("amount",)),
        ("la subvention, c'est combien", ("amount",)),
        ("tel du local", ("telephone",)),
        ("Quel est le mail du service ?", ("electronic address",)),
        ("adresse des locaux", ("street address",)),
        ("quelle part de jeunes sans emploi ?", ("share",)),
        ("À quel âge peut-on venir ?", ("age",)),
        ("horaires du local ?", ("time of day",)),
        ("comment s’appelle la directrice", ("person",)),
        ("La réunion, c’est quel jour ?", ("day",)),
        ("date du prochain comité", ("day",)),
        ("La plateforme date de quand ?", ()),
        ("créée en quelle année ?", ("year",)),
        ("on a combien de mois pour répondre", ("duration",)),
        ("Combien gagne un médiateur ?", ("amount",)),
        ("Qui a gagné la coupe ?", ()),
        ("Qui signe la charte ?", ()),
        ("combien de médiateurs ?", ()),
        ("", ()),
    ],
)
def test_what_a_question_asks_for_by_its_form(question: str, things: tuple[str, ...]) -> None:
    assert asked_things(question) == things


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("Une aide de 1 200 € par an.", "amount"),
        ("Appelez le 03 21 00 00 00.", "telephone"),
        ("Écrire à local@exemple.fr", "electronic address"),
        ("12 rue des Tanneurs", "street address"),
        ("Un quart des jeunes", "share"),
        ("À partir de 16 ans", "age"),
        ("Ouvert dès 9h30", "time of day"),
        ("La charte est signée par Jeanne DURAND.", "person"),
        ("Réunion le 1er mars", "day"),
        ("Réunion tous les lundis", "day"),
        ("Fondée en 1997", "year"),
        ("Sous deux (2) mois", "duration"),
    ],
)
def test_what_a_text_holds_by_its_form(text: str, thing: str) -> None:
    assert thing in held_things(text)
    assert thing in LABELS
    assert thing not in held_things("Les médiateurs vont à la rencontre des jeunes du 3e quartier.")
