"""What a run says, as a dictionary; as Markdown and files.  ``page.py`` makes the HTML of it.

No word of an original enters a report: answers are shown by the fiches' words and by places.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.quality import CAUSES, CORPUS_NAMES, FEW, KIND_NAMES, WEAK
from evals.cases import Case
from evals.gate import broken_invariants, differences
from evals.judge import BUDGET, Judged
from evals.metrics import calibration_bins, recall_at, risk_coverage
from evals.run import CorpusRun, Evaluation
from evals.summary import by_category, confidence_pairs, summarize

DEEPEST = 20  # rank to which the curve goes
MAX_SHOWN = 400  # characters of an answer that failed
# Measure → (French name, how to read it).  "%" for shares; the arrow says which way is better.
MEASURES: Mapping[str, tuple[str, str]] = {
    "correct": ("bonne réponse, ou refus à bon droit", "% ↑"),
    "answered_correct": ("bonne réponse (questions qui en ont une)", "% ↑"),
    "recall@1": ("preuve trouvée au premier rang", "% ↑"),
    "recall@5": ("preuve trouvée dans les 5 premiers passages", "% ↑"),
    "recall@20": ("preuve trouvée dans les 20 premiers", "% ↑"),
    f"recall@{BUDGET}c": (f"preuve trouvée en lisant {BUDGET} caractères", "% ↑"),
    "mrr@10": ("rang réciproque moyen (MRR@10)", "0–1 ↑"),
    "ndcg@10": ("nDCG@10", "0–1 ↑"),
    "facts": ("faits attendus présents", "% ↑"),
    "vital_facts": ("faits indispensables présents", "% ↑"),
    "all_facts": ("réponses où aucun fait ne manque", "% ↑"),
    "numbers_recall": ("nombres et dates attendus présents", "% ↑"),
    "numbers_f1": ("nombres et dates, F1 sur les mots de la réponse", "% ↑"),
    "gold_citation_precision": ("citations qui prouvent la réponse attendue", "% ↑"),
    "gold_citation_recall": ("preuves attendues qui sont citées", "% ↑"),
    "gold_citation_f1": ("citations, F1", "% ↑"),
    "verbatim": ("citations mot à mot", "% ↑"),
    "citation_recall": ("phrases soutenues par leur citation (ALCE, T0 ou T1)", "% ↑"),
    "citation_precision": ("citations utiles à leur phrase (ALCE)", "% ↑"),
    "t0": ("phrases mot à mot dans leur source (T0)", "%"),
    "refusal_recall": ("questions sans réponse refusées", "% ↑"),
    "refusal_precision": ("refus à bon droit parmi les refus", "% ↑"),
    "over_refusal": ("questions refusées à tort", "% ↓"),
    "balanced_refusal": ("exactitude équilibrée du refus", "% ↑"),
    "net_score": ("bilan : +1 juste, 0 refus, −1 faux", "−1–1 ↑"),
    "brier": ("score de Brier de la confiance", "0–1 ↓"),
    "ece": ("écart de calibration (ECE)", "0–1 ↓"),
    "risk_area": ("aire risque–couverture", "0–1 ↓"),
    "follow_up_correct": ("questions de suite : bonne réponse", "% ↑"),
    "follow_up_recall@5": ("questions de suite : preuve dans les 5 premiers", "% ↑"),
    "variant_base": ("questions qui ont une variante : trouvées telles quelles", "% ↑"),
    "variant_hit@5": ("variantes (fautes, sans accents) : trouvées", "% ↑"),
    "variant_paired": ("les deux formes trouvées", "% ↑"),
    "variant_correct": ("les deux formes bien répondues", "% ↑"),
    "words_per_fact": ("mots montrés par fait trouvé", "↓"),
    "characters": ("caractères d’une réponse, citations comprises (médiane)", "↓"),
    "p50_seconds": ("durée médiane d’une question (s)", "↓"),
    "p95_seconds": ("durée au 95e centile (s)", "↓"),
}


def make_report(evaluation: Evaluation, baseline: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return everything a run says, ready for JSON."""
    return {
        "about": {**evaluation.about, "questions": len(evaluation.cases)},
        "baseline": {key: (baseline or {}).get("about", {}).get(key) for key in ("date", "commit")},
        "corpora": {run.name: _corpus(evaluation.cases, run, baseline) for run in evaluation.corpora},
    }


def _corpus(cases: Sequence[Case], run: CorpusRun, baseline: Mapping[str, Any] | None) -> dict[str, Any]:
    pairs = confidence_pairs(cases, run.judged)
    by_id = run.by_id
    ranks = [by_id[case.id].ranks for case in cases if case.answerable]
    return {
        "counts": dict(run.counts),
        "build_seconds": run.build_seconds,
        "summary": summarize(cases, run.judged, run.variants),
        "by": {
            "document": by_category(cases, run.judged, lambda case: case.document or "plusieurs ou aucun"),
            "kind": by_category(cases, run.judged, lambda case: case.kind),
            "difficulty": by_category(cases, run.judged, lambda case: case.difficulty),
        },
        "recall_curve": [
            sum(recall_at(found, k) for found in ranks) / len(ranks) for k in range(1, DEEPEST + 1)
        ]
        if ranks
        else [],
        "calibration": calibration_bins(pairs),
        "risk_coverage": risk_coverage(pairs),
        "differences": {name: asdict(gap) for name, gap in differences(cases, run, baseline).items()},
        "broken": [asdict(breach) for breach in broken_invariants(run)],
        "failures": [failure for case in cases if (failure := _failure(case, by_id[case.id]))],
        "cases": {one.id: _case(one) for one in (*run.judged, *run.variants)},
    }


def _case(judged: Judged) -> dict[str, Any]:
    return {
        "status": judged.status,
        "confidence": round(judged.confidence, 4),
        "ranks": list(judged.ranks),
        "scores": {name: round(value, 4) for name, value in judged.scores.items()},
        "digest": judged.digest,
    }


def _failure(case: Case, judged: Judged) -> dict[str, Any] | None:
    """Return what went wrong with a question, or None."""
    cause = cause_of(case, judged)
    if cause is None:
        return None
    return {
        "id": case.id,
        "cause": cause,
        "kind": case.kind,
        "document": case.document,
        "difficulty": case.difficulty,
        "history": [turn.question for turn in case.history],
        "question": case.question,
        "expected": case.reference,
        "facts": [fact.forms[0] for fact in case.facts if fact.vital],
        "status": judged.status,
        "confidence": round(judged.confidence, 2),
        "ranks": list(judged.ranks),
        "shown": shorten(judged.error or judged.shown),
        "cited": list(judged.cited),
        "hits": list(judged.hits),
    }


def shorten(text: str) -> str:
    """Return the beginning of a text, in one line."""
    text = " ".join(text.split())
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN].rsplit(" ", 1)[0] + " …"


def cause_of(case: Case, judged: Judged) -> str | None:
    """Return the key of ``CAUSES`` that explains a failure best; None for a success."""
    if judged.error:
        return "error"
    if judged.scores["correct"] == 1:
        return None
    if not case.answerable:
        return "should_refuse"
    if judged.scores["hit@5"] == 0:
        return "wrong_passage"
    if judged.status != "answered":
        return "over_refusal"
    return "missing_fact" if judged.scores["recall@1"] == 1 else "ranked_low"


def weak_points(corpus: Mapping[str, Any]) -> list[tuple[str, float, int]]:
    """Return the (category, share right, questions) that fare worst, worst first."""
    found = [
        (KIND_NAMES.get(name, name), values["correct"], int(values["questions"]))
        for categories in (corpus["by"]["kind"], corpus["by"]["document"])
        for name, values in categories.items()
        if values["questions"] >= FEW
    ]
    return sorted(found, key=lambda one: one[1])[:WEAK]


# --- Markdown --------------------------------------------------------------------------------


def shown(name: str, value: float | None) -> str:
    """Return a measure as a reader sees it."""
    if value is None:
        return "—"
    unit = MEASURES[name][1] if name in MEASURES else ""
    if unit.startswith("%"):
        return f"{100 * value:.1f} %".replace(".", ",")
    if name == "characters":
        return f"{value:.0f}"
    return f"{value:.1f}" if name == "words_per_fact" else f"{value:.3f}"


def to_markdown(report: Mapping[str, Any]) -> str:
    """Return the report as Markdown: measures, categories, differences, weak points, failures by cause."""
    about, corpora = report["about"], report["corpora"]
    lines = [
        "# Évaluation de l’assistant",
        "",
        f"{about['questions']} questions de référence ; {about['date']} ; version {about['commit'] or 'inconnue'} ; "
        f"modèle {about['model']} ({about['model_revision'][:12]}) ; Python {about['python']}, {about['cores']} cœurs.",
        "",
        "| mesure | " + " | ".join(CORPUS_NAMES[name] for name in corpora) + " | sens |",
        "|---|" + "---:|" * len(corpora) + ":---:|",
    ]
    for name, (label, unit) in MEASURES.items():
        values = [corpus["summary"].get(name) for corpus in corpora.values()]
        if any(value is not None for value in values):
            lines.append(
                f"| {label} `{name}` | "
                + " | ".join(shown(name, value) for value in values)
                + f" | {unit[-1]} |"
            )
    for name, corpus in corpora.items():
        lines += ["", f"## Corpus : {CORPUS_NAMES[name]}", "", *_corpus_lines(corpus)]
    return "\n".join(lines) + "\n"


def _corpus_lines(corpus: Mapping[str, Any]) -> list[str]:
    weak = " ; ".join(
        f"{name} ({shown('correct', value)} de {count})" for name, value, count in weak_points(corpus)
    )
    lines = [f"Points faibles : {weak or 'aucune catégorie assez fournie'}.", ""]
    for title, key in (("document", "document"), ("genre", "kind"), ("difficulté", "difficulty")):
        lines += [
            f"| {title} | questions | bonne réponse ou bon refus | preuve dans les 5 premiers | faits indispensables |",
            "|---|---:|---:|---:|---:|",
        ]
        lines += [
            f"| {KIND_NAMES.get(name, name)} | {values['questions']:.0f} | {shown('correct', values.get('correct'))} "
            f"| {shown('recall@5', values.get('recall@5'))} | {shown('vital_facts', values.get('vital_facts'))} |"
            for name, values in corpus["by"][key].items()
        ]
        lines.append("")
    causes: dict[str, list[str]] = {}
    for failure in corpus["failures"]:
        causes.setdefault(failure["cause"], []).append(failure["id"])
    lines += ["Ce qui a échoué :", ""]
    lines += [f"- {CAUSES[cause]} : {len(ids)} ({', '.join(ids)})" for cause, ids in causes.items()]
    lines += ["", "Invariants : " + ("tous respectés." if not corpus["broken"] else "ROMPUS.")]
    lines += [f"- {breach['rule']} — {breach['detail']}" for breach in corpus["broken"]]
    if corpus["differences"]:
        lines += [
            "",
            "| par rapport à la référence | écart | intervalle à 95 % | questions |",
            "|---|---:|---|---:|",
        ]
        lines += [
            f"| {MEASURES[name][0]} | {100 * gap['mean']:+.1f} | [{100 * gap['low']:+.1f} ; {100 * gap['high']:+.1f}] "
            f"| {gap['cases']} |"
            for name, gap in corpus["differences"].items()
        ]
    return lines


def save_reports(report: Mapping[str, Any], folder: Path) -> None:
    """Write report.json, report.md and report.html; the scores of every case are left to ``--json``."""
    from evals.page import to_html

    folder.mkdir(parents=True, exist_ok=True)
    corpora = {
        name: {key: value for key, value in corpus.items() if key != "cases"}
        for name, corpus in report["corpora"].items()
    }
    content = json.dumps({**report, "corpora": corpora}, ensure_ascii=False, indent=1)
    (folder / "report.json").write_text(content + "\n", encoding="utf-8")
    (folder / "report.md").write_text(to_markdown(report), encoding="utf-8")
    (folder / "report.html").write_text(to_html(report), encoding="utf-8")
