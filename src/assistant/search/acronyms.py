"""Acronyms both ways: spelt out where the question has the letters, added where it has the words."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.french import STOP_WORDS, fold, tokenize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Acronyms that are words as well: only capitals make them acronyms.
_WORDS_TOO = frozenset("ali call def fam has maia mecs plie pre rapt".split())
# Rows of the corpus that hold an acronym before the letters alone find them: the words would only dilute
# the question (on 1,000 cross questions, always adding them costs 1.5 points of recall@1).
FAMILIAR = 10
MIN_EXPANSION = 3  # terms: shorter expansions are ordinary phrases
_WORD = re.compile(r"\b(?:[A-Za-z]\.){2,}[A-Za-z]?|\b[^\W_]{2,}\b")


@dataclass(frozen=True, slots=True)
class Expanded:
    """A text with what its acronyms mean, and a note in French for each."""

    text: str
    notes: tuple[str, ...]
    acronyms: tuple[str, ...]  # said or meant


class AcronymTable:
    """The acronyms of a corpus, ready to be looked up."""

    def __init__(self, acronyms: Mapping[str, Sequence[str]], counts: Mapping[str, int]) -> None:
        """Prepare the table.

        Args:
            acronyms: Acronym → what it may stand for, the usual one first.
            counts: Folded word → rows of the corpus that hold it.
        """
        self._counts = counts
        self._expansions = acronyms
        self._by_fold = {fold(acronym): acronym for acronym in acronyms}
        self._by_first_term: dict[str, list[tuple[str, str, list[str]]]] = defaultdict(list)
        for acronym, (usual, *_) in acronyms.items():
            terms = tokenize(usual)
            if len(terms) >= MIN_EXPANSION:
                self._by_first_term[terms[0]].append((acronym, usual, terms))

    def __contains__(self, word: object) -> bool:
        """Whether a folded word is an acronym."""
        return word in self._by_fold

    def expand(self, text: str) -> Expanded:
        """Tell what each acronym means, and add what the corpus knows better.

        That is the expansion of an acronym it seldom has, and the acronym of an expansion.
        """
        terms = tokenize(text)
        said = set(terms)
        notes: list[str] = []
        added: list[str] = []
        found: list[str] = []
        for match in _WORD.finditer(text):
            acronym = self._acronym(match[0])
            if acronym is None or acronym in found:
                continue
            found.append(acronym)
            meant, others = choose(self._expansions[acronym], said - {fold(acronym)})
            also = f" (ou : {', '.join(others)})" if others else ""
            notes.append(f"{acronym} = {meant}{also}")
            if self._counts.get(fold(acronym), 0) < FAMILIAR and not set(tokenize(meant)) <= said:
                added.append(meant)
        for at, term in enumerate(terms):
            for acronym, expansion, its_terms in self._by_first_term.get(term, ()):
                if acronym not in found and terms[at : at + len(its_terms)] == its_terms:
                    found.append(acronym)
                    added.append(acronym)
                    notes.append(f"{expansion} = {acronym}")
        return Expanded(" ".join((text, *added)), tuple(notes), tuple(found))

    def _acronym(self, word: str) -> str | None:
        """Return the acronym that a word of the question is.

        In small letters it must be no other word ("pré", "mecs"); with one capital it may be a name ("Ali").
        """
        bare = fold(word).replace(".", "")
        acronym = self._by_fold.get(bare)
        if acronym is None and bare.endswith("s") and len(bare) > 3:
            acronym = self._by_fold.get(bare[:-1])  # "les MECSs"
        if acronym is None:
            return None
        if word == acronym or word.isupper() or (word[:-1].isupper() and word.endswith("s")) or "." in word:
            return acronym
        usual = word.islower() and word.isascii() and bare not in STOP_WORDS and bare not in _WORDS_TOO
        return acronym if usual else None


def choose(expansions: Sequence[str], said: set[str]) -> tuple[str, tuple[str, ...]]:
    """Return the expansion that shares most terms with the question, the usual one if none does; then the others.

    >>> choose(("service éducatif", "stage en entreprise"), {"stag", "entrepris"})
    ('stage en entreprise', ('service éducatif',))
    """
    meant = max(expansions, key=lambda expansion: len(said.intersection(tokenize(expansion))))
    return meant, tuple(other for other in expansions if other != meant)
