"""The desk where every part of the page and of the API asks: the newest index, in order, within limits."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.batch import parse_item
from assistant.errors import QuestionsError
from assistant.records import Turn
from assistant.search.follow_up import HISTORY_TURNS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from assistant.pipeline import Assistant
    from assistant.records import Answer, Hit
    from assistant.search.index import Index

    Result = TypeVar("Result")

MAX_QUESTION_CHARS = 2000  # several paragraphs: more is not a question
MAX_ANSWER_CHARS = 10_000  # of an earlier answer, which the page sends back
# As many questions at a time as there are cores, the others in order: more threads that share one
# interpreter only take it from one another.
_DESK = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="ask")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what it was asked in.

    Attributes:
        question: As typed.
        history: The turns that it may lean on, oldest first, cut to what a person types and reads.
        only: The documents to search, by id; all when empty.
    """

    question: str
    history: tuple[Turn, ...] = ()
    only: tuple[str, ...] = ()

    @classmethod
    def build(cls, question: str, history: Sequence[Turn] = (), only: Collection[str] = ()) -> Asked:
        """Keep what a question needs of a conversation.

        Raises:
            QuestionsError: If the question is too long.
        """
        if len(question) > MAX_QUESTION_CHARS:
            raise QuestionsError(
                f"La question est trop longue ({len(question)} caractères). "
                f"Résumez-la en {MAX_QUESTION_CHARS} caractères au plus."
            )
        recent = (
            Turn(turn.question[:MAX_QUESTION_CHARS], turn.answer[:MAX_ANSWER_CHARS])
            for turn in history[-HISTORY_TURNS:]
        )
        return cls(question, tuple(recent), tuple(only))

    @classmethod
    def read(cls, item: Mapping[str, Any]) -> Asked:
        """Read what a browser sends: ``question``, ``history``, ``only``.

        Raises:
            QuestionsError: If a field is missing, of the wrong kind or too long.
        """
        question, history = parse_item(dict(item))
        only = item.get("only") or []
        if not isinstance(only, list) or not all(isinstance(name, str) for name in only):
            raise QuestionsError("« only » doit être une liste d’identifiants de documents.")
        return cls.build(question, history, only)


def ask_now(assistant: Assistant, asked: Asked) -> tuple[Answer, Index]:
    """Answer from the newest index; return it with the answer, whose citations refer to it.

    Raises:
        AssistantError: If it cannot be answered.
    """
    return _at_the_desk(assistant, lambda: assistant.ask(asked.question, asked.history, only=asked.only))


def search_now(
    assistant: Assistant, question: str, *, top: int | None, only: Collection[str]
) -> tuple[list[Hit], Index]:
    """Search the newest index; return it with the hits.

    Raises:
        AssistantError: If it cannot be searched.
    """
    return _at_the_desk(assistant, lambda: assistant.search(question, top=top, only=only))


def warm_up(assistant: Assistant) -> None:
    """Ask a question that nobody waits for: the models it needs are read now, not when somebody asks."""
    _DESK.submit(assistant.ask, "Qui fait quoi, et quand ?")


def _at_the_desk(assistant: Assistant, work: Callable[[], Result]) -> tuple[Result, Index]:
    assistant.refresh()
    while True:
        index = assistant.index
        result = _DESK.submit(work).result()
        if assistant.index is index:  # else another request has switched to a newer one meanwhile
            return result, index
