"""The form for an opinion, and what it sends."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from tiny_corpus import QUESTION

from assistant.feedback import feedback_path, list_feedback
from assistant.pipeline import Assistant, update_index
from assistant.records import DocumentInfo
from assistant.settings import Settings
from assistant.web.opinions import form_to_html

HOSTILE = "</form><script>caught = 1</script>"


@pytest.fixture
def own(settings: Settings) -> Assistant:
    update_index(settings)
    return Assistant.open(replace(settings, min_confidence=0.0))


def post(url: str, body: Any) -> tuple[int, str]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(url, data) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())["detail"]


def test_the_form_offers_the_passages_found_and_says_what_is_kept(own: Assistant) -> None:
    answer = own.ask(QUESTION)
    html = form_to_html(answer, own.index.knowledge)

    assert html.count('name="verdict"') == 3
    assert html.count('name="passage"') == min(8, len(answer.hits)) + 1
    assert "Charte de Valmont — Charte › Article 3" in html
    assert "Ni votre nom ni votre adresse ne sont gardés" in html


def test_nothing_of_a_document_becomes_an_element(own: Assistant) -> None:
    knowledge = own.index.knowledge
    infos = {key: DocumentInfo(key, HOSTILE) for key in knowledge.infos}
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)

    Reader().feed(form_to_html(own.ask(QUESTION), replace(knowledge, infos=infos)))

    assert "script" not in tags
    assert tags.count("form") == 1


def test_an_opinion_is_kept_with_the_answer_given_here(
    own: Assistant, serve_page: Callable[[Assistant], str]
) -> None:
    url = serve_page(own)
    right = next(p for p in own.index.knowledge.passages if "gilet orange" in p.text)
    assert "Cette réponse est" in post(f"{url}feedback/form", {"question": QUESTION})[1]
    assert list_feedback(feedback_path(own.settings)) == []  # the form keeps nothing

    sent = {
        "question": QUESTION,
        "verdict": "wrong",
        "passage": right.id,
        "comment": " Non. ",
        "answer": "forgée",
    }
    assert post(f"{url}feedback", sent)[0] == 200
    assert post(f"{url}feedback", {"question": QUESTION, "verdict": "useful"})[0] == 200
    assert (
        post(f"{url}feedback", {"question": QUESTION, "verdict": "incomplete", "place": "nulle part"})[0]
        == 200
    )

    wrong, useful, incomplete = list_feedback(feedback_path(own.settings))
    assert (wrong.verdict, wrong.comment, wrong.question) == ("wrong", "Non.", QUESTION)
    assert wrong.answer == own.ask(QUESTION).words
    assert wrong.index_version == own.index.manifest.version
    assert [proof.document for proof in wrong.evidence] == ["reglement-valmont-2015"]
    assert useful.evidence[0].document == "charte-valmont-2024"
    assert (incomplete.evidence, incomplete.place) == ((), "nulle part")
    kept = b"".join(file.read_bytes() for file in own.settings.index.parent.glob("feedback.sqlite*"))
    assert b"127.0.0.1" not in kept


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "La demande n’est pas du JSON."),
        (b"[]", "La demande n’est pas un objet JSON."),
        ({"verdict": "useful"}, "« question » manque ou est vide."),
        ({"question": "Qui ?"}, "utile, fausse ou incomplète"),
        ({"question": "Qui ?", "verdict": "bof"}, "utile, fausse ou incomplète"),
        ({"question": "Qui ?", "verdict": ["useful"]}, "n’est pas un texte"),
        ({"question": "Qui ?", "verdict": "useful", "comment": "a" * 2001}, "trop long"),
        ({"question": "Qui ?", "verdict": "useful", "only": "charte"}, "« only »"),
    ],
)
def test_a_wrong_opinion_is_told_and_not_kept(
    page_url: str, assistant: Assistant, body: Any, said: str
) -> None:
    status, detail = post(f"{page_url}feedback", body)

    assert status == 422
    assert said in detail
    assert not feedback_path(assistant.settings).exists()
