"""Answers and hits as dictionaries (CLI ``--json``, batch, API) and as terminal text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.corpus.checks import CheckReport
    from assistant.records import Answer, Hit

MAX_HIT_TEXT = 1500  # characters


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
