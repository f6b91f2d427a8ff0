"""The second stage brings together what belongs together, and always in the same way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from training.fiches import FicheTexts
from training.fit import Recipe
from training.pairs import Pair, Source
from training.refine import Group, Learner, encode_fiches, refine

WORDS = [f"{name}{number}" for number in range(40) for name in ("question", "mot", "titre", "corps")]
RECIPE = replace(
    Recipe(), dim=8, sizes=(4,), fiche_learning_rate=0.2, fiche_steps=100, fiche_batch=40, fiche_weak_batch=20
)
WEAK = {Source("faibles", ()): [Pair(f"mot{n}", f"corps{n}") for n in range(30)]}
FICHES = [
    FicheTexts(
        f"f{n}", "doc", (f"question{n}", f"mot{n} question{n}", f"mot{n}"), f"titre{n}", f"corps{n} titre{n}"
    )
    for n in range(40)
]


@pytest.fixture(autouse=True)
def one_thread():
    """Work on one thread: two wait for each other on small tables more than they work."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    vocabulary = {word: row for row, word in enumerate(["<unk>", *WORDS])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return made


def start() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((len(WORDS) + 1, RECIPE.dim)).astype(np.float32)


def mean_rank(tokenizer: Tokenizer, vectors: np.ndarray, size: int) -> float:
    """Return the mean rank of the body of each fiche for its first question."""
    rows = (
        [tokenizer.token_to_id(f"question{n}") for n in range(40)],
        [tokenizer.token_to_id(f"corps{n}") for n in range(40)],
    )
    left, right = (vectors[row, :size] / np.linalg.norm(vectors[row, :size], axis=1)[:, None] for row in rows)
    scores = left @ right.T
    return float((scores >= scores.diagonal()[:, None]).sum(axis=1).mean())


@pytest.mark.parametrize("size", [8, 4])
def test_questions_come_near_the_bodies_of_their_fiches_at_each_size(tokenizer, size):
    before = start()
    after = refine(tokenizer, before, WEAK, FICHES, RECIPE)
    assert mean_rank(tokenizer, before, size) > 10
    assert mean_rank(tokenizer, after, size) < 2.5
    np.testing.assert_array_equal(before, start(), "the start is not touched")
    assert not after[0].any(), "the unknown piece stays at zero"


def test_the_same_seed_gives_the_same_vectors(tokenizer):
    first, second = (refine(tokenizer, start(), WEAK, FICHES, RECIPE) for _ in range(2))
    np.testing.assert_array_equal(first, second)
    other = refine(tokenizer, start(), WEAK, FICHES, replace(RECIPE, seed=2))
    assert not np.array_equal(first, other)


def test_a_step_moves_the_pieces_of_its_texts_only():
    vectors = start()
    learner = Learner(vectors, ())
    texts = [np.array([1, 2]), np.array([3])], [np.array([4]), np.array([5, 5])]
    first = learner.step([Group(*texts, scale=12.0, weight=1.0)], 0.1)
    second = learner.step([Group(*texts, scale=12.0, weight=1.0)], 0.1)
    assert second < first
    moved = np.flatnonzero((learner.vectors != vectors).any(axis=1))
    assert moved.tolist() == [1, 2, 3, 4, 5]


def test_the_first_step_is_adams():
    """Each coordinate with a gradient moves by the learning rate, whatever the gradient's size."""
    learner = Learner(start(), ())
    learner.step([Group([np.array([1]), np.array([2])], [np.array([3]), np.array([4])], 12.0, 1.0)], 0.1)
    np.testing.assert_allclose(np.abs(learner.vectors[1:5] - start()[1:5]), 0.1, rtol=1e-3)


def test_a_fiche_of_one_question_teaches_nothing(tokenizer):
    lonely = FicheTexts("seul", "doc", ("question1", ""), "titre1", "corps1")
    asked, views = encode_fiches(tokenizer, [lonely, FICHES[2]], 80)
    assert [len(questions) for questions in asked] == [3]
    assert [len(texts) for texts in views.values()] == [1, 1, 1]
    assert len(views["passage"][0]) == 0
