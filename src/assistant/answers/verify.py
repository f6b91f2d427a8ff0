"""The last check before display: a quotation is in its document at its place, or it is not shown.

This proves that the words are there; it does not prove that they answer the question.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assistant.records import Citation, Document

logger = logging.getLogger(__name__)


def is_exact(citation: Citation, documents: Mapping[str, Document]) -> bool:
    """Whether a citation's quotation is, character for character, the document's text at its place.

    A citation without quotation is exact only when its document is not installed.
    """
    document = documents.get(citation.document_id)
    if document is None:
        return citation.quote == ""
    inside = 0 <= citation.start < citation.end <= len(document.text)
    return inside and bool(citation.quote) and document.text[citation.start : citation.end] == citation.quote


def verify_citations(
    citations: Iterable[Citation], documents: Mapping[str, Document]
) -> tuple[Citation, ...]:
    """Return the citations that are exact, in order."""
    kept = []
    for citation in citations:
        if is_exact(citation, documents):
            kept.append(citation)
        else:
            logger.error("citation_dropped document=%s start=%d", citation.document_id, citation.start)
    return tuple(kept)
