"""The rules for one line: is it a title, of what rank, and what do breadcrumbs call it.

The rules are data: a pattern and a rank, outermost first.  Which apply is decided by what the text
shows, never by the name of the file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.corpus.shapes import (
    BOLD_TITLE,
    BULLET,
    DECIMAL,
    ENUMERATED,
    LABELLED,
    LETTER,
    MARKDOWN_HEADING,
    ROMAN,
    SHEET_SECTION,
    ends_sentence,
    is_hanging,
    is_row,
    is_upper,
)
from assistant.french import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.records import Document

PART, CAHIER, BACK_MATTER, TERRITORY, MATTER, ROMAN_RANK, LETTER_RANK, CAPITALS = 0, 5, 8, 10, 15, 20, 25, 35
BRACKETED = 33  # "I)", "1)": under "A.", above the titles without a number
LAW, ARTICLE, DECIMAL_RANK, LOWER, SHEET, PLAIN, COLON, BOX = 42, 45, 50, 53, 55, 60, 63, 66
LABEL_RANKS = {
    "cahier": CAHIER, "livre": 16, "partie": 17, "titre": 18, "engagement": 18, "annexe": MATTER, "chapitre": 22,
    "module": 22, "section": 27, "axe": 30, "orientation": 30, "defi": 30, "volet": 30, "theme": 30, "phase": 30,
    "etape": 40, "objectif": 38, "fiche": 40, "fiche-action": 40, "fiche action": 40, "priorite": 40, "mesure": 40,
    "article": ARTICLE, "art.": ARTICLE, "action": 57,
}  # fmt: skip
# The numbers leave room between the families; what matters is their order.

_GLOSSARY = r"glossaire.*|lexique|(?:liste des )?(?:sigles|acronymes|abr[ée]viations)"
_CLOSING = rf"{_GLOSSARY}|sources?|bibliographie|remerciements|contacts?"
GLOSSARY = re.compile(rf"{_GLOSSARY}|d[ée]finitions$", re.IGNORECASE)
_BACK_MATTER = re.compile(rf"(?:{_CLOSING})\b", re.IGNORECASE)
# Titles that open or close a text, and hold no numbered title: these follow them.
_LEAF = re.compile(
    r"(?:introduction|pr[ée]ambule|conclusions?|avant-propos|propos introductifs|[ée]dito(?:rial)?(?: .*)?|"
    rf"mot d[eu] .*|signatures?|sommaire|{_CLOSING})\s*:?",
    re.IGNORECASE,
)
_ANNEXES = re.compile(r"ANNEXES?\b.*|Annexes?(?: [A-Z0-9].*)?")
# What a plan appends under a title of its own: its action sheets, the table that sums up the one before
_APPENDED = re.compile(
    r"(?:les )?fiches[- ]actions?\b(?!.*\d+ :).*|tableaux? (?:bilan|de synthèse|récapitulatif)s?\b.*",
    re.IGNORECASE,
)
_LAW = re.compile(r"(?:LOI|CODE|D[ÉE]CRET|ORDONNANCE|ARR[ÊE]T[ÉE]|CIRCULAIRE)\b")
_TERRITORY = re.compile(r"LE TERRITOIRE (?:DE|DU|DES)\b.*")
_LOWER_LETTER = re.compile(r"[a-h][.)]\s+(?=[A-ZÀ-ÖØ-Þ])")
# "Du schéma départemental de la jeunesse": says where the sheets named below it are
REFERENCE = re.compile(
    r"(?:D(?:u|e la|es|e l[’'])|Au?x?|L[ea]s?|L[’']) ?(?:schéma|cahier|pacte|plan|programme|politique)",
    re.IGNORECASE,
)
# Sentences that open a box: the first words name it, and belong to its text.
_BOX = re.compile(r"(Dans une optique (?:de |d[’'])[\w-]+)\b")
MAX_TITLE = 140
MAX_LABELLED = 300  # the actions of a plan are sentences


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the clean text, with what the raw text had around it."""

    start: int
    end: int
    text: str
    indent: bool  # indented in the raw text
    blank: int  # blank lines before it in the raw text

    @property
    def is_bullet(self) -> bool:
        """Whether it starts with a bullet or an enumeration, or lost one."""
        return self.has_mark or (self.indent and self.blank > 0)

    @property
    def has_mark(self) -> bool:
        """Whether it starts with a bullet or an enumeration."""
        return BULLET.match(self.text) is not None or ENUMERATED.match(self.text) is not None


@dataclass(frozen=True, slots=True)
class Title:
    """What a line opens."""

    rank: int
    text: str  # as breadcrumbs show it
    label: str = ""  # "fiche", "article", …: the family of a labelled or numbered title
    leaf: bool = False
    own_line: bool = True  # false when the line is text whose first words name what it opens
    level: int = 0  # of a Markdown title


def read_rows(document: Document) -> list[Row]:
    """Split a clean text into its lines, with what the raw text had before each."""
    raw = "".join(document.raw_pages)
    starts = document.raw_spans[:, 0].tolist()
    ends = document.raw_spans[:, 1].tolist()
    rows: list[Row] = []
    place = last = 0
    for line in document.text.split("\n"):
        start, end, place = place, place + len(line), place + len(line) + 1
        if not line.strip():
            continue
        gap = raw[last : starts[start]].replace("\r\n", "\n")
        last = ends[end - 1]
        margin = gap[gap.rfind("\n") + 1 :]
        indent = bool(margin) and margin.isspace() and "\t" not in margin
        rows.append(Row(start, end, line, indent, max(0, gap.count("\n") - 1)))
    return rows


def display(text: str) -> str:
    """Return a title as breadcrumbs show it: without marks, without a last colon, cut when long."""
    text = re.sub(r"^#{1,6}\s+|\*\*|__|</?\w+>", "", text).strip(" :.–-•")
    text = re.sub(r"\s+", " ", text)
    if len(text) > MAX_TITLE:
        text = text[:MAX_TITLE].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
    return text


def marked_title(line: str) -> Title | None:
    """Read a Markdown title, or a line in bold by itself."""
    heading = MARKDOWN_HEADING.match(line)
    if heading:
        level = len(heading[1])
        text = re.sub(r"\*\*|__", "", line[heading.end() :]).strip()
        known = known_title(text)
        return replace(known, level=level) if known else Title(54 + level, display(text), level=level)
    if line.startswith(("**", "__")) and BOLD_TITLE.fullmatch(line) and len(line) <= 2 * MAX_TITLE:
        text = line.strip("*_ ")
        return known_title(text) or Title(PLAIN, display(text), "bold")
    return None


def known_title(text: str) -> Title | None:
    """Apply the rules to a text that is known to be a title."""
    if _LEAF.fullmatch(text):
        return Title(BACK_MATTER if _BACK_MATTER.match(text) else MATTER, display(text), "matter", leaf=True)
    if _ANNEXES.fullmatch(text):
        return Title(MATTER, display(text), "matter")
    if _LAW.match(text):
        return Title(LAW, display(text), "law")
    return _labelled_title(text) or _lettered_title(text)


def _labelled_title(text: str) -> Title | None:
    """Read "Fiche n° 3 : …", "Article 8", "Titre II"."""
    found = LABELLED.match(text)
    if not found:
        return None
    label = fold(found["label"])
    return Title(LABEL_RANKS[label], display(text), label)


def _lettered_title(text: str) -> Title | None:
    """Read "II. …", "A. …", "a. …", "2.1 …"."""
    if ROMAN.match(text):
        return Title(BRACKETED if ")" in text[:6] else ROMAN_RANK, display(text), "roman")
    if LETTER.match(text):
        return Title(LETTER_RANK, display(text), "letter")
    if _LOWER_LETTER.match(text):
        return Title(LOWER, display(text), "lower")
    decimal = DECIMAL.match(text)
    if not decimal:
        return None
    depth = decimal[1].count(".")
    return Title(DECIMAL_RANK + min(depth, 2), display(text), f"decimal{depth}")


def numbered_title(line: str, index: int, rows: Sequence[Row]) -> Title | None:
    """Apply the rules to a line of text, which may be a sentence or an entry of a list."""
    if not (line[0].isupper() or line[0].isdigit()):
        return None
    box = _BOX.match(line)
    if box:
        return Title(BOX, display(box[1]), "box", own_line=False)
    if SHEET_SECTION.match(line) and len(line) < 110 and not line.endswith((".", ";")):
        return Title(SHEET, display(line), "sheet")
    labelled = _labelled_title(line) if len(line) <= MAX_LABELLED else None
    if labelled:
        return None if labelled.rank == ARTICLE and _quotes_article(line) else labelled
    if len(line) > MAX_TITLE or line[-1] in ";," or (ends_sentence(line) and not _LEAF.fullmatch(line)):
        return None
    return _short_title(line, index, rows)


def _quotes_article(line: str) -> bool:
    """Say whether a line gives the text of an article, and not its title."""
    rest = line[LABELLED.match(line).end() :]  # type: ignore[union-attr]  # asked of labelled lines
    return bool(rest) and (rest[0] in '«“"' or len(rest) > MAX_TITLE or ends_sentence(rest))


def _short_title(line: str, index: int, rows: Sequence[Row]) -> Title | None:  # noqa: PLR0911 - one rule a line
    """Apply the rules to a short line that is not a sentence."""
    if _LEAF.fullmatch(line) and not rows[index].has_mark:
        return known_title(line)
    upper = is_upper(line)
    if upper and _TERRITORY.fullmatch(line):
        return Title(TERRITORY, display(line), "territory")
    if (_APPENDED.fullmatch(line) and len(line) < 80) or (upper and _ANNEXES.fullmatch(line)):
        return Title(MATTER, display(line), "matter")
    if _LAW.match(line) and sum(map(str.isupper, line)) > 0.6 * sum(map(str.isalpha, line)):
        return Title(LAW, display(line), "law")
    if is_row(line) or is_hanging(line):
        return None
    lettered = _lettered_title(line)
    if lettered:  # "A. Martin, directeur" is a person
        return None if lettered.label == "letter" and "," in line[:25] else lettered
    if upper and _is_capital_title(index, rows):
        return Title(CAPITALS, display(line), "capitals")
    return None


def _is_capital_title(index: int, rows: Sequence[Row]) -> bool:
    """Say whether a line in capitals is a title rather than an acronym or the cell of a table."""
    line = rows[index].text
    if sum(map(str.isalpha, line)) < 8 or rows[index].has_mark or sum(map(str.isdigit, line)) > 4:
        return False
    following = rows[index + 1].text if index + 1 < len(rows) else ""
    return len(following) >= 60 or bool(following and known_title(following)) or line.endswith(":")
