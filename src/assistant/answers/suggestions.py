"""What to ask next: questions that lead to what stands beside an answer in its document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.french import fold, tokenize, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from assistant.records import Answer, Fiche, Passage
    from assistant.search.index import Knowledge

SUGGESTIONS = 3
MAX_CHARS = 90  # a longer question is hard to choose at a glance
MIN_WORDS = 4  # a shorter one often leans on what was said before


def suggest_questions(
    answer: Answer, knowledge: Knowledge, *, asked: Collection[str] = ()
) -> tuple[str, ...]:
    """Return at most three questions of fiches near the cited passages, nearest first.

    Near are the fiches that the cited one names, then those that share most of its place in the
    document, then the next ones in reading order.

    Args:
        answer: What has just been answered.
        knowledge: The fiches and passages of the index.
        asked: Questions asked before; neither they nor the answer's own are suggested.
    """
    taken = {_bare(question) for question in (answer.question, *asked)}
    if answer.understanding:
        taken.add(_bare(answer.understanding.text))
    suggested: list[str] = []
    for fiche in _neighbours(answer, knowledge):
        question = best_question(fiche, knowledge, taken)
        if question:
            taken.add(_bare(question))
            suggested.append(question)
        if len(suggested) == SUGGESTIONS:
            break
    return tuple(suggested)


def _neighbours(answer: Answer, knowledge: Knowledge) -> Iterator[Fiche]:
    """Give the fiches around the first citation, nearest first; not those that are cited."""
    if not answer.citations:
        return
    first = answer.citations[0]
    cited = {citation.fiche_id for citation in answer.citations}
    by_id = {fiche.id: fiche for fiche in knowledge.fiches}
    named = by_id[first.fiche_id].see_also if first.fiche_id in by_id else ()
    passages = [passage for passage in knowledge.passages if passage.document_id == first.document_id]
    here = next((row for row, passage in enumerate(passages) if passage.id == first.passage_id), 0)
    place = first.place.split(" › ")

    def distance(entry: tuple[int, Passage]) -> tuple[int, int, bool]:
        row, passage = entry
        other = knowledge.places.get((passage.fiche_id or "", passage.document_id), passage.place)
        return -_shared(place, other.split(" › ")), abs(row - here), row < here

    around = [passage.fiche_id for _, passage in sorted(enumerate(passages), key=distance)]
    for name in dict.fromkeys((*named, *around)):
        if name in by_id and name not in cited:
            yield by_id[name]


def _shared(one: list[str], other: list[str]) -> int:
    """Return how many parts two places have in common, from the outermost."""
    return next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def best_question(fiche: Fiche, knowledge: Knowledge, taken: Collection[str] = ()) -> str:
    """Return the question of a fiche that best says what it is about, or nothing; none of ``taken``."""
    title = tokenize(fiche.title)
    fit = [
        question
        for question in fiche.questions
        if question.rstrip().endswith("?")
        and len(question) <= MAX_CHARS
        and len(words(question)) >= MIN_WORDS
        and _bare(question) not in taken
    ]
    best = max(fit, key=lambda q: knowledge.vocabulary.coverage(title, tokenize(q)), default="").strip()
    return best[:1].upper() + best[1:].replace("'", "’")


def _bare(question: str) -> str:
    return " ".join(words(fold(question)))
