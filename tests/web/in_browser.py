"""What the tests in a browser share: the application in a process of its own, and what a user does."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

ROOT = Path(__file__).resolve().parents[2]
FLAGS = """
    --headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update
    --disable-sync --no-first-run
""".split()
START_SECONDS = 60  # a loaded machine
HOSTILE = "<script>caught = 1</script><img src=x onerror='caught = 1'> ${caught = 1} {{caught}}"
# Loaded by every Python that starts with this folder in its path.
GUARD = """
import socket, sys
connect = socket.socket.connect
def guarded(self, address):
    if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
        sys.stderr.write(f"OUTSIDE CONNECTION {address}\\n")
        raise OSError("closed")
    return connect(self, address)
socket.socket.connect = guarded
"""


@dataclass
class Application:
    """``app.py`` in a process of its own, with what it writes."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)
    url: str = ""

    def read(self, ready: threading.Event) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.search(r"http://\S+", line):
                self.url = found[0]
                ready.set()
        ready.set()


@contextmanager
def running_application(original: Path, folder: Path, **environ: str) -> Iterator[Application]:
    """Start ``app.py`` over a copy of a corpus with a hostile document; stop it as a user does.

    Args:
        original: The corpus that is copied, as ``tiny_corpus`` writes it.
        folder: Where the copy, the index and the home folder are made.
        environ: More environment variables, ``ASSISTANT_…`` for settings.
    """
    corpus = Path(shutil.copytree(original, folder / "corpus"))
    charte = corpus / "charte-valmont-2024.md"
    text = charte.read_text(encoding="utf-8")
    charte.write_text(text.replace("tranche.", f"tranche. {HOSTILE}"), encoding="utf-8")
    catalogue = corpus / "catalogue.toml"
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(text.replace('"Charte de Valmont"', f'"Charte {HOSTILE}"'), encoding="utf-8")
    (folder / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    own = {name: value for name, value in os.environ.items() if not name.startswith("ASSISTANT_")} | {
        "ASSISTANT_CORPUS": str(corpus),
        "ASSISTANT_KNOWLEDGE": str(corpus),
        "ASSISTANT_INDEX": str(folder / "index"),
        "PYTHONPATH": str(folder),
        "HOME": str(folder),
        **environ,
    }
    process = subprocess.Popen(
        [sys.executable, ROOT / "app.py", "--port", "0"],
        cwd=folder,
        env=own,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    running, ready = Application(process), threading.Event()
    reader = threading.Thread(target=running.read, args=(ready,))
    reader.start()
    try:
        ready.wait(START_SECONDS)
        assert running.url, f"the page did not start:\n{''.join(running.lines)}"
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(10)
        reader.join()
        assert process.stderr is not None
        process.stderr.close()
    said = "".join(running.lines)
    assert code == 130, said
    assert "Traceback" not in said, said
    assert "OUTSIDE CONNECTION" not in said, said


def context_of(browser: Browser) -> BrowserContext:
    """Return a context that shows nothing: the code of the page, once loaded, is not loaded for each test."""
    free = (context for context in browser.contexts if not context.pages)
    return next(free, None) or browser.new_context(locale="fr-FR")


def forget(context: BrowserContext, url: str) -> None:
    """Close a context's pages and forget what they kept, but not the code they loaded."""
    page = context.new_page()
    kept = {"origin": url.rstrip("/"), "storageTypes": "cookies,local_storage,indexeddb"}
    context.new_cdp_session(page).send("Storage.clearDataForOrigin", kept)
    context.clear_permissions()
    for shown in context.pages:
        shown.close()


@contextmanager
def watched_window(
    browser: Browser,
    application: Application,
    *,
    viewport: ViewportSize | None = None,
    color_scheme: Literal["light", "dark"] = "light",
    reduced_motion: Literal["reduce", "no-preference"] = "no-preference",
) -> Iterator[Page]:
    """Open the page; afterwards, no request has left the machine and the console has no error."""
    context = context_of(browser)
    shown = context.new_page()
    shown.set_default_timeout(30_000)  # a loaded machine
    shown.set_viewport_size(viewport or {"width": 1280, "height": 720})
    shown.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)
    requests: list[str] = []
    errors: list[str] = []
    shown.on("request", lambda sent: requests.append(sent.url))
    shown.on("pageerror", lambda error: errors.append(str(error)))
    shown.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    try:
        shown.goto(application.url)
        yield shown
    except BaseException:
        print("".join(application.lines), *errors, sep="\n")
        raise
    finally:
        forget(context, application.url)
    outside = [url for url in requests if not url.startswith((application.url, "data:", "blob:"))]
    assert outside == [], outside
    assert errors == [], errors


def ask(window: Page, question: str) -> None:
    """Ask, and wait for the end of the answer."""
    before = window.locator(".echange").count()
    window.get_by_label("Votre question").fill(question)
    window.get_by_label("Votre question").press("Enter")
    window.locator(".echange").nth(before).wait_for()
    window.wait_for_function("!document.querySelector('.echange[aria-busy]')")


def marked(window: Page) -> str:
    return " ".join(" ".join(window.locator("#panneau mark").all_inner_texts()).split())


def scrolls_sideways(window: Page) -> list[str]:
    """Return what is wider than its place: the page, the conversation, the evidence."""
    return [
        selector
        for selector in ("html", "#conversation", "#panneau")
        if window.locator(selector).evaluate("e => e.scrollWidth > e.clientWidth")
    ]


def violations(page: Page) -> list[str]:
    """Return what axe-core finds on the page as it is: every rule, that of whole pages too."""
    page.evaluate("Promise.allSettled(document.getAnimations().map((one) => one.finished))")
    if not page.evaluate("'axe' in window"):
        from axe_playwright_python.sync_playwright import Axe

        page.evaluate(Axe().axe_script)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] }).then((results) => results.violations)")
    return [
        f"{rule['id']}: {node['target']} {node['html'][:150]} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


def show_tab(window: Page, name: str) -> None:
    """Open a tab; on a narrow screen they stand on several lines."""
    window.get_by_role("tab", name=name, exact=True).click()


def last_reply(window: Page) -> str:
    return window.locator(".reponse").last.inner_text()


def questions(window: Page) -> list[str]:
    return window.locator(".echange .question").all_inner_texts()


def press(window: Page, name: str, *, nth: int = -1) -> None:
    window.get_by_role("button", name=name, exact=True).nth(nth).click()


def finished(window: Page) -> None:
    window.wait_for_function("!document.querySelector('.echange[aria-busy]')")
