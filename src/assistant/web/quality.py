"""The last evaluation, for whoever wonders how far answers can be trusted."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.errors import ReportError
from assistant.overview import summarize_documents
from assistant.quality import load_report
from assistant.web.figures import quality_to_html
from assistant.web.text import say

if TYPE_CHECKING:
    from assistant.pipeline import Assistant

INTRODUCTION = "Jusqu’où se fier aux réponses : ce que l’on mesure, ce que cela veut dire, et ce qui échoue."


def build_quality(assistant: Assistant) -> None:
    """Add the last evaluation to the page that is being built."""
    private: Any = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    gr.HTML(f"<h2>Qualité</h2><p>{say(INTRODUCTION)}</p>", padding=False)
    shown = gr.HTML(show_quality(assistant), elem_id="qualite", padding=False)
    gr.on(None, lambda: show_quality(assistant), None, shown, **private)


def show_quality(assistant: Assistant) -> str:
    """Return the report as it is now, beside the documents of the newest index."""
    knowledge = assistant.index.knowledge
    try:
        report = load_report(assistant.settings.report)
    except ReportError as error:
        return f'<p class="echec">{say(str(error))}</p>'
    return quality_to_html(report, summarize_documents(knowledge, date.today()), knowledge.infos)
