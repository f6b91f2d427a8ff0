"""Saying what an answer is worth, in a real browser; and its sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from in_browser import Application, ask, running_application, watched_window
from tiny_corpus import QUESTION

from assistant.feedback import list_feedback
from assistant.pipeline import Assistant
from assistant.sheet import read_sheet

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("opinions")


@pytest.fixture(scope="module")
def own_application(assistant: Assistant, folder: Path) -> Iterator[Application]:
    with running_application(assistant.settings.corpus[0], folder) as running:
        yield running


@pytest.fixture(params=[1280, 320])
def own_window(
    request: pytest.FixtureRequest, chromium: Browser, own_application: Application
) -> Iterator[Page]:
    viewport = {"width": request.param, "height": 720}
    with watched_window(chromium, own_application, viewport=viewport) as shown:
        yield shown


def test_an_opinion_is_sent_by_the_keyboard_and_kept(own_window: Page, folder: Path) -> None:
    before = len(list_feedback(folder / "feedback.sqlite"))
    ask(own_window, QUESTION)

    own_window.get_by_role("button", name="Donner un avis").focus()
    own_window.keyboard.press("Enter")
    form = own_window.locator("form.avis")
    form.wait_for()
    own_window.wait_for_function("document.activeElement?.name === 'verdict'")
    assert "Ni votre nom ni votre adresse" in form.inner_text()
    assert own_window.evaluate("document.documentElement.scrollWidth <= innerWidth")
    own_window.keyboard.press("Space")
    own_window.get_by_label("Commentaire (facultatif)").fill("<b>Bien</b>")
    own_window.get_by_role("button", name="Envoyer l’avis").press("Enter")

    own_window.get_by_text("Merci : votre avis est gardé.").wait_for()
    kept = list_feedback(folder / "feedback.sqlite")
    assert len(kept) == before + 1
    assert (kept[-1].verdict, kept[-1].question, kept[-1].comment) == ("useful", QUESTION, "<b>Bien</b>")
    assert kept[-1].evidence


def test_an_opinion_may_be_given_up(own_window: Page, folder: Path) -> None:
    before = len(list_feedback(folder / "feedback.sqlite"))
    ask(own_window, QUESTION)
    own_window.get_by_role("button", name="Donner un avis").click()
    own_window.get_by_role("button", name="Annuler").last.click()

    own_window.wait_for_function("document.activeElement?.dataset.action === 'avis'")
    assert own_window.locator("form.avis").count() == 0
    assert len(list_feedback(folder / "feedback.sqlite")) == before


def test_a_sheet_is_downloaded_and_prints(own_window: Page, tmp_path: Path) -> None:
    ask(own_window, QUESTION)
    with own_window.expect_popup() as opened:
        own_window.get_by_role("button", name="Imprimer").click()
    shown = opened.value
    shown.wait_for_load_state()

    assert shown.pdf()[:4] == b"%PDF"
    shown.emulate_media(media="print")
    assert not shown.get_by_role("button", name="Télécharger cette feuille").is_visible()
    shown.emulate_media(media="screen")
    assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with shown.expect_download() as downloaded:
        shown.get_by_role("button", name="Télécharger cette feuille").click()
    path = tmp_path / downloaded.value.suggested_filename
    downloaded.value.save_as(path)

    kept = read_sheet(path)
    assert kept.intact
    assert kept.difference == ""
    assert kept.sheet.question == QUESTION
    assert path.name == f"reponse-{kept.sheet.id}.html"
