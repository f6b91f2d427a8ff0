from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from assistant.errors import QuestionsError
from assistant.web.asking import MAX_QUESTION_CHARS, ask_now, warm_up

if TYPE_CHECKING:
    from assistant.pipeline import Assistant

QUESTION = "Quel tribunal tranche un différend entre la ville et le prestataire ?"


def test_no_more_questions_at_a_time_than_cores(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    cores = os.cpu_count() or 1
    answer, lock = type(assistant).ask, threading.Lock()
    now = most = 0

    def counted(*args: object, **options: object) -> object:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        try:
            return answer(*args, **options)  # type: ignore[arg-type]
        finally:
            with lock:
                now -= 1

    monkeypatch.setattr(type(assistant), "ask", counted)
    alone = ask_now(assistant, QUESTION, [])[0]

    with ThreadPoolExecutor(20) as people:
        answers = list(people.map(lambda _: ask_now(assistant, QUESTION, [])[0], range(40)))

    assert most <= cores
    assert {answer.text for answer in answers} == {alone.text}


def test_the_first_question_is_asked_beforehand(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()
    monkeypatch.setattr(type(assistant), "ask", lambda *_: asked.set())

    warm_up(assistant)

    assert asked.wait(10)


def test_a_question_of_several_pages_is_refused(assistant: Assistant) -> None:
    with pytest.raises(QuestionsError, match="trop longue"):
        ask_now(assistant, "a" * (MAX_QUESTION_CHARS + 1), [])
