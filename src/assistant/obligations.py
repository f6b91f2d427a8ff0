"""The register of obligations: who must do what, by when, according to which text."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.records import DocumentInfo, Obligation
    from assistant.search.index import Knowledge

REMINDER = timedelta(days=30)
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
)


@dataclass(frozen=True, slots=True)
class Duty:
    """An obligation with the place that creates it."""

    obligation: Obligation
    document: DocumentInfo
    place: str
    fiche_id: str

    def row(self) -> tuple[str, ...]:
        """Return the cells of ``HEADER``."""
        o = self.obligation
        return (
            o.who, o.modality, o.duty, o.to, o.deadline or due_text(o), o.recurrence, o.condition,
            self.document.name, self.place, self.fiche_id,
        )  # fmt: skip


def list_duties(knowledge: Knowledge) -> list[Duty]:
    """Return every obligation of every fiche, in the order of the documents."""
    return [
        Duty(obligation, knowledge.infos[source.document], source.place, fiche.id)
        for fiche in knowledge.fiches
        for source in fiche.sources[:1]
        for obligation in fiche.obligations
    ]


def due_text(obligation: Obligation) -> str:
    """Say in French when a dated obligation is due, where its own words do not."""
    if not obligation.date:
        return ""
    *_, month, day = obligation.date.split("-")
    year = f"/{obligation.date[:4]}" if len(obligation.date) == 10 else ""
    return f"le {day}/{month}{year}"


def duties_to_csv(duties: Iterable[Duty]) -> str:
    """Return the register as CSV (RFC 4180); cells that a spreadsheet would run are quoted as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for duty in duties:
        writer.writerow([f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell for cell in duty.row()])
    return out.getvalue()


def duties_to_table(duties: Sequence[Duty]) -> str:
    """Return the register as text for a terminal, an obligation a paragraph."""
    parts = []
    for duty in duties:
        o = duty.obligation
        lines = [f"{o.who} {o.modality} {o.duty}{f' ({o.to})' if o.to else ''}"]
        for label, value in (
            ("échéance", o.deadline or due_text(o)), ("périodicité", o.recurrence), ("condition", o.condition),
        ):  # fmt: skip
            if value:
                lines.append(f"    {label} : {value}")
        lines.append(f"    source : {duty.document.name} — {duty.place}")
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
        }
        for d in duties
    ]


def duties_to_calendar(duties: Iterable[Duty], *, today: date) -> str:
    """Return a calendar file of the duties that have a date: each year, or once; a reminder before each.

    Those that depend on an event have no date and are left out.
    """
    from icalendar import Alarm, Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//assistant//obligations//FR")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Obligations")
    for number, duty in enumerate(dated(duties)):
        o = duty.obligation
        event = Event()
        yearly = len(o.date) == 5
        day = next_day(o.date, today) if yearly else date.fromisoformat(o.date)
        event.add("uid", f"{duty.fiche_id}-{number}@assistant")
        event.add("dtstamp", today)
        event.add("summary", f"{o.who} {o.modality} {o.duty}")
        details = [f"Échéance : {o.deadline}" if o.deadline else "", f"À : {o.to}" if o.to else ""]
        details.append(f"Source : {duty.document.name} — {duty.place}")
        event.add("description", "\n".join(filter(None, details)))
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        if yearly:
            event.add("rrule", {"freq": "yearly"})
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", o.duty)
        alarm.add("trigger", -REMINDER)
        event.add_component(alarm)
        calendar.add_component(event)
    text: str = calendar.to_ical().decode("utf-8")
    return text


def dated(duties: Iterable[Duty]) -> list[Duty]:
    """Return the duties that a calendar can hold."""
    return [duty for duty in duties if re.fullmatch(r"(?:\d{4}-)?\d\d-\d\d", duty.obligation.date)]


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
