"""What each stage earns: the same questions with one thing taken away at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unittest.mock import patch

import numpy as np

from assistant.answers.asked import Lacks
from assistant.french import sentence_spans
from evals.benchmark import as_typed
from evals.cases import Case, Places
from evals.judge import Judged, judge
from evals.metrics import Difference, paired_bootstrap
from evals.run import failed
from evals.summary import per_case, summarize

if TYPE_CHECKING:
    from assistant.pipeline import Assistant
    from assistant.records import Citation, Fiche

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
    ranked: bool = True,
    mend: bool = True,
    choose: bool = True,
) -> list[Judged]:
    """Answer every case as the assistant does, less what is false.

    Args:
        assistant: Over the corpus to ask.
        cases: The questions.
        places: Of their evidence.
        ranked: By the learned ranker; else by the sum of scores, and nothing is refused, since the
            confidence is computed from what the ranker saw.
        mend: Understand the question; else it is searched as typed.
        choose: Choose the sentences of fiches; else they are shown whole.
    """
    from assistant.answers.answer import answer_question
    from assistant.search.features import words_beside
    from assistant.search.rank import load_ranker
    from assistant.search.retrieve import retrieve

    index, settings = assistant.index, assistant.settings
    results = []
    for case in cases:
        try:
            understanding = (
                assistant.understand(case.question, case.history) if mend else as_typed(case.question)
            )
            ranker = load_ranker() if ranked else None
            hits = retrieve(understanding, index, assistant.embedder, top=settings.top, ranker=ranker)
            answer = answer_question(
                understanding,
                hits,
                index.knowledge,
                min_confidence=None if ranked else 0.0,
                nearness=words_beside(understanding, index) if choose else None,
            )
            results.append(judge(case, answer, assistant, places))
        except Exception as error:  # as in a run: it is the result of this question
            results.append(failed(case, f"{type(error).__name__}: {error}"))
    return results


def ablate(
    assistant: Assistant, without_fiches: Assistant | None, cases: Sequence[Case]
) -> tuple[Ablation, list[Ablation]]:
    """Return the results with everything in place, and without each thing.

    Args:
        assistant: Over the originals and the fiches, or the fiches alone.
        without_fiches: Over the originals alone; None where they are absent.
        cases: The reference questions.
    """
    places = Places(cases, assistant.index.knowledge.documents)
    whole = ask_all(assistant, cases, places)

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

    results = [
        measured("sans le classement appris", ask_all(assistant, cases, places, ranked=False)),
        measured("sans la compréhension", ask_all(assistant, cases, places, mend=False)),
        measured("sans le choix des phrases", ask_all(assistant, cases, places, choose=False)),
    ]
    for name, disabled in (
        ("sans chercher chaque partie", _without_parts),
        ("sans la validité", _without_validity),
        ("sans regarder ce qui manque", _without_lacks),
        ("sans les questions sans réponse", _without_unanswered),
        ("sans les modèles de langue", _without_likelihood),
        ("sans savoir quelle phrase répond", _without_votes),
        ("un seul endroit cité", _one_place),
        ("sans la vérification", _without_verification),
    ):
        with disabled():
            results.append(measured(name, ask_all(assistant, cases, places)))
    if without_fiches is not None:
        other = Places(cases, without_fiches.index.knowledge.documents)
        results.append(measured("sans les fiches", ask_all(without_fiches, cases, other)))
    return measured("tout", whole), results


def _without_verification() -> AbstractContextManager[object]:
    """Show citations without comparing them with the source."""

    def keep(citations: Sequence[Citation], _documents: object) -> tuple[Citation, ...]:
        return tuple(citations)

    return patch("assistant.answers.answer.verify_citations", keep)


def _without_parts() -> AbstractContextManager[object]:
    """Look for two things set side by side together only, and for a follow-up with what it takes over only."""
    return patch("assistant.search.retrieve.parts_of", lambda _understanding: [])


def _without_validity() -> AbstractContextManager[object]:
    """Take no document for expired."""
    return patch("assistant.search.retrieve.is_expired", lambda _info, _today: False)


def _without_lacks() -> AbstractContextManager[object]:
    """Be as sure where what is asked for is not in the passage."""
    return patch("assistant.answers.confidence.find_lacks", lambda *_: Lacks())


def _without_unanswered() -> AbstractContextManager[object]:
    """Ignore the questions that fiches say no document answers."""
    return patch.multiple(
        "assistant.search.retrieve", unanswered_share=lambda *_: 0.0, unanswered_likelihood=lambda *_: 0.0
    )


def _without_likelihood() -> AbstractContextManager[object]:
    """Rank as if no text were likelier than another to be asked so."""
    return patch("assistant.search.retrieve._closeness", np.zeros_like)


def _without_votes() -> AbstractContextManager[object]:
    """Choose sentences and quotations by their words alone."""

    def nobody(fiche: Fiche, *_: object) -> list[float]:
        return [0.0] * len(sentence_spans(fiche.body))

    return patch("assistant.answers.answer.sentence_votes", nobody)


def _one_place() -> AbstractContextManager[object]:
    """Cite the likeliest place alone."""
    return patch("assistant.answers.answer.select_hits", lambda _understanding, hits, _vocabulary: hits[:1])


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
