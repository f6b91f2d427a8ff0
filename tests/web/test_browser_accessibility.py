"""For everyone: axe-core finds nothing on any tab, and everything is done with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from in_browser import (
    Application,
    ask,
    running_application,
    scrolls_sideways,
    show_tab,
    violations,
    watched_window,
)
from tiny_corpus import QUESTION

from assistant.pipeline import Assistant
from assistant.users import add_user

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

UNKNOWN = "recette tarte aux pommes cannelle"
TABS = ("Conversation", "Obligations", "Documents", "Découvrir", "Qualité")
PASSWORD = "une phrase assez longue"
LEAST_CONTRAST = 3  # of the edge of what is typed in or ticked (WCAG 1.4.11)

pytestmark = [pytest.mark.browser, pytest.mark.slow]


# --- each tab as people use it: what to do, in order, before each look -----------------------------


def answer(window: Page) -> None:
    ask(window, QUESTION)
    window.locator("#panneau mark").first.wait_for()


def give_an_opinion(window: Page) -> None:
    window.get_by_role("button", name="Donner un avis").click()
    window.locator("form.avis").wait_for()


def be_refused(window: Page) -> None:
    window.locator('[data-avis="annuler"]').click()
    ask(window, UNKNOWN)


def open_all(window: Page) -> None:
    window.locator("#historique summary").click()
    window.locator("#filtre summary").click()
    window.get_by_role("button", name="Modifier la question").last.click()


def see_a_duty(window: Page) -> None:
    show_tab(window, "Obligations")
    window.get_by_role("button", name="Filtres").click()
    window.locator("#registre a.renvoi").first.click()
    window.locator(".deux-colonnes .preuve:visible").wait_for()


def browse(window: Page) -> None:
    show_tab(window, "Documents")
    window.get_by_role("button", name="Parcourir : Charte").click()
    window.locator("#plan").get_by_role("button", name="Article 3 : Désaccord").click()
    window.locator("#section .fiche").wait_for()
    window.locator("#administration").wait_for()


def have_a_file_refused(window: Page) -> None:
    window.locator("#administration input[type=file]").set_input_files(
        {"name": "note.exe", "mimeType": "text/plain", "buffer": b"x"}
    )
    window.locator("#refus p").wait_for()


def discover(window: Page) -> None:
    show_tab(window, "Découvrir")
    window.locator("#parcours summary").first.click()
    window.locator("#parcours a.renvoi").first.click()
    window.locator(".deux-colonnes .preuve:visible").wait_for()


def read_the_figures(window: Page) -> None:
    show_tab(window, "Qualité")
    window.evaluate(
        """() => {
            const report = document.querySelector("#qualite");
            report.querySelectorAll("details").forEach((part) => { part.open = true; });
            // Hundreds of questions look the same: two under each cause are enough to look at.
            for (const list of report.querySelectorAll(".echecs ul")) [...list.children].slice(2).forEach((one) => one.remove());
        }"""
    )


WALK: tuple[Callable[[Page], Any], ...] = (
    lambda window: window.locator("#accueil button").first.wait_for(),
    answer,
    give_an_opinion,
    be_refused,
    open_all,
    see_a_duty,
    browse,
    have_a_file_refused,
    discover,
    read_the_figures,
)


@pytest.mark.parametrize(
    ("scheme", "width", "height"),
    [
        ("light", 1280, 800),
        ("dark", 320, 640),
        ("dark", 3840, 2160),
    ],
)
def test_axe_finds_nothing_on_any_tab(
    chromium: Browser, application: Application, scheme: str, width: int, height: int
) -> None:
    size = {"width": width, "height": height}
    with watched_window(chromium, application, color_scheme=scheme, viewport=size) as window:
        for step in WALK:
            step(window)
            assert violations(window) == [], step
            assert "html" not in scrolls_sideways(window)


@pytest.fixture(scope="module")
def shared(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Serve the tiny corpus to a user with a password."""
    folder = tmp_path_factory.mktemp("shared-page")
    users = folder / "people.toml"
    add_user(users, "lea", PASSWORD)
    (folder / "work").mkdir()
    corpus: Path = assistant.settings.corpus[0]
    with running_application(corpus, folder / "work", ASSISTANT_USERS=str(users)) as running:
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_page_to_sign_in(
    chromium: Browser, shared: Application, scheme: str
) -> None:
    with watched_window(
        chromium, shared, color_scheme=scheme, viewport={"width": 320, "height": 640}
    ) as page:
        assert violations(page) == []
        page.get_by_label("Nom").fill("lea")
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        page.get_by_text("lea (lecteur)").wait_for()
        assert violations(page) == []


@contextmanager
def sheet_of_the_answer(window: Page) -> Iterator[Page]:
    with window.context.expect_page() as opened:
        window.get_by_role("button", name="Imprimer").click()
    opened.value.wait_for_load_state()
    yield opened.value


def test_axe_finds_nothing_on_a_sheet_nor_on_the_page_of_the_api(window: Page) -> None:
    ask(window, QUESTION)
    with sheet_of_the_answer(window) as sheet:
        assert sheet.locator("html").get_attribute("lang") == "fr"
        assert violations(sheet) == []
        sheet.goto(f"{window.url}api/")
        assert violations(sheet) == []


# --- the keyboard ------------------------------------------------------------------------------


def focused(window: Page, selector: str) -> bool:
    return bool(window.evaluate("(s) => document.activeElement.matches(s)", selector))


def tab_to(window: Page, selector: str, *, key: str = "Tab") -> None:
    """Go from control to control until one that fits has the focus; each shows that it has it."""
    for _ in range(60):
        window.keyboard.press(key)
        if focused(window, selector):
            assert window.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2
            return
    pytest.fail(f"the keyboard never reaches {selector}")


@pytest.mark.parametrize("width", [320, 1280])
def test_each_tab_is_reached_with_the_arrows(window: Page, width: int) -> None:
    window.set_viewport_size({"width": width, "height": 640})
    window.wait_for_function("document.activeElement?.id === 'question'")
    window.get_by_role("tab", name=TABS[0]).focus()
    for number, name in enumerate(TABS):
        assert window.evaluate("document.activeElement.textContent.trim()") == name
        assert window.get_by_role("tab", name=name).is_visible()
        window.keyboard.press("Enter")
        window.get_by_role("heading", level=2, name=name).wait_for()
        window.keyboard.press("ArrowRight" if number < len(TABS) - 1 else "Home")
    assert window.evaluate("document.activeElement.textContent.trim()") == TABS[0]
    window.keyboard.press("ArrowLeft")
    assert window.evaluate("document.activeElement.textContent.trim()") == TABS[-1]


def test_the_first_stop_of_the_keyboard_leads_to_the_content(window: Page) -> None:
    window.wait_for_function("document.activeElement?.id === 'question'")
    show_tab(window, "Documents")
    window.evaluate("document.querySelector('a.evitement').focus()")
    assert window.get_by_role("link", name="Aller au contenu").bounding_box()["y"] >= 0  # type: ignore[index]

    window.keyboard.press("Enter")

    assert window.evaluate("document.activeElement.textContent") == "Documents"
    window.keyboard.press("Tab")
    assert focused(window, "#catalogue button")


def test_a_question_its_citation_and_the_way_back_need_no_mouse(window: Page) -> None:
    window.wait_for_function("document.activeElement?.id === 'question'")
    window.keyboard.type(QUESTION)
    window.keyboard.press("Enter")
    window.locator(".citations").wait_for()
    window.wait_for_function("document.querySelector('#annonce').textContent.startsWith('Réponse')")
    tab_to(window, ".citations a.renvoi", key="Shift+Tab")

    window.keyboard.press("Enter")
    window.wait_for_function("document.activeElement?.id === 'preuve-1'")
    tab_to(window, "#preuve-1 .passage")
    window.keyboard.press("Escape")

    assert focused(window, ".citations a.renvoi")
    tab_to(window, "#question")


def test_one_comes_back_from_a_passage_to_its_duty(window: Page) -> None:
    window.set_viewport_size({"width": 320, "height": 640})
    show_tab(window, "Obligations")
    link = window.locator("#registre a.renvoi").first
    link.wait_for()
    for way in ("Enter", "Escape"):
        link.focus()
        window.keyboard.press("Enter")
        window.wait_for_function("document.activeElement?.matches('.preuve')")
        back = window.get_by_role("button", name="Revenir à la liste")
        assert back.is_visible()
        if way == "Enter":
            back.focus()
        window.keyboard.press(way)
        assert focused(window, "#registre a.renvoi[aria-current]")
        assert window.evaluate("document.activeElement.getBoundingClientRect().top < innerHeight")
        assert back.count() == 0


# --- what axe-core does not look at --------------------------------------------------------------


@pytest.mark.parametrize("window", ["light", "dark"], indirect=True)
def test_the_edge_of_what_is_typed_in_or_ticked_is_seen(window: Page) -> None:
    answer(window)
    show_tab(window, "Obligations")
    window.get_by_role("button", name="Filtres").click()
    window.locator("#registre a.renvoi").first.wait_for()
    edges = window.evaluate(
        """() => {
            const parse = (text) => (text.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
            const light = (rgb) => {
              const part = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
              const [r, g, b] = rgb.map(part);
              return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            const behind = (element) => {
              for (let one = element; one; one = one.parentElement) {
                const [r, g, b, a = 1] = parse(getComputedStyle(one).backgroundColor);
                if (a === 1) return [r, g, b];
              }
              return [255, 255, 255];
            };
            const shown = [...document.querySelectorAll("input:not([type=hidden]), textarea")]
              .filter((element) => element.offsetParent);
            return shown.map((element) => {
              const style = getComputedStyle(element);
              const edge = light(parse(style.borderTopColor).slice(0, 3));
              const back = light(behind(element.parentElement));
              const ratio = (Math.max(edge, back) + 0.05) / (Math.min(edge, back) + 0.05);
              return [element.outerHTML.slice(0, 90), style.borderTopWidth === "0px" ? 0 : ratio];
            });
        }"""
    )
    assert len(edges) > 5
    assert [name for name, contrast in edges if contrast < LEAST_CONTRAST] == []


def test_nothing_moves_for_whom_it_makes_ill(chromium: Browser, application: Application) -> None:
    with watched_window(chromium, application, reduced_motion="reduce") as window:
        answer(window)
        for name in TABS:
            show_tab(window, name)
            running = "document.getAnimations().filter((one) => one.effect.getTiming().duration > 1).length"
            assert window.evaluate(running) == 0, name


@pytest.mark.parametrize("locale", ["fr-FR", "en-US"])
def test_the_page_is_in_french_in_any_browser(
    chromium: Browser, application: Application, locale: str
) -> None:
    english = {
        "upload",
        "file",
        "drop",
        "click",
        "tabs",
        "more",
        "loading",
        "clear",
        "settings",
        "error",
        "submit",
    }
    context = chromium.new_context(locale=locale)
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto(application.url)
    ask(page, QUESTION)
    said = set()
    for name in TABS:
        show_tab(page, name)
        page.get_by_role("heading", level=2, name=name).wait_for()
        if name == "Documents":
            page.locator("#administration input[type=file]").set_input_files(
                {"name": "note.txt", "mimeType": "text/plain", "buffer": b"Bonjour."}
            )
            page.locator("#administration .filename").wait_for()
        texts = page.evaluate(
            """() => [document.body.innerText, ...[...document.querySelectorAll("body *")].flatMap((one) =>
                ["aria-label", "title", "alt", "placeholder"].map((name) => one.getAttribute(name) ?? ""))]"""
        )
        texts += page.locator("#administration").all_text_contents()
        said |= {word.strip(".,;:!?()") for text in texts for word in text.lower().split()}
    context.close()

    assert "obligations" in said
    assert not any(word.startswith("common.") for word in said)  # a word that has no translation
    assert said & english == set()
