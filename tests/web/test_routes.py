"""The endpoints of the conversation: replies in pieces, evidence, original files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from fpdf import FPDF
from tiny_corpus import QUESTION

from assistant.errors import IndexMissing
from assistant.pipeline import Assistant, update_index
from assistant.settings import Settings
from assistant.web.evidence import Place, place_of
from assistant.web.routes import MAX_CONVERSATION, conversation_routes


def client_of(assistant: Assistant) -> TestClient:
    app = FastAPI()
    app.include_router(conversation_routes(assistant))
    return TestClient(app, follow_redirects=False)


@pytest.fixture
def own_assistant(settings: Settings) -> Assistant:
    """Return an assistant over documents that the test may change."""
    update_index(settings)
    return Assistant.open(settings)


@pytest.fixture
def client(own_assistant: Assistant) -> Iterator[TestClient]:
    with client_of(own_assistant) as opened:
        yield opened


def converse(client: TestClient, **request: Any) -> list[dict[str, Any]]:
    response = client.post("/conversation", json=request)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    return [json.loads(line) for line in response.text.splitlines()]


# --- the reply ---------------------------------------------------------------------------------


def test_a_reply_comes_in_pieces_and_ends_with_what_the_browser_keeps(
    client: TestClient, own_assistant: Assistant
) -> None:
    *pieces, last = converse(client, question=QUESTION)

    assert all(set(piece) == {"piece"} for piece in pieces)
    assert "Fontclaire" in pieces[0]["piece"]
    assert "<blockquote>" in "".join(piece["piece"] for piece in pieces)
    assert last["done"]["status"] == "answered"
    assert last["done"]["text"] == own_assistant.ask(QUESTION).text
    assert last["done"]["copy"].startswith(QUESTION.replace(" ?", "\u00a0?"))


def test_a_follow_up_takes_the_history(client: TestClient) -> None:
    history = [{"question": QUESTION, "answer": "Le tribunal de Fontclaire."}]

    first = converse(client, question="et au bout de combien de temps ?", history=history)[0]["piece"]

    assert "question comprise à la suite de" in first


def test_only_the_chosen_documents_are_searched(client: TestClient) -> None:
    lines = converse(client, question="Quel jour travaillent-ils ?", only=["reglement-valmont-2015"])

    html = "".join(line.get("piece", "") for line in lines)
    assert "evidence/reglement-valmont-2015" in html
    assert "evidence/charte-valmont-2024" not in html


def test_an_error_of_the_index_is_told_in_the_reply(
    client: TestClient, own_assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise IndexMissing("Il n’y a pas d’index.")

    monkeypatch.setattr(own_assistant, "ask", fail)

    *_, told, last = converse(client, question=QUESTION)

    assert told["piece"] == '<p class="erreur">Il n’y a pas d’index.</p>'
    assert last["done"]["status"] == "error"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 400, "La demande n’est pas du JSON."),
        (json.dumps({"question": "a" * 2001}).encode(), 400, "trop longue"),
        (b"[]", 400, "La demande n’est pas un objet JSON."),
        (b'{"question": " "}', 400, "« question » manque ou est vide."),
        (b'{"question": "Qui ?", "history": ["Quoi ?"]}', 400, "« history » doit être une liste"),
        (b'{"question": "Qui ?", "only": "charte"}', 400, "« only » doit être une liste"),
        (b" " * (MAX_CONVERSATION + 1), 413, "trop longues"),
    ],
)
def test_a_wrong_request_is_refused_in_french(
    client: TestClient, body: bytes, status: int, said: str
) -> None:
    response = client.post("/conversation", content=body)

    assert response.status_code == status
    assert said in response.json()["detail"]


def test_the_welcome_has_the_version_of_the_index(client: TestClient, own_assistant: Assistant) -> None:
    welcome = client.get("/conversation").json()

    assert set(welcome) == {"questions", "documents", "index"}
    assert welcome["index"] == own_assistant.index.manifest.version


# --- the evidence ------------------------------------------------------------------------------


def test_a_citation_opens_its_evidence(client: TestClient, own_assistant: Assistant) -> None:
    citation = own_assistant.ask(QUESTION).citations[0]

    html = client.get(place_of(citation, 1).href).text

    assert 'id="preuve-1"' in html
    assert "vérifié mot à mot" in html
    assert f"<mark>{citation.quote[:40]}" in html.replace("&#x27;", "'")


def test_evidence_says_when_the_document_has_changed_since(
    client: TestClient, own_assistant: Assistant, corpus_dir: Path
) -> None:
    href = place_of(own_assistant.ask(QUESTION).citations[0], 1).href
    path = corpus_dir / "charte-valmont-2024.md"
    path.write_text(path.read_text(encoding="utf-8").replace("deux mois", "trois mois"), encoding="utf-8")
    update_index(own_assistant.settings)

    html = client.get(href).text

    assert "Le document a changé depuis cette réponse" in html
    assert "vérifié" not in html


def test_evidence_opened_in_a_tab_of_its_own_is_shown_in_the_page(client: TestClient) -> None:
    href = Place("charte-valmont-2024", "p1", 3, 9).href

    response = client.get(href, headers={"Sec-Fetch-Dest": "document"})

    assert response.status_code == 303
    assert response.headers["location"] == f"../#{href}"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("evidence/inconnu", 404),
        ("evidence/charte-valmont-2024?start=-1", 422),
        ("evidence/charte-valmont-2024?start=5&end=99999999", 200),
        ("evidence/charte-valmont-2024?passage_id=inconnu", 200),
        ("evidence/..%2F..%2Fetc%2Fpasswd", 404),
    ],
)
def test_any_address_of_evidence_is_answered(client: TestClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


# --- the original files ------------------------------------------------------------------------


def test_the_file_of_an_indexed_document_is_given(client: TestClient, corpus_dir: Path) -> None:
    response = client.get("/documents/charte-valmont-2024/file")

    assert response.content == (corpus_dir / "charte-valmont-2024.md").read_bytes()
    assert response.headers["content-type"].startswith("text/plain")
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name", ["catalogue", "catalogue.toml", "guide-absent", "..%2Fcatalogue.toml", "%2Fetc%2Fpasswd"]
)
def test_nothing_else_is_given(client: TestClient, name: str) -> None:
    assert client.get(f"/documents/{name}/file").status_code == 404
    assert client.get(f"/documents/{name}/pages/1.png").status_code == 404


def test_a_file_that_changed_since_it_was_indexed_is_not_given(client: TestClient, corpus_dir: Path) -> None:
    (corpus_dir / "charte-valmont-2024.md").write_text("Autre texte.", encoding="utf-8")

    assert client.get("/documents/charte-valmont-2024/file").status_code == 404


def test_a_web_page_is_downloaded_never_shown(settings: Settings, corpus_dir: Path) -> None:
    page = "<html><body><p>Les barques de Lourmel partent à six heures.</p><script>x</script></body></html>"
    (corpus_dir / "barques.html").write_text(page, encoding="utf-8")
    update_index(settings)
    assistant = Assistant.open(settings)
    name = next(name for name in assistant.index.knowledge.documents if "barques" in name)

    response = client_of(assistant).get(f"/documents/{name}/file")

    assert response.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_text_is_given_with_its_encoding(settings: Settings, corpus_dir: Path, encoding: str) -> None:
    text = "Les barques de Lourmel partent à six heures. Le départ est sonné par l’équipière."
    (corpus_dir / "barques.txt").write_bytes(text.encode(encoding))
    update_index(settings)
    assistant = Assistant.open(settings)
    name = next(name for name in assistant.index.knowledge.documents if "barques" in name)

    assert client_of(assistant).get(f"/documents/{name}/file").text == text


def test_a_page_of_a_pdf_is_drawn_with_its_quotation(settings: Settings, corpus_dir: Path) -> None:
    pdf = FPDF()
    pdf.set_font("Helvetica", size=14)
    for text in (
        "Le phare de Lourmel est ouvert chaque samedi.",
        "La barque part le matin avec deux marins.",
    ):
        pdf.add_page()
        pdf.multi_cell(0, 10, text)
    pdf.output(str(corpus_dir / "barques.pdf"))
    update_index(settings)
    assistant = Assistant.open(replace(settings, min_confidence=0.0))
    document = next(d for d in assistant.index.knowledge.documents.values() if "barques" in str(d.path))
    start = document.text.index("deux marins")
    client, address = client_of(assistant), f"/documents/{document.id}/pages"

    plain = client.get(f"{address}/2.png")
    marked = client.get(f"{address}/2.png?start={start}&end={start + 11}")

    assert plain.headers["content-type"] == marked.headers["content-type"] == "image/png"
    assert plain.content != marked.content
    assert client.get(f"{address}/2.png?start=0&end=5").content == plain.content  # words of page 1
    assert client.get(f"{address}/3.png").status_code == 404
    assert client.get(f"{address}/0.png").status_code == 404
    assert client.get(f"/documents/{document.id}/file").headers["content-type"] == "application/pdf"
    evidence = client.get(Place(document.id, start=start, end=start + 11).href).text
    assert f"documents/{document.id}/pages/2.png?start={start}&amp;end={start + 11}" in evidence
    assert f"documents/{document.id}/file#page=2" in evidence
