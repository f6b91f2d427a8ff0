"""One answer as a sheet that can be printed, kept, and checked again later.

A sheet is one HTML file that needs nothing else: what people read, and the same as data, from which
``verify_sheet`` says whether each quotation still stands.  What people read is made from the data, so
a file that shows anything else was edited.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from html import escape
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from assistant.answers.answer import proof_title
from assistant.errors import SheetError, reason_of
from assistant.search.validity import french_date

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from assistant.records import Answer, Document
    from assistant.search.index import Index, Knowledge

MAX_BYTES = 10 * 2**20
# Of the data and of the words around them: raise it with either, or older sheets pass for edited ones.
VERSION = 1
DOWNLOAD = "Télécharger cette feuille"  # the button of the page of the server; browsers save it too
_BEFORE, _AFTER = 3, 6  # words shown around a difference
# The file may be opened anywhere: nothing in it runs or is loaded.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'"
_STYLE = """
:root { color-scheme: light; }
body { color: #1f2937; background: #fff; font: 11pt/1.5 system-ui, sans-serif; margin: 2rem auto;
  max-width: 46rem; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.3em; } h2 { font-size: 1.1em; margin-top: 1.6em; }
blockquote { margin: .4em 0; padding-left: .8em; border-left: 3px solid #1d4ed8; }
.lieu, .aide, dt { color: #4b5563; } .note { color: #92400e; font-weight: 600; }
.citation { margin-bottom: 1.2em; break-inside: avoid; }
dl { display: grid; grid-template-columns: minmax(6rem, 30%) 1fr; gap: .2em 1em; font-size: .9em; }
dd { margin: 0; } code { font-family: ui-monospace, monospace; font-size: .9em; }
@media (max-width: 30rem) { dl { display: block; } }
@media print { body { margin: 0; max-width: none; padding: 0; } .aide { display: none; } @page { margin: 2cm; } }
"""


@dataclass(frozen=True, slots=True)
class Quotation:
    """One citation of a sheet; ``quote`` is empty where the original was not installed."""

    document: str
    name: str
    place: str
    page: int | None
    quote: str
    start: int
    end: int
    note: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """An answer with all that is needed to check it.

    Attributes:
        made: The day, ISO.
        index: Version of the index that answered.
        documents: The sha256 of each cited document, empty for one that was not installed.
    """

    question: str
    status: str
    answer: str
    confidence: float
    quotations: tuple[Quotation, ...]
    made: str
    index: str
    documents: Mapping[str, str]
    version: int = VERSION

    @property
    def id(self) -> str:
        """A name for ever: it changes with any character of the sheet."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def make_sheet(answer: Answer, index: Index, *, today: date) -> Sheet:
    """Return the sheet of an answer that an index gave."""
    knowledge = index.knowledge
    quotations = tuple(
        Quotation(
            c.document_id,
            knowledge.infos[c.document_id].name,
            c.place,
            c.page,
            c.quote,
            c.start,
            c.end,
            c.note,
        )
        for c in answer.citations
    )
    hashes = {
        q.document: knowledge.documents[q.document].sha256 if q.document in knowledge.documents else ""
        for q in quotations
    }
    return Sheet(
        question=answer.question,
        status=answer.status,
        answer=answer.words or answer.text,
        confidence=round(answer.confidence, 4),
        quotations=quotations,
        made=today.isoformat(),
        index=index.manifest.version,
        documents=hashes,
    )


# --- the file --------------------------------------------------------------------------------


def sheet_to_html(sheet: Sheet, *, controls: str = "") -> str:
    """Return a sheet as one HTML file; whatever its texts hold, they stay text.

    ``controls`` is markup that is shown and not printed, where the file is a page of the server.
    """
    data = json.dumps(asdict(sheet) | {"id": sheet.id}, ensure_ascii=False).replace("<", "\\u003c")
    answer = "".join(f"<p>{_lines(part)}</p>" for part in re.split(r"\n\s*\n", sheet.answer.strip()) if part)
    title = proof_title([q.quote for q in sheet.quotations])
    said = "".join(_quotation(n, q) for n, q in enumerate(sheet.quotations, 1))
    facts = [("Faite le", escape(_day(sheet.made))), ("Index", f"<code>{escape(sheet.index)}</code>")]
    if sheet.status == "answered":
        sure = f"{sheet.confidence:.0%}".replace("%", "\u00a0%")
        facts.append(("Confiance", f"{sure} (probabilité estimée que le premier passage réponde)"))
    names = {q.document: q.name for q in sheet.quotations}
    for document, digest in sheet.documents.items():
        name = names[document]
        shown = f"<code>sha256 {escape(digest)}</code>" if digest else "document d’origine non installé"
        facts.append((escape(name), shown))
    facts.append(("Identifiant", f"<code>{sheet.id}</code>"))
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in facts)
    return f"""<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(sheet.question[:80])} – réponse {sheet.id}</title>
<link rel="icon" href="data:,">
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(sheet.question)}</h1>
<p class="aide">Pour imprimer ou enregistrer en PDF\u00a0: Ctrl + P. Pour vérifier plus tard\u00a0:
<code>assistant verify FICHIER</code></p>
{controls}
{answer}
{f"<h2>{title}</h2>" if said else ""}
{said}
<h2>Pour vérifier</h2>
<dl>{rows}</dl>
</main>
<script type="application/json" id="donnees">{data}</script>
</body>
</html>
"""


def _day(day: str) -> str:
    try:
        return french_date(date.fromisoformat(day))
    except ValueError:
        return day


def _quotation(number: int, quotation: Quotation) -> str:
    quote = f"<blockquote>«\u00a0{_lines(quotation.quote)}\u00a0»</blockquote>" if quotation.quote else ""
    where = [quotation.name, quotation.place]
    where += [f"page\u00a0{quotation.page}"] if quotation.page is not None else []
    note = f'<p class="note">{escape(quotation.note)}</p>' if quotation.note else ""
    place = escape(" — ".join(part for part in where if part))
    return f'<div class="citation">{quote}<p class="lieu">[{number}] {place}</p>{note}</div>'


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A sheet as a file has it.

    Attributes:
        intact: Whether the data are those that the identifier names.
        difference: What the file shows first that its data do not say, or the other way round; empty
            when both say the same.
    """

    sheet: Sheet
    intact: bool
    difference: str


def read_sheet(path: Path) -> SheetFile:
    """Read a file that ``sheet_to_html`` made, saved again by a browser or not.

    Raises:
        SheetError: If there is no such file, or it is no sheet.
    """
    from lxml import etree, html

    try:
        if path.stat().st_size > MAX_BYTES:
            raise SheetError(f"« {path} » est trop gros pour une feuille de réponse.")
        content = path.read_bytes()
    except OSError as error:
        raise SheetError(
            f"« {path} » ne peut pas être lu : {reason_of(error)}. Donnez le fichier d’une feuille de réponse."
        ) from error
    try:
        page = html.document_fromstring(content.decode("utf-8"))
        data = json.loads(page.get_element_by_id("donnees").text or "")
        identifier = data.pop("id")
        quotations = tuple(_parse_quotation(item) for item in data.pop("quotations"))
        sheet = Sheet(quotations=quotations, **data)
        if sheet.version != VERSION:
            raise SheetError(f"« {path} » vient d’une autre version de l’assistant. Refaites la feuille.")
        differences = [
            _difference(
                _words(page), _words(html.document_fromstring(sheet_to_html(sheet, controls=controls)))
            )
            for controls in ("", escape(DOWNLOAD))
        ]
    except (ValueError, KeyError, TypeError, AttributeError, etree.LxmlError) as error:
        raise SheetError(
            f"« {path} » n’est pas une feuille de réponse, ou n’est pas entier. "
            "Donnez le fichier téléchargé depuis la page."
        ) from error
    # The one that comes latest: the other is but the button.
    _, difference = max(differences, key=lambda found: found[0])
    return SheetFile(sheet, identifier == sheet.id, difference)


def _words(page: Any) -> list[str]:
    """Return the words that a page shows, with its title."""
    from lxml import etree

    etree.strip_elements(page, etree.Comment, "script", "style", with_tail=False)
    return " ".join(page.itertext()).split()


def _difference(shown: list[str], said: list[str]) -> tuple[float, str]:
    """Return after how many words two texts differ, infinity when they do not, and how."""
    if shown == said:
        return math.inf, ""
    at = next(at for at, (one, other) in enumerate(zip_longest(shown, said)) if one != other)
    near = slice(max(0, at - _BEFORE), at + _AFTER)
    return at, f"elle montre « {' '.join(shown[near])} » où elles disent « {' '.join(said[near])} »"


def _parse_quotation(item: dict[str, Any]) -> Quotation:
    quotation = Quotation(**item)
    if not isinstance(quotation.quote, str) or not isinstance(quotation.document, str):
        raise TypeError
    return Quotation(**item | {"start": int(item["start"]), "end": int(item["end"])})


# --- does it still stand? --------------------------------------------------------------------


class Standing(Enum):
    """What became of a quotation."""

    HELD = "mot à mot à sa place"
    MOVED = "mot à mot, à une autre place"
    CHANGED = "n’est plus dans le document, qui a changé"
    UNREADABLE = "n’est plus dans le texte lu, bien que le fichier soit le même"
    GONE = "le document n’est plus là"
    UNQUOTED = "sans citation : le document d’origine n’était pas installé"

    @property
    def stands(self) -> bool:
        """Whether nothing that was quoted is missing."""
        return self in {Standing.HELD, Standing.MOVED, Standing.UNQUOTED}


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one quotation, and where its words are now."""

    quotation: Quotation
    standing: Standing
    place: str = ""


def verify_sheet(sheet: Sheet, knowledge: Knowledge) -> list[Finding]:
    """Compare each quotation with the documents as they are now."""
    return [_verify(q, sheet.documents.get(q.document, ""), knowledge) for q in sheet.quotations]


def _verify(quotation: Quotation, digest: str, knowledge: Knowledge) -> Finding:
    document = knowledge.documents.get(quotation.document)
    if not quotation.quote.strip():
        return Finding(quotation, Standing.UNQUOTED)
    if document is None:
        return Finding(quotation, Standing.GONE)
    if document.text[max(0, quotation.start) : max(0, quotation.end)] == quotation.quote:
        return Finding(quotation, Standing.HELD, quotation.place)
    words = re.compile(r"\s+".join(re.escape(word) for word in quotation.quote.split()))
    if found := words.search(document.text):
        return Finding(quotation, Standing.MOVED, _place_of(document, found.start(), knowledge))
    return Finding(quotation, Standing.UNREADABLE if document.sha256 == digest else Standing.CHANGED)


def _place_of(document: Document, offset: int, knowledge: Knowledge) -> str:
    inside = (
        p
        for p in knowledge.passages
        if p.document_id == document.id and p.original and p.start <= offset < p.end
    )
    passage = next(inside, None)
    if passage is None:
        return ""
    return knowledge.places.get((passage.fiche_id or "", document.id)) or passage.place


def findings_to_text(findings: list[Finding]) -> str:
    """Return what became of each quotation, for a terminal."""
    lines = []
    for number, finding in enumerate(findings, 1):
        lines.append(f"[{number}] {finding.quotation.name} — {finding.quotation.place}")
        moved = f" : {finding.place}" if finding.standing is Standing.MOVED and finding.place else ""
        lines.append(f"    {finding.standing.value}{moved}")
    return "\n".join(lines)
