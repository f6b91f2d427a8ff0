"""What a question means: spelling, shorthand, acronyms, references, documents named, what it follows up on.

Nothing here changes a number or a known acronym, and every change is told to the user.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from assistant.french import STOP_WORDS, fold, words
from assistant.records import Turn, Understanding
from assistant.search.follow_up import HISTORY_TURNS, FollowUp, complete
from assistant.search.question_type import COMPARING, content_terms, is_courtesy, question_kinds
from assistant.search.references import read_references
from assistant.search.shorthand import put_apostrophes_back, spell_out
from assistant.search.sides import sides_of
from assistant.search.things import asked_things

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from assistant.records import DocumentInfo, Period
    from assistant.search.index import Knowledge

# In order; each can be left out, to measure what it earns.
STEPS = ("elision", "shorthand", "spelling", "references", "follow_up", "acronyms")

_WORD = re.compile(r"[^\W\d_]+")
_NAMES = re.compile(r"\b\d{4}(?:\s*[-–]\s*\d{2,4})?\b")
_PAST = re.compile(
    r"\b(?:a l'epoque|autrefois|jadis|auparavant|precedemment|dans le temps|anciens?|anciennes?|ancienne version"
    r"|avant (?:20\d\d|le (?:nouveau |dernier )?(?:schema|pacte)|la (?:nouvelle )?convention)"
    r"|(?:pacte|schema|convention|document|version) precedente?|c'etait comment|avant \?$|expiree?s?)(?!\w)"
)
_PRESENT = re.compile(
    r"\b(?:actuel(?:le)?s?|actuellement|aujourd'hui|en ce moment|maintenant|desormais|en vigueur|toujours valables?"
    r"|cette annee|a ce jour|de nos jours|nouve(?:au|l|lle)s? (?:schema|convention|pacte|regle)s?)(?!\w)"
)


class Mended(NamedTuple):
    """A text as it should have been typed, and the notes that tell the changes."""

    text: str
    notes: tuple[str, ...]


def understand(
    question: str, history: Sequence[Turn], knowledge: Knowledge, *, without: Collection[str] = ()
) -> Understanding:
    """Return the question made self-contained and mended, with a note in French for each change.

    Args:
        question: As typed.
        history: The turns before it, oldest first.
        knowledge: What is indexed.
        without: Names of ``STEPS`` to leave out.
    """
    text = " ".join(question.split())
    if is_courtesy(text):
        return Understanding(question, text, courtesy=True)
    text, notes = mend(text, knowledge, without=without)
    told = list(notes)
    asked = text
    follow_up, own, period = False, "", _period(fold(text))
    if history and "follow_up" not in without:
        turns = [
            Turn(mend(" ".join(turn.question.split()), knowledge, without=without).text, turn.answer)
            for turn in history[-HISTORY_TURNS:]
        ]
        completed = complete(text, turns, knowledge.territories)
        text, own, follow_up = completed.text, completed.own, bool(completed.before)
        if follow_up:  # « et en août ? » asks what the question before it asked
            told.append(_follow_up_note(completed))
            asked = asked if question_kinds(asked) else completed.before
    references = read_references(text, knowledge.vocabulary.words)
    parts = [own, *sides_of(text, knowledge.territories, knowledge.names)]
    acronyms: tuple[str, ...] = ()
    if "acronyms" not in without:
        expanded = knowledge.acronym_table.expand(text)
        text, acronyms = expanded.text, expanded.acronyms
        parts = [knowledge.acronym_table.expand(part).text for part in parts]
        told += expanded.notes
    documents = named_documents(text, knowledge.infos)
    said = words(text)
    return Understanding(
        question=question,
        text=text,
        own=parts[0],
        sides=tuple(parts[1:]),
        notes=tuple(told),
        documents=documents,
        follow_up=follow_up,
        compares=len(documents) > 1 or bool(COMPARING.search(fold(text))),
        terms=content_terms(text),
        kinds=question_kinds(asked),
        things=asked_things(asked),
        articles=references.articles,
        numbers=references.numbers,
        dates=references.dates,
        years=references.years,
        period=period or _period(fold(text)),
        territories=tuple(word for word in dict.fromkeys(said) if word in knowledge.territories),
        acronyms=acronyms,
    )


def mend(text: str, knowledge: Knowledge, *, without: Collection[str] = ()) -> Mended:
    """Return a text as it should have been typed: apostrophes, shorthand, spelling, references."""
    if text.isupper():
        text = text.lower()  # capitals no longer tell an acronym
    changes: list[tuple[str, str]] = []
    if "elision" not in without:
        text = put_apostrophes_back(text)
    if "shorthand" not in without:
        text, spelt_out = spell_out(text, knowledge.acronyms)
        changes += spelt_out
    if "spelling" not in without:
        text, mended = _mend_typos(text, knowledge)
        changes += mended
    if "references" not in without:
        references = read_references(text, knowledge.vocabulary.words)
        text = references.text
        changes += references.changes
    notes = (", ".join(f"« {typed} » lu comme « {meant} »" for typed, meant in changes),) if changes else ()
    return Mended(text, notes)


def _mend_typos(text: str, knowledge: Knowledge) -> tuple[str, list[tuple[str, str]]]:
    """Replace words that neither the corpus nor French knows by what was meant.

    Left alone: acronyms, words with a digit, and names, that is words with a capital inside the sentence.
    """
    speller = knowledge.vocabulary.speller
    changes: list[tuple[str, str]] = []
    parts: list[str] = []
    at = 0
    matches = [match for match in _WORD.finditer(text) if not _touches_digit(text, match)]
    skipped = False
    for match, following in zip_longest(matches, matches[1:]):
        word = match[0]
        if skipped:
            skipped = False
            continue
        if (match.start() and not word.islower()) or word.isupper() or fold(word) in knowledge.acronym_table:
            continue
        end, meant = match.end(), None
        if following and following[0].islower() and text[end : following.start()] == " ":
            meant = speller.join(fold(word), fold(following[0]))
            if meant:
                end, skipped = following.end(), True
        if meant is None:
            split = speller.split(fold(word))
            meant = split if split and "'" in split else speller.mend(word) or split
        if meant:
            parts += [text[at : match.start()], meant]
            changes.append((text[match.start() : end], meant))
            at = end
    return "".join((*parts, text[at:])), changes


def _touches_digit(text: str, match: re.Match[str]) -> bool:
    return text[match.start() - 1 : match.start()].isdigit() or text[match.end() : match.end() + 1].isdigit()


def _follow_up_note(completed: FollowUp) -> str:
    note = f"question comprise à la suite de « {completed.before} »"
    if completed.replaced:
        note += f", sans « {' '.join(completed.replaced)} »"
    if completed.entity:
        note += f", à propos de « {' '.join(completed.entity)} »"
    return note


def _period(folded: str) -> Period:
    """Return the time a question insists on, when it is one only."""
    past, present = bool(_PAST.search(folded)), bool(_PRESENT.search(folded))
    if past == present:
        return ""
    return "past" if past else "present"


def named_documents(text: str, infos: Mapping[str, DocumentInfo]) -> tuple[str, ...]:
    """Return the documents that a question names by their kind, their year or their short title."""
    said = set(words(text))
    years = set(_NAMES.findall(text))
    found = []
    for info in infos.values():
        kind = {word for word in words(info.kind) if word not in STOP_WORDS}
        title_years = set(_NAMES.findall(info.title)) | set(_NAMES.findall(info.short_title))
        if (kind and kind <= said) or (years & title_years):
            found.append(info.id)
    return tuple(found)
