"""A cross-encoder reads the first passages again: from a folder or the hub, made tiny here."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ModelUnavailable
from assistant.records import Fiche, Hit, Passage
from assistant.search.rerank import FIELD, load_reranker, rerank, text_of

WORDS = ("qui", "vote", "le", "budget", "du", "syndicat", "est", "voté", "par", "conseil", "chat", "dort")
QUESTION = "qui vote le budget du syndicat"
TEXTS = ["le budget est voté par le conseil", "le chat dort", "du chat"]


def save_tiny_cross_encoder(folder: Path, *, seed: int = 0, labels: int = 1) -> Path:
    """Save a BERT of two layers with random weights, and a tokenizer of a few words."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    vocabulary = {word: row for row, word in enumerate(("[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=32,
    )
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
        num_labels=labels,
        initializer_range=0.5,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    return save_tiny_cross_encoder(tmp_path_factory.mktemp("models") / "tiny")


def expected_scores(folder: Path, texts: list[str]) -> np.ndarray:
    """Return what transformers alone computes, one text at a time."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    with torch.no_grad():
        logits = [
            model(**tokenizer(QUESTION, text, return_tensors="pt", truncation=True)).logits.item()
            for text in texts
        ]
    return np.array(logits)


def test_the_order_is_that_of_the_model_read_by_transformers(tiny):
    scores = load_reranker(str(tiny)).scores(QUESTION, TEXTS)
    assert all(type(score) is float for score in scores)
    assert np.argsort(scores).tolist() == np.argsort(expected_scores(tiny, TEXTS)).tolist()


def test_scores_are_those_of_the_model_through_a_sigmoid(tiny):
    expected = 1 / (1 + np.exp(-expected_scores(tiny, TEXTS)))
    np.testing.assert_allclose(load_reranker(str(tiny)).scores(QUESTION, TEXTS), expected, atol=1e-5)


def test_no_text_no_score_and_a_long_text_is_cut(tiny):
    reranker = load_reranker(str(tiny))
    assert reranker.scores(QUESTION, []) == []
    long, longer = "le budget " * 100, "le budget " * 200
    first, second = reranker.scores(QUESTION, [long, longer])
    assert first == pytest.approx(second, abs=1e-6)


def hit(name: str, score: float, fiche: Fiche | None = None, *, original: bool = True) -> Hit:
    passage = Passage(
        id=name,
        document_id="syndicat",
        start=0,
        end=10,
        text=f"texte {name}",
        headings=("Titre I", "Chapitre 2", "Article 3"),
        fiche_id=fiche.id if fiche else None,
        original=original,
    )
    return Hit(passage, score, fiche, {"all": score})


class Lengthy:
    """Prefers what was given to it, and remembers what it read."""

    name = "lengthy"

    def __init__(self, scores: dict[str, float]) -> None:
        self.by_name = scores
        self.read: list[str] = []

    def scores(self, question: str, texts: list[str]) -> list[float]:
        self.read += texts
        return [self.by_name[text.split()[-1]] for text in texts]


def test_the_first_hits_are_put_in_order_and_the_others_stay():
    hits = [hit("a", 0.9), hit("b", 0.8), hit("c", 0.7), hit("d", 0.6)]
    reranker = Lengthy({"a": 1.0, "b": 3.0, "c": 1.0})
    found = rerank(QUESTION, hits, reranker, top=3)
    assert [h.passage.id for h in found] == ["b", "a", "c", "d"]
    assert [h.score for h in found] == [0.8, 0.9, 0.7, 0.6]
    assert found[0].scores == {"all": 0.8, FIELD: 3.0}
    assert FIELD not in found[3].scores
    assert len(reranker.read) == 3


def test_nothing_found_nothing_read():
    reranker = Lengthy({})
    assert rerank(QUESTION, [], reranker, top=20) == []
    assert reranker.read == []


def test_what_is_read_of_a_hit():
    fiche = Fiche("f", "Qui vote ?", "Le conseil vote.", ("qui ?",), ())
    assert text_of(hit("a", 1.0)) == "Chapitre 2\nArticle 3\ntexte a"
    assert text_of(hit("a", 1.0, fiche)) == "Qui vote ?\nLe conseil vote.\nChapitre 2\nArticle 3\ntexte a"
    assert text_of(hit("a", 1.0, fiche, original=False)) == "Qui vote ?\nChapitre 2\nArticle 3\ntexte a"


def test_a_model_of_the_cache_is_found_by_its_hub_name(tiny, tmp_path, monkeypatch):
    commit = "0123456789abcdef0123456789abcdef01234567"
    repository = tmp_path / "models--ville--tiny"
    shutil.copytree(tiny, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit, encoding="utf-8")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    reranker = load_reranker("ville/tiny")
    assert reranker.name == "ville/tiny"
    assert reranker.scores(QUESTION, TEXTS) == load_reranker(str(tiny)).scores(QUESTION, TEXTS)


def test_a_hub_name_without_network_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelUnavailable, match=r"« ville/absent ».*copiez le modèle.*« reranker »"):
        load_reranker("ville/absent")


@pytest.mark.parametrize("name", ["/nulle/part", "./nulle/part", "~/nulle/part/ici", ""])
def test_a_folder_that_is_not_there_is_never_looked_up_on_the_hub(name, monkeypatch):
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *_, **__: pytest.fail("asked the hub"))
    monkeypatch.setattr("huggingface_hub.HfApi", lambda *_, **__: pytest.fail("asked the hub"))
    with pytest.raises(ModelUnavailable, match=r"n’existe pas.*« reranker »"):
        load_reranker(name)


def test_a_folder_that_holds_no_model_says_so(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({}), encoding="utf-8")
    with pytest.raises(ModelUnavailable, match=r"n’est pas un re-classeur.*« reranker »"):
        load_reranker(str(tmp_path))


def test_damaged_weights_say_so(tiny, tmp_path):
    folder = Path(shutil.copytree(tiny, tmp_path / "tiny"))
    weights = folder / "model.safetensors"
    os.truncate(weights, weights.stat().st_size // 2)
    with pytest.raises(ModelUnavailable, match=r"n’est pas un re-classeur.*Téléchargez-le de nouveau"):
        load_reranker(str(folder))


def test_a_classifier_of_several_labels_is_refused(tmp_path):
    folder = save_tiny_cross_encoder(tmp_path / "three", labels=3)
    with pytest.raises(ModelUnavailable, match="donne 3 valeurs"):
        load_reranker(str(folder))
