"""The original file of an indexed document, and its pages as they are printed."""

from __future__ import annotations

import threading
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from assistant.corpus.loading import hash_file
from assistant.corpus.reading import damage_reported
from assistant.errors import CorpusError
from assistant.french import bare_letters

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from assistant.records import Document

PAGE_WIDTH = 1000  # pixels: readable at arm's length, about 100 kB
HIGHLIGHT = (253, 230, 138)
_pdfium = threading.Lock()  # PDFium answers one thread at a time


def find_original(document: Document, roots: Iterable[Path]) -> Path | None:
    """Return the file that a document was read from, or None when it is gone or has changed."""
    for root in roots:
        path = root / document.path
        try:
            state = path.stat()
            if _hash_of(path, state.st_mtime_ns, state.st_size) == document.sha256:
                return path
        except (OSError, CorpusError):
            continue
    return None


@lru_cache(maxsize=256)
def _hash_of(path: Path, _modified: int, _size: int) -> str:
    """Return a file's hash; it is read again only when it was written again."""
    return hash_file(path)


def render_page(path: Path, number: int, quote: str = "") -> bytes:
    """Return a page of a PDF file as a PNG image, with the words of a quotation highlighted.

    Args:
        path: The PDF file.
        number: The page, from 1.
        quote: What to highlight; a part that the page does not hold is left out.

    Raises:
        UnreadableFile: If the file is damaged.
        IndexError: If there is no such page.
    """
    import pypdfium2

    with _pdfium, damage_reported(path, "PDF"):
        document = pypdfium2.PdfDocument(path)
        try:
            count = len(document)
            if 1 <= number <= count:
                page = document[number - 1]
                scale = PAGE_WIDTH / max(1.0, page.get_width())
                image = page.render(scale=scale).to_pil().convert("RGB")
                boxes = _boxes_of(page, quote)
        finally:
            document.close()
    if not 1 <= number <= count:
        raise IndexError(number)
    return _as_png(image, boxes, scale)


def _boxes_of(page: Any, quote: str) -> list[tuple[float, float, float, float]]:
    """Return where the letters of a quotation are: left, top, right, bottom, in points from the top."""
    textpage = page.get_textpage()
    height = page.get_height()
    letters, rows = [], []
    for row in range(textpage.count_chars()):
        for letter in bare_letters(textpage.get_text_range(row, 1, errors="ignore")):
            letters.append(letter)
            rows.append(row)
    wanted = bare_letters(quote)
    found = "".join(letters).find(wanted) if wanted else -1
    if found < 0:
        return []
    boxes = []
    for row in dict.fromkeys(rows[found : found + len(wanted)]):
        left, bottom, right, top = textpage.get_charbox(row, loose=True)
        boxes.append((left, height - top, right, height - bottom))
    return boxes


def _as_png(image: Any, boxes: list[tuple[float, float, float, float]], scale: float) -> bytes:
    from PIL import Image, ImageChops, ImageDraw

    layer = Image.new("RGB", image.size, "white")
    draw = ImageDraw.Draw(layer)
    for box in boxes:
        draw.rectangle([value * scale for value in box], fill=HIGHLIGHT)
    data = BytesIO()
    ImageChops.multiply(image, layer).save(data, "PNG")  # as a felt pen does: the letters stay black
    return data.getvalue()
