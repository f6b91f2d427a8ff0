"""The evidence panel: each citation with its passage, in its page, as HTML.

Pure functions from records to text.  Documents and questions may hold anything: everything that
is not written in this module is escaped.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from assistant.answers.verify import is_exact

if TYPE_CHECKING:
    from assistant.records import Answer, Citation, Document
    from assistant.search.index import Knowledge

PAGE_CHARS = 3000  # a dense page; a longer one is cut around the quotation
SURROUNDINGS_CHARS = 1500  # of a document without pages
CUT = '<p class="coupe">[…]</p>'
_LINE = re.compile(r".*\S.*")  # without the blank ones


def evidence_to_html(answer: Answer, knowledge: Knowledge) -> str:
    """Return one section a citation, ``id="preuve-1"`` first; nothing for a refusal."""
    sections = (citation_to_html(n, citation, knowledge) for n, citation in enumerate(answer.citations, 1))
    return "\n".join(sections)


def citation_to_html(number: int, citation: Citation, knowledge: Knowledge) -> str:
    """Return the section of one citation: where it is, whether it holds, the passage."""
    document = knowledge.documents.get(citation.document_id)
    where = citation.place if citation.page is None else f"{citation.place} — page {citation.page}"
    lines = [
        f"<h3>[{number}] {escape(knowledge.infos[citation.document_id].name)}</h3>",
        _paragraph("lieu", where.removeprefix(" — ")),
        _paragraph("validite", citation.note),
    ]
    if document is not None and citation.quote and is_exact(citation, knowledge.documents):
        lines.append(_paragraph("verifie", "✓ vérifié mot à mot"))
        lines.append(f'<div class="passage">{passage_to_html(document, citation.start, citation.end)}</div>')
    else:
        body = next((fiche.body for fiche in knowledge.fiches if fiche.id == citation.fiche_id), "")
        lines.append(_paragraph("absent", "" if document else "document d’origine non installé"))
        lines.append(f'<div class="fiche">{text_to_html(body, (0, len(body)), mark=(0, 0))}</div>')
    inside = "\n".join(line for line in lines if line)
    return f'<section id="preuve-{number}" class="preuve" tabindex="-1">\n{inside}\n</section>'


def _paragraph(name: str, text: str) -> str:
    return f'<p class="{name}">{escape(text)}</p>' if text else ""


# --- the passage -----------------------------------------------------------------------------


def passage_to_html(document: Document, start: int, end: int) -> str:
    """Return what surrounds a quotation, with the quotation inside ``<mark>``."""
    low, high = 0, len(document.text)
    pages = [page for page in document.pages if page.start < end and start < page.end]
    if pages:
        low, high = pages[0].start, pages[-1].end
    size = PAGE_CHARS if pages else SURROUNDINGS_CHARS
    first, last = choose_range(document.text, (start, end), (low, high), size)
    inside = text_to_html(document.text, (first, last), mark=(start, end))
    return f"{CUT if first > low else ''}{inside}{CUT if last < high else ''}"


def choose_range(text: str, quote: tuple[int, int], bounds: tuple[int, int], size: int) -> tuple[int, int]:
    """Return the range to show: within ``bounds``, holding the quotation, about ``size`` long.

    It begins and ends where a line does; where a line is longer than the room, at a space.
    """
    (start, end), (low, high) = quote, bounds
    size = max(size, end - start)
    first = max(low, start - (size - (end - start)) // 2)
    last = min(high, first + size)
    first = max(low, last - size)
    if first > low and text[first - 1] != "\n":
        cut = text.find("\n", first, start)
        first = (cut if cut >= 0 else text.find(" ", first, start)) + 1 or start
    if last < high and text[last] != "\n":
        cut = text.rfind("\n", end, last)
        cut = cut if cut >= 0 else text.rfind(" ", end, last)
        last = cut if cut >= 0 else end
    return first, last


def text_to_html(text: str, span: tuple[int, int], *, mark: tuple[int, int]) -> str:
    """Return a stretch of text, one ``<p>`` a line: a clean text has one paragraph a line.

    The marked range may begin in one line and end in another.
    """
    paragraphs = []
    for line in _LINE.finditer(text, *span):
        first, last = line.span()
        start, end = (min(max(offset, first), last) for offset in mark)
        before, inside, after = (escape(text[a:b]) for a, b in ((first, start), (start, end), (end, last)))
        marked = f"<mark>{inside}</mark>" if inside else ""
        paragraphs.append(f"<p>{before}{marked}{after}</p>")
    return "\n".join(paragraphs)
