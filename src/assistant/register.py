"""Finding one's way in the register of obligations: actors, themes, deadlines, words."""

from __future__ import annotations

import calendar
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from assistant.answers.quotes import quotable_units
from assistant.french import fold, tokenize, words
from assistant.obligations import due_text, list_duties, next_due
from assistant.search.validity import is_expired

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.obligations import Duty
    from assistant.records import DocumentInfo, Obligation
    from assistant.search.index import Knowledge

# Who must: fiches name actors in free words.  A duty belongs to each group whose words its actor
# holds, before a relative clause: "le département et la commune" to two.
ACTOR_GROUPS = {
    "Département et ses services": r"departement|conseil general|\bmds\b|aide sociale a l'enfance|\base\b|\bpmi\b"
    r"|\bcrip\b|\bodpe\b|\bcessec\b|service adoption",
    "Services de prévention spécialisée": r"prevention specialisee|\bsps\b|educat(?:eur|rice)|equipes? educatives?",
    "Associations et organismes": r"\bassociation|gestionnaire|organisme|prestataire|\bstructures?\b"
    r"|etablissement|\besms\b|maisons? d'enfants",
    "Communes et intercommunalités": r"\bcommunes?\b|\bmaires?\b|mairie|\bvilles?\b|metropole|intercommunal"
    r"|collectivite",
    "État, justice et santé": r"\betat\b|prefe[tc]|\bpjj\b|\bars\b|agence regionale|\bjuges?\b|justice|judiciaire"
    r"|pouvoirs publics|autorites",
    "Comités et commissions": r"comite|commission|\bc[li]spd\b|\bgos\b|groupes? ressources",
    "Professionnels": r"professionnel|travailleurs? socia|assistants? familia|mediateur|coordonnateur|referent"
    r"|directeur|\bdirections?\b|cadres|chefs? de service|salarie|agents?\b|equipe qui evalue|personnes tenues",
    "Jeunes et familles": r"\bjeunes?\b|\bfamilles?\b|(?<!d')\benfants?\b|parents?\b|beneficiaire|usager",
    "Signataires et partenaires": r"\bparties?\b|partenaires?\b|signataire|\bacteurs?\b|\bmembres\b|participant",
}
_GROUPS = {name: re.compile(pattern) for name, pattern in ACTOR_GROUPS.items()}
OTHER_ACTORS, UNSAID_ACTOR = "Autres acteurs", "Acteur non précisé"
MIN_GROUP = 3  # duties for which a noun outside the groups becomes one
_RELATIVE = re.compile(r"\b(?:qui|que|dont|soumis)\b|qu'")
_ARTICLE = re.compile(r"(?:les?|la|un|une|des|du|chaque|tout|toute|tous|toutes)$")

DATED, DELAYED, RECURRING, WHENEVER = "À date fixe", "Dans un délai", "À intervalle régulier", "Sans échéance"
TIMINGS = (DATED, DELAYED, RECURRING, WHENEVER)
_RECURRENT = frozenset("annuel semestriel trimestriel mensuel hebdomadaire pluriannuel".split())
_EACH_MONTH = frozenset("mensuel hebdomadaire".split())
_REGULARLY = re.compile(
    r"\b(?:par|chaque|tou(?:te)?s les (?:\w+ )?)\s?(?:an|annee|mois|semaine|trimestre|semestre)"
)

MODALITIES = {
    "doit": "Obligation",
    "ne doit pas": "Interdiction",
    "devrait": "Recommandation",
    "peut": "Possibilité",
}
MAX_THEMES = 14
MIN_THEME = 3  # duties; a rarer theme is found by its words


@dataclass(frozen=True, slots=True)
class Row:
    """A duty with all that it can be found by."""

    duty: Duty
    actors: tuple[str, ...]
    themes: tuple[str, ...]
    timings: tuple[str, ...]
    text: str  # folded, of all its cells
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the register; in each list one must fit, and an empty one asks nothing."""

    text: str = ""
    actors: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()  # ids
    timings: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    this_month: bool = False
    expired: bool = False  # duties of expired documents too
    done: bool | None = None  # those ticked, or not ticked


@dataclass(frozen=True, slots=True)
class Register:
    """All duties, in the order of the documents, and the choices that filter them."""

    rows: tuple[Row, ...]
    actors: tuple[str, ...]
    themes: tuple[str, ...]
    documents: tuple[DocumentInfo, ...]
    by_id: Mapping[str, Row] = field(default_factory=dict)

    @classmethod
    def of(cls, knowledge: Knowledge) -> Register:
        """Read the register of an index."""
        duties = list_duties(knowledge)
        actors = group_actors([duty.obligation.who for duty in duties])
        labels = name_themes(duty.tags for duty in duties)
        rows = tuple(
            _row(duty, actors[duty.obligation.who], _themes_of(duty.tags, labels)) for duty in duties
        )
        used = {group for row in rows for group in row.actors}
        in_order = [*ACTOR_GROUPS, *sorted(used - {*ACTOR_GROUPS, OTHER_ACTORS, UNSAID_ACTOR})]
        return cls(
            rows=rows,
            actors=tuple(group for group in (*in_order, OTHER_ACTORS, UNSAID_ACTOR) if group in used),
            themes=tuple(dict.fromkeys(labels.values())),
            documents=tuple({row.duty.document.id: row.duty.document for row in rows}.values()),
            by_id={row.duty.id: row for row in rows},
        )

    def find(self, wanted: Wanted, today: date, done: Iterable[str] = ()) -> list[Duty]:
        """Return the duties that fit: by their next date, then those without one in the order of documents.

        ``done`` are the ids of those ticked.
        """
        asked = [(word, set(tokenize(word))) for word in words(wanted.text)]
        ticked = set(done)
        fit = [
            row.duty
            for row in self.rows
            if _meets(wanted.actors, row.actors)
            and _meets(wanted.themes, row.themes)
            and _meets(wanted.documents, (row.duty.document.id,))
            and _meets(wanted.timings, row.timings)
            and _meets(wanted.modalities, (row.duty.obligation.modality,))
            and (
                wanted.expired
                or row.duty.document.id in wanted.documents  # asked for by name
                or not is_expired(row.duty.document, today)
            )
            and (wanted.done is None or wanted.done == (row.duty.id in ticked))
            and (not wanted.this_month or is_due_this_month(row.duty, today))
            and all(word in row.text or (terms and terms <= row.terms) for word, terms in asked)
        ]
        return sorted(fit, key=lambda duty: next_due(duty, today) or date.max)

    def next_dates(self, today: date, count: int) -> list[tuple[Duty, date]]:
        """Return the duties due next, the nearest first."""
        coming = [(row.duty, day) for row in self.rows if (day := next_due(row.duty, today))]
        return sorted(coming, key=lambda pair: pair[1])[:count]


def _meets(asked: Sequence[str], has: Sequence[str]) -> bool:
    return not asked or any(name in asked for name in has)


def _row(duty: Duty, actors: tuple[str, ...], themes: tuple[str, ...]) -> Row:
    text = " ".join((*duty.row(), *duty.tags, due_text(duty.obligation)))
    return Row(duty, actors, themes, timings_of(duty.obligation), fold(text), frozenset(tokenize(text)))


# --- where -----------------------------------------------------------------------------------

MIN_SHARED = 2  # terms that an obligation and the sentence it comes from have in common


@dataclass(frozen=True, slots=True)
class DutyPlace:
    """Where a duty is said: a passage, and in it the sentence; (0, 0) without the original."""

    passage_id: str
    start: int = 0
    end: int = 0


def place_of_duty(duty: Duty, knowledge: Knowledge) -> DutyPlace | None:
    """Return where a duty is said, or None when its passage is no longer there.

    A fiche's obligation is in other words than its source: of the fiche's passages, the sentence
    with the rarest of its words is taken, or the whole passage when none has two of them.
    """
    passages = [p for p in knowledge.passages if p.document_id == duty.document.id]
    if duty.span:
        start, end = duty.span
        inside = (p.id for p in passages if p.original and p.start <= start < p.end)
        return DutyPlace(next(inside, ""), start, end)
    own = [p for p in passages if p.fiche_id == duty.fiche_id]
    if not own:
        return None
    o = duty.obligation
    wanted = set(tokenize(" ".join((o.duty, o.to, o.deadline, o.condition))))
    best, found = 0.0, DutyPlace(own[0].id, own[0].start, own[0].end)
    for passage in own:
        for start, end in quotable_units(passage.text) if passage.original else ():
            shared = wanted & set(tokenize(passage.text[start:end]))
            worth = sum(map(knowledge.vocabulary.idf, shared))
            if len(shared) >= MIN_SHARED and worth > best:
                best, found = worth, DutyPlace(passage.id, passage.start + start, passage.start + end)
    return found


# --- when ------------------------------------------------------------------------------------


def timings_of(obligation: Obligation) -> tuple[str, ...]:
    """Return the kinds of deadline of an obligation: at least one.

    >>> from assistant.records import Obligation
    >>> timings_of(Obligation("La ville", "doit", "payer", deadline="une fois par an"))
    ('À intervalle régulier',)
    """
    regular = bool(_REGULARLY.search(fold(obligation.deadline)))
    found = []
    if obligation.date:
        found.append(DATED)
    if obligation.delay or (obligation.deadline and not obligation.date and not regular):
        found.append(DELAYED)
    if obligation.recurrence in _RECURRENT or regular:
        found.append(RECURRING)
    return tuple(found) or (WHENEVER,)


def is_due_this_month(duty: Duty, today: date) -> bool:
    """Whether a duty has its day in this month, past or to come, or comes back every month or week."""
    first = today.replace(day=1)
    last = today.replace(day=calendar.monthrange(today.year, today.month)[1])
    day = next_due(duty, first)
    if day is None:
        return duty.obligation.recurrence in _EACH_MONTH and not is_expired(duty.document, today)
    return day <= last


# --- who -------------------------------------------------------------------------------------


def group_actors(actors: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return actor → its groups.

    An actor outside ``ACTOR_GROUPS`` is grouped by its noun when that comes ``MIN_GROUP`` times.

    >>> group_actors(["Le Département et la commune", ""])["Le Département et la commune"]
    ('Département et ses services', 'Communes et intercommunalités')
    """
    said = list(actors)
    nouns = Counter(_noun(actor) for actor in said if actor and not _known_groups(actor))

    def groups(actor: str) -> tuple[str, ...]:
        if not actor:
            return (UNSAID_ACTOR,)
        if known := _known_groups(actor):
            return known
        noun = _noun(actor)
        return (noun.capitalize() if noun and nouns[noun] >= MIN_GROUP else OTHER_ACTORS,)

    return {actor: groups(actor) for actor in dict.fromkeys(said)}


def _known_groups(actor: str) -> tuple[str, ...]:
    head = _RELATIVE.split(fold(actor))[0] or fold(actor)
    return tuple(name for name, pattern in _GROUPS.items() if pattern.search(head))


def _noun(actor: str) -> str:
    """Return the first word that is no article, as written but for its case."""
    said = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", re.sub(r"\b[LlDd]['’]", "", actor))
    return next((word.lower() for word in said if not _ARTICLE.match(fold(word))), "")


# --- about what ------------------------------------------------------------------------------


def name_themes(tags: Iterable[Sequence[str]]) -> dict[str, str]:
    """Return key → label of the most frequent themes, most frequent first.

    Spellings of one theme ("RSA", "rsa"; "territoire", "territoires") have one key; its usual spelling
    is the label.
    """
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for of_one in tags:
        for tag in of_one:
            spellings[theme_key(tag)][tag.replace("'", "’")] += 1
    counts = {key: found.total() for key, found in spellings.items()}
    frequent = [key for key in sorted(counts, key=lambda key: -counts[key]) if counts[key] >= MIN_THEME]
    labels = {key: spellings[key].most_common(1)[0][0] for key in frequent[:MAX_THEMES]}
    return {key: label[:1].upper() + label[1:] for key, label in labels.items()}


def theme_key(tag: str) -> str:
    """Return what all spellings of a tag share."""
    return " ".join(tokenize(tag)) or fold(tag)


def _themes_of(tags: Sequence[str], labels: Mapping[str, str]) -> tuple[str, ...]:
    keys = dict.fromkeys(map(theme_key, tags))
    return tuple(labels[key] for key in keys if key in labels)
