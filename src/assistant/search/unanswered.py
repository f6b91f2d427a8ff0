"""Whether a question resembles those that the documents answer, or those that they do not.

Fiches list what readers ask next and no document says: the same thing for another year, the name, the
amount, the deadline.  Near misses have the words of the passage; only another such question tells them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.search.index import QUESTION_FIELD, UNANSWERED_FIELD
from assistant.search.lexical import weighted_jaccard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.records import FloatVector, Ranking
    from assistant.search.index import Index

NEAREST = 100  # questions without answer looked at, by cosine
VOTES = 10  # of the most alike, answered or not
SHARPNESS = 0.07  # a question less alike by this counts e times less


def unanswered_share(
    weights: Mapping[str, float], query: FloatVector, answered: Ranking, index: Index
) -> float:
    """Return the part of questions without answer among those most like the one asked, from 0 to 1.

    Likeness is the cosine plus the part that the terms shared have in the weight of all the terms of both
    (weighted Jaccard); each of the ``VOTES`` most alike counts exp(likeness / ``SHARPNESS``).

    Args:
        weights: Of the terms of the question asked: how rare each is.
        query: Its vector.
        answered: Rows of ``index.dense`` with their cosines, best first; those of answered questions count.
        index: Whose fiches list the questions.
    """
    import numpy as np

    if not index.unanswered_rows:
        return 0.0
    total = sum(weights.values())
    lost = index.dense.search(query, NEAREST, among=index.unanswered_rows)
    likeness: list[FloatVector] = []
    for name, rows, row_weights, ranking in (
        (UNANSWERED_FIELD, index.unanswered_rows, index.unanswered_weights, lost),
        (QUESTION_FIELD, index.question_rows, index.question_weights, answered),
    ):
        nearest = [(row - rows.start, cosine) for row, cosine in ranking if row in rows]
        places = np.array([place for place, _ in nearest], dtype=np.int64)
        cosines = np.array([cosine for _, cosine in nearest], dtype=np.float32)
        held = index.lexical[name].held(weights)[places]
        likeness.append(cosines + weighted_jaccard(held, total, row_weights[places]))
    both = np.concatenate(likeness)
    voting = np.argsort(-both, kind="stable")[:VOTES]
    votes = np.exp((both[voting] - both[voting[0]]) / SHARPNESS)
    return float(votes[voting < len(lost)].sum() / votes.sum())
