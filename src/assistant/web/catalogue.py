"""The documents as HTML: the catalogue, an outline, the passages of a section, what was added.

Pure functions from records to text.  Everything that is not written in this module is escaped.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from assistant.web.evidence import text_to_html
from assistant.web.text import NO_BREAK, say, words_to_html

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.library import Upload, Work
    from assistant.overview import Section, State, Summary
    from assistant.records import Fiche, Passage
    from assistant.search.index import Knowledge

# A sign and a word: colours alone say nothing.
STATES: dict[State, tuple[str, str]] = {
    "in force": ("✓", "En vigueur"),
    "expired": ("⚠", "Expiré"),
    "to come": ("◷", "À venir"),
    "undated": ("–", "Sans période connue"),
}
STEPS = {
    "fichiers": "Vérification des fichiers",
    "documents": "Lecture des documents",
    "mots": "Indexation des mots",
    "vecteurs": "Indexation du sens",
}
MAX_PASSAGES = 25  # shown at once: beyond, one chooses a part
BEGINNING = "(avant le premier titre)"


def count(number: int, word: str, plural: str = "") -> str:
    """Write a number with its word.

    >>> count(1, "passage"), count(1200, "passage"), count(0, "passage")
    ('1\u00a0passage', '1\u202f200\u00a0passages', '0\u00a0passage')
    """
    shown = f"{number:,}".replace(",", "\u202f")
    return f"{shown}{NO_BREAK}{word if number < 2 else plural or word + 's'}"


def percent(share: float) -> str:
    """Write a share; not all is never written 100 %.

    >>> percent(0.9996), percent(1.0), percent(0.004)
    ('99\u00a0%', '100\u00a0%', '1\u00a0%')
    """
    whole = round(100 * share)
    if share < 1:
        whole = min(whole, 99)
    if share > 0:
        whole = max(whole, 1)
    return f"{whole}{NO_BREAK}%"


# --- the catalogue ---------------------------------------------------------------------------


def catalogue_to_html(summaries: Sequence[Summary], skipped: Sequence[str], added: Iterable[str] = ()) -> str:
    """Return one card a document, then what could not be read; ``added`` are paths of added files."""
    if not summaries:
        return f'<p class="vide">{say("Aucun document : déposez-en dans le dossier du corpus.")}</p>'
    kept = set(added)
    cards = "".join(_card(summary, added=summary.path in kept) for summary in summaries)
    installed = sum(summary.installed for summary in summaries)
    total = f"{count(len(summaries), 'document')}, dont {count(installed, 'installé')}"
    return f'<p class="total">{total}.</p><ul class="documents">{cards}</ul>{skipped_to_html(skipped)}'


def skipped_to_html(skipped: Sequence[str]) -> str:
    """Return what is not in the index, and why."""
    if not skipped:
        return ""
    items = "".join(f"<li>{say(message)}</li>" for message in skipped)
    title = f"{count(len(skipped), 'élément laissé', 'éléments laissés')} de côté, et pourquoi"
    return f'<details class="ecartes"><summary>{title}</summary><ul>{items}</ul></details>'


def _card(summary: Summary, *, added: bool) -> str:
    info = summary.info
    sign, word = STATES[summary.state]
    about = " — ".join(part for part in (info.kind[:1].upper() + info.kind[1:], info.issuer) if part)
    figures = [
        count(summary.pages, "page") if summary.pages else "",
        count(summary.passages, "passage") if summary.installed else "",
        count(summary.fiches, "fiche"),
    ]
    items = "".join(f"<li>{figure}</li>" for figure in figures if figure)
    id, name = escape(info.id, quote=True), say(info.name)
    lines = [
        f"<h3>{say(info.name)}</h3>",
        f'<p class="titre-complet">{say(info.title)}</p>' if info.title != info.name else "",
        f'<p class="discret">{say(about)}</p>' if about else "",
        f'<p class="etat {summary.state.replace(" ", "-")}"><span aria-hidden="true">{sign}</span> {word}</p>',
        f'<p class="discret">{say(summary.period)}</p>' if summary.period else "",
        f'<ul class="chiffres">{items}</ul>',
        _coverage(summary),
        f'<p class="discret">{say("Ajouté par la page.")}</p>' if added else "",
        '<p class="actions">'
        f'<button type="button" class="lien" data-document="{id}" aria-label="Parcourir : {name}">Parcourir</button> '
        f'<button type="button" class="lien" data-poser="{id}" aria-label="Poser une question à ce document : {name}">'
        "Poser une question à ce document</button></p>",
    ]
    return f'<li class="document">{"".join(lines)}</li>'


def _coverage(summary: Summary) -> str:
    if summary.coverage is None:
        return f'<p class="couverture">{say("Document d’origine non installé : les fiches seules répondent.")}</p>'
    shown = percent(summary.coverage) if summary.coverage else f"0{NO_BREAK}%"
    bar = f'<span style="width:{100 * summary.coverage:.0f}%"></span>'
    return (
        f'<p class="couverture"><span class="jauge" aria-hidden="true">{bar}</span> '
        f"{shown} du texte expliqué par des fiches</p>"
    )


# --- the outline -----------------------------------------------------------------------------


def outline_to_html(outline: Section, knowledge: Knowledge, document_id: str) -> str:
    """Return a document's headings as a tree; each names its section for the browser."""
    info = knowledge.infos[document_id]
    parts = []
    if outline.passages:
        parts.append(_leaf(outline, document_id))
    parts += [_branch(child, document_id) for child in outline.children]
    body = (
        f'<ul class="plan">{"".join(parts)}</ul>' if parts else f'<p class="vide">{say("Aucun passage.")}</p>'
    )
    return (
        f'<h3 id="plan-titre" tabindex="-1">{say(f"Plan : {info.name}")}</h3>'
        f'<nav aria-labelledby="plan-titre">{body}</nav>'
    )


def _branch(section: Section, document_id: str) -> str:
    if not section.children:
        return _leaf(section, document_id)
    inside = "".join(_branch(child, document_id) for child in section.children)
    return (
        f"<li><details><summary {_names(section, document_id)}>{_label(section)}</summary>"
        f"<ul>{inside}</ul></details></li>"
    )


def _leaf(section: Section, document_id: str) -> str:
    return f'<li><button type="button" class="lien" {_names(section, document_id)}>{_label(section)}</button></li>'


def _names(section: Section, document_id: str) -> str:
    return f'data-document="{escape(document_id, quote=True)}" data-section="{section.key}"'


def _label(section: Section) -> str:
    # The root is in the tree for what comes before the first title only.
    number = len(section.all_passages) if section.headings else len(section.passages)
    return f'{say(section.title or BEGINNING)} <span class="nombre">({number})</span>'


# --- the passages of a section ---------------------------------------------------------------


def section_to_html(section: Section, knowledge: Knowledge, document_id: str) -> str:
    """Return a section's passages, each with the fiche that explains it beside."""
    passages = section.all_passages if section.headings else list(section.passages)
    shown = passages[:MAX_PASSAGES]
    fiches = {fiche.id: fiche for fiche in knowledge.fiches}
    groups: list[list[Passage]] = []
    for passage in shown:
        if groups and passage.fiche_id and passage.fiche_id == groups[-1][-1].fiche_id:
            groups[-1].append(passage)
        else:
            groups.append([passage])
    above = " › ".join((knowledge.infos[document_id].name, *section.headings[:-1]))
    number = count(len(passages), "passage")
    parts = [
        f'<p class="discret">{say(above)}</p>',
        f'<h3 tabindex="-1" id="section-titre">{say(section.title or BEGINNING)}</h3>',
        f'<p class="nombre">{number}</p>',
        *(_group(group, fiches.get(group[0].fiche_id or ""), section) for group in groups),
    ]
    if len(passages) > len(shown):
        rest = count(len(passages) - len(shown), "autre passage", "autres passages")
        parts.append(
            f'<p class="coupe">{rest}{NO_BREAK}: {say("choisissez une partie plus petite dans le plan.")}</p>'
        )
    return "".join(parts)


def _group(passages: Sequence[Passage], fiche: Fiche | None, section: Section) -> str:
    texts = "".join(_passage(passage, section) for passage in passages if passage.original)
    if not texts:
        texts = f'<p class="absent">{say("Document d’origine non installé.")}</p>'
    return f'<div class="paire"><div class="passages">{texts}</div>{_fiche(fiche)}</div>'


def _passage(passage: Passage, section: Section) -> str:
    below = passage.headings[len(section.headings) :]
    where = [" › ".join(below)] if below else []
    if passage.first_page is not None:
        last = passage.last_page or passage.first_page
        pages = (
            f"page {passage.first_page}"
            if last == passage.first_page
            else f"pages {passage.first_page} à {last}"
        )
        where.append(pages)
    lines = [
        f'<p class="lieu">{say(" — ".join(where))}</p>' if where else "",
        text_to_html(passage.text, (0, len(passage.text)), mark=(0, 0)),
    ]
    return f'<div class="passage">{"".join(lines)}</div>'


def _fiche(fiche: Fiche | None) -> str:
    if fiche is None:
        return f'<p class="fiche sans">{say("Aucune fiche n’explique ce passage.")}</p>'
    # Not a landmark: there are as many as fiches.
    return (
        f'<aside class="fiche" role="note" aria-label="Fiche"><h4>{say(fiche.title)}</h4>'
        f"{words_to_html(fiche.body)}</aside>"
    )


# --- what is being added ---------------------------------------------------------------------


def work_to_html(work: Work) -> str:
    """Return what the library is doing, or did last; nothing before the first time."""
    if not work.number:
        return ""
    lines = []
    if work.running:
        step = STEPS.get(work.step, "Préparation")
        done = f"{NO_BREAK}: {work.done} sur {work.total}" if work.total else ""
        lines.append(f'<p class="en-cours">Mise à jour en cours. {step}{done}.</p>')
        lines.append(
            f'<progress aria-label="{step}" max="{work.total}" value="{work.done}"></progress>'
            if work.total
            else f'<progress aria-label="{step}"></progress>'
        )
    lines += [_messages("✓", "Ajouté", "reussi", [f"« {name} »" for name in work.added])]
    lines += [_messages("✓", "Retiré", "reussi", [f"« {name} »" for name in work.removed])]
    lines += [_messages("✗", "Refusé", "echec", work.refused)]
    if work.error:
        lines.append(f'<p class="echec"><span aria-hidden="true">✗</span> {say(work.error)}</p>')
    elif not work.running:
        lines.append(f'<p class="reussi"><span aria-hidden="true">✓</span> {say("L’index est à jour.")}</p>')
    return "".join(line for line in lines if line)


def _messages(sign: str, word: str, name: str, messages: Iterable[str]) -> str:
    items = "".join(f"<li>{say(message)}</li>" for message in messages)
    title = f'<p><span aria-hidden="true">{sign}</span> {word}{NO_BREAK}:</p>'
    return f'<div class="{name}">{title}<ul>{items}</ul></div>' if items else ""


def upload_label(upload: Upload) -> str:
    """Return an added document with its size.

    >>> from assistant.library import Upload
    >>> upload_label(Upload("note.pdf", 1_250_000))
    'note.pdf (1,2\u00a0Mo)'
    """
    size = f"{upload.size / 1_000_000:.1f}{NO_BREAK}Mo".replace(".", ",")
    if upload.size < 100_000:
        size = f"{max(1, round(upload.size / 1000))}{NO_BREAK}Ko"
    return f"{upload.name} ({size})"
