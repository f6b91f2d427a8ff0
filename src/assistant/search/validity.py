"""Documents in force, expired and replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

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


_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()


def french_date(day: date) -> str:
    """Write a date in French.

    >>> from datetime import date
    >>> french_date(date(2022, 12, 1))
    '1er décembre 2022'
    """
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number} {_MONTHS[day.month - 1]} {day.year}"
