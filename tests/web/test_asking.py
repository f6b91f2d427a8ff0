from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from tiny_corpus import QUESTION

from assistant.errors import QuestionsError
from assistant.records import Turn
from assistant.search.follow_up import HISTORY_TURNS
from assistant.web.asking import MAX_ANSWER_CHARS, MAX_QUESTION_CHARS, Asked, ask_now, warm_up

if TYPE_CHECKING:
    from assistant.pipeline import Assistant


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
    alone = ask_now(assistant, Asked(QUESTION))[0]

    with ThreadPoolExecutor(20) as people:
        answers = list(people.map(lambda _: ask_now(assistant, Asked(QUESTION))[0], range(40)))

    assert most <= cores
    assert {answer.text for answer in answers} == {alone.text}


def test_the_first_question_is_asked_beforehand(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Event()
    monkeypatch.setattr(type(assistant), "ask", lambda *_: asked.set())

    warm_up(assistant)

    assert asked.wait(10)


def test_a_question_of_several_pages_is_refused() -> None:
    with pytest.raises(QuestionsError, match="trop longue"):
        Asked.build("a" * (MAX_QUESTION_CHARS + 1))


def test_no_more_is_kept_of_a_conversation_than_a_question_leans_on() -> None:
    long = Turn("q" * 10 * MAX_QUESTION_CHARS, "r" * 10 * MAX_ANSWER_CHARS)

    asked = Asked.build(QUESTION, [Turn("première"), *[long] * HISTORY_TURNS])

    assert asked.history == (Turn("q" * MAX_QUESTION_CHARS, "r" * MAX_ANSWER_CHARS),) * HISTORY_TURNS


@pytest.mark.parametrize("only", ["charte", [1], {"a": 1}])
def test_the_documents_to_search_are_a_list_of_names(only: object) -> None:
    with pytest.raises(QuestionsError, match="identifiants de documents"):
        Asked.read({"question": QUESTION, "only": only})
