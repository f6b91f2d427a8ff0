"""Write one list of blocks as a real file of each format the assistant reads.

>>> import tempfile
>>> blocks = [("h1", "Règlement"), ("p", "L’équipe se réunit le lundi."), ("li", "un ordre du jour")]
>>> with tempfile.TemporaryDirectory() as folder:
...     print(write_document(Path(folder), "note", blocks, ".md").read_text("utf-8"))
# Règlement
<BLANKLINE>
L’équipe se réunit le lundi.
<BLANKLINE>
- un ordre du jour
<BLANKLINE>
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, cast

Block = tuple[str, object]  # ("h1" | "h2" | "p" | "li", text) or ("table", rows of texts)

SUFFIXES = (".pdf", ".docx", ".odt", ".html", ".md", ".txt")

# The text of PDF files is written with the fonts every viewer has, so that no font is needed.
# They hold the characters of cp1252, œ ’ « » – — … € among them; these need another spelling.
PDF_FALLBACKS = str.maketrans({"\u202f": "\xa0", "\u2011": "-", "\u2010": "-", "›": ">", "→": "->"})


def write_document(folder: Path, stem: str, blocks: Sequence[Block], suffix: str) -> Path:
    """Write blocks to ``folder/stem + suffix`` and return its path."""
    path = folder / (stem + suffix)
    _WRITERS[suffix](path, blocks)
    return path


def _rows(content: object) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in cast("Sequence[Sequence[object]]", content)]


def _write_markdown(path: Path, blocks: Sequence[Block]) -> None:
    parts = []
    for is_list, group in groupby(blocks, key=lambda block: block[0] == "li"):
        texts = [_markdown(kind, content) for kind, content in group]
        parts.append(("\n" if is_list else "\n\n").join(texts))
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _markdown(kind: str, content: object) -> str:
    if kind == "table":
        rows = [f"| {' | '.join(row)} |" for row in _rows(content)]
        rows.insert(1, "|" + " --- |" * len(_rows(content)[0]))
        return "\n".join(rows)
    return {"h1": "# ", "h2": "## ", "li": "- "}.get(kind, "") + str(content)


def _write_text(path: Path, blocks: Sequence[Block]) -> None:
    parts = []
    for kind, content in blocks:
        if kind == "table":
            parts.append("\n".join("\t".join(row) for row in _rows(content)))
        else:
            parts.append({"li": "• "}.get(kind, "") + str(content))
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _write_html(path: Path, blocks: Sequence[Block]) -> None:
    body = []
    for is_list, group in groupby(blocks, key=lambda block: block[0] == "li"):
        elements = [_html(kind, content) for kind, content in group]
        body.append(f"<ul>{''.join(elements)}</ul>" if is_list else "\n".join(elements))
    page = "\n".join(body)
    path.write_text(
        f'<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8"></head><body>{page}</body></html>',
        encoding="utf-8",
    )


def _html(kind: str, content: object) -> str:
    if kind != "table":
        return f"<{kind}>{html.escape(str(content))}</{kind}>"
    header, *rows = _rows(content)
    lines = [_html_row("th", header), *(_html_row("td", row) for row in rows)]
    return f"<table>{''.join(lines)}</table>"


def _html_row(tag: str, row: list[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) + "</tr>"


def _write_docx(path: Path, blocks: Sequence[Block]) -> None:
    import docx

    document = docx.Document()
    for kind, content in blocks:
        if kind == "table":
            rows = _rows(content)
            table = document.add_table(rows=len(rows), cols=len(rows[0]))
            for row, texts in zip(table.rows, rows, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
        elif kind in {"h1", "h2"}:
            document.add_heading(str(content), level=int(kind[1]))
        else:
            document.add_paragraph(str(content), style="List Bullet" if kind == "li" else None)
    document.save(str(path))


def _write_odt(path: Path, blocks: Sequence[Block]) -> None:
    from odf.opendocument import OpenDocumentText
    from odf.table import Table, TableCell, TableColumn, TableRow
    from odf.text import H, List, ListItem, P

    document = OpenDocumentText()
    for is_list, group in groupby(blocks, key=lambda block: block[0] == "li"):
        if is_list:
            element: Any = List()
            for _kind, content in group:
                item = ListItem()
                item.addElement(P(text=str(content)))
                element.addElement(item)
            document.text.addElement(element)
            continue
        for kind, content in group:
            if kind == "table":
                rows = _rows(content)
                element = Table(name="tableau")
                element.addElement(TableColumn(numbercolumnsrepeated=len(rows[0])))
                for texts in rows:
                    row = TableRow()
                    for text in texts:
                        cell = TableCell()
                        cell.addElement(P(text=text))
                        row.addElement(cell)
                    element.addElement(row)
            elif kind in {"h1", "h2"}:
                element = H(outlinelevel=int(kind[1]), text=str(content))
            else:
                element = P(text=str(content))
            document.text.addElement(element)
    document.save(str(path))


def _write_pdf(path: Path, blocks: Sequence[Block]) -> None:
    from fpdf import FPDF

    pdf = FPDF()
    pdf.core_fonts_encoding = "cp1252"
    pdf.set_creation_date(datetime(2025, 1, 1, tzinfo=UTC))  # the same blocks give the same bytes
    pdf.add_page()
    for kind, content in blocks:
        size = {"h1": 18, "h2": 14}.get(kind, 11)
        pdf.set_font("Helvetica", "B" if kind in {"h1", "h2"} else "", size)
        if kind == "table":
            with pdf.table() as table:
                for texts in _rows(content):
                    table.row([text.translate(PDF_FALLBACKS) for text in texts])
            pdf.ln(4)
            continue
        text = ("• " if kind == "li" else "") + str(content)
        # Ragged right: justified lines come back with words apart.
        pdf.multi_cell(0, size * 0.6, text.translate(PDF_FALLBACKS), align="L", new_x="LMARGIN", new_y="NEXT")
        pdf.ln(2)
    pdf.output(str(path))


_WRITERS: dict[str, Callable[[Path, Sequence[Block]], None]] = {
    ".pdf": _write_pdf,
    ".docx": _write_docx,
    ".odt": _write_odt,
    ".html": _write_html,
    ".htm": _write_html,
    ".md": _write_markdown,
    ".markdown": _write_markdown,
    ".txt": _write_text,
}
