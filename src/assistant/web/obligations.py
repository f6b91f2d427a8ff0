"""The obligations: filters, the register page by page, a checklist kept by the browser, exports.

Nothing is kept here between two requests: the filters and the ticks come with each one.
"""

from __future__ import annotations

import base64
import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.obligations import duties_to_calendar, duties_to_csv, duties_to_workbook, to_come
from assistant.register import MODALITIES, TIMINGS, Wanted
from assistant.search.validity import is_expired
from assistant.web.duties import (
    TICKS,
    checklist_to_html,
    register_to_html,
    upcoming_to_html,
)
from assistant.web.newest import register_of
from assistant.web.places import link_to_duty
from assistant.web.text import set_spaces

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.obligations import Duty
    from assistant.pipeline import Assistant
    from assistant.register import Register
    from assistant.search.index import Knowledge

INTRODUCTION = set_spaces(
    "Qui doit quoi, à qui, et quand : les obligations que les fiches ont relevées. Dans un document sans "
    "fiche, des règles cherchent les phrases qui obligent ; elles sont marquées « trouvé par règle, non relu »."
)
NO_EVIDENCE = '<p class="vide">Le passage d’une obligation s’affiche ici : choisissez sa source.</p>'
NOTHING = "<p>Retirez un filtre, ou cherchez avec d’autres mots.</p>"
ALL, TO_DO, DONE = "Toutes", "À faire", "Faites"
ANY_TIME, THIS_MONTH = "À tout moment", "Ce mois-ci"
WHEN = {ANY_TIME: False, THIS_MONTH: True}
LISTS = {ALL: None, TO_DO: False, DONE: True}
UPCOMING = 3
MAX_TICKS = 5000
MEDIA = {
    "csv": "text/csv;charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ics": "text/calendar;charset=utf-8",
}
PRINT = "print"
EXPORTS = {"xlsx": "Tableur (XLSX)", "csv": "Texte (CSV)", "ics": "Calendrier (ICS)", PRINT: "Imprimer"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
# The page that was asked for, for the server; the ticks are the browser's.
_ON_LOAD = """
element.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-page]");
  if (chosen) trigger("select", { page: Number(chosen.dataset.page) });
});
watch("value", () => {
  window.montrerCoches?.(element);
  window.annoncerRegistre?.();
});
window.montrerCoches?.(element);
"""


class Desk:
    """The register of the newest index, read once an index, and what is asked of it."""

    def __init__(self, assistant: Assistant, today: Callable[[], date] = date.today) -> None:
        self._assistant = assistant
        self._today = today

    def newest(self) -> tuple[Register, Knowledge]:
        """Return the register, with the knowledge it was read from."""
        self._assistant.refresh()
        index = self._assistant.index
        return register_of(index), index.knowledge

    def show(self, page: int, filters: Sequence[Any]) -> str:
        """Return one page of what fits."""
        register, knowledge = self.newest()
        wanted, ticks = read_filters(*filters)
        day = self._today()
        return register_to_html(
            register.find(wanted, day, ticks),
            page,
            day,
            lambda duty: link_to_duty(duty, knowledge),
            empty=upcoming_to_html(register.next_dates(day, UPCOMING)) if wanted.this_month else NOTHING,
        )

    def show_first(self, *filters: Any) -> str:
        """Return the first page of what fits."""
        return self.show(1, filters)

    def open(self, *filters: Any) -> tuple[Any, ...]:
        """Return the choices of each filter, then the first page."""
        return *choices_of(self.newest()[0], self._today()), self.show(1, filters)

    def export(self, form: str, filters: Sequence[Any]) -> dict[str, str]:
        """Return all that fits as a file, or as a list to print."""
        wanted, ticks = read_filters(*filters)
        day = self._today()
        duties = self.newest()[0].find(wanted, day, ticks)
        if form == PRINT:
            return {"html": checklist_to_html(duties, ticks.keys(), day)}
        return file_of(form, duties, ticks, day)


def build_obligations(assistant: Assistant, *, today: Callable[[], date] = date.today) -> None:
    """Add the obligations to the page that is being built."""
    desk = Desk(assistant, today)

    def show_page(event: gr.EventData, *filters: Any) -> str:
        return desk.show(int(event.page), filters)

    def exporter(form: str) -> Callable[..., dict[str, str]]:
        return lambda *filters: desk.export(form, filters)

    private: Any = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    gr.HTML(f"<h2>Obligations</h2><p>{INTRODUCTION}</p>", padding=False)
    with gr.Row(elem_id="obligations-recherche", equal_height=True):
        text = gr.Textbox(
            label="Chercher dans les obligations",
            max_length=200,
            scale=3,
            min_width=220,
            elem_id="obligations-texte",
        )
        mine = gr.Radio(list(LISTS), value=ALL, label="Ma liste", scale=2, min_width=220)
        month = gr.Radio(list(WHEN), value=ANY_TIME, label="Quand", scale=2, min_width=220)
    with gr.Accordion("Filtres", open=False, elem_id="obligations-filtres"):
        actors = gr.CheckboxGroup([], label="Qui")
        themes = gr.CheckboxGroup([], label="Thème")
        documents = gr.CheckboxGroup([], label="Document")
        timings = gr.CheckboxGroup([], label="Échéance")
        natures = gr.CheckboxGroup([], label="Nature")
        expired = gr.Checkbox(label="Montrer aussi les documents expirés")
        clearing = gr.Button("Effacer les filtres", size="sm", scale=0)
    ticks = gr.Textbox("{}", visible=False)
    with gr.Row(elem_classes="deux-colonnes"):
        with gr.Column(scale=3, min_width=260):
            table = gr.HTML(
                "",
                elem_id="registre",
                js_on_load=_ON_LOAD,
                padding=False,
            )
            gr.HTML('<p role="status" id="registre-annonce" class="lu"></p>', padding=False)
            gr.HTML(
                '<h3>Emporter la liste</h3><p role="status" id="emporter-annonce" class="discret"></p>',
                padding=False,
            )
            with gr.Row(elem_id="obligations-exports"):
                buttons = {
                    form: gr.Button(name, size="sm", scale=0, min_width=150) for form, name in EXPORTS.items()
                }
                forgetting = gr.Button("Effacer mes coches", size="sm", scale=0, min_width=150)
        with gr.Column(scale=2, min_width=260, elem_classes="preuves"):
            gr.HTML("<h3>Preuve</h3>", padding=False)
            gr.HTML(NO_EVIDENCE, elem_classes="panneau", padding=False)
    made = gr.JSON(visible=False)

    lists = [actors, themes, documents, timings, natures]
    chosen: list[Any] = [text, month, mine, *lists, expired]
    filters = [*chosen, ticks]
    # What the browser keeps goes with each request, in the place of the last filter.
    with_ticks: Any = {
        "js": f"(...given) => [...given.slice(0, {len(chosen)}), window.coches('{TICKS}')]",
        **private,
    }
    gr.on(None, desk.open, filters, [*lists, table], **with_ticks)
    changes = [component.change for component in chosen]
    gr.on(changes, desk.show_first, filters, table, **with_ticks, trigger_mode="always_last")
    paged = table.select(show_page, filters, table, **with_ticks)
    paged.then(fn=None, js="() => window.montrerRegistre()")
    clearing.click(lambda: ("", ANY_TIME, ALL, *([] for _ in lists), False), None, chosen, **private)
    for form, button in buttons.items():
        handed = button.click(exporter(form), filters, made, **with_ticks)
        handed.then(fn=None, inputs=made, js="(given) => window.emporter(given)")
    forgotten = forgetting.click(fn=None, js=f"() => window.effacerCoches('{TICKS}')")
    forgotten.then(desk.show_first, filters, table, **with_ticks)


def read_filters(
    text: str,
    month: str,
    mine: str,
    actors: list[str],
    themes: list[str],
    documents: list[str],
    timings: list[str],
    natures: list[str],
    expired: bool,
    ticks: str,
) -> tuple[Wanted, dict[str, str]]:
    """Return what the components ask for, and the ticks: id → day."""
    modalities = {name: modality for modality, name in MODALITIES.items()}
    wanted = Wanted(
        text=text or "",
        actors=tuple(actors),
        themes=tuple(themes),
        documents=tuple(documents),
        timings=tuple(timings),
        modalities=tuple(modalities[name] for name in natures if name in modalities),
        this_month=WHEN.get(month, False),
        expired=bool(expired),
        done=LISTS.get(mine),
    )
    return wanted, read_ticks(ticks)


def read_ticks(text: str) -> dict[str, str]:
    """Return the ticks that a browser sent; what is not a tick is left out.

    >>> read_ticks('{"a": "2026-05-02", "b": 1}'), read_ticks("[")
    ({'a': '2026-05-02'}, {})
    """
    try:
        given = json.loads(text or "{}")
    except ValueError:
        return {}
    pairs = list(given.items())[:MAX_TICKS] if isinstance(given, dict) else []
    return {name: day for name, day in pairs if isinstance(day, str) and _DAY.fullmatch(day)}


def choices_of(register: Register, today: date) -> tuple[Any, ...]:
    """Return the choices of each filter, those without any left out."""
    documents = [
        (f"{info.name} (expiré)" if is_expired(info, today) else info.name, info.id)
        for info in register.documents
    ]
    timings = [name for name in TIMINGS if any(name in row.timings for row in register.rows)]
    said = {row.duty.obligation.modality for row in register.rows}
    natures = [name for modality, name in MODALITIES.items() if modality in said]
    lists: tuple[Any, ...] = (register.actors, register.themes, documents, timings, natures)
    return tuple(gr.update(choices=list(names), visible=bool(names)) for names in lists)


def file_of(form: str, duties: list[Duty], ticks: dict[str, str], today: date) -> dict[str, str]:
    """Return a file for the browser to save: ``name``, ``type``, ``base64``, and what to ``say`` of it."""
    if form == "xlsx":
        content = duties_to_workbook(duties, ticks)
    elif form == "csv":
        content = ("\ufeff" + duties_to_csv(duties, ticks)).encode()  # spreadsheets read UTF-8 by this mark
    else:
        content = duties_to_calendar(duties, today=today).encode()
    kept = len(to_come(duties, today)) if form == "ics" else len(duties)
    said = f"{kept} obligation{'s' if kept > 1 else ''} dans le fichier."
    if form == "ics" and kept < len(duties):
        said += " Celles sans date à venir n’y sont pas."
    return {
        "name": f"obligations-{today}.{form}",
        "type": MEDIA[form],
        "base64": base64.b64encode(content).decode(),
        "say": said,
    }
