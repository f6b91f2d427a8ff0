from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answers.quotes import MAX_SENTENCES, best_stretch, choose_quote, quotable_units, word_values
from assistant.records import Passage, Understanding
from assistant.search.question_type import content_terms, question_kinds
from assistant.search.vocabulary import count_words

SENTENCES = [
    "La commune fournit un local chauffé de quarante mètres carrés au moins.",
    "Le matériel sportif est rangé chaque soir par les animateurs dans les armoires du fond.",
    "Une subvention de 1 250 euros est versée avant le 31 mars.",
    "Les familles sont reçues sur rendez-vous le mercredi après-midi dans le bureau du directeur.",
    "Le règlement intérieur est affiché à l'entrée et signé par tous les participants majeurs.",
    "Une assurance couvre les sorties à la mer et les déplacements en autocar.",
    "Les repas froids sont apportés par chacun, sauf les jours de fête où la mairie offre un goûter.",
]
TEXT = " ".join(SENTENCES)
VOCABULARY = count_words(SENTENCES)
ROOM = 220


def passage(text: str) -> Passage:
    return Passage("d:0", "d", 0, len(text), text, ())


def understood(question: str) -> Understanding:
    return Understanding(question, question, terms=content_terms(question), kinds=question_kinds(question))


def quote(question: str, text: str = TEXT) -> str:
    start, end = span(question, passage(text))
    return text[start:end]


def span(question: str, place: Passage) -> tuple[int, int]:
    def value(spans: Sequence[tuple[int, int]]) -> list[float]:
        return word_values(place.text, spans, understood(question), VOCABULARY)

    return choose_quote(place, value, room=ROOM)


def test_the_sentence_that_answers_is_quoted_and_not_all_the_rest() -> None:
    assert len(TEXT) > ROOM
    assert "1 250 euros" in quote("combien de subvention ?")
    assert len(quote("combien de subvention ?")) <= ROOM


def test_a_figure_is_preferred_when_one_is_asked_for() -> None:
    assert "31 mars" in quote("quand est versé l'argent ?")


def test_a_short_passage_is_quoted_whole() -> None:
    assert quote("local", SENTENCES[0]) == SENTENCES[0]


def test_units_without_letters_are_never_quoted() -> None:
    assert quotable_units("…\n12\n—") == []


@given(st.lists(st.floats(0, 10), min_size=1, max_size=12))
@settings(deadline=None)
def test_a_stretch_is_made_of_whole_consecutive_units(values: list[float]) -> None:
    units = [(100 * i, 100 * i + 90) for i in range(len(values))]

    start, end = best_stretch(units, values, room=450)

    starts, ends = [u[0] for u in units], [u[1] for u in units]
    assert start in starts
    assert end in ends
    assert end - start <= 450
    assert 1 <= ends.index(end) - starts.index(start) + 1 <= MAX_SENTENCES


@given(st.text(), st.text())
@settings(deadline=None)
def test_any_quote_is_inside_its_passage(question: str, text: str) -> None:
    start, end = span(question, passage(text))

    assert 0 <= start <= end <= len(text)


def test_the_heading_that_the_place_says_already_is_not_quoted() -> None:
    text = "Article 4 : Tenue\nChaque médiateur porte un gilet orange."
    headings = ("Règlement", "Article 4 : Tenue")

    place = Passage("d:0", "d", 0, len(text), text, headings)

    start, end = span("gilet", place)

    assert text[start:end] == "Chaque médiateur porte un gilet orange."


def test_a_quotation_does_not_stop_where_a_list_begins() -> None:
    text = (
        "Le service se tient à des règles pour les barques du port : venir à l’heure ;\n"
        "saluer les gens ;\nfermer la porte.\n"
        + "Le reste du règlement parle de la cuisine et du linge.\n"
        * 8
    )
    list_text = text.replace(" : venir", " :\nvenir")

    start, end = span("quelles règles pour les barques du port ?", passage(list_text))

    assert "venir à l’heure" in list_text[start:end]


def test_a_quotation_does_not_stop_inside_guillemets() -> None:
    text = "La barque s’appelle « Le\nVent ». Elle est verte. " + "Le linge sèche au grenier. " * 20

    start, end = span("la barque ?", passage(text))

    assert text[start:end].count("«") == text[start:end].count("»") == 1
