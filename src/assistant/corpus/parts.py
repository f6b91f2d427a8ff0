"""The texts that one file holds: known by their first line, or by the footers of the pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.corpus.shapes import LABELLED, is_upper
from assistant.corpus.titles import BACK_MATTER, CAHIER, MAX_TITLE, TERRITORY, Title, display
from assistant.french import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.corpus.titles import Row
    from assistant.records import Document

# The titles of a diagnostic name its territory, which may have no title of its own.
_IMPLIED_TERRITORY = re.compile(r"DIAGNOSTIC TERRITORIAL DU (TERRITOIRE D.+)$")
_COUNTER = re.compile(r"(?im)^[ \t]*pag\w*[ \t]+\d+[ \t]+(?:sur|/|de)[ \t]+\d+")


@dataclass(frozen=True, slots=True)
class PartRule:
    """A file may hold several texts; how the first line of one is known, and what to call it."""

    opening: re.Pattern[str]
    evidence: re.Pattern[str]  # must be found in the text that follows; its first group completes the name
    name: str
    reach: int = 2000  # characters in which the evidence is sought
    template: str = ""  # the name when blanks are left to fill in


PARTS = (
    PartRule(re.compile(r"D[EÉ]LIB[EÉ]RATION\b"), re.compile(r"N\s?°\s?(\d{4}[-–]\d+)"), "Délibération {}"),
    PartRule(re.compile(r"RAPPORT N\s?°\s?\d+$"), re.compile(r"RAPPORT N\s?°\s?(\d+)"), "Rapport n° {}", 30),
    PartRule(
        re.compile(r"(?:Objet : )?C(?:ONVENTION|onvention)\b(?! DE PART)"), re.compile(r"(?=Article 1\b)"),
        "Convention", 6000, "Convention type",
    ),
    PartRule(re.compile(r"Activité \d{4}\b"), re.compile(r"(Activité \d{4})"), "{}", 20),
    PartRule(re.compile(r"Préambule\s?:?$"), re.compile(r"\bce (référentiel(?: des pratiques)?)\b"), "{}"),
    PartRule(re.compile(r"ANNEXES?$"), re.compile(r"(?=ANNEXE)"), "Annexes", 10),
)  # fmt: skip
# What is left to fill in makes a text a model
_BLANKS = re.compile(r"\bJJ\b|\bX ETP\b|Commune X|….…|\bxxxx\b")


def find_parts(rows: Sequence[Row], text: str) -> dict[int, str]:
    """Find where the texts of a file start, if it holds several, and what to call them."""
    found: dict[int, str] = {}
    names: set[str] = set()
    for index, row in enumerate(rows):
        if len(row.text) > 250 or row.text[0] not in "DRCOAP":
            continue
        for rule in PARTS:
            evidence = rule.opening.match(row.text) and rule.evidence.search(
                text, row.start, row.start + rule.reach
            )
            if not evidence:
                continue
            name = rule.name.format(*evidence.groups())
            if rule.template and _BLANKS.search(text, row.start, row.start + rule.reach):
                name = rule.template
            name = name[0].upper() + name[1:]
            if name not in names:
                names.add(name)
                found[index] = name
            break
    return found if len(names) > 1 else {}


def running_labels(document: Document) -> list[tuple[int, str]]:
    """Return the line above each page counter of the raw text that names a part, with its place."""
    raw = "".join(document.raw_pages)
    labels: list[tuple[int, str]] = []
    for match in _COUNTER.finditer(raw):
        above = raw[max(0, match.start() - 300) : match.start()].rstrip().rsplit("\n", 1)[-1].strip()
        if ":" in above and LABELLED.match(above):
            labels.append((match.start(), re.sub(r"\s+", " ", above)))
    return labels if len({label for _, label in labels}) > 1 else []


def open_running_labels(
    opened: dict[int, list[Title]], rows: Sequence[Row], labels: Sequence[tuple[int, str]], document: Document
) -> None:
    """Open the parts that the footers name where their title stands, or where a new text begins."""
    if not labels:
        return
    raw_starts = [int(document.raw_spans[row.start, 0]) for row in rows]
    capitals = {
        index: _key(row.text)
        for index, row in enumerate(rows)
        if len(row.text) <= MAX_TITLE and is_upper(row.text)
    }
    heads: dict[str, int] = {}
    for place, label in labels:
        heads.setdefault(re.split(r" [–-] ", label, maxsplit=1)[0], place)
    begun = 0
    ends = [*list(heads.values())[1:], max(raw_starts, default=0) + 1]
    for (head, first), end in zip(heads.items(), ends, strict=True):
        name = _key(head.split(":", 1)[1])
        window = [index for index in range(len(rows)) if begun <= raw_starts[index] < end]
        start = next((index for index in window if capitals.get(index) == name), None)
        if start is None:
            start = _text_start(opened, [index for index in window if raw_starts[index] < first])
        if start is not None:
            own = [] if capitals.get(start) == name else opened.get(start, [])
            opened[start] = [Title(CAHIER, display(head), "cahier"), *own]
            begun = raw_starts[start] + 1
    for index in sorted(opened):
        implied = _IMPLIED_TERRITORY.search(opened[index][-1].text)
        if implied:
            opened[index].insert(0, Title(TERRITORY, display(implied[1]), "territory"))


def _text_start(opened: dict[int, list[Title]], window: Sequence[int]) -> int | None:
    """Return the first opening title after the last closing one: where a new text begins."""
    last = max((i for i in window if i in opened and opened[i][0].rank == BACK_MATTER), default=None)
    if last is None:
        return None
    return next((i for i in window if i > last and i in opened and opened[i][0].leaf), None)


def _key(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", fold(text)))
