"""Documents in force, expired and replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.french import MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from assistant.records import DocumentInfo, Passage


def is_expired(info: DocumentInfo, today: date) -> bool:
    """Whether a document's period is over."""
    return info.valid_until is not None and info.valid_until < today


def replaced_by(
    info: DocumentInfo, headings: tuple[str, ...], infos: Mapping[str, DocumentInfo]
) -> DocumentInfo | None:
    """Return the document that replaces this one, or the part of it that the headings name."""
    for other in infos.values():
        for replacement in other.replaces:
            part = replacement.part
            if replacement.document == info.id and (not part or any(h.startswith(part) for h in headings)):
                return other
    return None


def validity_note(passage: Passage, infos: Mapping[str, DocumentInfo], today: date) -> str:
    """Return a French sentence when the passage's document is no longer in force, else nothing."""
    info = infos[passage.document_id]
    if not is_expired(info, today) or info.valid_until is None:
        return ""
    note = f"Document expiré le {french_date(info.valid_until)}"
    newer = replaced_by(info, passage.headings, infos)
    return f"{note}, remplacé sur ce sujet par : {newer.name}." if newer else f"{note}."


def describe_validity(
    info: DocumentInfo, headings: tuple[str, ...], infos: Mapping[str, DocumentInfo], today: date
) -> str:
    """Return in French whether a document is in force, or nothing when its period is not known."""
    start, end = info.valid_from, info.valid_until
    if is_expired(info, today) and end is not None:
        newer = replaced_by(info, headings, infos)
        replaced = f", remplacé sur ce sujet par : {newer.name}" if newer else ""
        return f"Expiré le {french_date(end)}{replaced}"
    if start is not None and start > today:
        return f"Entrera en vigueur le {french_date(start)}"
    if end is not None:
        return f"En vigueur jusqu’au {french_date(end)}"
    if start is None:
        return ""
    if info.kind.startswith(_FINDINGS):  # it says what was seen then, and orders nothing
        return f"Constats de {start.year}"
    return f"En vigueur depuis le {french_date(start)}"


_FINDINGS = ("rapport", "étude", "bilan", "enquête")


def french_date(day: date) -> str:
    """Write a date in French.

    >>> from datetime import date
    >>> french_date(date(2022, 12, 1))
    '1er décembre 2022'
    """
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month - 1]} {day.year}"
