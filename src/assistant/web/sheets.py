"""One answer to print or to download.

Nothing is kept and nothing is taken on trust: the page sends the question, and the sheet is that of
the answer given here, now.
"""

from __future__ import annotations

import json
from datetime import date
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from assistant.errors import AssistantError
from assistant.sheet import DOWNLOAD, make_sheet, sheet_to_html
from assistant.web.asking import Asked, ask_now
from assistant.web.headers import PLAIN_POLICY

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.pipeline import Assistant


def add_sheets(app: FastAPI, assistant: Assistant) -> None:
    """Add ``POST /sheet``: a form with ``question``, ``history`` (JSON), ``only``…, ``download``."""

    def answer(fields: dict[str, list[str]]) -> HTMLResponse:
        item = {"question": fields.get("question", [""])[0], "only": fields.get("only")}
        history = json.loads(fields.get("history", ["[]"])[0])
        given, index = ask_now(assistant, Asked.read(item | {"history": history}))
        sheet = make_sheet(given, index, today=date.today())
        download = "download" in fields
        html = sheet_to_html(sheet, controls="" if download else _download_form(fields))
        reply = HTMLResponse(html, headers={"content-security-policy": PLAIN_POLICY})
        if download:
            reply.headers["content-disposition"] = f'attachment; filename="reponse-{sheet.id}.html"'
        return reply

    @app.post("/sheet")
    async def sheet(request: Request) -> HTMLResponse:
        try:
            fields = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=100)
            return await run_in_threadpool(answer, fields)
        except (ValueError, AssistantError) as error:
            said = str(error) if isinstance(error, AssistantError) else "La demande est mal écrite."
            raise HTTPException(422, said) from error


def _download_form(fields: dict[str, list[str]]) -> str:
    """Return the button that asks for the same sheet as a file."""
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name in ("question", "history", "only")
        for value in fields.get(name, ())
    )
    return (
        f'<form method="post" action="sheet" class="aide">{hidden}<button name="download" value="1">'
        f"{DOWNLOAD}</button></form>"
    )
