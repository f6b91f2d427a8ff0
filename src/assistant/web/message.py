"""One message of the conversation, as the chatbot shows it, and back to the words that were typed.

The chatbot renders Markdown and HTML.  ``escape_text`` leaves neither to what comes from users and
documents, and ``message_text`` undoes it.
"""

from __future__ import annotations

import re
import string
from html import unescape
from typing import TYPE_CHECKING

from assistant.answers.answer import one_line
from assistant.records import Turn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.records import Answer, Citation
    from assistant.search.index import Knowledge

# The confidence is the estimated probability that the first passage answers: from this value up,
# the word shown and what it means.
CONFIDENCE_BANDS = (
    (0.8, "élevée", "Le premier passage cité répond à la question, sauf exception."),
    (0.65, "moyenne", "Le premier passage cité répond probablement ; lisez-le avant d’agir."),
    (0.0, "faible", "Le premier passage cité est proche du sujet ; vérifiez qu’il répond vraiment."),
)
NO_BREAK = "\u00a0"

# Every ASCII punctuation mark means something to Markdown or HTML somewhere; as a numeric
# entity it means itself everywhere.
_ENTITIES = {ord(mark): f"&#{ord(mark)};" for mark in string.punctuation}
_TAG = re.compile(r"<[^>]*>")
_BLOCK_END = re.compile(r"</(?:p|li|div|blockquote)>|<br>")
_NUMBER = re.compile(r"&#91;(\d+)&#93;")
_SPACE_INSIDE = re.compile(r"(?<=«) | (?=[:;?!»])")


def escape_text(text: str) -> str:
    """Return a text that shows as itself, in Markdown as in HTML, on one line."""
    return one_line(text).translate(_ENTITIES)


def set_spaces(text: str) -> str:
    """Put the no-break spaces of French before : ; ? ! and inside « ».

    >>> set_spaces("Qui ? « Moi »") == "Qui\u00a0? «\u00a0Moi\u00a0»"
    True
    """
    return _SPACE_INSIDE.sub(NO_BREAK, text)


def message_text(message: str) -> str:
    """Return what a message says, without its markup; the inverse of ``escape_text``."""
    return unescape(_TAG.sub("", _BLOCK_END.sub("\n", message))).strip()


def turns_of(messages: Sequence[Mapping[str, object]]) -> list[Turn]:
    """Return the conversation that a chatbot shows, as the assistant takes it."""
    turns: list[Turn] = []
    for message in messages:
        text = message_text(content_of(message))
        if message.get("role") == "user":
            turns.append(Turn(text))
        elif turns:
            turns[-1] = Turn(turns[-1].question, text)
    return turns


def content_of(message: Mapping[str, object]) -> str:
    """Return the markup of a message, which the chatbot hands back as one or more parts."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text") or "") for part in parts if isinstance(part, dict))


# --- the assistant's message -----------------------------------------------------------------


def answer_to_message(answer: Answer, knowledge: Knowledge) -> str:
    """Return an answer for the chatbot: what was understood, plain words, quotations, how sure.

    All is on one line: Markdown then takes it for one block of HTML, and reads nothing in it.
    """
    parts = []
    if answer.understanding and answer.understanding.notes:
        understood = _own_words(f"Compris : {' ; '.join(answer.understanding.notes)}")
        parts.append(f'<p class="compris">{understood}</p>')
    parts.append(_paragraphs(answer.words, len(answer.citations)))
    if answer.citations:
        title = "Ce que dit le texte" if any(citation.quote for citation in answer.citations) else "Source"
        items = (_quotation(n, citation, answer, knowledge) for n, citation in enumerate(answer.citations, 1))
        parts.append(f'<p class="titre">{title}</p><ol class="citations">{"".join(items)}</ol>')
    if answer.status == "answered":
        word, meaning = describe_confidence(answer.confidence)
        parts.append(
            f'<p class="confiance">Confiance{NO_BREAK}: <strong>{word}</strong>. {_own_words(meaning)}</p>'
        )
    return f'<div class="reponse">{"".join(parts)}</div>'


def error_to_message(error: Exception) -> str:
    """Return an error for the chatbot."""
    return f'<div class="reponse erreur">{_paragraphs(str(error), 0)}</div>'


def describe_confidence(confidence: float) -> tuple[str, str]:
    """Return the word for a confidence from 0 to 1, and what it means."""
    return next((word, meaning) for floor, word, meaning in CONFIDENCE_BANDS if confidence >= floor)


def _quotation(number: int, citation: Citation, answer: Answer, knowledge: Knowledge) -> str:
    """Return one item: the quotation, then its place; the validity unless the words said it."""
    quote = escape_text(citation.quote)
    said = f"<blockquote>«{NO_BREAK}{quote}{NO_BREAK}»</blockquote>" if quote else ""
    where = [knowledge.infos[citation.document_id].name, citation.place]
    if citation.page is not None:
        where.append(f"page{NO_BREAK}{citation.page}")
    if not quote:
        where.append("document d’origine non installé")
    if citation.note and citation.note not in answer.words:
        where.append(citation.note.rstrip("."))
    place = _own_words(" — ".join(part for part in where if part))
    return f'<li>{said}<span class="source">{_link(number)} {place}</span></li>'


def _link(number: int) -> str:
    return f'<a class="renvoi" href="#preuve-{number}" title="Voir le passage">[{number}]</a>'


def _paragraphs(text: str, count: int) -> str:
    """Return a text as paragraphs, the numbers of its ``count`` citations as links."""

    def link(match: re.Match[str]) -> str:
        number = int(match[1])
        return _link(number) if 1 <= number <= count else match[0]

    paragraphs = (
        "<br>".join(_own_words(line) for line in paragraph.splitlines())
        for paragraph in re.split(r"\n\s*\n", text.strip())
    )
    return "".join(f"<p>{_NUMBER.sub(link, paragraph)}</p>" for paragraph in paragraphs if paragraph)


def _own_words(text: str) -> str:
    """Escape a text that is not a quotation."""
    return set_spaces(one_line(text)).translate(_ENTITIES)
