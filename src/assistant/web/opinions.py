"""The form by which people say what an answer is worth, and what it sends.

The answer that is kept is the one given here to the question that is sent: nothing else is trusted.
"""

from __future__ import annotations

import json
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any, cast

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.concurrency import run_in_threadpool

from assistant.errors import AssistantError, QuestionsError
from assistant.feedback import (
    MAX_COMMENT_CHARS,
    MAX_PLACE_CHARS,
    VERDICTS,
    Feedback,
    add_feedback,
    feedback_path,
    passages_at,
    prove,
)
from assistant.web.asking import Asked, ask_now

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.feedback import Verdict
    from assistant.pipeline import Assistant
    from assistant.records import Answer
    from assistant.search.index import Knowledge

MAX_CHOICES = 8  # passages offered as the right one
TOLD = (
    "En envoyant cet avis, vous confiez à ce service la question, la conversation qui la précède, la réponse "
    "et ce que vous écrivez ici. Ni votre nom ni votre adresse ne sont gardés. N’écrivez le nom de personne."
)
THANKS = "Merci : votre avis est gardé."


def add_opinions(app: FastAPI, assistant: Assistant) -> None:
    """Add ``POST /feedback/form`` (JSON in, HTML out) and ``POST /feedback`` (JSON in and out)."""

    def form(item: dict[str, Any]) -> HTMLResponse:
        answer, index = ask_now(assistant, Asked.read(item))
        return HTMLResponse(form_to_html(answer, index.knowledge))

    def keep(item: dict[str, Any]) -> JSONResponse:
        asked = Asked.read(item)
        answer, index = ask_now(assistant, asked)
        given = make_feedback(item, asked, answer, index.knowledge, index.manifest.version)
        add_feedback(feedback_path(assistant.settings), given)
        return JSONResponse({"message": THANKS})

    async def run(request: Request, answer_to: Any) -> Any:
        try:
            item = json.loads(await request.body())
            if not isinstance(item, dict):
                raise QuestionsError("La demande n’est pas un objet JSON.")
            return await run_in_threadpool(answer_to, item)
        except (ValueError, AssistantError) as error:
            said = str(error) if isinstance(error, AssistantError) else "La demande n’est pas du JSON."
            raise HTTPException(422, said) from error

    @app.post("/feedback/form", response_model=None)
    async def show(request: Request) -> HTMLResponse:
        reply: HTMLResponse = await run(request, form)
        return reply

    @app.post("/feedback", response_model=None)
    async def send(request: Request) -> JSONResponse:
        reply: JSONResponse = await run(request, keep)
        return reply


def form_to_html(answer: Answer, knowledge: Knowledge) -> str:
    """Return the form; each choice of passage is named by what a request may send back."""
    verdicts = "".join(
        f'<label><input type="radio" name="verdict" value="{value}" required> {name}</label>'
        for value, name in VERDICTS.items()
    )
    choices = "".join(
        f'<label><input type="radio" name="passage" value="{escape(hit.passage.id)}"> {escape(_name(hit, knowledge))}'
        "</label>"
        for hit in answer.hits[:MAX_CHOICES]
    )
    right = (
        "<fieldset><legend>Le bon passage (facultatif)</legend>"
        f'{choices}<label><input type="radio" name="passage" value="" checked> aucun de ceux-là</label>'
        f'<label>Sa place, si vous la connaissez <input type="text" name="place" maxlength="{MAX_PLACE_CHARS}"'
        ' placeholder="Convention type › Article 14"></label></fieldset>'
    )
    return (
        f'<form class="avis"><fieldset><legend>Cette réponse est</legend>{verdicts}</fieldset>{right}'
        f'<label>Commentaire (facultatif) <textarea name="comment" rows="3" maxlength="{MAX_COMMENT_CHARS}">'
        f'</textarea></label><p class="discret">{TOLD}</p>'
        '<button type="submit">Envoyer l’avis</button> <button type="button" data-avis="annuler">Annuler</button>'
        "</form>"
    )


def make_feedback(
    item: dict[str, Any], asked: Asked, answer: Answer, knowledge: Knowledge, version: str
) -> Feedback:
    """Return the opinion that a form sent, with anchors for the passage it names.

    Raises:
        AssistantError: If a field is not as the form sends it.
    """
    verdict, comment, place, passage = (item.get(k) or "" for k in ("verdict", "comment", "place", "passage"))
    if not all(isinstance(value, str) for value in (verdict, comment, place, passage)):
        raise QuestionsError("Un champ de l’avis n’est pas un texte.")
    chosen = [p for p in knowledge.passages if p.id == passage] if passage else passages_at(place, knowledge)
    if chosen:
        ranges = [(p.document_id, p.start, p.end, p.fiche_id) for p in chosen]
    elif verdict == "useful":
        ranges = [(c.document_id, c.start, c.end, c.fiche_id) for c in answer.citations]
    else:
        ranges = []
    return Feedback(
        day=date.today().isoformat(),
        verdict=cast("Verdict", verdict),  # checked there
        comment=comment.strip(),
        place=place.strip(),
        question=asked.question,
        history=asked.history,
        status=answer.status,
        answer=answer.words or answer.text,
        evidence=prove(knowledge, ranges),
        index_version=version,
    )


def _name(hit: Any, knowledge: Knowledge) -> str:
    from assistant.rendering import hit_place

    parts = [knowledge.infos[hit.passage.document_id].name, hit_place(hit, knowledge.places)]
    if hit.passage.first_page is not None:
        parts.append(f"page\u00a0{hit.passage.first_page}")
    return " — ".join(part for part in parts if part)
