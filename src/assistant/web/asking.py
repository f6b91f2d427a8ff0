"""One question to the newest index, for every part of the page."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from assistant.errors import QuestionsError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from assistant.pipeline import Assistant
    from assistant.records import Answer, Turn
    from assistant.search.index import Knowledge

# As many questions at a time as there are cores, the others in order: twenty threads that share one
# interpreter answer half as many questions a second as two.
_DESK = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="ask")
MAX_QUESTION_CHARS = 2000  # several paragraphs: more is not a question


def warm_up(assistant: Assistant) -> None:
    """Ask a question that nobody waits for: the models it needs are read now, not when somebody asks."""
    _DESK.submit(assistant.ask, "Qui fait quoi, et quand ?")


def ask_now(
    assistant: Assistant, question: str, history: Sequence[Turn], *, only: Collection[str] = ()
) -> tuple[Answer, Knowledge]:
    """Answer from the newest index; return what the answer's citations refer to with it.

    Raises:
        AssistantError: If the question is too long, or cannot be answered.
    """
    if len(question) > MAX_QUESTION_CHARS:
        raise QuestionsError(
            f"La question est trop longue ({len(question)} caractères). "
            f"Résumez-la en {MAX_QUESTION_CHARS} caractères au plus."
        )
    assistant.refresh()
    while True:
        index = assistant.index
        answer = _DESK.submit(assistant.ask, question, history, only=only).result()
        if assistant.index is index:  # else another request has switched to a newer one meanwhile
            return answer, index.knowledge
