"""From folders of files to documents, passages and fiches; what cannot be read is listed."""

from __future__ import annotations

import logging
import tomllib
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from assistant.corpus.catalogue import Catalogue, unique_ids
from assistant.corpus.cleaning import clean
from assistant.corpus.fiches import find_fiches, load_fiche
from assistant.corpus.loading import load_document
from assistant.corpus.passages import split_passages
from assistant.corpus.placement import borders, fiches_at, place_fiches
from assistant.corpus.structure import parse_blocks
from assistant.errors import CorpusError, FicheError
from assistant.progress import no_progress
from assistant.records import Passage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.corpus.placement import Placement
    from assistant.progress import Progress
    from assistant.records import Document, Fiche, Source

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A document's file, under the folder it was found in."""

    path: Path
    root: Path
    sha256: str


def read_documents(
    files: Sequence[CorpusFile],
    catalogue: Catalogue,
    *,
    known: Mapping[str, Document] | None = None,
    progress: Progress = no_progress,
) -> tuple[tuple[Document, ...], list[CorpusError]]:
    """Read and clean files; one that cannot be read does not stop the others.

    Args:
        files: What to read.
        catalogue: Says which document a file holds.
        known: Documents of an earlier build by the hash of their file: not read again.
        progress: Told what is done, of how many.

    Returns:
        The documents, each with an id of its own, and the errors.
    """
    documents: list[Document] = []
    skipped: list[CorpusError] = []
    hashes: dict[str, Path] = {}
    for done, file in enumerate(files):
        progress("documents", done, len(files))
        if file.sha256 in hashes:
            skipped.append(CorpusError(file.path, f"c’est une copie de « {hashes[file.sha256]} »."))
            continue
        hashes[file.sha256] = file.path
        old = (known or {}).get(file.sha256)
        if old is not None:
            info = catalogue.find(file.sha256, file.path.stem) or old.info
            documents.append(
                replace(old, info=info, path=PurePosixPath(file.path.relative_to(file.root).as_posix()))
            )
            continue
        try:
            raw = load_document(file.path, root=file.root)
        except CorpusError as error:
            logger.warning("file_skipped path=%s", file.path)
            skipped.append(error)
            continue
        documents.append(clean(raw, catalogue.identify(raw)))
    progress("documents", len(files), len(files))
    infos = unique_ids([document.info for document in documents])
    return tuple(replace(d, info=info) for d, info in zip(documents, infos, strict=True)), skipped


def read_fiches(knowledge: Path) -> tuple[tuple[Fiche, ...], list[CorpusError]]:
    """Read all fiches below a folder; a malformed or repeated one is an error, not a stop."""
    fiches: dict[str, Fiche] = {}
    errors: list[CorpusError] = []
    for path in find_fiches(knowledge):
        try:
            fiche = load_fiche(path)
            if fiche.id in fiches:
                raise FicheError(path, f"l’identifiant « {fiche.id} » existe déjà.", "Donnez-en un autre.")
        except FicheError as error:
            errors.append(error)
        else:
            fiches[fiche.id] = fiche
    return tuple(fiches.values()), errors


def read_acronyms(path: Path) -> dict[str, tuple[str, ...]]:
    """Read ``acronyms.toml``: acronym → its expansions, the most usual first.

    Raises:
        CorpusError: If the file is not what it should be.
    """
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))["acronyms"]
    except (tomllib.TOMLDecodeError, KeyError, UnicodeDecodeError) as error:
        raise CorpusError(path, f"la liste des sigles est illisible ({error}).", "Corrigez-la.") from error
    return {key: tuple([value] if isinstance(value, str) else value) for key, value in table.items()}


@dataclass(frozen=True, slots=True)
class Passages:
    """What is searched, and what of the fiches could not be used."""

    passages: tuple[Passage, ...]
    placements: tuple[Placement, ...]
    fiches: tuple[Fiche, ...]  # those that lead to a passage
    lost: tuple[tuple[Fiche, Source], ...]  # the document is there, the passage is not


def make_passages(documents: Sequence[Document], fiches: Sequence[Fiche], *, max_chars: int) -> Passages:
    """Split the documents along the fiches' places; a fiche without its document stands alone.

    A fiche whose document is installed but no longer holds its passage is left out: nothing would
    prove its words.
    """
    placed = place_fiches(documents, fiches)
    by_document: dict[str, list[Placement]] = defaultdict(list)
    for placement in placed.placements:
        by_document[placement.document_id].append(placement)
    passages: list[Passage] = []
    for document in documents:
        spans = borders(placed.placements, document.id)
        split = split_passages(document, parse_blocks(document), max_chars=max_chars, borders=spans)
        places = fiches_at(by_document[document.id], [(passage.start, passage.end) for passage in split])
        passages += [
            replace(passage, fiche_id=at.fiche_id) if at else passage
            for passage, at in zip(split, places, strict=True)
        ]
    installed = {document.id for document in documents}
    explained = {passage.fiche_id for passage in passages}
    standing = [
        stand_in(fiche)
        for fiche in fiches
        if fiche.id not in explained and not any(source.document in installed for source in fiche.sources)
    ]
    used = explained | {passage.fiche_id for passage in standing}
    return Passages(
        passages=(*passages, *standing),
        placements=placed.placements,
        fiches=tuple(fiche for fiche in fiches if fiche.id in used),
        lost=placed.lost,
    )


def stand_in(fiche: Fiche) -> Passage:
    """Return the passage that a fiche is when the original is not installed."""
    source = fiche.sources[0]
    return Passage(
        id=f"fiche:{fiche.id}",
        document_id=source.document,
        start=0,
        end=0,
        text=fiche.body,
        headings=(*source.place.split(" › "), fiche.title),
        kind="fiche",
        fiche_id=fiche.id,
        original=False,
    )


def places_of(fiches: Iterable[Fiche]) -> dict[tuple[str, str], str]:
    """Return (fiche id, document id) → the place as the fiche writes it."""
    return {
        (fiche.id, source.document): source.place for fiche in fiches for source in reversed(fiche.sources)
    }
