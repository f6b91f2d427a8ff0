"""The documents: the catalogue, each one's outline, and for an administrator what is added and removed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.corpus.loading import READERS
from assistant.errors import LibraryBusy
from assistant.library import MAX_FILES, Library
from assistant.overview import find_section, outline_of, readable_skips, summarize_documents
from assistant.pipeline import knowledge_folder
from assistant.web.access import is_administrator
from assistant.web.catalogue import (
    catalogue_to_html,
    count,
    outline_to_html,
    section_to_html,
    upload_label,
    work_to_html,
)
from assistant.web.text import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.pipeline import Assistant
    from assistant.settings import Settings

INTRODUCTION = (
    "Les documents que l’assistant connaît, leur période, et la part que des fiches expliquent. "
    "« Parcourir » ouvre le plan d’un document : un titre montre ses passages, la fiche à côté."
)
NO_OUTLINE = f'<p class="vide">{say("Choisissez « Parcourir » sous un document pour voir son plan.")}</p>'
NO_SECTION = f'<p class="vide">{say("Les passages du titre choisi s’affichent ici.")}</p>'
GONE = f'<p class="vide">{say("Ce document ou ce titre n’est plus là : les documents ont changé.")}</p>'
FORBIDDEN = "Seul un administrateur peut changer les documents."
POLL_SECONDS = 1
# What scrolls must be reached with the keyboard.
_SCROLLED = (
    '<div class="defile" tabindex="0" role="region" aria-label="Passages du titre choisi">${value}</div>'
)
_PRIVATE: Any = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
# What was clicked, for the server; opening and closing are the browser's.
_PICK = """
element.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-document]");
  if (chosen) trigger("select", { id: chosen.dataset.document, section: chosen.dataset.section ?? "" });
});
"""
# What is removed is what was confirmed, whatever is ticked meanwhile.
_CONFIRM = """(names) => {
  const listed = names.map((name) => `« ${name} »`).join(", ");
  return [names.length && confirm(`Retirer définitivement ${listed} ?`) ? names : []];
}"""


def build_documents(assistant: Assistant) -> None:
    """Add the documents to the page that is being built."""
    library = Library(assistant)

    def open_document(event: gr.EventData) -> tuple[str, str]:
        return show_outline(assistant, event.id), NO_SECTION

    def open_section(event: gr.EventData) -> str:
        return show_section(assistant, event.id, event.section)

    gr.HTML(f"<h2>Documents</h2><p>{say(INTRODUCTION)}</p>", padding=False)
    catalogue = gr.HTML(show_catalogue(library), elem_id="catalogue", js_on_load=_PICK, padding=False)
    with gr.Row(elem_id="lecture"):
        with gr.Column(scale=2, min_width=260, elem_id="plan"):
            outline = gr.HTML(NO_OUTLINE, js_on_load=_PICK, padding=False)
        with gr.Column(scale=3, min_width=260, elem_id="section"):
            section = gr.HTML(NO_SECTION, html_template=_SCROLLED, padding=False)
            gr.HTML('<p role="status" id="section-annonce" class="hors-ecran"></p>', padding=False)
    browsed = catalogue.select(open_document, None, [outline, section], **_PRIVATE)
    read = outline.select(open_section, None, section, **_PRIVATE)
    for event, action in ((browsed, "montrerPlan"), (read, "montrerSection")):
        event.then(fn=None, js=f"() => window.{action}()")
    _build_administration(library, catalogue)


def _build_administration(library: Library, catalogue: gr.HTML) -> None:
    """Add what changes the documents.  Each handler asks again who is there."""

    def load(request: gr.Request) -> tuple[Any, ...]:
        return gr.update(visible=is_administrator(request)), *follow(request)

    def follow(request: gr.Request) -> tuple[Any, ...]:
        """Return the catalogue, the list of what was added, the work, and whether to look again."""
        work = library.work  # before the catalogue: the last look comes after the end
        library.assistant.refresh()
        if not is_administrator(request):
            return show_catalogue(library), gr.skip(), gr.skip(), "", gr.Timer(active=False)
        if work.running:  # the rest changes at the end
            return gr.skip(), gr.skip(), gr.skip(), work_to_html(work), gr.Timer(active=True)
        choices = [(upload_label(upload), upload.name) for upload in library.uploads()]
        return (
            show_catalogue(library),
            gr.CheckboxGroup(choices=choices),
            gr.update(visible=bool(choices)),
            work_to_html(work),
            gr.Timer(active=False),
        )

    def add(files: list[str] | None, request: gr.Request) -> tuple[Any, ...]:
        if files:
            start(request, lambda: library.add([Path(file) for file in files]))
        return None, *follow(request)

    def remove(names: list[str], request: gr.Request) -> tuple[Any, ...]:
        if not names:  # nothing ticked, or not confirmed
            return gr.skip(), gr.skip(), gr.skip()
        start(request, lambda: library.remove(names))
        return gr.CheckboxGroup(value=[]), work_to_html(library.work), gr.Timer(active=True)

    def rebuild(request: gr.Request) -> tuple[Any, ...]:
        start(request, library.rebuild)
        return follow(request)

    with gr.Column(visible=False, elem_id="administration") as administration:
        gr.HTML(f"<h2>Ajouter, retirer</h2>{explain_limits(library.settings)}", padding=False)
        files = gr.File(
            label="Documents à ajouter", file_count="multiple", file_types=list(READERS), height=160
        )
        files.example_inputs = lambda: []  # type: ignore[method-assign]  # gradio's names an outside host
        with gr.Row():
            adding = gr.Button("Ajouter ces documents", variant="primary", scale=0, min_width=260)
            rebuilding = gr.Button("Mettre l’index à jour", scale=0, min_width=260)
        status = gr.HTML(
            "", elem_id="travail", html_template='<div role="status">${value}</div>', padding=False
        )
        with gr.Column(visible=False, elem_id="ajoutes") as added:
            uploads = gr.CheckboxGroup(label="Documents ajoutés", choices=[])
            removing = gr.Button("Retirer les documents cochés", scale=0, min_width=260)
    timer = gr.Timer(POLL_SECONDS, active=False)

    shown = [catalogue, uploads, added, status, timer]
    gr.on(None, load, None, [administration, *shown], **_PRIVATE)
    timer.tick(follow, None, shown, **_PRIVATE)
    adding.click(add, files, [files, *shown], **_PRIVATE)
    rebuilding.click(rebuild, None, shown, **_PRIVATE)
    removing.click(remove, uploads, [uploads, status, timer], js=_CONFIRM, **_PRIVATE)


def start(request: gr.Request | None, work: Callable[[], None]) -> None:
    """Begin a work on the documents for an administrator.

    Raises:
        gr.Error: For anybody else, or when another work is going on.
    """
    if not is_administrator(request):
        raise gr.Error(FORBIDDEN, print_exception=False)
    try:
        work()
    except LibraryBusy as error:
        raise gr.Error(str(error), print_exception=False) from error


def show_catalogue(library: Library) -> str:
    """Return the catalogue of the newest index."""
    index, settings = library.assistant.index, library.settings
    folders = (*index.manifest.corpus, *map(str, settings.corpus), str(knowledge_folder(settings)))
    return catalogue_to_html(
        summarize_documents(index.knowledge, date.today()),
        readable_skips(index.manifest.skipped, folders),
        [upload.path for upload in library.uploads()],
    )


def show_outline(assistant: Assistant, document_id: str) -> str:
    """Return a document's outline."""
    knowledge = assistant.index.knowledge
    if document_id not in knowledge.infos:
        return GONE
    return outline_to_html(outline_of(knowledge, document_id), knowledge, document_id)


def show_section(assistant: Assistant, document_id: str, key: str) -> str:
    """Return the passages of a section, as the newest index has them."""
    knowledge = assistant.index.knowledge
    section = (
        find_section(outline_of(knowledge, document_id), key) if document_id in knowledge.infos else None
    )
    return section_to_html(section, knowledge, document_id) if section else GONE


def explain_limits(settings: Settings) -> str:
    """Return what may be added."""
    texts = (
        f"PDF, DOCX, ODT, HTML, Markdown ou texte ; par document, {count(settings.upload_max_mb, 'Mo', 'Mo')} "
        f"et {count(settings.upload_max_pages, 'page')} au plus ;",
        f"{count(MAX_FILES, 'document')} à la fois, {count(settings.upload_quota_mb, 'Mo', 'Mo')} en tout.",
        "L’assistant continue de répondre pendant la mise à jour.",
    )
    return (
        f'<p id="limites" data-mo="{settings.upload_max_mb}" data-formats="{" ".join(READERS)}">'
        f'{say(" ".join(texts))}</p><div id="refus" class="echec" role="alert"></div>'
    )
