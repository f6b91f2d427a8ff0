"""Two runs side by side: by document and by kind, with the intervals of their paired differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.quality import CORPUS_NAMES
from evals.metrics import Difference, paired_bootstrap

if TYPE_CHECKING:
    from evals.cases import Case

MEASURES = ("recall@1", "recall@5", "vital_facts", "correct")


@dataclass(frozen=True, slots=True)
class Line:
    """One measure over some questions of one corpus, before and after."""

    corpus: str
    questions: str
    measure: str
    before: float
    after: float
    gap: Difference


def compare(before: Mapping[str, Any], after: Mapping[str, Any], cases: Sequence[Case]) -> Iterator[Line]:
    """Yield the lines of two reports written by ``evals run --json``, over the questions both hold.

    Args:
        before: The older report.
        after: The newer one.
        cases: The questions, for their documents and kinds.
    """
    for corpus in before["corpora"].keys() & after["corpora"].keys():
        old, new = (report["corpora"][corpus]["cases"] for report in (before, after))
        for name, chosen in _sets(cases):
            for measure in MEASURES:
                one, other = (
                    {
                        case.id: scores["scores"][measure]
                        for case in chosen
                        if (scores := run.get(case.id)) and measure in scores["scores"]
                    }
                    for run in (old, new)
                )
                shared = one.keys() & other.keys()
                if shared:
                    mean = [sum(run[key] for key in shared) / len(shared) for run in (one, other)]
                    yield Line(corpus, name, measure, mean[0], mean[1], paired_bootstrap(one, other))


def _sets(cases: Sequence[Case]) -> Iterator[tuple[str, list[Case]]]:
    """Yield (name, questions): all, then by document, then by kind."""
    yield "toutes", list(cases)
    keys: tuple[Callable[[Case], str], ...] = (
        lambda case: case.document or "plusieurs ou aucun",
        lambda case: case.kind,
    )
    for key in keys:
        for name in sorted({key(case) for case in cases}):
            yield name, [case for case in cases if key(case) == name]


def to_markdown(lines: Sequence[Line]) -> str:
    """Return one table a corpus, the questions in rows: before → after, difference in points and interval."""
    parts = []
    for corpus, title in CORPUS_NAMES.items():
        own = [line for line in lines if line.corpus == corpus]
        if not own:
            continue
        parts += [
            f"**{title}**",
            "",
            "| questions | " + " | ".join(MEASURES) + " |",
            "|---|" + "---|" * len(MEASURES),
        ]
        for name in dict.fromkeys(line.questions for line in own):
            found = {line.measure: line for line in own if line.questions == name}
            count = max(line.gap.cases for line in found.values())
            parts.append(
                f"| {name} ({count}) | " + " | ".join(_cell(found.get(name)) for name in MEASURES) + " |"
            )
        parts.append("")
    return "\n".join(parts)


def _cell(line: Line | None) -> str:
    if line is None:
        return "—"
    gap = line.gap
    return (
        f"{line.before:.3f} → {line.after:.3f} "
        f"({100 * gap.mean:+.1f} [{100 * gap.low:+.1f} ; {100 * gap.high:+.1f}])"
    )
