"""The real application in a real browser: what holds for the whole page."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from in_browser import HOSTILE, ask, scrolls_sideways
from tiny_corpus import QUESTION

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_nothing_in_a_document_or_a_question_becomes_an_element(window: Page) -> None:
    ask(window, f"{QUESTION} {HOSTILE}")
    window.wait_for_timeout(300)

    shown = window.locator("#conversation").inner_text() + window.locator("#panneau").inner_text()
    assert shown.count("<script>caught = 1</script>") >= 1
    ask(window, QUESTION)
    window.wait_for_function("document.querySelector('#panneau h3')?.innerText.includes('<script>')")
    assert "${caught = 1} {{caught}}" in window.locator("#panneau h3").first.inner_text()
    assert "<img src=x" in window.locator("#panneau .passage").inner_text()
    assert window.locator(".echange img, .echange script, #panneau img, #panneau script").count() == 0
    window.reload()  # what the browser kept is shown again
    window.locator(".echange").nth(1).wait_for()
    assert window.locator(".echange img, .echange script, #gardees img, #gardees script").count() == 0
    assert window.evaluate("window.caught") is None


@pytest.mark.parametrize(
    ("window", "width"), [("light", 320), ("dark", 320), ("light", 800), ("light", 1280)], indirect=["window"]
)
def test_nothing_is_wider_than_the_screen(window: Page, width: int) -> None:
    window.set_viewport_size({"width": width, "height": 720})
    window.get_by_label("Votre question").wait_for()
    assert scrolls_sideways(window) == []

    ask(window, QUESTION)

    window.locator("#panneau mark").first.wait_for()
    assert scrolls_sideways(window) == []
    panel, chat = window.locator("#preuves").bounding_box(), window.locator("#conversation").bounding_box()
    assert panel is not None
    assert chat is not None
    beside = panel["x"] >= chat["x"] + chat["width"]
    assert beside == (width > 900)


def test_scripts_that_come_late_are_waited_for(window: Page) -> None:
    window.locator("#accueil button").first.wait_for()  # now the browser has all of the page

    def late(route: Route) -> None:
        time.sleep(2)
        route.continue_()

    window.route("**/page.js", late)
    window.reload()

    window.locator("#accueil button").first.wait_for(timeout=5000)
    assert window.evaluate("document.activeElement.id") == "question"


def test_the_page_is_in_french(window: Page) -> None:
    window.get_by_label("Votre question").wait_for()

    assert window.evaluate("document.documentElement.lang") == "fr"
    assert window.title() == "Assistant de la prévention spécialisée"
    assert window.locator("h1").inner_text() == "Assistant de la prévention spécialisée"
