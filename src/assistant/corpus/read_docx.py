"""DOCX in Markdown form: python-docx opens it, this module walks its XML.

python-docx's own paragraphs leave out content controls, tracked insertions, text boxes, notes and
automatic numbers ("Article 3"), all of which a reader of the page sees.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from assistant.corpus.docx_numbering import Numbering, attribute, load_numbering, value_of
from assistant.corpus.packages import check_package
from assistant.corpus.reading import (
    WIDEST_SPAN,
    Limits,
    Reading,
    check_text_size,
    damage_reported,
    join_markdown,
    markdown_cell,
    markdown_heading,
    markdown_item,
    markdown_table,
    one_line,
)

if TYPE_CHECKING:
    from docx.document import Document

_HEADING_STYLE = re.compile(r"(?:heading|titre) ?(\d)", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"title|titre", re.IGNORECASE)
_CONTENTS_STYLE = re.compile(r"(?:toc|tm) ?(?:\d|heading)", re.IGNORECASE)
_LIST_STYLE = re.compile(r"list (?:bullet|number)|liste à (?:puces|numéros)", re.IGNORECASE)
_BODY_LEVEL = 9  # the outline level that says "not a heading"

# Elements around blocks or runs that a reader of the page does not see.
_WRAPPERS = {"customXml", "ins", "moveTo", "smartTag"}
_UNSEEN = {"del", "moveFrom", "instrText", "pPr", "rPr", "sdtPr", "sdtEndPr", "Fallback"}
_SIGNS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    parent: str
    outline_level: int | None
    number: tuple[str, int] | None  # list and level


@dataclass(frozen=True, slots=True)
class _Book:
    """What a paragraph needs of the rest of the file."""

    styles: dict[str, _Style]
    default_style: str
    numbering: Numbering
    notes: dict[tuple[str, str], Any]  # (kind, id) → element

    def inherited(self, style_id: str) -> Iterator[_Style]:
        """Yield a style, then those it is based on."""
        seen: set[str] = set()
        while style_id in self.styles and style_id not in seen:
            seen.add(style_id)
            yield self.styles[style_id]
            style_id = self.styles[style_id].parent


def read_docx(data: bytes, path: PurePath, limits: Limits) -> Reading:
    """Read a Word document: headings, paragraphs, lists and tables in their order.

    Headers, footers, comments, deletions and tables of contents are left out.

    Raises:
        UnreadableFile: Encrypted, damaged, too large, or not a Word document.
    """
    check_package(data, path, limits, "DOCX", "word/")
    with damage_reported(path, "DOCX"):
        import docx

        document = docx.Document(BytesIO(data))
        text = join_markdown(_blocks(document.element.body, _load_book(document)))
        check_text_size(len(text), path, limits)
        title, author, created = "", "", None
        if _related(document, "metadata/core-properties") is not None:  # else python-docx makes some up
            properties = document.core_properties
            title, author = one_line(properties.title), one_line(properties.author)
            created = properties.created.date() if properties.created else None
    return Reading((text,), title=title, author=author, created=created)


def _load_book(document: Document) -> _Book:
    styles: dict[str, _Style] = {}
    default_style = ""
    for element in document.styles.element.iterchildren("{*}style"):
        style_id = attribute(element, "styleId")
        outline = value_of(element, "pPr", "outlineLvl")
        styles[style_id] = _Style(
            name=value_of(element, "name"),
            parent=value_of(element, "basedOn"),
            outline_level=int(outline) if outline else None,
            number=_number_of(element),
        )
        if attribute(element, "type") == "paragraph" and attribute(element, "default") in {"1", "true"}:
            default_style = style_id
    notes = {
        (kind, attribute(note, "id")): note
        for kind in ("footnote", "endnote")
        if (root := _related(document, f"{kind}s")) is not None
        for note in root.iterchildren(f"{{*}}{kind}")
    }
    return _Book(styles, default_style, load_numbering(_related(document, "numbering")), notes)


def _related(document: Document, kind: str) -> Any:
    """Return the root element of a part of the file, or None when it has no such part."""
    from docx.oxml.parser import parse_xml

    relations = [*document.part.rels.values(), *document.part.package.rels.values()]
    for relation in relations:
        if relation.reltype.endswith(f"/{kind}") and not relation.is_external:
            return parse_xml(relation.target_part.blob)
    return None


# --- blocks ----------------------------------------------------------------------------------


def _local_name(element: Any) -> str:
    """Return an element's name without its namespace; empty for comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(element: Any) -> Iterator[tuple[str, Any]]:
    """Yield the named children, as if those of content controls and insertions were direct."""
    for child in element:
        name = _local_name(child)
        if name == "sdt":
            gallery = value_of(child, "sdtPr", "docPartObj", "docPartGallery")
            if gallery != "Table of Contents":
                for content in child.iterchildren("{*}sdtContent"):
                    yield from _children(content)
        elif name in _WRAPPERS:
            yield from _children(child)
        else:
            yield name, child


def _blocks(container: Any, book: _Book) -> Iterator[str]:
    for name, child in _children(container):
        if name == "p":
            yield from _paragraph(child, book)
        elif name == "tbl":
            yield from _table(child, book)


def _paragraph(paragraph: Any, book: _Book) -> Iterator[str]:
    styles = list(book.inherited(value_of(paragraph, "pPr", "pStyle") or book.default_style))
    if any(_CONTENTS_STYLE.fullmatch(style.name) for style in styles):
        return
    extras: list[str] = []
    text = _inline(paragraph, book, extras.append).strip()
    number = _number_of(paragraph) or next((style.number for style in styles if style.number), None)
    label = book.numbering.next_label(*number) if number else None
    level = _heading_level(paragraph, styles)
    if not text:
        pass
    elif level:
        yield markdown_heading(level, f"{label or ''} {text}")
    elif label is not None and number:
        yield markdown_item(number[1], label, text)
    elif any(_LIST_STYLE.match(style.name) for style in styles):
        yield markdown_item(0, "", text)
    else:
        yield text
    yield from extras


def _heading_level(paragraph: Any, styles: list[_Style]) -> int:
    """Return the level of a heading from 1, or 0."""
    direct = value_of(paragraph, "pPr", "outlineLvl")
    outlines = [int(direct)] if direct else []
    for style in styles:
        if match := _HEADING_STYLE.fullmatch(style.name):
            return int(match[1])
        if _TITLE_STYLE.fullmatch(style.name):
            return 1
        if style.outline_level is not None:
            outlines.append(style.outline_level)
    return outlines[0] + 1 if outlines and outlines[0] < _BODY_LEVEL else 0


def _number_of(element: Any) -> tuple[str, int] | None:
    """Return the list and the level that a paragraph or a style names; list "0" is none."""
    number_id = value_of(element, "pPr", "numPr", "numId")
    return (number_id, int(value_of(element, "pPr", "numPr", "ilvl") or 0)) if number_id else None


def _inline(element: Any, book: _Book, add_block: Callable[[str], None]) -> str:
    """Return the text of a paragraph; its notes and text boxes go to ``add_block``."""
    parts: list[str] = []
    for child in element:
        name = _local_name(child)
        if name == "t":
            parts.append(child.text or "")
        elif name in _SIGNS:
            parts.append(_SIGNS[name])
        elif name in {"footnoteReference", "endnoteReference"}:
            kind, note_id = name.removesuffix("Reference"), attribute(child, "id")
            if (note := book.notes.get((kind, note_id))) is not None:
                add_block(f"Note : {markdown_cell(_blocks(note, book))}")
        elif name == "txbxContent":
            for block in _blocks(child, book):
                add_block(block)
        elif name and name not in _UNSEEN and not _is_hidden(child):
            parts.append(_inline(child, book, add_block))
    return "".join(parts)


def _is_hidden(run: Any) -> bool:
    """Say whether a run is formatted as hidden: no reader of the page sees it."""
    mark = run.find("{*}rPr/{*}vanish")
    return mark is not None and attribute(mark, "val") not in {"0", "false", "off"}


def _table(table: Any, book: _Book) -> Iterator[str]:
    rows = [
        [cell for name, cell in _children(row) if name == "tc"]
        for name, row in _children(table)
        if name == "tr" and row.find("{*}trPr/{*}del") is None
    ]
    if max(map(len, rows), default=0) <= 1:  # a frame around text, not a table
        for row in rows:
            for cell in row:
                yield from _blocks(cell, book)
    else:
        yield markdown_table([_row(cells, book) for cells in rows])


def _row(cells: list[Any], book: _Book) -> list[str]:
    """Return the texts of a row; what a merged cell covers is empty, so that columns stay aligned."""
    texts: list[str] = []
    for cell in cells:
        merged = cell.find("{*}tcPr/{*}vMerge")
        continues = merged is not None and attribute(merged, "val") != "restart"
        span = int(value_of(cell, "tcPr", "gridSpan") or 1)
        texts.append("" if continues else markdown_cell(_blocks(cell, book)))
        texts.extend([""] * (min(span, WIDEST_SPAN) - 1))
    return texts
