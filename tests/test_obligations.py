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
    duties_to_json,
    duties_to_table,
    duties_to_workbook,
    list_duties,
    next_day,
    to_come,
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

    assert [d.origin for d in duties] == ["fiche", "fiche"]
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
    assert [alarm["trigger"].dt.days for alarm in event.walk("VALARM")] == [-30, -7]


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


# --- found by rules --------------------------------------------------------------------------


def test_a_document_without_fiches_gives_the_sentences_that_rules_find(settings) -> None:
    from assistant.pipeline import Assistant, update_index

    note = settings.corpus[0] / "note.md"
    note.write_text(
        "# Note de Valmont\n\n## Clés\n\nLe gardien doit rendre les clés au plus tard le 3 mai.\n\n"
        "## Autre\n\nLe gardien doit rendre les clés au plus tard le 3 mai.\n",
        encoding="utf-8",
    )
    update_index(settings)
    knowledge = Assistant.open(settings).index.knowledge

    (found,) = (d for d in list_duties(knowledge) if not d.fiche_id)  # each once

    assert found.origin == "trouvé par règle, non relu"
    assert (found.obligation.who, found.obligation.date) == ("Le gardien", "05-03")
    assert "Clés" in found.place
    document = knowledge.documents[found.document.id]
    assert document.text[slice(*found.span)] == "Le gardien doit rendre les clés au plus tard le 3 mai."
    assert "trouvé par règle, non relu" in duties_to_table([found])
    assert duties_to_json([found])[0]["origin"] == "trouvé par règle, non relu"


# --- the sheet -------------------------------------------------------------------------------


def test_the_sheet_is_read_back_and_runs_no_formula() -> None:
    from openpyxl import load_workbook

    hostile = duty(duty="=1+1", who="La\x07ville")

    book = load_workbook(io.BytesIO(duties_to_workbook([hostile], {hostile.id: "2026-05-02"})))

    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0] == (*HEADER, "fait le")
    assert rows[1][0] == "Laville"
    assert rows[1][-1] == "2026-05-02"
    cell = book.active["C2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert book.active.freeze_panes == "A2"
    assert book.active.auto_filter.ref == "A1:L2"


# --- the calendar ----------------------------------------------------------------------------


def test_events_are_whole_days_with_an_identifier_that_stays() -> None:
    first, second = duty(date="04-30"), duty(date="04-30", duty="écrire")
    alone = duties_to_calendar([second], today=date(2026, 1, 1))
    both = duties_to_calendar([first, second], today=date(2027, 5, 1))

    assert "DTSTART;VALUE=DATE:20260430" in alone
    assert "DTSTAMP:20260101T000000Z" in alone
    uid = next(event for event in Calendar.from_ical(alone).walk("VEVENT"))["uid"]
    assert uid in [event["uid"] for event in Calendar.from_ical(both).walk("VEVENT")]
    assert len({event["uid"] for event in Calendar.from_ical(both).walk("VEVENT")}) == 2


def test_a_yearly_event_ends_with_its_document_and_past_dates_are_left_out() -> None:
    info = DocumentInfo("charte", "Charte", valid_until=date(2028, 12, 31))
    yearly = Duty(Obligation("La ville", "doit", "payer", date="02-29"), info, "Article 1", "f")

    (event,) = Calendar.from_ical(duties_to_calendar([yearly], today=date(2026, 1, 1))).walk("VEVENT")

    assert event["rrule"]["until"] == [date(2028, 12, 31)]
    assert (event["rrule"]["bymonth"], event["rrule"]["bymonthday"]) == ([2], [-1])
    assert event["dtstart"].dt == date(2026, 2, 28)
    assert to_come([yearly], date(2029, 1, 1)) == []
    assert to_come([duty(date="2020-01-01")], date(2026, 1, 1)) == []
