"""What the conversation shows before the first question: questions to start with, documents to choose."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import TYPE_CHECKING

from assistant.answers.suggestions import best_question
from assistant.search.validity import is_expired
from assistant.web.text import say

if TYPE_CHECKING:
    from assistant.search.index import Knowledge

STARTING_QUESTIONS = 4


def welcome_to_html(knowledge: Knowledge) -> dict[str, str]:
    """Return both parts as HTML, by name: ``questions`` and ``documents``."""
    return {
        "questions": questions_to_html(starting_questions(knowledge)),
        "documents": documents_to_html(knowledge),
    }


def starting_questions(knowledge: Knowledge, *, today: date | None = None) -> list[str]:
    """Return a few questions that fiches answer, spread over them.

    Rather those that say who must do what, in documents in force: what people come for.
    """
    today = today or date.today()
    current = [
        (fiche, best_question(fiche, knowledge))
        for fiche in knowledge.fiches
        if not all(is_expired(knowledge.infos[source.document], today) for source in fiche.sources)
    ]
    asking = [(fiche, question) for fiche, question in current if question]
    binding = [question for fiche, question in asking if fiche.obligations]
    questions = binding if len(binding) >= STARTING_QUESTIONS else [question for _, question in asking]
    step = max(1, len(questions) // STARTING_QUESTIONS)
    return questions[step // 2 :: step][:STARTING_QUESTIONS]


def questions_to_html(questions: list[str]) -> str:
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
