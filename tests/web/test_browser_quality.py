"""The evaluation in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from in_browser import scrolls_sideways

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize(("window", "width"), [("light", 1280), ("dark", 320)], indirect=["window"])
def test_the_report_is_read_by_whoever_is_no_specialist(window: Page, width: int) -> None:
    window.get_by_role("tab", name="Qualité").click()
    window.set_viewport_size({"width": width, "height": 720})
    report = window.locator("#qualite")
    report.get_by_role("heading", name="En bref").wait_for()

    for name in ("Preuve dans les 5 premiers", "Faits présents", "Citations mot à mot", "Refus à bon droit"):
        assert report.locator("dt", has_text=name).is_visible()
    assert report.get_by_role("heading", name="Ce que le corpus ne couvre pas").is_visible()
    assert report.get_by_role("table", name="Les mesures selon ce qui est installé").is_visible()
    assert "html" not in scrolls_sideways(window)


def test_failing_questions_open_with_the_keyboard(window: Page) -> None:
    window.get_by_role("tab", name="Qualité").click()
    summary = window.locator("#qualite .echecs summary").first
    summary.wait_for()
    assert not window.locator("#qualite .echecs code").first.is_visible()

    summary.focus()
    window.keyboard.press("Enter")

    window.locator("#qualite .echecs code").first.wait_for()


def test_another_corpus_of_the_evaluation_opens(window: Page) -> None:
    window.get_by_role("tab", name="Qualité").click()

    window.locator("#qualite summary", has_text="Fiches seules").click()

    window.get_by_role("table", name="Par document (fiches seules)").wait_for()


@pytest.mark.parametrize("width", [390, 320])
def test_on_a_phone_no_figure_of_a_table_is_cut(window: Page, width: int) -> None:
    window.get_by_role("tab", name="Qualité").click()
    window.set_viewport_size({"width": width, "height": 800})
    window.locator("#qualite .tableau").first.wait_for()

    rights = window.locator("#qualite .tableau td").evaluate_all(
        "cells => cells.map(cell => cell.getBoundingClientRect().right)"
    )
    assert rights
    assert max(rights) <= width
    label = window.locator("#qualite .tableau td").first.evaluate(
        "e => getComputedStyle(e, '::before').content"
    )
    assert "Documents" in label
