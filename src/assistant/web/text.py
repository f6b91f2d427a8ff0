"""Text as the page writes it: escaped, with the spaces of French."""

from __future__ import annotations

import re
from html import escape

from assistant.answers.answer import one_line

NO_BREAK = "\u00a0"
_SPACE_INSIDE = re.compile(r"(?<=«) | (?=[:;?!»])")


def set_spaces(text: str) -> str:
    """Put the no-break spaces of French before : ; ? ! and inside « ».

    >>> set_spaces("Qui ? « Moi »") == "Qui\u00a0? «\u00a0Moi\u00a0»"
    True
    """
    return _SPACE_INSIDE.sub(NO_BREAK, text)


def escape_text(text: str) -> str:
    """Return a text that shows as it is written, on one line: a quotation, or what a user typed."""
    return escape(one_line(text))


def say(text: str) -> str:
    """Return a text that is not a quotation as HTML, on one line."""
    return escape(set_spaces(one_line(text)))
