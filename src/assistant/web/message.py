"""The reply to one question, as HTML: pieces in the order they are read, each sent as it is ready.

Documents and questions may hold anything: everything that is not written in this module is escaped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from html import escape
from typing import TYPE_CHECKING

from assistant.answers.answer import one_line, proof_title
from assistant.answers.confidence import band_of
from assistant.answers.refusals import (
    LEADS_TITLE,
    NOT_FOUND,
    leads_of,
    missing_text,
    not_found_text,
    searched_names,
)
from assistant.answers.suggestions import suggest_questions
from assistant.search.validity import describe_validity, is_expired
from assistant.web.evidence import VERIFIED, Place, is_marked_down, place_of, without_marks
from assistant.web.text import NO_BREAK, escape_text, say, set_spaces, words_to_html

if TYPE_CHECKING:
    from assistant.records import Answer, Citation, Understanding
    from assistant.search.index import Knowledge

# What each band of confidence asks of the reader; the bands themselves are measured.
ADVICE = {
    "élevée": "Lisez le passage avant d’agir, comme toujours.",
    "moyenne": "Lisez le passage avant d’agir.",
    "faible": "Vérifiez que le passage répond vraiment.",
}


def reply_pieces(
    answer: Answer,
    knowledge: Knowledge,
    *,
    only: Collection[str] = (),
    asked: Collection[str] = (),
    today: date | None = None,
) -> Iterator[str]:
    """Give the reply piece by piece: plain words, quotations, how sure, what to ask next.

    Args:
        answer: What is said.
        knowledge: What its citations refer to.
        only: The documents that were searched; all when empty.
        asked: The earlier questions of the conversation, not to be suggested again.
        today: When documents are in force; today by default.
    """
    if answer.status == "not_found":
        yield from _refusal(answer, knowledge, only)
        return
    links = {str(n): _link(n, citation) for n, citation in enumerate(answer.citations, 1)}
    yield words_to_html(answer.words, links)
    if answer.citations:
        yield f"<h4>{proof_title([citation.quote for citation in answer.citations])}</h4>"
        today = today or date.today()
        items = (
            _citation(number, citation, knowledge, today)
            for number, citation in enumerate(answer.citations, 1)
        )
        yield f'<ol class="citations">{"".join(items)}</ol>'
    if answer.status == "answered":
        word, meaning = describe_confidence(answer.confidence)
        yield f'<p class="confiance">Confiance{NO_BREAK}: <strong>{word}</strong>. {say(meaning)}</p>'
        yield suggestions_to_html(suggest_questions(answer, knowledge, asked=asked))


def error_to_message(error: Exception) -> str:
    """Return an error as a reply."""
    return f'<p class="erreur">{say(str(error))}</p>'


def describe_confidence(confidence: float) -> tuple[str, str]:
    """Return the word for a confidence from 0 to 1, and what it means, with what was measured."""
    band = band_of(confidence)
    measured = (
        f"À ce niveau, le premier passage cité répondait {10 * band.accuracy:.0f} fois sur 10 aux essais."
    )
    return band.name, f"{measured} {ADVICE[band.name]}"


def understood_to_html(understanding: Understanding | None) -> str:
    """Return what was made of the question: nothing when it was taken as typed."""
    notes = understanding.notes if understanding else ()
    return f'<p class="compris">{say("Compris : " + " ; ".join(notes))}</p>' if notes else ""


def suggestions_to_html(questions: Collection[str]) -> str:
    """Return questions as buttons, which the page asks when they are pressed."""
    items = "".join(
        f'<li><button type="button" data-question="{escape(question)}">{say(question)}</button></li>'
        for question in questions
    )
    return f'<h4>Pour continuer</h4><ul class="suites">{items}</ul>' if items else ""


def answer_to_copy(
    answer: Answer, knowledge: Knowledge, *, only: Collection[str] = (), today: date | None = None
) -> str:
    """Return an answer as text to paste in a letter: question, words, quotations with their places."""
    today = today or date.today()
    not_found = answer.status == "not_found"
    words = answer.words.strip()
    if not_found:
        words = not_found_text(answer.hits, knowledge, only, answer.understanding)
    lines = [one_line(answer.question), "", words]
    if answer.citations:
        lines += ["", "Ce que dit le texte :"]
    for number, citation in enumerate(answer.citations, 1):
        quote = one_line(_shown(citation, knowledge))
        where = " — ".join((*_where(citation, knowledge), _validity(citation, knowledge, today)))
        lines += [f"[{number}] « {quote} »"] if quote else []
        lines.append((f"    {where}" if quote else f"[{number}] {where}").removesuffix(" — "))
    return set_spaces("\n".join(lines))


# --- parts -----------------------------------------------------------------------------------


def _refusal(answer: Answer, knowledge: Knowledge, only: Collection[str]) -> Iterator[str]:
    """Give the words of a refusal: what was searched, and the nearest passages marked as leads."""
    yield f"<p>{say(NOT_FOUND)}.</p>"
    names = ", ".join(searched_names(knowledge, only))
    if names:
        chosen = " (documents choisis)" if only else ""
        yield f'<p class="cherche">{say(f"Cherché dans{chosen} : {names}.")}</p>'
    missing = missing_text(answer.understanding, answer.hits, knowledge)
    if missing:
        yield f'<p class="manque">{say(missing)}</p>'
    leads = leads_of(answer.hits, knowledge)
    if leads:
        items = []
        for lead in leads:
            passage = lead.hit.passage
            href = Place(passage.document_id, passage.id).href
            name = knowledge.infos[passage.document_id].name
            about = f' <span class="source">— {say(name)}</span>' if name != lead.title else ""
            items.append(f'<li><a class="renvoi" href="{escape(href)}">{say(lead.title)}</a>{about}</li>')
        yield f'<h4>{say(LEADS_TITLE)}</h4><ul class="pistes">{"".join(items)}</ul>'


def _citation(number: int, citation: Citation, knowledge: Knowledge, today: date) -> str:
    """Return one item: the quotation, that it is verified, its place, whether it is in force."""
    quote = escape_text(_shown(citation, knowledge))
    said = f"<blockquote>«{NO_BREAK}{quote}{NO_BREAK}»</blockquote>" if quote else ""
    verified = f' <span class="verifie">{VERIFIED}</span>' if quote else ""
    place = say(" › ".join(_where(citation, knowledge)))
    info = knowledge.infos[citation.document_id]
    validity = _validity(citation, knowledge, today)
    name = "validite expire" if is_expired(info, today) else "validite"
    state = f'<br><span class="{name}">{say(validity)}</span>' if validity else ""
    source = f'<span class="source">{_link(number, citation)} <cite>{place}</cite></span>'
    return f"<li>{said}{source}{verified}{state}</li>"


def _shown(citation: Citation, knowledge: Knowledge) -> str:
    """Return a quotation as it is shown: the author's words, without the marks of Markdown."""
    document = knowledge.documents.get(citation.document_id)
    marked_down = document is not None and is_marked_down(document)
    return without_marks(citation.quote) if marked_down else citation.quote


def _where(citation: Citation, knowledge: Knowledge) -> list[str]:
    """Return the place of a citation from the outermost: document, article, page."""
    parts = [knowledge.infos[citation.document_id].name, citation.place]
    if citation.page is not None:
        parts.append(f"page {citation.page}")
    if not citation.quote:
        parts.append("document d’origine non installé")
    return [part for part in parts if part]


def _validity(citation: Citation, knowledge: Knowledge, today: date) -> str:
    info = knowledge.infos[citation.document_id]
    passage = next((p for p in knowledge.passages if p.id == citation.passage_id), None)
    return describe_validity(info, passage.headings if passage else (), knowledge.infos, today)


def _link(number: int, citation: Citation) -> str:
    href = escape(place_of(citation, number).href)
    return f'<a class="renvoi numero" href="{href}"><span class="lu">Preuve </span>[{number}]</a>'
