"""The messages of the conversation."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers.answer import one_line
from assistant.errors import SettingsError
from assistant.records import Answer, Citation, DocumentInfo, Turn, Understanding
from assistant.search.index import Knowledge
from assistant.search.vocabulary import count_words
from assistant.web.message import (
    answer_to_message,
    describe_confidence,
    error_to_message,
    escape_text,
    message_text,
    turns_of,
)

HOSTILE = "<script>alert(1)</script> **gras** [lien](http://exemple.fr) `code` $$x$$ # titre | & &lt; [1]"


KNOWLEDGE = Knowledge(
    infos={"carnet": DocumentInfo("carnet", "Carnet de Lourmel")},
    documents={},
    fiches=(),
    passages=(),
    places={},
    acronyms={},
    vocabulary=count_words([]),
)
ANSWER = Answer(
    question="Quand part la barque ?",
    status="answered",
    text="…",
    confidence=0.9,
    words="Tôt le matin. [1]",
    citations=(Citation("carnet", "Sorties › La rivière", 3, "La barque part\nà l’aube.", 0, 24),),
    understanding=Understanding("Quand part la barque ?", "…", notes=("« barq » lu comme « barque »",)),
)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@given(st.text())
def test_an_escaped_text_says_the_same_and_has_no_markup(text: str) -> None:
    escaped = escape_text(text)

    assert message_text(escaped) == one_line(text)
    assert re.sub(r"&#\d+;", "", escaped).translate({ord(c): "" for c in "<>*_`[]()#|$&\\~\n"}) == re.sub(
        r"&#\d+;", "", escaped
    )


def test_the_conversation_is_read_back_as_it_was_typed() -> None:
    messages = [
        {"role": "user", "content": escape_text(HOSTILE)},
        {"role": "assistant", "content": "<div><p>Bonjour &#60;b&#62;</p><p>Suite</p></div>"},
        {"role": "user", "content": [{"type": "text", "text": escape_text("et après ?")}]},
    ]

    assert turns_of(messages) == [Turn(HOSTILE, "Bonjour <b>\nSuite"), Turn("et après ?")]


def test_an_answer_shows_what_was_understood_then_words_quotations_and_confidence() -> None:
    message = answer_to_message(ANSWER, KNOWLEDGE)

    assert one_line(plain(message_text(message))) == (
        "Compris : « barq » lu comme « barque » Tôt le matin. [1] Ce que dit le texte "
        "« La barque part à l’aube. » [1] Carnet de Lourmel — Sorties › La rivière — page 3 "
        "Confiance : élevée. Le premier passage cité répond à la question, sauf exception."
    )
    assert re.findall(r'href="([^"]*)"', message) == ["#preuve-1", "#preuve-1"]
    assert "\n" not in message


def test_without_the_original_the_source_is_named_and_nothing_is_quoted() -> None:
    absent = replace(ANSWER, citations=(replace(ANSWER.citations[0], quote="", page=None),))

    said = message_text(answer_to_message(absent, KNOWLEDGE))

    assert "Ce que dit le texte" not in said
    assert "Carnet de Lourmel — Sorties › La rivière — document d’origine non installé" in said
    assert "«\u00a0\u00a0»" not in said


def test_a_refusal_shows_its_leads_and_neither_citation_nor_confidence() -> None:
    text = "Je ne trouve pas la réponse.\n\nPistes, sans garantie :\n- La barque\n- Le pont"

    message = answer_to_message(Answer("?", "not_found", text, 0.2, words=text), KNOWLEDGE)

    assert plain(message_text(message)) == text.replace("\n\n", "\n")
    assert "<a " not in message


def test_nothing_in_an_answer_becomes_markup() -> None:
    hostile = replace(
        ANSWER,
        words=f"{HOSTILE} [1]",
        citations=(replace(ANSWER.citations[0], quote=HOSTILE, place=HOSTILE, note=f"{HOSTILE} expiré"),),
        understanding=Understanding("?", "?", notes=(HOSTILE,)),
    )

    message = answer_to_message(hostile, KNOWLEDGE)

    assert set(re.findall(r"<(\w+)", message)) <= {
        "div",
        "p",
        "a",
        "ol",
        "li",
        "blockquote",
        "span",
        "strong",
    }
    assert set(re.findall(r'href="([^"]*)"', message)) == {"#preuve-1"}
    assert plain(message_text(message)).count(HOSTILE) == 5


def test_an_error_is_a_message_without_markup() -> None:
    assert message_text(error_to_message(SettingsError(HOSTILE))) == HOSTILE.replace(" ?", "\u00a0?")
    assert set(re.findall(r"<(\w+)", error_to_message(SettingsError(HOSTILE)))) == {"div", "p"}


def test_a_number_without_citation_is_not_a_link() -> None:
    message = answer_to_message(replace(ANSWER, words="Voir [7] et [1]."), KNOWLEDGE)

    assert "#preuve-7" not in message
    assert "[7]" in message_text(message)


@pytest.mark.parametrize("words", ["Tôt. [1]\n(Document expiré le 3 mai 2020.)", "Tôt. [1]", ""])
def test_the_validity_is_said_once(words: str) -> None:
    citation = replace(ANSWER.citations[0], note="Document expiré le 3 mai 2020.")

    said = message_text(answer_to_message(replace(ANSWER, words=words, citations=(citation,)), KNOWLEDGE))

    assert said.count("Document expiré le 3 mai 2020") == 1


@pytest.mark.parametrize(
    ("confidence", "word"),
    [
        (1.0, "élevée"),
        (0.8, "élevée"),
        (0.79, "moyenne"),
        (0.65, "moyenne"),
        (0.64, "faible"),
        (0.0, "faible"),
    ],
)
def test_confidence_is_said_in_words(confidence: float, word: str) -> None:
    assert describe_confidence(confidence)[0] == word
