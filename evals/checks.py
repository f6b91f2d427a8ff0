"""Are the reference questions sound?  Facts hold in their evidence; nothing repeats a fiche's question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.french import STOP_WORDS, stem, words
from evals.cases import Case, Places
from evals.metrics import facts_found, squash

if TYPE_CHECKING:
    from assistant.records import Document, Fiche

CLOSE = 0.8  # share of stems two questions have in common, from which one repeats the other
MIN_STEMS = 3  # shorter questions are alike by chance


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at."""

    case: str
    problem: str
    is_error: bool


def check_facts(cases: Iterable[Case], documents: Mapping[str, Document]) -> list[Finding]:
    """Return the facts of which no form is in the evidence, and the evidence that is lost.

    A fact must be in the evidence of some alternative; cases whose documents are absent are passed over.
    A form glued to other letters in the source ("62h") still counts.
    """
    cases = list(cases)
    places = Places(cases, documents)
    findings = []
    for case in cases:
        evidence = [e for group in case.evidence for e in group]
        if not evidence or not all(places.is_installed(e) for e in evidence):
            continue
        spans = [(e.document, span) for e in evidence if (span := places.span(e))]
        if len(spans) < len(evidence):
            findings.append(Finding(case.id, "une preuve n’est pas dans son document", is_error=True))
        text = "\n".join(documents[name].text[start:end] for name, (start, end) in spans)
        text += "\n" + " ".join(text.split())
        found = facts_found(text, [fact.forms for fact in case.facts])
        letters = squash(text)
        for fact, ok in zip(case.facts, found, strict=True):
            if not ok and not any(squash(form) in letters for form in fact.forms):
                findings.append(
                    Finding(case.id, f"« {fact.forms[0]} » n’est pas dans les preuves", is_error=True)
                )
    return findings


def check_questions(cases: Iterable[Case]) -> list[Finding]:
    """Return the questions that give their own answer away."""
    findings = []
    for case in cases:
        asked = " ".join([case.question, *(turn.question for turn in case.history)])
        given = facts_found(asked, [fact.forms for fact in case.facts if fact.vital])
        if given and all(given):
            findings.append(
                Finding(case.id, "la question contient déjà tous les faits attendus", is_error=False)
            )
    return findings


def check_novelty(cases: Iterable[Case], fiches: Iterable[Fiche]) -> list[Finding]:
    """Return the questions too close to one that a fiche holds: they measure memory, not search.

    The same words in the same order are an error; many stems in common are something to look at.
    """
    known: dict[tuple[str, ...], str] = {}
    stems: list[tuple[frozenset[str], str, str]] = []
    for fiche in fiches:
        for question in (*fiche.asked, *fiche.unanswered):
            known.setdefault(tuple(words(question)), fiche.id)
            stems.append((content_stems(question), question, fiche.id))
    findings = []
    for case in cases:
        if case.history:  # an elliptic question says too little to repeat anything
            continue
        twin = known.get(tuple(words(case.question)))
        if twin is not None:
            findings.append(Finding(case.id, f"question identique dans la fiche « {twin} »", is_error=True))
            continue
        own = content_stems(case.question)
        near = max(stems, key=lambda entry: likeness(own, entry[0]), default=None)
        if near and len(own) >= MIN_STEMS and likeness(own, near[0]) >= CLOSE:
            findings.append(
                Finding(
                    case.id, f"« {case.question} » proche de « {near[1]} » (fiche {near[2]})", is_error=False
                )
            )
    return findings


def content_stems(question: str) -> frozenset[str]:
    """Return the stems of a question without its stop words."""
    return frozenset(stem(word) for word in words(question) if word not in STOP_WORDS)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of stems in common (Jaccard)."""
    return len(one & other) / len(one | other) if one and other else 0.0


def check_balance(cases: Sequence[Case]) -> dict[str, dict[str, int]]:
    """Return how many questions there are by document, kind and difficulty."""
    counts: dict[str, dict[str, int]] = {"document": {}, "kind": {}, "difficulty": {}}
    for case in cases:
        for name, value in (
            ("document", case.document or "—"),
            ("kind", case.kind),
            ("difficulty", case.difficulty),
        ):
            counts[name][value] = counts[name].get(value, 0) + 1
    return counts
