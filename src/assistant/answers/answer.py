"""From hits to an answer: plain words first, then the quotations that prove them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from textwrap import shorten
from typing import TYPE_CHECKING

from assistant.answers.confidence import confidence, place_of, refusal_threshold, shares_of_places
from assistant.answers.quotes import choose_quote, word_values
from assistant.answers.refusals import COURTESY_TEXT, not_found_text, refusal_reason
from assistant.answers.sentences import best_sentence, best_sentences, sentence_values, sentence_votes
from assistant.answers.verify import verify_citations
from assistant.french import fold, sentence_spans, tokenize
from assistant.records import Answer, Citation
from assistant.search.validity import validity_note

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from assistant.records import Fiche, Hit, Understanding
    from assistant.search.index import Knowledge
    from assistant.search.nearness import Nearness
    from assistant.search.vocabulary import Vocabulary

MAX_CITATIONS = 4
# What a second and a third place must reach of the first one's share of belief, and in any case: after a place that a
# fiche explains, and after one without fiche, whose quotation is long.
CLOSE, PLAIN_CLOSE = (0.25, 0.2), (0.3, 0.5)
LIKELY, PLAIN_LIKELY = 0.07, 0.1
SIDE = 0.02  # what the other side of a comparison must reach
OPPOSITE = 0.01  # what the place of the other name must reach
OPPOSITES_LOOKED_AT = 5  # places, from the likeliest
NAMES_A_SIDE = 3.0  # idf of a word that tells two places apart: a town, a year, not "service"
AGREED = 0.8  # of a fiche's questions most like the one asked: where they have one sentence for answer, it is the one
# Characters, chosen on the development questions: of the whole answer where the sentence is agreed on and where it is
# not, for one place and for each of several.  The plain words have what the quotations leave.
AGREED_LENGTH, LENGTH = (650, 500), (1200, 900)
QUOTE, LIST_QUOTE = 280, 420  # quoted at most, of each place
PLAIN_QUOTE = 780  # of one without fiche, where the quotation is the answer
FEWEST = 200  # of plain words, however long the quotation is
HEADING = 36  # characters of a heading in the place of a quotation
# What asks for more than one thing: what the likeliest place answers is told whole.
OPEN = frozenset({"list", "how", "why", "yes_no", "definition"})
# What stands between two things set side by side, in a folded question.
_JOINS = re.compile(r"\b(?:ou|et|vs|versus|contre|entre|par rapport a|que|mais|comme)\b|[/,]")


def answer_question(
    understanding: Understanding,
    hits: Sequence[Hit],
    knowledge: Knowledge,
    *,
    min_confidence: float | None = None,
    nearness: Nearness | None = None,
    only: Collection[str] = (),
    today: date | None = None,
) -> Answer:
    """Answer from the hits, or say that the documents do not.

    Args:
        understanding: What was made of the question.
        hits: Best first.
        knowledge: The documents and fiches the hits come from.
        min_confidence: Below it the answer is "je ne trouve pas"; the calibrated threshold by default.
        nearness: The question's words beside those of the corpus, to choose sentences; without it the
            plain words are shown whole.
        only: The documents that were searched, by id; all when empty.
        today: When documents are valid or expired; today by default.
    """
    question = understanding.question
    reason = COURTESY_TEXT if understanding.courtesy else refusal_reason(question, knowledge)
    if reason:
        return Answer(question, "refused", reason, 1.0, words=reason, understanding=understanding)
    sure = confidence(understanding, hits, knowledge)
    limit = refusal_threshold(hits) if min_confidence is None else min_confidence
    citations: tuple[Citation, ...] = ()
    if hits and sure >= limit:
        chosen = select_hits(understanding, hits, knowledge.vocabulary)
        today = today or date.today()
        worth = {
            hit.passage.id: sentence_worth(understanding, hit.fiche, knowledge, nearness) for hit in chosen
        }
        citations = verify_citations(
            [
                cite(understanding, hit, knowledge, nearness, worth[hit.passage.id], today=today)
                for hit in chosen
            ],
            knowledge.documents,
        )
    if not citations:
        text = not_found_text(hits, knowledge, only, understanding)
        return Answer(
            question, "not_found", text, sure, words=text, hits=tuple(hits), understanding=understanding
        )
    by_passage = {hit.passage.id: hit for hit in hits}
    cited = [by_passage[citation.passage_id] for citation in citations]
    proof = quotations(citations, knowledge)
    words = plain_words(cited, citations, understanding, worth, quoted=len(proof))
    return Answer(
        question=question,
        status="answered",
        text=f"{words}\n\n{proof}".strip(),
        confidence=sure,
        words=words,
        citations=citations,
        hits=tuple(hits),
        understanding=understanding,
    )


def select_hits(understanding: Understanding, hits: Sequence[Hit], vocabulary: Vocabulary) -> list[Hit]:
    """Return the hits to cite: the best of the likeliest place, of others nearly as likely, of each side compared.

    What is compared is often not said: « Arras ou Calais ? » has a place whose title says one and not the other.

    The passages of one fiche are one place, and its likelihood is the sum of theirs.
    """
    shares = shares_of_places(hits)
    places = sorted(shares, key=lambda place: -shares[place])
    best_of = {place: next(hit for hit in hits if place_of(hit) == place) for place in places}
    first, others = best_of[place_of(hits[0])], [p for p in places if p != place_of(hits[0])]
    chosen = [first]
    if understanding.compares:
        sides, wanted = {_side(first)}, max(2, len(understanding.documents))
        for place in others:
            hit = best_of[place]
            if len(sides) < wanted and _side(hit) not in sides and shares[place] >= SIDE:
                sides.add(_side(hit))
                chosen.append(hit)
        if len(chosen) > 1:
            return chosen[:MAX_CITATIONS]
    if _JOINS.search(fold(understanding.question)):
        possible = [best_of[place] for place in others[:OPPOSITES_LOOKED_AT] if shares[place] >= OPPOSITE]
        opposite = next((hit for hit in possible if _opposed(understanding, first, hit, vocabulary)), None)
        if opposite:
            return [first, opposite]
    likely, closeness = (LIKELY, CLOSE) if first.fiche else (PLAIN_LIKELY, PLAIN_CLOSE)
    for place, close in zip(others, closeness, strict=False):
        if shares[place] < max(likely, close * shares[place_of(first)]):
            break
        chosen.append(best_of[place])
    return chosen


def _side(hit: Hit) -> tuple[str, str]:
    """Return what counts as one side of a comparison: a document, or a part of one file."""
    return hit.passage.document_id, hit.passage.headings[0] if hit.passage.headings else ""


def _opposed(understanding: Understanding, one: Hit, other: Hit, vocabulary: Vocabulary) -> bool:
    """Whether the titles of two hits each say a telling word of the question that the other's does not."""
    ours, theirs = (
        set(understanding.terms).intersection(
            tokenize(" ".join((hit.fiche.title if hit.fiche else "", *hit.passage.headings)))
        )
        for hit in (one, other)
    )
    return all(
        max(map(vocabulary.idf, side), default=0.0) >= NAMES_A_SIDE for side in (ours - theirs, theirs - ours)
    )


@dataclass(frozen=True, slots=True)
class Worth:
    """What each sentence of a fiche's body is worth as an answer.

    Attributes:
        values: Of the sentences; none without fiche, or where the question was not compared with its words.
        agreed: Whether the fiche's questions most like the one asked have one sentence for answer.
    """

    values: tuple[float, ...] = ()
    agreed: bool = False


def sentence_worth(
    understanding: Understanding, fiche: Fiche | None, knowledge: Knowledge, nearness: Nearness | None
) -> Worth:
    """Value the sentences of a fiche."""
    if fiche is None or nearness is None:
        return Worth()
    votes = sentence_votes(fiche, knowledge.fiche_rows[fiche.id], nearness)
    values = sentence_values(fiche.body, sentence_spans(fiche.body), understanding, nearness, votes)
    return Worth(tuple(values), max(votes, default=0.0) >= AGREED)


def quote_room(understanding: Understanding, hit: Hit) -> int:
    """Return how many characters the quotation of a hit may have."""
    if hit.fiche is None:
        return PLAIN_QUOTE
    return LIST_QUOTE if understanding.kind == "list" else QUOTE


def cite(
    understanding: Understanding,
    hit: Hit,
    knowledge: Knowledge,
    nearness: Nearness | None,
    worth: Worth,
    *,
    today: date,
) -> Citation:
    """Quote the sentences of a hit that answer; without the original, name the place only."""
    passage, fiche = hit.passage, hit.fiche
    quote, start, end = "", 0, 0
    if passage.original:
        telling = best_sentence(fiche.body, worth.values) if fiche else ""

        def value(spans: Sequence[tuple[int, int]]) -> list[float]:
            if telling or nearness is None:
                return word_values(passage.text, spans, understanding, knowledge.vocabulary, telling=telling)
            return sentence_values(passage.text, spans, understanding, nearness, [0.0] * len(spans))

        first, last = choose_quote(passage, value, room=quote_room(understanding, hit))
        quote, start, end = passage.text[first:last], passage.start + first, passage.start + last
    place = knowledge.places.get((fiche.id, passage.document_id)) if fiche else None
    return Citation(
        document_id=passage.document_id,
        place=place or passage.place,
        page=knowledge.documents[passage.document_id].page_at(start) if passage.original else None,
        quote=quote,
        start=start,
        end=end,
        fiche_id=fiche.id if fiche else None,
        passage_id=passage.id,
        note=validity_note(passage, knowledge.infos, today),
    )


def words_room(places: int, quoted: int, *, agreed: bool) -> int:
    """Return how many characters of plain words one of the places may have, of an answer with ``quoted`` of quotations.

    >>> words_room(1, 400, agreed=True), words_room(1, 400, agreed=False), words_room(2, 600, agreed=False)
    (250, 800, 600)
    """
    alone, shared = AGREED_LENGTH if agreed else LENGTH
    return max(FEWEST, (alone if places == 1 else shared) - quoted // places)


def plain_words(
    hits: Sequence[Hit],
    citations: Sequence[Citation],
    understanding: Understanding,
    worth: Mapping[str, Worth],
    *,
    quoted: int,
) -> str:
    """Return what the fiches cited say of the question, each followed by the number of its citation.

    What the first says of an open question is told whole.  Of other texts the sentences worth most are, in what
    ``quoted`` characters of quotations leave of the answer's length; ``worth`` is by passage.
    """
    parts = []
    for number, (hit, citation) in enumerate(zip(hits, citations, strict=True), 1):
        if hit.fiche:
            said = hit.fiche.body
            told = worth[hit.passage.id]
            if told.values and (number > 1 or understanding.kind not in OPEN):
                room = words_room(len(citations), quoted, agreed=told.agreed)
                said = best_sentences(said, told.values, room=room)
            note = f"\n({citation.note})" if citation.note else ""
            parts.append(f"{said} [{number}]{note}")
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
    return "\n".join([f"{proof_title([citation.quote for citation in citations])} :", *lines])


def proof_title(quotes: Sequence[str]) -> str:
    """Return what stands above citations, given what each quotes: nothing where the original is not installed.

    >>> proof_title(["", ""])
    'Sources'
    """
    if any(quotes):
        return "Ce que dit le texte"
    return "Sources" if len(quotes) > 1 else "Source"


def source_line(citation: Citation, knowledge: Knowledge) -> str:
    """Return the document, the place, the page and the validity of a citation, in one line."""
    parts = [knowledge.infos[citation.document_id].name, short_place(citation.place)]
    if citation.page is not None:
        parts.append(f"page {citation.page}")
    if not citation.quote:
        parts.append("document d’origine non installé")
    if citation.note:
        parts.append(citation.note.rstrip("."))
    return " — ".join(part for part in parts if part)


def short_place(place: str) -> str:
    """Return the outermost and the innermost heading of a place, each cut at a word.

    >>> short_place("Titre I › Annexe › Les conditions dans lesquelles les services rendent compte")
    'Titre I › … › Les conditions dans lesquelles les…'
    """
    headings = place.split(" › ")
    ends = [shorten(heading, HEADING, placeholder="…") for heading in (headings[0], headings[-1])]
    return " › … › ".join(ends) if len(headings) > 2 else " › ".join(ends[-len(headings) :])


def one_line(text: str) -> str:
    """Return a text with its white space folded, for display in a sentence."""
    return " ".join(text.split())
