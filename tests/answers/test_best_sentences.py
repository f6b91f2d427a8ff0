from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answers.sentences import best_sentence, best_sentences, sentence_values, sentence_votes
from assistant.french import sentence_spans
from assistant.records import Fiche, Passage, Understanding
from assistant.search.features import near_words
from assistant.search.nearness import WordTable
from assistant.search.question_type import content_terms, question_kinds
from assistant.search.vocabulary import count_words

BODY = (
    "Le service ouvre ses portes aux familles du quartier. Les gamins sont accueillis par deux animateurs. "
    "La mairie verse une aide de 1 250 euros. Le local est chauffé en hiver. "
    "Le bilan est envoyé au Département avant le 31 mars."
)
TABLE = WordTable.build([Passage("d:0", "d", 0, len(BODY), BODY, ())], ())
VOCABULARY = count_words(BODY.split(". "))


def chosen(question: str, room: int = 120, text: str = BODY) -> str:
    understanding = Understanding(
        question, question, terms=content_terms(question), kinds=question_kinds(question)
    )
    nearness, spans = near_words(understanding, TABLE, VOCABULARY), sentence_spans(text)
    values = sentence_values(text, spans, understanding, nearness, [0.0] * len(spans))
    return best_sentences(text, values, room=room)


def test_the_sentence_that_holds_the_words_asked_is_kept() -> None:
    assert "Le local est chauffé en hiver." in chosen("le chauffage du local en hiver ?")


def test_the_sentence_that_looks_like_the_answer_is_kept() -> None:
    assert "31 mars" in chosen("le bilan, c'est pour quand ?")
    assert "1 250 euros" in chosen("combien donne la mairie ?")


def test_a_sentence_says_more_of_what_one_before_it_names() -> None:
    text = "Les gamins sont accueillis. Ils ont un casier. Le bilan suit un modèle. Il fait trois pages."

    assert chosen("le bilan ?", 50, text) == "[…] Le bilan suit un modèle. Il fait trois pages."


def test_a_text_that_fits_is_shown_whole() -> None:
    assert chosen("le local ?", room=1000) == BODY


def test_what_is_left_out_is_marked() -> None:
    text = chosen("le local en hiver ?", room=40)

    assert "[…]" in text
    assert len(text) <= 40 + 2 * len(" […] ")


@given(st.text(max_size=60), st.integers(1, 400))
@settings(deadline=None, max_examples=40)
def test_kept_sentences_are_those_of_the_text_in_their_order(question: str, room: int) -> None:
    parts = [part for part in chosen(question, room).split("[…]") if part.strip()]

    places = [BODY.index(part.strip()) for part in parts]

    assert places == sorted(places)
    assert places


# --- votes -----------------------------------------------------------------------------------

ASKED = (
    "le local est chauffé ?",
    "combien donne la mairie ?",
    "quand part le bilan ?",
    "tout sur le service",
)
FICHE = Fiche("f", "Le service", BODY, ASKED, (), answered_by=((4,), (3,), (5,), ()))
OF_FICHE = WordTable.build([], [FICHE])


def votes(question: str, fiche: Fiche = FICHE) -> list[float]:
    understanding = Understanding(question, question, terms=content_terms(question))
    return sentence_votes(fiche, 0, near_words(understanding, OF_FICHE, VOCABULARY))


def test_the_sentence_that_answers_the_question_most_alike_has_the_votes() -> None:
    assert [round(vote) for vote in votes("le bilan part quand")] == [0, 0, 0, 0, 1]
    assert [round(vote) for vote in votes("elle donne combien la mairie")] == [0, 0, 1, 0, 0]


def test_a_question_on_the_whole_body_votes_for_no_sentence() -> None:
    assert max(votes("tout le service")) < 0.2


def test_nobody_votes_where_nobody_has_said_what_answers() -> None:
    assert votes("le bilan", replace(FICHE, answered_by=())) == [0.0] * 5


def test_the_votes_decide_between_sentences_whose_words_are_as_near() -> None:
    understanding = Understanding("aide", "aide", terms=("aide",))
    nearness, spans = near_words(understanding, TABLE, VOCABULARY), sentence_spans(BODY)
    values = sentence_values(BODY, spans, understanding, nearness, [0.0, 0.0, 0.0, 0.0, 1.0])

    assert best_sentence(BODY, values).startswith("Le bilan")
