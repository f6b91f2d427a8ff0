"""The two sides put together: the corpus side builds the index, the question side answers."""

from __future__ import annotations

import logging
import threading
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.answers.answer import answer_question
from assistant.errors import CorpusError, IndexStateError, SettingsError, reason_of
from assistant.french import words
from assistant.progress import no_progress
from assistant.records import DocumentInfo
from assistant.search.features import words_beside
from assistant.search.rank import load_ranker
from assistant.search.rerank import load_reranker, rerank
from assistant.search.retrieve import retrieve
from assistant.search.storage import (
    building,
    check_manifest,
    current_version,
    load_index,
    load_manifest,
    save_index,
)
from assistant.search.understand import understand

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from assistant.corpus.ingest import CorpusFile
    from assistant.progress import Progress
    from assistant.records import Answer, Hit, Turn, Understanding
    from assistant.search.embedding import Embedder
    from assistant.search.index import Index, Manifest
    from assistant.search.nearness import Nearness
    from assistant.search.rerank import Reranker
    from assistant.settings import Settings

logger = logging.getLogger(__name__)

CATALOGUE, ACRONYMS = "catalogue.toml", "acronyms.toml"


# --- the corpus side -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did."""

    changed: bool
    documents: int
    passages: int
    fiches: int
    skipped: tuple[str, ...]  # why, one message a file


@dataclass(frozen=True, slots=True)
class Scan:
    """The files of the corpus as they are now."""

    documents: tuple[CorpusFile, ...]
    files: dict[str, str]  # documents, fiches, catalogue, acronyms: path → hash, or why there is none
    errors: tuple[CorpusError, ...]


def scan_corpus(settings: Settings) -> Scan:
    """List the files of the corpus with their hashes; nothing is parsed."""
    from assistant.corpus.fiches import find_fiches
    from assistant.corpus.ingest import CorpusFile
    from assistant.corpus.loading import find_files, hash_file

    documents: list[CorpusFile] = []
    errors: list[CorpusError] = []
    for root in dict.fromkeys(settings.corpus):
        found, problems = find_files(root)
        errors += problems
        for path in found:
            try:
                documents.append(CorpusFile(path, root, hash_file(path)))
            except CorpusError as error:
                errors.append(error)
    knowledge = knowledge_folder(settings)
    own = [knowledge / CATALOGUE, knowledge / ACRONYMS]
    own += find_fiches(knowledge) if settings.fiches else []
    files = {str(file.path): file.sha256 for file in documents}
    files |= {str(path): hash_file(path) for path in own if path.is_file()}
    files |= {str(error.path): str(error) for error in errors}
    return Scan(tuple(documents), files, tuple(errors))


def knowledge_folder(settings: Settings) -> Path:
    """Return the folder of the catalogue and the fiches: the settings', else the project's own."""
    if settings.knowledge.is_dir():
        return settings.knowledge
    beside_package = Path(__file__).resolve().parents[2] / "corpus"
    return beside_package if beside_package.is_dir() else settings.knowledge


def folders(settings: Settings) -> tuple[str, ...]:
    """Return the folders of the corpus as a manifest records them."""
    return tuple(str(path.resolve()) for path in dict.fromkeys(settings.corpus))


def check_folders(settings: Settings) -> None:
    """Refuse folders of documents that cannot be read: an index without their documents answers less.

    Raises:
        SettingsError: Naming the folder.
    """
    for root in settings.corpus:
        try:
            next(root.iterdir(), None)
        except OSError as error:
            raise SettingsError(
                f"Le dossier de documents « {root} » ne peut pas être lu : {reason_of(error)}. L’index reste "
                "comme il était. Créez ce dossier, ou donnez-en un autre : --corpus DOSSIER, ASSISTANT_CORPUS "
                "ou « corpus » dans assistant.toml"
            ) from error


def update_index(settings: Settings, *, progress: Progress = no_progress) -> BuildReport:
    """Bring the index up to date with the corpus; nothing is done when nothing changed.

    Raises:
        SettingsError: If a folder of documents cannot be read; the index stays as it was.
        IndexStateError: If the folder cannot be written, or another build holds it too long.
        CorpusError: If the catalogue or the list of acronyms is malformed.
        ModelUnavailable: If the embedding model cannot be loaded.
    """
    check_folders(settings)
    with building(settings.index):
        scan = scan_corpus(settings)
        embedder = embedder_of(settings)
        try:
            manifest = load_manifest(settings.index)
            check_manifest(manifest, settings, folders=folders(settings), revision=embedder.revision)
            if dict(manifest.files) == scan.files:
                return _report(manifest, changed=False)
        except IndexStateError as problem:
            logger.info("index_rebuilt reason=%s", type(problem).__name__)
        index = make_index(settings, scan, embedder, previous=_previous(settings), progress=progress)
        save_index(index, settings.index)
        return _report(index.manifest, changed=True)


def make_index(
    settings: Settings,
    scan: Scan,
    embedder: Embedder,
    *,
    previous: Index | None = None,
    progress: Progress = no_progress,
) -> Index:
    """Read → clean → split → embed → index, in memory; what ``previous`` holds already is kept."""
    from assistant.corpus import ingest
    from assistant.corpus.catalogue import load_catalogue
    from assistant.search.index import Knowledge, Manifest, build_index
    from assistant.search.vocabulary import count_rows

    knowledge = knowledge_folder(settings)
    catalogue = load_catalogue(knowledge / CATALOGUE)
    acronyms = ingest.read_acronyms(knowledge / ACRONYMS)
    old = (
        {document.sha256: document for document in previous.knowledge.documents.values()} if previous else {}
    )
    documents, unread = ingest.read_documents(scan.documents, catalogue, known=old, progress=progress)
    fiches, malformed = ingest.read_fiches(knowledge) if settings.fiches else ((), [])
    made = ingest.make_passages(documents, fiches, max_chars=settings.passage_max_chars)
    lost = [
        f"Fiche « {fiche.id} » : son passage n’est plus dans « {source.document} ». "
        "Refaites l’ancre : assistant fiches anchor"
        for fiche, source in made.lost
    ]
    infos = {info.id: info for info in catalogue.documents} | {d.id: d.info for d in documents}
    for passage in made.passages:  # fiches may explain a document that no catalogue describes
        infos.setdefault(passage.document_id, DocumentInfo(passage.document_id, passage.document_id))
    split = cache(words)  # what is counted is indexed too
    texts: list[tuple[str, ...]] = [(passage.text,) for passage in made.passages]
    texts += [(fiche.title, fiche.body, *fiche.asked) for fiche in made.fiches]
    manifest = Manifest(
        version=uuid.uuid4().hex[:12],
        built=datetime.now().astimezone().isoformat(timespec="seconds"),
        model=settings.model,
        model_revision=embedder.revision,
        dim=embedder.dim,
        passage_max_chars=settings.passage_max_chars,
        corpus=folders(settings),
        files=scan.files,
        counts={"documents": len(documents), "passages": len(made.passages), "fiches": len(made.fiches)},
        fiches=settings.fiches,
        skipped=(*map(str, (*scan.errors, *unread, *malformed)), *lost),
    )
    return build_index(
        Knowledge(
            infos=infos,
            documents={document.id: document for document in documents},
            fiches=made.fiches,
            passages=made.passages,
            places=ingest.places_of(made.fiches),
            acronyms=acronyms,
            vocabulary=count_rows(chain.from_iterable(map(split, row)) for row in texts),
        ),
        embedder,
        manifest,
        previous=previous,
        progress=progress,
        split=split,
    )


def embedder_of(settings: Settings) -> Embedder:
    """Load the embedding model the settings name."""
    from assistant.search.embedding import load_embedder

    return load_embedder(
        settings.model, query_prefix=settings.query_prefix, passage_prefix=settings.passage_prefix
    )


def reranker_of(settings: Settings) -> Reranker | None:
    """Load the re-ranker the settings name, if they name one."""
    return load_reranker(settings.reranker) if settings.reranker else None


def _previous(settings: Settings) -> Index | None:
    """Return the index in use, to keep what has not changed, or None when it cannot be read."""
    try:
        return load_index(settings.index)
    except IndexStateError:
        return None


def _report(manifest: Manifest, *, changed: bool) -> BuildReport:
    counts = manifest.counts
    return BuildReport(changed, counts["documents"], counts["passages"], counts["fiches"], manifest.skipped)


# --- the question side -----------------------------------------------------------------------


class Assistant:
    """An index that answers questions.

    It takes its parts, so that a test can hand in others; ``Assistant.open`` finds the real ones.
    Questions may come from several threads: nothing here changes, save ``refresh``.
    """

    def __init__(
        self, index: Index, embedder: Embedder, settings: Settings, *, reranker: Reranker | None = None
    ) -> None:
        self.index = index
        self.embedder = embedder
        self.settings = settings
        self.reranker = reranker
        self._loading = threading.Lock()
        self._refused = ""  # a version that does not fit: not to be loaded again at each question

    @classmethod
    def open(cls, settings: Settings) -> Assistant:
        """Load what the settings name.

        Raises:
            IndexStateError: If there is no index, or it does not fit the settings.
            ModelUnavailable: If the embedding model or the re-ranker cannot be loaded.
        """
        index = load_index(settings.index)
        embedder = embedder_of(settings)
        check_manifest(index.manifest, settings, folders=folders(settings), revision=embedder.revision)
        return cls(index, embedder, settings, reranker=reranker_of(settings))

    def refresh(self) -> bool:
        """Switch to a newer version of the index when there is one; say whether there was.

        The questions under way are answered by the old one, and all of them for good if the new one
        does not fit.  One thread loads it, the others wait for it.
        """
        if not self._is_newer(current_version(self.settings.index)):
            return False
        with self._loading:
            version = current_version(self.settings.index)
            if not self._is_newer(version):  # another thread has just switched
                return False
            try:
                index = load_index(self.settings.index)
                check_manifest(
                    index.manifest,
                    self.settings,
                    folders=folders(self.settings),
                    revision=self.embedder.revision,
                )
            except IndexStateError as error:
                self._refused = version or ""
                logger.warning("index_not_refreshed reason=%s", error)
                return False
            self.index = index
            return True

    def _is_newer(self, version: str | None) -> bool:
        return version not in (None, self.index.manifest.version, self._refused)

    def understand(self, question: str, history: Sequence[Turn] = ()) -> Understanding:
        """Return the question made self-contained and mended."""
        return understand(question, history, self.index.knowledge)

    def search(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        top: int | None = None,
        only: Collection[str] = (),
    ) -> list[Hit]:
        """Return the best passages, best first; of the documents ``only`` names, or of all."""
        index = self.index  # one version for the whole question
        understanding = understand(question, history, index.knowledge)
        nearness = words_beside(understanding, index)
        return self._retrieve(understanding, index, nearness, top=top or self.settings.top, only=only)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        *,
        top: int | None = None,
        only: Collection[str] = (),
    ) -> Answer:
        """Understand → retrieve → answer → verify; from the documents ``only`` names, or from all."""
        index = self.index
        understanding = understand(question, history, index.knowledge)
        nearness = words_beside(understanding, index)
        hits = self._retrieve(understanding, index, nearness, top=top or self.settings.top, only=only)
        return answer_question(
            understanding,
            hits,
            index.knowledge,
            min_confidence=None if self.settings.min_confidence < 0 else self.settings.min_confidence,
            nearness=nearness,
            only=only,
        )

    def _retrieve(
        self,
        understanding: Understanding,
        index: Index,
        nearness: Nearness,
        *,
        top: int,
        only: Collection[str],
    ) -> list[Hit]:
        """Return the best passages; a re-ranker, where there is one, has read the first ones."""
        read = self.settings.rerank_top if self.reranker else 0
        hits = retrieve(
            understanding,
            index,
            self.embedder,
            top=max(top, read),
            only=only,
            ranker=load_ranker(),
            nearness=nearness,
        )
        return rerank(understanding.text, hits, self.reranker, top=read)[:top] if self.reranker else hits
