"""The bundled model, against sentence-transformers on the same weights."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from assistant.errors import ModelUnavailable
from assistant.french import fold
from assistant.search.embedding import BUNDLED, MODELS
from assistant.search.static_model import CONFIG, TOKENIZER, WEIGHTS, StaticModel

FOLDER = MODELS / BUNDLED
MODEL = StaticModel.load(FOLDER)
SENTENCES = [
    "Qui décide si l’éducateur change d’équipe ?",
    "Le cœur de l’œuvre, c’est « l’accueil » des ÉLÈVES à Noël : 12 500 € par an.",
    "",
    " \n\t ",
    "?!…",
    "中文",
    "l'été 2023",
    "a",
    "Le conseil municipal de Brumecourt se réunit le premier mardi du mois. " * 400,
    "ﬁn de l'eﬀort",
    "mot中mot et suite",
]


@pytest.fixture(scope="module")
def reference():
    """Build the same model with sentence-transformers, from the files alone."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    tensors = safetensors.numpy.load_file(FOLDER / WEIGHTS)
    vectors = tensors["rows"].astype(np.float32) * tensors["scales"][:, None]
    tokenizer = Tokenizer.from_file(str(FOLDER / TOKENIZER))
    return SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=vectors)], device="cpu")


def encode(reference, texts):
    return reference.encode(texts, normalize_embeddings=True, show_progress_bar=False)


def test_vectors_are_those_of_sentence_transformers(reference):
    np.testing.assert_allclose(MODEL.embed(SENTENCES), encode(reference, SENTENCES), atol=1e-5)


@given(st.lists(st.text(alphabet="aeéœ’' -.4zZß中\n", max_size=60), max_size=8))
def test_vectors_of_any_text_are_those_of_sentence_transformers(reference, texts):
    expected = encode(reference, texts) if texts else np.zeros((0, MODEL.dim))
    np.testing.assert_allclose(MODEL.embed(texts), expected, atol=1e-5)


def pieces_by_tokenizer(texts: list[str]) -> list[list[int]]:
    return [encoding.ids for encoding in MODEL.tokenizer.encode_batch_fast(texts, add_special_tokens=False)]


@given(
    st.lists(st.text(max_size=40) | st.text(alphabet="aeé\u0301œ’' -.4zZß中\n\u00a0\u2028\x1c", max_size=40))
)
def test_pieces_cut_word_by_word_are_those_of_the_whole_text(texts):
    assert MODEL.split(texts) == pieces_by_tokenizer(texts)
    assert MODEL.split(texts) == pieces_by_tokenizer(texts), "remembered words"


def test_the_memory_of_words_has_a_limit(monkeypatch):
    monkeypatch.setattr("assistant.search.static_model.MAX_WORDS", 50)
    model = StaticModel.load(FOLDER)
    for number in range(20):
        texts = [
            f"le service numéro {number} de la commune {word}" for word in ("Arle", "Brume", str(number))
        ]
        assert model.split(texts) == pieces_by_tokenizer(texts)
        assert len(model.words) <= 50
    many = [f"mot{number}" for number in range(80)]  # more than the limit at once
    assert model.split(many) == pieces_by_tokenizer(many)


def test_a_row_is_of_length_one_or_zero_when_nothing_is_known():
    lengths = np.linalg.norm(MODEL.embed(SENTENCES), axis=1)
    known = [any(character.isalnum() and ord(character) < 500 for character in text) for text in SENTENCES]
    np.testing.assert_allclose(lengths, np.where(known, 1, 0), atol=1e-5)


def test_a_vector_does_not_depend_on_its_neighbours():
    """Pooling sorts texts by length and works in batches: neither may show."""
    texts = [f"{sentence[:200]} {number}" for number in range(150) for sentence in SENTENCES]
    alone = np.vstack([MODEL.embed([text]) for text in texts])
    np.testing.assert_array_equal(MODEL.embed(texts), alone)
    np.testing.assert_array_equal(StaticModel.load(FOLDER).embed(texts), alone)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("L’ÉTÉ À L’ÉCOLE", "l'ete a l'ecole"),
        ("Cœur, œuvre, ŒUVRE", "coeur oeuvre OEUVRE"),
        ("e\u0301ducateur", "éducateur"),
        ("après-midi", "apres midi"),
        ("la réunion", "la réunion !!!"),
    ],
)
def test_case_accents_ligatures_and_punctuation_make_no_difference(text, same):
    np.testing.assert_array_equal(MODEL.embed([text]), MODEL.embed([same]))


@given(st.text(alphabet="aàâbcçéèêëîïôœuùûüÿæÆŒÉÀ’' -.12ﬁ", max_size=40))
def test_the_vocabulary_folds_as_the_rest_of_the_package(text):
    np.testing.assert_array_equal(MODEL.embed([text]), MODEL.embed([fold(text)]))


def test_related_everyday_sentences_are_nearer_than_unrelated_ones():
    """Ten pairs: by chance one partner would be the nearest of the ten, and five once in 600 times."""
    pairs = [
        ("Combien coûte un passeport ?", "Le prix du document de voyage est de 86 euros."),
        (
            "Comment inscrire mon enfant à l’école ?",
            "Les inscriptions scolaires des élèves se font en mairie.",
        ),
        ("Mon patron peut-il me licencier ?", "Le licenciement d’un salarié par l’employeur exige un motif."),
        ("Je veux divorcer", "La séparation des époux est prononcée par le juge."),
        ("Quand payer mes impôts ?", "L’impôt sur le revenu est dû au mois de septembre."),
        ("Mon propriétaire garde la caution", "Le bailleur rend le dépôt de garantie au locataire."),
        ("J’ai perdu mon permis de conduire", "En cas de vol du permis, le conducteur fait une déclaration."),
        ("Combien de jours de vacances par an ?", "Les congés payés sont de cinq semaines par année."),
        (
            "Je suis malade, que faire au travail ?",
            "L’arrêt maladie est envoyé par le médecin à l’employeur.",
        ),
        ("Comment voter ?", "L’électeur se présente au bureau de vote le jour de l’élection."),
    ]
    scores = MODEL.embed([first for first, _ in pairs]) @ MODEL.embed([second for _, second in pairs]).T
    assert (scores.argmax(axis=1) == np.arange(len(pairs))).sum() >= 5
    others = scores[~np.eye(len(pairs), dtype=bool)]
    assert scores.diagonal().mean() > others.mean() + 2 * others.std()


def test_torch_is_not_imported():
    code = (
        "import sys; from assistant.search.embedding import load_embedder; "
        "e = load_embedder(); e.embed_query('une question'); e.embed_passages(['un texte']); "
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'scipy'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "modèle"))


@pytest.mark.parametrize("name", [CONFIG, WEIGHTS, TOKENIZER])
def test_a_missing_file_is_named_with_the_remedy(copy, name):
    (copy / name).unlink()
    with pytest.raises(ModelUnavailable, match=rf"« {name} ».*Réinstallez"):
        StaticModel.load(copy)


@pytest.mark.parametrize("name", [WEIGHTS, TOKENIZER])
@pytest.mark.parametrize("damage", ["truncated", "one bit", "empty"])
def test_a_damaged_file_is_named_with_the_remedy(copy, name, damage):
    content = bytearray((copy / name).read_bytes())
    if damage == "one bit":
        content[len(content) // 2] ^= 1
    else:
        del content[0 if damage == "empty" else len(content) // 2 :]
    (copy / name).write_bytes(content)
    with pytest.raises(ModelUnavailable, match=rf"abîmé.*« {name} ».*python -m training"):
        StaticModel.load(copy)


@pytest.mark.parametrize("content", ["", "{", "[]", '"texte"'])
def test_a_damaged_configuration_is_named(copy, content):
    (copy / CONFIG).write_text(content, encoding="utf-8")
    with pytest.raises(ModelUnavailable, match=r"abîmé.*« config\.json »"):
        StaticModel.load(copy)


def test_a_newer_format_is_refused(copy):
    config = json.loads((copy / CONFIG).read_text(encoding="utf-8"))
    (copy / CONFIG).write_text(json.dumps(config | {"format": 99}), encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="Mettez l’assistant à jour"):
        StaticModel.load(copy)


def test_the_weights_are_small_enough_for_the_repository():
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 16_000_000
