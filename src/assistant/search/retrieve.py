"""From an understood question to ranked passages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from assistant.french import tokenize, words
from assistant.records import Hit
from assistant.search.index import QUESTION_FIELD
from assistant.search.lexical import best_rows
from assistant.search.validity import is_expired

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from assistant.records import FloatVector, Understanding
    from assistant.search.embedding import Embedder
    from assistant.search.index import Index

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
NAMED_BONUS = 0.15  # for passages of a document that the question names
TERRITORY_MALUS = 0.4  # for passages about another territory than the one the question names
EXPIRED_MALUS = 0.08  # for documents no longer in force, unless the question names them


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """The scores of every passage, field by field; each array has shape (passages,)."""

    fields: Mapping[str, FloatVector]
    total: FloatVector


def retrieve(
    understanding: Understanding,
    index: Index,
    embedder: Embedder,
    *,
    top: int,
    today: date | None = None,
    weights: Mapping[str, tuple[float, float]] = WEIGHTS,
    only: Collection[str] = (),
) -> list[Hit]:
    """Return the best passages, best first; equal scores keep the order of the corpus.

    Args:
        understanding: What was made of the question.
        index: The index to search.
        embedder: The model that made the index's vectors.
        top: How many passages at most.
        today: When documents are valid or expired; today by default.
        weights: Of the fields, by name; a missing one counts nothing.
        only: Documents to search, by id; all when empty.
    """
    evidence = gather_evidence(understanding, index, embedder, weights=weights, today=today)
    total = keep_documents(evidence.total, index, only)
    fiches = {fiche.id: fiche for fiche in index.knowledge.fiches}
    hits = []
    for row, score in best_rows(total, top):
        passage = index.knowledge.passages[row]
        hits.append(
            Hit(
                passage=passage,
                score=score,
                fiche=fiches.get(passage.fiche_id or ""),
                scores={name: float(values[row]) for name, values in evidence.fields.items()},
            )
        )
    return hits


def keep_documents(total: FloatVector, index: Index, only: Collection[str]) -> FloatVector:
    """Return the scores with nothing left to passages of other documents; all kept when ``only`` is empty."""
    import numpy as np

    if not only:
        return total
    kept = np.zeros_like(total)
    for document_id in only:
        rows = index.document_rows.get(document_id, ())
        kept[rows] = total[rows]
    return kept


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

    knowledge = index.knowledge
    terms = tokenize(understanding.text)
    scale = knowledge.vocabulary.weight(terms) or 1.0
    count = len(knowledge.passages)
    fields = {name: np.zeros(count, dtype=np.float32) for name in weights}
    for name in ("text", "context", "all"):
        if name in fields:
            fields[name] = index.lexical[name].scores(terms) / np.float32(scale)
    fiche_of = index.passage_fiches
    has_fiche = fiche_of >= 0
    for name in ("body", "questions"):
        if name in fields and has_fiche.any():
            scores = index.lexical[name].scores(terms) / np.float32(scale)
            fields[name][has_fiche] = scores[fiche_of[has_fiche]]
    if QUESTION_FIELD in fields and has_fiche.any():
        scores = np.zeros(len(knowledge.fiches), dtype=np.float32)
        np.maximum.at(
            scores,
            np.asarray(index.question_fiches),
            index.lexical[QUESTION_FIELD].scores(terms) / np.float32(scale),
        )
        fields[QUESTION_FIELD][has_fiche] = scores[fiche_of[has_fiche]]

    if any(name.startswith("dense_") for name in fields) and len(index.dense):
        _add_dense(fields, index, embedder.embed_query(understanding.text))

    total = np.zeros(count, dtype=np.float32)
    for name, values in fields.items():
        explained, plain = weights[name]
        total += np.where(has_fiche, np.float32(explained), np.float32(plain)) * values
    _weigh_validity(total, understanding, index, today or date.today())
    _weigh_territory(total, understanding, index)
    return Evidence(fields, total)


def _add_dense(fields: dict[str, FloatVector], index: Index, query: FloatVector) -> None:
    """Give each passage its best cosine, as a passage and through its fiche's questions."""
    for row, cosine in index.dense.search(query, NEAREST):
        entry = index.entries[row]
        name = f"dense_{entry.kind}"
        if name not in fields or cosine <= 0:
            continue
        for passage in (entry.row,) if entry.kind == "passage" else index.fiche_passages.get(entry.row, ()):
            fields[name][passage] = max(fields[name][passage], cosine)


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
    import numpy as np

    said = set(words(understanding.text))
    named = [rows for name, rows in index.territory_rows.items() if name in said]
    if named:
        others = np.setdiff1d(np.concatenate(list(index.territory_rows.values())), np.concatenate(named))
        total[others] -= TERRITORY_MALUS
