"""The same answers for programs: typed endpoints, described by OpenAPI."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import FastAPI, HTTPException, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field, StringConstraints
from starlette.exceptions import HTTPException as StarletteHTTPException

from assistant.errors import AssistantError, QuestionsError
from assistant.obligations import duties_to_json
from assistant.records import Status, Turn
from assistant.register import Wanted
from assistant.rendering import answer_to_dict, hit_to_dict
from assistant.web.asking import MAX_QUESTION_CHARS, Asked, ask_now, search_now
from assistant.web.headers import PLAIN_POLICY
from assistant.web.newest import register_of
from assistant.web.openapi import openapi_to_html

if TYPE_CHECKING:
    from collections.abc import Collection

    from assistant.pipeline import Assistant

MAX_TURNS = 50
MAX_HITS = 100

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION_CHARS)]
QuestionParameter = Annotated[Text, Query(description="La question, telle qu’on la tape.")]
DocumentsParameter = Annotated[
    list[str], Query(description="Identifiants des documents où chercher ; aucun : tous.")
]


# --- what goes in and out ---------------------------------------------------------------------


class PastTurn(BaseModel):
    """Un échange qui précède la question."""

    question: str
    answer: str = ""


class Question(BaseModel):
    """Une question."""

    question: Text = Field(description="La question, telle qu’on la tape.")
    history: list[PastTurn] = Field([], max_length=MAX_TURNS, description="Les échanges qui précèdent.")
    documents: list[str] = Field([], description="Identifiants des documents où chercher ; aucun : tous.")


class Citation(BaseModel):
    """Une citation mot à mot et son lieu."""

    document: str
    place: str
    page: int | None
    quote: str = Field(description="Vide quand le document d’origine n’est pas installé.")
    fiche: str | None
    start: int = Field(description="Dans le texte du document, en caractères, à partir de 0.")
    end: int = Field(description="Fin exclue.")
    note: str = Field(description="La validité du document, quand elle importe.")


class Hit(BaseModel):
    """Un passage trouvé."""

    document: str
    place: str
    text: str
    score: float
    fiche: str | None


class Understanding(BaseModel):
    """Ce qui a été compris de la question."""

    text: str
    notes: list[str]
    documents: list[str]
    follow_up: bool
    compares: bool
    kinds: list[str] = Field(description="Ce qui est demandé, le plus précis d’abord.")
    terms: list[str] = Field(description="Les mots cherchés, réduits à leur racine.")
    articles: list[str]
    numbers: list[str]
    dates: list[str]
    years: list[str]
    period: str
    territories: list[str]
    acronyms: list[str]
    courtesy: bool


class Answer(BaseModel):
    """Une réponse ; un refus n’a pas de citation."""

    status: Status
    answer: str
    confidence: float = Field(description="De 0 à 1 : probabilité que le premier passage réponde.")
    citations: list[Citation]
    hits: list[Hit]
    understanding: Understanding | None


class Duty(BaseModel):
    """Une obligation et le texte qui la crée."""

    who: str
    modality: str
    duty: str
    to: str
    deadline: str
    recurrence: str
    condition: str
    date: str = Field(description="« MM-JJ » chaque année, ou « AAAA-MM-JJ » une fois.")
    delay: str = Field(description="Durée ISO 8601 ; négative : avant l’événement.")
    event: str
    document: str
    place: str
    fiche: str
    origin: str = Field(description="« fiche », ou qu’une règle l’a trouvée.")


class Problem(BaseModel):
    """Pourquoi il n’y a pas de réponse."""

    status: str = Field("error", description="Toujours « error ».")
    message: str = Field(description="Une phrase en français : quoi, où, que faire.")


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "Le corps de la demande n’est pas du JSON."},
    401: {"model": Problem, "description": "Il faut se connecter."},
    413: {"model": Problem, "description": "La demande est trop longue."},
    422: {"model": Problem, "description": "Un champ manque ou n’a pas la bonne forme."},
    429: {"model": Problem, "description": "Trop de demandes ; « Retry-After » dit quand revenir."},
    503: {"model": Problem, "description": "L’index ne peut pas servir."},
}


# --- the endpoints ----------------------------------------------------------------------------


def make_api(assistant: Assistant) -> FastAPI:
    """Return the application that answers programs, to be mounted on ``/api``."""
    api = FastAPI(
        title="Assistant de la prévention spécialisée",
        description="Les réponses de la page, pour des programmes.",
        version="1",
        docs_url=None,  # these pages load scripts from outside; ours has none
        redoc_url=None,
        responses=PROBLEMS,
        root_path_in_servers=False,
        servers=[{"url": "/api"}],
    )

    @api.post("/ask", summary="Répondre à une question")
    def ask(asked: Question) -> Answer:
        turns = [Turn(turn.question, turn.answer) for turn in asked.history]
        return _answer(assistant, asked.question, turns, asked.documents)

    @api.get("/ask", summary="Répondre à une question sans conversation")
    def ask_once(question: QuestionParameter, document: DocumentsParameter = []) -> Answer:  # noqa: B006
        return _answer(assistant, question, [], document)

    @api.get("/search", summary="Chercher des passages, sans répondre")
    def search(
        question: QuestionParameter,
        document: DocumentsParameter = [],  # noqa: B006  # FastAPI copies it
        top: Annotated[int | None, Query(ge=1, le=MAX_HITS, description="Nombre de passages.")] = None,
    ) -> list[Hit]:
        assistant.refresh()
        _check_documents(assistant, document)
        hits, index = search_now(assistant, question, top=top, only=document)
        return [Hit.model_validate(hit_to_dict(hit, places=index.knowledge.places)) for hit in hits]

    @api.get("/obligations", summary="Lire le registre des obligations")
    def obligations(
        text: Annotated[str, Query(max_length=200, description="Mots qui y sont tous.")] = "",
        actor: Annotated[list[str], Query(description="Groupes d’acteurs, comme dans la page.")] = [],  # noqa: B006
        document: Annotated[list[str], Query(description="Identifiants de documents.")] = [],  # noqa: B006
        modality: Annotated[list[str], Query(description="doit, ne doit pas, peut, devrait.")] = [],  # noqa: B006
        this_month: Annotated[bool, Query(description="À faire ce mois-ci seulement.")] = False,
        expired: Annotated[bool, Query(description="Aussi celles des documents expirés.")] = True,
    ) -> list[Duty]:
        assistant.refresh()
        wanted = Wanted(
            text=text,
            actors=tuple(actor),
            documents=tuple(document),
            modalities=tuple(modality),
            this_month=this_month,
            expired=expired,
        )
        register = register_of(assistant.index)
        fit = {duty.id for duty in register.find(wanted, date.today())}
        duties = [row.duty for row in register.rows if row.duty.id in fit]  # in the order of the command
        return [Duty.model_validate(duty) for duty in duties_to_json(duties)]

    @api.get("/", include_in_schema=False)
    def describe() -> HTMLResponse:
        return HTMLResponse(openapi_to_html(api.openapi()), headers={"content-security-policy": PLAIN_POLICY})

    @api.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        return _problem(400 if first["type"] == "json_invalid" else 422, _say(first))

    @api.exception_handler(StarletteHTTPException)
    def refused(_: Request, error: StarletteHTTPException) -> JSONResponse:
        known = {
            404: "Cette adresse n’existe pas. Voir /api/",
            405: "Cette adresse ne prend pas cette méthode.",
        }
        message = error.detail if isinstance(error, HTTPException) else known.get(error.status_code)
        return _problem(error.status_code, message or str(error.detail))

    @api.exception_handler(AssistantError)
    def failed(_: Request, error: AssistantError) -> JSONResponse:
        return _problem(422 if isinstance(error, QuestionsError) else 503, str(error))

    return api


def _answer(assistant: Assistant, question: str, turns: list[Turn], documents: Collection[str]) -> Answer:
    _check_documents(assistant, documents)
    answer, index = ask_now(assistant, Asked.build(question, turns, documents))
    return Answer.model_validate(answer_to_dict(answer, places=index.knowledge.places))


def _check_documents(assistant: Assistant, documents: Collection[str]) -> None:
    unknown = [name for name in documents if name not in assistant.index.knowledge.infos]
    if unknown:
        known = ", ".join(sorted(assistant.index.knowledge.infos)) or "aucun"
        raise QuestionsError(f"« {unknown[0]} » n’est pas un document. Documents : {known}.")


def _problem(status: int, message: str) -> JSONResponse:
    return JSONResponse(Problem(status="error", message=message).model_dump(), status)


def _say(error: dict[str, Any]) -> str:
    """Say in French what a field has wrong."""
    kind, limits = error["type"], error.get("ctx", {})
    where = [str(part) for part in error["loc"] if part not in {"body", "query"}]
    name = f"« {' › '.join(where)} »" if where else "Le corps de la demande"
    said = {
        "json_invalid": "Le corps de la demande n’est pas du JSON.",
        "missing": f"{name} manque.",
        "string_too_short": f"{name} est vide.",
        "string_too_long": f"{name} est trop long : {limits.get('max_length')} caractères au plus.",
        "too_long": f"{name} a trop d’éléments : {limits.get('max_length')} au plus.",
        "greater_than_equal": f"{name} doit être au moins {limits.get('ge')}.",
        "less_than_equal": f"{name} doit être au plus {limits.get('le')}.",
    }
    return said.get(kind, f"{name} n’a pas la bonne forme. Voir /api/")
