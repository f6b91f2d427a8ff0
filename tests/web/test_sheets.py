"""The sheet of an answer as the page asks for it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tiny_corpus import QUESTION

from assistant.pipeline import Assistant
from assistant.sheet import Standing, read_sheet, verify_sheet


def post(url: str, **fields: str) -> tuple[int, str, dict[str, str]]:
    try:
        with urllib.request.urlopen(f"{url}sheet", urlencode(fields).encode()) as reply:
            return reply.status, reply.read().decode(), dict(reply.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), {}


def test_a_sheet_is_that_of_the_answer_given_now(page_url: str, assistant: Assistant, tmp_path: Path) -> None:
    status, html, headers = post(page_url, question=QUESTION)
    path = tmp_path / "reponse.html"
    path.write_text(html, encoding="utf-8")

    file = read_sheet(path)
    sheet = file.sheet
    assert (status, file.intact, file.difference) == (200, True, "")
    assert sheet.index == assistant.index.manifest.version
    assert verify_sheet(sheet, assistant.index.knowledge)[0].standing is Standing.HELD
    assert "content-disposition" not in headers
    assert "default-src 'none'" in headers["content-security-policy"]


def test_a_sheet_may_be_downloaded_and_follows_the_conversation(page_url: str, tmp_path: Path) -> None:
    history = [{"question": QUESTION, "answer": "Le tribunal de Fontclaire."}]
    _, html, headers = post(
        page_url, question="et au bout de combien de temps ?", history=json.dumps(history), download="1"
    )
    path = tmp_path / "reponse.html"
    path.write_text(html, encoding="utf-8")

    assert (
        headers["content-disposition"] == f'attachment; filename="reponse-{read_sheet(path).sheet.id}.html"'
    )
    assert "Fontclaire" in html
    assert "<form" not in html


def test_the_page_of_a_sheet_has_a_button_for_its_file(page_url: str) -> None:
    _, html, _ = post(page_url, question=f'{QUESTION} "><b>')

    assert 'name="download"' in html
    assert "&quot;&gt;&lt;b&gt;" in html
    assert "<b>" not in html


def test_only_the_documents_of_the_conversation_are_cited(page_url: str, tmp_path: Path) -> None:
    _, html, _ = post(page_url, question="horaires des médiateurs", only="reglement-valmont-2015")
    path = tmp_path / "reponse.html"
    path.write_text(html, encoding="utf-8")

    assert {q.document for q in read_sheet(path).sheet.quotations} <= {"reglement-valmont-2015"}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "« question » manque ou est vide."),
        ({"question": " "}, "« question » manque ou est vide."),
        ({"question": "Qui ?", "history": "["}, "La demande est mal écrite."),
        ({"question": "Qui ?", "history": '["Quoi ?"]'}, "« history » doit être une liste"),
        ({"question": "a" * 2001}, "La question est trop longue"),
    ],
)
def test_a_wrong_request_is_told_in_french(page_url: str, fields: dict[str, str], said: str) -> None:
    status, body, _ = post(page_url, **fields)

    assert status == 422
    assert said in json.loads(body)["detail"]
