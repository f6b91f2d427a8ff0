"""What a question means: acronyms, typing mistakes, documents named, what it follows up on.

Nothing here changes a number or a known acronym, and every change is told to the user.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.french import STOP_WORDS, fold, tokenize, words
from assistant.records import Understanding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.records import DocumentInfo, Turn
    from assistant.search.index import Knowledge

HISTORY_TURNS = 5  # how far back a follow-up may reach

# Words that carry no subject: a question made of them alone leans on the one before.
_EMPTY_WORDS = STOP_WORDS | frozenset(
    """
    combien comment quand ou pourquoi alors sinon aussi exactement precisement vraiment dit dire dis
    chose cas exemple detail details plus encore meme autre ok oui non merci qui quoi possible
    concretement obligatoire minimum maximum
    """.split()
)
# "il faut", "fait-il", "y a-t-il": pronouns that stand for nothing.
_IMPERSONAL = re.compile(
    r"\b(?:fait|faut|s'agit|existe|suffit|reste|arrive|pleut|y a|a)-?t?-il\b"
    r"|\best-il (?:possible|obligatoire|necessaire|vrai|prevu|interdit|permis)\b"
    r"|\bil (?:y a|faut|faudrait|existe|s'agit|suffit|est (?:possible|obligatoire|necessaire|prevu|interdit))\b"
)
_LEANING = re.compile(
    r"^(?:et|ou|mais|donc|alors|sinon|ok|oui|non|pareil|idem)\b"
    r"|\b(?:celui|celle|ceux|celles)-?(?:ci|la)\b"
    r"|\b(?:ca|cela|la dessus|ce delai|cette regle|ce cas|le meme|la meme)\b"
    r"|\b(?:il|elle|ils|elles|lui|eux)\b"
)
COMPARING = re.compile(
    r"\b(?:differen\w*|compar\w*|par rapport a|versus|vs|contradict\w*|evolu\w*|chang\w*|avant et apres"
    r"|a la fois|plutot que|meme chose|pareil|d'accord entre|dans les deux|les deux)\b"
)
_NAMES = re.compile(r"\b\d{4}(?:\s*[-–]\s*\d{2,4})?\b")


def understand(question: str, history: Sequence[Turn], knowledge: Knowledge) -> Understanding:
    """Return the question made self-contained and mended, with a note in French for each change."""
    text = " ".join(question.split())
    notes: list[str] = []
    text, mended = _mend_typos(text, knowledge)
    notes += mended
    before = _what_it_follows(text, history[-HISTORY_TURNS:])
    if before:
        notes.append(f"question comprise à la suite de « {before} »")
        text = f"{text} {_subject(before, text)}".strip()
    text, expanded = _expand_acronyms(text, knowledge.acronyms)
    notes += expanded
    documents = named_documents(text, knowledge.infos)
    return Understanding(
        question=question,
        text=text,
        notes=tuple(notes),
        documents=documents,
        follow_up=bool(before),
        compares=len(documents) > 1 or bool(COMPARING.search(fold(text))),
    )


def _mend_typos(text: str, knowledge: Knowledge) -> tuple[str, list[str]]:
    """Replace words the corpus does not know by their nearest known word."""
    notes = []
    for word in re.findall(r"[^\W\d_]+", text):
        if word.isupper() and len(word) <= 6:
            continue  # an acronym, known or not
        meant = knowledge.vocabulary.mend(fold(word))
        if meant:
            text = re.sub(rf"\b{re.escape(word)}\b", meant, text, count=1)
            notes.append(f"« {word} » lu comme « {meant} »")
    return text, notes


def _what_it_follows(text: str, history: Sequence[Turn]) -> str:
    """Return the earlier question that this one leans on, or nothing."""
    if not history:
        return ""
    content = [word for word in words(text) if word not in _EMPTY_WORDS]
    folded = _IMPERSONAL.sub(" ", fold(text))
    if len(content) > 4 and not _LEANING.match(folded):
        return ""
    if len(content) > 1 and not _LEANING.search(folded):
        return ""
    # The subject is in the last question that has one of its own.
    for turn in reversed(history):
        if sum(word not in _EMPTY_WORDS for word in words(turn.question)) >= 2:
            return " ".join(turn.question.split())
    return history[-1].question


def _subject(before: str, text: str) -> str:
    """Return the words of the earlier question that the new one does not say."""
    said = set(tokenize(text))
    kept = [
        word for word in words(before) if word not in _EMPTY_WORDS and not said.intersection(tokenize(word))
    ]
    return " ".join(kept)


def _expand_acronyms(text: str, acronyms: Mapping[str, tuple[str, ...]]) -> tuple[str, list[str]]:
    """Add the expansion of each acronym that the text does not spell out already."""
    notes, added = [], []
    by_fold = {fold(acronym): acronym for acronym in acronyms}
    said = set(tokenize(text))
    for word in dict.fromkeys(words(text)):
        acronym = by_fold.get(word)
        if acronym is None or word in STOP_WORDS:
            continue
        expansion = acronyms[acronym][0]
        notes.append(f"{acronym} = {expansion}")
        if not set(tokenize(expansion)) <= said:
            added.append(expansion)
    return " ".join((text, *added)), notes


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
