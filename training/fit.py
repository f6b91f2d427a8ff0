"""First stage: a vector per piece from large weak pairs; in-batch negatives, batches of one source."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from training.pairs import Pair, Source
from training.vocabulary import UNKNOWN

if TYPE_CHECKING:
    import numpy.typing as npt
    from tokenizers import Tokenizer

    from assistant.records import FloatMatrix

    Pieces = npt.NDArray[np.int64]

_WARM_UP = 0.05  # of the steps
_REPORT_STEPS = 100
_MIN_BATCH = 16  # fewer pairs make poor negatives


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides the weights besides the data.  LOG.md says what was tried for each value."""

    seed: int = 20_240_601
    pieces: int = 30_000
    dim: int = 384
    passes: int = 3
    batch: int = 1024
    learning_rate: float = 0.05
    scale: float = 12.0  # of the cosines in the loss: the inverse of its temperature
    frequent: float = 1e-3  # a piece making up this share of the text starts with half a norm
    max_pieces: int = 160  # of a passage, while learning
    # Second stage: the fiches.
    sizes: tuple[int, ...] = (128, 64)  # the first dimensions that must do by themselves
    fiche_steps: int = 100
    fiche_batch: int = 600  # fiches a step
    fiche_weak_batch: int = 512  # weak pairs learned beside them, lest they be forgotten
    fiche_learning_rate: float = 0.08
    fiche_scale: float = 20.0
    fiche_max_pieces: int = 80


def fit(tokenizer: Tokenizer, pairs: Mapping[Source, Sequence[Pair]], recipe: Recipe) -> FloatMatrix:
    """Return the vectors, shape (pieces, dim); that of the unknown piece is zero."""
    # late: they take seconds, and what else is here needs none of them
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    torch.manual_seed(recipe.seed)
    encoded = {source: encode_pairs(tokenizer, listed) for source, listed in pairs.items()}
    weights = _initial_vectors(tokenizer, encoded, recipe)
    module = StaticEmbedding(tokenizer, embedding_weights=weights)
    model = SentenceTransformer(modules=[module], device="cpu")
    loss_of = MultipleNegativesRankingLoss(
        model, scale=recipe.scale, directions=("query_to_doc", "doc_to_query"), partition_mode="per_direction"
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=recipe.learning_rate)
    draw = random.Random(recipe.seed)
    batches = [batch for _ in range(recipe.passes) for batch in draw_batches(pairs, recipe.batch, draw)]
    started, total = time.monotonic(), 0.0
    for step, (source, rows) in enumerate(batches):
        for group in optimizer.param_groups:
            group["lr"] = recipe.learning_rate * learning_rate_share(step / len(batches))
        questions, passages = without_repeats(*encoded[source], rows)
        if len(questions) < _MIN_BATCH:
            continue
        loss = loss_of(
            [_features(questions, recipe.max_pieces), _features(passages, recipe.max_pieces)], None
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
        if (step + 1) % _REPORT_STEPS == 0:
            seconds = time.monotonic() - started
            print(
                f"step {step + 1:5}/{len(batches)}  loss {total / _REPORT_STEPS:.3f}  {seconds:.0f} s",
                flush=True,
            )
            total = 0.0
    vectors: FloatMatrix = module.embedding.weight.detach().numpy().copy()
    vectors[tokenizer.token_to_id(UNKNOWN)] = 0
    return vectors


def encode_pairs(tokenizer: Tokenizer, pairs: Sequence[Pair]) -> tuple[list[Pieces], list[Pieces]]:
    """Return the pieces of the questions and those of the passages."""
    return encode(tokenizer, [pair.question for pair in pairs]), encode(
        tokenizer, [pair.passage for pair in pairs]
    )


def encode(tokenizer: Tokenizer, texts: Sequence[str]) -> list[Pieces]:
    """Return the pieces of each text."""
    encodings = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
    return [np.array(encoding.ids, np.int64) for encoding in encodings]


def _initial_vectors(
    tokenizer: Tokenizer, encoded: Mapping[Source, tuple[list[Pieces], list[Pieces]]], recipe: Recipe
) -> torch.Tensor:
    """Draw random vectors, shorter for frequent pieces.

    The weight is that of smooth inverse frequency, a / (a + p): Arora, Liang and Ma, ICLR 2017.
    """
    size = tokenizer.get_vocab_size()
    counts = np.zeros(size)
    for columns in encoded.values():
        for texts in columns:
            counts += np.bincount(np.concatenate(texts), minlength=size)
    shares = torch.from_numpy(counts / counts.sum()).float()
    weights = torch.randn(size, recipe.dim) * (recipe.frequent / (recipe.frequent + shares))[:, None]
    weights[tokenizer.token_to_id(UNKNOWN)] = 0
    return weights


def draw_batches(
    pairs: Mapping[Source, Sequence[Pair]], size: int, draw: random.Random
) -> Iterator[tuple[Source, list[int]]]:
    """Yield the (source, rows) of one pass in a random order."""
    batches = []
    for source, listed in pairs.items():
        for _ in range(source.repeats):
            rows = list(range(len(listed)))
            draw.shuffle(rows)
            batches += [(source, rows[start : start + size]) for start in range(0, len(rows), size)]
    draw.shuffle(batches)
    yield from batches


def without_repeats(
    questions: Sequence[Pieces], passages: Sequence[Pieces], rows: Sequence[int]
) -> tuple[list[Pieces], list[Pieces]]:
    """Return the pairs of a batch, less those that would be a false negative of another or are empty."""
    seen: set[bytes] = set()
    kept: tuple[list[Pieces], list[Pieces]] = [], []
    for row in rows:
        question, passage = questions[row], passages[row]
        marks = {b"q" + question.tobytes(), b"p" + passage.tobytes()}
        if len(question) and len(passage) and seen.isdisjoint(marks):
            seen |= marks
            kept[0].append(question)
            kept[1].append(passage)
    return kept


def _features(texts: Sequence[Pieces], max_pieces: int) -> dict[str, Any]:
    """Return what StaticEmbedding takes: all pieces in a row, and where each text starts."""
    cut = [text[:max_pieces] for text in texts]
    starts = np.cumsum([0, *(len(text) for text in cut[:-1])])
    return {"input_ids": torch.from_numpy(np.concatenate(cut)), "offsets": torch.from_numpy(starts)}


def learning_rate_share(progress: float) -> float:
    """Rise in a straight line, then fall to nothing."""
    return min(progress / _WARM_UP, (1 - progress) / (1 - _WARM_UP)) if progress else 1e-3
