"""Duties found by rules, for documents that no fiche explains.

A sentence is kept when it says *must* in one of the ways of French administrative texts; what it
says is left in its own words.  What these rules find and miss is measured: ``python -m evals duties``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass

from assistant.french import FOLDED_MONTHS, fold, sentence_spans
from assistant.records import Obligation

MIN_CHARS, MAX_CHARS = 25, 700  # a shorter sentence is a heading, a longer one a table or a page of it
MAX_ACTOR_WORDS = 12
MAX_ITEMS = 20  # of one list
LEAP_YEAR = 2024  # which has every day

_ADVERB = r"(?:\s+(?:également|aussi|donc|ainsi|notamment|alors|en outre|toutefois|\w+ement))?"
# Modality → how it is said; the first that matches wins.
_CUES = {
    "ne doit pas": (
        rf"\bne\s+(?:doi|peu|pourr|devr|saur)\w{{1,5}}{_ADVERB}\s+(?:pas|en aucun cas|jamais|être|\w+[eiî][rt]e?\b)",
        r"\bil est (?:strictement )?interdit\b|\b(?:est|sont) (?:strictement )?(?:interdit|prohibé|proscrit)e?s?\b",
        r"\bs['’]interdi(?:t|sent)\b|\bs['’]abst(?:ient|iennent)\b|\brenonce(?:nt)? [,àp]",
        r"\bn['’](?:est|a) pas (?:autorisé|possible|le droit)",
    ),
    "devrait": (
        r"\bdevrai(?:t|ent)\b|\bil (?:convient|conviendra|est recommandé|est souhaitable|est préconisé)\b",
        r"\bil est (?:essentiel|indispensable|important) (?:que|de)\b|\b(?:est|sont) encouragée?s? à\b",
        r"\b(?:a|ont) vocation à\b|\bsouhait(?:e|ent) \w+(?:er|ir|re)\b",
    ),
    "doit": (
        rf"\bdoi(?:t|vent)\b(?!{_ADVERB}\s+(?:permettre|faire face))|\bdevr(?:a|ont)\b",
        r"\b(?:est|sont|sera|seront|reste|restent) (?:\w+ement )?(?:tenu|astreint|soumis)e?s?"
        r" (?:de\b|d['’]|à\b|au\b|aux\b)",
        r"\b(?:s['’]engage|s['’]oblige)(?:nt|ra|ront)?\b",
        r"\b(?:a|ont) (?:pour obligation|l['’]obligation|le devoir)\b|\b(?:est|sont) dans l['’]obligation\b",
        r"\bil (?:incombe|appartient|revient) (?:à|au|aux)\b|\b(?:est|sont|sera|seront) obligatoires?\b",
        r"\bveill(?:e|ent|era|eront) à\b|\b(?:fera|feront|(?<!a )(?<!ont )fait|font) l['’]objet d",
        r"\b(?:est|sont) à \w+(?:er|ir|re)\b|\b(?:est|sont) chargée?s? (?:de\b|d['’])",
        # A plan says what its actors must do in the future: "le service organisera".
        r"\b(?!(?:ser|aur|fer|ir|pourr|devr|permettr|faudr|viendr|caméra|opéra)(?:a|ont)?\b)\w{2,}(?:e|i)r(?:a|ont)\b",
        r"\bau plus tard\b|\bsans délai\b|\bdans (?:un|les?) délais? (?:\w+ )?(?:de|d['’])",
        r"\bsous (?:un délai|réserve) (?:de|d['’])",
    ),
}
_MODALITIES = tuple((name, re.compile("|".join(cues), re.IGNORECASE)) for name, cues in _CUES.items())
_ITEM = re.compile(r"\s*(?:[-–—•▪●○*·]|\d{1,2}[.)]|[a-z]\))\s*")
_INFINITIVE = re.compile(r"\s*(?:Ne pas |S['’]|Se )?[A-ZÀ-Ý]\w*(?:er|ir|oir|re)\b")
_ACTOR = re.compile(
    r"(?:l['’]|(?:les?|la|un|une|chaque|tout|toute|tous|toutes|aucun|aucune|ce|cette|ces|des|du) )\S.*",
    re.IGNORECASE,
)
# What stands before the verb and is no actor: "il ne", "celui-ci", "qui", "à ce titre".
_NO_ACTOR = re.compile(
    r"\b(?:qui|que|qu['’]|dont|où|il|ils|elle|elles|on|ceci|cela|celui-ci|celle-ci|est|sont|peut|peuvent)\b|\bet$",
    re.IGNORECASE,
)
_TAIL = re.compile(r"\s+(?:ne|n['’]|y|en|se|s['’]|lui|leur)\s*$", re.IGNORECASE)

_NUMBERS = {
    word: number
    for number, word in enumerate(
        "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze".split(), 1
    )
} | {"une": 1, "vingt": 20, "trente": 30}
_UNITS = {"heure": "H", "jour": "D", "semaine": "W", "mois": "M", "an": "Y", "annee": "Y"}
_DATE = re.compile(
    rf"\b(?:au plus tard|avant|d'ici|jusqu'au|pour)\b(?: \w+){{0,3}}? ?(?:le|au)? ?"
    rf"(?P<day>\d{{1,2}})(?:er)? (?P<month>{'|'.join(FOLDED_MONTHS)})(?: (?P<year>\d{{4}}))?"
)
_DELAY = re.compile(
    rf"\b(?:dans (?:un|le|les)(?: delais?(?: \w+)? (?:de |d')?)?|sous(?: un delai de)?|delai (?:\w+ )?(?:de |d'))\s*"
    rf"(?P<number>\d+|{'|'.join(_NUMBERS)})(?: \(\d+\))? (?P<unit>{'|'.join(_UNITS)})s?\b"
)
_RECURRENCES = (
    ("annuel", r"\bchaque annee\b|\btous les ans\b|\bannuellement\b|\bune fois par an\b|\bpar an\b"),
    ("semestriel", r"\bchaque semestre\b|\btous les semestres\b|\bdeux fois par an\b"),
    ("trimestriel", r"\bchaque trimestre\b|\btous les (?:trimestres|trois mois)\b|\btrimestriellement\b"),
    ("mensuel", r"\bchaque mois\b|\btous les mois\b|\bmensuellement\b"),
    ("hebdomadaire", r"\bchaque semaine\b|\btoutes les semaines\b"),
)


@dataclass(frozen=True, slots=True)
class FoundDuty:
    """A duty in the words of its document, ``text[start:end]``."""

    obligation: Obligation
    start: int
    end: int


def find_duties(text: str) -> list[FoundDuty]:
    """Return the duties of a clean text, in its order.

    After an introduction that ends in a colon, each item of the list is a duty of its own.

    >>> [duty] = find_duties("Le chef de service doit remettre le bilan au plus tard le 30 avril.")
    >>> duty.obligation.who, duty.obligation.modality, duty.obligation.date
    ('Le chef de service', 'doit', '04-30')
    """
    found: list[FoundDuty] = []
    introduction: tuple[str, str] | None = None
    items = 0
    for start, end in _units(text):
        sentence = text[start:end]
        if introduction and items < MAX_ITEMS and (_ITEM.match(sentence) or _INFINITIVE.match(sentence)):
            begin = start + (mark.end() if (mark := _ITEM.match(sentence)) else 0)
            if end - begin >= MIN_CHARS:
                found.append(_make(text, begin, end, *introduction))
            items += 1
            continue
        introduction, items = None, 0
        said = modality_of(sentence)
        if said is None or not MIN_CHARS <= end - start <= MAX_CHARS or sentence.endswith("?"):
            continue
        modality, place = said
        who = actor_before(sentence[:place])
        if sentence.endswith(":"):
            introduction = modality, who
            continue
        found.append(_make(text, start, end, modality, who))
    return found


def modality_of(sentence: str) -> tuple[str, int] | None:
    """Return how a sentence obliges and where it says so, or None when it does not."""
    for modality, cue in _MODALITIES:
        if match := cue.search(sentence):
            return modality, match.start()
    return None


def actor_before(words: str) -> str:
    """Return the subject that stands right before a verb, where it can be told; else nothing.

    >>> actor_before("À ce titre, le directeur ne ")
    'le directeur'
    >>> actor_before("Il ")
    ''
    """
    last = re.split(r"[,;:()«»]", _TAIL.sub("", words))[-1].strip()
    last = _ITEM.sub("", last, count=1) if _ITEM.match(last) else last
    if _NO_ACTOR.search(last) or not _ACTOR.fullmatch(last) or len(last.split()) > MAX_ACTOR_WORDS:
        return ""
    return last


def _make(text: str, start: int, end: int, modality: str, who: str) -> FoundDuty:
    sentence = " ".join(text[start:end].split())
    date, delay, deadline = when(sentence)
    return FoundDuty(
        Obligation(
            who=who[:1].upper() + who[1:],
            modality=modality,
            duty=sentence,
            deadline=deadline,
            recurrence=recurrence_of(sentence),
            date=date,
            delay=delay,
        ),
        start,
        end,
    )


def when(sentence: str) -> tuple[str, str, str]:
    """Return the date, the delay (ISO 8601) and the words of a deadline, each empty if unsaid.

    >>> when("Le bilan est remis dans un délai de trois mois.")
    ('', 'P3M', 'dans un delai de trois mois')
    """
    folded = " ".join(fold(sentence).split())
    date = delay = words = ""
    if match := _DATE.search(folded):
        month, day = FOLDED_MONTHS.index(match["month"]) + 1, int(match["day"])
        if 1 <= day <= monthrange(int(match["year"] or LEAP_YEAR), month)[1]:
            date = f"{month:02}-{day:02}" if not match["year"] else f"{match['year']}-{month:02}-{day:02}"
            words = match[0]
    if match := _DELAY.search(folded):
        number = int(match["number"]) if match["number"].isdigit() else _NUMBERS[match["number"]]
        unit = _UNITS[match["unit"]]
        delay = f"PT{number}H" if unit == "H" else f"P{number}{unit}"
        words = words or match[0]
    return date, delay, words


def recurrence_of(sentence: str) -> str:
    """Return how often, in the words of fiches, or nothing."""
    folded = fold(sentence)
    return next((name for name, said in _RECURRENCES if re.search(said, folded)), "")


def _units(text: str) -> list[tuple[int, int]]:
    """Return the ranges of sentences, without surrounding space."""
    units = []
    for start, end in sentence_spans(text):
        inside = text[start:end]
        if stripped := inside.strip():
            begin = start + len(inside) - len(inside.lstrip())
            units.append((begin, begin + len(stripped)))
    return units
