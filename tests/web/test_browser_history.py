"""What becomes of questions: stopped, edited, asked again, kept from one visit to the next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from in_browser import (
    Application,
    ask,
    finished,
    last_reply,
    press,
    questions,
    watched_window,
)
from tiny_corpus import MEAL, QUESTION

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from assistant.pipeline import Assistant


pytestmark = [pytest.mark.browser, pytest.mark.slow]


# --- stop, copy, edit, again -------------------------------------------------------------------


@pytest.fixture
def gate(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Hold the answers back until it is set."""
    opened = threading.Event()
    answer = type(assistant).ask
    monkeypatch.setattr(type(assistant), "ask", lambda *a, **k: opened.wait(10) and answer(*a, **k))
    return opened


@pytest.fixture
def held_window(
    chromium: Browser, assistant: Assistant, serve_page: Callable[[Any], str], gate: threading.Event
) -> Iterator[Page]:
    """Open a page whose answers wait for the gate."""
    application = Application(process=None, url=serve_page(assistant))  # type: ignore[arg-type]
    with watched_window(chromium, application) as window:
        yield window


def test_an_answer_can_be_stopped(held_window: Page, gate: threading.Event) -> None:
    window = held_window
    window.get_by_label("Votre question").fill(QUESTION)
    window.get_by_label("Votre question").press("Enter")
    assert window.get_by_text("Recherche dans les documents…").first.is_visible()

    press(window, "Arrêter")

    finished(window)
    assert "Réponse arrêtée." in last_reply(window)
    assert window.get_by_role("button", name="Demander").is_visible()
    gate.set()
    press(window, "Relancer")
    window.get_by_role("heading", name="Ce que dit le texte").wait_for()
    assert questions(window) == [QUESTION]


def test_a_page_drawn_again_loses_neither_the_answer_under_way_nor_the_draft(
    held_window: Page, gate: threading.Event
) -> None:
    window = held_window
    window.get_by_label("Votre question").fill(QUESTION)
    window.get_by_label("Votre question").press("Enter")
    window.get_by_label("Votre question").fill("Et qui paie ?")

    # As gradio does it: other elements, which know nothing of the first.
    window.evaluate("""() => {
        const frame = document.querySelector("#conversation");
        const drawn = frame.cloneNode(true);
        drawn.removeAttribute("data-pret");
        drawn.querySelector("#fil").replaceChildren();
        drawn.querySelector("#question").value = "";
        frame.replaceWith(drawn);
    }""")
    window.locator("#conversation[data-pret]").wait_for()

    assert window.get_by_role("button", name="Arrêter").is_visible()
    assert window.get_by_label("Votre question").input_value() == "Et qui paie ?"
    gate.set()
    window.get_by_role("heading", name="Ce que dit le texte").wait_for()
    assert questions(window) == [QUESTION]


def test_a_reload_before_the_answer_keeps_the_question(held_window: Page, gate: threading.Event) -> None:
    window = held_window
    window.get_by_label("Votre question").fill(QUESTION)
    window.get_by_label("Votre question").press("Enter")
    window.locator(".echange[aria-busy]").wait_for()

    window.reload()

    window.get_by_text("Réponse interrompue.").wait_for()
    assert questions(window) == [QUESTION]
    gate.set()
    press(window, "Relancer")
    window.get_by_role("heading", name="Ce que dit le texte").wait_for()
    assert "Réponse interrompue." not in last_reply(window)
    window.reload()
    window.get_by_role("heading", name="Ce que dit le texte").wait_for()
    assert "Réponse interrompue." not in last_reply(window)


@pytest.mark.parametrize("deleted", [False, True])
def test_leaving_a_conversation_before_the_answer_keeps_it_unless_it_is_deleted(
    held_window: Page, gate: threading.Event, deleted: bool
) -> None:
    window = held_window
    window.get_by_label("Votre question").fill(QUESTION)
    window.get_by_label("Votre question").press("Enter")
    window.locator(".echange[aria-busy]").wait_for()

    window.get_by_text("Conversations gardées").click()
    if deleted:
        window.get_by_role("button", name=f"Supprimer « {QUESTION} »").click()
    else:
        press(window, "Nouvelle conversation")
    window.get_by_role("button", name="Demander").wait_for()
    gate.set()

    assert questions(window) == []
    assert (QUESTION in window.evaluate("localStorage['assistant.conversations']")) is not deleted
    if not deleted:
        window.get_by_role("button", name=QUESTION, exact=True).click()
        assert questions(window) == [QUESTION]
        assert "Réponse arrêtée." in last_reply(window)


def test_an_answer_is_copied_with_its_places(window: Page) -> None:
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(window, QUESTION)

    press(window, "Copier")

    window.get_by_role("button", name="Copié", exact=True).wait_for()
    copied = window.evaluate("navigator.clipboard.readText()").replace("\u00a0", " ")
    assert copied.startswith(QUESTION)
    assert "[1] « Si un différend oppose la ville" in copied
    assert "Article 3" in copied
    assert "En vigueur jusqu’au 31 décembre 2030" in copied


def test_an_answer_opens_as_a_sheet_to_print(window: Page) -> None:
    ask(window, QUESTION)

    with window.expect_popup() as opened:
        press(window, "Imprimer")

    opened.value.wait_for_load_state()
    assert QUESTION in opened.value.inner_text("body").replace("\u00a0", " ")
    assert "Fontclaire" in opened.value.inner_text("body")


def test_an_edited_question_replaces_what_followed_it(window: Page) -> None:
    ask(window, "Quel jour travaillent les médiateurs ?")
    ask(window, MEAL)
    press(window, "Modifier la question", nth=0)
    assert window.get_by_text("Vous modifiez une question").is_visible()
    assert window.get_by_label("Votre question").input_value() == "Quel jour travaillent les médiateurs ?"

    window.get_by_label("Votre question").press("Escape")
    assert window.get_by_label("Votre question").input_value() == ""
    assert len(questions(window)) == 2

    press(window, "Modifier la question", nth=0)
    window.get_by_label("Votre question").fill(QUESTION)
    window.get_by_label("Votre question").press("Enter")
    finished(window)

    assert questions(window) == [QUESTION]
    assert "Fontclaire" in last_reply(window)


def test_a_question_asked_again_while_another_is_edited_leaves_the_warning(window: Page) -> None:
    ask(window, QUESTION)
    ask(window, MEAL)
    press(window, "Modifier la question", nth=1)

    press(window, "Relancer", nth=0)
    finished(window)

    assert window.get_by_text("Vous modifiez une question").is_visible()
    press(window, "Annuler")
    ask(window, "Quel jour travaillent les médiateurs ?")
    assert questions(window) == [QUESTION, MEAL, "Quel jour travaillent les médiateurs ?"]


def test_a_question_asked_again_changes_only_its_answer(window: Page) -> None:
    ask(window, QUESTION)
    ask(window, MEAL)

    press(window, "Relancer", nth=0)
    finished(window)

    assert questions(window) == [QUESTION, MEAL]
    assert "Fontclaire" in window.locator(".reponse").first.inner_text()
    assert "dix-neuf heures" in last_reply(window)


def test_an_empty_question_is_told_until_something_is_typed(window: Page) -> None:
    box = window.get_by_label("Votre question")
    box.press("Enter")

    remark = window.locator("#remarque")
    assert remark.inner_text() == "Écrivez votre question."
    assert window.locator("#annonce").inner_text() == "Écrivez votre question."
    assert window.locator(".echange").count() == 0
    box.press("q")
    assert not remark.is_visible()


@pytest.mark.parametrize("there", ["", "Et ceci ?"])
def test_a_pasted_question_that_is_cut_is_told(window: Page, there: str) -> None:
    box = window.get_by_label("Votre question")
    box.fill(there)

    window.keyboard.insert_text("a" * (2000 - len(there)))
    assert not window.locator("#remarque").is_visible()
    window.keyboard.press("Backspace")
    window.keyboard.insert_text("bcd")

    told = " ".join(window.locator("#remarque").inner_text().split())
    assert told == "2 000 caractères au plus : la fin a été coupée."
    assert box.input_value().endswith("ab")
    assert len(box.input_value()) == 2000


def test_enter_on_nothing_asks_nothing_and_shift_enter_begins_a_line(window: Page) -> None:
    box = window.get_by_label("Votre question")
    box.fill("  ")
    box.press("Enter")
    box.fill("une ligne")
    box.press("Shift+Enter")

    assert box.input_value() == "une ligne\n"
    assert window.locator(".echange").count() == 0


# --- the history -------------------------------------------------------------------------------


def test_a_reload_keeps_the_conversation_and_its_follow_ups(window: Page) -> None:
    ask(window, QUESTION)
    shown = last_reply(window)

    window.reload()

    window.locator(".echange").wait_for()
    assert questions(window) == [QUESTION]
    assert last_reply(window) == shown
    window.locator("#panneau mark").first.wait_for()
    ask(window, "et au bout de combien de temps ?")
    assert "question comprise à la suite de" in last_reply(window)


def test_conversations_are_listed_opened_and_deleted(window: Page) -> None:
    ask(window, QUESTION)
    press(window, "Nouvelle conversation")
    assert questions(window) == []
    ask(window, "et au bout de combien de temps ?")
    assert "à la suite de" not in last_reply(window)
    assert window.locator("#nombre").inner_text() == "2"

    window.get_by_text("Conversations gardées").click()
    window.get_by_role("button", name=QUESTION, exact=True).click()
    assert questions(window) == [QUESTION]

    window.get_by_role("button", name=f"Supprimer « {QUESTION} »").click()
    assert questions(window) == []
    assert window.locator("#nombre").inner_text() == "1"

    window.once("dialog", lambda dialog: dialog.accept())
    press(window, "Tout supprimer")
    window.reload()
    window.get_by_label("Votre question").wait_for()
    assert window.locator("#nombre").inner_text() == "0"
    assert QUESTION not in str(window.evaluate("JSON.stringify({...localStorage})"))


def test_two_people_have_their_own_conversations(chromium: Browser, application: Application) -> None:
    with watched_window(chromium, application) as one, watched_window(chromium, application) as other:
        one.get_by_label("Votre question").fill(QUESTION)
        other.get_by_label("Votre question").fill(MEAL)
        one.get_by_label("Votre question").press("Enter")
        other.get_by_label("Votre question").press("Enter")
        for window in (one, other):
            window.locator(".citations").wait_for()

        assert questions(one) == [QUESTION]
        assert questions(other) == [MEAL]
        assert "Fontclaire" in last_reply(one)
        assert "dix-neuf heures" in last_reply(other)
        ask(other, "et le matin ?")
        assert MEAL in last_reply(other).replace("\u00a0", " ")


def test_a_phone_goes_to_the_evidence_and_back(window: Page) -> None:
    window.set_viewport_size({"width": 320, "height": 640})
    ask(window, QUESTION)
    window.locator("#panneau mark").first.wait_for()
    assert not window.evaluate(
        "document.querySelector('#preuve-1 h3').getBoundingClientRect().top < innerHeight"
    )

    window.locator(".citations a.renvoi").click()

    window.wait_for_function(
        "document.querySelector('#preuve-1 h3').getBoundingClientRect().top < innerHeight / 2"
    )
    press(window, "Revenir à la réponse")
    window.wait_for_function(
        "(box => box.top >= 0 && box.bottom <= innerHeight)(document.activeElement.getBoundingClientRect())"
    )
    assert window.evaluate("document.activeElement.matches('.citations a.renvoi')")
