"""Text as the page writes it: escaped, with the spaces of French."""

from __future__ import annotations

import re
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING

from assistant.answers.answer import one_line
from assistant.french import NO_BREAK, set_spaces

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NO_BREAK", "escape_text", "say", "set_spaces", "words_to_html"]

_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_NUMBER = re.compile(r"\[(\d+)\]")
_BULLET = re.compile(r"\s*[-–•]\s+")


def escape_text(text: str) -> str:
    """Return a text that shows as it is written, on one line: a quotation, or what a user typed."""
    return escape(one_line(text))


def say(text: str) -> str:
    """Return a text that is not a quotation as HTML, on one line, as French is printed.

    >>> say("Qu'est-ce que l'IP ?") == "Qu’est-ce que l’IP\u00a0?"
    True
    """
    return escape(_APOSTROPHE.sub("’", set_spaces(one_line(text))))


def words_to_html(text: str, links: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return a text that is not a quotation as paragraphs and lists.

    Args:
        text: Paragraphs between empty lines; a line that begins with a dash is an item.
        links: Number → what to show in the place of ``[number]``, as HTML.
    """

    def line_to_html(line: str) -> str:
        return _NUMBER.sub(lambda match: links.get(match[1], match[0]), say(line))

    blocks: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines: list[str] = []
        items: list[str] = []
        for line in filter(str.strip, paragraph.splitlines()):
            if bullet := _BULLET.match(line):
                items.append(f"<li>{line_to_html(line[bullet.end() :])}</li>")
                continue
            if items:
                blocks.append(_block(lines, items))
                lines, items = [], []
            lines.append(line_to_html(line))
        blocks.append(_block(lines, items))
    return "".join(blocks)


def _block(lines: list[str], items: list[str]) -> str:
    said = f"<p>{'<br>'.join(lines)}</p>" if lines else ""
    return f"{said}<ul>{''.join(items)}</ul>" if items else said
