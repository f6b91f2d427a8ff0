"""Pages of PDF files as images."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from fpdf import FPDF
from PIL import Image, ImageChops

from assistant.corpus.printed import PAGE_WIDTH, render_page
from assistant.errors import UnreadableFile


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    made = FPDF()
    made.set_font("Helvetica", size=14)
    made.add_page()
    for text in ("Le phare est ouvert le samedi.", "La barque part le matin."):
        made.multi_cell(0, 40, text, new_x="LMARGIN", new_y="NEXT")
    made.output(str(tmp_path / "phare.pdf"))
    return tmp_path / "phare.pdf"


def image_of(path: Path, quote: str = "") -> Image.Image:
    return Image.open(BytesIO(render_page(path, 1, quote)))


def test_a_page_has_a_readable_width(pdf: Path) -> None:
    assert image_of(pdf).width == pytest.approx(PAGE_WIDTH, abs=1)


@pytest.mark.parametrize(
    ("quote", "upper"),
    [("phare est\nouvert", True), ("La barque  part", False), ("La bar-\nque part", False)],
)
def test_the_quotation_is_highlighted_where_it_stands(pdf: Path, quote: str, upper: bool) -> None:
    plain, marked = image_of(pdf), image_of(pdf, quote)

    changed = ImageChops.difference(plain, marked).getbbox()

    assert changed is not None
    top, bottom = changed[1], changed[3]
    line = plain.height * 40 / 297  # of 40 mm on a page of 297 mm
    first = plain.height * 10 / 297
    assert (
        (first < top < bottom < first + line) if upper else (first + line < top < bottom < first + 2 * line)
    )


@pytest.mark.parametrize("quote", ["", "…", "un canot à moteur"])
def test_words_that_are_not_on_the_page_change_nothing(pdf: Path, quote: str) -> None:
    assert ImageChops.difference(image_of(pdf), image_of(pdf, quote)).getbbox() is None


def test_the_letters_stay_black_under_the_highlight(pdf: Path) -> None:
    assert image_of(pdf, "La barque part").getextrema() == image_of(pdf).getextrema() == ((0, 255),) * 3


def test_a_page_that_is_not_there_is_said_so(pdf: Path) -> None:
    with pytest.raises(IndexError):
        render_page(pdf, 2)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mauvais.pdf"
    path.write_bytes(b"%PDF-1.7 rien")

    with pytest.raises(UnreadableFile, match=r"mauvais\.pdf"):
        render_page(path, 1)
