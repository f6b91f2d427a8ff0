"""Write a model as the package reads it: int8 rows with a scale each, the tokenizer, the configuration."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors.numpy

from assistant.search.embedding import BUNDLED
from assistant.search.static_model import CONFIG, FORMAT, MODEL_TYPE, TOKENIZER, WEIGHTS

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from assistant.records import FloatMatrix
    from training.fit import Recipe


def save(
    folder: Path, tokenizer: Tokenizer, vectors: FloatMatrix, recipe: Recipe, data: Mapping[str, str]
) -> dict[str, Any]:
    """Write the three files; return the configuration.

    Args:
        folder: Made if need be.
        tokenizer: Of as many pieces as there are vectors.
        vectors: Shape (pieces, dim).
        recipe: How they were learned.
        data: File name → SHA-256 of what they were learned from.
    """
    rows, scales = quantize(vectors)
    contents = {
        WEIGHTS: safetensors.numpy.save({"rows": rows, "scales": scales}),
        TOKENIZER: tokenizer.to_str(pretty=False).encode(),
    }
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    training = {"recipe": asdict(recipe), "data": dict(data)}
    config = {
        "model_type": MODEL_TYPE,
        "format": FORMAT,
        "name": BUNDLED,
        # what it was made from, then what came out: another processor may round differently
        "revision": f"{_digest(training)}-{_digest(digests)}",
        "dim": recipe.dim,
        "pooling": "mean",
        "normalize": True,
        "sha256": digests,
        "training": training,
    }
    contents[CONFIG] = (json.dumps(config, indent=2, ensure_ascii=False) + "\n").encode()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return config


def quantize(vectors: FloatMatrix) -> tuple[np.ndarray, FloatMatrix]:
    """Return int8 rows and the scale of each: rows × scales is within half a scale of the vectors."""
    scales = np.abs(vectors).max(axis=1) / 127
    scales[scales == 0] = 1
    rows = np.rint(vectors / scales[:, None]).astype(np.int8)
    return rows, scales.astype(np.float32)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]
