"""A guided path for people who arrive: steps of a few fiches, and questions to start with.

Fiches are chosen by rules on their tags, titles and bodies, from documents in force, so that any
corpus with fiches has its path; a step without fiches is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.french import fold, numbers, tokenize, words
from assistant.search.validity import is_expired

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from assistant.records import Answer, DocumentInfo, Fiche
    from assistant.search.index import Knowledge

STEP_FICHES = 7
QUESTIONS = 10
SURE = 0.75  # confidence from which a question may start a conversation
LONG_BODY = 120  # words; a longer body is less plain
MIN_WORDS, MAX_WORDS, MAX_CHARS = 5, 16, 90  # of a starting question


@dataclass(frozen=True, slots=True)
class Theme:
    """What a step is about, and what tells its fiches: words of tags, of titles; folded patterns."""

    name: str
    purpose: str
    tags: str
    titles: str
    duties: bool = False  # a fiche with an obligation belongs to it
    figures: bool = False  # a fiche with many figures is better


THEMES = (
    Theme(
        "Les bases",
        "Ce qu’est le métier, ses principes, la loi qui le fonde.",
        r"^definition|^principe|^cadre legal|^mission|^histoire|^lois?$|^ethique|^deontologie|^libre adhesion"
        r"|^anonymat",
        r"definition|qu'est-ce|c'est quoi|principe|mission|fondement|libre adhesion|anonymat|origine|valeurs",
    ),
    Theme(
        "Les acteurs",
        "Qui fait quoi, et avec qui travailler.",
        r"^acteur|^gouvernance|^partenaire|^partenariat|^equipe|^personnel",
        r"^qui\b|\brole\b|acteur|partenaire|equipe|comite|commission|instance|service",
    ),
    Theme(
        "Les obligations",
        "Ce qu’il faut faire, et ce qu’il ne faut pas faire.",
        r"^obligation|^echeance|^secret|^confidentialite|^controle|^donnees personnelles",
        r"\bdoi(?:t|vent)\b|obligation|interdi|secret|delai|echeance|a rendre|a remettre|a fournir",
        duties=True,
    ),
    Theme(
        "Les procédures",
        "Comment s’y prendre, étape par étape.",
        r"^procedure|^methode|^demarche|^information preoccupante|^orientation|^outils?$",
        r"^comment\b|procedure|demarche|etapes?\b|\ben cas de\b|signal|demander|deroulement|quand\b",
    ),
    Theme(
        "Les chiffres",
        "Combien de personnes, d’équipes, d’euros.",
        r"^chiffre|^finance|^budget|^population|^bilan",
        r"^combien|chiffre|nombre|budget|effectif|financement|\ben 20\d\d\b|taux",
        figures=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the path."""

    name: str
    purpose: str
    fiches: tuple[Fiche, ...]


def guided_path(knowledge: Knowledge, today: date) -> tuple[Step, ...]:
    """Return the steps in order; a fiche is in one of them at most."""
    fiches = in_force(knowledge.fiches, knowledge.infos, today)
    infos = [knowledge.infos[name] for name in dict.fromkeys(f.sources[0].document for f in fiches)]
    topic, newness = topic_terms(infos), newness_of(infos)
    taken: set[str] = set()
    steps = []
    for theme in THEMES:
        ranked = rank_for(theme, [fiche for fiche in fiches if fiche.id not in taken], topic, newness)
        chosen = spread(ranked, STEP_FICHES)
        taken |= {fiche.id for fiche in chosen}
        if chosen:
            steps.append(Step(theme.name, theme.purpose, tuple(chosen)))
    return tuple(steps)


def in_force(fiches: Iterable[Fiche], infos: Mapping[str, DocumentInfo], today: date) -> list[Fiche]:
    """Return the fiches of documents whose period is not over."""
    return [fiche for fiche in fiches if not is_expired(infos[fiche.sources[0].document], today)]


def topic_terms(infos: Iterable[DocumentInfo]) -> frozenset[str]:
    """Return what a corpus is about: the terms that the titles of two documents or more share."""
    counts = Counter(term for info in infos for term in set(tokenize(info.title)) if not term.isdigit())
    return frozenset(term for term, count in counts.items() if count > 1)


def newness_of(infos: Sequence[DocumentInfo]) -> dict[str, float]:
    """Return document id → 0 for the oldest to 1 for the newest; 0 where the period is not known."""
    days = {info.id: info.valid_from.toordinal() for info in infos if info.valid_from}
    oldest, newest = min(days.values(), default=0), max(days.values(), default=0)
    return {
        info.id: (days.get(info.id, oldest) - oldest) / (newest - oldest) if newest > oldest else 0.0
        for info in infos
    }


def rank_for(
    theme: Theme, fiches: Sequence[Fiche], topic: frozenset[str], newness: Mapping[str, float]
) -> list[Fiche]:
    """Return the fiches of a theme, the fittest first; ties keep their order.

    Fit are those that its tags and its titles name, that are about what the corpus is about, short,
    and of a recent document.
    """
    tagged, titled = re.compile(theme.tags), re.compile(theme.titles)
    worth = {}
    for fiche in fiches:
        tags = sum(bool(tagged.search(fold(tag))) for tag in fiche.tags)
        title = bool(titled.search(fold(fiche.title)))
        duties = (
            [o for o in fiche.obligations if o.modality in {"doit", "ne doit pas"}] if theme.duties else []
        )
        if not tags and not title and not duties:
            continue
        said = set(tokenize(f"{fiche.title} {' '.join(fiche.tags)}"))
        worth[fiche.id] = (
            2.0 * min(tags, 2)
            + 2.0 * title
            + 2.0 * bool(duties)
            + 1.0 * any(o.date or o.delay or o.deadline for o in duties)
            + 3.0 * (len(topic & said) / len(topic) if topic else 0)
            + 2.0 * newness[fiche.sources[0].document]
            + (0.5 * min(len(numbers(fiche.body)), 4) if theme.figures else 0)
            - 1.0 * (len(fiche.body.split()) > LONG_BODY)
        )
    return sorted((f for f in fiches if f.id in worth), key=lambda fiche: -worth[fiche.id])


def spread(fiches: Sequence[Fiche], count: int) -> list[Fiche]:
    """Return the first fiches, no document giving more than half while another has some left.

    Fiches that say nearly the same in their titles are taken once.
    """
    most = -(-count // 2)
    chosen: list[Fiche] = []
    for limit in (most, count):
        held = Counter(fiche.sources[0].document for fiche in chosen)
        for fiche in fiches:
            document = fiche.sources[0].document
            if len(chosen) == count:
                return chosen
            if fiche in chosen or held[document] >= limit or any(_alike(fiche, other) for other in chosen):
                continue
            chosen.append(fiche)
            held[document] += 1
    return chosen


def _alike(fiche: Fiche, other: Fiche) -> bool:
    one, two = set(tokenize(fiche.title)), set(tokenize(other.title))
    return bool(one and two) and len(one & two) > len(one | two) / 2


# --- questions to start with -----------------------------------------------------------------


def starting_questions(
    path: Sequence[Step], answer: Callable[[str], Answer], *, count: int = QUESTIONS
) -> tuple[str, ...]:
    """Return questions that the assistant answers with confidence from the very fiche they are of.

    The steps take turns, so that the questions are varied.
    """
    waiting = [_sure_questions(step, answer) for step in path]
    found: list[str] = []
    while waiting and len(found) < count:
        for questions in list(waiting):
            if (question := next(questions, None)) is None:
                waiting.remove(questions)
            elif question not in found:
                found.append(question)
    return tuple(found[:count])


def _sure_questions(step: Step, answer: Callable[[str], Answer]) -> Iterator[str]:
    for fiche in step.fiches:
        question = best_question(fiche)
        if question and _is_sure(answer(question), fiche):
            yield question


def best_question(fiche: Fiche) -> str:
    """Return the question of a fiche that reads best and says most of its title; nothing without one."""
    title = set(tokenize(fiche.title))
    fit = [
        question
        for question in fiche.questions
        if question.rstrip().endswith("?")
        and MIN_WORDS <= len(words(question)) <= MAX_WORDS
        and len(question) <= MAX_CHARS
    ]
    best = max(fit, key=lambda question: len(title & set(tokenize(question))), default="").strip()
    return best[:1].upper() + best[1:]


def _is_sure(answer: Answer, fiche: Fiche) -> bool:
    return (
        answer.status == "answered"
        and answer.confidence >= SURE
        and bool(answer.citations)
        and answer.citations[0].fiche_id == fiche.id
    )
