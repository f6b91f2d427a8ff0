"""From an understood question to ranked passages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from assistant.french import words
from assistant.records import Hit
from assistant.search.features import NAMES, passage_features, words_beside
from assistant.search.index import QUESTION_FIELD
from assistant.search.lexical import best_rows, weighted_jaccard
from assistant.search.question_type import content_terms
from assistant.search.unanswered import unanswered_likelihood, unanswered_share
from assistant.search.validity import is_expired

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from assistant.records import FloatMatrix, FloatVector, Ranking, RowArray, Understanding
    from assistant.search.embedding import Embedder
    from assistant.search.index import Index
    from assistant.search.nearness import Nearness
    from assistant.search.rank import Ranker

BEST = 3  # questions of a fiche whose mean is taken
NEAREST = 400  # embedded texts looked at; each fiche has a dozen

# How much each field's score counts: for a passage that a fiche explains, and for one without fiche,
# whose few fields must weigh as much as the many of the others (else a document without fiches is
# never found beside documents with them).  Lexical scores are divided by the weight of the question's
# terms (see ``Vocabulary.weight``), dense scores are cosines: both are at most about 1.
# Tuned on the fiches' cross questions, also with one document's fiches left out.
WEIGHTS: Mapping[str, tuple[float, float]] = {
    "text": (0.0, 0.8),
    "context": (0.22, 0.25),
    "all": (0.72, 1.15),
    "body": (0.23, 0.0),
    "questions": (0.23, 0.0),
    "question": (0.29, 0.0),
    "dense_passage": (0.0, 0.31),
    "dense_question": (0.4, 0.0),
}
CANDIDATES = 40  # passages looked at more closely, from the sum of scores
CANDIDATES_OF_FIELD = 6  # and from each of these scores alone
CANDIDATE_FIELDS = (
    "text", "all", "dense_passage", "dense_question", "question", "overlap_question", "likelihood",
)  # fmt: skip
UNLIKELY = (
    12.0  # evidence: a fiche whose language makes the question less likely than another by this is not it
)
NAMED_BONUS = 0.15  # for passages of a document that the question names
TERRITORY_MALUS = 0.4  # for passages about another territory than the one the question names
EXPIRED_MALUS = 0.08  # for documents no longer in force, unless the question names them
OWN_DOUBT = (
    0.01  # the least belief that a follow-up's own words leave in a passage found with those it takes over
)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The scores of every passage, field by field; each array has shape (passages,).

    Attributes:
        unanswered: How far the question resembles those without answer, by name; see ``assistant.search.unanswered``.
    """

    fields: Mapping[str, FloatVector]
    total: FloatVector
    unanswered: Mapping[str, float]

    def of(self, row: int) -> dict[str, float]:
        """Return the scores of one passage."""
        return {name: float(values[row]) for name, values in self.fields.items()}


def retrieve(
    understanding: Understanding,
    index: Index,
    embedder: Embedder,
    *,
    top: int,
    today: date | None = None,
    weights: Mapping[str, tuple[float, float]] = WEIGHTS,
    only: Collection[str] = (),
    ranker: Ranker | None = None,
    nearness: Nearness | None = None,
) -> list[Hit]:
    """Return the best passages, best first; equal scores keep the order of the corpus.

    The sum of scores chooses candidates, the ranker orders them: a hit's score is then its share of
    the ranker's belief, from 0 to 1, over all candidates.

    A follow-up is looked for with the words it takes over and, where a fiche explains the likeliest passage,
    without them: the beliefs p and q of each candidate become p · (q + ``OWN_DOUBT``), scaled to sum to 1, a product
    of experts (Hinton, "Training Products of Experts by Minimizing Contrastive Divergence", 2002).
    Two things set side by side are looked for together and one by one; the belief is the mean: a mixture.

    Args:
        understanding: What was made of the question.
        index: The index to search.
        embedder: The model that made the index's vectors.
        top: How many passages at most.
        today: When documents are valid or expired; today by default.
        weights: Of the fields, by name; a missing one counts nothing.
        only: Documents to search, by id; all when empty.
        ranker: Orders the candidates; without it the sum of scores does.
        nearness: The question's words beside those of the index, where they were compared already.
    """

    def look(sought: Understanding) -> Evidence:
        gathered = gather_evidence(sought, index, embedder, weights=weights, today=today)
        return keep_documents(gathered, index, only)  # first: candidates are few

    evidence = look(understanding)
    ranking = best_rows(evidence.total, top)
    seen: dict[int, Mapping[str, float]] = {}
    if ranker is not None:
        parts = [(part, look(part)) for part in parts_of(understanding)]
        found = (evidence, *(of_part for _, of_part in parts))
        rows = list(dict.fromkeys(row for one in found for row in candidate_rows(one, index)))
        features = features_of(understanding, index, evidence, rows, nearness=nearness, today=today)
        ranked = ranker.rank(rows, features)
        # Without fiche a follow-up's few words tell too little: what it takes over finds the place.
        if understanding.sides or (ranked and index.passage_fiches[ranked[0][0]] >= 0):
            beliefs = [
                ranker.rank(rows, features_of(part, index, of_part, rows, today=today))
                for part, of_part in parts
            ]
            ranked = combine(ranked, beliefs, together=not understanding.sides)
        seen = {
            row: dict(zip(NAMES, values, strict=True))
            for row, values in zip(rows, features.tolist(), strict=True)
        }
        ranking = [*ranked, *((row, 0.0) for row, _ in ranking if row not in seen)][:top]
    fiches = {fiche.id: fiche for fiche in index.knowledge.fiches}
    hits = []
    for row, score in ranking:
        passage = index.knowledge.passages[row]
        hits.append(
            Hit(
                passage=passage,
                score=score,
                fiche=fiches.get(passage.fiche_id or ""),
                scores={**(seen.get(row) or evidence.of(row)), **evidence.unanswered},
            )
        )
    return hits


def features_of(
    understanding: Understanding,
    index: Index,
    evidence: Evidence,
    rows: Sequence[int],
    *,
    nearness: Nearness | None = None,
    today: date | None = None,
) -> FloatMatrix:
    """Return what the ranker looks at, shape (len(rows), features); see ``passage_features``."""
    now = today or date.today()
    return passage_features(
        understanding,
        index,
        evidence.fields,
        evidence.total,
        rows,
        expired={key: is_expired(info, now) for key, info in index.knowledge.infos.items()},
        territories=named_territories(understanding, index),
        nearness=nearness or words_beside(understanding, index),
    )


def parts_of(understanding: Understanding) -> list[Understanding]:
    """Return what else to look for: each of two things set side by side, else a follow-up's own words."""
    texts = understanding.sides or ((understanding.own,) if understanding.own else ())
    return [replace(understanding, text=text, terms=content_terms(text), own="", sides=()) for text in texts]


def combine(ranking: Ranking, parts: Sequence[Ranking], *, together: bool) -> Ranking:
    """Return the belief of the rankings of the same rows: of one place for all ``parts``, or of one for each.

    >>> parts = [[(1, 0.9), (0, 0.1)]]
    >>> [(row, round(share, 2)) for row, share in combine([(0, 0.6), (1, 0.4)], parts, together=True)]
    [(1, 0.85), (0, 0.15)]
    >>> [(row, round(share, 2)) for row, share in combine([(0, 0.6), (1, 0.4)], parts, together=False)]
    [(1, 0.65), (0, 0.35)]
    """
    if not parts:
        return ranking
    shares = dict(ranking)
    for part in map(dict, parts):
        for row, share in part.items():
            shares[row] = shares[row] * (share + OWN_DOUBT) if together else shares[row] + share
    whole = sum(shares.values()) or 1.0
    return sorted(((row, share / whole) for row, share in shares.items()), key=lambda pair: -pair[1])


def candidate_rows(evidence: Evidence, index: Index) -> list[int]:
    """Return the passages worth a closer look: the best of the sum, then the best of each score."""
    rows = [row for row, _ in best_rows(evidence.total, CANDIDATES)]
    for name in CANDIDATE_FIELDS:
        rows += [row for row, _ in best_rows(evidence.fields[name], CANDIDATES_OF_FIELD)]
    return [row for row in dict.fromkeys(rows) if evidence.total[row] > 0 and says_something(row, index)]


def says_something(row: int, index: Index) -> bool:
    """Whether a passage is more than a title alone, which proves nothing."""
    passage = index.knowledge.passages[row]
    return passage.kind != "heading" or passage.fiche_id is not None


def keep_documents(evidence: Evidence, index: Index, only: Collection[str]) -> Evidence:
    """Return the evidence as if no other document were indexed; unchanged when ``only`` is empty."""
    import numpy as np

    if not only:
        return evidence
    kept = np.zeros(len(evidence.total), dtype=np.float32)
    for document_id in only:
        kept[index.document_rows.get(document_id, np.array([], dtype=np.int32))] = 1
    fields = {name: values * kept for name, values in evidence.fields.items()}
    return replace(evidence, fields=fields, total=evidence.total * kept)


def gather_evidence(
    understanding: Understanding,
    index: Index,
    embedder: Embedder,
    *,
    weights: Mapping[str, tuple[float, float]] = WEIGHTS,
    today: date | None = None,
) -> Evidence:
    """Score every passage in every field, and sum."""
    import numpy as np

    weights_of_terms = {term: index.knowledge.vocabulary.idf(term) for term in understanding.terms}
    fields, overlap = _lexical_fields(weights_of_terms, index)
    dense = ("dense_passage", "dense_question", "dense_question_mean")
    fields |= {name: np.zeros(len(index.knowledge.passages), dtype=np.float32) for name in dense}
    languages = index.languages.evidence(words(understanding.text))
    count = len(index.knowledge.fiches)
    answered, lost, passages = np.split(languages, [count, 2 * count])
    fields["likelihood"] = _through_fiches(index, _closeness(answered))
    fields["likelihood_text"] = _closeness(passages)
    unanswered = {"unanswered": 0.0, "unanswered_likelihood": 0.0}
    if index.unanswered_rows:
        unanswered["unanswered_likelihood"] = unanswered_likelihood(answered, lost)
    if len(index.dense):
        query = embedder.embed_query(understanding.text)
        nearest = index.dense.search(query, NEAREST, among=range(index.unanswered_rows.start))
        _add_dense(fields, index, nearest)
        unanswered["unanswered"] = unanswered_share(weights_of_terms, query, nearest, overlap, index)

    has_fiche = index.passage_fiches >= 0
    total = np.zeros(len(index.knowledge.passages), dtype=np.float32)
    for name, (explained, plain) in weights.items():
        total += np.where(has_fiche, np.float32(explained), np.float32(plain)) * fields[name]
    _weigh_validity(total, understanding, index, today or date.today())
    _weigh_territory(total, understanding, index)
    return Evidence(fields, total, unanswered)


def _lexical_fields(weights: Mapping[str, float], index: Index) -> tuple[dict[str, FloatVector], FloatVector]:
    """Return the scores of each text by its words, and how far each known question has the same terms."""
    import numpy as np

    terms = tuple(weights)
    scale = np.float32(sum(weights.values()) or 1.0)
    fields = {name: index.lexical[name].scores(terms) / scale for name in ("text", "context", "all")}
    for name, field in (("held_text", "text"), ("held_headings", "context"), ("held", "all")):
        fields[name] = index.lexical[field].held(weights) / scale
    of_fiches = {name: index.lexical[name].scores(terms) / scale for name in ("body", "questions")}
    questions = index.lexical[QUESTION_FIELD]
    scores, held = questions.scores(terms) / scale, questions.held(weights)
    overlap = weighted_jaccard(held, float(scale), index.question_weights)
    fiches = np.asarray(index.question_fiches)
    first = np.flatnonzero(np.diff(fiches, prepend=-1))  # the questions of a fiche follow one another
    asked = fiches[first]
    for name, values in (
        (QUESTION_FIELD, scores),
        ("held_by_question", held / scale),
        ("overlap_question", overlap),
    ):
        of_fiches[name] = np.zeros(len(index.knowledge.fiches), dtype=np.float32)
        if len(values):
            of_fiches[name][asked] = np.maximum.reduceat(values, first)
    of_fiches["question_mean"] = _mean_of_best(fiches, scores, len(index.knowledge.fiches))
    return fields | {name: _through_fiches(index, values) for name, values in of_fiches.items()}, overlap


def _mean_of_best(groups: RowArray, values: FloatVector, count: int) -> FloatVector:
    """Return the mean of the ``BEST`` highest positive values of each group, shape (count,)."""
    import numpy as np

    found = np.flatnonzero(values > 0)
    order = found[np.lexsort((-values[found], groups[found]))]
    of = groups[order]
    first = np.searchsorted(of, of)  # where each value's group begins
    kept = order[np.arange(len(order)) - first < BEST]
    return (np.bincount(groups[kept], values[kept], count) / BEST).astype(np.float32)


def _add_dense(fields: dict[str, FloatVector], index: Index, ranking: Ranking) -> None:
    """Give each passage its best cosine, as a passage and through its fiche's questions."""
    import numpy as np

    nearest = [(row, cosine) for row, cosine in ranking if cosine > 0]
    if not nearest:
        return
    rows = np.array([row for row, _ in nearest])
    cosines = np.array([cosine for _, cosine in nearest], dtype=np.float32)
    of, is_passage = index.entry_rows[rows], index.entry_is_passage[rows]
    fields["dense_passage"][of[is_passage]] = cosines[is_passage]
    fiches, asked = of[~is_passage], cosines[~is_passage]
    count = len(index.knowledge.fiches)
    best = np.zeros(count, dtype=np.float32)
    np.maximum.at(best, fiches, asked)
    fields["dense_question"] = _through_fiches(index, best)
    fields["dense_question_mean"] = _through_fiches(index, _mean_of_best(fiches, asked, count))


def _closeness(evidence: FloatVector) -> FloatVector:
    """Return how close each comes to the best: 1 for that one, 0 for those ``UNLIKELY`` beside it."""
    import numpy as np

    best = evidence.max(initial=0.0)
    closeness: FloatVector = np.maximum(1 - (best - evidence) / UNLIKELY, 0).astype(np.float32)
    return closeness


def _through_fiches(index: Index, values: FloatVector) -> FloatVector:
    """Give each passage the value of the fiche that explains it, or 0."""
    import numpy as np

    found = np.zeros(len(index.knowledge.passages), dtype=np.float32)
    has_fiche = index.passage_fiches >= 0
    found[has_fiche] = values[index.passage_fiches[has_fiche]]
    return found


def _weigh_validity(total: FloatVector, understanding: Understanding, index: Index, today: date) -> None:
    """Prefer the documents the question names, then those in force."""
    named = set(understanding.documents)
    for document_id, rows in index.document_rows.items():
        if document_id in named:
            total[rows] += NAMED_BONUS * (total[rows] > 0)
        elif is_expired(index.knowledge.infos[document_id], today):
            total[rows] -= EXPIRED_MALUS


def _weigh_territory(total: FloatVector, understanding: Understanding, index: Index) -> None:
    """Put back the passages about other territories than those named: their figures look the same."""
    if territories := named_territories(understanding, index):
        total[territories[1]] -= TERRITORY_MALUS


def named_territories(understanding: Understanding, index: Index) -> tuple[RowArray, RowArray] | None:
    """Return the rows about the territories that a question names, and about others; None without one."""
    import numpy as np

    named = [index.territory_rows[name] for name in understanding.territories if name in index.territory_rows]
    if not named:
        return None
    right = np.unique(np.concatenate(named))
    return right, np.setdiff1d(np.concatenate(list(index.territory_rows.values())), right)
