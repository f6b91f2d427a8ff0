"""The evidence panel: a quotation in its page or section, with what surrounds it, as HTML.

Pure functions from records to text.  Documents and questions may hold anything: everything that
is not written in this module is escaped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote as quote_url
from urllib.parse import urlencode

from assistant.search.validity import describe_validity, french_date, is_expired
from assistant.web.text import NO_BREAK, say, words_to_html

if TYPE_CHECKING:
    from assistant.records import Citation, Document, Fiche, Passage
    from assistant.search.index import Knowledge

PAGE_CHARS = 3000  # a dense page; a longer one is cut around the quotation
SURROUNDINGS_CHARS = 1500  # of a document without pages
CUT = '<p class="coupe">[…]</p>'
VERIFIED = "✓ vérifié mot à mot"
CHANGED = "Le document a changé depuis cette réponse : la citation n’y est plus à cette place."
_LINE = re.compile(r".*\S.*")  # without the blank ones
# What Markdown, and texts drawn from it, write around words; nothing of it is the author's words.
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+")
_EMPHASIS = re.compile(r"\*\*|__(?=\w)|(?<=\w)__")
_MARKED_DOWN = {".md", ".markdown", ".txt"}


@dataclass(frozen=True, slots=True)
class Place:
    """What a link to the evidence names: a range of a document, or one of its passages."""

    document_id: str
    passage_id: str = ""
    start: int = 0
    end: int = 0  # 0: the whole passage
    check: str = ""  # of the quotation, to say whether it still stands
    number: int = 0  # in the answer it was cited by
    fiche_id: str = ""

    @property
    def href(self) -> str:
        """The address of the evidence, relative to the page."""
        query = {
            name: value
            for name in ("passage_id", "start", "end", "check", "number", "fiche_id")
            if (value := getattr(self, name))
        }
        address = f"evidence/{quote_url(self.document_id, safe='')}"
        return f"{address}?{urlencode(query)}" if query else address


def place_of(citation: Citation, number: int = 0) -> Place:
    """Return the place of a citation; it can tell later whether the quotation still stands."""
    return Place(
        citation.document_id,
        citation.passage_id,
        citation.start,
        citation.end,
        check_of(citation.quote),
        number,
        citation.fiche_id or "",
    )


def check_of(quotation: str) -> str:
    """Return a short hash of a quotation; nothing for none."""
    return sha256(quotation.encode()).hexdigest()[:16] if quotation else ""


# --- one place -------------------------------------------------------------------------------


def place_to_html(place: Place, knowledge: Knowledge, *, today: date | None = None) -> str:
    """Return what the panel shows of a place.

    Its parts, in order: the document and the breadcrumb, whether it is in force, whether the
    quotation is verified, the text around it, the printed page, the passages before and after,
    the fiche.

    Raises:
        KeyError: If the index does not know the document.
    """
    info = knowledge.infos[place.document_id]
    passages = [passage for passage in knowledge.passages if passage.document_id == info.id]
    row = _row_of(place, passages)
    passage = passages[row] if row is not None else None
    document = knowledge.documents.get(info.id)
    fiche = _fiche_of(place, passage, knowledge)
    start, end = _range_of(place, passage, document)
    headings = passage.headings if passage else ()
    validity = describe_validity(info, headings, knowledge.infos, today or date.today())
    expired = is_expired(info, today or date.today())
    number = f"[{place.number}] " if place.number else ""
    lines = [
        f"<h3>{number}{escape(info.name)}</h3>",
        _breadcrumb(place, passage, document, fiche, start, knowledge),
        _paragraph("validite expire" if expired else "validite", validity),
    ]
    if document is not None and not stands(place, document):
        lines.append(_paragraph("validite expire", CHANGED))
    if document is not None and end > start:
        verified = place.check and stands(place, document)
        lines += [
            _paragraph("verifie", VERIFIED if verified else ""),
            '<div class="passage" tabindex="0" role="group" aria-label="Passage dans sa page">'
            f"{passage_to_html(document, start, end)}</div>",
            _original(document, start, end),
        ]
    else:
        lines.append(_paragraph("absent", "" if document else "document d’origine non installé"))
    lines += [_neighbours(row, passages), _fiche(fiche, alone=not end > start)]
    inside = "\n".join(line for line in lines if line)
    identity = f"preuve-{place.number}" if place.number else "preuve"
    return f'<section id="{identity}" class="preuve" tabindex="-1">\n{inside}\n</section>'


def _row_of(place: Place, passages: list[Passage]) -> int | None:
    """Return the row of the passage that a place is in."""
    for row, passage in enumerate(passages):
        if passage.id == place.passage_id:
            return row
    inside = (row for row, p in enumerate(passages) if p.original and p.start <= place.start < p.end)
    return next(inside, 0 if passages and not place.end else None)


def _range_of(place: Place, passage: Passage | None, document: Document | None) -> tuple[int, int]:
    """Return the range to mark: that of the place, else its passage; (0, 0) when there is neither."""
    if document is None:
        return 0, 0
    if 0 <= place.start < place.end <= len(document.text) and stands(place, document):
        return place.start, place.end
    return (passage.start, passage.end) if passage and passage.original else (0, 0)


def _fiche_of(place: Place, passage: Passage | None, knowledge: Knowledge) -> Fiche | None:
    wanted = place.fiche_id or (passage.fiche_id if passage else "")
    return next((fiche for fiche in knowledge.fiches if fiche.id == wanted), None)


def stands(place: Place, document: Document) -> bool:
    """Whether the quotation that was shown is still there, character for character."""
    return not place.check or check_of(document.text[place.start : place.end]) == place.check


def _breadcrumb(
    place: Place,
    passage: Passage | None,
    document: Document | None,
    fiche: Fiche | None,
    start: int,
    knowledge: Knowledge,
) -> str:
    known = knowledge.places.get((fiche.id, place.document_id), "") if fiche else ""
    parts = (known or (passage.place if passage else "")).split(" › ")
    page = document.page_at(start) if document else None
    if page is not None:
        parts.append(f"page {page}")
    items = "".join(f"<li>{say(part)}</li>" for part in parts if part)
    return f'<nav class="lieu" aria-label="Emplacement"><ol>{items}</ol></nav>' if items else ""


def _original(document: Document, start: int, end: int) -> str:
    """Return the link to the file at the page, and the page as it is printed where it is a PDF."""
    page = document.page_at(start)
    address = f"documents/{quote_url(document.id, safe='')}"
    is_pdf = document.path.suffix.lower() == ".pdf"
    at = f"#page={page}" if page is not None and is_pdf else ""
    where = f" à la page {page}" if at else ""
    link = (
        f'<p class="original"><a href="{address}/file{at}" target="_blank" rel="noopener">'
        f"Ouvrir le document{where} (nouvel onglet)</a></p>"
    )
    if not at:
        return link
    image = f"{address}/pages/{page}.png?{urlencode({'start': start, 'end': end})}"
    return (
        f'<details class="page"><summary>Voir la page {page} telle qu’elle est imprimée</summary>'
        f'<img loading="lazy" src="{escape(image)}" alt="Page {page} du document, le passage cité surligné. '
        f'Son texte est au-dessus."></details>{link}'
    )


def _neighbours(row: int | None, passages: list[Passage]) -> str:
    """Return the links to the passages before and after."""
    if row is None:
        return ""
    links = []
    for other, name, text in (
        (row - 1, "precedent", '<span aria-hidden="true">← </span>Passage précédent'),
        (row + 1, "suivant", 'Passage suivant<span aria-hidden="true"> →</span>'),
    ):
        if 0 <= other < len(passages):
            href = escape(Place(passages[other].document_id, passages[other].id).href)
            links.append(f'<a class="renvoi {name}" href="{href}">{text}</a>')
    return f'<nav class="voisins" aria-label="Passages voisins">{"".join(links)}</nav>' if links else ""


def _fiche(fiche: Fiche | None, *, alone: bool) -> str:
    """Return the fiche that explains the place; ``alone``: it stands in for an absent original."""
    if fiche is None:
        return ""
    about = [f"{len(fiche.asked)} questions y mènent"]
    if fiche.reviewed:
        about.append(f"relue le {french_date(fiche.reviewed)}")
    name = "fiche seule" if alone else "fiche"
    return (
        f'<aside class="{name}" aria-label="Fiche"><h4>Fiche{NO_BREAK}: {say(fiche.title)}</h4>'
        f'{words_to_html(fiche.body)}<p class="discret">{say(", ".join(about))}</p></aside>'
    )


def _paragraph(name: str, text: str) -> str:
    return f'<p class="{name}">{say(text)}</p>' if text else ""


# --- the passage -----------------------------------------------------------------------------


def passage_to_html(document: Document, start: int, end: int) -> str:
    """Return what surrounds a quotation, with the quotation inside ``<mark>``."""
    low, high = 0, len(document.text)
    pages = [page for page in document.pages if page.start < end and start < page.end]
    if pages:
        low, high = pages[0].start, pages[-1].end
    size = PAGE_CHARS if pages else SURROUNDINGS_CHARS
    first, last = choose_range(document.text, (start, end), (low, high), size)
    inside = text_to_html(document.text, (first, last), mark=(start, end), plain=not is_marked_down(document))
    return f"{CUT if first > low else ''}{inside}{CUT if last < high else ''}"


def is_marked_down(document: Document) -> bool:
    """Whether a document's text may hold the marks of Markdown."""
    return document.path.suffix.lower() in _MARKED_DOWN


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


def text_to_html(text: str, span: tuple[int, int], *, mark: tuple[int, int], plain: bool = True) -> str:
    """Return a stretch of text, one ``<p>`` a line: a clean text has one paragraph a line.

    The marked range may begin in one line and end in another.  Unless the text is ``plain``, the
    marks of Markdown are left out.
    """
    paragraphs = []
    for line in _LINE.finditer(text, *span):
        first, last = line.span()
        start, end = (min(max(offset, first), last) for offset in mark)
        before, inside, after = (
            escape(_without(marks_in(text, (first, last)) if not plain else [], text, part))
            for part in ((first, start), (start, end), (end, last))
        )
        marked = f"<mark>{inside}</mark>" if inside else ""
        name = ' class="intertitre"' if not plain and _HEADING.match(text, first, last) else ""
        if before or marked or after:
            paragraphs.append(f"<p{name}>{before}{marked}{after}</p>")
    return "\n".join(paragraphs)


def marks_in(text: str, line: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the ranges of a line that are marks of Markdown."""
    marks = [heading.span()] if (heading := _HEADING.match(text, *line)) else []
    return marks + [match.span() for match in _EMPHASIS.finditer(text, *line)]


def _without(marks: list[tuple[int, int]], text: str, part: tuple[int, int]) -> str:
    """Return a part of a text without the marks, or the ends of marks, that lie in it."""
    kept, position = [], part[0]
    for start, end in marks:
        if end > position and start < part[1]:
            kept.append(text[position : max(position, start)])
            position = min(end, part[1])
    return "".join((*kept, text[position : part[1]]))


def without_marks(quotation: str) -> str:
    r"""Return a quotation without the marks of Markdown, for display.

    >>> without_marks("## Article 2\n**Chacun** signe.")
    'Article 2\nChacun signe.'
    """
    lines = quotation.splitlines()
    return "\n".join(_without(marks_in(line, (0, len(line))), line, (0, len(line))) for line in lines)
