"""What the ranker looks at: evidence that any document has, one row a candidate passage.

Every value is about 0 to 1.  "Held weight" is the share of the question's weight in rare words (idf)
that a text holds; see ``Vocabulary.coverage``.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.french import term_of
from assistant.search.nearness import Nearness, content

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from assistant.records import FloatMatrix, FloatVector, RowArray, Understanding
    from assistant.search.index import Index
    from assistant.search.nearness import WordTable
    from assistant.search.vocabulary import Vocabulary

# By what they are about, for the ablations.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "scores": ("text", "context", "all", "body", "questions", "question", "dense_passage", "dense_question"),
    "shares": (
        "sum", "sum_share", "all_share", "text_share", "question_share",
        "dense_question_share", "dense_passage_share",
    ),
    "several_questions": ("dense_question_mean", "question_mean"),
    "coverage": ("held", "held_text", "held_by_question", "overlap_question", "rarest", "rarest_text"),
    "nearness": ("near_passage", "near_fiche", "near_question", "near_any", "weakest_word", "near_any_share"),
    "proximity": ("pairs_text",),
    "breadcrumb": ("held_headings", "headings_share"),
    "content": (
        "has_number", "has_date", "is_list", "is_term", "number_asked", "date_asked", "list_asked", "term_asked",
    ),
    "period": ("expired", "named", "expired_asked", "year_held", "year_missing"),
    "territory": ("other_territory", "right_territory"),
    "shape": ("explained", "original", "length", "siblings"),
    "neighbours": ("next_to", "text_share_in_fiche"),
}  # fmt: skip
NAMES = tuple(name for group in GROUPS.values() for name in group)
NEAR = 4  # words: two terms this close stand together
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def passage_features(
    understanding: Understanding,
    index: Index,
    fields: Mapping[str, FloatVector],
    total: FloatVector,
    rows: Sequence[int],
    *,
    expired: Mapping[str, bool],
    territories: tuple[RowArray, RowArray] | None,
    nearness: Nearness,
) -> FloatMatrix:
    """Return the features of candidate passages, shape (len(rows), len(NAMES)).

    Args:
        understanding: What was made of the question.
        index: The index searched.
        fields: The evidence of every passage, by name; see ``assistant.search.retrieve``.
        total: Their weighted sum.
        rows: The candidates.
        expired: Document id → whether it is no longer in force.
        territories: Rows about the territories that the question names, and about others.
        nearness: The question's words beside those of the index.
    """
    import numpy as np

    if not len(rows):
        return np.zeros((0, len(NAMES)), dtype=np.float32)
    knowledge = index.knowledge
    terms = understanding.terms
    rarest = max(terms, key=knowledge.vocabulary.idf, default="")
    chosen = np.asarray(rows, dtype=np.int64)
    best = {name: max(float(values.max()), 1e-6) for name, values in fields.items()}
    columns: dict[str, FloatVector] = {name: values[chosen] for name, values in fields.items()}
    top = max(float(total.max()), 1e-6)
    columns["sum"] = total[chosen]
    columns["sum_share"] = total[chosen] / top
    for name in ("all", "text", "question", "dense_question", "dense_passage"):
        columns[f"{name}_share"] = columns[name] / best[name]
    columns["headings_share"] = columns["held_headings"] / best["held_headings"]
    right, other = territories or (np.array([], int), np.array([], int))
    columns["right_territory"] = np.isin(chosen, right).astype(np.float32)
    columns["other_territory"] = np.isin(chosen, other).astype(np.float32)
    named = set(understanding.documents)
    columns["next_to"] = _neighbours(index, total, chosen) / top
    own = [
        _own_features(index, int(row), terms, rarest) | _nearness_features(index, int(row), nearness)
        for row in rows
    ]
    for name in own[0]:
        columns[name] = np.array([values[name] for values in own], dtype=np.float32)
    for kind, sign in (("how_many", "number"), ("when", "date"), ("list", "list"), ("definition", "term")):
        has = columns[f"{'is' if sign in ('list', 'term') else 'has'}_{sign}"]
        columns[f"{sign}_asked"] = has * np.float32(kind in understanding.kinds)
    documents = [knowledge.passages[row].document_id for row in rows]
    columns["near_any_share"] = columns["near_any"] / max(float(columns["near_any"].max(initial=0)), 1e-6)
    columns["named"] = np.array([document in named for document in documents], dtype=np.float32)
    columns["expired"] = np.array([expired[document] for document in documents], dtype=np.float32)
    columns["expired_asked"] = columns["expired"] * np.float32(understanding.period == "past")
    years = set(_YEAR.findall(understanding.text))
    held = [len(years & index.terms.years(int(row))) / max(1, len(years)) for row in rows]
    columns["year_held"] = np.array(held, dtype=np.float32)
    columns["year_missing"] = np.float32(bool(years)) - columns["year_held"]
    columns["text_share_in_fiche"] = _text_share(index, fields["text"], chosen)
    return np.column_stack([columns[name] for name in NAMES]).astype(np.float32)


def _own_features(index: Index, row: int, terms: Sequence[str], rarest: str) -> dict[str, float]:
    """Return what is seen in one passage and in its fiche."""
    passage, fiche_row = index.knowledge.passages[row], int(index.passage_fiches[row])
    said = index.terms.of_passage(row)
    values = index.terms.signs(row)
    return {
        "rarest_text": float(rarest in index.terms.set_of_passage(row)),
        "rarest": float(
            rarest in index.terms.set_of_passage(row)
            or (fiche_row >= 0 and rarest in index.terms.set_of_fiche(fiche_row))
        ),
        "pairs_text": near_pairs(terms, said),
        "has_number": values[0],
        "has_date": values[1],
        "is_list": values[2],
        "is_term": float(passage.kind == "term"),
        "explained": float(fiche_row >= 0),
        "original": float(passage.original),
        "length": math.log(1 + len(passage.text)) / 8,
        "siblings": float(fiche_row >= 0 and len(index.fiche_passages[fiche_row]) > 1),
    }


def words_beside(understanding: Understanding, index: Index) -> Nearness:
    """Return the question's words beside those of an index."""
    return near_words(understanding, index.word_table, index.knowledge.vocabulary)


def near_words(understanding: Understanding, table: WordTable, vocabulary: Vocabulary) -> Nearness:
    """Return the question's words beside those of a table, weighed by their rarity."""
    import numpy as np

    kept = set(understanding.terms)
    said = [word for word in content(understanding.text) if term_of(word) in kept]
    rarity = np.array([vocabulary.idf(term_of(word)) for word in said], dtype=np.float32)
    return Nearness(table, table.near(said), rarity / max(float(rarity.sum()), 1e-6))


def _nearness_features(index: Index, row: int, nearness: Nearness) -> dict[str, float]:
    """Return the weighted mean over the question's words of how near each comes to a candidate."""
    import numpy as np

    weights = nearness.weights
    if not len(weights):
        return dict.fromkeys(("near_passage", "near_fiche", "near_question", "near_any", "weakest_word"), 0.0)
    fiche = int(index.passage_fiches[row])
    near_passage = nearness.of_passage(row)
    near_any, near_fiche, near_question = near_passage, 0.0, 0.0
    if fiche >= 0:
        of_fiche, of_questions = nearness.of_fiche(fiche), nearness.of_questions(fiche)
        near_fiche, near_question = float(weights @ of_fiche), float((weights @ of_questions).max())
        near_any = np.maximum(np.maximum(near_passage, of_fiche), of_questions.max(axis=1))
    return {
        "near_passage": float(weights @ near_passage),
        "near_fiche": near_fiche,
        "near_question": near_question,
        "near_any": float(weights @ near_any),
        "weakest_word": float(near_any.min()),
    }


def near_pairs(terms: Sequence[str], said: Sequence[str]) -> float:
    """Return the share of neighbouring terms of a question that stand near each other in a text."""
    if len(terms) < 2:
        return 0.0
    places: dict[str, list[int]] = {term: [] for term in terms}
    for place, term in enumerate(said):
        if term in places:
            places[term].append(place)
    near = sum(
        any(abs(a - b) <= NEAR for a in places[one] for b in places[other]) for one, other in pairwise(terms)
    )
    return near / (len(terms) - 1)


def _neighbours(index: Index, total: FloatVector, rows: npt.NDArray[np.int64]) -> FloatVector:
    """Return the better sum of the two passages next to each, when they are about something else."""
    import numpy as np

    documents, fiches = index.passage_documents, np.asarray(index.passage_fiches)
    found = np.zeros(len(rows), dtype=np.float32)
    for step in (-1, 1):
        beside = np.clip(rows + step, 0, len(total) - 1)
        counts = (documents[beside] == documents[rows]) & (beside != rows)
        counts &= (fiches[beside] != fiches[rows]) | (fiches[rows] < 0)
        found = np.maximum(found, np.where(counts, total[beside], 0))
    return found


def _text_share(index: Index, text: FloatVector, rows: npt.NDArray[np.int64]) -> FloatVector:
    """Return how well each passage's own words match, as a share of the best of its fiche."""
    import numpy as np

    shares = np.ones(len(rows), dtype=np.float32)
    for place, row in enumerate(rows):
        sisters = index.fiche_passages.get(int(index.passage_fiches[row]), ())
        if len(sisters) > 1:
            best = max(float(text[sister]) for sister in sisters)
            shares[place] = text[row] / best if best > 0 else 0.5
    return shares
