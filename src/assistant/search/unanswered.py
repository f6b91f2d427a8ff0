"""Whether a question resembles those that the documents answer, or those that they do not.

Fiches list what readers ask next and no document says: the same thing for another year, the name, the
amount, the deadline.  Near misses have the words of the passage; only another such question tells them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from assistant.search.index import UNANSWERED_FIELD
from assistant.search.lexical import weighted_jaccard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.records import FloatVector, Ranking
    from assistant.search.index import Index

NEAREST = 100  # questions without answer looked at, by cosine
VOTES = 10  # of the most alike, answered or not
DECIMALS = 4  # questions as like stay so, whatever the last bits of a product of matrices
SHARPNESS = 0.07  # a question less alike by this counts e times less


def unanswered_likelihood(answered: FloatVector, unanswered: FloatVector) -> float:
    """Return how likely a question is of the language of those without answer, from 0 to 1.

    Args:
        answered: The evidence of each fiche's language of what it answers; see ``LanguageModels.evidence``.
        unanswered: That of each fiche's language of what it does not.
    """
    lead = float(answered.max()) - float(unanswered.max())
    return round(1 / (1 + math.exp(lead / 2)), DECIMALS)


def unanswered_share(
    weights: Mapping[str, float], query: FloatVector, answered: Ranking, overlap: FloatVector, index: Index
) -> float:
    """Return the part of questions without answer among those most like the one asked, from 0 to 1.

    Likeness is the cosine plus the part that the terms shared have in the weight of all the terms of both
    (weighted Jaccard); each of the ``VOTES`` most alike counts exp(likeness / ``SHARPNESS``).

    Args:
        weights: Of the terms of the question asked: how rare each is.
        query: Its vector.
        answered: Rows of ``index.dense`` with their cosines, best first; those of answered questions count.
        overlap: The part that the terms shared have, for each answered question.
        index: Whose fiches list the questions.
    """
    import numpy as np

    if not index.unanswered_rows:
        return 0.0
    lost = index.dense.search(query, NEAREST, among=index.unanswered_rows)
    held = index.lexical[UNANSWERED_FIELD].held(weights)
    overlap_of_lost = weighted_jaccard(held, sum(weights.values()), index.unanswered_weights)
    likeness = []
    for ranking, rows, overlaps in (
        (lost, index.unanswered_rows, overlap_of_lost),
        (answered, index.question_rows, overlap),
    ):
        nearest = [(row - rows.start, cosine) for row, cosine in ranking if row in rows]
        places = np.array([place for place, _ in nearest], dtype=np.int64)
        cosines = np.array([cosine for _, cosine in nearest], dtype=np.float32)
        likeness.append(cosines + overlaps[places])
    both = np.concatenate(likeness).round(DECIMALS)
    voting = np.argsort(-both, kind="stable")[:VOTES]
    votes = np.exp((both[voting] - both[voting[0]]) / SHARPNESS)
    return float(votes[voting < len(lost)].sum() / votes.sum())
