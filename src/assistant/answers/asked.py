"""What kind of thing a question asks for, and whether the passage found holds one.

A near miss speaks of the right subject and not of the asked thing: the cell that collects reports, and not its
telephone number.  No similarity of words tells the two apart; the absence of any number of that form does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.french import NUMBER_WORDS, STOP_WORDS, fold, term_of, words
from assistant.search.signs import YEAR, said_by
from assistant.search.things import LABELS, held_things

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.records import DocumentInfo, Hit, Understanding

REACH = 2  # a number this many words from a noun, or fewer, counts it
_COUNTED = re.compile(
    r"\b(?:combien d(?:e |'|es )|(?:nombre(?: total| exact)?|nb|nbre|effectifs?|quantite) (?:d(?:e |'|es |u ))?)"
    r"(?:l'|la |les )?(?P<noun>[a-z][\w'-]+)"
)
# Nouns that are answered by a delay, an amount or a frequency.
_UNCOUNTED = frozenset("temps jour mois semaine an annee heure minute fois argent euro".split())
_NUMBER_NAMES = frozenset(
    "dizaine douzaine quinzaine vingtaine trentaine quarantaine cinquantaine soixantaine centaine millier".split()
)
_WORD = re.compile(r"\w[\w'’-]*")
_LONE_YEAR = re.compile(r"(?<![-–/\d])(?:19|20)\d\d\b(?![-–/]\d)")  # not of a range, nor of a reference


@dataclass(frozen=True, slots=True)
class Lacks:
    """What a question asks for and the passage found does not hold.

    Attributes:
        things: Kinds of things, in French: "un montant".
        counted: The noun whose number is asked, where no number stands beside it in the passage.
        unsaid: Whether the passage does not say that noun at all.
        years: Those that the question names, where the passage names none of them.
    """

    things: tuple[str, ...] = ()
    counted: str = ""
    unsaid: bool = False
    years: tuple[str, ...] = ()


def find_lacks(understanding: Understanding, hit: Hit, infos: Mapping[str, DocumentInfo]) -> Lacks:
    """Compare what a question asks for with a passage, its headings and its fiche."""
    said = said_by(hit.passage, hit.fiche)
    held = held_things(said) if understanding.things else frozenset()
    noun = counted_noun(fold(understanding.text))
    tokens = words(said) if noun else []
    return Lacks(
        things=tuple(LABELS[thing] for thing in understanding.things if thing not in held),
        counted="" if not noun or stands_beside_number(noun, tokens) else noun,
        unsaid=bool(noun) and term_of(noun) not in {term_of(token) for token in tokens},
        years=_missing_years(understanding, said, hit, infos),
    )


def describe_lacks(lacks: Lacks, question: str) -> str:
    """Return in French what the passage nearest to a question does not give, or nothing."""
    parts = list(lacks.things)
    written = next((word for word in _WORD.findall(question) if fold(word) == lacks.counted), lacks.counted)
    parts += [f"un nombre de « {written} »"] if lacks.counted else []
    parts += [f"l’année {year}" for year in lacks.years]
    return f"Dans le passage le plus proche, il manque : {', '.join(parts)}." if parts else ""


def counted_noun(asked: str) -> str:
    """Return the noun whose number a folded question asks, or nothing.

    >>> counted_noun("combien de jeunes suivis ?"), counted_noun("combien de temps ?")
    ('jeunes', '')
    """
    found = _COUNTED.search(asked)
    said = words(found["noun"]) if found else []
    noun = said[-1] if said else ""
    plain = noun if noun in _UNCOUNTED else noun.rstrip("s")
    return "" if plain in _UNCOUNTED or noun in STOP_WORDS else noun


def stands_beside_number(noun: str, said: list[str]) -> bool:
    """Whether a form of a noun is within ``REACH`` words of a number, in folded words.

    >>> stands_beside_number("jeunes", ["on", "a", "vu", "45", "jeunes"])
    True
    """
    term = term_of(noun)
    nouns = [place for place, word in enumerate(said) if term_of(word) == term]
    return any(
        _is_number(word) for place in nouns for word in said[max(0, place - REACH) : place + REACH + 1]
    )


def _is_number(word: str) -> bool:
    return word[0].isdigit() or word in NUMBER_WORDS or word.rstrip("s") in _NUMBER_NAMES


def _missing_years(
    understanding: Understanding, said: str, hit: Hit, infos: Mapping[str, DocumentInfo]
) -> tuple[str, ...]:
    """Return the years asked about, when neither the passage nor its document's name has one of them."""
    names = {year for document in understanding.documents for year in YEAR.findall(infos[document].name)}
    years = dict.fromkeys(year for year in understanding.years if year not in names)
    held = {*YEAR.findall(said), *_LONE_YEAR.findall(infos[hit.passage.document_id].name)}
    return () if held.intersection(years) else tuple(years)
