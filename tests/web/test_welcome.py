"""What the conversation shows before the first question."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from assistant.pipeline import Assistant
from assistant.records import DocumentInfo
from assistant.web.welcome import documents_to_html, starting_questions, welcome_to_html

TODAY = date(2025, 1, 1)


def test_starting_questions_are_those_of_the_fiches(assistant: Assistant) -> None:
    knowledge = assistant.index.knowledge
    asked = {question.lower().replace("'", "’") for fiche in knowledge.fiches for question in fiche.questions}

    questions = starting_questions(knowledge, today=TODAY)

    assert len(questions) == len(set(questions)) == 2  # one a fiche
    assert {question.lower() for question in questions} <= asked
    assert starting_questions(replace(knowledge, fiches=()), today=TODAY) == []


def test_no_starting_question_leads_to_an_expired_document(assistant: Assistant) -> None:
    knowledge = assistant.index.knowledge
    expired = replace(knowledge.infos["charte-valmont-2024"], valid_until=date(2024, 6, 1))

    questions = starting_questions(
        replace(knowledge, infos={**knowledge.infos, "charte-valmont-2024": expired}), today=TODAY
    )

    assert len(questions) == 1
    assert "mairie" not in questions[0]


def test_every_document_that_can_be_searched_can_be_chosen(assistant: Assistant) -> None:
    html = documents_to_html(assistant.index.knowledge)

    assert re.findall('value="([^"]*)"', html) == [
        "charte-valmont-2024",
        "guide-absent",
        "reglement-valmont-2015",
    ]


def test_titles_and_questions_are_escaped(assistant: Assistant) -> None:
    knowledge = assistant.index.knowledge
    hostile = DocumentInfo("charte-valmont-2024", "<script>x</script>")
    fiches = tuple(replace(fiche, questions=('qui a mis <b>"x"</b> ici ?',)) for fiche in knowledge.fiches)
    infos = {**knowledge.infos, "charte-valmont-2024": hostile}

    html = "".join(welcome_to_html(replace(knowledge, infos=infos, fiches=fiches)).values())

    assert set(re.findall(r"<(\w+)", html)) == {"h3", "ul", "li", "button", "label", "input"}
    assert html.count("&quot;x&quot;") == 4
