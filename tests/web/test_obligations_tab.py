"""What the tab of obligations answers to the browser."""

from __future__ import annotations

import base64
import io
from datetime import date

import pytest
from icalendar import Calendar

from assistant.pipeline import Assistant, update_index
from assistant.register import Wanted
from assistant.settings import Settings
from assistant.web.obligations import ALL, ANY_TIME, DONE, THIS_MONTH, Desk, read_filters, read_ticks

NONE = ("", ANY_TIME, ALL, [], [], [], [], [], False)


@pytest.fixture
def desk(assistant: Assistant) -> Desk:
    return Desk(assistant, lambda: date(2026, 7, 15))


def test_filters_and_ticks_are_read() -> None:
    wanted, ticks = read_filters(
        "clés",
        THIS_MONTH,
        DONE,
        ["a"],
        ["b"],
        ["c"],
        ["d"],
        ["Interdiction", "inconnue"],
        True,
        '{"x": "2026-07-01"}',
    )

    assert wanted == Wanted("clés", ("a",), ("b",), ("c",), ("d",), ("ne doit pas",), True, True, True)
    assert ticks == {"x": "2026-07-01"}


@pytest.mark.parametrize("text", ["", "[", "[1]", '"x"', '{"a": 1}', '{"a": "<b>"}', "null"])
def test_what_is_no_tick_is_left_out(text: str) -> None:
    assert read_ticks(text) == {}


def test_this_month_shows_what_is_due_or_the_next_dates(assistant: Assistant) -> None:
    july = Desk(assistant, lambda: date(2026, 7, 15)).show(1, ("", THIS_MONTH, *NONE[2:], "{}"))
    august = Desk(assistant, lambda: date(2026, 8, 15)).show(1, ("", THIS_MONTH, *NONE[2:], "{}"))

    assert "afficher les menus" in july
    assert "1 obligation<" in july
    assert "Aucune obligation" in august
    assert "1er juillet 2027" in august


def test_the_choices_are_those_that_the_register_has(desk: Desk) -> None:
    actors, themes, documents, timings, natures, table = desk.open(*NONE, "{}")

    assert actors["choices"] == [
        "Associations et organismes",
        "Communes et intercommunalités",
        "Autres acteurs",
    ]
    assert themes["visible"] is False  # no theme has three duties
    assert ("Charte de Valmont", "charte-valmont-2024") in [tuple(choice) for choice in documents["choices"]]
    assert timings["choices"] == ["À date fixe", "Dans un délai", "À intervalle régulier"]
    assert natures["choices"] == ["Obligation"]
    assert "2 obligations" in table


def test_files_hold_what_is_filtered_with_the_ticks(desk: Desk, assistant: Assistant) -> None:
    from openpyxl import load_workbook

    first = desk.newest()[0].find(Wanted(), date(2026, 7, 15))[0]
    filters = (
        "",
        ANY_TIME,
        ALL,
        [],
        [],
        [first.document.id],
        [],
        [],
        False,
        f'{{"{first.id}": "2026-07-02"}}',
    )

    files = {form: desk.export(form, filters) for form in ("csv", "xlsx", "ics")}
    content = {form: base64.b64decode(file["base64"]) for form, file in files.items()}

    assert files["csv"]["name"] == "obligations-2026-07-15.csv"
    assert content["csv"].decode("utf-8-sig").splitlines()[1].endswith(",2026-07-02")
    assert load_workbook(io.BytesIO(content["xlsx"])).active.max_row == 2
    (event,) = Calendar.from_ical(content["ics"]).walk("VEVENT")
    assert event["dtstart"].dt == date(2027, 7, 1)
    assert files["ics"]["say"] == "1 obligation dans le fichier."


def test_a_calendar_says_what_it_leaves_out(desk: Desk) -> None:
    assert desk.export("ics", (*NONE, "{}"))["say"].endswith("Celles sans date à venir n’y sont pas.")


def test_the_register_follows_the_index(settings: Settings) -> None:
    update_index(settings)
    desk = Desk(Assistant.open(settings))
    first = desk.newest()[0]
    assert desk.newest()[0] is first  # read once

    note = settings.corpus[0] / "note.md"
    note.write_text("# Note\n\nLe gardien doit rendre les clés avant le 3 mai.\n", encoding="utf-8")
    update_index(settings)

    assert len(desk.newest()[0].rows) == len(first.rows) + 1
