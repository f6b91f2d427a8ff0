"""What the readers share: their limits, their result and the Markdown form they write.

A reader turns the bytes of one file into the text of its pages.  DOCX, ODT and HTML come out in
Markdown form, so that one structure parser serves all formats.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from assistant.errors import AssistantError, UnreadableFile

DEEPEST_HEADING = 6  # of Markdown
WIDEST_SPAN = 100  # cells one cell may cover or repeat: spreadsheets pad rows to thousands


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one file may hold.  A larger one is refused: it would fill the machine."""

    max_file_bytes: int = 200_000_000
    max_pages: int = 5_000
    max_text_chars: int = 20_000_000  # sixteen times the longest document known
    max_unpacked_bytes: int = 500_000_000  # of a DOCX or ODT, images included
    max_unpacked_ratio: int = 200  # Word's own XML shrinks 10 to 50 times, a bomb 1,000 times
    max_package_entries: int = 10_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in a file.  The fields mean what they mean in ``RawDocument``."""

    pages: tuple[str, ...]
    paged: bool = False
    encoding: str = ""
    title: str = ""
    author: str = ""
    created: date | None = None


PageReader = Callable[[bytes, PurePath, Limits], Reading]  # the path serves the messages


@contextmanager
def damage_reported(path: PurePath, kind: str) -> Iterator[None]:
    """Turn what a library raises on a damaged file into one error that names the file."""
    try:
        yield
    except AssistantError:
        raise
    # pypdf, python-docx and odfpy promise nothing for damaged files.  Beside their own classes,
    # cutting and flipping bytes brought out KeyError, IndexError, ValueError, AttributeError,
    # EOFError, LookupError, NotImplementedError, RecursionError, zlib.error and lxml's and expat's own.
    except Exception as error:
        raise UnreadableFile(
            path,
            f"le fichier {kind} est endommagé.",
            "Ouvrez-le dans son logiciel et enregistrez-le de nouveau, ou demandez une autre copie.",
        ) from error


def locked(path: PurePath) -> UnreadableFile:
    """Return the error of a file that asks for a password."""
    return UnreadableFile(
        path,
        "le fichier est chiffré par un mot de passe.",
        "Enregistrez-en une copie sans mot de passe.",
    )


def too_large(path: PurePath, what: str) -> UnreadableFile:
    """Return the error of a file over one of the limits."""
    return UnreadableFile(
        path, f"le fichier est trop volumineux : {what}.", "Découpez-le en plusieurs fichiers."
    )


def check_text_size(chars: int, path: PurePath, limits: Limits) -> None:
    """Refuse a text over the limit."""
    if chars > limits.max_text_chars:
        raise too_large(path, f"plus de {limits.max_text_chars} caractères de texte")


def one_line(text: str) -> str:
    r"""Replace every run of blanks by one space.

    >>> one_line("  Rapport\n  annuel ")
    'Rapport annuel'
    """
    return " ".join(text.split())


def parse_day(text: str) -> date | None:
    """Read the day of an ISO 8601 date or time; None when there is none.

    >>> parse_day("2024-05-17T09:30:00Z")
    datetime.date(2024, 5, 17)
    >>> parse_day("mai 2024")
    """
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


# --- the Markdown form -----------------------------------------------------------------------

_ITEM = re.compile(r"\s*(?:-|\d+[.)])\s")
_NUMBER = re.compile(r"\d+[.)]")
_MARKER = re.compile(r"^\s*(?:#+|-)\s+", re.MULTILINE)


def markdown_heading(level: int, text: str) -> str:
    """Write a heading; levels start at 1.

    >>> markdown_heading(2, "Les horaires")
    '## Les horaires'
    """
    return f"{'#' * max(1, min(level, DEEPEST_HEADING))} {one_line(text)}"


def markdown_item(depth: int, label: str, text: str) -> str:
    r"""Write an item of a list; ``depth`` starts at 0, ``label`` is its number or empty.

    >>> print(markdown_item(0, "2.", "Signer"), markdown_item(1, "", "la convention"), sep="\n")
    2. Signer
      - la convention
    >>> markdown_item(0, "a)", "Signer")
    '- a) Signer'
    """
    if not label:
        marker = "-"
    elif _NUMBER.fullmatch(label):
        marker = label
    else:  # Markdown has no letters for items: they are kept as words
        marker = f"- {label}"
    return f"{'  ' * depth}{marker} {one_line(text)}"


def markdown_cell(blocks: Iterable[str]) -> str:
    """Write the content of a cell on one line."""
    return one_line(" ".join(_MARKER.sub("", block) for block in blocks)).replace("|", "\\|")


def markdown_table(rows: Iterable[Sequence[str]]) -> str:
    """Write a table whose first row is its header.  Empty rows and columns at the end go.

    >>> print(markdown_table([["Ville", "Équipes"], ["Valbourg", "3"]]))
    | Ville | Équipes |
    | --- | --- |
    | Valbourg | 3 |
    """
    filled = [list(row) for row in rows if any(row)]
    width = max((column + 1 for row in filled for column, cell in enumerate(row) if cell), default=0)
    lines = ["| " + " | ".join((row + [""] * width)[:width]) + " |" for row in filled]
    if lines:
        lines.insert(1, "|" + " --- |" * width)
    return "\n".join(lines)


def join_markdown(blocks: Iterable[str]) -> str:
    """Join blocks: items of a list on following lines, all else parted by a blank line."""
    previous_is_item = False
    parts: list[str] = []
    for block in blocks:
        if not block.strip():
            continue
        is_item = _ITEM.match(block) is not None
        if parts:
            parts.append("\n" if is_item and previous_is_item else "\n\n")
        parts.append(block)
        previous_is_item = is_item
    text = "".join(parts)
    return text + "\n" if text else ""
