"""Answers and hits as dictionaries (CLI ``--json``, batch, API) and as terminal text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.answers.confidence import features
from assistant.search.rank import load_ranker

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.corpus.checks import CheckReport
    from assistant.records import Answer, Hit
    from assistant.search.index import Knowledge

MAX_HIT_TEXT = 1500  # characters
EXPLAINED_HITS = 3
EXPLAINED_FEATURES = 8  # those that add most to a hit's score


def answer_to_dict(answer: Answer, *, places: Mapping[tuple[str, str], str]) -> dict[str, object]:
    """Return an answer in the shape that does not change (see docs/formats.md)."""
    understanding = answer.understanding
    return {
        "status": answer.status,
        "answer": answer.text,
        "confidence": round(answer.confidence, 4),
        "citations": [
            {
                "document": citation.document_id,
                "place": citation.place,
                "page": citation.page,
                "quote": citation.quote,
                "fiche": citation.fiche_id,
                "start": citation.start,
                "end": citation.end,
                "note": citation.note,
            }
            for citation in answer.citations
        ],
        "hits": [hit_to_dict(hit, places=places) for hit in answer.hits],
        "understanding": {
            "text": understanding.text,
            "notes": list(understanding.notes),
            "documents": list(understanding.documents),
            "follow_up": understanding.follow_up,
            "compares": understanding.compares,
            "kinds": list(understanding.kinds),
            "terms": list(understanding.terms),
            "articles": list(understanding.articles),
            "numbers": list(understanding.numbers),
            "dates": list(understanding.dates),
            "years": list(understanding.years),
            "period": understanding.period,
            "territories": list(understanding.territories),
            "acronyms": list(understanding.acronyms),
            "courtesy": understanding.courtesy,
        }
        if understanding
        else None,
    }


def hit_to_dict(hit: Hit, *, places: Mapping[tuple[str, str], str]) -> dict[str, object]:
    """Return a hit in the shape that does not change."""
    passage = hit.passage
    return {
        "document": passage.document_id,
        "place": hit_place(hit, places),
        "text": passage.text[:MAX_HIT_TEXT],
        "score": round(hit.score, 4),
        "fiche": passage.fiche_id,
    }


def hit_place(hit: Hit, places: Mapping[tuple[str, str], str]) -> str:
    """Return the place as the fiche writes it, else the breadcrumb."""
    passage = hit.passage
    return places.get((passage.fiche_id or "", passage.document_id)) or passage.place


def hits_to_text(hits: Sequence[Hit], *, places: Mapping[tuple[str, str], str]) -> str:
    """Return hits for a terminal: number, score, place, first words."""
    lines = []
    for number, hit in enumerate(hits, 1):
        start = " ".join(hit.passage.text.split())[:200]
        lines.append(
            f"{number:>2}. {hit.score:.2f}  {hit.passage.document_id} — {hit_place(hit, places)}\n    {start}"
        )
    return "\n".join(lines)


def answer_to_text(answer: Answer) -> str:
    """Return an answer for a terminal: what was understood, the answer, how sure it is."""
    notes = answer.understanding.notes if answer.understanding else ()
    understood = f"(Compris : {' ; '.join(notes)})\n\n" if notes else ""
    sure = f"\n\nConfiance : {answer.confidence:.0%}" if answer.status == "answered" else ""
    return f"{understood}{answer.text}{sure.replace('%', ' %')}"


def explanation_to_text(answer: Answer, knowledge: Knowledge) -> str:
    """Return an answer's way through the stages: what was understood, found, and how sure it is."""
    understanding = answer.understanding
    if understanding is None or not answer.hits:
        return answer.text
    lines = [f"Compris : {understanding.text}", *(f"  {note}" for note in understanding.notes)]
    rarities = (f"{term} {knowledge.vocabulary.idf(term):.1f}" for term in understanding.terms)
    lines.append(f"Mots cherchés (rareté) : {', '.join(rarities)}")
    for number, hit in enumerate(answer.hits[:EXPLAINED_HITS], 1):
        lines.append(
            f"{number}. {hit.score:.2f}  {hit.passage.document_id} — {hit_place(hit, knowledge.places)}"
        )
        parts = list(load_ranker().contributions(hit.scores).items())[:EXPLAINED_FEATURES]
        lines.append("     " + ", ".join(f"{name} {value:+.2f}" for name, value in parts))
    values = features(understanding, answer.hits, knowledge)
    lines.append(
        "Indices de confiance : " + ", ".join(f"{name} {value:.2f}" for name, value in values.items())
    )
    lines.append(f"Confiance : {answer.confidence:.2f}, soit « {answer.status} »")
    lines += [f"Citation {n} : {c.document_id}[{c.start}:{c.end}]" for n, c in enumerate(answer.citations, 1)]
    return "\n".join(lines)


def coverage_to_text(report: CheckReport) -> str:
    """Return the result of the checks on fiches, with a coverage table in Markdown."""
    lines = [f"{report.fiches} fiches vérifiées, {len(report.problems)} problèmes."]
    if report.coverage:
        lines += [
            "",
            "| document | passages expliqués | caractères informatifs | dont expliqués | exceptés |",
            "|---|---:|---:|---:|---:|",
        ]
        lines += [
            f"| {c.document_id} | {c.fiches} | {c.informative} | {c.share:.1%} | {c.excepted} |".replace(
                "%", " %"
            )
            for c in report.coverage
        ]
    if report.skipped:
        lines.append(f"Non vérifié sur l’original, absent : {', '.join(report.skipped)}.")
    return "\n".join(lines)
