"""The conversation, and beside it the evidence of one answer.

Nothing is kept here between two requests: the conversation comes with each one, and the evidence
of an earlier answer is found by asking its question again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.events import api

from assistant.batch import parse_item
from assistant.errors import AssistantError
from assistant.rendering import answer_to_dict
from assistant.web.asking import MAX_QUESTION_CHARS, ask_now
from assistant.web.evidence import evidence_to_html
from assistant.web.message import (
    answer_to_message,
    content_of,
    error_to_message,
    escape_text,
    set_spaces,
    turns_of,
)

if TYPE_CHECKING:
    from assistant.pipeline import Assistant
    from assistant.search.index import Knowledge

INTRODUCTION = set_spaces(
    "Posez une question sur les documents : la réponse cite les passages qui la prouvent. "
    "Cliquez sur un numéro pour voir le passage dans sa page."
)
NO_EVIDENCE = '<p class="vide">Les passages cités s’affichent ici.</p>'
CHANGED = set_spaces(
    '<p class="validite">Les documents ont changé depuis cette réponse : '
    "voici les preuves de la réponse d’aujourd’hui.</p>"
)
STARTING_QUESTIONS = 4

Messages = list[dict[str, Any]]


def build_conversation(assistant: Assistant) -> None:
    """Add the conversation to the page that is being built, with its endpoint ``/ask``."""

    def respond(question: str, messages: Messages) -> tuple[str, Messages, str]:
        if not question.strip():
            return question, messages, gr.skip()
        try:
            answer, knowledge = ask_now(assistant, question, turns_of(messages))
        except AssistantError as error:
            reply, evidence = error_to_message(error), NO_EVIDENCE
        else:
            reply = answer_to_message(answer, knowledge)
            evidence = evidence_to_html(answer, knowledge) or NO_EVIDENCE
        asked = {"role": "user", "content": escape_text(question)}
        return "", [*messages, asked, {"role": "assistant", "content": reply}], evidence

    def respond_to_example(messages: Messages, event: gr.SelectData) -> tuple[str, Messages, str]:
        return respond(event.value["text"], messages)

    def show_earlier(messages: Messages, event: gr.SelectData) -> str:
        return evidence_of(assistant, messages, int(event.index))

    def ask(question: str, history: list[dict[str, str]] | None = None) -> dict[str, Any]:
        """Answer a question; the same dictionary as ``assistant ask --json``."""
        try:
            text, turns = parse_item({"question": question, "history": history})
            answer, knowledge = ask_now(assistant, text, turns)
        except AssistantError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return answer_to_dict(answer, places=knowledge.places)

    examples: Any = [{"text": question} for question in starting_questions(assistant.index.knowledge)]
    private: Any = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    gr.HTML(f"<p>{INTRODUCTION}</p>", elem_id="introduction", padding=False)
    with gr.Row(elem_id="colonnes"):
        with gr.Column(scale=3, min_width=260, elem_id="conversation"):
            chat = gr.Chatbot(
                label="Conversation",
                show_label=False,
                examples=examples,
                placeholder="Quelques questions pour commencer" if examples else None,
                sanitize_html=True,
                latex_delimiters=[],  # a dollar is a dollar
                buttons=[],
                autoscroll=False,  # to the end of an answer: it is read from its beginning
                layout="bubble",
                height="60vh",
                min_height=320,
            )
            with gr.Row(elem_id="saisie", equal_height=False):
                box = gr.Textbox(
                    label="Votre question",
                    placeholder=set_spaces("Par exemple : qui doit prévenir le Département, et quand ?"),
                    lines=1,
                    max_lines=4,
                    max_length=MAX_QUESTION_CHARS,
                    autofocus=True,
                    scale=4,
                    min_width=200,
                )
                button = gr.Button("Demander", variant="primary", scale=0, min_width=120)
            fresh = gr.Button("Nouvelle conversation", size="sm", elem_id="nouvelle", scale=0)
        with gr.Column(scale=2, min_width=260, elem_id="preuves"):
            gr.HTML("<h2>Preuves</h2>", padding=False)
            evidence = gr.HTML(NO_EVIDENCE, elem_id="panneau", padding=False)

    shown = [box, chat, evidence]
    asked = gr.on([box.submit, button.click], respond, [box, chat], shown, **private)
    example = chat.example_select(respond_to_example, chat, shown, **private)
    earlier = chat.select(show_earlier, chat, evidence, **private)
    # What the browser alone does, once the page shows the result; see page.js.
    for event, action in (
        (asked, "montrerReponse"),
        (example, "montrerReponse"),
        (earlier, "montrerPreuve"),
    ):
        event.then(fn=None, js=f"() => window.{action}()")
    fresh.click(lambda: ("", [], NO_EVIDENCE), None, shown, **private)
    api(ask, api_name="ask")


def evidence_of(assistant: Assistant, messages: Messages, position: int) -> str:
    """Return the evidence of the answer at, or just after, a position of the conversation."""
    turns = turns_of(messages[: position + 1])
    if not turns:
        return NO_EVIDENCE
    reply = next((m for m in messages[position:] if m.get("role") == "assistant"), {})
    try:
        answer, knowledge = ask_now(assistant, turns[-1].question, turns[:-1])
    except AssistantError:
        return NO_EVIDENCE
    evidence = evidence_to_html(answer, knowledge) or NO_EVIDENCE
    return evidence if answer_to_message(answer, knowledge) == content_of(reply) else CHANGED + evidence


def starting_questions(knowledge: Knowledge) -> list[str]:
    """Return a few questions that fiches answer, spread over them."""
    fiches = [fiche for fiche in knowledge.fiches if fiche.questions]
    step = max(1, len(fiches) // STARTING_QUESTIONS)
    questions = [fiche.questions[0].strip() for fiche in fiches[step // 2 :: step][:STARTING_QUESTIONS]]
    return [question[:1].upper() + question[1:] for question in questions]
