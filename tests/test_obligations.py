from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from icalendar import Calendar

from assistant.obligations import (
    HEADER,
    Duty,
    duties_to_calendar,
    duties_to_csv,
    duties_to_table,
    list_duties,
    next_day,
)
from assistant.records import DocumentInfo, Obligation

INFO = DocumentInfo("charte", "Charte de Valmont")


def duty(**values: str) -> Duty:
    return Duty(
        Obligation(**{"who": "La ville", "modality": "doit", "duty": "payer"} | values),
        INFO,
        "Article 1",
        "f",
    )


def test_every_obligation_of_every_fiche_is_listed_with_its_place(assistant) -> None:
    duties = list_duties(assistant.index.knowledge)

    assert {("La ville et le prestataire", "Charte › Article 3"), ("L’intendant", "Guide › Repas")} == {
        (d.obligation.who, d.place) for d in duties
    }


def test_the_csv_is_read_back_by_a_csv_reader_with_its_header() -> None:
    rows = list(csv.reader(io.StringIO(duties_to_csv([duty(duty='dire "oui", ou\nnon')]))))

    assert list(HEADER) == rows[0]
    assert rows[1][2] == 'dire "oui", ou\nnon'


@pytest.mark.parametrize("start", "=+-@")
def test_a_cell_that_a_spreadsheet_would_run_is_made_text(start: str) -> None:
    rows = list(csv.reader(io.StringIO(duties_to_csv([duty(duty=f"{start}cmd()")]))))

    assert rows[1][2] == f"'{start}cmd()"


def test_a_yearly_date_becomes_a_yearly_event_with_a_reminder() -> None:
    text = duties_to_calendar([duty(date="04-30", deadline="avant le 30 avril")], today=date(2026, 5, 1))

    (event,) = Calendar.from_ical(text).walk("VEVENT")

    assert event["dtstart"].dt == date(2027, 4, 30)
    assert event["rrule"]["freq"] == ["YEARLY"]
    assert "avant le 30 avril" in event["description"]
    assert len(event.walk("VALARM")) == 1


def test_a_single_date_becomes_a_single_event_and_no_date_none() -> None:
    text = duties_to_calendar(
        [duty(date="2027-12-31"), duty(delay="P1M", event="signature")], today=date(2026, 1, 1)
    )

    (event,) = Calendar.from_ical(text).walk("VEVENT")

    assert event["dtstart"].dt == date(2027, 12, 31)
    assert "rrule" not in event


@pytest.mark.parametrize(
    ("month_day", "today", "expected"),
    [
        ("04-30", date(2026, 4, 30), date(2026, 4, 30)),
        ("04-30", date(2026, 5, 1), date(2027, 4, 30)),
        ("02-29", date(2026, 1, 1), date(2026, 2, 28)),
        ("02-29", date(2028, 1, 1), date(2028, 2, 29)),
    ],
)
def test_next_day(month_day: str, today: date, expected: date) -> None:
    assert next_day(month_day, today) == expected


def test_the_table_says_who_what_when_and_where() -> None:
    text = duties_to_table([duty(date="04-30", recurrence="annuel")])

    assert "La ville doit payer" in text
    assert "échéance : le 30/04" in text
    assert "Charte de Valmont — Article 1" in text
