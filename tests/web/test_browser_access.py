"""A shared page in a real browser: signing in, two people at once, what browsers are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from in_browser import Application, ask, running_application
from tiny_corpus import MEAL, QUESTION

from assistant.pipeline import Assistant
from assistant.users import add_user

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PASSWORD = "une phrase assez longue"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def shared(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Serve the tiny corpus to two users."""
    folder = tmp_path_factory.mktemp("shared-page")
    users = folder / "people.toml"
    add_user(users, "chef", PASSWORD, administrator=True)
    add_user(users, "lea", PASSWORD)
    (folder / "work").mkdir()
    corpus = assistant.settings.corpus[0]
    with running_application(corpus, folder / "work", ASSISTANT_USERS=str(users)) as running:
        yield running


@contextmanager
def person(chromium: Browser, application: Application, name: str = "") -> Iterator[Page]:
    """Open a window of one's own, signed in if a name is given; its console stays without errors."""
    context = chromium.new_context(locale="fr-FR", viewport={"width": 1000, "height": 700})
    page = context.new_page()
    page.set_default_timeout(15_000)
    errors: list[str] = []
    outside: list[str] = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "request",
        lambda sent: (
            None if sent.url.startswith((application.url, "data:", "blob:")) else outside.append(sent.url)
        ),
    )
    try:
        page.goto(application.url)
        if name:
            sign_in(page, name)
            page.get_by_label("Votre question").wait_for()
        yield page
    finally:
        context.close()
    assert outside == []
    # A refusal that a test asks for is an error of the console, too.
    assert [error for error in errors if not error.startswith("Failed to load resource")] == []


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Nom").fill(name)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Se connecter").click()


def test_a_wrong_password_is_told_and_the_right_one_opens_the_page(
    chromium: Browser, shared: Application
) -> None:
    with person(chromium, shared) as page:
        assert page.url.endswith("/login")
        assert page.get_by_label("Nom").evaluate("e => e === document.activeElement")
        sign_in(page, "lea", "ce n’est pas la phrase")
        assert page.get_by_role("alert").inner_text() == "Ce nom ou ce mot de passe n’est pas le bon."
        assert page.title().startswith("Erreur")

        sign_in(page, "lea")
        ask(page, QUESTION)

        assert "Fontclaire" in page.locator(".reponse").inner_text()
        assert page.evaluate("document.cookie") == ""  # no script reads the session


def test_two_people_at_once_see_their_own_name_and_conversation(
    chromium: Browser, shared: Application
) -> None:
    with person(chromium, shared, "lea") as lea, person(chromium, shared, "chef") as chef:
        lea.get_by_text("lea (lecteur)").wait_for()
        chef.get_by_text("chef (administrateur)").wait_for()
        lea.get_by_label("Votre question").fill(QUESTION)
        chef.get_by_label("Votre question").fill(MEAL)
        lea.get_by_label("Votre question").press("Enter")
        chef.get_by_label("Votre question").press("Enter")
        for page in (lea, chef):
            page.locator("#fil article:not([aria-busy]) .reponse").wait_for()

        assert "Fontclaire" in lea.locator(".reponse").inner_text()
        assert "Fontclaire" not in chef.locator(".reponse").inner_text()
        assert "dix-neuf heures" in chef.locator(".reponse").inner_text()


def test_a_reader_may_not_upload(chromium: Browser, shared: Application) -> None:
    sent = """() => {
        const form = new FormData();
        form.append("files", new Blob(["texte"]), "note.txt");
        return fetch("gradio_api/upload", { method: "POST", body: form }).then((reply) => reply.status);
    }"""
    with person(chromium, shared, "chef") as page:
        assert page.evaluate(sent) != 403
    context = chromium.new_context()
    page = context.new_page()
    page.goto(shared.url)
    sign_in(page, "lea")
    page.get_by_label("Votre question").wait_for()
    assert page.evaluate(sent) == 403
    context.close()


def test_leaving_closes_the_page_and_its_other_windows(chromium: Browser, shared: Application) -> None:
    with person(chromium, shared, "lea") as page:
        other = page.context.new_page()
        other.goto(shared.url)
        other.get_by_label("Votre question").wait_for()

        page.get_by_role("button", name="Se déconnecter").click()
        page.get_by_role("button", name="Se connecter").wait_for()

        other.get_by_label("Votre question").fill(QUESTION)
        other.get_by_label("Votre question").press("Enter")
        other.get_by_role("button", name="Se connecter").wait_for()
        assert page.context.cookies() == []


def test_no_script_of_the_markup_runs_and_the_page_keeps_to_its_policy(
    chromium: Browser, application: Application
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.add_init_script(
        "window.violations = [];"
        "addEventListener('securitypolicyviolation', (e) => violations.push(e.effectiveDirective))"
    )
    page.goto(application.url)
    ask(page, QUESTION)
    assert page.evaluate("violations") == []
    page.evaluate(
        """() => {
            document.body.insertAdjacentHTML("beforeend", "<img src='data:,' onerror='window.caught = 1'>");
            const script = document.createElement("script");
            script.textContent = "window.caught = 2";
            document.body.append(script);
            const other = document.createElement("script");
            other.src = "http://127.0.0.1:9/x.js";
            document.body.append(other);
            fetch("http://127.0.0.1:9/").catch(() => null);
        }"""
    )
    page.wait_for_function("violations.length >= 4")
    assert page.evaluate("window.caught") is None
    assert sorted(page.evaluate("violations")) == [
        "connect-src", "script-src-attr", "script-src-elem", "script-src-elem"
    ]  # fmt: skip
    context.close()


def test_only_an_administrator_finds_how_to_change_the_documents(
    chromium: Browser, shared: Application
) -> None:
    for name, allowed in (("lea", False), ("chef", True)):
        with person(chromium, shared, name) as page:
            page.get_by_role("tab", name="Documents").click()
            page.get_by_role("button", name="Parcourir : Règlement").click()
            page.locator("#plan-titre").wait_for()
            add = page.get_by_role("button", name="Ajouter ces documents")
            if allowed:
                add.wait_for()
            else:
                page.wait_for_timeout(500)  # the page asks as it opens
                assert not add.is_visible()
