"""The register of obligations as HTML: a table that becomes cards where there is little room.

Pure functions from records to text.  Everything that comes from documents is escaped.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from assistant.obligations import due_text, next_due, verb_of
from assistant.register import MODALITIES
from assistant.search.validity import french_date, is_expired
from assistant.web.text import NO_BREAK, say

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from datetime import date

    from assistant.obligations import Duty

PAGE_ROWS = 20
TICKS = "obligations"  # the list of ticks in the browser
BY_RULE = "trouvé par règle, non relu"
_COLUMNS = ("Fait", "Qui", "Doit quoi", "À qui", "Échéance", "Source")


def register_to_html(
    duties: Sequence[Duty], page: int, today: date, link_of: Callable[[Duty], str], *, empty: str = ""
) -> str:
    """Return one page of the register, with how many there are and the way to the other pages.

    Args:
        duties: All that fit.
        page: From 1; the nearest that exists is shown.
        today: For the next dates, and what is expired.
        link_of: Duty → address of its evidence, or nothing.
        empty: What to say when nothing fits.
    """
    pages = max(1, -(-len(duties) // PAGE_ROWS))
    page = min(max(1, page), pages)
    shown = duties[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    title = f'<h3 id="registre-titre" tabindex="-1">{say(count_text(len(duties), page, pages))}</h3>'
    if not shown:
        return title + empty
    rows = "\n".join(_row(duty, today, link_of(duty)) for duty in shown)
    # A table shown as blocks is no table for a screen reader unless it says so.
    header = "".join(f'<th role="columnheader" scope="col">{say(name)}</th>' for name in _COLUMNS)
    return (
        f'{title}<table class="registre" role="table" aria-labelledby="registre-titre">'
        f'<thead role="rowgroup"><tr role="row">{header}</tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table>{_pager(page, pages)}'
    )


def count_text(count: int, page: int = 1, pages: int = 1) -> str:
    """Say how many there are, and which are shown."""
    if not count:
        return "Aucune obligation ne correspond"
    said = f"{count} obligation{'s' if count > 1 else ''}"
    return f"{said}, page {page} sur {pages}" if pages > 1 else said


def upcoming_to_html(upcoming: Iterable[tuple[Duty, date]]) -> str:
    """Return the next dates, for a month that has none."""
    items = "".join(
        f"<li><strong>{say(french_date(day))}</strong>{NO_BREAK}: {_sentence(duty)}</li>"
        for duty, day in upcoming
    )
    return f"<p>{say('Prochaines échéances :')}</p><ul>{items}</ul>" if items else ""


def _row(duty: Duty, today: date, href: str) -> str:
    cells = (
        _tick(duty),
        _actor(duty),
        _duty(duty),
        say(duty.obligation.to),
        _when(duty, today),
        _source(duty, today, href),
    )
    inside = "".join(
        f'<td role="cell" data-nom="{escape(name)}"{"" if cell else " class=rien"}>{cell}</td>'
        for name, cell in zip(_COLUMNS, cells, strict=True)
    )
    return f'<tr role="row">{inside}</tr>'


def _tick(duty: Duty) -> str:
    return (
        f'<label class="coche"><input type="checkbox" data-liste="{TICKS}" data-coche="{escape(duty.id)}">'
        f'<span class="lu">Fait{NO_BREAK}: {_sentence(duty)}</span></label>'
    )


def _actor(duty: Duty) -> str:
    return say(duty.obligation.who) or '<span class="discret">non précisé</span>'


def _duty(duty: Duty) -> str:
    o = duty.obligation
    parts = [f'<span class="nature">{say(MODALITIES.get(o.modality, o.modality))}</span>']
    if duty.fiche_id:
        parts.append(f"<span>{say(o.duty)}</span>")
    else:
        parts.append(f'<q class="phrase">{escape(o.duty)}</q><span class="regle">{say(BY_RULE)}</span>')
    if o.condition:
        parts.append(f'<span class="discret">{say(f"Condition : {o.condition}")}</span>')
    return "".join(parts)


def _when(duty: Duty, today: date) -> str:
    o = duty.obligation
    day = next_due(duty, today)
    parts = [f"<span>{say(o.deadline or due_text(o))}</span>" if o.deadline or o.date else ""]
    if o.event and o.delay:
        parts.append(f'<span class="discret">{say(f"à compter de : {o.event}")}</span>')
    if o.recurrence:
        parts.append(f'<span class="discret">{say(o.recurrence)}</span>')
    if day:
        parts.append(
            f'<span class="discret">{say("prochaine :")} <time datetime="{day}">{say(french_date(day))}</time></span>'
        )
    return "".join(parts)


def _source(duty: Duty, today: date, href: str) -> str:
    place = " — ".join(filter(None, (duty.document.name, duty.place)))
    said = f'<a class="renvoi" href="{escape(href)}">{say(place)}</a>' if href else say(place)
    until = duty.document.valid_until
    expired = f"Document expiré le {french_date(until)}" if until and is_expired(duty.document, today) else ""
    return said + (f'<span class="validite">{say(expired)}</span>' if expired else "")


def _pager(page: int, pages: int) -> str:
    """Return the way to the other pages: buttons, the ends and the neighbours of this one."""
    if pages == 1:
        return ""
    wanted = sorted({1, page - 1, page, page + 1, pages} & set(range(1, pages + 1)))
    items = []
    for before, number in zip([0, *wanted], wanted, strict=False):
        if number - before > 1:
            items.append('<li aria-hidden="true">…</li>')
        current = ' aria-current="page"' if number == page else ""
        items.append(
            f'<li><button type="button" data-page="{number}"{current}>'
            f'<span class="lu">Page </span>{number}</button></li>'
        )
    ends = []
    for name, number in (("Précédente", page - 1), ("Suivante", page + 1)):
        off = "" if 1 <= number <= pages else " disabled"
        ends.append(f'<button type="button" data-page="{number}"{off}>{name}</button>')
    return (
        f'<nav class="pages" aria-label="Pages du registre">{ends[0]}<ul>{"".join(items)}</ul>{ends[1]}</nav>'
    )


# --- on paper --------------------------------------------------------------------------------


def checklist_to_html(duties: Sequence[Duty], done: Collection[str], today: date) -> str:
    """Return every duty as a list to print, with a box before each."""
    items = []
    for duty in duties:
        o = duty.obligation
        details = [o.deadline or due_text(o), o.recurrence, duty.document.name, duty.place]
        details += [] if duty.fiche_id else [BY_RULE]
        mark, word = ("☑", "fait") if duty.id in done else ("☐", "à faire")
        items.append(
            f'<li><span class="case" role="img" aria-label="{word}">{mark}</span> {_sentence(duty)}'
            f"<small>{say(' — '.join(filter(None, details)))}</small></li>"
        )
    about = f"{count_text(len(duties))}, le {french_date(today)}"
    return f"<h1>Obligations</h1><p>{say(about)}</p><ul>{''.join(items)}</ul>"


def _sentence(duty: Duty) -> str:
    """Return a duty as one sentence; one found by rules is quoted."""
    o = duty.obligation
    if not duty.fiche_id:
        return f"«{NO_BREAK}{escape(o.duty)}{NO_BREAK}»"
    return say(f"{o.who} {verb_of(o)} {o.duty}{f' ({o.to})' if o.to else ''}")
