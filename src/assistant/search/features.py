"""What the ranker looks at: evidence that any document has, one row a candidate passage.

Every value is about 0 to 1.  "Held weight" is the share of the question's weight in rare words (idf)
that a text holds; see ``Vocabulary.coverage``.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.french import term_of
from assistant.search.index import TOGETHER
from assistant.search.nearness import Nearness, content
from assistant.search.ragged import NOTHING
from assistant.search.signs import COLUMNS, DATE, LIST, NUMBER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from assistant.records import FloatMatrix, FloatVector, RowArray, Understanding
    from assistant.search.index import Index
    from assistant.search.nearness import WordTable
    from assistant.search.vocabulary import Vocabulary

    Rows = npt.NDArray[np.int64]

# By what they are about, for the ablations.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "scores": ("text", "context", "all", "body", "questions", "question", "dense_passage", "dense_question"),
    "shares": (
        "sum", "sum_share", "all_share", "text_share", "question_share",
        "dense_question_share", "dense_passage_share",
    ),
    "language": ("likelihood", "likelihood_text"),
    "several_questions": ("dense_question_mean", "question_mean"),
    "coverage": ("held", "held_text", "held_by_question", "overlap_question", "rarest", "rarest_text"),
    "nearness": ("near_passage", "near_fiche", "near_question", "near_any", "weakest_word", "near_any_share"),
    "proximity": ("pairs_text",),
    "breadcrumb": ("held_headings", "headings_share"),
    "content": (
        "has_number", "has_date", "is_list", "is_term", "number_asked", "date_asked", "list_asked", "term_asked",
        "thing_missing",
    ),
    "period": ("expired", "named", "expired_asked", "year_held", "year_missing"),
    "territory": ("other_territory", "right_territory"),
    "shape": ("explained", "original", "length", "siblings"),
    "neighbours": ("next_to", "text_share_in_fiche"),
}  # fmt: skip
NAMES = tuple(name for group in GROUPS.values() for name in group)


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
    columns["next_to"] = _neighbours(index, total, chosen) / top
    columns["text_share_in_fiche"] = _text_share(index, fields["text"], chosen)
    columns |= _shape_features(index, chosen)
    columns |= _nearness_features(index, chosen, nearness)
    columns |= _content_features(index, chosen, understanding)
    columns |= _period_features(index, chosen, understanding, expired)
    columns |= _rarest_features(index, chosen, understanding.terms)
    columns["pairs_text"] = near_pairs(index, chosen, understanding.terms)
    return np.column_stack([columns[name] for name in NAMES]).astype(np.float32)


def _shape_features(index: Index, rows: Rows) -> dict[str, FloatVector]:
    import numpy as np

    passages = [index.knowledge.passages[row] for row in rows]
    explained = index.passage_fiches[rows] >= 0
    lengths = np.array([len(passage.text) for passage in passages], dtype=np.float32)
    sisters = [len(index.fiche_passages.get(int(fiche), ())) for fiche in index.passage_fiches[rows]]
    return {
        "explained": explained.astype(np.float32),
        "siblings": (np.array(sisters) > 1).astype(np.float32),
        "original": np.array([passage.original for passage in passages], dtype=np.float32),
        "length": (np.log1p(lengths) / 8).astype(np.float32),
    }


def _content_features(index: Index, rows: Rows, understanding: Understanding) -> dict[str, FloatVector]:
    """Return whether the kind of thing asked for is there."""
    import numpy as np

    held = index.signs.held[rows].astype(np.float32)
    columns = {
        "has_number": held[:, COLUMNS[NUMBER]],
        "has_date": held[:, COLUMNS[DATE]],
        "is_list": held[:, COLUMNS[LIST]],
        "is_term": np.array([index.knowledge.passages[row].kind == "term" for row in rows], dtype=np.float32),
    }
    for kind, name, has in (
        ("how_many", "number_asked", columns["has_number"]),
        ("when", "date_asked", columns["has_date"]),
        ("list", "list_asked", columns["is_list"]),
        ("definition", "term_asked", columns["is_term"]),
    ):
        columns[name] = has * np.float32(kind in understanding.kinds)
    asked = [COLUMNS[name] for name in understanding.things]
    columns["thing_missing"] = 1 - held[:, asked].min(axis=1) if asked else np.zeros(len(rows), np.float32)
    return columns


def _period_features(
    index: Index, rows: Rows, understanding: Understanding, expired: Mapping[str, bool]
) -> dict[str, FloatVector]:
    import numpy as np

    documents = [index.knowledge.passages[row].document_id for row in rows]
    named = set(understanding.documents)
    over = np.array([expired[document] for document in documents], dtype=np.float32)
    years = {int(year) for year in understanding.years}
    held = [len(years.intersection(index.signs.years.of(row).tolist())) / max(1, len(years)) for row in rows]
    return {
        "named": np.array([document in named for document in documents], dtype=np.float32),
        "expired": over,
        "expired_asked": over * np.float32(understanding.period == "past"),
        "year_held": np.array(held, dtype=np.float32),
        "year_missing": np.float32(bool(years)) - np.array(held, dtype=np.float32),
    }


def _rarest_features(index: Index, rows: Rows, terms: Sequence[str]) -> dict[str, FloatVector]:
    """Return whether the rarest term of the question is in the passage or its headings, and in its fiche."""
    import numpy as np

    rarest = max(terms, key=index.knowledge.vocabulary.idf, default="")
    text, context, everything = (index.lexical[name].rows_with(rarest) for name in ("text", "context", "all"))
    in_text = np.isin(rows, text) | np.isin(rows, context)
    return {
        "rarest_text": in_text.astype(np.float32),
        "rarest": (in_text | np.isin(rows, everything)).astype(np.float32),
    }


def near_pairs(index: Index, rows: Rows, terms: Sequence[str]) -> FloatVector:
    """Return the share of neighbouring terms of a question that stand together in each passage's text."""
    import numpy as np

    found = np.zeros(len(rows), dtype=np.float32)
    lists = index.text_terms.gather(rows)
    numbers = [index.lexical["text"].number(term) for term in terms]
    for one, other in pairwise(lists.values == number if number != NOTHING else None for number in numbers):
        if one is None or other is None:
            continue
        around = one.copy()
        for step in range(1, TOGETHER + 1):
            around[step:] |= one[:-step]
            around[:-step] |= one[step:]
        found += np.logical_or.reduceat(around & other, lists.starts[:-1])
    share: FloatVector = found / np.float32(max(1, len(terms) - 1))
    return share


def words_beside(understanding: Understanding, index: Index) -> Nearness:
    """Return the question's words beside those of an index."""
    return near_words(understanding, index.word_table, index.knowledge.vocabulary)


def near_words(understanding: Understanding, table: WordTable, vocabulary: Vocabulary) -> Nearness:
    """Return the question's words beside those of a table, weighed by their rarity."""
    import numpy as np

    kept = set(understanding.terms)
    said = [word for word in content(understanding.text) if term_of(word) in kept]
    rarity = np.array([vocabulary.idf(term_of(word)) for word in said], dtype=np.float32)
    return table.beside(said, rarity / max(float(rarity.sum()), 1e-6))


def _nearness_features(index: Index, rows: Rows, nearness: Nearness) -> dict[str, FloatVector]:
    """Return the weighted mean over the question's words of how near each comes to a candidate."""
    import numpy as np

    weights, fiches = nearness.weights, index.passage_fiches[rows]
    names = ("near_passage", "near_fiche", "near_question", "near_any", "weakest_word", "near_any_share")
    columns = {name: np.zeros(len(rows), dtype=np.float32) for name in names}
    if not len(weights):
        return columns
    near = nearness.of_passages(rows)
    columns["near_passage"] = weights @ near
    explained = np.flatnonzero(fiches >= 0)
    of_fiches = nearness.of_fiches(fiches[explained])
    of_questions, nearest = nearness.of_questions(fiches[explained])
    columns["near_fiche"][explained] = weights @ of_fiches
    columns["near_question"][explained] = nearest
    near[:, explained] = np.maximum(near[:, explained], np.maximum(of_fiches, of_questions))
    columns["near_any"] = weights @ near
    columns["weakest_word"] = near.min(axis=0)
    columns["near_any_share"] = columns["near_any"] / max(float(columns["near_any"].max()), 1e-6)
    return columns


def _neighbours(index: Index, total: FloatVector, rows: Rows) -> FloatVector:
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


def _text_share(index: Index, text: FloatVector, rows: Rows) -> FloatVector:
    """Return how well each passage's own words match, as a share of the best of its fiche."""
    import numpy as np

    shares = np.ones(len(rows), dtype=np.float32)
    for place, row in enumerate(rows):
        sisters = index.fiche_passages.get(int(index.passage_fiches[row]), ())
        if len(sisters) > 1:
            best = max(float(text[sister]) for sister in sisters)
            shares[place] = text[row] / best if best > 0 else 0.5
    return shares
