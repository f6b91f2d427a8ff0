"""Addresses of the evidence of a duty or a fiche, relative to the page; nothing where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.register import place_of_duty
from assistant.web.evidence import Place

if TYPE_CHECKING:
    from assistant.obligations import Duty
    from assistant.records import Fiche
    from assistant.search.index import Knowledge


def link_to_duty(duty: Duty, knowledge: Knowledge) -> str:
    """Return the address of the sentence that creates a duty."""
    at = place_of_duty(duty, knowledge)
    if at is None:
        return ""
    return Place(duty.document.id, at.passage_id, at.start, at.end, fiche_id=duty.fiche_id).href


def link_to_fiche(fiche: Fiche, knowledge: Knowledge) -> str:
    """Return the address of the passage that a fiche explains."""
    document = fiche.sources[0].document
    found = (p for p in knowledge.passages if p.fiche_id == fiche.id and p.document_id == document)
    first = next(found, None)
    return Place(document, first.id, first.start, first.end, fiche_id=fiche.id).href if first else ""
