"""The last evaluation, read from its report: figures with their intervals, categories, failures.

``python -m evals run`` writes the report; see ``evals/README.md``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from assistant.errors import ReportError

CORPUS_NAMES = {
    "all": "documents d’origine et fiches",
    "originals": "documents d’origine seuls",
    "fiches": "fiches seules",
}
KIND_NAMES = {
    "obligation": "obligation", "procedure": "procédure", "deadline": "délai", "figure": "chiffre",
    "definition": "définition", "list": "liste", "actor": "acteur", "comparison": "comparaison",
    "temporal": "ancien ou actuel", "follow_up": "question de suite", "unanswerable": "sans réponse dans les documents",
    "off_topic": "hors sujet", "adversarial": "piège", "easy": "facile", "medium": "moyenne", "hard": "difficile",
}  # fmt: skip
CAUSES = {
    "error": "la question a provoqué une erreur",
    "wrong_passage": "le passage attendu n’est pas dans les 5 premiers",
    "over_refusal": "refus à tort, le passage attendu était dans les 5 premiers",
    "ranked_low": "le passage attendu était dans les 5 premiers, la réponse vient d’un autre",
    "missing_fact": "bon passage en tête, il manque un fait dans la réponse",
    "should_refuse": "réponse à une question que les documents ne traitent pas",
}
Asked = Literal["all", "answerable", "unanswerable", "quotations"]
# The figures shown, in order, and which questions each is a share of.
FIGURES: Mapping[str, Asked] = {
    "correct": "all",
    "recall@5": "answerable",
    "vital_facts": "answerable",
    "verbatim": "quotations",
    "refusal_recall": "unanswerable",
    "over_refusal": "answerable",
}
FEW = 8  # questions under which a category is not called weak
WEAK = 4  # categories named
_Z = 1.96  # of an interval at 95 %


@dataclass(frozen=True, slots=True)
class Figure:
    """A share of some questions, and where the true one lies at 95 % confidence.

    A report does not count quotations: of them ``questions`` is 0, and there is no interval.
    """

    name: str
    value: float
    questions: int

    @property
    def interval(self) -> tuple[float, float] | None:
        """The lowest and the highest likely value."""
        return interval(self.value, self.questions) if self.questions else None


@dataclass(frozen=True, slots=True)
class Category:
    """How the questions of one document, or of one kind, fare."""

    name: str
    questions: int
    correct: Figure
    evidence: float | None  # found in the first five passages
    facts: float | None


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that went wrong."""

    id: str
    cause: str
    question: str


@dataclass(frozen=True, slots=True)
class CorpusReport:
    """The evaluation over one corpus: everything, originals alone, or fiches alone."""

    name: str
    counts: Mapping[str, int]
    figures: Mapping[str, Figure]
    by_document: tuple[Category, ...]
    by_kind: tuple[Category, ...]
    failures: tuple[Failure, ...]
    broken: tuple[str, ...]  # rules that no answer may break, and one did

    @property
    def title(self) -> str:
        """Its name in French."""
        return CORPUS_NAMES.get(self.name, self.name)

    @property
    def weak(self) -> list[Category]:
        """The categories that fare worst, worst first."""
        found = [one for one in (*self.by_kind, *self.by_document) if one.questions >= FEW]
        return sorted(found, key=lambda one: one.correct.value)[:WEAK]


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The last evaluation."""

    date: datetime
    version: str  # the commit; "+" at its end when files were changed since
    model: str
    questions: int
    corpora: tuple[CorpusReport, ...]


def find_report(path: Path) -> Path:
    """Return the report of the settings, else the project's own."""
    beside_package = Path(__file__).resolve().parents[2] / path
    return beside_package if not path.is_file() and beside_package.is_file() else path


def load_report(path: Path) -> QualityReport | None:
    """Read a report; None where there is none.

    Raises:
        ReportError: If the file is not a report.
    """
    path = find_report(path)
    if not path.is_file():
        return None
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        about = values["about"]
        return QualityReport(
            date=datetime.fromisoformat(about["date"]),
            version=about["commit"] or "",
            model=about["model"],
            questions=about["questions"],
            corpora=tuple(_corpus(name, corpus) for name, corpus in values["corpora"].items()),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ReportError(
            f"Le rapport d’évaluation « {path} » est illisible. Refaites-le : python -m evals run"
        ) from error


def interval(share: float, count: int) -> tuple[float, float]:
    """Return Wilson's interval at 95 % of a share seen on ``count`` questions.

    Close to 0 and 1 it stays inside, where the usual one does not.

    >>> [round(bound, 3) for bound in interval(1.0, 30)]
    [0.886, 1.0]
    """
    spread = _Z * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    middle, scale = share + _Z**2 / (2 * count), 1 + _Z**2 / count
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def _corpus(name: str, values: Mapping[str, Any]) -> CorpusReport:
    summary, kinds = values["summary"], values["by"]["kind"]
    every = int(summary["questions"])
    answerable = sum(int(kind["questions"]) for kind in kinds.values() if "recall@5" in kind)
    asked = {"all": every, "answerable": answerable, "unanswerable": every - answerable, "quotations": 0}
    return CorpusReport(
        name=name,
        counts=values["counts"],
        figures={key: Figure(key, summary[key], asked[of]) for key, of in FIGURES.items() if key in summary},
        by_document=_categories(values["by"]["document"]),
        by_kind=_categories(kinds),
        failures=tuple(Failure(f["id"], f["cause"], f["question"]) for f in values["failures"]),
        broken=tuple(f"{breach['rule']} — {breach['detail']}" for breach in values["broken"]),
    )


def _categories(values: Mapping[str, Mapping[str, float]]) -> tuple[Category, ...]:
    return tuple(
        Category(
            name=name,
            questions=int(one["questions"]),
            correct=Figure("correct", one["correct"], int(one["questions"])),
            evidence=one.get("recall@5"),
            facts=one.get("vital_facts"),
        )
        for name, one in values.items()
    )


def failures_by_cause(failures: Sequence[Failure]) -> dict[str, list[Failure]]:
    """Return the failures of each cause, in the order of ``CAUSES``; causes without any are left out."""
    known = [*CAUSES, *dict.fromkeys(failure.cause for failure in failures if failure.cause not in CAUSES)]
    found = {cause: [failure for failure in failures if failure.cause == cause] for cause in known}
    return {cause: failures for cause, failures in found.items() if failures}
