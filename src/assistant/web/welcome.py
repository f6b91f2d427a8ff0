"""What the conversation shows before the first question: questions to start with, documents to choose."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from assistant.web.text import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.search.index import Knowledge

STARTING_QUESTIONS = 4


def welcome_to_html(knowledge: Knowledge, questions: Sequence[str]) -> dict[str, str]:
    """Return both parts as HTML, by name: ``questions``, the first of those given, and ``documents``."""
    return {
        "questions": questions_to_html(questions[:STARTING_QUESTIONS]),
        "documents": documents_to_html(knowledge),
    }


def questions_to_html(questions: Sequence[str]) -> str:
    """Return the starting questions as buttons, which the page asks when they are pressed."""
    items = "".join(
        f'<li><button type="button" data-question="{escape(question)}">{say(question)}</button></li>'
        for question in questions
    )
    return f'<h3>Quelques questions pour commencer</h3><ul class="suites">{items}</ul>' if items else ""


def documents_to_html(knowledge: Knowledge) -> str:
    """Return a check box for each document that has something to search; none checked means all."""
    held = {passage.document_id for passage in knowledge.passages}
    names = sorted((knowledge.infos[name].name, name) for name in held)
    return "".join(
        f'<label><input type="checkbox" name="only" value="{escape(identifier)}"> {say(name)}</label>'
        for name, identifier in names
    )
