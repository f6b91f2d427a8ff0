"""Automatic numbers of a DOCX: "3.", "b)", "Article 8.2" are not in its text, only the rule is.

The rules: ECMA-376, part 1, 17.9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
          (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
_PLACE = re.compile(r"%([1-9])")  # where a level's number stands in a label


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str  # "decimal", "lowerLetter", "bullet"…
    label: str  # "%1.%2" or "Article %1"


@dataclass(frozen=True, slots=True)
class _List:
    definition: str  # lists of one definition count together
    levels: dict[int, _Level]
    restarts: dict[int, int]  # level → first number


@dataclass(slots=True)
class Numbering:
    """The lists of a file and how far each has counted."""

    lists: dict[str, _List]
    counts: dict[str, dict[int, int]] = field(default_factory=dict)
    begun: set[str] = field(default_factory=set)

    def next_label(self, list_id: str, level: int) -> str | None:
        """Count one more item.

        Returns:
            Its number as shown, empty for a bullet, None when the list does not exist.
        """
        if (numbered := self.lists.get(list_id)) is None:
            return None
        counts = self.counts.setdefault(numbered.definition, {})
        if list_id not in self.begun:
            self.begun.add(list_id)
            counts.update({at: first - 1 for at, first in numbered.restarts.items()})
        rule = numbered.levels.get(level, _Level(1, "bullet", ""))
        counts[level] = counts.get(level, rule.start - 1) + 1
        for deeper in [at for at in counts if at > level]:
            del counts[deeper]
        if rule.form in {"bullet", "none"}:
            return "" if rule.form == "bullet" or "%" in rule.label else rule.label.strip()

        def show(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            shown = numbered.levels.get(at, rule)
            return format_number(counts.get(at, shown.start), shown.form)

        return _PLACE.sub(show, rule.label).strip()


def load_numbering(root: Any) -> Numbering:
    """Read the numbering part of a file; None gives no lists."""
    if root is None:
        return Numbering({})
    definitions = {
        attribute(definition, "abstractNumId"): _levels(definition)
        for definition in root.iterchildren("{*}abstractNum")
    }
    lists: dict[str, _List] = {}
    for number in root.iterchildren("{*}num"):
        definition = value_of(number, "abstractNumId")
        levels = dict(definitions.get(definition, {}))
        restarts: dict[int, int] = {}
        for override in number.iterchildren("{*}lvlOverride"):
            levels |= _levels(override)
            if first := value_of(override, "startOverride"):
                restarts[int(attribute(override, "ilvl"))] = int(first)
        lists[attribute(number, "numId")] = _List(definition, levels, restarts)
    return Numbering(lists)


def _levels(element: Any) -> dict[int, _Level]:
    return {
        int(attribute(level, "ilvl")): _Level(
            start=int(value_of(level, "start") or 1),
            form=value_of(level, "numFmt") or "decimal",
            label=value_of(level, "lvlText"),
        )
        for level in element.iterchildren("{*}lvl")
    }


def format_number(number: int, form: str) -> str:
    """Write a number in one of Word's forms; unknown ones in digits.

    >>> format_number(3, "decimal"), format_number(28, "lowerLetter"), format_number(14, "upperRoman")
    ('3', 'bb', 'XIV')
    """
    if form.endswith("Letter") and number > 0:  # after z: aa, bb…
        text = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 % 10 + 1)
    elif form.endswith("Roman") and 0 < number < 4000:
        text = ""
        for value, letters in _ROMAN:
            text += letters * (number // value)
            number %= value
    elif form == "decimalZero":
        text = f"{number:02d}"
    else:
        text = str(number)
    return text.upper() if form.startswith("upper") else text


def attribute(element: Any, name: str) -> str:
    """Return an attribute whatever its namespace; empty when absent."""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def value_of(element: Any, *names: str) -> str:
    """Return ``w:val`` of the element at a path of names below another; empty when absent."""
    found = element.find("/".join(f"{{*}}{name}" for name in names))
    return attribute(found, "val") if found is not None else ""
