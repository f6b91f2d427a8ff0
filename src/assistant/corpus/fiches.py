"""Fiches: read and write the Markdown files that explain the documents in plain words.

A file holds TOML between two ``+++`` lines, then the body.  See ``docs/fiches.md``.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from assistant.corpus.anchors import format_anchor, parse_anchor
from assistant.errors import FicheError
from assistant.french import sentence_spans
from assistant.records import Fiche, Obligation, Source

FENCE = "+++"
MODALITIES = ("doit", "ne doit pas", "peut", "devrait")
RECURRENCES = (
    "annuel", "semestriel", "trimestriel", "mensuel", "hebdomadaire", "pluriannuel",
    "permanent", "ponctuel", "après événement", "à la demande",
)  # fmt: skip

_KEYS = {f.name for f in fields(Fiche)} - {"body"}
_REQUIRED = ("id", "title", "questions", "sources")
QUESTIONS = ("questions", "cross_questions", "unanswered")
LISTS = (*QUESTIONS, "tags", "see_also")
_OBLIGATION_KEYS = {f.name for f in fields(Obligation)}
_SOURCE_KEYS = {"document", "place", "anchor", "lines"}
_DATE = re.compile(r"(?:\d{4}-)?(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_DELAY = re.compile(r"-?P(?=\d|T\d)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T\d+H)?")


def find_fiches(corpus: Path) -> list[Path]:
    """Return the files of fiches below a corpus folder, sorted."""
    return sorted(p for p in (corpus / "fiches").glob("*/*.md") if not p.name.startswith((".", "README")))


def load_fiche(path: Path) -> Fiche:
    """Read one fiche.

    Raises:
        FicheError: With the key that is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        return parse_fiche(text, path)
    except (OSError, UnicodeDecodeError) as error:
        raise FicheError(path, "la fiche est illisible.", "Enregistrez-la en UTF-8.") from error


def parse_fiche(text: str, path: Path) -> Fiche:
    """Read a fiche from its text; ``path`` serves the messages and must be named by the id.

    Raises:
        FicheError: With the key that is wrong.
    """
    head, fence, rest = text.replace("\r\n", "\n").partition("\n" + FENCE + "\n")
    if not fence or not head.startswith(FENCE + "\n"):
        raise FicheError(path, "l’en-tête manque.", f"Placez les champs entre deux lignes « {FENCE} ».")
    try:
        values = tomllib.loads(head.removeprefix(FENCE + "\n"))
    except tomllib.TOMLDecodeError as error:
        raise FicheError(path, f"l’en-tête n’est pas du TOML valide ({error}).") from error
    body = rest.strip()
    _require(path, values, _REQUIRED, _KEYS, "la fiche")
    for key in LISTS:
        items = values.get(key, [])
        if not isinstance(items, list) or not all(isinstance(item, str) and item.strip() for item in items):
            raise FicheError(path, f"« {key} » doit être une liste de textes.")
    _require_answers(path, values, body)
    if values["id"] != path.stem:
        raise FicheError(
            path, f"l’identifiant « {values['id']} » n’est pas le nom du fichier.", "Accordez les deux."
        )
    if not body:
        raise FicheError(path, "le corps est vide.", "Écrivez la réponse après l’en-tête.")
    reviewed = values.get("reviewed")
    if reviewed is not None and not isinstance(reviewed, date):
        raise FicheError(path, "« reviewed » doit être une date, sans guillemets : 2026-01-31.")
    return Fiche(
        id=values["id"],
        title=str(values["title"]).strip(),
        body=body,
        sources=tuple(_source(path, item) for item in values["sources"]),
        obligations=tuple(_obligation(path, item) for item in values.get("obligations", [])),
        reviewed=reviewed,
        answered_by=tuple(map(tuple, values.get("answered_by", []))),
        **{key: tuple(item.strip() for item in values.get(key, [])) for key in LISTS},
    )


def _require_answers(path: Path, values: dict[str, Any], body: str) -> None:
    """Refuse answers that are not those of the questions, in order, or that the body does not have."""
    answers = values.get("answered_by", [])
    if not isinstance(answers, list) or not all(map(_is_list_of_counts, answers)):
        raise FicheError(
            path, "« answered_by » doit être une liste de listes de numéros de phrases, à partir de 1."
        )
    if not answers:
        return
    asked = len(values["questions"]) + len(values.get("cross_questions", []))
    if len(answers) != asked:
        raise FicheError(
            path,
            f"« answered_by » compte {len(answers)} réponses, la fiche {asked} questions.",
            "Donnez la phrase qui répond à chaque question, ou retirez « answered_by ».",
        )
    last = max((number for numbers in answers for number in numbers), default=0)
    if last > (count := len(sentence_spans(body))):
        raise FicheError(path, f"« answered_by » cite la phrase {last}, le corps en a {count}.")


def _is_list_of_counts(item: Any) -> bool:
    return isinstance(item, list) and all(type(number) is int and number > 0 for number in item)


def _require(
    path: Path, values: dict[str, Any], required: tuple[str, ...], known: set[str], what: str
) -> None:
    missing = [key for key in required if not values.get(key)]
    if missing:
        raise FicheError(path, f"il manque à {what} : {', '.join(missing)}.")
    unknown = sorted(set(values) - known)
    if unknown:
        raise FicheError(path, f"champs inconnus dans {what} : {', '.join(unknown)}.")


def _source(path: Path, values: dict[str, Any]) -> Source:
    _require(path, values, ("document", "place"), _SOURCE_KEYS, "une source")
    anchor = lines = None
    if "anchor" in values:
        try:
            anchor = parse_anchor(values["anchor"])
        except ValueError as error:
            raise FicheError(
                path, "une ancre est illisible.", "Refaites-la : assistant fiches anchor"
            ) from error
    elif match := re.fullmatch(r"(\d+)-(\d+)", str(values.get("lines", ""))):
        lines = int(match[1]), int(match[2])
    else:
        raise FicheError(
            path, "une source n’a ni « anchor » ni « lines ».", "Faites l’ancre : assistant fiches anchor"
        )
    return Source(values["document"], values["place"], anchor, lines)


def _obligation(path: Path, values: dict[str, Any]) -> Obligation:
    _require(path, values, ("who", "modality", "duty"), _OBLIGATION_KEYS, "une obligation")
    checks = (
        ("modality", lambda v: v in MODALITIES),
        ("recurrence", lambda v: v in RECURRENCES),
        ("date", _DATE.fullmatch),
        ("delay", _DELAY.fullmatch),
    )
    for key, accepts in checks:
        if key in values and not accepts(str(values[key])):
            raise FicheError(path, f"« {key} » ne peut pas valoir « {values[key]} ».")
    return Obligation(**{key: str(value) for key, value in values.items()})


def format_fiche(fiche: Fiche) -> str:
    """Write a fiche as the text of its file; reading it again gives the same fiche."""
    lines = [FENCE, f"id = {_quote(fiche.id)}", f"title = {_quote(fiche.title)}"]
    for key in QUESTIONS:
        if items := getattr(fiche, key):
            lines += [f"{key} = [", *(f"  {_quote(item)}," for item in items), "]"]
    if fiche.answered_by:
        lines.append(f"answered_by = {json.dumps(fiche.answered_by)}")
    for key in ("tags", "see_also"):
        if items := getattr(fiche, key):
            lines.append(f"{key} = [{', '.join(map(_quote, items))}]")
    if fiche.reviewed:
        lines.append(f"reviewed = {fiche.reviewed.isoformat()}")
    for source in fiche.sources:
        lines += [
            "",
            "[[sources]]",
            f"document = {_quote(source.document)}",
            f"place = {_quote(source.place)}",
        ]
        if source.anchor:
            lines.append(f"anchor = {_quote(format_anchor(source.anchor))}")
        elif source.lines:
            lines.append(f'lines = "{source.lines[0]}-{source.lines[1]}"')
    for obligation in fiche.obligations:
        values = [(f.name, getattr(obligation, f.name)) for f in fields(obligation)]
        lines += ["", "[[obligations]]", *(f"{name} = {_quote(value)}" for name, value in values if value)]
    return "\n".join([*lines, FENCE, fiche.body, ""])


def _quote(text: str) -> str:
    """Write a TOML basic string; JSON's escapes are a subset of TOML's."""
    return json.dumps(text, ensure_ascii=False)
