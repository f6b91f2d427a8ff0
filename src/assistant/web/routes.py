"""What the conversation asks of the server: replies piece by piece, evidence, original files.

Nothing is kept between two requests.  A path of the file system never comes from a request: a
document is named by its identifier, and its file is the one that was indexed.
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse

from assistant.corpus.printed import find_original, render_page
from assistant.corpus.read_text import decode
from assistant.corpus.reading import Limits
from assistant.errors import AssistantError, QuestionsError
from assistant.web.asking import Asked, ask_now
from assistant.web.evidence import Place, place_to_html
from assistant.web.message import answer_to_copy, error_to_message, reply_pieces, understood_to_html
from assistant.web.newest import questions_of
from assistant.web.welcome import welcome_to_html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from assistant.pipeline import Assistant
    from assistant.records import Document

MAX_CONVERSATION = 200_000  # bytes of a question with its history
# What a browser may show in place without running anything of it; others are downloaded.
_SHOWN = {".pdf": "application/pdf", ".txt": "text/plain", ".md": "text/plain"}


def conversation_routes(assistant: Assistant) -> APIRouter:
    """Return the endpoints of the page; ``make_app`` includes them before the page itself."""
    router = APIRouter(include_in_schema=False)

    @router.get("/conversation")
    def welcome() -> JSONResponse:
        assistant.refresh()
        index = assistant.index
        questions = questions_of(assistant, index, date.today())
        welcome = welcome_to_html(index.knowledge, questions) | {"index": index.manifest.version}
        return JSONResponse(welcome, headers={"Cache-Control": "no-store"})

    @router.post("/conversation")
    async def converse(request: Request) -> StreamingResponse:
        asked = await _read_question(request)
        return StreamingResponse(
            stream_reply(assistant, asked),
            media_type="application/x-ndjson",
            headers={"Cache-Control": "no-store"},
        )

    @router.get("/evidence/{document_id}")
    def evidence(
        document_id: str,
        passage_id: str = "",
        start: Annotated[int, Query(ge=0)] = 0,
        end: Annotated[int, Query(ge=0)] = 0,
        check: str = "",
        number: Annotated[int, Query(ge=0)] = 0,
        fiche_id: str = "",
        sec_fetch_dest: Annotated[str, Header()] = "",
    ) -> Response:
        place = Place(document_id, passage_id, start, end, check, number, fiche_id)
        if sec_fetch_dest == "document":  # opened in a tab of its own: the page shows it in its panel
            return HTMLResponse(headers={"Location": f"../#{place.href}"}, status_code=303)
        assistant.refresh()
        knowledge = assistant.index.knowledge
        if document_id not in knowledge.infos:
            raise HTTPException(404, "Ce document n’est plus dans l’index.")
        return HTMLResponse(place_to_html(place, knowledge), headers={"Cache-Control": "no-store"})

    @router.get("/documents/{document_id}/file")
    def file(document_id: str) -> FileResponse:
        _, path = _original(assistant, document_id)
        kind = _SHOWN.get(path.suffix.lower())
        if kind == "text/plain":
            encoding = decode(path.read_bytes(), path, Limits())[1]
            kind = f"text/plain; charset={encoding}"
        return FileResponse(
            path,
            media_type=kind,
            filename=path.name,
            content_disposition_type="inline" if kind else "attachment",
            headers={"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-cache"},
        )

    @router.get("/documents/{document_id}/pages/{number}.png")
    def page(
        document_id: str,
        number: int,
        start: Annotated[int, Query(ge=0)] = 0,
        end: Annotated[int, Query(ge=0)] = 0,
    ) -> Response:
        document, path = _original(assistant, document_id)
        if path.suffix.lower() != ".pdf":
            raise HTTPException(404, "Ce document n’a pas de pages imprimées.")
        try:
            image = render_page(path, number, _words_on(document, number, start, end))
        except IndexError as error:
            raise HTTPException(404, f"Ce document n’a pas de page {number}.") from error
        except AssistantError as error:
            raise HTTPException(422, str(error)) from error
        return Response(image, media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})

    return router


def stream_reply(assistant: Assistant, asked: Asked) -> Iterator[str]:
    """Give the reply as lines of JSON: ``{"piece": html}`` each, then ``{"done": …}``.

    The last one has what the browser keeps beside the reply: its text, for the next question and
    for copying.
    """
    try:
        answer, index = ask_now(assistant, asked)
        before = [turn.question for turn in asked.history]
        pieces = reply_pieces(answer, index.knowledge, only=asked.only, asked=before)
        for piece in (understood_to_html(answer.understanding), *pieces):
            if piece:
                yield _line(piece=piece)
        done = {
            "status": answer.status,
            "text": answer.text,
            "copy": answer_to_copy(answer, index.knowledge, only=asked.only),
            "index": index.manifest.version,
        }
        yield _line(done=done)
    except AssistantError as error:
        yield _line(piece=error_to_message(error))
        yield _line(done={"status": "error", "text": "", "copy": str(error), "index": ""})


def _line(**values: Any) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


async def _read_question(request: Request) -> Asked:
    """Return what is asked, or refuse the request."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_CONVERSATION:
            raise HTTPException(413, "La question et la conversation sont trop longues.")
    try:
        item = json.loads(body)
        if not isinstance(item, dict):
            raise QuestionsError("La demande n’est pas un objet JSON.")
        return Asked.read(item)
    except ValueError as error:
        raise HTTPException(400, "La demande n’est pas du JSON.") from error
    except QuestionsError as error:
        raise HTTPException(400, str(error)) from error


def _original(assistant: Assistant, document_id: str) -> tuple[Document, Path]:
    """Return an indexed document and its file."""
    document = assistant.index.knowledge.documents.get(document_id)
    path = find_original(document, assistant.settings.corpus) if document else None
    if document is None or path is None:
        raise HTTPException(404, "Le fichier de ce document n’est pas sur cette machine, ou il a changé.")
    return document, path


def _words_on(document: Document, number: int, start: int, end: int) -> str:
    """Return the part of a range that lies on a page."""
    page = next((page for page in document.pages if page.number == number), None)
    return document.text[max(start, page.start) : min(end, page.end)] if page else ""
