"""The verdict: may a change land?  Hard invariants, floors, and no loss against the baseline."""

from __future__ import annotations

import datetime
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import QuestionsError
from evals.cases import Case, check_keys
from evals.metrics import Difference, balance, paired_bootstrap
from evals.run import CorpusRun, Evaluation
from evals.summary import per_case, summarize

FOLDER = Path(__file__).resolve().parent
BASELINE = FOLDER / "baseline.json"
THRESHOLDS = FOLDER / "thresholds.toml"
DIGITS = 4  # of the scores a baseline keeps; both sides are rounded alike
COMPARED = ("recall@5", "vital_facts", "gold_citation_f1", "balanced_refusal")


@dataclass(frozen=True, slots=True)
class Floor:
    """A measure that must not fall below (or rise above) a value, since when and why."""

    corpus: str
    metric: str
    date: datetime.date
    reason: str
    at_least: float | None = None
    at_most: float | None = None
    kind: str = ""  # of question; "" for all


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The content of ``thresholds.toml``."""

    margin: float  # a loss whose 95 % interval stays above -margin is not a loss
    floors: tuple[Floor, ...] = ()


@dataclass(frozen=True, slots=True)
class Breach:
    """One reason not to let a change land."""

    corpus: str
    rule: str
    detail: str


def load_thresholds(path: Path = THRESHOLDS) -> Thresholds:
    """Read the floors.

    Raises:
        QuestionsError: For an unknown key, or a floor without value, date or reason.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise QuestionsError(f"« {path.name} » est illisible ({error}). Corrigez ce fichier.") from error
    check_keys(table, ("margin",), ("floor",), path.name)
    floors = []
    for number, item in enumerate(table.get("floor", []), 1):
        where = f"{path.name}, seuil {number}"
        check_keys(item, ("corpus", "metric", "date", "reason"), ("at_least", "at_most", "kind"), where)
        if ("at_least" in item) == ("at_most" in item):
            raise QuestionsError(f"{where} : il faut « at_least » ou « at_most », l’un des deux.")
        floors.append(Floor(**item))
    return Thresholds(table["margin"], tuple(floors))


# --- the three kinds of rules ----------------------------------------------------------------


def find_breaches(
    evaluation: Evaluation, thresholds: Thresholds, baseline: Mapping[str, Any] | None
) -> list[Breach]:
    """Return every reason not to land."""
    breaches = []
    for run in evaluation.corpora:
        breaches += broken_invariants(run)
        breaches += broken_floors(evaluation.cases, run, thresholds.floors)
        for name, gap in differences(evaluation.cases, run, baseline).items():
            if gap.low < -thresholds.margin:
                breaches.append(
                    Breach(
                        run.name,
                        f"moins bien que la référence : {name}",
                        f"{100 * gap.mean:+.1f} points, intervalle à 95 % de {100 * gap.low:+.1f} à "
                        f"{100 * gap.high:+.1f} (limite {-100 * thresholds.margin:.0f})",
                    )
                )
    return breaches


def broken_invariants(run: CorpusRun) -> list[Breach]:
    """Return what must never happen, whatever the scores."""
    breaches = []
    for judged in (*run.judged, *run.variants):
        if judged.error:
            breaches.append(Breach(run.name, "une question a échoué", f"{judged.id} : {judged.error}"))
        breaches += [Breach(run.name, problem, judged.id) for problem in judged.problems]
    breaches += [
        Breach(run.name, "deux réponses différentes à la même question", case) for case in run.differing
    ]
    breaches += [Breach(run.name, "une preuve n’est plus dans son document", case) for case in run.lost]
    if run.sockets:
        breaches.append(Breach(run.name, "une connexion au réseau a été ouverte", f"{run.sockets} fois"))
    return breaches


def broken_floors(cases: Sequence[Case], run: CorpusRun, floors: Sequence[Floor]) -> list[Breach]:
    """Return the floors that a corpus breaks.  A measure that is missing breaks its floor."""
    breaches = []
    for floor in floors:
        if floor.corpus != run.name:
            continue
        chosen = [case for case in cases if floor.kind in ("", case.kind)]
        value = summarize(chosen, run.judged, run.variants).get(floor.metric)
        limit = floor.at_least if floor.at_least is not None else floor.at_most
        if value is not None and (
            (floor.at_least is not None and value >= floor.at_least)
            or (floor.at_most is not None and value <= floor.at_most)
        ):
            continue
        name = f"{floor.metric}{f' ({floor.kind})' if floor.kind else ''}"
        shown = "absent" if value is None else f"{value:.3f}"
        breaches.append(Breach(run.name, f"seuil : {name}", f"{shown}, limite {limit} ({floor.reason})"))
    return breaches


def differences(
    cases: Sequence[Case], run: CorpusRun, baseline: Mapping[str, Any] | None, names: Sequence[str] = COMPARED
) -> dict[str, Difference]:
    """Return how each measure moved since the baseline, over the questions that are the same in both."""
    old = (baseline or {}).get("corpora", {}).get(run.name, {})
    same = [case for case in cases if old.get("digests", {}).get(case.id) == case.digest]
    found = {}
    for name in names:
        before = {
            case.id: value
            for case in same
            if (value := old.get("scores", {}).get(name, {}).get(case.id)) is not None
        }
        after = {key: value for key, value in raw_scores(same, run, name).items() if key in before}
        if not after:
            continue
        if name == "balanced_refusal":
            answerable = {case.id: case.answerable for case in same}
            shared = {key: before[key] for key in after}
            before, after = balance(shared, answerable), balance(after, answerable)
        found[name] = paired_bootstrap(before, after)
    return found


def raw_scores(cases: Sequence[Case], run: CorpusRun, name: str) -> dict[str, float]:
    """Return one measure of each case as a baseline keeps it, before any weighing."""
    if name != "balanced_refusal":
        return {key: round(value, DIGITS) for key, value in per_case(cases, run.judged, name).items()}
    answerable = {case.id: case.answerable for case in cases}
    return {
        one.id: float(bool(one.scores["refused"]) != answerable[one.id])
        for one in run.judged
        if one.id in answerable
    }


# --- the baseline ----------------------------------------------------------------------------


def make_baseline(evaluation: Evaluation) -> dict[str, Any]:
    """Return what later runs are compared with: the scores of every question."""
    return {
        "about": dict(evaluation.about),
        "corpora": {
            run.name: {
                "summary": {
                    name: round(value, 4)
                    for name, value in summarize(evaluation.cases, run.judged, run.variants).items()
                    if not name.endswith("_seconds")
                },
                "digests": {case.id: case.digest for case in evaluation.cases},
                "scores": {
                    name: {
                        key: round(value, 4) for key, value in raw_scores(evaluation.cases, run, name).items()
                    }
                    for name in COMPARED
                },
            }
            for run in evaluation.corpora
        },
    }


def load_baseline(path: Path = BASELINE) -> dict[str, Any] | None:
    """Read the committed baseline; None when there is none."""
    if not path.is_file():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def describe_verdict(
    breaches: Sequence[Breach], evaluation: Evaluation, baseline: Mapping[str, Any] | None
) -> str:
    """Return the verdict as text, with what could not be judged."""
    lines = [
        f"{len(evaluation.cases)} questions ; corpus jugés : {', '.join(run.name for run in evaluation.corpora)}."
    ]
    if {run.name for run in evaluation.corpora} == {"fiches"}:
        lines.append("Documents d’origine absents : les corpus « all » et « originals » n’ont pas été jugés.")
    if baseline is None:
        lines.append("Pas de référence (evals/baseline.json) : la non-infériorité n’a pas été jugée.")
    for run in evaluation.corpora:
        for name, gap in differences(evaluation.cases, run, baseline).items():
            lines.append(
                f"  {run.name:9} {name:17} {100 * gap.mean:+5.1f} points [{100 * gap.low:+.1f} ; {100 * gap.high:+.1f}]"
                f" sur {gap.cases} questions"
            )
    if not breaches:
        return "\n".join([*lines, "Accepté."])
    return "\n".join(
        [*lines, f"Refusé : {len(breaches)} motif(s)."]
        + [f"  [{b.corpus}] {b.rule} — {b.detail}" for b in breaches]
    )
