"""What the conversation shows before the first question."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.pipeline import Assistant
from assistant.records import DocumentInfo
from assistant.web.welcome import STARTING_QUESTIONS, documents_to_html, welcome_to_html


def test_the_first_of_the_starting_questions_are_buttons(assistant: Assistant) -> None:
    names = [f"Combien de gilets pour l'équipe {number} ?" for number in range(STARTING_QUESTIONS + 2)]

    html = welcome_to_html(assistant.index.knowledge, names)["questions"]

    assert re.findall(r"équipe (\d)\u00a0\?</button>", html) == ["0", "1", "2", "3"]
    assert welcome_to_html(assistant.index.knowledge, [])["questions"] == ""


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
    infos = {**knowledge.infos, "charte-valmont-2024": hostile}

    html = "".join(welcome_to_html(replace(knowledge, infos=infos), ['qui a mis <b>"x"</b> ?']).values())

    assert set(re.findall(r"<(\w+)", html)) == {"h3", "ul", "li", "button", "label", "input"}
    assert html.count("&quot;x&quot;") == 2
