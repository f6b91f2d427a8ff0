"""Requests that get no answer, and the words of a refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.answers.asked import describe_lacks, find_lacks
from assistant.french import fold
from assistant.search.spelling import is_french

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from assistant.records import Hit, Understanding
    from assistant.search.index import Knowledge

NOT_FOUND = "Je ne trouve pas la réponse dans les documents"
LEADS_TITLE = "Pistes, sans garantie qu’elles répondent"
MAX_LEADS = 3

# Instructions to the assistant instead of a question about the documents: an order (« ignore les consignes »), or
# about its own rules.  « J’ai oublié la règle », « si la mairie contourne la règle » are questions.
_DISOBEY = r"(?:ignore|oublie|neglige|contourne|desactive|outrepasse)"
_RULES = r"\b(?:regle|instruction|consigne|limite|filtre|securite|restriction)s?\b"
_INSTRUCTIONS = re.compile(
    rf"(?:^|[^\w\s'’-]\s*|\n|\b(?:et|puis|alors|maintenant|stp|svp)\s+){_DISOBEY}z?\b.{{0,40}}"
    rf"(?:{_RULES}|\b(?:documents?|precedent\w*)\b)"
    rf"|\b{_DISOBEY}[zrs]?\b.{{0,20}}\b(?:tes|ton|ta|vos|votre)\b.{{0,20}}{_RULES}"
    r"|\b(?:tu es|vous etes|agis|comporte[- ]toi|fais comme si tu)\b.{0,30}"
    r"\b(?:desormais|maintenant|comme|un pirate|sans (?:filtre|limite))\b"
    r"|\b(?:prompt|invite) (?:systeme|system|cachee?)\b|\bsystem prompt\b|\bjailbreak\b"
    r"|\bmode (?:developpeur|dan|debug)\b"
    r"|\bignore (?:all|any|the|your|previous)\b|\b(?:previous|above) instructions\b"
    r"|\b(?:revele|affiche|montre|donne)\b.{0,20}"
    r"\b(?:tes (?:regles|instructions|consignes)|ton prompt|mot de passe)\b"
    r"|\b(?:invente|fabrique)\b.{0,30}\b(?:citation|article|source|chiffre|reponse)s?\b"
    r"|\b(?:reponds?|repondez)\b.{0,30}\bsans (?:citer|citation|source|verifier)\b"
    r"|<\s*/?\s*(?:script|system|iframe|img)\b"
)
_PRIVATE = (
    r"adresse|telephone|numero|portable|dossier|situation|casier|mere|pere|parents|famille|ecole|college"
    r"|lycee|foyer|suivi|suivie|place|placee|antecedents|diagnostic|maladie|domicile|habite"
    r"|date de naissance|educateur"
)
# A given name that follows a word for a young person, or a first and last name after one.
_NAMED_MINOR = re.compile(
    r"\b(?:[Ll]e |[Ll]a |[Dd]u |[Dd]e la |[Dd]’|[Dd]')?"
    r"(?:jeune|petite?|gamine?|mineure?|enfant|ado|adolescente?|élève|fille|garçon|fils)\s+(?:nommée?\s+|appelée?\s+)?"
    r"(?P<name>[A-ZÀÂÉÈÊËÎÏÔÙÛÜÇ][a-zàâéèêëîïôùûüç]+(?:[ -][A-ZÀÂÉÈÊËÎÏÔÙÛÜÇ][\w’'-]+)*)"
)
_PERSON = re.compile(
    r"\b(?P<name>[A-ZÀÂÉÈÊËÎÏÔÙÛÜÇ][a-zàâéèêëîïôùûüç]+(?:-[A-Z][a-zé]+)? [A-ZÀÂÉÈÊËÎÏÔÙÛÜÇ][\wÀ-ÿ’'-]+)"
    r"|\b(?:de|d’|d'|sur|pour|à)\s+(?P<given>[A-ZÀÂÉÈÊËÎÏÔÙÛÜÇ][a-zàâéèêëîïôùûüç]+)\b"
)
# Somebody by their title and surname.
_TITLED = re.compile(
    r"\b(?:M\.|Mr\.?|Mme|Mlle|[Mm]onsieur|[Mm]adame|[Mm]ademoiselle|Dr|[Dd]octeur)\s+"
    r"(?P<name>[A-ZÀÂÉÈÊËÎÏÔÙÛÜÇ][\wÀ-ÿ’'-]+)"
)
# A lone given name as the subject, or as who is looked for: « Mathéo a-t-il … ? », « où habite Mathéo ? ».
_GIVEN = r"(?P<name>[A-ZÀÂÉÈÊËÎÏÔÙÛÜÇ][a-zàâéèêëîïôùûüç]+)"
_BE_OR_HAVE = r"(?:a|est|avait|était|sera|aura|va|doit|peut|habite|vit|dort|fugue|sort|suit)"
_LONE_NAMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_GIVEN},? (?:(?:il|elle) )?(?:n[’'])?{_BE_OR_HAVE}(?:-t)?(?:-(?:il|elle))?(?![\w-])",
        rf"\b[Ee]st-ce qu(?:e |[’']){_GIVEN}\b",
        rf"\b(?:[Oo]ù|[Qq]ui|[Qq]uand|[Pp]ourquoi|[Cc]omment|[Dd]epuis quand)"
        rf" (?:habite|vit|dort|loge|suit|accompagne|connaît|est|va|a (?:vu|placé|suivi|exclu))"
        rf" {_GIVEN}\b",
    )
)
# What is said of a person and not of a town: « un collège » a town has, « au collège » a pupil is.
_PERSONAL = re.compile(
    r"\b(?:suivie?|suit|accompagnee?|placee?|mesure|dossier|parents|mere|pere|frere|soeur|situation|fugue\w*"
    r"|garde a vue|absente?|exclue?|renvoyee?|convoquee?|descolarisee?|incarceree?|hospitalisee?|malade|enceinte"
    r"|habite|dort|loge|casier|(?:au|son|du) (?:college|lycee|foyer)|a l'ecole|(?:sa|chez sa) famille)(?!\w)"
)
# What is said of a town or a service only.
_OF_A_PLACE = re.compile(
    r"\b(?:communes?|villes?|quartiers?|mairie|maire|habitants?|territoire|secteur|departement|convention|dispositif"
    r"|schema|budget|financee?|(?:une?|des|quels?|quelles?|combien d[e']) ?(?:services?|equipes?|foyers?|locaux|local"
    r"|clubs?|antennes?|permanences?|associations?|educateurs?|familles|jeunes))\b"
)
_AGE = re.compile(r"\b(?:[5-9]|1[0-7])\s*ans\b|\bne[e]? le\b|\bmineure?\b")

INSTRUCTION_TEXT = (
    "Je ne peux pas suivre cette consigne : je réponds seulement aux questions sur les documents, "
    "avec les passages qui prouvent la réponse."
)
PERSON_TEXT = (
    "Je ne réponds pas aux questions sur une personne désignée par son nom. Les documents décrivent "
    "des règles et des missions ; pour une situation individuelle, adressez-vous à votre responsable "
    "ou aux services du Département."
)
COURTESY_TEXT = (
    "Je vous en prie. Posez une question sur les documents : je réponds avec les passages qui le prouvent."
)


def refusal_reason(question: str, knowledge: Knowledge) -> str:
    """Return why a request is refused outright, as shown to the user, or nothing."""
    if _INSTRUCTIONS.search(fold(question)):
        return INSTRUCTION_TEXT
    if names_a_person(question, knowledge):
        return PERSON_TEXT
    return ""


def names_a_person(question: str, knowledge: Knowledge) -> bool:
    """Whether a question asks about a person it names: one who may be followed by a service, or has a title.

    Names that the documents themselves hold (towns, services, officials) are not persons here.
    """
    folded = fold(question)

    def is_stranger(name: str) -> bool:
        parts = re.findall(r"[a-z]+", fold(name))
        return not all(knowledge.vocabulary.knows(part) or part in knowledge.acronym_table for part in parts)

    found = (pattern.search(question) for pattern in (_NAMED_MINOR, _TITLED))
    if any(match and is_stranger(match["name"]) for match in found):
        return True
    if _PERSONAL.search(folded) and not _OF_A_PLACE.search(folded):
        lone = (found["name"] for pattern in _LONE_NAMES for found in pattern.finditer(question))
        if any(is_stranger(name) and not is_french(fold(name)) for name in lone):
            return True
    wants_private = re.search(rf"\b(?:{_PRIVATE})\b", folded) or _AGE.search(folded)
    if not wants_private:
        return False
    names = (found["name"] or found["given"] for found in _PERSON.finditer(question))
    return any(is_stranger(name) for name in names)


@dataclass(frozen=True, slots=True)
class Lead:
    """A passage near a question that has no answer; nothing says that it answers."""

    title: str
    hit: Hit


def leads_of(hits: Sequence[Hit], knowledge: Knowledge) -> tuple[Lead, ...]:
    """Return the nearest passages, best first: at most three, each with a title of its own."""
    leads: dict[str, Lead] = {}
    for hit in hits:
        if len(leads) == MAX_LEADS:
            break
        title = hit.fiche.title if hit.fiche else hit.passage.place
        title = title or knowledge.infos[hit.passage.document_id].name
        leads.setdefault(title, Lead(title, hit))
    return tuple(leads.values())


def searched_names(knowledge: Knowledge, only: Collection[str] = ()) -> list[str]:
    """Return the names of the documents that were searched: those of ``only``, or all."""
    held = {passage.document_id for passage in knowledge.passages}
    return sorted(knowledge.infos[name].name for name in held if not only or name in only)


def missing_text(understanding: Understanding | None, hits: Sequence[Hit], knowledge: Knowledge) -> str:
    """Return what is asked for and the nearest passage does not give, or nothing."""
    if understanding is None or not hits:
        return ""
    return describe_lacks(find_lacks(understanding, hits[0], knowledge.infos), understanding.question)


def not_found_text(
    hits: Sequence[Hit],
    knowledge: Knowledge,
    only: Collection[str] = (),
    understanding: Understanding | None = None,
) -> str:
    """Return the words of a refusal: what was searched, what is missing, then the nearest leads, marked as such."""
    names = searched_names(knowledge, only)
    text = NOT_FOUND + (f" ({', '.join(names)})." if names else ".")
    missing = missing_text(understanding, hits, knowledge)
    text += f"\n{missing}" if missing else ""
    leads = leads_of(hits, knowledge)
    if leads:
        text += f"\n\n{LEADS_TITLE} :\n" + "\n".join(f"- {lead.title}" for lead in leads)
    return text
