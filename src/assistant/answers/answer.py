"""From hits to an answer: plain words first, then the quotations that prove them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from assistant.answers.confidence import confidence
from assistant.answers.quotes import choose_quote
from assistant.answers.refusals import COURTESY_TEXT, not_found_text, refusal_reason
from assistant.answers.verify import verify_citations
from assistant.records import Answer, Citation
from assistant.search.validity import validity_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.records import Hit, Understanding
    from assistant.search.index import Knowledge

MAX_CITATIONS = 4
CLOSE = 0.93  # of the best score: a second place this near may answer as well
SIDE = 0.5  # of the best score: what the other side of a comparison must reach


def answer_question(
    understanding: Understanding,
    hits: Sequence[Hit],
    knowledge: Knowledge,
    *,
    min_confidence: float,
    today: date | None = None,
) -> Answer:
    """Answer from the hits, or say that the documents do not.

    Args:
        understanding: What was made of the question.
        hits: Best first.
        knowledge: The documents and fiches the hits come from.
        min_confidence: Below it the answer is "je ne trouve pas".
        today: When documents are valid or expired; today by default.
    """
    question = understanding.question
    reason = COURTESY_TEXT if understanding.courtesy else refusal_reason(question, knowledge)
    if reason:
        return Answer(question, "refused", reason, 1.0, words=reason, understanding=understanding)
    sure = confidence(understanding.text, hits, knowledge)
    citations: tuple[Citation, ...] = ()
    if sure >= min_confidence:
        chosen = select_hits(understanding, hits)
        today = today or date.today()
        citations = verify_citations(
            [cite(understanding.text, hit, knowledge, today=today) for hit in chosen], knowledge.documents
        )
    if not citations:
        text = not_found_text(hits, knowledge)
        return Answer(
            question, "not_found", text, sure, words=text, hits=tuple(hits), understanding=understanding
        )
    by_passage = {hit.passage.id: hit for hit in hits}
    cited = [by_passage[citation.passage_id] for citation in citations]
    words = plain_words(cited, citations)
    return Answer(
        question=question,
        status="answered",
        text=f"{words}\n\n{quotations(citations, knowledge)}".strip(),
        confidence=sure,
        words=words,
        citations=citations,
        hits=tuple(hits),
        understanding=understanding,
    )


def select_hits(understanding: Understanding, hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits to cite: the best, those as good that say something else, each side compared."""
    best = hits[0]
    chosen = [best]
    if understanding.compares:
        sides = {_side(best)}
        for hit in hits[1:]:
            if _side(hit) not in sides and hit.score >= SIDE * best.score and len(chosen) < MAX_CITATIONS:
                sides.add(_side(hit))
                chosen.append(hit)
            if len(sides) >= max(2, len(understanding.documents)):
                break
        return chosen
    for hit in hits[1:]:
        same_fiche = best.fiche is not None and hit.fiche == best.fiche
        if not same_fiche and hit.score >= CLOSE * best.score:
            chosen.append(hit)
            break
    return chosen


def _side(hit: Hit) -> tuple[str, str]:
    """Return what counts as one side of a comparison: a document, or a part of one file."""
    return hit.passage.document_id, hit.passage.headings[0] if hit.passage.headings else ""


def cite(question: str, hit: Hit, knowledge: Knowledge, *, today: date) -> Citation:
    """Quote the sentences of a hit that answer; without the original, name the place only."""
    passage, fiche = hit.passage, hit.fiche
    quote, start, end = "", 0, 0
    if passage.original:
        first, last = choose_quote(question, passage, fiche, knowledge.vocabulary)
        quote, start, end = passage.text[first:last], passage.start + first, passage.start + last
    place = knowledge.places.get((fiche.id, passage.document_id)) if fiche else None
    return Citation(
        document_id=passage.document_id,
        place=place or passage.place,
        page=_page_at(start, passage.document_id, knowledge) if passage.original else None,
        quote=quote,
        start=start,
        end=end,
        fiche_id=fiche.id if fiche else None,
        passage_id=passage.id,
        note=validity_note(passage, knowledge.infos, today),
    )


def _page_at(offset: int, document_id: str, knowledge: Knowledge) -> int | None:
    pages = knowledge.documents[document_id].pages
    return next((page.number for page in pages if page.start <= offset < page.end), None)


def plain_words(hits: Sequence[Hit], citations: Sequence[Citation]) -> str:
    """Return the bodies of the fiches cited, each followed by the number of its citation."""
    parts = []
    for number, (hit, citation) in enumerate(zip(hits, citations, strict=True), 1):
        if hit.fiche:
            note = f"\n({citation.note})" if citation.note else ""
            parts.append(f"{hit.fiche.body} [{number}]{note}")
    return "\n\n".join(parts)


def quotations(citations: Sequence[Citation], knowledge: Knowledge) -> str:
    """Return the quotations with their places, numbered as in the words."""
    lines = []
    for number, citation in enumerate(citations, 1):
        where = source_line(citation, knowledge)
        lines.append(
            f"[{number}] « {one_line(citation.quote)} »\n    {where}"
            if citation.quote
            else f"[{number}] {where}"
        )
    title = "Ce que dit le texte :" if any(citation.quote for citation in citations) else "Source :"
    return "\n".join([title, *lines])


def source_line(citation: Citation, knowledge: Knowledge) -> str:
    """Return the document, the place, the page and the validity of a citation, in one line."""
    parts = [knowledge.infos[citation.document_id].name, citation.place]
    if citation.page is not None:
        parts.append(f"page {citation.page}")
    if not citation.quote:
        parts.append("document d’origine non installé")
    if citation.note:
        parts.append(citation.note.rstrip("."))
    return " — ".join(part for part in parts if part)


def one_line(text: str) -> str:
    """Return a text with its white space folded, for display in a sentence."""
    return " ".join(text.split())
