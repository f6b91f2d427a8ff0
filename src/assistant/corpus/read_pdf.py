"""PDF, page by page, by pypdf."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING

from assistant.corpus.reading import (
    Limits,
    Reading,
    check_text_size,
    damage_reported,
    locked,
    one_line,
    too_large,
)
from assistant.errors import NoTextFound, UnreadableFile

if TYPE_CHECKING:
    from pypdf import DocumentInformation, PdfReader

logger = logging.getLogger(__name__)


def read_pdf(data: bytes, path: PurePath, limits: Limits) -> Reading:
    """Read the text of each page.

    A page that pypdf cannot read is left empty, with a warning: one bad font in a long document
    must not hide the rest.

    Raises:
        UnreadableFile: Encrypted, damaged or too large.
        NoTextFound: No page has text.
    """
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, LimitReachedError

    with damage_reported(path, "PDF"), _pypdf_silenced() as complaints:
        try:
            reader = PdfReader(BytesIO(data))
            # Many files are encrypted with an empty password, only to forbid printing.
            if reader.is_encrypted and not reader.decrypt(""):
                raise locked(path)
            if (page_count := len(reader.pages)) > limits.max_pages:
                raise too_large(path, f"{page_count} pages, plus que {limits.max_pages}")
            pages = _read_pages(reader, page_count, path, limits)
            if not any(page.strip() for page in pages):
                raise _no_text(path, damaged=bool(complaints) and not _has_images(reader))
            title, author, created = _read_metadata(reader)
        except FileNotDecryptedError as error:
            raise locked(path) from error
        except DependencyError as error:
            raise UnreadableFile(
                path,
                "le fichier est chiffré d’une façon que cette installation ne lit pas.",
                "Enregistrez-en une copie sans protection.",
            ) from error
        except LimitReachedError as error:
            raise too_large(path, "une de ses parties se décompresse en un volume anormal") from error
    return Reading(pages, paged=True, title=title, author=author, created=created)


def _no_text(path: PurePath, *, damaged: bool) -> UnreadableFile | NoTextFound:
    if damaged:
        return UnreadableFile(
            path, "le fichier PDF est endommagé : ses pages sont illisibles.", "Demandez une autre copie."
        )
    return NoTextFound(
        path,
        "le PDF est un scan sans couche de texte.",
        "Ajoutez-la par une reconnaissance de caractères (OCR), par exemple : "
        f"ocrmypdf -l fra '{path.name}' '{path.stem}-ocr.pdf'",
    )


def _has_images(reader: PdfReader) -> bool:
    """Say whether a page shows an image, as each page of a scan does."""
    for page in reader.pages:
        resources = page.get("/Resources")
        objects = resources.get_object().get("/XObject") if resources is not None else None
        names = objects.get_object() if objects is not None else {}
        if any(names[name].get_object().get("/Subtype") == "/Image" for name in names):
            return True
    return False


def _read_pages(reader: PdfReader, page_count: int, path: PurePath, limits: Limits) -> tuple[str, ...]:
    pages: list[str] = []
    failures: list[int] = []
    first_error: Exception | None = None
    chars = 0
    for number in range(1, page_count + 1):
        try:
            text = reader.pages[number - 1].extract_text()
        except Exception as error:  # see damage_reported: pypdf promises no class
            text = ""
            failures.append(number)
            first_error = first_error or error
        chars += len(text)
        check_text_size(chars, path, limits)
        pages.append(text)
    if first_error is not None:
        if len(failures) == page_count:
            raise first_error
        logger.warning("pdf_pages_unreadable path=%s pages=%s", path, failures)
    blank = [number for number, page in enumerate(pages, start=1) if not page.strip()]
    if blank and len(blank) < page_count:
        logger.info("pdf_pages_without_text path=%s pages=%d of=%d", path, len(blank), page_count)
    return tuple(pages)


def _read_metadata(reader: PdfReader) -> tuple[str, str, date | None]:
    try:
        information = reader.metadata
        if information is None:
            return "", "", None
        return one_line(information.title or ""), one_line(information.author or ""), _created(information)
    except Exception as error:  # see damage_reported; a bad title is no reason to lose the text
        logger.debug("pdf_metadata_unreadable error=%r", error)
        return "", "", None


def _created(information: DocumentInformation) -> date | None:
    try:
        moment = information.creation_date
    except ValueError:  # dates are free text in practice
        return None
    return moment.date() if moment else None


@contextmanager
def _pypdf_silenced() -> Iterator[list[str]]:
    """Keep what pypdf logs about odd files away from the user's terminal, and list it."""
    complaints: list[str] = []

    class Collect(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complaints.append(record.getMessage())

    source = logging.getLogger("pypdf")
    handler, propagated = Collect(), source.propagate
    source.addHandler(handler)
    source.propagate = False
    try:
        yield complaints
    finally:
        source.removeHandler(handler)
        source.propagate = propagated
        for complaint in complaints:
            logger.debug("pypdf: %s", complaint)
