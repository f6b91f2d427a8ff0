"""The catalogue: what is known of the documents besides their text."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant.errors import CatalogueError
from assistant.french import fold
from assistant.records import DocumentInfo, RawDocument, Replacement

_KEYS = [field.name for field in fields(DocumentInfo)]
_TEXTS = ("id", "title", "short_title", "kind", "issuer")
_REQUIRED = ("id", "title")
_DATES = ("valid_from", "valid_until")
_REPLACEMENT_KEYS = [field.name for field in fields(Replacement)]
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")

# What programs write in the title of a file when its author wrote nothing.
_PROGRAM_PREFIX = re.compile(r"microsoft (?:word|powerpoint|office word) - ", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"(?:sans titre|sans nom|untitled|document|présentation|word document|title|titre)\s*\d*"
    r"|.*\.(?:docx?|odt|pdf|rtf|pptx?|indd|html?)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Catalogue:
    """The documents that ``catalogue.toml`` describes, in its order."""

    documents: tuple[DocumentInfo, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, DocumentInfo]:
        """The documents by identifier."""
        return {document.id: document for document in self.documents}

    @cached_property
    def by_sha256(self) -> Mapping[str, DocumentInfo]:
        """The documents by the hash of each file known to hold them."""
        return {sha256: document for document in self.documents for sha256 in document.sha256}

    def find(self, sha256: str, stem: str) -> DocumentInfo | None:
        """Return the document a file is known to hold, by its hash, else by its name."""
        return self.by_sha256.get(sha256) or self.by_id.get(make_slug(stem))

    def identify(self, raw: RawDocument) -> DocumentInfo:
        """Say which document a file holds: a known one, or else a new one.

        A new one has the file's own title where it says something, and an id made of the file's
        name; ``unique_ids`` settles those that two files share.
        """
        stem = raw.path.stem
        known = self.find(raw.sha256, stem)
        return known or DocumentInfo(
            id=make_slug(stem), title=_useful_title(raw.title) or make_readable(stem)
        )


def unique_ids(documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """Return the documents in the same order, "-2", "-3"… added to the ids already taken.

    >>> [info.id for info in unique_ids([DocumentInfo("note", "A"), DocumentInfo("note", "B")])]
    ['note', 'note-2']
    """
    taken = {document.id for document in documents}
    met: set[str] = set()
    renamed: list[DocumentInfo] = []
    for document in documents:
        id, number = document.id, 1
        if id in met:
            while id in taken:
                number += 1
                id = f"{document.id}-{number}"
        met.add(document.id)
        taken.add(id)
        renamed.append(document if id == document.id else replace(document, id=id))
    return renamed


def replacements(catalogue: Catalogue) -> dict[str, tuple[tuple[DocumentInfo, str], ...]]:
    """Return, for each replaced document, those that replace it.

    Returns:
        Id of the replaced document → (newer document, first heading of the replaced part or ""
        for all of it), in the catalogue's order.
    """
    newer: dict[str, list[tuple[DocumentInfo, str]]] = {}
    for document in catalogue.documents:
        for old in document.replaces:
            newer.setdefault(old.document, []).append((document, old.part))
    return {id: tuple(pairs) for id, pairs in newer.items()}


# --- names -----------------------------------------------------------------------------------


def make_slug(text: str) -> str:
    """Make an identifier: ASCII letters, digits and hyphens; "document" when nothing is left.

    >>> make_slug("Schéma_œuvre n°2 (2023–2027)")
    'schema-oeuvre-n-2-2023-2027'
    """
    return _NOT_IN_A_SLUG.sub("-", fold(text)).strip("-") or "document"


def make_readable(stem: str) -> str:
    """Make a title of a file's name.

    >>> make_readable("rapport_activité-2024")
    'Rapport activité 2024'
    """
    text = " ".join(re.sub(r"[_\-\s]+", " ", stem).split())
    return text[:1].upper() + text[1:] or stem


def _useful_title(title: str) -> str:
    """Return a file's own title, or nothing when a program made it up."""
    title = _PROGRAM_PREFIX.sub("", title).strip()
    return "" if _NO_TITLE.fullmatch(title) else title


# --- reading ---------------------------------------------------------------------------------


def load_catalogue(path: Path) -> Catalogue:
    """Read ``catalogue.toml``; without one, return an empty catalogue.

    Raises:
        CatalogueError: With the key that is wrong.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return Catalogue()
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogueError(path, "le catalogue est illisible.", "Enregistrez-le en UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(path, f"le catalogue n’est pas du TOML valide ({error}).") from error
    _refuse_unknown(path, values, ["document"], "au début du fichier")
    entries = _tables(path, values, "document", "au début du fichier")
    documents = tuple(_parse_document(path, entry, rank) for rank, entry in enumerate(entries, start=1))
    _check_together(path, documents)
    return Catalogue(documents)


def _parse_document(path: Path, entry: dict[str, Any], rank: int) -> DocumentInfo:
    where = f"document « {entry['id']} »" if isinstance(entry.get("id"), str) else f"document n° {rank}"
    _refuse_unknown(path, entry, _KEYS, where)
    for key in _TEXTS:
        _check_text(path, entry, key, where, required=key in _REQUIRED)
    if not _ID.fullmatch(entry["id"]):
        raise CatalogueError(
            path,
            f"{where} : « id » n’est pas un identifiant.",
            "Minuscules sans accent, chiffres et traits d’union.",
        )
    for key in _DATES:
        value = entry.get(key)
        if value is not None and (not isinstance(value, date) or isinstance(value, datetime)):
            raise CatalogueError(
                path, f"{where} : « {key} » n’est pas une date.", "Écrivez-la sans guillemets : 2024-01-31."
            )
    if all(key in entry for key in _DATES) and entry["valid_until"] < entry["valid_from"]:
        raise CatalogueError(
            path, f"{where} : « valid_until » précède « valid_from ».", "Corrigez l’une des dates."
        )
    hashes = entry.get("sha256", [])
    if not isinstance(hashes, list) or not all(isinstance(h, str) and _SHA256.fullmatch(h) for h in hashes):
        raise CatalogueError(
            path,
            f"{where} : « sha256 » doit être une liste d’empreintes.",
            "Chacune a 64 caractères de 0 à f.",
        )
    old = [_parse_replacement(path, table, where) for table in _tables(path, entry, "replaces", where)]
    return DocumentInfo(**{**entry, "sha256": tuple(hashes), "replaces": tuple(old)})


def _parse_replacement(path: Path, table: dict[str, Any], where: str) -> Replacement:
    where = f"{where}, « replaces »"
    _refuse_unknown(path, table, _REPLACEMENT_KEYS, where)
    _check_text(path, table, "document", where, required=True)
    _check_text(path, table, "part", where, required=False)
    return Replacement(**table)


def _check_together(path: Path, documents: Sequence[DocumentInfo]) -> None:
    """Check what concerns several documents: each id and hash once, replaced documents known."""
    ids = Counter(document.id for document in documents)
    hashes = Counter(sha256 for document in documents for sha256 in document.sha256)
    for key, counts in (("id", ids), ("sha256", hashes)):
        for value, count in counts.items():
            if count > 1:
                raise CatalogueError(
                    path, f"« {key} » : « {value} » y est {count} fois.", "N’en gardez qu’un."
                )
    for document in documents:
        for old in document.replaces:
            if old.document not in ids or old.document == document.id:
                raise CatalogueError(
                    path,
                    f"document « {document.id} » : il ne peut pas remplacer « {old.document} », "
                    "qui n’est pas un autre document du catalogue.",
                    "Corrigez l’identifiant, ou ajoutez le document remplacé.",
                )


def _check_text(path: Path, table: dict[str, Any], key: str, where: str, *, required: bool) -> None:
    value = table.get(key, None if required else "")
    if value is None:
        raise CatalogueError(path, f"{where} : « {key} » manque.", "Ajoutez-le.")
    if not isinstance(value, str) or (required and not value.strip()):
        raise CatalogueError(path, f"{where} : « {key} » doit être un texte entre guillemets.")


def _tables(path: Path, values: dict[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    tables = values.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        full = "document" if key == "document" else f"document.{key}"
        raise CatalogueError(
            path, f"{where} : « {key} » doit être une suite de tables.", f"Écrivez « [[{full}]] »."
        )
    return tables


def _refuse_unknown(path: Path, table: dict[str, Any], known: Sequence[str], where: str) -> None:
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            remedy = f"Vouliez-vous dire « {near[0]} » ?" if near else f"Clés possibles : {', '.join(known)}."
            raise CatalogueError(path, f"{where} : clé inconnue « {key} ».", remedy)
