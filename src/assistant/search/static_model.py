"""The bundled French embedding model: one vector per piece of word, averaged.

Reads the three files of a folder made by ``python -m training`` with tokenizers, safetensors and numpy
alone: torch is never imported.  The result is what sentence-transformers computes from the same weights,
normalised.  A text is never truncated.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from assistant.errors import ModelUnavailable, reason_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from assistant.records import FloatMatrix

CONFIG, WEIGHTS, TOKENIZER = "config.json", "model.safetensors", "tokenizer.json"
MODEL_TYPE = "static-int8"  # in the configuration, to tell such a folder from a transformer's
FORMAT = 1  # raised when an older reader would misread the folder
_BATCH = 512  # texts at once: their sums stay in the processor's cache
MAX_WORDS = 100_000  # remembered with their pieces: about 20 MB


class StaticModel:
    """A tokenizer and a vector for each of its pieces.

    Attributes:
        name: Of the model, as the index records it.
        revision: Changes whenever the weights do.
        dim: Width of the vectors.
        tokenizer: Cuts words in pieces.
        vectors: Shape (pieces, dim), a row per piece.
        words: Those met so far, with their pieces.
    """

    def __init__(self, tokenizer: Tokenizer, vectors: FloatMatrix, *, name: str, revision: str) -> None:
        """Keep the parts.

        Args:
            tokenizer: Without truncation or padding.
            vectors: Shape (pieces, dim), a row per piece.  That of the unknown piece is zero.
            name: See the class.
            revision: See the class.
        """
        self.name, self.revision, self.dim = name, revision, int(vectors.shape[1])
        self.tokenizer, self.vectors = tokenizer, vectors
        self.words: dict[str, list[int]] = {}

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a folder made by ``python -m training``.

        Raises:
            ModelUnavailable: If a file is missing, damaged or of another format.
        """
        import safetensors.numpy
        from tokenizers import Tokenizer

        config = read_config(folder)
        if config.get("model_type") != MODEL_TYPE or config.get("format") != FORMAT:
            raise ModelUnavailable(
                f"Le modèle « {folder} » n’a pas le format attendu ({MODEL_TYPE}, version {FORMAT}). "
                "Mettez l’assistant à jour, ou refaites le modèle : python -m training"
            )
        tensors = safetensors.numpy.load(_read_checked(folder, WEIGHTS, config))
        vectors = tensors["rows"].astype("float32")  # int8: a quarter of the size, see training/LOG.md
        vectors *= tensors["scales"][:, None]
        tokenizer = Tokenizer.from_buffer(_read_checked(folder, TOKENIZER, config))
        return cls(tokenizer, vectors, name=config["name"], revision=config["revision"])

    def embed(self, texts: Sequence[str]) -> FloatMatrix:
        """Return a unit row per text, shape (len(texts), dim).

        An empty text, or one without a known piece, has a row of zeros.
        """
        import numpy as np

        result = np.empty((len(texts), self.dim), np.float32)

        def fill(start: int) -> None:
            batch = self.split(texts[start : start + _BATCH])
            result[start : start + _BATCH] = self._sum_pieces(batch)

        if len(texts) <= _BATCH:
            for start in range(0, len(texts), _BATCH):
                fill(start)
        else:  # the tokenizer and numpy work while another thread has the interpreter
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                list(pool.map(fill, range(0, len(texts), _BATCH)))
        norms = np.linalg.norm(result, axis=1, keepdims=True)
        norms[norms == 0] = 1
        result /= norms
        return result

    def split(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the pieces of each text.

        The tokenizer cuts at every blank, and takes each word by itself; the same words come back all
        the time, so that remembering their pieces is several times faster than cutting them again.
        """
        cut = [text.split() for text in texts]
        words = self.words
        new = list({word for listed in cut for word in listed if word not in words})
        if new:
            if len(words) + len(new) > MAX_WORDS:
                words = self.words = {}  # a new table: another thread may be reading the old one
                new = list({word for listed in cut for word in listed})
            encodings = self.tokenizer.encode_batch_fast(new, add_special_tokens=False)
            words.update(zip(new, (encoding.ids for encoding in encodings), strict=True))
        return [[piece for word in listed for piece in words[word]] for listed in cut]

    def _sum_pieces(self, texts: list[list[int]]) -> FloatMatrix:
        """Add up the vectors of each text's pieces.

        All first pieces are added at once, then all second ones, and so on: few calls for many short
        texts, and no copy of all the vectors of a long one.  With the longest text first, the texts
        that still have a piece at a position are the first ones.
        """
        import numpy as np

        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        pieces = np.fromiter(chain.from_iterable(texts), np.int64, lengths.sum())
        order = np.argsort(-lengths, kind="stable")
        starts = (lengths.cumsum() - lengths)[order]
        texts_longer_than = len(texts) - np.searchsorted(
            lengths[order[::-1]], np.arange(lengths.max()), "right"
        )
        sums = np.zeros((len(texts), self.dim), np.float32)
        for position, count in enumerate(texts_longer_than.tolist()):
            # "clip" spares a check: a tokenizer gives no piece that it does not have
            sums[:count] += self.vectors.take(pieces[starts[:count] + position], axis=0, mode="clip")
        result = np.empty_like(sums)
        result[order] = sums
        return result


def read_config(folder: Path) -> dict[str, Any]:
    """Read a folder's ``config.json``.

    Raises:
        ModelUnavailable: If it is missing or not a JSON object.
    """
    try:
        config = json.loads(_read_bytes(folder, CONFIG))
    except ValueError as error:
        raise _damaged(folder, CONFIG) from error
    if not isinstance(config, dict):
        raise _damaged(folder, CONFIG)
    return config


def _read_checked(folder: Path, name: str, config: dict[str, Any]) -> bytes:
    """Read a file and compare it with the digest that the configuration records."""
    content = _read_bytes(folder, name)
    if hashlib.sha256(content).hexdigest() != config.get("sha256", {}).get(name):
        raise _damaged(folder, name)
    return content


def _read_bytes(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise ModelUnavailable(
            f"Le modèle « {folder} » est incomplet : « {name} » ne peut pas être lu ({reason_of(error)}). "
            "Réinstallez l’assistant, ou refaites le modèle : python -m training"
        ) from error


def _damaged(folder: Path, name: str) -> ModelUnavailable:
    return ModelUnavailable(
        f"Le modèle « {folder} » est abîmé : « {name} » n’est pas le fichier d’origine. "
        "Réinstallez l’assistant, ou refaites le modèle : python -m training"
    )
