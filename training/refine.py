"""Second stage: go on learning, from the fiches.

A text is the mean of its pieces' vectors.  Two texts that belong together are brought nearer than all the
other texts of the batch, both ways, also when the vectors are cut to their first dimensions (Matryoshka).
The sums are sparse products over the pieces of the batch alone, three times faster than an embedding
layer whose every row moves at every step.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from scipy.sparse import csr_array
from torch.nn import functional

from training.fiches import VIEWS, FicheTexts
from training.fit import Recipe, draw_batches, encode, encode_pairs, learning_rate_share, without_repeats
from training.pairs import Pair, Source
from training.vocabulary import UNKNOWN

if TYPE_CHECKING:
    import numpy.typing as npt
    from tokenizers import Tokenizer

    from assistant.records import FloatMatrix

    Pieces = npt.NDArray[np.int64]

_REPORT_STEPS = 20
_DECAY, _SQUARE_DECAY = 0.9, 0.999  # Adam's usual values


class Group(NamedTuple):
    """Texts that belong together row by row, and how much that counts."""

    left: Sequence[Pieces]
    right: Sequence[Pieces]
    scale: float
    weight: float


class Learner:
    """Vectors, and Adam's memory of their gradients, kept up for the pieces of each step only."""

    def __init__(self, vectors: FloatMatrix, sizes: Sequence[int]) -> None:
        self.vectors = vectors.copy()
        self._sizes = (vectors.shape[1], *sizes)
        self._mean, self._square = np.zeros_like(vectors), np.zeros_like(vectors)
        self._steps = np.zeros((len(vectors), 1), np.float32)

    def step(self, groups: Sequence[Group], learning_rate: float) -> float:
        """Move the vectors of the pieces of some texts; return the loss."""
        texts = [text for group in groups for text in (*group.left, *group.right)]
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        rows, columns = np.unique(np.concatenate(texts), return_inverse=True)
        shares = np.repeat(1 / lengths, lengths).astype(np.float32)
        ends = np.concatenate([[0], lengths.cumsum()])
        means = csr_array((shares, columns, ends), shape=(len(texts), len(rows)))
        embedded = torch.from_numpy(means @ self.vectors[rows]).requires_grad_()
        sides = iter(embedded.split([len(side) for group in groups for side in (group.left, group.right)]))
        loss = torch.zeros(())
        for group in groups:
            loss = loss + group.weight * self._loss(next(sides), next(sides), group.scale)
        (gradient,) = torch.autograd.grad(loss, embedded)
        self._move(rows, means.T.tocsr() @ gradient.numpy(), learning_rate)
        return loss.item()

    def _loss(self, left: torch.Tensor, right: torch.Tensor, scale: float) -> torch.Tensor:
        """Return the mean over the sizes, and both ways, of the cross-entropy of finding one's partner."""
        partners = torch.arange(len(left))
        losses = []
        for size in self._sizes:
            cosines = scale * (
                functional.normalize(left[:, :size], dim=1) @ functional.normalize(right[:, :size], dim=1).T
            )
            losses += [
                functional.cross_entropy(cosines, partners),
                functional.cross_entropy(cosines.T, partners),
            ]
        return torch.stack(losses).mean()

    def _move(self, rows: npt.NDArray[np.int64], gradient: FloatMatrix, learning_rate: float) -> None:
        self._steps[rows] += 1
        self._mean[rows] += (1 - _DECAY) * (gradient - self._mean[rows])
        self._square[rows] += (1 - _SQUARE_DECAY) * (gradient * gradient - self._square[rows])
        steps = self._steps[rows]
        mean = self._mean[rows] / (1 - _DECAY**steps)
        length = np.sqrt(self._square[rows] / (1 - _SQUARE_DECAY**steps)) + 1e-8
        self.vectors[rows] -= learning_rate * mean / length


def refine(
    tokenizer: Tokenizer,
    vectors: FloatMatrix,
    pairs: Mapping[Source, Sequence[Pair]],
    fiches: Sequence[FicheTexts],
    recipe: Recipe,
) -> FloatMatrix:
    """Go on learning from the fiches, and from the weak pairs lest they be forgotten.

    Each step takes two questions of each of many fiches, and one kind of text that they lead to.  With
    that many fiches in a batch, nearly every fiche has its neighbours of the same section among its
    negatives.
    """
    torch.manual_seed(recipe.seed)
    draw = random.Random(recipe.seed)
    asked, led_to = encode_fiches(tokenizer, fiches, recipe.fiche_max_pieces)
    learner = Learner(vectors, recipe.sizes)
    weak: list[tuple[Source, list[int]]] = []
    total = 0.0
    for step in range(recipe.fiche_steps):
        if not weak:
            weak = list(draw_batches(pairs, recipe.fiche_weak_batch, draw))
        source, rows = weak.pop()
        columns = encode_pairs(tokenizer, [pairs[source][row] for row in rows])
        questions, passages = without_repeats(*columns, range(len(rows)))
        groups = [
            Group(
                [text[: recipe.max_pieces] for text in questions],
                [text[: recipe.max_pieces] for text in passages],
                recipe.scale,
                1.0,
            )
        ]
        chosen = draw.sample(range(len(asked)), min(recipe.fiche_batch, len(asked)))
        twos = [draw.sample(asked[row], 2) for row in chosen]
        groups.append(Group([one for one, _ in twos], [two for _, two in twos], recipe.fiche_scale, 0.5))
        view = led_to[draw.choice(VIEWS)]
        rows = [row for row, place in enumerate(chosen) if len(view[place])]
        if rows:
            ones, texts = [twos[row][0] for row in rows], [view[chosen[row]] for row in rows]
            groups.append(Group(ones, texts, recipe.fiche_scale, 0.5))
        rate = recipe.fiche_learning_rate * learning_rate_share(step / recipe.fiche_steps)
        total += learner.step(groups, rate)
        if (step + 1) % _REPORT_STEPS == 0:
            print(
                f"fiches, step {step + 1:5}/{recipe.fiche_steps}  loss {total / _REPORT_STEPS:.3f}",
                flush=True,
            )
            total = 0.0
    learner.vectors[tokenizer.token_to_id(UNKNOWN)] = 0
    return learner.vectors


def encode_fiches(
    tokenizer: Tokenizer, fiches: Sequence[FicheTexts], max_pieces: int
) -> tuple[list[list[Pieces]], dict[str, list[Pieces]]]:
    """Return the pieces of the questions of each fiche that has two at least, and of its other texts."""

    def pieces(texts: Sequence[str]) -> list[Pieces]:
        return [text[:max_pieces] for text in encode(tokenizer, texts)]

    asked = [[question for question in pieces(fiche.questions) if len(question)] for fiche in fiches]
    usable = [row for row, questions in enumerate(asked) if len(questions) > 1]
    views = {view: pieces([getattr(fiches[row], view) for row in usable]) for view in VIEWS}
    return [asked[row] for row in usable], views
