"""Retrieval on a public benchmark: ours without fiches, against BM25 alone.

Two formats: ``docs.jsonl.xz`` {id, text} with ``queries.jsonl.xz`` {q, doc, answers}; or BEIR's
``corpus.jsonl``, ``queries.jsonl`` and ``qrels/test.tsv``.  Either may be compressed or not.
"""

from __future__ import annotations

import datetime
import json
import lzma
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import QuestionsError
from evals.metrics import ndcg_at, recall_at, reciprocal_rank

if TYPE_CHECKING:
    from assistant.records import Understanding
    from assistant.search.embedding import Embedder
    from assistant.search.index import Index

DEPTH = 20
Weights = Mapping[str, tuple[float, float]]  # as ``assistant.search.retrieve.WEIGHTS``
BM25_ALONE: Weights = {"text": (0.0, 1.0)}


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Texts, and questions with the texts that answer each."""

    texts: Mapping[str, str]
    questions: tuple[tuple[str, frozenset[str]], ...]


def load_benchmark(folder: Path) -> Benchmark:
    """Read a folder in either format.

    Raises:
        QuestionsError: If it is neither.
    """
    if _find(folder, "docs.jsonl"):
        texts = {str(item["id"]): item["text"] for item in _read(folder, "docs.jsonl")}
        questions = [(item["q"], frozenset([str(item["doc"])])) for item in _read(folder, "queries.jsonl")]
        return Benchmark(texts, tuple(questions))
    if _find(folder, "corpus.jsonl") and (folder / "qrels" / "test.tsv").is_file():
        texts = {
            item["_id"]: f"{item.get('title', '')}\n{item['text']}".strip()
            for item in _read(folder, "corpus.jsonl")
        }
        relevant: dict[str, set[str]] = {}
        for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
            question, text, grade = line.split("\t")
            if int(grade) > 0:
                relevant.setdefault(question, set()).add(text)
        asked = {item["_id"]: item["text"] for item in _read(folder, "queries.jsonl")}
        return Benchmark(
            texts, tuple((asked[id], frozenset(found)) for id, found in relevant.items() if id in asked)
        )
    raise QuestionsError(
        f"« {folder} » n’est pas un jeu d’essai : il faut docs.jsonl et queries.jsonl, ou le format BEIR."
    )


def _find(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.xz") if path.is_file()), None)


def _read(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    path = _find(folder, name)
    if path is None:
        raise QuestionsError(f"« {folder} » : il manque {name}.")
    content = path.read_bytes()
    text = (lzma.decompress(content) if path.suffix == ".xz" else content).decode()
    yield from (json.loads(line) for line in text.split("\n") if line.strip())


def index_texts(texts: Mapping[str, str], embedder: Embedder) -> Index:
    """Index texts as documents of one passage each, with neither headings nor fiches."""
    from assistant.records import DocumentInfo, Passage
    from assistant.search.index import Knowledge, Manifest, build_index
    from assistant.search.vocabulary import count_words

    document = DocumentInfo("benchmark", "")
    passages = tuple(
        Passage(id=id, document_id=document.id, start=0, end=len(text), text=text, headings=())
        for id, text in texts.items()
    )
    manifest = Manifest(
        version="benchmark",
        built=datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        model=embedder.name,
        model_revision=embedder.revision,
        dim=embedder.dim,
        passage_max_chars=0,
        corpus=(),
        files={},
        counts={},
    )
    knowledge = Knowledge(
        infos={document.id: document},
        documents={},
        fiches=(),
        passages=passages,
        places={},
        acronyms={},
        vocabulary=count_words(texts.values()),
    )
    return build_index(knowledge, embedder, manifest)


def measure(
    benchmark: Benchmark, index: Index, embedder: Embedder, weights: Weights | None = None
) -> dict[str, float]:
    """Return recall, MRR and nDCG over all questions, and the median seconds of one.

    With weights, the sum of these fields alone for the question as typed; without, all that we do.
    """
    from assistant.search.rank import load_ranker
    from assistant.search.retrieve import WEIGHTS, retrieve
    from assistant.search.understand import understand

    scores: dict[str, list[float]] = {
        "recall@1": [],
        "recall@5": [],
        "recall@20": [],
        "mrr@10": [],
        "ndcg@10": [],
    }
    seconds = []
    for question, relevant in benchmark.questions:
        begin = time.perf_counter()
        hits = retrieve(
            understand(question, (), index.knowledge) if weights is None else as_typed(question),
            index,
            embedder,
            top=DEPTH,
            weights=WEIGHTS if weights is None else weights,
            ranker=load_ranker() if weights is None else None,
        )
        seconds.append(time.perf_counter() - begin)
        found = {hit.passage.id: rank for rank, hit in enumerate(hits, 1)}
        ranks = [found.get(id) for id in sorted(relevant)]
        scores["recall@1"].append(recall_at(ranks, 1))
        scores["recall@5"].append(recall_at(ranks, 5))
        scores["recall@20"].append(recall_at(ranks, 20))
        scores["mrr@10"].append(reciprocal_rank(ranks, 10))
        scores["ndcg@10"].append(ndcg_at(ranks, 10))
    return {name: statistics.fmean(values) for name, values in scores.items()} | {
        "p50_seconds": statistics.median(seconds)
    }


def as_typed(question: str) -> Understanding:
    """Return a question of which nothing is understood but its words."""
    from assistant.french import tokenize
    from assistant.records import Understanding

    return Understanding(question, question, terms=tuple(dict.fromkeys(tokenize(question))))


def run_benchmark(folder: Path, embedder: Embedder) -> dict[str, dict[str, float]]:
    """Return the measures of ours, of each half of it, and of BM25 alone."""
    benchmark = load_benchmark(folder)
    index = index_texts(benchmark.texts, embedder)
    return {
        "le nôtre, sans fiches": measure(benchmark, index, embedder),
        "BM25 seul (notre analyseur)": measure(benchmark, index, embedder, BM25_ALONE),
        "vecteurs seuls": measure(benchmark, index, embedder, {"dense_passage": (0.0, 1.0)}),
    }


def to_markdown(name: str, results: Mapping[str, Mapping[str, float]]) -> str:
    """Return the table."""
    columns: Sequence[str] = list(next(iter(results.values())))
    lines = [f"| {name} | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
    lines += [
        f"| {system} | " + " | ".join(f"{values[column]:.4f}" for column in columns) + " |"
        for system, values in results.items()
    ]
    return "\n".join(lines)
