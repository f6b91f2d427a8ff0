"""What the rules of ``corpus/duty_rules.py`` find and miss, against the obligations of the fiches."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.corpus.duty_rules import find_duties
from assistant.corpus.placement import place_fiches
from assistant.french import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from assistant.corpus.duty_rules import FoundDuty
    from assistant.corpus.placement import Placement
    from assistant.records import Document, Fiche, Obligation

SAME_WORDS = 1 / 3  # share of an obligation's terms that a sentence holds when both say the same
RULES_SEEK = ("doit", "ne doit pas", "devrait")  # not what one may do


@dataclass(frozen=True, slots=True)
class Measure:
    """Counts over one document."""

    found: int  # sentences found by the rules
    right: int  # of these, in the place of a fiche with an obligation
    written: int  # obligations of the fiches
    met: int  # of these, with a sentence found in their place
    said: int  # of these, with a sentence in their place that says the same words

    def __add__(self, other: Measure) -> Measure:
        return Measure(
            self.found + other.found, self.right + other.right, self.written + other.written,
            self.met + other.met, self.said + other.said,
        )  # fmt: skip


def measure_rules(documents: Mapping[str, Document], fiches: Iterable[Fiche]) -> dict[str, Measure]:
    """Return the measure of each document that fiches explain.

    Fiches do not list every duty of their place, so the precision is a lower bound.
    """
    by_id = {fiche.id: fiche for fiche in fiches}
    places: dict[str, list[tuple[Placement, list[Obligation]]]] = defaultdict(list)
    for placement in place_fiches(list(documents.values()), by_id.values()).placements:
        fiche = by_id[placement.fiche_id]
        first = fiche.sources[0]  # where its obligations come from
        if (first.document, first.place) == (placement.document_id, placement.place):
            wanted = [o for o in fiche.obligations if o.modality in RULES_SEEK]
            places[placement.document_id].append((placement, wanted))
    return {name: _measure(find_duties(documents[name].text), places[name]) for name in sorted(places)}


def _measure(found: list[FoundDuty], places: list[tuple[Placement, list[Obligation]]]) -> Measure:
    written = [(placement, obligation) for placement, wanted in places for obligation in wanted]
    return Measure(
        found=len(found),
        right=sum(any(wanted and _inside(duty, place) for place, wanted in places) for duty in found),
        written=len(written),
        met=sum(any(_inside(duty, place) for duty in found) for place, _ in written),
        said=sum(
            any(_inside(duty, place) and _says(duty, obligation) for duty in found)
            for place, obligation in written
        ),
    )


def _inside(duty: FoundDuty, place: Placement) -> bool:
    return 2 * (min(duty.end, place.end) - max(duty.start, place.start)) > duty.end - duty.start


def _says(duty: FoundDuty, obligation: Obligation) -> bool:
    wanted = set(tokenize(f"{obligation.who} {obligation.duty} {obligation.to}"))
    said = set(tokenize(f"{duty.obligation.who} {duty.obligation.duty}"))
    return len(wanted & said) >= SAME_WORDS * len(wanted)


def to_markdown(measures: Mapping[str, Measure]) -> str:
    """Return the table of the measures, with the sum."""
    lines = [
        "| document | found | precision | obligations | recall, by place | recall, by words |",
        "|---|---|---|---|---|---|",
    ]
    rows = {**measures, "all": sum(measures.values(), Measure(0, 0, 0, 0, 0))}
    for name, m in rows.items():
        shares = [f"{part / whole:.2f}" if whole else "–" for part, whole in (
            (m.right, m.found), (m.met, m.written), (m.said, m.written),
        )]  # fmt: skip
        lines.append(f"| {name} | {m.found} | {shares[0]} | {m.written} | {shares[1]} | {shares[2]} |")
    return "\n".join(lines)
