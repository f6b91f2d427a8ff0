"""The guided path, the starting questions and the glossary, as HTML.

Pure functions from records to text.  Everything that comes from fiches is escaped.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from assistant.discovery import best_question
from assistant.french import fold
from assistant.web.text import NO_BREAK, say, words_to_html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from assistant.discovery import Step
    from assistant.records import DocumentInfo, Fiche

TICKS = "decouvrir"  # the list of ticks in the browser
NO_PATH = "<p>Le parcours se construit à partir des fiches, et il n’y en a pas encore.</p>"


def path_to_html(
    path: Sequence[Step], infos: Mapping[str, DocumentInfo], link_of: Callable[[Fiche], str]
) -> str:
    """Return the steps, each with its fiches to open and to tick.

    Args:
        path: The steps.
        infos: Documents by id.
        link_of: Fiche → address of its evidence, or nothing.
    """
    if not path:
        return NO_PATH
    steps = "".join(_step(number, step, infos, link_of) for number, step in enumerate(path, 1))
    total = sum(len(step.fiches) for step in path)
    return (
        f'<div data-etape><p class="avancee" role="status">{say("Lu :")} '
        f"<strong data-progres>0 sur {total}</strong></p>{steps}</div>"
    )


def _step(number: int, step: Step, infos: Mapping[str, DocumentInfo], link_of: Callable[[Fiche], str]) -> str:
    items = "".join(_fiche(fiche, infos, link_of(fiche)) for fiche in step.fiches)
    return (
        f'<section data-etape class="etape" aria-labelledby="etape-{number}">'
        f'<h3 id="etape-{number}">{number}. {say(step.name)} '
        f'<span class="discret" data-progres>0 sur {len(step.fiches)}</span></h3>'
        f'<p>{say(step.purpose)}</p><ul class="fiches">{items}</ul></section>'
    )


def _fiche(fiche: Fiche, infos: Mapping[str, DocumentInfo], href: str) -> str:
    source = fiche.sources[0]
    place = say(" — ".join(filter(None, (infos[source.document].name, source.place))))
    link = f'<a class="renvoi" href="{escape(href)}">{place}</a>' if href else place
    question = best_question(fiche)
    asking = (
        f'<p><button type="button" class="poser" data-question="{escape(question)}">'
        f"{say('Poser la question :')} {say(question)}</button></p>"
        if question
        else ""
    )
    return (
        f'<li><label class="coche"><input type="checkbox" data-liste="{TICKS}" data-coche="{escape(fiche.id)}">'
        f'<span class="lu">Lu{NO_BREAK}: {say(fiche.title)}</span></label>'
        f"<details><summary>{say(fiche.title)}</summary>{words_to_html(fiche.body)}"
        f'<p class="discret">{say("Source :")} {link}</p>{asking}</details></li>'
    )


def questions_to_html(questions: Sequence[str]) -> str:
    """Return the starting questions as buttons, which the conversation asks."""
    items = "".join(
        f'<li><button type="button" class="poser" data-question="{escape(question)}">{say(question)}</button></li>'
        for question in questions
    )
    title = f"{_number(len(questions))} pour commencer"
    return f'<h3>{say(title)}</h3><ul class="questions">{items}</ul>' if items else ""


def glossary_to_html(acronyms: Mapping[str, Sequence[str]]) -> str:
    """Return the acronyms with what they stand for, and a box to search among them."""
    if not acronyms:
        return ""
    items = "".join(
        f"<div><dt>{say(name)}</dt>{''.join(f'<dd>{say(said)}</dd>' for said in acronyms[name])}</div>"
        for name in sorted(acronyms, key=fold)
    )
    count = len(acronyms)
    return (
        '<h3 id="sigles-titre">Sigles</h3>'
        '<p><label for="sigles-recherche">Chercher un sigle ou des mots</label> '
        '<input type="search" id="sigles-recherche" data-cherche="sigles" data-nom="sigle" autocomplete="off"></p>'
        f'<p role="status" id="sigles-nombre" class="discret">{count} sigle{"s" if count > 1 else ""}</p>'
        '<div class="sigles" tabindex="0" role="group" aria-labelledby="sigles-titre">'
        f'<dl id="sigles">{items}</dl></div>'
    )


def _number(count: int) -> str:
    names = {1: "Une question", 10: "Dix questions"}
    return names.get(count, f"{count} questions")
