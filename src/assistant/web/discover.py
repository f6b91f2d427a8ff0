"""Discovering: a guided path through the fiches, questions to start with, the acronyms.

What is read and ticked is the browser's; nothing is kept here but what follows from the index.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.web.newest import path_of, questions_of
from assistant.web.path import glossary_to_html, path_to_html, questions_to_html
from assistant.web.places import link_to_fiche
from assistant.web.text import set_spaces

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.pipeline import Assistant

INTRODUCTION = set_spaces(
    "Un parcours pour qui arrive : ouvrez un titre, lisez l’essentiel en mots simples, cochez ce que vous avez lu. "
    "Vos coches restent dans ce navigateur."
)
NO_EVIDENCE = '<p class="vide">Le passage d’une source s’affiche ici.</p>'
_ON_LOAD = "watch('value', () => window.montrerCoches?.(element)); window.montrerCoches(element);"


class Guide:
    """The three parts of the tab, made once an index and a day."""

    def __init__(self, assistant: Assistant, today: Callable[[], date]) -> None:
        self._assistant = assistant
        self._today = today
        self._made: tuple[tuple[str, date], tuple[str, str, str]] | None = None

    def parts(self) -> tuple[str, str, str]:
        """Return the path, the questions and the glossary of the newest index."""
        self._assistant.refresh()
        index, day = self._assistant.index, self._today()
        key = index.manifest.version, day
        made = self._made
        if made is None or made[0] != key:
            knowledge = index.knowledge
            parts = (
                path_to_html(
                    path_of(index, day), knowledge.infos, lambda fiche: link_to_fiche(fiche, knowledge)
                ),
                questions_to_html(questions_of(self._assistant, index, day)),
                glossary_to_html(knowledge.acronyms),
            )
            made = self._made = key, parts
        return made[1]


def build_discover(assistant: Assistant, *, today: Callable[[], date] = date.today) -> None:
    """Add the guided path to the page that is being built."""
    guide = Guide(assistant, today)
    gr.HTML(f"<h2>Découvrir</h2><p>{INTRODUCTION}</p>", padding=False)
    with gr.Row(elem_classes="deux-colonnes"):
        with gr.Column(scale=3, min_width=260):
            path = gr.HTML("", elem_id="parcours", js_on_load=_ON_LOAD, padding=False)
        with gr.Column(scale=2, min_width=260, elem_classes="preuves"):
            questions = gr.HTML("", elem_id="questions", padding=False)
            gr.HTML("<h3>Preuve</h3>", padding=False)
            gr.HTML(NO_EVIDENCE, elem_classes="panneau", padding=False)
    glossary = gr.HTML("", elem_id="glossaire", padding=False)
    private: Any = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    gr.on(None, guide.parts, None, [path, questions, glossary], **private)
