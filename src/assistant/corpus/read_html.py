"""HTML in Markdown form, by BeautifulSoup over lxml.  Nothing the page names is fetched."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from assistant.corpus.read_text import decode
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
    parse_day,
)

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.IGNORECASE)
_DECLARED_WITHIN = 1024  # bytes, says the HTML standard
_BLANKS = re.compile(r"[ \t\r\n\f]+")  # a no-break space is not one of them
_HEADING = re.compile(r"h([1-6])")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)

_DROPPED = [
    "head", "script", "style", "noscript", "template", "nav", "footer", "form", "button", "select",
    "svg", "math", "canvas", "iframe", "object", "audio", "video",
]  # fmt: skip
_LISTS = ["ul", "ol", "menu"]
_INLINE = {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "img", "input", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span",
    "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
}  # fmt: skip


def read_html(data: bytes, path: PurePath, limits: Limits) -> Reading:
    """Read a web page saved to a file, without its menus, scripts, page header and footer.

    Raises:
        UnreadableFile: Its encoding is unknown, or it is too large.
    """
    declared = _DECLARED.search(data[:_DECLARED_WITHIN])
    text, encoding = decode(data, path, limits, declared[1].decode("ascii").lower() if declared else "")
    with damage_reported(path, "HTML"):
        soup = _parse(text)
        title = one_line(soup.title.get_text()) if soup.title else ""
        author = _meta(soup, "author", "dcterms.creator", "dc.creator")
        created = parse_day(_meta(soup, "date", "dcterms.created", "dcterms.date", "article:published_time"))
        _drop_furniture(soup)
        page = join_markdown(_blocks(soup))
        check_text_size(len(page), path, limits)
    return Reading((page,), encoding=encoding, title=title, author=author, created=created)


def _parse(text: str) -> BeautifulSoup:
    from bs4 import BeautifulSoup, MarkupResemblesLocatorWarning, XMLParsedAsHTMLWarning

    with warnings.catch_warnings():  # both guess at a caller's mistake: here the file decides
        warnings.simplefilter("ignore", MarkupResemblesLocatorWarning)
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        return BeautifulSoup(text, "lxml")


def _meta(soup: BeautifulSoup, *names: str) -> str:
    for tag in soup.find_all("meta"):
        if str(tag.get("name") or tag.get("property") or "").lower() in names:
            return one_line(str(tag.get("content") or ""))
    return ""


def _drop_furniture(soup: BeautifulSoup) -> None:
    from bs4.element import PreformattedString

    for text in soup.find_all(string=True):
        if isinstance(text, PreformattedString):  # comments, document type
            text.extract()
    for tag in soup.find_all(_DROPPED):
        tag.decompose()
    for tag in soup.find_all("header"):
        if tag.find_parent(["article", "main", "section"]) is None:  # there it holds the text's own title
            tag.decompose()
    for tag in [*soup.find_all(hidden=True), *soup.find_all(style=_HIDDEN)]:
        tag.decompose()


def _blocks(container: Tag) -> Iterator[str]:
    """Yield the blocks of an element; inline text between them makes paragraphs."""
    line: list[str] = []
    for child in _children(container):
        if isinstance(child, str):
            line.append(_BLANKS.sub(" ", child))
        elif child.name == "br":
            line.append("\n")
        elif child.name in _INLINE and child.find(_is_block) is None:
            line.append(_inline(child))
        else:
            yield _paragraph(line)
            line = []
            yield from _block(child)
    yield _paragraph(line)


def _children(tag: Tag) -> list[str | Tag]:
    """Return texts and elements; BeautifulSoup's texts are ``str``, which its types do not say."""
    return cast("list[str | Tag]", tag.contents)


def _is_block(tag: Tag) -> bool:
    return tag.name not in _INLINE and tag.name != "br"


def _block(tag: Tag) -> Iterator[str]:
    if heading := _HEADING.fullmatch(tag.name):
        if text := one_line(_inline(tag)):
            yield markdown_heading(int(heading[1]), text)
    elif tag.name in _LISTS:
        yield from _list(tag, 0)
    elif tag.name == "table":
        yield from _table(tag)
    elif tag.name == "pre":
        yield tag.get_text().strip("\n")
    else:
        yield from _blocks(tag)


def _inline(tag: Tag) -> str:
    parts: list[str] = []
    for child in _children(tag):
        if isinstance(child, str):
            parts.append(_BLANKS.sub(" ", child))
        else:
            parts.append("\n" if child.name == "br" else _inline(child))
    return "".join(parts)


def _paragraph(parts: list[str]) -> str:
    lines = "".join(parts).split("\n")
    return "\n".join(_BLANKS.sub(" ", line).strip(" ") for line in lines).strip()


def _list(element: Tag, depth: int) -> Iterator[str]:
    number = int(first) - 1 if (first := str(element.get("start", ""))).isdecimal() else 0
    for item in _children(element):
        if isinstance(item, str):
            yield _paragraph([item])
        elif item.name in _LISTS:  # a list straight in a list: not valid, and common
            yield from _list(item, depth + 1)
        elif item.name == "li":
            number += 1
            label = f"{number}." if element.name == "ol" else ""
            inner = [nested.extract() for nested in item.find_all(_LISTS, recursive=False)]
            for rank, block in enumerate(filter(None, _blocks(item))):
                is_item = rank == 0 and not block.startswith(("#", "|"))
                yield markdown_item(depth, label, block) if is_item else block
            for nested in inner:
                yield from _list(nested, depth + 1)
        else:
            yield from _block(item)


def _table(table: Tag) -> Iterator[str]:
    rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
    cells = [list(row.find_all(["td", "th"], recursive=False)) for row in rows]
    if caption := table.find("caption", recursive=False):
        yield one_line(_inline(caption))
    if max(map(len, cells), default=0) <= 1:  # a frame around text, not a table
        for row in cells:
            for cell in row:
                yield from _blocks(cell)
    else:
        yield markdown_table(_grid(cells))


def _grid(rows: list[list[Tag]]) -> Iterator[list[str]]:
    """Yield the texts of each row; what a spanning cell covers is empty, so that columns stay aligned."""
    covered: dict[int, int] = {}  # column → rows still covered
    for cells in rows:
        texts: list[str] = []
        below: dict[int, int] = {}
        for cell in cells:
            while covered.get(len(texts), 0):
                texts.append("")
            height, width = _span(cell, "rowspan"), _span(cell, "colspan")
            below.update(dict.fromkeys(range(len(texts), len(texts) + width), height))
            texts.extend([markdown_cell(filter(None, _blocks(cell))), *[""] * (width - 1)])
        yield texts
        covered = {at: left - 1 for at, left in (covered | below).items() if left > 1}


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name, ""))
    return max(1, min(int(value), WIDEST_SPAN)) if value.isdecimal() else 1
