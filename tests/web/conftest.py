"""A page served for the tests: the application itself, on a free port, in a thread."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from assistant.pipeline import Assistant
from assistant.web.application import make_app
from assistant.web.serve import address_of, listen, make_server


@contextmanager
def served(assistant: Assistant) -> Iterator[str]:
    """Serve an assistant; give the address of its page."""

    async def make() -> Any:
        return make_server(make_app(assistant))

    server = asyncio.run(make())  # gradio leaves a loop open where none runs
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
