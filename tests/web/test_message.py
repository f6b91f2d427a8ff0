"""The messages of the conversation."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answers.answer import one_line
from assistant.answers.confidence import load_calibration
from assistant.errors import SettingsError
from assistant.records import Answer, Citation, DocumentInfo, Fiche, Hit, Passage, Replacement, Understanding
from assistant.search.index import Knowledge
from assistant.search.vocabulary import count_words
from assistant.web.message import (
    answer_to_copy,
    describe_confidence,
    error_to_message,
    reply_pieces,
    understood_to_html,
)
from assistant.web.text import escape_text

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


def answer_to_message(answer: Answer, knowledge: Knowledge, **options: Any) -> str:
    """Return a whole reply, as the page puts its pieces together."""
    pieces = reply_pieces(answer, knowledge, **options)
    return f'<div class="reponse">{understood_to_html(answer.understanding)}{"".join(pieces)}</div>'


def plain(html: str) -> str:
    """Return what is read, one line a block, with ordinary spaces."""
    lines = unescape(re.sub(r"<[^>]*>", "", re.sub(r"</(?:p|li|h4|blockquote)>|<br>", "\n", html)))
    return "\n".join(line for line in map(str.strip, lines.replace("\u00a0", " ").splitlines()) if line)


@given(st.text())
def test_an_escaped_text_says_the_same_and_has_no_markup(text: str) -> None:
    assert unescape(escape_text(text)) == one_line(text)
    assert not set("<>\"'") & set(escape_text(text))


def test_an_answer_shows_what_was_understood_then_words_quotations_and_confidence() -> None:
    message = answer_to_message(ANSWER, KNOWLEDGE)

    assert plain(message).splitlines() == [
        "Compris : « barq » lu comme « barque »",
        "Tôt le matin. Preuve [1]",
        "Ce que dit le texte",
        "« La barque part à l’aube. »",
        "Preuve [1] Carnet de Lourmel › Sorties › La rivière › page 3 ✓ vérifié mot à mot",
        f"Confiance : élevée. {describe_confidence(1.0)[1]}",
    ]
    hrefs = re.findall(r'href="([^"]*)"', message)
    assert len(hrefs) == 2
    assert all(href.startswith("evidence/carnet?end=24&amp;") or "start" not in href for href in hrefs)


def test_the_reply_comes_in_pieces_words_first() -> None:
    pieces = list(reply_pieces(ANSWER, KNOWLEDGE))

    assert plain(pieces[0]) == "Tôt le matin. Preuve [1]"
    assert understood_to_html(ANSWER.understanding) + "".join(pieces) in answer_to_message(ANSWER, KNOWLEDGE)


def test_without_the_original_the_source_is_named_and_nothing_is_quoted() -> None:
    absent = replace(ANSWER, citations=(replace(ANSWER.citations[0], quote="", page=None),))

    said = plain(answer_to_message(absent, KNOWLEDGE))

    assert "Ce que dit le texte" not in said
    assert "vérifié" not in said
    assert "Carnet de Lourmel › Sorties › La rivière › document d’origine non installé" in said
    assert "« »" not in said


def test_a_refusal_shows_what_was_searched_and_its_leads_and_no_citation() -> None:
    passage = Passage("p1", "carnet", 0, 9, "La barque", ("Sorties", "La barque"))
    knowledge = replace(KNOWLEDGE, passages=(passage,))
    refusal = Answer("?", "not_found", "…", 0.2, words="…", hits=(Hit(passage, 1.0),))

    message = answer_to_message(refusal, knowledge)

    assert plain(message).splitlines() == [
        "Je ne trouve pas la réponse dans les documents.",
        "Cherché dans : Carnet de Lourmel.",
        "Pistes, sans garantie qu’elles répondent",
        "Sorties › La barque — Carnet de Lourmel",
    ]
    assert re.findall(r'href="([^"]*)"', message) == ["evidence/carnet?passage_id=p1"]
    assert "citations" not in message
    assert "Cherché dans (documents choisis) : Carnet" in plain(
        answer_to_message(refusal, knowledge, only=("carnet",))
    )


def test_a_refusal_says_what_the_nearest_passage_lacks() -> None:
    passage = Passage("p1", "carnet", 0, 9, "La barque", ("Sorties",))
    knowledge = replace(KNOWLEDGE, passages=(passage,))
    asked = Understanding("La barque <b>coûte</b> ?", "La barque coûte ?", things=("amount",))
    refusal = Answer("?", "not_found", "…", 0.2, words="…", hits=(Hit(passage, 1.0),), understanding=asked)

    missing = "Dans le passage le plus proche, il manque : un montant."
    assert missing in plain(answer_to_message(refusal, knowledge))
    assert missing in answer_to_copy(refusal, knowledge).replace("\u00a0", " ")


def test_a_refused_request_has_its_words_alone() -> None:
    message = answer_to_message(Answer("?", "refused", "Non.", 1.0, words="Non."), KNOWLEDGE)

    assert message == '<div class="reponse"><p>Non.</p></div>'


def test_nothing_in_an_answer_becomes_markup() -> None:
    fiche = Fiche("barque", HOSTILE, "…", (f"qui part avec {HOSTILE} ?",), ())
    passages = (
        Passage("p1", "carnet", 0, 9, "La barque", (HOSTILE,)),
        Passage("p2", "carnet", 9, 18, "La barque", (HOSTILE,), fiche_id="barque"),
    )
    hostile = replace(
        ANSWER,
        words=f"{HOSTILE} [1]\n- {HOSTILE}",
        citations=(replace(ANSWER.citations[0], quote=HOSTILE, place=HOSTILE, passage_id="p1"),),
        understanding=Understanding("?", "?", notes=(HOSTILE,)),
    )
    knowledge = replace(KNOWLEDGE, fiches=(fiche,), passages=passages)

    message = answer_to_message(hostile, knowledge)

    ours = "div p a ol ul li blockquote span strong h4 cite br button"
    assert set(re.findall(r"<(\w+)", message)) <= set(ours.split())
    assert all(href.startswith("evidence/carnet?") for href in re.findall(r'href="([^"]*)"', message))
    assert plain(message).replace("Preuve [1]", "[1]").count(HOSTILE) == 5
    lead = replace(hostile, status="not_found", hits=(Hit(passages[1], 1.0, fiche),))
    assert set(re.findall(r"<(\w+)", answer_to_message(lead, knowledge))) <= set(ours.split())


def test_an_error_is_a_message_without_markup() -> None:
    assert plain(error_to_message(SettingsError(HOSTILE))) == HOSTILE
    assert set(re.findall(r"<(\w+)", error_to_message(SettingsError(HOSTILE)))) == {"p"}


def test_a_number_without_citation_is_not_a_link() -> None:
    message = answer_to_message(replace(ANSWER, words="Voir [7] et [1]."), KNOWLEDGE)

    assert plain(message).splitlines()[1] == "Voir [7] et Preuve [1]."


@pytest.mark.parametrize(
    ("info", "said"),
    [
        ({"valid_until": date(2030, 5, 3)}, "En vigueur jusqu’au 3 mai 2030"),
        ({"valid_from": date(2020, 5, 3)}, "En vigueur depuis le 3 mai 2020"),
        ({"valid_from": date(2020, 5, 3), "kind": "rapport d’activité"}, "Constats de 2020"),
        ({"valid_from": date(2026, 5, 3)}, "Entrera en vigueur le 3 mai 2026"),
        ({"valid_until": date(2020, 5, 3)}, "Expiré le 3 mai 2020, remplacé sur ce sujet par : Carnet neuf"),
    ],
)
def test_each_citation_says_whether_its_document_is_in_force(info: dict[str, Any], said: str) -> None:
    infos = {
        "carnet": replace(KNOWLEDGE.infos["carnet"], **info),
        "neuf": DocumentInfo("neuf", "Carnet neuf", replaces=(Replacement("carnet"),)),
    }

    message = answer_to_message(ANSWER, replace(KNOWLEDGE, infos=infos), today=date(2025, 1, 1))

    assert said in plain(message).splitlines()
    assert ("expire" in message) == said.startswith("Expiré")


def test_a_copy_has_the_question_the_words_the_quotations_and_their_places() -> None:
    copied = answer_to_copy(ANSWER, KNOWLEDGE).replace("\u00a0", " ")

    assert copied == (
        "Quand part la barque ?\n\nTôt le matin. [1]\n\nCe que dit le texte :\n"
        "[1] « La barque part à l’aube. »\n    Carnet de Lourmel — Sorties › La rivière — page 3"
    )


def test_a_copied_refusal_names_the_documents_that_were_searched() -> None:
    passages = (Passage("p1", "carnet", 0, 1, "…", ()), Passage("p2", "neuf", 0, 1, "…", ()))
    infos = {**KNOWLEDGE.infos, "neuf": DocumentInfo("neuf", "Carnet neuf")}
    knowledge = replace(KNOWLEDGE, passages=passages, infos=infos)

    copied = answer_to_copy(Answer("Qui ?", "not_found", "…", 0.1), knowledge, only=("neuf",))

    assert copied.endswith("Je ne trouve pas la réponse dans les documents (Carnet neuf).")


def test_confidence_is_said_in_words_with_what_was_measured() -> None:
    said = [describe_confidence(band.floor) for band in load_calibration().bands]

    assert [word for word, _ in said] == ["élevée", "moyenne", "faible"]
    for band, (_, meaning) in zip(load_calibration().bands, said, strict=True):
        assert f"{10 * band.accuracy:.0f} fois sur 10" in meaning
