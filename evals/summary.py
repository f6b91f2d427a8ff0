"""From many judged questions to a few numbers."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence

from evals import metrics
from evals.cases import Case
from evals.judge import BUDGET, Judged

# Averaged over the questions they apply to.
MEANS = (
    "recall@1", "recall@5", "recall@20", "hit@1", "hit@5", "mrr@10", "ndcg@10", f"recall@{BUDGET}c",
    "facts", "vital_facts", "all_facts", "net_score", "numbers_recall", "numbers_f1",
    "gold_citation_precision", "gold_citation_recall", "gold_citation_f1",
    "verbatim", "citation_recall", "citation_precision", "t0",
)  # fmt: skip
Pair = tuple[float, bool]


def summarize(
    cases: Sequence[Case], judged: Sequence[Judged], variants: Sequence[Judged] = ()
) -> dict[str, float]:
    """Return every measure that applies to these questions.

    ``correct``: a question with an answer gets one that holds every vital fact; one without gets a refusal.
    ``answered_correct``: the first half alone.
    """
    by_id = {one.id: one for one in judged}
    rows = [(case, by_id[case.id]) for case in cases if case.id in by_id]
    answerable = [(case, one) for case, one in rows if case.answerable]
    result: dict[str, float] = {"questions": len(rows), "errors": sum(bool(one.error) for _, one in rows)}
    for name in MEANS:
        values = [one.scores[name] for _, one in rows if name in one.scores]
        if values:
            result[name] = statistics.fmean(values)
    if rows:
        result["correct"] = statistics.fmean(one.scores["correct"] for _, one in rows)
    if answerable:
        result["answered_correct"] = statistics.fmean(one.scores["correct"] for _, one in answerable)
        facts = sum(one.scores["fact_count"] for _, one in answerable)
        if facts:
            result["words_per_fact"] = sum(one.scores.get("words", 0.0) for _, one in answerable) / facts
    lengths = [one.scores["characters"] for _, one in rows if "characters" in one.scores]
    if lengths:
        result["characters"] = statistics.median(lengths)
    result |= metrics.refusal_scores([(case.answerable, bool(one.scores["refused"])) for case, one in rows])
    pairs = confidence_pairs(cases, judged)
    if pairs:
        result |= {
            "brier": metrics.brier(pairs),
            "ece": metrics.calibration_error(pairs),
            "risk_area": metrics.area_under_risk(pairs),
        }
    follow_ups = [one for case, one in rows if case.kind == "follow_up" and case.answerable]
    if follow_ups:
        result["follow_up_correct"] = statistics.fmean(one.scores["correct"] for one in follow_ups)
        result["follow_up_recall@5"] = statistics.fmean(one.scores["recall@5"] for one in follow_ups)
    result |= robustness(by_id, variants)
    seconds = sorted(one.seconds for _, one in rows if not one.error)
    if seconds:
        result["p50_seconds"] = statistics.median(seconds)
        result["p95_seconds"] = seconds[int(0.95 * (len(seconds) - 1))]
    return result


def robustness(by_id: Mapping[str, Judged], variants: Sequence[Judged]) -> dict[str, float]:
    """Return how variants fare beside the questions they vary.

    ``variant_paired`` is the share of pairs in which both succeed (MTEB's paired accuracy): the variant
    alone, on fewer questions, cannot be compared with the whole set; ``variant_base`` can.
    """
    pairs = [
        (by_id[one.id.rsplit("/", 1)[0]], one)
        for one in variants
        if one.id.rsplit("/", 1)[0] in by_id and "hit@5" in one.scores
    ]
    if not pairs:
        return {}
    return {
        "variant_base": statistics.fmean(base.scores["hit@5"] for base, _ in pairs),
        "variant_hit@5": statistics.fmean(one.scores["hit@5"] for _, one in pairs),
        "variant_paired": statistics.fmean(base.scores["hit@5"] * one.scores["hit@5"] for base, one in pairs),
        "variant_correct": statistics.fmean(
            base.scores["correct"] * one.scores["correct"] for base, one in pairs
        ),
    }


def confidence_pairs(cases: Sequence[Case], judged: Sequence[Judged]) -> list[Pair]:
    """Return (confidence, whether the first hit proves an answer) for each question looked for.

    That is what the confidence estimates.  Requests refused outright, and errors, have none.
    """
    answerable = {case.id: case.answerable for case in cases}
    return [
        (one.confidence, answerable[one.id] and one.scores["hit@1"] == 1)
        for one in judged
        if one.id in answerable and one.status in ("answered", "not_found")
    ]


def by_category(
    cases: Sequence[Case], judged: Sequence[Judged], category: Callable[[Case], str]
) -> dict[str, dict[str, float]]:
    """Return the summary of each category, by name."""
    names = sorted({category(case) for case in cases})
    return {name: summarize([case for case in cases if category(case) == name], judged) for name in names}


def per_case(cases: Sequence[Case], judged: Sequence[Judged], name: str) -> dict[str, float]:
    """Return one measure of each case, such that the mean is the measure of the set.

    Two names are not a score of one question: "balanced_refusal" weighs its classes, "correct" is there
    for every question.
    """
    if name == "balanced_refusal":
        answerable = {case.id: case.answerable for case in cases}
        right = {
            one.id: float(bool(one.scores["refused"]) != answerable[one.id])
            for one in judged
            if one.id in answerable
        }
        return metrics.balance(right, answerable)
    known = {case.id for case in cases}
    return {one.id: one.scores[name] for one in judged if one.id in known and name in one.scores}
