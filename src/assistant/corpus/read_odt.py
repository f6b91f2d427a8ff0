"""ODT in Markdown form, by odfpy."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import BytesIO, StringIO
from pathlib import PurePath
from typing import Any

from assistant.corpus.packages import check_package
from assistant.corpus.reading import (
    WIDEST_SPAN,
    Limits,
    Reading,
    check_text_size,
    damage_reported,
    join_markdown,
    locked,
    markdown_cell,
    markdown_heading,
    markdown_item,
    markdown_table,
    one_line,
    parse_day,
)

_HEADING_STYLE = re.compile(r"(?:heading|titre)(?:_20_| )(\d+)", re.IGNORECASE)
_TITLE_STYLE = re.compile(r"title|titre", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n]+")  # one space each, says OpenDocument 1.3, part 3, 6.1.2

# What a reader of the page does not see, or sees elsewhere in the text.
_UNSEEN = {
    "tracked-changes", "annotation", "annotation-end", "ruby-text", "number", "title", "desc",
    "forms", "sequence-decls", "variable-decls", "user-field-decls", "table-of-content",
}  # fmt: skip
_DRAWINGS = {
    "frame",
    "text-box",
    "g",
    "custom-shape",
    "rect",
    "ellipse",
    "line",
    "polygon",
    "path",
    "connector",
}
_CONTAINERS = _DRAWINGS | {
    "section", "numbered-paragraph", "index-body", "alphabetical-index", "bibliography",
    "illustration-index", "table-index", "object-index", "user-index",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Styles:
    heading_levels: dict[str, int]  # of paragraph styles
    numbered: set[tuple[str, int]]  # (list style, depth) counted by numbers, not bullets


def read_odt(data: bytes, path: PurePath, limits: Limits) -> Reading:
    """Read an OpenDocument text: headings, paragraphs, lists and tables in their order.

    Headers, footers, comments, deletions and tables of contents are left out.

    Raises:
        UnreadableFile: Encrypted, damaged, too large, or not an OpenDocument text.
    """
    check_package(data, path, limits, "ODT", "META-INF/manifest.xml")
    with damage_reported(path, "ODT"):
        _refuse_encrypted(data, path)
        document = _load(data)
        styles = _load_styles(document)
        text = join_markdown(_blocks(document.text, styles))
        check_text_size(len(text), path, limits)
        metadata = {_name(e): one_line(_plain(e)) for e in document.meta.childNodes}
    return Reading(
        (text,),
        title=metadata.get("title", ""),
        author=metadata.get("initial-creator") or metadata.get("creator", ""),
        created=parse_day(metadata.get("creation-date", "")),
    )


def _refuse_encrypted(data: bytes, path: PurePath) -> None:
    with zipfile.ZipFile(BytesIO(data)) as package:
        if b"encryption-data" in package.read("META-INF/manifest.xml"):
            raise locked(path)


def _load(data: bytes) -> Any:
    from odf.opendocument import load

    # odfpy prints a part it cannot parse, whole, and goes on with what it has.
    with redirect_stdout(StringIO()) as printed:
        document = load(BytesIO(data))
    if "SAX FAILED" in printed.getvalue():
        raise ValueError("a part is not well-formed XML")
    return document


def _load_styles(document: Any) -> _Styles:
    parents: dict[str, str] = {}
    levels: dict[str, int] = {}
    numbered: set[tuple[str, int]] = set()
    for style in [*document.styles.childNodes, *document.automaticstyles.childNodes]:
        name = _attribute(style, "name")
        if _name(style) == "list-style":
            numbered |= {
                (name, int(_attribute(level, "level") or 1))
                for level in style.childNodes
                if _name(level) == "list-level-style-number" and _attribute(level, "num-format")
            }
        elif _name(style) == "style":
            parents[name] = _attribute(style, "parent-style-name")
            if match := _HEADING_STYLE.fullmatch(name):
                levels[name] = int(match[1])
            elif _TITLE_STYLE.fullmatch(name):
                levels[name] = 1
            elif _attribute(style, "default-outline-level"):
                levels[name] = int(_attribute(style, "default-outline-level"))
    for name in parents:
        ancestor, seen = name, {name}
        while ancestor not in levels and parents.get(ancestor, "") not in seen | {""}:
            ancestor = parents[ancestor]
            seen.add(ancestor)
        if ancestor in levels:
            levels.setdefault(name, levels[ancestor])
    return _Styles(levels, numbered)


# --- elements --------------------------------------------------------------------------------


def _name(element: Any) -> str:
    """Return an element's name without its namespace; empty for text."""
    return element.qname[1] if element.nodeType == element.ELEMENT_NODE else ""


def _attribute(element: Any, name: str) -> str:
    """Return an attribute whatever its namespace; empty when absent."""
    return next((str(value) for key, value in (element.attributes or {}).items() if key[1] == name), "")


def _count(element: Any, name: str) -> int:
    return max(1, min(int(_attribute(element, name) or 1), WIDEST_SPAN))


def _plain(element: Any) -> str:
    """Return all the text below an element."""
    if element.nodeType != element.ELEMENT_NODE:
        return str(element.data)
    return "".join(map(_plain, element.childNodes))


# --- blocks ----------------------------------------------------------------------------------


def _blocks(container: Any, styles: _Styles) -> Iterator[str]:
    for child in container.childNodes:
        name = _name(child)
        if name in {"p", "h"}:
            yield from _paragraph(child, styles)
        elif name == "list":
            yield from _list(child, styles, 1, "")
        elif name == "table":
            yield from _table(child, styles)
        elif name in _CONTAINERS:
            yield from _blocks(child, styles)


def _paragraph(paragraph: Any, styles: _Styles) -> Iterator[str]:
    extras: list[str] = []
    text = _inline(paragraph, styles, extras.append).strip()
    level = styles.heading_levels.get(_attribute(paragraph, "style-name"), 0)
    if _name(paragraph) == "h":
        level = int(_attribute(paragraph, "outline-level") or 1)
    if text:
        yield markdown_heading(level, text) if level else text
    yield from extras


def _inline(element: Any, styles: _Styles, add_block: Callable[[str], None]) -> str:
    """Return the text of a paragraph; its notes and text boxes go to ``add_block``."""
    parts: list[str] = []
    for child in element.childNodes:
        name = _name(child)
        if not name:
            parts.append(_BLANKS.sub(" ", str(child.data)))
        elif name == "s":
            parts.append(" " * int(_attribute(child, "c") or 1))
        elif name == "tab":
            parts.append("\t")
        elif name == "line-break":
            parts.append("\n")
        elif name == "note":
            body = next((part for part in child.childNodes if _name(part) == "note-body"), None)
            if body is not None:
                add_block(f"Note : {markdown_cell(_blocks(body, styles))}")
        elif name in _DRAWINGS:
            for block in _blocks(child, styles):
                add_block(block)
        elif name not in _UNSEEN:
            parts.append(_inline(child, styles, add_block))
    return "".join(parts)


def _list(element: Any, styles: _Styles, depth: int, inherited_style: str) -> Iterator[str]:
    style = _attribute(element, "style-name") or inherited_style
    number = 0
    for item in element.childNodes:
        if _name(item) not in {"list-item", "list-header"}:
            continue
        first = _name(item) == "list-item"
        if first:
            number = int(_attribute(item, "start-value") or number + 1)
        for child in item.childNodes:
            if _name(child) == "list":
                yield from _list(child, styles, depth + 1, style)
                continue
            for block in _list_item_blocks(child, styles):
                if first and not block.startswith(("#", "|")):
                    label = f"{number}." if (style, depth) in styles.numbered else ""
                    yield markdown_item(depth - 1, label, block)
                    first = False
                else:
                    yield block


def _list_item_blocks(child: Any, styles: _Styles) -> Iterator[str]:
    if _name(child) in {"p", "h"}:
        yield from _paragraph(child, styles)
    elif _name(child) == "table":
        yield from _table(child, styles)


def _table(table: Any, styles: _Styles) -> Iterator[str]:
    rows = list(_rows(table))
    cells = [
        [cell for cell in row.childNodes if _name(cell) in {"table-cell", "covered-table-cell"}]
        for row in rows
    ]
    if max(map(len, cells), default=0) <= 1:  # a frame around text, not a table
        for row in cells:
            for cell in row:
                yield from _blocks(cell, styles)
    else:
        yield markdown_table([_row_texts(row, styles) for row in cells])


def _rows(table: Any) -> Iterator[Any]:
    for child in table.childNodes:
        if _name(child) == "table-row":
            yield child
        elif _name(child) in {"table-header-rows", "table-rows", "table-row-group"}:
            yield from _rows(child)


def _row_texts(cells: list[Any], styles: _Styles) -> list[str]:
    """Return the texts of a row; covered cells are there and empty, so that columns stay aligned."""
    texts: list[str] = []
    for cell in cells:
        covered = _name(cell) == "covered-table-cell"
        text = "" if covered else markdown_cell(_blocks(cell, styles))
        texts.extend([text] * _count(cell, "number-columns-repeated"))
    return texts
