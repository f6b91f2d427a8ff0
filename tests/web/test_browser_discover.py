"""The guided path in a real browser: fiches to open and to tick, questions to ask, acronyms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from in_browser import Application, show_tab, watched_window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TITLE = "Quand la ville et le prestataire ne s’entendent plus"


@pytest.fixture
def tab(window: Page) -> Page:
    show_tab(window, "Découvrir")
    window.locator("#parcours details").first.wait_for()
    return window


def test_a_fiche_opens_its_plain_words_and_its_source(tab: Page) -> None:
    tab.locator("summary", has_text=TITLE).press("Enter")

    opened = tab.locator("#parcours details[open]")
    assert "c’est le tribunal de Fontclaire qui décide" in opened.inner_text()
    assert "Charte › Article 3" in opened.inner_text()
    opened.locator("a.renvoi").press("Enter")
    panel = tab.get_by_role("tabpanel").filter(has=tab.locator("#parcours")).locator(".panneau")
    panel.locator("mark").first.wait_for()
    assert "Si un différend oppose la ville" in panel.inner_text()


def test_what_is_read_is_ticked_and_kept_by_the_browser(tab: Page) -> None:
    progress = tab.locator("#parcours .avancee strong")
    assert progress.inner_text() == "0 sur 2"

    tab.get_by_role("checkbox", name=f"Lu : {TITLE}").press("Space")
    assert progress.inner_text() == "1 sur 2"
    tab.reload()
    show_tab(tab, "Découvrir")

    tab.wait_for_function("document.querySelector('#parcours .avancee strong')?.innerText === '1 sur 2'")
    assert tab.get_by_role("checkbox", name=f"Lu : {TITLE}").is_checked()
    assert tab.evaluate("localStorage.getItem('assistant.coches.obligations')") is None


def test_a_question_is_asked_in_the_conversation(tab: Page) -> None:
    tab.locator("summary", has_text=TITLE).click()
    tab.get_by_role("button", name="Poser la question").first.click()

    tab.locator(".reponse").wait_for()
    tab.wait_for_function("document.querySelector('.reponse')?.innerText.includes('Fontclaire')")
    assert tab.locator(".reponse").is_visible()
    assert tab.get_by_role("tab", name="Conversation").get_attribute("aria-selected") == "true"


def test_acronyms_are_searched_without_accents(tab: Page) -> None:
    assert tab.locator("#sigles-nombre").inner_text() == "1 sigle"

    tab.get_by_label("Chercher un sigle").fill("MEDIATEUR terrain")
    assert tab.locator("#sigles dt").is_visible()
    tab.get_by_label("Chercher un sigle").fill("licorne")

    tab.wait_for_function("document.querySelector('#sigles-nombre').innerText === '0 sigle'")
    assert not tab.locator("#sigles dt").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(chromium: Browser, application: Application, scheme: str) -> None:
    size = {"width": 320, "height": 720}
    with watched_window(chromium, application, color_scheme=scheme, viewport=size) as window:
        show_tab(window, "Découvrir")
        window.locator("#parcours summary").first.click()

        assert window.evaluate("document.documentElement.scrollWidth") == 320
