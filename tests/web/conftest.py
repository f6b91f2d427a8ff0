"""A page served in a thread, for programs; the application in a process, for a browser."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from in_browser import FLAGS, Application, running_application, watched_window

from assistant.pipeline import Assistant
from assistant.web.application import gradio_files_left_alone, make_app
from assistant.web.serve import address_of, listen, make_server

with gradio_files_left_alone():  # before the tests that import a tab, which imports it
    import gradio  # noqa: F401

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@contextmanager
def served(assistant: Assistant) -> Iterator[str]:
    """Serve an assistant; give the address of its page."""

    async def make() -> Any:
        return make_server(make_app(assistant))

    with ThreadPoolExecutor(1) as apart:  # a browser may have a loop running in this thread
        server = apart.submit(asyncio.run, make()).result()  # gradio leaves a loop open where none runs
    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            deadline = time.monotonic() + 20
            while not server.started and thread.is_alive() and time.monotonic() < deadline:
                time.sleep(0.01)
            assert server.started, "the page did not start"
            yield address_of(listener)
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def serve_page() -> Iterator[Callable[[Assistant], str]]:
    """Return a function that serves an assistant until the test ends."""
    with ExitStack() as stack:
        yield lambda assistant: stack.enter_context(served(assistant))


@pytest.fixture(scope="session")
def page_url(assistant: Assistant) -> Iterator[str]:
    """Return the address of the page of the shared assistant."""
    with served(assistant) as url:
        yield url


# --- in a browser ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def application(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """Start the application over a tiny corpus with a hostile document, shared: nothing in it changes."""
    folder = tmp_path_factory.mktemp("browser")
    with running_application(assistant.settings.corpus[0], folder) as running:
        yield running


@pytest.fixture(scope="module")  # not longer: while it is open, asyncio.run is refused
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    # The shell is the same engine without the browser's own windows and menus: a quarter less time.
    executable = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if executable is None:
        pytest.skip("Chromium is not installed: apt-get install chromium-headless-shell")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(params=["light"])
def window(request: pytest.FixtureRequest, chromium: Browser, application: Application) -> Iterator[Page]:
    """Open the page, light or dark, and watch over its requests and its console."""
    with watched_window(chromium, application, color_scheme=request.param) as shown:
        yield shown
