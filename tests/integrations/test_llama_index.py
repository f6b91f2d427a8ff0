from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core import StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.schema import TextNode
from llama_index.core.vector_stores.types import (
    MetadataFilter,
    MetadataFilters,
    VectorStoreQuery,
    VectorStoreQueryMode,
)

from assistant.errors import IndexDamaged, IndexMissing
from assistant.integrations.llama_index import AssistantQueryEngine, AssistantRetriever, FlatVectorStore
from assistant.pipeline import update_index

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:llama_index.*")


def node(name: str, vector: list[float], document: str | None = None) -> TextNode:
    made = TextNode(id_=name, text=f"texte {name}", embedding=vector)
    if document:
        from llama_index.core.schema import NodeRelationship, RelatedNodeInfo

        made.relationships[NodeRelationship.SOURCE] = RelatedNodeInfo(node_id=document)
    return made


def nearest(store: FlatVectorStore, vector: list[float], k: int = 1) -> list[str]:
    return store.query(VectorStoreQuery(query_embedding=vector, similarity_top_k=k)).ids


def test_deleting_then_adding_never_gives_the_text_of_another_node() -> None:
    store = FlatVectorStore()
    store.add([node("a", [1, 0, 0], "A"), node("b", [0, 1, 0], "B"), node("c", [0, 0, 1], "C")])
    store.delete("A")
    store.add([node("d", [1, 1, 0], "D")])

    assert nearest(store, [0, 0, 1]) == ["c"]
    store.delete("C")
    assert nearest(store, [1, 1, 0], 5) == ["d", "b"]


def test_a_node_added_again_replaces_the_old_one() -> None:
    store = FlatVectorStore()
    store.add([node("a", [1, 0]), node("b", [0, 1])])
    store.add([node("a", [0, 1])])

    assert sorted(nearest(store, [0, 1], 9)) == ["a", "b"]
    assert [i for i, s in zip(*_ids(store, [1, 0]), strict=True) if s > 0.5] == []


def _ids(store: FlatVectorStore, vector: list[float]) -> tuple[list[str], list[float]]:
    found = store.query(VectorStoreQuery(query_embedding=vector, similarity_top_k=9))
    return found.ids, found.similarities


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=1, max_size=25), st.integers(0, 1000))
@settings(max_examples=60, deadline=None)
def test_any_sequence_of_additions_and_deletions_equals_a_dictionary(steps, seed) -> None:
    draw = np.random.default_rng(seed)
    store, oracle = FlatVectorStore(), {}
    for adds, number in steps:
        name = str(number)
        if adds:
            vector = draw.normal(size=4)
            store.add([node(name, vector.tolist())])
            oracle[name] = vector
        else:
            store.delete_nodes([name])
            oracle.pop(name, None)
    query = draw.normal(size=4)
    expected = sorted(oracle, key=lambda n: -(oracle[n] @ query) / np.linalg.norm(oracle[n]))

    assert expected == nearest(store, query.tolist(), 10)


def test_what_is_persisted_is_read_again(tmp_path) -> None:
    store = FlatVectorStore()
    store.add([node("a", [1, 0], "A"), node("b", [0, 1], "B")])
    store.persist(str(tmp_path / "deep" / "store.json"))

    again = FlatVectorStore.from_persist_path(str(tmp_path / "deep" / "store.json"))

    assert nearest(again, [0, 1]) == ["b"]
    assert [n.text for n in again.get_nodes(["a"])] == ["texte a"]
    assert [n.ref_doc_id for n in again.get_nodes()] == ["A", "B"]


def test_a_missing_or_damaged_file_is_named(tmp_path) -> None:
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")

    with pytest.raises(IndexMissing, match="none.json"):
        FlatVectorStore.from_persist_path(str(tmp_path / "none.json"))
    with pytest.raises(IndexDamaged, match="bad.json"):
        FlatVectorStore.from_persist_path(str(tmp_path / "bad.json"))


def test_what_is_not_supported_is_refused_not_ignored() -> None:
    store = FlatVectorStore()
    store.add([node("a", [1, 0])])
    filters = MetadataFilters(filters=[MetadataFilter(key="year", value=2024)])

    with pytest.raises(NotImplementedError, match="filters"):
        store.query(VectorStoreQuery(query_embedding=[1, 0], filters=filters))
    with pytest.raises(NotImplementedError, match="mode"):
        store.query(VectorStoreQuery(query_embedding=[1, 0], mode=VectorStoreQueryMode.SPARSE))
    with pytest.raises(ValueError, match="dimensions"):
        store.add([node("b", [1, 0, 0])])


class _Embedding(BaseEmbedding):
    def _get_text_embedding(self, text: str) -> list[float]:
        return [float(text.count(letter)) for letter in "aeiou"]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def test_a_llama_index_vector_index_works_over_the_store() -> None:
    store = FlatVectorStore()
    context = StorageContext.from_defaults(vector_store=store)
    nodes = [TextNode(text="aaaa"), TextNode(text="eeee"), TextNode(text="oooo")]
    index = VectorStoreIndex(nodes, storage_context=context, embed_model=_Embedding(model_name="letters"))

    (best,) = index.as_retriever(similarity_top_k=1).retrieve("beebe")

    assert best.node.get_content() == "eeee"


def test_the_retriever_gives_our_ranking(assistant) -> None:
    nodes = AssistantRetriever(assistant, top=3).retrieve("quel tribunal ?")

    assert [n.node.node_id for n in nodes] == [
        h.passage.id for h in assistant.search("quel tribunal ?", top=3)
    ]
    assert nodes[0].node.metadata["place"] == "Charte › Article 3"


def test_the_query_engine_gives_our_answer_with_its_sources(assistant) -> None:
    engine = AssistantQueryEngine(assistant)

    response = engine.query("qui juge si on se fâche avec la mairie ?")

    assert response.response == assistant.ask("qui juge si on se fâche avec la mairie ?").text
    assert "Fontclaire" in response.source_nodes[0].node.get_content()
    assert (
        asyncio.run(engine.aquery("qui juge si on se fâche avec la mairie ?")).response == response.response
    )


def test_a_refusal_has_no_source(assistant) -> None:
    response = AssistantQueryEngine(assistant).query("recette de la tarte aux pommes")

    assert response.metadata["status"] == "not_found"
    assert response.source_nodes == []


def test_the_example_of_the_documentation_runs(settings, monkeypatch, capsys) -> None:
    update_index(settings)
    monkeypatch.setenv("ASSISTANT_MIN_CONFIDENCE", "0")  # its words are those of the real documents
    for name in ("corpus", "knowledge", "index"):
        value = getattr(settings, name)
        monkeypatch.setenv(f"ASSISTANT_{name.upper()}", str(value[0] if isinstance(value, tuple) else value))
    page = (Path(__file__).resolve().parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    example = page.split("```python\n")[1].split("```")[0]

    exec(compile(example, "docs/formats.md", "exec"), {})

    assert "Fontclaire" in capsys.readouterr().out
