"""Kinds of things that a question may ask for and that have a form of their own: an amount, a telephone number.

A passage on the right subject that holds nothing of that form does not answer, however near its words come.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.french import FOLDED_MONTHS, NUMBER_WORDS, fold

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Thing:
    """A kind of thing.

    Attributes:
        label: In French, as told to the user.
        asked: What asks for it, in a folded question.
        held: What one looks like, in a folded text.
    """

    label: str
    asked: re.Pattern[str]
    held: re.Pattern[str]


def _thing(label: str, asked: str, held: str) -> Thing:
    return Thing(label, re.compile(asked), re.compile(held))


_MONTH, _NUMBER = "|".join(FOLDED_MONTHS), "|".join(NUMBER_WORDS)
THINGS: Mapping[str, Thing] = {
    "amount": _thing(
        "un montant",
        r"\b(?:salaires?|gagnen?t?(?! (?:la|le|les|l')\b)|coute\w*|couts?|montants?|budgets?|dotations?|subventions?"
        r"|euros?|tarifs?|prix|primes?|indemnites?|argent|remuner\w*|enveloppes?|amendes?"
        r"|(?:a|est-ce|c'est) combien(?=[ ?]*$)"
        r"|combien (?:ca |cela )?(?:pese|paie|paye|verse|touche|rapporte|met))\b|€",
        r"€|\b(?:euros?|millions?|milliards?|francs?)\b|\bgratuit",
    ),
    "telephone": _thing(
        "un numéro de téléphone",
        r"\b(?:tel|telephone|son numero|numero (?:de tel\w*|du|vert)|joindre|appeler|portable|standard)\b",
        r"(?<!\d)0\d(?:[ .-]?\d\d){4}(?!\d)|(?<!\d)0 ?8\d\d(?:[ .]?\d{2,3}){2,3}|\b(?:115|119|3919)\b",
    ),
    "electronic address": _thing(
        "une adresse électronique ou un site",
        r"\b(?:e-?mails?|mails?|courriels?|site (?:web|internet)|site)\b",
        r"@|www\.|https?:|\.(?:fr|com|org|net)\b",
    ),
    "street address": _thing(
        "une adresse",
        r"\b(?:adresses?|ou se trouvent?)\b",
        r"\b(?:rue|avenue|boulevard|bd|place|route|chemin|allee|cite|residence|\d{5})\b",
    ),
    "share": _thing(
        "un pourcentage",
        r"\b(?:taux|pourcentages?|pct|proportion|quelle part|part d\w+)\b|%",
        r"%|‰|\bpour (?:cent|mille)\b|\bpourcent|\b(?:quarts?|tiers|moitie|points?)\b|\bsur (?:dix|cent|\d+)",
    ),
    "age": _thing(
        "un âge",
        r"\b(?:quels? ages?|age (?:mini|maxi|min|max|minimum|maximum|moyen|limite)\w*|ages?)\b",
        r"\bans\b|\bmajeur|\bmineur|\b(?:moins|plus) de \d",
    ),
    "time of day": _thing(
        "un horaire",
        r"\b(?:horaires?|quelle heure|heures d'ouverture)\b",
        r"\d ?h(?:\d\d)?\b|\bheures?\b|\bmidi\b",
    ),
    "day": _thing(
        "une date",
        r"\b(?:quels? jours?|quelles? dates?|dates? (?:de (?!quand)|du |d'|des |limite|exacte|prochain))|^dates?\b",
        rf"\b\d{{1,2}}(?:er)? (?:{_MONTH})\b|\b\d{{1,2}}/\d{{1,2}}\b|\bde chaque mois\b"
        r"|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)s?\b",
    ),
    "year": _thing("une année", r"\b(?:quelle|quel) (?:annee|an)\b", r"\b(?:19|20)\d\d\b"),
    "duration": _thing(
        "une durée",
        r"\bcombien de (?:temps|jours?|mois|semaines?|annees?|ans|heures?)\b"
        r"|\bquelle (?:est (?:la|sa) )?duree\b|\bduree (?:de|du|d'|max|min|moy)"
        r"|\bquels? (?:est le |sont les )?delais?\b",
        rf"\b(?:\d+|{_NUMBER}|quinzaine de)(?: \(\d+\))? ?(?:jours?|mois|ans?|annees?|semaines?|heures?|minutes?"
        r"|trimestres?|semestres?)\b|\bimmediat|\bsans delai|\baussitot|\bannee\b|\bdemi-journee",
    ),
}
PERSON = "person"  # the one thing told by its capitals
LABELS: Mapping[str, str] = {key: thing.label for key, thing in THINGS.items()} | {
    PERSON: "un nom de personne"
}
_PERSON_ASKED = re.compile(
    r"\b(?:s'appel\w+|nom d[ue']?|noms? des|qui (?:dirige|preside|commande)"
    r"|qui (?:est |sont |c'est )?(?:le |la |l'|les )?"
    r"(?:president|directeur|directrice|chef|responsable|coordinat|delegue|referent|maire|pilote)\w*)\b"
)
# "Mme D.", "Jeanne DURAND", "Jeanne Durand"
_PERSON = re.compile(
    r"\b(?:M\.|MM\.|Mmes?|Monsieur|Madame|Mesdames)\s+[A-ZÉ]"
    r"|\b[A-ZÉÈ][a-zéèêëïîôç]+(?:-[A-ZÉÈ][a-zéèêëïîôç]+)? +"
    r"(?:[A-ZÉÈ]{3,}|(?:DE|LE|LA|VAN) +[A-Z]+|[A-ZÉÈ][a-zéèêëïîôç]{2,})\b"
)


def asked_things(question: str) -> tuple[str, ...]:
    """Return the kinds of things that a question asks for, keys of ``LABELS``.

    >>> asked_things("C'est quoi le tel du service ?"), asked_things("Qui dirige le service ?")
    (('telephone',), ('person',))
    """
    folded = fold(question)
    found = [key for key, thing in THINGS.items() if thing.asked.search(folded)]
    return (*found, PERSON) if _PERSON_ASKED.search(folded) else tuple(found)


def held_things(text: str) -> frozenset[str]:
    """Return the kinds of things that a text holds.

    >>> sorted(held_things("Jeanne DURAND reçoit de 9 h à midi, pour 3 €."))
    ['amount', 'person', 'time of day']
    """
    folded = fold(text)
    found = {key for key, thing in THINGS.items() if thing.held.search(folded)}
    return frozenset(found | {PERSON} if _PERSON.search(text) else found)
