"""What one answer is worth against its reference question."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from assistant.answers.answer import one_line
from assistant.french import sentence_spans
from evals import metrics
from evals.metrics import Claim

if TYPE_CHECKING:
    from assistant.pipeline import Assistant
    from assistant.records import Answer, Citation, Document, Passage
    from assistant.search.index import Knowledge
    from evals.cases import Case, Evidence, Places

SHOWN_HITS = 3  # in a report
MAX_PLACE = 6  # words of a heading in a report: no sentence of a document gets in
BUDGET = 6000  # characters a reader looks through before giving up: about five long passages
_MARKER = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Judged:
    """One question asked, and what came of it.  No word of an original is in it.

    Attributes:
        id: Of the case; a variant is "<case>/<kind>".
        scores: Measure → value; one that does not apply is missing.
        ranks: Of each group of evidence, from 1; None when it was not among the hits.
        shown: The assistant's own words, as far as they come from fiches.
        cited: The places cited.
        hits: The places of the first hits.
        problems: Broken invariants, in French.
        digest: Of everything the user sees; equal answers have equal digests.
        error: Of a question that raised, else "".
    """

    id: str
    status: str
    confidence: float
    scores: Mapping[str, float] = field(default_factory=dict)
    ranks: tuple[int | None, ...] = ()
    shown: str = ""
    cited: tuple[str, ...] = ()
    hits: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    digest: str = ""
    seconds: float = 0.0
    error: str = ""


def judge(case: Case, answer: Answer, assistant: Assistant, places: Places) -> Judged:
    """Measure one answer."""
    knowledge = assistant.index.knowledge
    found = [covered_groups(case, hit.passage, places) for hit in answer.hits]
    ranks = metrics.first_ranks(found, len(case.evidence))
    refused = answer.status != "answered"
    scores = {"refused": float(refused)}
    if case.answerable:
        scores |= retrieval_scores(ranks, [len(hit.passage.text) for hit in answer.hits])
        scores |= answer_scores(case, answer)
        scores |= gold_citation_scores(case, answer, places)
    else:
        scores["correct"] = float(refused)
    if not refused:
        scores |= citation_scores(answer, knowledge)
    return Judged(
        id=case.id,
        status=answer.status,
        confidence=answer.confidence,
        scores=scores,
        ranks=ranks,
        shown="" if refused else answer.words,  # a refusal lists headings as leads
        cited=tuple(short_place(c.document_id, c.place) for c in answer.citations),
        hits=tuple(
            short_place(hit.passage.document_id, hit.fiche.title if hit.fiche else hit.passage.place)
            for hit in answer.hits[:SHOWN_HITS]
        ),
        problems=tuple(find_problems(answer, knowledge)),
        digest=digest_of(answer),
    )


def short_place(document: str, place: str) -> str:
    """Return the document and the innermost heading, cut short enough to hold no sentence of it."""
    words = place.rsplit(" › ", 1)[-1].split()
    return f"{document} › {' '.join(words[:MAX_PLACE])}{' …' if len(words) > MAX_PLACE else ''}"


# --- evidence --------------------------------------------------------------------------------


def covered_groups(case: Case, passage: Passage, places: Places) -> frozenset[int]:
    """Return the groups of evidence that a passage covers by one of their alternatives."""
    return frozenset(
        number
        for number, group in enumerate(case.evidence)
        if any(passage_covers(passage, evidence, places) for evidence in group)
    )


def passage_covers(passage: Passage, evidence: Evidence, places: Places) -> bool:
    """Whether a passage shows a piece of evidence: half of its characters, or a fiche that explains it."""
    if not passage.original:
        return passage.fiche_id in evidence.fiches
    span = places.span(evidence)
    return (
        passage.document_id == evidence.document
        and span is not None
        and metrics.covers((passage.start, passage.end), span)
    )


def cites(citation: Citation, evidence: Evidence, places: Places) -> bool:
    """Whether a citation proves a piece of evidence.

    A quotation is a few sentences, evidence may be a long table: half of the shorter must lie in the
    longer.  Without the original, the fiche named must be one that explains the evidence.
    """
    if not citation.quote:
        return citation.fiche_id in evidence.fiches
    span = places.span(evidence)
    if citation.document_id != evidence.document or span is None:
        return False
    shorter = min(citation.end - citation.start, span[1] - span[0])
    return 2 * metrics.overlap((citation.start, citation.end), span) >= shorter


# --- scores ----------------------------------------------------------------------------------


def retrieval_scores(ranks: tuple[int | None, ...], lengths: list[int]) -> dict[str, float]:
    """Return the retrieval measures of one question."""
    return {
        "recall@1": metrics.recall_at(ranks, 1),
        "recall@5": metrics.recall_at(ranks, 5),
        "recall@20": metrics.recall_at(ranks, 20),
        "hit@1": metrics.hit_at(ranks, 1),
        "hit@5": metrics.hit_at(ranks, 5),
        "mrr@10": metrics.reciprocal_rank(ranks, 10),
        "ndcg@10": metrics.ndcg_at(ranks, 10),
        f"recall@{BUDGET}c": metrics.recall_within(ranks, lengths, BUDGET),
    }


def answer_scores(case: Case, answer: Answer) -> dict[str, float]:
    """Return what the text shown holds of what it should; nothing for a refusal."""
    answered = answer.status == "answered"
    text = answer.text if answered else ""
    found = metrics.facts_found(text, [fact.forms for fact in case.facts])
    vital = [ok for ok, fact in zip(found, case.facts, strict=True) if fact.vital] or found
    scores = {
        "facts": sum(found) / len(found),
        "vital_facts": sum(vital) / len(vital),
        "all_facts": float(all(found)),
        "correct": float(answered and all(vital)),
        "net_score": float(all(vital)) * 2 - 1 if answered else 0.0,
        "fact_count": float(sum(found)),
    }
    if answered:
        scores["words"] = float(len(text.split()))
        scores["characters"] = float(len(text))
    wanted = metrics.quantities(" ; ".join(fact.forms[0] for fact in case.facts))
    if wanted:
        given = metrics.quantities(_MARKER.sub(" ", answer.words or text)) if answered else set()
        shown = metrics.quantities(text)
        scores["numbers_recall"] = len(wanted & shown) / len(wanted)
        scores["numbers_f1"] = metrics.f1(len(wanted & given), len(wanted), len(given))
    return scores


def gold_citation_scores(case: Case, answer: Answer, places: Places) -> dict[str, float]:
    """Return citations that prove evidence / citations, groups cited / groups, and their F1."""
    proving = [
        {n for n, group in enumerate(case.evidence) if any(cites(citation, e, places) for e in group)}
        for citation in answer.citations
    ]
    good = sum(bool(groups) for groups in proving)
    cited = set().union(*proving) if proving else set()
    precision = good / len(proving) if proving else 0.0
    recall = len(cited) / len(case.evidence)
    total = precision + recall
    scores = {
        "gold_citation_recall": recall,
        "gold_citation_f1": 2 * precision * recall / total if total else 0.0,
    }
    return scores | ({"gold_citation_precision": precision} if proving else {})


def citation_scores(answer: Answer, knowledge: Knowledge) -> dict[str, float]:
    """Return ALCE's citation recall and precision over the sentences shown, and the verbatim rate.

    A number at the end of a paragraph is the citation of each of its sentences; a quotation cites its
    own place.  Where a fiche stands in for its passage there is no text to check against: nothing is
    measured.
    """
    quoted = [citation for citation in answer.citations if citation.quote]
    if not quoted:
        return {}
    claims = claims_of(answer)
    exact = sum(is_traceable(citation, knowledge.documents) for citation in quoted)
    scores = {"verbatim": exact / len(quoted)}
    own = [claim for claim in claims if claim.sources or claim.dangling]
    scores["citation_recall"] = metrics.citation_recall(claims)
    scores["citation_precision"] = metrics.citation_precision(claims)
    scores["t0"] = (
        sum(metrics.is_verbatim(c.sentence, "\n".join(c.sources)) for c in own) / len(own) if own else 0.0
    )
    return scores


def claims_of(answer: Answer) -> list[Claim]:
    """Return each sentence shown with the passages that it cites."""
    passages = {hit.passage.id: hit.passage.text for hit in answer.hits}
    sources = [passages.get(citation.passage_id, citation.quote) for citation in answer.citations]
    claims = [
        Claim(one_line(c.quote), (s,)) for c, s in zip(answer.citations, sources, strict=True) if c.quote
    ]
    for paragraph in answer.words.split("\n\n"):
        numbers = [int(number) for number in dict.fromkeys(_MARKER.findall(paragraph))]
        cited = tuple(sources[n - 1] for n in numbers if 1 <= n <= len(sources))
        text = _MARKER.sub("", paragraph)
        notes = {f"({citation.note})" for citation in answer.citations if citation.note}
        for start, end in sentence_spans(text):
            sentence = text[start:end].strip()
            if any(c.isalnum() for c in sentence) and sentence not in notes:
                claims.append(Claim(sentence, cited, len(numbers) - len(cited)))
    return claims


# --- invariants ------------------------------------------------------------------------------


def find_problems(answer: Answer, knowledge: Knowledge) -> list[str]:
    """Return the invariants that an answer breaks, a French clause each."""
    problems = []
    if answer.status != "answered":
        if answer.citations:
            problems.append("un refus porte une citation")
        if _MARKER.search(answer.text):
            problems.append("un refus porte un numéro de citation")
        return problems
    if not answer.citations:
        problems.append("une réponse sans citation")
    shown = one_line(answer.text)
    for citation in answer.citations:
        if citation.document_id not in knowledge.infos:
            problems.append(f"une citation d’un document inconnu : {citation.document_id}")
        elif citation.document_id in knowledge.documents and not is_traceable(citation, knowledge.documents):
            problems.append(
                f"une citation n’est pas mot à mot : {short_place(citation.document_id, citation.place)}"
            )
        elif citation.quote and f"« {one_line(citation.quote)} »" not in shown:
            problems.append("la citation montrée n’est pas celle qui a été vérifiée")
    dangling = [n for n in _MARKER.findall(answer.words) if not 1 <= int(n) <= len(answer.citations)]
    if dangling:
        problems.append(f"un numéro de citation ne mène nulle part : [{dangling[0]}]")
    return problems


def is_traceable(citation: Citation, documents: Mapping[str, Document]) -> bool:
    """Whether a quotation is its document's text at its place, and its letters those of the raw file.

    The first half is what the assistant checks itself before display; the second does not trust it,
    nor the cleaning: the letters of the quotation must follow one another in the raw stretch.
    """
    document = documents.get(citation.document_id)
    if (
        document is None
        or not citation.quote
        or document.text[citation.start : citation.end] != citation.quote
    ):
        return False
    first = int(document.raw_spans[citation.start, 0])
    last = int(document.raw_spans[citation.end - 1, 1])
    letters = iter(metrics.squash("".join(document.raw_pages)[first:last]))
    return all(letter in letters for letter in metrics.squash(citation.quote))


def digest_of(answer: Answer) -> str:
    """Return a hash of all that the user sees and of the order of the hits."""
    seen = [
        answer.status,
        answer.text,
        round(answer.confidence, 6),
        [(c.document_id, c.start, c.end, c.fiche_id) for c in answer.citations],
        [(hit.passage.id, round(hit.score, 5)) for hit in answer.hits],
    ]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode()).hexdigest()[:16]


def timed(judged: Judged, seconds: float) -> Judged:
    """Return the same with how long the question took."""
    return replace(judged, seconds=round(seconds, 4))
