"""The documents in a real browser: browse them, add some, remove them, go on talking."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from in_browser import (
    HOSTILE,
    Application,
    ask,
    running_application,
    scrolls_sideways,
    violations,
    watched_window,
)
from make_documents import write_document
from tiny_corpus import QUESTION

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Dialog, Page, Route

    from assistant.pipeline import Assistant

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEW_QUESTION = "De quelle couleur est le gilet que chaque médiateur reçoit depuis mars ?"
NOTE = (
    ("h1", "Note sur les gilets"),
    ("p", "Depuis le mois de mars, chaque médiateur de Valmont reçoit un gilet vert à son nom."),
)
BUILD_MS = 60_000  # a loaded machine


@pytest.fixture(scope="module")
def own_application(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Start an application whose documents change."""
    folder = tmp_path_factory.mktemp("documents")
    with running_application(assistant.settings.corpus[0], folder, ASSISTANT_UPLOAD_MAX_MB="1") as running:
        yield running


@pytest.fixture
def own_window(chromium: Browser, own_application: Application) -> Iterator[Page]:
    with watched_window(chromium, own_application) as shown:
        yield shown


def open_tab(window: Page, name: str = "Documents") -> None:
    window.get_by_role("tab", name=name).click()


def answer_dialogs(window: Page, *, yes: bool) -> list[str]:
    """Answer what the browser asks from now on; what it asked comes in the list."""
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(" ".join(dialog.message.split()))
        if yes:
            dialog.accept()
        else:
            dialog.dismiss()

    window.on("dialog", answer)
    return asked


def choose_files(window: Page, *paths: Path) -> None:
    window.locator("#administration input[type=file]").set_input_files(paths)
    window.locator("#administration").get_by_text(paths[-1].stem).first.wait_for()


def test_the_catalogue_shows_each_document_with_its_period_and_its_coverage(window: Page) -> None:
    open_tab(window)
    reglement = window.locator("li.document").filter(has_text="Règlement des médiateurs")
    reglement.wait_for()

    assert "Expiré depuis le 31 décembre 2019." in reglement.inner_text()
    assert "0 % du texte expliqué par des fiches" in reglement.inner_text().replace("\u00a0", " ")
    charte = window.locator("li.document").first.inner_text()
    assert HOSTILE in " ".join(charte.split())  # its title, as text
    assert window.locator("#catalogue img, #catalogue script").count() == 0
    assert window.evaluate("window.caught") is None


def test_what_can_be_done_with_a_document_stands_on_one_line(window: Page) -> None:
    open_tab(window)
    actions = window.locator("li.document .actions").first
    actions.wait_for()

    tops = actions.locator("button").evaluate_all("all => all.map(one => one.getBoundingClientRect().top)")
    bottoms = actions.locator("button").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().bottom)"
    )

    assert len(tops) == 2
    assert (len(set(tops)), len(set(bottoms))) == (1, 1)


def test_an_outline_is_walked_with_the_keyboard_alone(window: Page) -> None:
    open_tab(window)
    button = window.get_by_role("button", name="Parcourir : Guide de la colonie de Brécourt")
    button.wait_for()

    button.focus()
    window.keyboard.press("Enter")
    window.wait_for_function("document.activeElement?.id === 'plan-titre'")
    window.keyboard.press("Tab")
    assert window.evaluate("document.activeElement.tagName") == "SUMMARY"
    window.keyboard.press("Enter")

    window.locator("#section-titre", has_text="Guide").wait_for()
    assert "le dîner est servi à dix-neuf heures" in window.locator("#section").inner_text()
    assert window.evaluate("document.activeElement.tagName") == "SUMMARY"  # one goes on reading the tree
    assert window.evaluate("document.activeElement.parentElement.open")
    assert window.locator("#plan [aria-current=true]").count() == 1
    window.wait_for_function(
        "document.querySelector('#section-annonce').textContent.includes('1\u00a0passage')"
    )


def test_a_heading_shows_its_passage_with_the_fiche_beside(window: Page) -> None:
    open_tab(window)
    window.get_by_role("button", name="Parcourir : Charte").click()
    window.locator("#plan").get_by_role("button", name="Article 3 : Désaccord").click()

    window.locator("#section .passage", has_text="le tribunal de Fontclaire tranche").wait_for()
    beside = window.locator("#section aside")
    assert "c’est le tribunal de Fontclaire qui décide" in beside.inner_text()
    assert window.locator("#section img, #section script").count() == 0
    passage, fiche = window.locator("#section .passages").bounding_box(), beside.bounding_box()
    assert passage is not None
    assert fiche is not None
    assert fiche["x"] >= passage["x"] + passage["width"]


def test_a_question_about_a_document_begins_in_the_conversation(window: Page) -> None:
    open_tab(window)

    window.get_by_role("button", name="Poser une question à ce document : Règlement").click()

    window.wait_for_function("document.activeElement?.tagName === 'TEXTAREA'")
    assert window.get_by_label("Votre question").is_visible()
    assert not window.locator("#catalogue").is_visible()
    window.wait_for_function("document.querySelector('#choisis').innerText === '1 sur 3'")
    ticked = window.locator("#documents label", has=window.locator("input:checked"))
    assert [text.strip() for text in ticked.all_inner_texts()] == ["Règlement des médiateurs de Valmont 2015"]


def test_a_document_is_chosen_before_the_list_of_documents_has_come(window: Page) -> None:
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        waiting.append(route)

    window.route("**/conversation", hold)
    window.reload()
    open_tab(window)
    window.get_by_role("button", name="Poser une question à ce document : Règlement").click()
    window.get_by_label("Votre question").wait_for()
    assert window.locator("#documents input").count() == 0

    waiting.pop().continue_()

    window.locator("#documents input:checked").wait_for(state="attached")
    assert window.locator("#choisis").inner_text() == "1 sur 3"


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_screen(window: Page, width: int) -> None:
    open_tab(window)
    window.set_viewport_size({"width": width, "height": 720})
    window.get_by_role("button", name="Parcourir : Charte").click()
    window.locator("#plan").get_by_role("button", name="Article 3 : Désaccord").click()
    window.locator("#section-titre").wait_for()

    assert "html" not in scrolls_sideways(window)
    for selector in ("#catalogue", "#plan", "#section", "#administration"):
        assert window.locator(selector).evaluate("e => e.scrollWidth <= e.clientWidth"), selector


def test_a_document_is_added_and_removed_while_the_conversation_goes_on(
    own_window: Page, tmp_path: Path
) -> None:
    window = own_window
    good, bad = write_document(tmp_path, "Note sur les gilets", NOTE, ".docx"), tmp_path / "faux.pdf"
    bad.write_bytes(b"bonjour")
    ask(window, QUESTION)
    before = window.locator(".reponse").first.inner_text()

    open_tab(window)
    choose_files(window, good, bad)
    window.get_by_role("button", name="Ajouter ces documents").click()

    status = window.locator("#travail")
    status.get_by_text("L’index est à jour.").wait_for(timeout=BUILD_MS)
    said = " ".join(status.inner_text().split())
    assert "Ajouté : « Note sur les gilets.docx »" in said
    assert "« faux.pdf » : le contenu (texte) n’est pas celui que le nom annonce (PDF)." in said
    window.locator("li.document", has_text="Ajouté par la page").wait_for()

    open_tab(window, "Conversation")
    assert window.locator(".reponse").first.inner_text() == before
    ask(window, NEW_QUESTION)
    assert "gilet vert" in window.locator(".reponse").last.inner_text()

    open_tab(window)
    window.get_by_role("checkbox", name="Note sur les gilets.docx").check()
    asked = answer_dialogs(window, yes=True)
    with window.expect_event("dialog"):
        window.get_by_role("button", name="Retirer les documents cochés").click()

    status.get_by_text("Retiré").wait_for(timeout=BUILD_MS)
    assert asked == ["Retirer définitivement « Note sur les gilets.docx » ?"]
    status.get_by_text("L’index est à jour.").wait_for(timeout=BUILD_MS)
    window.wait_for_function("!document.querySelector('#catalogue').innerText.includes('Ajouté par la page')")
    open_tab(window, "Conversation")
    assert window.locator(".reponse").first.inner_text() == before
    ask(window, NEW_QUESTION)
    assert "gilet vert" not in window.locator(".reponse").last.inner_text()


def test_files_that_cannot_be_added_are_refused_in_french_before_they_are_sent(
    own_window: Page, tmp_path: Path
) -> None:
    window = own_window
    good = write_document(tmp_path, "Petit avis", NOTE, ".txt")
    large, program = tmp_path / "grand.txt", tmp_path / "programme.exe"
    large.write_text("mot " * 300_000, encoding="utf-8")
    program.write_bytes(b"MZ")
    open_tab(window)
    window.get_by_text("Cliquez pour choisir des fichiers").wait_for()

    choose_files(window, large, program, good)

    refused = window.get_by_role("alert").filter(has_text="refusé")
    refused.wait_for()
    said = " ".join(refused.inner_text().split())
    assert "« grand.txt » refusé : plus de 1 Mo." in said
    assert "« programme.exe » refusé : format non pris en charge." in said
    window.locator("#administration td.filename").first.wait_for()  # it may come after the refusals
    assert "Petit avis" not in said


def test_a_refused_removal_keeps_the_document(own_window: Page, tmp_path: Path) -> None:
    window = own_window
    open_tab(window)
    choose_files(window, write_document(tmp_path, "Avis", NOTE, ".md"))
    window.get_by_role("button", name="Ajouter ces documents").click()
    window.locator("#travail", has_text="« Avis.md »").wait_for()
    window.locator("#travail").get_by_text("L’index est à jour.").wait_for(timeout=BUILD_MS)

    window.get_by_role("checkbox", name="Avis.md").check()
    assert violations(window) == []
    asked = answer_dialogs(window, yes=False)
    with window.expect_event("dialog"):
        window.get_by_role("button", name="Retirer les documents cochés").click()

    assert asked == ["Retirer définitivement « Avis.md » ?"]
    window.reload()
    open_tab(window)
    window.get_by_role("checkbox", name="Avis.md").wait_for()
    window.locator("li.document", has_text="Ajouté par la page").wait_for()


def test_a_file_that_was_sent_and_never_added_does_not_stay(assistant: Assistant, tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    corpus = assistant.settings.corpus[0]
    with running_application(corpus, tmp_path, GRADIO_TEMP_DIR=str(sent)) as running:
        httpx.post(f"{running.url}gradio_api/upload", files={"files": ("note.txt", b"Bonjour.")})
        assert [path.read_bytes() for path in sent.rglob("note.txt")] == [b"Bonjour."]

    assert list(sent.rglob("note.txt")) == []
