"""The register of obligations: who must do what, by when, according to which text.

It holds the obligations of the fiches and, for documents that no fiche explains, the sentences that
rules found there, which nobody has read again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from assistant.corpus.duty_rules import find_duties
from assistant.search.validity import is_expired

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.records import Document, DocumentInfo, Obligation
    from assistant.search.index import Knowledge

REMINDERS = (timedelta(days=30), timedelta(days=7))  # before the day itself
FROM_FICHE, FROM_RULE = "fiche", "trouvé par règle, non relu"
HEADER = (
    "qui",
    "modalité",
    "quoi",
    "à qui",
    "échéance",
    "périodicité",
    "condition",
    "document",
    "source",
    "fiche",
    "origine",
)
DONE = "fait le"  # the column added where the reader ticks what is done
_SEVERAL = re.compile(
    r"^(?:Les|Des|Ces|Ceux|Tous|Toutes|Certains|Certaines)\b|\b(?:et|ainsi que)\b", re.IGNORECASE
)
_PLURALS = {
    "doit": "doivent",
    "ne doit pas": "ne doivent pas",
    "peut": "peuvent",
    "devrait": "devraient",
}
_YEARLY, _ONCE = r"\d\d-\d\d", r"\d{4}-\d\d-\d\d"


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation with the place that creates it.

    Attributes:
        fiche_id: The fiche that states it; empty when rules found it.
        tags: Those of the fiche.
        span: Of a sentence found by rules: where it lies in its document.
    """

    obligation: Obligation
    document: DocumentInfo
    place: str
    fiche_id: str
    tags: tuple[str, ...] = ()
    span: tuple[int, int] | None = None

    @property
    def origin(self) -> str:
        """Who says it: a fiche, or rules."""
        return FROM_FICHE if self.fiche_id else FROM_RULE

    @property
    def id(self) -> str:
        """An identifier that stays while the obligation says the same."""
        o = self.obligation
        said = "\0".join((o.who, o.modality, o.duty, o.to, o.deadline, o.date, o.condition))
        digest = hashlib.sha256(said.encode()).hexdigest()[:10]
        return f"{self.fiche_id or self.document.id}-{digest}"

    def row(self) -> tuple[str, ...]:
        """Return the cells of ``HEADER``."""
        o = self.obligation
        return (
            o.who, o.modality, o.duty, o.to, o.deadline or due_text(o), o.recurrence, o.condition,
            self.document.name, self.place, self.fiche_id, self.origin,
        )  # fmt: skip


def list_duties(knowledge: Knowledge) -> list[Duty]:
    """Return every obligation of every fiche, then those found by rules in the other documents."""
    stated = [
        Duty(obligation, knowledge.infos[source.document], source.place, fiche.id, fiche.tags)
        for fiche in knowledge.fiches
        for source in fiche.sources[:1]
        for obligation in fiche.obligations
    ]
    explained = {source.document for fiche in knowledge.fiches for source in fiche.sources}
    for document in knowledge.documents.values():
        if document.id not in explained:
            stated += found_in(document, knowledge)
    return stated


def found_in(document: Document, knowledge: Knowledge) -> list[Duty]:
    """Return the duties that rules find in a document, each once, with the place of its passage."""
    passages = sorted((p for p in knowledge.passages if p.document_id == document.id), key=lambda p: p.start)
    duties: dict[str, Duty] = {}
    for found in find_duties(document.text):
        passage = next((p for p in reversed(passages) if p.start <= found.start), None)
        duty = Duty(
            found.obligation,
            document.info,
            passage.place if passage else "",
            "",
            (),
            (found.start, found.end),
        )
        duties.setdefault(duty.id, duty)
    return list(duties.values())


def due_text(obligation: Obligation) -> str:
    """Say in French when a dated obligation is due, where its own words do not."""
    if not obligation.date:
        return ""
    *_, month, day = obligation.date.split("-")
    year = f"/{obligation.date[:4]}" if len(obligation.date) == 10 else ""
    return f"le {day}/{month}{year}"


# --- exports ---------------------------------------------------------------------------------


def duties_to_csv(duties: Iterable[Duty], done: Mapping[str, str] | None = None) -> str:
    """Return the register as CSV (RFC 4180); cells that a spreadsheet would run are quoted as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in _rows(duties, done):
        writer.writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in row])
    return out.getvalue()


def duties_to_workbook(duties: Iterable[Duty], done: Mapping[str, str] | None = None) -> bytes:
    """Return the register as an XLSX file: one sheet, its header fixed and with filters."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = "Obligations"
    for number, row in enumerate(_rows(duties, done), 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(number, column, ILLEGAL_CHARACTERS_RE.sub("", text))
            cell.data_type = "s"  # a text that starts with "=" is no formula
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 1:
                cell.font = Font(bold=True)
    for column, name in enumerate((*HEADER, DONE), 1):
        wide = {"quoi": 60, "source": 40, "qui": 28, "document": 28, "condition": 28}
        sheet.column_dimensions[get_column_letter(column)].width = wide.get(name, 16)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _rows(duties: Iterable[Duty], done: Mapping[str, str] | None) -> Iterable[tuple[str, ...]]:
    """Return the header and the rows; with the day each was done where that is asked."""
    if done is None:
        return [HEADER, *(duty.row() for duty in duties)]
    return [(*HEADER, DONE), *((*duty.row(), done.get(duty.id, "")) for duty in duties)]


def duties_to_table(duties: Sequence[Duty]) -> str:
    """Return the register as text for a terminal, an obligation a paragraph."""
    parts = []
    for duty in duties:
        o = duty.obligation
        lines = [summary_of(duty)]
        for label, value in (
            ("échéance", o.deadline or due_text(o)), ("périodicité", o.recurrence), ("condition", o.condition),
        ):  # fmt: skip
            if value:
                lines.append(f"    {label} : {value}")
        lines.append(f"    source : {duty.document.name} — {duty.place}")
        if not duty.fiche_id:
            lines.append(f"    {FROM_RULE}")
        parts.append("\n".join(lines))
    return "\n".join(parts)


def duties_to_json(duties: Iterable[Duty]) -> list[dict[str, str]]:
    """Return the register as dictionaries."""
    return [
        {
            "who": d.obligation.who,
            "modality": d.obligation.modality,
            "duty": d.obligation.duty,
            "to": d.obligation.to,
            "deadline": d.obligation.deadline,
            "recurrence": d.obligation.recurrence,
            "condition": d.obligation.condition,
            "date": d.obligation.date,
            "delay": d.obligation.delay,
            "event": d.obligation.event,
            "document": d.document.id,
            "place": d.place,
            "fiche": d.fiche_id,
            "origin": d.origin,
        }
        for d in duties
    ]


def summary_of(duty: Duty) -> str:
    """Return an obligation as one sentence; one found by rules is a sentence already."""
    o = duty.obligation
    said = f"{o.who} {verb_of(o)} {o.duty}" if duty.fiche_id else o.duty
    return f"{said} ({o.to})" if o.to else said


def verb_of(obligation: Obligation) -> str:
    """Return the modality in the number of its subject.

    >>> from assistant.records import Obligation
    >>> verb_of(Obligation("Les éducateurs", "ne doit pas", "agir seuls"))
    'ne doivent pas'
    """
    one = obligation.modality
    if not _SEVERAL.search(obligation.who.split("(")[0]):
        return one
    return _PLURALS.get(one, one)


def duties_to_calendar(duties: Iterable[Duty], *, today: date) -> str:
    """Return a calendar file (RFC 5545) of the duties still to come: each year, or once, with reminders.

    A yearly duty ends with its document; 29 February is the last day of February.
    """
    from icalendar import Alarm, Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//assistant//obligations//FR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Obligations")
    for duty, day in to_come(duties, today):
        o = duty.obligation
        event = Event()
        event.add("uid", f"{duty.id}@assistant")
        event.add("dtstamp", datetime.combine(today, time(), UTC))
        event.add("summary", summary_of(duty))
        details = [f"Échéance : {o.deadline}" if o.deadline else "", f"À : {o.to}" if o.to else ""]
        details.append(f"Condition : {o.condition}" if o.condition else "")
        details.append(f"Source : {duty.document.name} — {duty.place}")
        details.append("" if duty.fiche_id else f"{FROM_RULE[0].upper()}{FROM_RULE[1:]}")
        event.add("description", "\n".join(filter(None, details)))
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")  # a deadline takes no one's day
        if is_yearly(o):
            rule: dict[str, object] = {"freq": "yearly"}
            if o.date == "02-29":
                rule |= {"bymonth": 2, "bymonthday": -1}
            if duty.document.valid_until:
                rule["until"] = duty.document.valid_until
            event.add("rrule", rule)
        for before in REMINDERS:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", o.duty)
            alarm.add("trigger", -before)
            event.add_component(alarm)
        calendar.add_component(event)
    text: str = calendar.to_ical().decode("utf-8")
    return text


# --- dates -----------------------------------------------------------------------------------


def to_come(duties: Iterable[Duty], today: date) -> list[tuple[Duty, date]]:
    """Return the duties with a date that is still to come, each with its next day."""
    days = ((duty, next_due(duty, today)) for duty in duties)
    return [(duty, day) for duty, day in days if day]


def next_due(duty: Duty, today: date) -> date | None:
    """Return the next day a duty is due, from today on; None without a date or when all are past."""
    o = duty.obligation
    if is_yearly(o):
        day = next_day(o.date, today)
    elif re.fullmatch(_ONCE, o.date):
        day = date.fromisoformat(o.date)
    else:
        return None
    return None if day < today or is_expired(duty.document, day) else day


def is_yearly(obligation: Obligation) -> bool:
    """Whether a duty is due on the same day each year."""
    return bool(re.fullmatch(_YEARLY, obligation.date))


def next_day(month_day: str, today: date) -> date:
    """Return the next "MM-DD" from today on; 29 February is the 28th in common years."""
    month, day = map(int, month_day.split("-"))
    for year in (today.year, today.year + 1):
        try:
            found = date(year, month, day)
        except ValueError:
            found = date(year, month, day - 1)
        if found >= today:
            return found
    return date(today.year + 1, month, day)
