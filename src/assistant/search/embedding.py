"""Texts to unit vectors: the bundled model, or any sentence-transformers model by one setting."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.errors import ModelUnavailable
from assistant.search.static_model import CONFIG, MODEL_TYPE, StaticModel, read_config

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from assistant.records import FloatMatrix, FloatVector

logger = logging.getLogger(__name__)

BUNDLED = "static-fr"
MODELS = Path(__file__).resolve().parent.parent / "models"
# https://huggingface.co/intfloat/multilingual-e5-small#faq: worse results without them.  The "instruct"
# models of the family want a sentence of their own.
_E5 = re.compile(r"(^|[-_])e5[-_](?!.*instruct)")
_E5_PREFIXES = ("query: ", "passage: ")
_HUB_NAME = re.compile(r"[\w-][\w.-]*(/[\w.-]+)?")
_HUB_TIMEOUT_SECONDS = 10.0
_SAMPLE_BYTES = 65_536
_INSTEAD = "revenez au modèle fourni : static-fr"


class Embedder(Protocol):
    """What the index needs of a model.  ``revision`` changes whenever its vectors of passages do."""

    @property
    def name(self) -> str:
        """What was asked for: ``static-fr``, a hub name, or the last part of a folder's path."""

    @property
    def revision(self) -> str:
        """Tells two versions of a model apart."""

    @property
    def dim(self) -> int:
        """Width of the vectors."""

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """Return a unit row per text, shape (len(texts), dim); of zeros where nothing is known."""

    def embed_query(self, text: str) -> FloatVector:
        """Return a unit vector, shape (dim,); of zeros where nothing is known."""


@dataclass(frozen=True, slots=True)
class PrefixedEmbedder:
    """An embedder made of one function: (texts, prefix of each) → unit rows."""

    name: str
    revision: str
    dim: int
    encode: Callable[[Sequence[str], str], FloatMatrix]
    query_prefix: str = ""
    passage_prefix: str = ""

    def embed_passages(self, texts: Sequence[str]) -> FloatMatrix:
        """See Embedder."""
        return self.encode(texts, self.passage_prefix)

    def embed_query(self, text: str) -> FloatVector:
        """See Embedder."""
        vector: FloatVector = self.encode([text], self.query_prefix)[0]
        return vector


def load_embedder(model: str = BUNDLED, *, query_prefix: str = "", passage_prefix: str = "") -> Embedder:
    """Load the bundled model, a folder, or a model of the Hugging Face hub.

    Args:
        model: ``static-fr``; or a folder, which is never looked up on the hub; or a hub name, taken from
            the local cache where it is there, and else downloaded.
        query_prefix: Put before each question.  Without any prefix given: what the model itself
            declares, or "query: " and "passage: " for the e5 family.
        passage_prefix: Put before each passage.

    Raises:
        ModelUnavailable: If the model is not on disk and cannot be fetched, or cannot be read.
    """
    folder = MODELS / BUNDLED if model == BUNDLED else Path(model).expanduser()
    if model == BUNDLED:
        embedder = _load_bundled(folder)
    elif model and _is_static(folder):
        embedder = _load_static(folder)
    elif model and folder.is_dir():  # an empty name would be the current folder
        embedder = _load_transformer(folder, name=folder.resolve().name, revision=folder_revision(folder))
    else:
        cached = find_or_download(model, _download, instead=_INSTEAD)
        embedder = _load_transformer(cached, name=model, revision=cached.name)  # named by its commit
    if query_prefix or passage_prefix:
        embedder = replace(embedder, query_prefix=query_prefix, passage_prefix=passage_prefix)
    if embedder.passage_prefix:
        digest = hashlib.sha256(embedder.passage_prefix.encode()).hexdigest()[:8]
        embedder = replace(embedder, revision=f"{embedder.revision}+{digest}")
    return embedder


def folder_revision(folder: Path) -> str:
    """Return a digest of a model's files: their names, sizes, first and last 64 KiB.

    Weights can weigh gigabytes: reading them whole would double the time to load.
    """
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if name.startswith(".") or path.suffix == ".md":
            continue
        size = path.stat().st_size
        digest.update(f"{name}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(_SAMPLE_BYTES))
            file.seek(max(0, size - _SAMPLE_BYTES))
            digest.update(file.read())
    return digest.hexdigest()[:16]


def _is_static(folder: Path) -> bool:
    return (folder / CONFIG).is_file() and read_config(folder).get("model_type") == MODEL_TYPE


@lru_cache(maxsize=1)
def _load_bundled(folder: Path) -> PrefixedEmbedder:
    """Load it once: it embeds the texts, and whatever does that, the words."""
    return _load_static(folder)


def _load_static(folder: Path) -> PrefixedEmbedder:
    model = StaticModel.load(folder)

    def encode(texts: Sequence[str], prefix: str) -> FloatMatrix:
        return model.embed([prefix + text for text in texts])

    return PrefixedEmbedder(model.name, model.revision, model.dim, encode)


def _load_transformer(folder: Path, *, name: str, revision: str) -> PrefixedEmbedder:
    """Load a sentence-transformers model from its folder, without the network."""
    import numpy as np
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(str(folder), local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        raise ModelUnavailable(
            f"« {folder} » n’est pas un modèle sentence-transformers lisible ({first_line(error)}). "
            "Téléchargez-le de nouveau en entier, ou revenez au modèle fourni : static-fr"
        ) from error
    dim = model.get_embedding_dimension()
    if dim is None:
        dim = int(model.encode([""], show_progress_bar=False).shape[1])

    def encode(texts: Sequence[str], prefix: str) -> FloatMatrix:
        # given as a prompt, even when empty: models may declare one of their own as the default
        rows = model.encode(list(texts), prompt=prefix, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, np.float32).reshape(len(texts), dim)

    query_prefix, passage_prefix = _default_prefixes(name, model)
    logger.info("model_loaded name=%s revision=%s dim=%d", name, revision, dim)
    return PrefixedEmbedder(name, revision, dim, encode, query_prefix, passage_prefix)


def _default_prefixes(name: str, model: SentenceTransformer) -> tuple[str, str]:
    """Return what a model declares, or what is known of its family."""
    prompts = model.prompts
    declared = prompts.get("query") or "", prompts.get("passage") or prompts.get("document") or ""
    if any(declared):
        return declared
    return _E5_PREFIXES if _E5.search(name.rpartition("/")[2].lower()) else ("", "")


def find_or_download(name: str, download: Callable[[str, str | None], object], *, instead: str) -> Path:
    """Return the folder of a hub model in the local cache, fetched if need be.  Its name is the commit.

    Args:
        name: As the hub knows it.
        download: Loads (name, commit) with the class that the model is for: it fetches the files it needs
            and no others.
        instead: What to do without this model, in French, for the message of an error.

    Raises:
        ModelUnavailable: If it is not in the cache and cannot be fetched.
    """
    if not _HUB_NAME.fullmatch(name):
        raise ModelUnavailable(
            f"Le dossier de modèle « {name} » n’existe pas. Vérifiez le chemin, ou {instead}"
        )
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except LocalEntryNotFoundError:
        logger.info("model_not_in_cache name=%s", name)
    except HFValidationError as error:
        raise _unavailable(name, error, instead) from error
    try:
        # asked first: sentence-transformers tries for over a minute before it says there is no network
        commit = HfApi().model_info(name, timeout=_HUB_TIMEOUT_SECONDS).sha
        download(name, commit)
        return Path(snapshot_download(name, revision=commit, local_files_only=True))
    except Exception as error:
        # the hub's client lets the errors of its HTTP library through, and that library is httpx in some
        # of its versions, httpx2 or requests in others
        raise _unavailable(name, error, instead) from error


def _download(name: str, commit: str | None) -> object:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(name, revision=commit)


def _unavailable(name: str, error: Exception, instead: str) -> ModelUnavailable:
    return ModelUnavailable(
        f"Le modèle « {name} » n’est pas sur cette machine et n’a pas pu être téléchargé ({first_line(error)}). "
        "Vérifiez le nom et la connexion ; sans réseau, copiez le modèle dans un dossier et donnez son chemin, "
        f"ou {instead}"
    )


def first_line(error: Exception) -> str:
    """Return the first line of an error's message, or its class when it has none."""
    return next(iter(str(error).splitlines()), type(error).__name__)[:200]
