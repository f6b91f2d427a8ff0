"""What each stage earns: the same questions with one thing taken away at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from unittest.mock import patch

from evals.cases import Case, Places
from evals.judge import Judged, judge
from evals.metrics import Difference, paired_bootstrap
from evals.run import failed
from evals.summary import per_case, summarize

if TYPE_CHECKING:
    from assistant.pipeline import Assistant
    from assistant.records import Citation, Understanding

Weights = Mapping[str, tuple[float, float]]  # as ``assistant.search.retrieve.WEIGHTS``
MEASURES = ("recall@1", "recall@5", "mrr@10", "vital_facts", "gold_citation_f1", "balanced_refusal")
COMPARED = ("recall@5", "vital_facts")  # with an interval


@dataclass(frozen=True, slots=True)
class Ablation:
    """The results without one thing.

    Attributes:
        gaps: Measure → difference with everything in place; below zero: the thing earns its place.
        altered: Quotations shown that are not verbatim.
    """

    name: str
    summary: Mapping[str, float]
    gaps: Mapping[str, Difference]
    altered: int


def ask_all(
    assistant: Assistant,
    cases: Sequence[Case],
    places: Places,
    *,
    weights: Weights,
    mend: bool = True,
) -> list[Judged]:
    """Answer every case with other weights; ``mend``: false searches the question as typed."""
    from assistant.answers.answer import answer_question
    from assistant.search.retrieve import retrieve

    index, settings = assistant.index, assistant.settings
    results = []
    for case in cases:
        try:
            understanding = assistant.understand(case.question, case.history)
            if not mend:
                understanding = as_typed(understanding)
            hits = retrieve(understanding, index, assistant.embedder, top=settings.top, weights=weights)
            answer = answer_question(
                understanding, hits, index.knowledge, min_confidence=settings.min_confidence
            )
            results.append(judge(case, answer, assistant, places))
        except Exception as error:  # as in a run: it is the result of this question
            results.append(failed(case, f"{type(error).__name__}: {error}"))
    return results


def as_typed(understanding: Understanding) -> Understanding:
    """Return the question as if nothing had been understood of it."""
    return replace(understanding, text=understanding.question, notes=(), documents=(), follow_up=False)


def ablate(
    assistant: Assistant, without_fiches: Assistant | None, cases: Sequence[Case]
) -> tuple[Ablation, list[Ablation]]:
    """Return the results with everything in place, and without each thing.

    Args:
        assistant: Over the originals and the fiches, or the fiches alone.
        without_fiches: Over the originals alone; None where they are absent.
        cases: The reference questions.
    """
    from assistant.search.retrieve import WEIGHTS

    places = Places(cases, assistant.index.knowledge.documents)
    whole = ask_all(assistant, cases, places, weights=WEIGHTS)

    def measured(name: str, judged: Sequence[Judged]) -> Ablation:
        gaps = {
            measure: paired_bootstrap(per_case(cases, whole, measure), per_case(cases, judged, measure))
            for measure in COMPARED
        }
        altered = sum(
            problem.startswith("une citation n’est pas mot à mot")
            for one in judged
            for problem in one.problems
        )
        return Ablation(name, summarize(cases, judged), gaps, altered)

    def without(*fields: str) -> Weights:
        return {name: weight for name, weight in WEIGHTS.items() if name not in fields}

    variants: list[tuple[str, Weights]] = [
        (f"sans le champ « {field} »", without(field)) for field in WEIGHTS
    ]
    dense = [field for field in WEIGHTS if field.startswith("dense_")]
    variants += [
        ("sans les vecteurs", without(*dense)),
        ("les vecteurs seuls", {field: WEIGHTS[field] for field in dense}),
        ("poids tous égaux", even_weights(WEIGHTS)),
    ]
    results = [
        measured(name, ask_all(assistant, cases, places, weights=weights)) for name, weights in variants
    ]
    results.append(
        measured("sans la compréhension", ask_all(assistant, cases, places, weights=WEIGHTS, mend=False))
    )
    for name, disabled in (
        ("sans la validité", _without_validity),
        ("sans la vérification", _without_verification),
    ):
        with disabled():
            results.append(measured(name, ask_all(assistant, cases, places, weights=WEIGHTS)))
    if without_fiches is not None:
        other = Places(cases, without_fiches.index.knowledge.documents)
        results.append(measured("sans les fiches", ask_all(without_fiches, cases, other, weights=WEIGHTS)))
    return measured("tout", whole), results


def even_weights(weights: Weights) -> Weights:
    """Return the mean weight for every field that counts, with and without fiche: nothing learned."""
    columns = list(zip(*weights.values(), strict=True))
    means = [sum(column) / sum(map(bool, column)) if any(column) else 0.0 for column in columns]
    return {
        name: (means[0] * bool(explained), means[1] * bool(plain))
        for name, (explained, plain) in weights.items()
    }


def _without_verification() -> AbstractContextManager[object]:
    """Show citations without comparing them with the source."""

    def keep(citations: Sequence[Citation], _documents: object) -> tuple[Citation, ...]:
        return tuple(citations)

    return patch("assistant.answers.answer.verify_citations", keep)


def _without_validity() -> AbstractContextManager[object]:
    """Score expired documents as the others."""
    return patch("assistant.search.retrieve.EXPIRED_MALUS", 0.0)


def to_markdown(whole: Ablation, results: Sequence[Ablation]) -> str:
    """Return the table of what each thing earns; the thing of least worth last."""
    lines = [
        "| | "
        + " | ".join(MEASURES)
        + " | recall@5 : écart [95 %] | faits : écart [95 %] | citations altérées |",
        "|---|" + "---:|" * (len(MEASURES) + 3),
        _row(whole),
    ]
    lines += [_row(result) for result in sorted(results, key=lambda one: one.gaps["recall@5"].mean)]
    return "\n".join(lines)


def _row(result: Ablation) -> str:
    values = " | ".join(f"{result.summary.get(name, 0):.3f}" for name in MEASURES)
    gaps = " | ".join(
        f"{100 * gap.mean:+.1f} [{100 * gap.low:+.1f} ; {100 * gap.high:+.1f}]"
        for gap in (result.gaps[name] for name in COMPARED)
    )
    return f"| {result.name} | {values} | {gaps} | {result.altered} |"
