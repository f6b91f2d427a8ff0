"""Many people at once on one page, and one person in a browser.

Each person asks one question after the other, without a pause: harder than people are.
"""

from __future__ import annotations

import http.client
import json
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

PEOPLE = 20
QUESTIONS_EACH = 5
BROWSER_QUESTIONS = 20
# In the page: from the key to the frame after the first words of the answer itself are there.
FIRST_WORDS = """(question) => new Promise((resolve) => {
  const box = document.querySelector("#question");
  const before = document.querySelectorAll(".reponse").length;
  box.value = question;
  const begin = performance.now();
  const look = () => {
    const replies = document.querySelectorAll(".reponse");
    const words = replies.length > before && replies[replies.length - 1].querySelector("p:not(.attente, .compris)");
    if (words && words.textContent.trim()) requestAnimationFrame(() => resolve(performance.now() - begin));
    else requestAnimationFrame(look);
  };
  box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  look();
})"""
DONE = "() => !document.querySelector('#fil [aria-busy]')"
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu")


def ask_by_http(url: str, questions: Sequence[str]) -> list[float]:
    """Return the seconds of each question that people ask of ``/api/ask`` at once.

    Raises:
        RuntimeError: If one is not answered.
    """

    def make() -> Callable[[str], bytes]:
        request = _requester(url)
        return lambda question: _check(question, request("/api/ask", {"question": question}))

    return all_at_once(make, questions)


def ask_by_page(url: str, questions: Sequence[str]) -> list[float]:
    """Return the same through ``/conversation``, as the page asks: a reply piece by piece, to its end.

    Raises:
        RuntimeError: If one is not answered.
    """

    def make() -> Callable[[str], None]:
        request = _requester(url)

        def ask(question: str) -> None:
            pieces = _check(question, request("/conversation", {"question": question})).splitlines()
            if "done" not in json.loads(pieces[-1]):
                raise RuntimeError(f"no answer for {question!r}: {pieces[-1][:200]!r}")

        return ask

    return all_at_once(make, questions)


def ask_by_gradio(url: str, questions: Sequence[str]) -> list[float]:
    """Return the same through gradio's endpoint: a call, then its result, in a session of each person.

    Without a session gradio makes one for each call, with a copy of the whole page.  Not with
    ``gradio_client``, which takes a fifth of a second of this process for each question.

    Raises:
        RuntimeError: If one is not answered.
    """

    def make() -> Callable[[str], None]:
        request, session = _requester(url), uuid4().hex

        def ask(question: str) -> None:
            body = {"data": [question, []], "session_hash": session}
            call = json.loads(_check(question, request("/gradio_api/call/ask", body)))
            result = _check(question, request(f"/gradio_api/call/ask/{call['event_id']}"))
            if b"event: complete" not in result:
                raise RuntimeError(f"no answer for {question!r}: {result[:200]!r}")

        return ask

    return all_at_once(make, questions)


def _requester(url: str) -> Callable[..., tuple[int, bytes]]:
    """Return a function that sends a body, or asks, over one connection."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def request(path: str, body: object = None) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json"}
        sent = None if body is None else json.dumps(body)
        connection.request("GET" if body is None else "POST", path, sent, headers)
        with connection.getresponse() as reply:
            return reply.status, reply.read()

    return request


def _check(question: str, reply: tuple[int, bytes]) -> bytes:
    status, content = reply
    if status != 200:
        raise RuntimeError(f"{status} for {question!r}: {content[:200]!r}")
    return content


def all_at_once(
    make: Callable[[], Callable[[str], Any]], questions: Sequence[str], *, people: int = PEOPLE
) -> list[float]:
    """Let people ask at once, each their own questions; return the seconds of each."""
    start = threading.Barrier(people)

    def ask_in_turn(person: int) -> list[float]:
        ask = asks[person]
        times = []
        start.wait()
        for turn in range(QUESTIONS_EACH):
            begin = time.perf_counter()
            ask(questions[(person * QUESTIONS_EACH + turn) % len(questions)])
            times.append(time.perf_counter() - begin)
        return times

    asks = [make() for _ in range(people)]  # ready before the first asks
    with ThreadPoolExecutor(people) as pool:
        return [seconds for times in pool.map(ask_in_turn, range(people)) for seconds in times]


def time_first_words(url: str, questions: Sequence[str]) -> list[float]:
    """Return the seconds from Enter to the first words of each answer; none without a browser."""
    executable = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return []
    if executable is None:
        return []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        page = browser.new_page(locale="fr-FR")
        page.goto(url)
        page.get_by_label("Votre question").wait_for()
        times = []
        for question in questions[: BROWSER_QUESTIONS + 1]:
            times.append(page.evaluate(FIRST_WORDS, question) / 1000)
            page.wait_for_function(DONE)
        browser.close()
    return times[1:]  # the first one warms up
