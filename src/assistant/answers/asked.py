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
# « le 4e axe », « le cinquième principe », « la fiche action n° 17 », in a folded question.
_ORDINALS = {word: number for word, number in NUMBER_WORDS.items() if word.endswith("ieme")}
_ITEM = re.compile(
    rf"\b(?:(?P<digits>\d+)(?:e|eme|ieme)|(?P<word>{'|'.join(_ORDINALS)})) (?P<of>[a-z]{{3,}})"
    r"|\b(?P<noun>[a-z]{4,})(?: [a-z]+)? (?:n ?°|numero) ?(?P<number>\d+)\b"
)
_NUMBER_END = re.compile(r"(?:e|er|eme|ieme)$")
NEAR_ITEM = 3  # words between an item's number and its noun, or fewer: « fiche action 17 »
_LONE_YEAR = re.compile(r"(?<![-–/\d])(?:19|20)\d\d\b(?![-–/]\d)")  # not of a range, nor of a reference


@dataclass(frozen=True, slots=True)
class Lacks:
    """What a question asks for and the passage found does not hold.

    Attributes:
        things: Kinds of things, in French: "un montant".
        counted: The noun whose number is asked, where no number stands beside it in the passage.
        unsaid: Whether the passage does not say that noun at all.
        years: Those that the question names, where the passage names none of them.
        items: Those asked for by their rank, as "4e axe", where the passage has none of them.
    """

    things: tuple[str, ...] = ()
    counted: str = ""
    unsaid: bool = False
    years: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


def find_lacks(understanding: Understanding, hit: Hit, infos: Mapping[str, DocumentInfo]) -> Lacks:
    """Compare what a question asks for with a passage, its headings and its fiche."""
    said = said_by(hit.passage, hit.fiche)
    held = held_things(said) if understanding.things else frozenset()
    asked = fold(understanding.text)
    noun, items = counted_noun(asked), ranked_items(asked)
    tokens = words(said) if noun or items else []
    return Lacks(
        things=tuple(LABELS[thing] for thing in understanding.things if thing not in held),
        counted="" if not noun or stands_beside_number(noun, tokens) else noun,
        unsaid=bool(noun) and term_of(noun) not in {term_of(token) for token in tokens},
        years=_missing_years(understanding, said, hit, infos),
        items=()
        if any(has_item(*item, tokens) for item in items)
        else tuple(f"{n}e {of}" for n, of in items),
    )


def describe_lacks(lacks: Lacks, question: str) -> str:
    """Return in French what the passage nearest to a question does not give, or nothing."""
    parts = list(lacks.things)
    written = next((word for word in _WORD.findall(question) if fold(word) == lacks.counted), lacks.counted)
    parts += [f"un nombre de « {written} »"] if lacks.counted else []
    parts += [f"l’année {year}" for year in lacks.years]
    parts += [f"le rang demandé (« {item} »)" for item in lacks.items]
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
    return any(map(_is_number, _words_around(noun, said, REACH)))


def ranked_items(asked: str) -> tuple[tuple[str, str], ...]:
    """Return the (rank, noun) of what a folded question asks for by its rank.

    >>> ranked_items("le 4e axe, la fiche action n°17 et le cinquieme principe ?")
    (('4', 'axe'), ('17', 'fiche'), ('5', 'principe'))
    >>> ranked_items("les eleves de 3e et la premiere fois")
    ()
    """
    return tuple(
        (found["digits"] or found["number"] or _ORDINALS[found["word"]], found["of"] or found["noun"])
        for found in _ITEM.finditer(asked)
        if found["of"] not in STOP_WORDS
    )


def has_item(rank: str, noun: str, said: list[str]) -> bool:
    """Whether folded words have the item of a rank: « axe 4 », « le quatrième axe ».

    >>> has_item("4", "axe", ["le", "quatrieme", "axe"]), has_item("4", "axe", ["les", "3", "axes"])
    (True, False)
    """
    around = _words_around(noun, said, NEAR_ITEM)
    return any(rank in (_NUMBER_END.sub("", word), NUMBER_WORDS.get(word)) for word in around)


def _words_around(noun: str, said: list[str], reach: int) -> list[str]:
    """Return the words at most ``reach`` away from a form of a noun."""
    term = term_of(noun)
    nouns = [place for place, word in enumerate(said) if term_of(word) == term]
    return [word for place in nouns for word in said[max(0, place - reach) : place + reach + 1]]


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
