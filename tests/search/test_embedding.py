"""One setting chooses the model: bundled, in a folder, or on the hub."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ModelUnavailable
from assistant.search.embedding import BUNDLED, MODELS, Embedder, folder_revision, load_embedder
from assistant.search.static_model import StaticModel

TEXTS = ["La réunion commence à neuf heures.", "Le budget est voté.", ""]


def save_tiny_model(folder: Path, *, seed: int = 0, prompts: dict[str, str] | None = None) -> Path:
    """Save a sentence-transformers model of a few words, with another pooling than the bundled one's."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["<unk>", "query", "passage", ":", "la", "réunion", "budget", "est", "voté", "heures", "titre"]
    tokenizer = Tokenizer(models.WordLevel({word: row for row, word in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    torch.manual_seed(seed)
    modules = [StaticEmbedding(tokenizer, embedding_dim=6), Dense(6, 4)]
    SentenceTransformer(modules=modules, prompts=prompts, device="cpu").save(str(folder))
    return folder


def reference_vectors(folder: Path, texts: list[str]) -> np.ndarray:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    return model.encode(texts, prompt="", normalize_embeddings=True, show_progress_bar=False)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


def check_shapes(embedder: Embedder) -> None:
    passages = embedder.embed_passages(TEXTS)
    assert (passages.shape, passages.dtype) == ((len(TEXTS), embedder.dim), np.float32)
    assert embedder.embed_passages([]).shape == (0, embedder.dim)
    query = embedder.embed_query(TEXTS[0])
    assert (query.shape, query.dtype) == ((embedder.dim,), np.float32)
    assert np.linalg.norm(query) == pytest.approx(1, abs=1e-5)


def test_the_default_is_the_bundled_model():
    embedder = load_embedder()
    check_shapes(embedder)
    assert embedder.name == BUNDLED
    np.testing.assert_array_equal(embedder.embed_query(TEXTS[0]), embedder.embed_passages(TEXTS)[0])
    np.testing.assert_array_equal(
        embedder.embed_passages(TEXTS), StaticModel.load(MODELS / BUNDLED).embed(TEXTS)
    )


def test_a_folder_made_by_the_training_command_is_read_without_sentence_transformers(tmp_path):
    folder = shutil.copytree(MODELS / BUNDLED, tmp_path / "mien")
    embedder = load_embedder(str(folder))
    assert embedder.revision == load_embedder().revision
    np.testing.assert_array_equal(embedder.embed_passages(TEXTS), load_embedder().embed_passages(TEXTS))


def test_another_model_gives_what_sentence_transformers_gives(tiny):
    embedder = load_embedder(str(tiny))
    check_shapes(embedder)
    assert embedder.name == "tiny"
    np.testing.assert_allclose(embedder.embed_passages(TEXTS), reference_vectors(tiny, TEXTS), atol=1e-6)


def test_prefixes_are_put_before_questions_and_passages(tiny):
    embedder = load_embedder(str(tiny), query_prefix="query: ", passage_prefix="titre: ")
    expected = reference_vectors(tiny, ["query: la réunion", "titre: la réunion"])
    assert not np.allclose(expected[0], expected[1], atol=1e-3)
    np.testing.assert_allclose(embedder.embed_query("la réunion"), expected[0], atol=1e-6)
    np.testing.assert_allclose(embedder.embed_passages(["la réunion"])[0], expected[1], atol=1e-6)


def test_the_bundled_model_takes_prefixes_too():
    embedder = load_embedder(query_prefix="école ")
    np.testing.assert_array_equal(embedder.embed_query("maison"), load_embedder().embed_query("école maison"))


@pytest.mark.parametrize("name", ["multilingual-e5-small", "e5-base-v2"])
def test_the_e5_family_gets_its_prefixes(tiny, tmp_path, name):
    folder = shutil.copytree(tiny, tmp_path / name)
    expected = reference_vectors(tiny, ["query: la réunion", "passage: la réunion"])
    embedder = load_embedder(str(folder))
    np.testing.assert_allclose(embedder.embed_query("la réunion"), expected[0], atol=1e-6)
    np.testing.assert_allclose(embedder.embed_passages(["la réunion"])[0], expected[1], atol=1e-6)
    given = load_embedder(str(folder), query_prefix="titre ")
    plain = reference_vectors(tiny, ["titre la réunion", "la réunion"])
    np.testing.assert_allclose(given.embed_query("la réunion"), plain[0], atol=1e-6)
    np.testing.assert_allclose(given.embed_passages(["la réunion"])[0], plain[1], atol=1e-6)


@pytest.mark.parametrize("name", ["multilingual-e5-large-instruct", "e5", "image5-base"])
def test_other_names_get_no_prefix(tiny, tmp_path, name):
    folder = shutil.copytree(tiny, tmp_path / name)
    expected = reference_vectors(tiny, ["la réunion"])[0]
    np.testing.assert_allclose(load_embedder(str(folder)).embed_query("la réunion"), expected, atol=1e-6)


def test_prefixes_that_a_model_declares_are_used(tmp_path):
    folder = save_tiny_model(tmp_path / "declared", prompts={"query": "query : ", "document": "titre : "})
    expected = reference_vectors(folder, ["query : la réunion", "titre : la réunion"])
    embedder = load_embedder(str(folder))
    np.testing.assert_allclose(embedder.embed_query("la réunion"), expected[0], atol=1e-6)
    np.testing.assert_allclose(embedder.embed_passages(["la réunion"])[0], expected[1], atol=1e-6)


def test_the_revision_changes_with_the_weights_and_the_passage_prefix_only(tiny, tmp_path):
    folder = shutil.copytree(tiny, tmp_path / "tiny")
    (folder / "README.md").write_text("autre chose", encoding="utf-8")
    revision = load_embedder(str(folder)).revision
    assert revision == folder_revision(tiny)
    assert load_embedder(str(folder), query_prefix="query: ").revision == revision
    assert load_embedder(str(folder), passage_prefix="passage: ").revision != revision
    other = save_tiny_model(tmp_path / "other" / "tiny", seed=1)
    assert load_embedder(str(other)).revision != revision


def test_a_model_of_the_cache_is_named_by_its_commit(tiny, tmp_path, monkeypatch):
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "models--ville--tiny"
    shutil.copytree(tiny, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit, encoding="utf-8")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    embedder = load_embedder("ville/tiny")
    assert (embedder.name, embedder.revision) == ("ville/tiny", commit)
    np.testing.assert_allclose(embedder.embed_passages(TEXTS), reference_vectors(tiny, TEXTS), atol=1e-6)


def test_a_hub_name_without_network_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(
        ModelUnavailable, match=r"« ville/absent ».*copiez le modèle dans un dossier.*static-fr"
    ):
        load_embedder("ville/absent")


@pytest.mark.parametrize(
    "name", ["/nulle/part", "./nulle/part", "~/nulle/part/ici", "C:\\nulle\\part", "a/b/c", ""]
)
def test_a_folder_that_is_not_there_is_never_looked_up_on_the_hub(name, monkeypatch):
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *_, **__: pytest.fail("asked the hub"))
    monkeypatch.setattr("huggingface_hub.HfApi", lambda *_, **__: pytest.fail("asked the hub"))
    with pytest.raises(ModelUnavailable, match="n’existe pas"):
        load_embedder(name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("modules.json", "{"),
        ("modules.json", "[]"),
        ("config.json", "{}"),
        ("modules.json", json.dumps([{"idx": 0, "name": "0", "path": "", "type": "inconnu.Module"}])),
    ],
)
def test_a_folder_that_holds_no_model_says_so(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(ModelUnavailable, match=r"n’est pas un modèle.*static-fr"):
        load_embedder(str(tmp_path))


def test_damaged_weights_of_another_model_say_so(tiny, tmp_path):
    folder = Path(shutil.copytree(tiny, tmp_path / "tiny"))
    weights = max(folder.rglob("*.safetensors"), key=lambda path: path.stat().st_size)
    os.truncate(weights, weights.stat().st_size // 2)
    with pytest.raises(ModelUnavailable, match=r"n’est pas un modèle.*Téléchargez-le de nouveau"):
        load_embedder(str(folder))
