"""What is made once of an index and shared by the parts of the page."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from assistant.discovery import Step, guided_path, starting_questions
from assistant.register import Register

if TYPE_CHECKING:
    from datetime import date

    from assistant.pipeline import Assistant
    from assistant.search.index import Index

_KEPT = 2  # indexes: one may be replaced by another while it is read


@lru_cache(_KEPT)
def register_of(index: Index) -> Register:
    """Return the register of obligations of an index."""
    return Register.of(index.knowledge)


@lru_cache(_KEPT)
def path_of(index: Index, day: date) -> tuple[Step, ...]:
    """Return the guided path through the fiches of an index."""
    return guided_path(index.knowledge, day)


@lru_cache(_KEPT)
def questions_of(assistant: Assistant, index: Index, day: date) -> tuple[str, ...]:
    """Return the questions to start with; the assistant has just answered each of them."""
    return starting_questions(path_of(index, day), assistant.ask)
