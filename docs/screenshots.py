"""Take the screenshots of the documentation: ``make screenshots``.

The page is served over the fiches alone, so that no sentence of an original document is shown.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
COLOURS = 128  # enough for a page of text; a third of the size
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
QUESTION = "Qui tranche si on se fâche avec le Département ?"
UNKNOWN = "Combien coûte un ticket de bus à Arras ?"


@contextmanager
def page_over_fiches() -> Iterator[str]:
    """Serve the page in a process of its own; give its address."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "corpus").mkdir()
        environ = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")}
        environ |= {
            "ASSISTANT_CORPUS": str(Path(folder) / "corpus"),
            "ASSISTANT_KNOWLEDGE": str(ROOT / "corpus"),
            "ASSISTANT_INDEX": str(Path(folder) / "index"),
            "ASSISTANT_FEEDBACK": str(Path(folder) / "feedback.sqlite"),
        }
        command = [sys.executable, str(ROOT / "app.py"), "--port", "0"]
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stderr=subprocess.PIPE, text=True)  # noqa: S603
        try:
            said = ""
            for line in process.stderr or ():
                said += line
                if found := re.search(r"http://\S+", line):
                    yield found[0]
                    break
            else:
                raise SystemExit(f"The page did not start:\n{said}")
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()


def ask(page: Page, question: str, *, from_top: bool = False) -> None:
    """Ask, and wait for the whole answer; ``from_top``: with the head of the page, which asking leaves."""
    page.get_by_label("Votre question").fill(question)
    page.get_by_label("Votre question").press("Enter")
    page.locator(".reponse .confiance, .reponse .pistes").last.wait_for()
    page.locator("#panneau .preuve").wait_for()
    page.evaluate("document.activeElement.blur()")
    if from_top:
        page.evaluate("scrollTo(0, 0)")


def refuse(page: Page) -> None:
    """Ask what no document says."""
    page.get_by_label("Votre question").fill(UNKNOWN)
    page.get_by_label("Votre question").press("Enter")
    page.locator(".reponse .cherche").wait_for()


def obligations(page: Page) -> None:
    """Show the register, one duty with its evidence."""
    page.get_by_role("tab", name="Obligations").click()
    page.locator("#registre a.renvoi").nth(1).click()
    page.locator(".panneau:visible .preuve").wait_for()
    page.evaluate("scrollTo(0, 0)")


def documents(page: Page) -> None:
    """Show the catalogue."""
    page.get_by_role("tab", name="Documents").click()
    page.locator("#catalogue li").first.wait_for()


def discover(page: Page) -> None:
    """Show the guided path, one fiche open."""
    page.get_by_role("tab", name="Découvrir").click()
    page.locator("#parcours summary").first.click()


def quality(page: Page) -> None:
    """Show the figures."""
    page.get_by_role("tab", name="Qualité").click()
    page.locator("#qualite h3").first.wait_for()


SHOTS: tuple[tuple[str, str, dict[str, int], Callable[[Page], None]], ...] = (
    ("conversation", "light", DESK, lambda page: ask(page, QUESTION, from_top=True)),
    ("conversation-sombre", "dark", DESK, lambda page: ask(page, QUESTION, from_top=True)),
    ("conversation-telephone", "light", PHONE, lambda page: ask(page, QUESTION)),
    ("refus", "light", DESK, refuse),
    ("obligations", "light", DESK, obligations),
    ("documents", "light", DESK, documents),
    ("decouvrir", "light", DESK, discover),
    ("qualite", "light", DESK, quality),
)


def shoot(browser: Browser, url: str) -> None:
    """Write each screenshot."""
    from PIL import Image

    for name, scheme, size, show in SHOTS:
        context = browser.new_context(
            locale="fr-FR", color_scheme=scheme, viewport=size, reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto(url)
        page.locator("#accueil button").first.wait_for()
        show(page)
        page.wait_for_timeout(500)  # the last thing asked for is drawn
        image = (
            Image.open(io.BytesIO(page.screenshot()))
            .convert("RGB")
            .quantize(COLOURS, dither=Image.Dither.NONE)
        )
        image.save(IMAGES / f"{name}.png", optimize=True)
        context.close()


def main() -> None:
    """Serve, open a browser, write the images."""
    from playwright.sync_api import sync_playwright

    executable = shutil.which("chromium")
    if executable is None:
        raise SystemExit("Chromium is not installed: apt-get install chromium")
    IMAGES.mkdir(exist_ok=True)
    with page_over_fiches() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        shoot(browser, url)
        browser.close()


if __name__ == "__main__":
    main()
