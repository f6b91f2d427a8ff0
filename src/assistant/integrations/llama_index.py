"""The assistant inside llama-index pipelines; the only module to import llama-index.

- ``AssistantRetriever``: our ranked passages as llama-index nodes;
- ``AssistantQueryEngine``: our verified answers as llama-index responses;
- ``FlatVectorStore``: exact search over FAISS behind llama-index's vector-store interface, safe to
  delete from and to add to, which llama-index's own map store is not (it gives the id of a living
  vector to a new one after a deletion).

llama-index takes two seconds to import, so the command line and the page do without it: they use
the same ``DenseIndex`` directly.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.query_engine import CustomQueryEngine
from llama_index.core.schema import BaseNode, NodeWithScore, QueryBundle, TextNode
from llama_index.core.vector_stores.types import (
    BasePydanticVectorStore,
    VectorStoreQuery,
    VectorStoreQueryMode,
    VectorStoreQueryResult,
)
from llama_index.core.vector_stores.utils import metadata_dict_to_node, node_to_metadata_dict

from assistant.errors import IndexDamaged, IndexMissing
from assistant.pipeline import Assistant
from assistant.records import Hit
from assistant.rendering import hit_place
from assistant.search.dense import DenseIndex


class AssistantRetriever(BaseRetriever):
    """Our retrieval as a llama-index retriever."""

    def __init__(self, assistant: Assistant, *, top: int | None = None, **values: Any) -> None:
        """Take an open assistant; ``top`` is the number of passages, its settings' by default."""
        self._assistant = assistant
        self._top = top
        super().__init__(**values)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        places = self._assistant.index.knowledge.places
        return [to_node(hit, places) for hit in self._assistant.search(query_bundle.query_str, top=self._top)]


class AssistantQueryEngine(CustomQueryEngine):
    """Our answers as a llama-index query engine: quotations are verified, refusals have no source."""

    _assistant: Assistant = PrivateAttr()

    def __init__(self, assistant: Assistant, **values: Any) -> None:
        """Take an open assistant."""
        super().__init__(**values)
        self._assistant = assistant

    def custom_query(self, query_str: str) -> Response:
        """Answer; the response's sources are the passages cited, its metadata the citations."""
        answer = self._assistant.ask(query_str)
        places = self._assistant.index.knowledge.places
        cited = {citation.passage_id for citation in answer.citations}
        return Response(
            response=answer.text,
            source_nodes=[to_node(hit, places) for hit in answer.hits if hit.passage.id in cited],
            metadata={
                "status": answer.status,
                "confidence": answer.confidence,
                "quotes": [citation.quote for citation in answer.citations],
            },
        )


def to_node(hit: Hit, places: Any) -> NodeWithScore:
    """Turn a hit into a node: its text is the passage, its metadata say where it is."""
    passage = hit.passage
    return NodeWithScore(
        node=TextNode(
            id_=passage.id,
            text=passage.text,
            metadata={
                "document": passage.document_id,
                "place": hit_place(hit, places),
                "page": passage.first_page,
                "fiche": passage.fiche_id,
                "start": passage.start,
                "end": passage.end,
            },
        ),
        score=hit.score,
    )


class FlatVectorStore(BasePydanticVectorStore):
    """Exact cosine search over FAISS behind llama-index's interface.

    Nodes live beside their vectors in insertion order.  Deleting drops rows and rebuilds the FAISS
    index from the vectors that stay, so an id never leads to another node's text.  Metadata filters
    are refused rather than ignored.
    """

    stores_text: bool = True
    _nodes: list[BaseNode] = PrivateAttr(default_factory=list)
    _vectors: list[np.ndarray] = PrivateAttr(default_factory=list)
    _dense: DenseIndex | None = PrivateAttr(default=None)

    @property
    def client(self) -> Any:
        """The FAISS index, or None while the store is empty."""
        return self._index().faiss_index if self._nodes else None

    def add(self, nodes: Sequence[BaseNode], **_: Any) -> list[str]:
        """Add nodes with their embeddings; a node whose id is known replaces the old one.

        Raises:
            ValueError: If a node has no embedding, or one of another dimension.
        """
        vectors = [np.asarray(node.get_embedding(), dtype=np.float32) for node in nodes]
        dimensions = {len(vector) for vector in (*self._vectors[:1], *vectors)}
        if len(dimensions) > 1:
            raise ValueError(f"embeddings of different dimensions: {sorted(dimensions)}")
        self.delete_nodes([node.node_id for node in nodes])
        self._nodes += nodes
        self._vectors += vectors
        self._dense = None
        return [node.node_id for node in nodes]

    def delete(self, ref_doc_id: str, **_: Any) -> None:
        """Delete the nodes of a document."""
        self._keep([node.ref_doc_id != ref_doc_id for node in self._nodes])

    def delete_nodes(self, node_ids: list[str] | None = None, filters: Any = None, **_: Any) -> None:
        """Delete nodes by id."""
        _refuse(filters)
        gone = set(node_ids or ())
        self._keep([node.node_id not in gone for node in self._nodes])

    def get_nodes(self, node_ids: list[str] | None = None, filters: Any = None) -> list[BaseNode]:
        """Return nodes by id, or all of them."""
        _refuse(filters)
        return [node for node in self._nodes if node_ids is None or node.node_id in node_ids]

    def clear(self) -> None:
        """Delete everything."""
        self._keep([False] * len(self._nodes))

    def query(self, query: VectorStoreQuery, **_: Any) -> VectorStoreQueryResult:
        """Return the nearest nodes with their cosine similarities, best first."""
        _refuse(query.filters)
        if query.mode != VectorStoreQueryMode.DEFAULT:
            raise NotImplementedError(
                f"query mode {query.mode.value} is not supported: only the default one is"
            )
        if query.query_embedding is None:
            raise ValueError("the query has no embedding")
        if not self._nodes:
            return VectorStoreQueryResult(nodes=[], similarities=[], ids=[])
        wanted, documents = set(query.node_ids or ()), set(query.doc_ids or ())  # empty: all
        ranking = self._index().search(np.asarray(query.query_embedding, dtype=np.float32), len(self._nodes))
        found = [
            (self._nodes[row], score)
            for row, score in ranking
            if (not wanted or self._nodes[row].node_id in wanted)
            and (not documents or self._nodes[row].ref_doc_id in documents)
        ][: query.similarity_top_k]
        return VectorStoreQueryResult(
            nodes=[node for node, _ in found],
            similarities=[score for _, score in found],
            ids=[node.node_id for node, _ in found],
        )

    def persist(self, persist_path: str, fs: Any = None) -> None:
        """Write nodes and vectors to one JSON file; ``fs`` is an fsspec file system."""
        rows = [node_to_metadata_dict(node, remove_text=False, flat_metadata=False) for node in self._nodes]
        text = json.dumps({"nodes": rows, "vectors": [vector.tolist() for vector in self._vectors]})
        if fs is not None:
            with fs.open(persist_path, "w") as out:
                out.write(text)
            return
        path = Path(persist_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    @classmethod
    def from_persist_path(cls, persist_path: str) -> FlatVectorStore:
        """Read what ``persist`` wrote.

        Raises:
            IndexMissing: If there is no such file.
            IndexDamaged: If it is not what ``persist`` writes.
        """
        try:
            values = json.loads(Path(persist_path).read_text(encoding="utf-8"))
            nodes = [metadata_dict_to_node(row) for row in values["nodes"]]
            vectors = [np.asarray(vector, dtype=np.float32) for vector in values["vectors"]]
        except FileNotFoundError as error:
            raise IndexMissing(f"« {persist_path} » n’existe pas. Enregistrez d’abord : persist()") from error
        except (ValueError, KeyError, TypeError) as error:
            raise IndexDamaged(f"« {persist_path} » est abîmé. Refaites-le : persist()") from error
        store = cls()
        store._nodes, store._vectors = nodes, vectors
        return store

    def _index(self) -> DenseIndex:
        if self._dense is None:
            self._dense = DenseIndex.build(np.stack(self._vectors))
        return self._dense

    def _keep(self, kept: Sequence[bool]) -> None:
        if all(kept):
            return
        self._nodes = [node for node, keep in zip(self._nodes, kept, strict=True) if keep]
        self._vectors = [vector for vector, keep in zip(self._vectors, kept, strict=True) if keep]
        self._dense = None


def _refuse(filters: Any) -> None:
    if filters is not None and getattr(filters, "filters", filters):
        raise NotImplementedError("metadata filters are not supported: filter the results instead")
