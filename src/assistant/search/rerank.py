"""Read the first passages together with the question: any sentence-transformers cross-encoder, by one setting."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.errors import ModelUnavailable
from assistant.search.embedding import find_or_download, first_line

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

    from assistant.records import Hit

logger = logging.getLogger(__name__)

FIELD = "reranker"  # in the scores of a hit
_INSTEAD = "videz le réglage « reranker »"


class Reranker(Protocol):
    """Says how well each text answers a question."""

    @property
    def name(self) -> str:
        """What was asked for: a hub name, or the last part of a folder's path."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """Return a score a text, the higher the better; comparable within one question only."""


@dataclass(frozen=True, slots=True)
class CrossEncoderReranker:
    """A cross-encoder of sentence-transformers; a text longer than it can read is cut at its end."""

    name: str
    model: CrossEncoder

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """See Reranker."""
        if not texts:
            return []
        pairs = [(question, text) for text in texts]
        return [float(score) for score in self.model.predict(pairs, show_progress_bar=False)]


def load_reranker(model: str) -> Reranker:
    """Load a cross-encoder.

    Args:
        model: A folder, which is never looked up on the hub; or a hub name, taken from the local cache
            where it is there, and else downloaded.

    Raises:
        ModelUnavailable: If the model is not on disk and cannot be fetched, cannot be read, or does not
            give one score a text.
    """
    folder = Path(model).expanduser()
    if model and folder.is_dir():  # an empty name would be the current folder
        return _load(folder, folder.resolve().name)
    return _load(find_or_download(model, _download, instead=_INSTEAD), model)


def rerank(question: str, hits: Sequence[Hit], reranker: Reranker, *, top: int) -> list[Hit]:
    """Put the first ``top`` hits in the order of the re-ranker; equal scores keep theirs.

    A hit keeps the score of the search, from which the confidence is computed; the re-ranker's is beside
    its other scores.
    """
    first = hits[:top]
    scores = reranker.scores(question, [text_of(hit) for hit in first])
    read = [
        replace(hit, scores={**hit.scores, FIELD: score}) for hit, score in zip(first, scores, strict=True)
    ]
    return [*sorted(read, key=lambda hit: -hit.scores[FIELD]), *hits[top:]]


def text_of(hit: Hit) -> str:
    """Return what is read of a hit: the plain words of its fiche, its headings, its passage."""
    passage, fiche = hit.passage, hit.fiche
    said = [fiche.title] if fiche else []
    if fiche and passage.original:  # else the passage is the body
        said.append(fiche.body)
    return "\n".join((*said, *passage.headings[-2:], passage.text))


def _load(folder: Path, name: str) -> CrossEncoderReranker:
    """Load a cross-encoder from its folder, without the network."""
    from safetensors import SafetensorError
    from sentence_transformers import CrossEncoder

    try:
        model = CrossEncoder(str(folder), local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        raise ModelUnavailable(
            f"« {folder} » n’est pas un re-classeur (cross-encoder) lisible ({first_line(error)}). "
            f"Téléchargez-le de nouveau en entier, ou {_INSTEAD}"
        ) from error
    if model.num_labels != 1:
        raise ModelUnavailable(
            f"« {folder} » donne {model.num_labels} valeurs par texte : ce n’est pas un re-classeur. "
            f"Donnez un modèle à une seule valeur, ou {_INSTEAD}"
        )
    logger.info("reranker_loaded name=%s", name)
    return CrossEncoderReranker(name, model)


def _download(name: str, commit: str | None) -> object:
    from sentence_transformers import CrossEncoder

    return CrossEncoder(name, revision=commit)
