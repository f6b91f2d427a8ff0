"""The index on disk.

``index/current`` names the folder of the version in use::

    index/current      one line; replaced by one rename
    index/<version>/   manifest.json, knowledge.json, entries.json, vectors.faiss,
                       signs.npz, words/, languages/, texts/, bm25/<field>/

A build writes a new version and only then replaces ``current``: killed at any moment, it leaves
the old version in use.  A reader that has loaded the old version keeps it in memory.  Deleting
the whole folder is always safe.
"""

from __future__ import annotations

import json
import shlex
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from assistant.corpus.fiches import LISTS
from assistant.errors import IndexDamaged, IndexMissing, IndexOutdated, IndexStateError
from assistant.french import ANALYSER_VERSION
from assistant.records import (
    Anchor,
    Document,
    DocumentInfo,
    Fiche,
    Obligation,
    PageSpan,
    Passage,
    Replacement,
    Source,
)
from assistant.search.dense import DenseIndex
from assistant.search.index import FORMAT_VERSION, Entry, Index, Knowledge, Manifest, assemble
from assistant.search.language_models import LanguageModels
from assistant.search.lexical import LexicalIndex
from assistant.search.nearness import WORD_LISTS, WordTable
from assistant.search.ragged import RaggedArray
from assistant.search.signs import Signs
from assistant.search.vocabulary import Vocabulary
from assistant.settings import Settings

CURRENT = "current"
_LANGUAGE_TABLES = ("starts", "rows", "gains", "costs")
LOCK_SECONDS = 600  # how long a build waits for another one to end


def build_command(folder: Path) -> str:
    """Return the command that builds the index of a folder, as it is typed.

    >>> build_command(Path("essais/mon index"))
    "assistant index --index 'essais/mon index'"
    """
    return "assistant index" + ("" if folder == Settings().index else f" --index {shlex.quote(str(folder))}")


def _rebuild(folder: Path) -> str:
    return f"Reconstruisez-le : {build_command(folder)}"


def _missing(folder: Path) -> IndexMissing:
    return IndexMissing(f"Il n’y a pas d’index dans « {folder} ». Construisez-le : {build_command(folder)}")


# --- versions --------------------------------------------------------------------------------


def current_version(folder: Path) -> str | None:
    """Return the name of the version in use, or None when there is no index."""
    try:
        return (folder / CURRENT).read_text(encoding="ascii").strip() or None
    except (FileNotFoundError, NotADirectoryError):
        return None


@contextmanager
def building(folder: Path) -> Iterator[None]:
    """Hold the folder for one build at a time; a killed build releases it.

    Raises:
        IndexStateError: If another build is still running after ``LOCK_SECONDS``, or the folder
            cannot be written.
    """
    import filelock

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder / "lock", timeout=LOCK_SECONDS):
            yield
    except filelock.Timeout as error:
        raise IndexStateError(f"Une autre construction occupe « {folder} ». Attendez sa fin.") from error
    except (PermissionError, FileExistsError) as error:
        raise IndexStateError(
            f"« {folder} » n’est pas un dossier où écrire. Choisissez-en un : --index"
        ) from error


def save_index(index: Index, folder: Path) -> None:
    """Write a new version, put it in use by one rename, then remove the others."""
    version = index.manifest.version
    _write(index, folder / version)
    note = folder / f"{CURRENT}.new"
    note.write_text(version + "\n", encoding="ascii")
    note.replace(folder / CURRENT)
    for path in folder.iterdir():  # older versions, and what killed builds left
        if path.is_dir() and path.name != version:
            shutil.rmtree(path, ignore_errors=True)


def load_index(folder: Path) -> Index:
    """Load the version in use.

    Raises:
        IndexMissing: If nothing was built in this folder.
        IndexOutdated: If it was written by another version of the assistant.
        IndexDamaged: If files are missing or do not agree.
    """
    while True:
        version = current_version(folder)
        if version is None:
            raise _missing(folder)
        try:
            return _read(folder / version)
        except IndexDamaged:
            if current_version(folder) == version:  # else it was replaced while we read it
                raise


def load_manifest(folder: Path) -> Manifest:
    """Read the manifest of the version in use; raises as ``load_index``."""
    version = current_version(folder)
    if version is None:
        raise _missing(folder)
    return _read_manifest(folder / version)


def check_manifest(
    manifest: Manifest, settings: Settings, *, folders: tuple[str, ...], revision: str
) -> None:
    """Refuse an index that the settings do not fit.

    Raises:
        IndexOutdated: Naming what differs.
    """
    for what, found, wanted in (
        ("un autre modèle", manifest.model, settings.model),
        ("une autre révision du modèle", manifest.model_revision, revision),
        ("d’autres dossiers", ", ".join(manifest.corpus), ", ".join(folders)),
        ("une autre taille de passage", manifest.passage_max_chars, settings.passage_max_chars),
        ("un autre choix de fiches", manifest.fiches, settings.fiches),
    ):
        if found != wanted:
            raise IndexOutdated(
                f"L’index de « {settings.index} » a été construit avec {what} ({found} ; demandé : {wanted}). "
                f"{_rebuild(settings.index)}"
            )


# --- files -----------------------------------------------------------------------------------


def _write(index: Index, target: Path) -> None:
    import numpy as np

    (target / "texts").mkdir(parents=True)
    knowledge = index.knowledge
    for number, document in enumerate(knowledge.documents.values()):
        (target / "texts" / f"{number}.txt").write_text(document.text, encoding="utf-8", newline="")
        _dump(target / "texts" / f"{number}.raw.json", document.raw_pages)
        np.save(target / "texts" / f"{number}.npy", document.raw_spans)
    _dump(
        target / "knowledge.json",
        {
            "infos": list(knowledge.infos.values()),
            "documents": [
                {
                    "id": document.id,
                    "path": str(document.path),
                    "sha256": document.sha256,
                    "pages": [(page.number, page.start, page.end) for page in document.pages],
                }
                for document in knowledge.documents.values()
            ],
            "fiches": knowledge.fiches,
            "passages": [
                _plain(passage) | ({"text": None} if passage.original else {})
                for passage in knowledge.passages
            ],
            "places": [(*key, place) for key, place in knowledge.places.items()],
            "acronyms": knowledge.acronyms,
            "vocabulary": knowledge.vocabulary,
        },
    )
    _dump(
        target / "entries.json",
        {
            "entries": [(entry.kind, entry.row) for entry in index.entries],
            "text_hashes": index.text_hashes,
            "lexical": {name: len(field) for name, field in index.lexical.items()},
        },
    )
    for name, field in index.lexical.items():
        field.save(target / "bm25" / name)
    index.dense.save(target / "vectors.faiss")
    _write_words(index.word_table, target / "words")
    _write_languages(index.languages, target / "languages")
    _write_signs(index.signs, index.text_terms, target / "signs.npz")
    _dump(target / "manifest.json", index.manifest)


def _read(source: Path) -> Index:
    manifest = _read_manifest(source)
    try:
        values = _load(source / "knowledge.json")
        entries = _load(source / "entries.json")
        knowledge = _knowledge(values, source)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"L’index est abîmé (« {source} »). {_rebuild(source.parent)}") from error
    index = assemble(
        manifest,
        knowledge,
        tuple(Entry(kind, row) for kind, row in entries["entries"]),
        tuple(entries["text_hashes"]),
        DenseIndex.load(source / "vectors.faiss"),
        {name: LexicalIndex.load(source / "bm25" / name, rows) for name, rows in entries["lexical"].items()},
        _read_words(source),
        _read_languages(source),
        *_read_signs(source),
    )
    counts = len(index.entries), len(index.text_hashes), len(index.dense)
    if len(set(counts)) > 1 or index.dense.dim != manifest.dim:
        raise IndexDamaged(
            f"L’index est abîmé : ses fichiers ne s’accordent pas {counts}. {_rebuild(source.parent)}"
        )
    return index


def _write_words(table: WordTable, folder: Path) -> None:
    import numpy as np

    folder.mkdir()
    _dump(folder / "names.json", table.names)
    np.savez(
        folder / "tables.npz",
        vectors=table.vectors.astype(np.float16),  # half the size; cosines move by a thousandth at most
        question_starts=table.question_starts,
        **{
            f"{name}_{part}": getattr(getattr(table, name), part)
            for name in WORD_LISTS
            for part in ("values", "starts")
        },
    )


def _read_words(source: Path) -> WordTable:
    import numpy as np

    with _tables(source, "words/tables.npz") as tables:
        lists = {name: RaggedArray(tables[f"{name}_values"], tables[f"{name}_starts"]) for name in WORD_LISTS}
        return WordTable(
            tuple(_load(source / "words" / "names.json")),
            tables["vectors"].astype(np.float32),
            question_starts=tables["question_starts"],
            **lists,
        )


def _write_languages(languages: LanguageModels, folder: Path) -> None:
    import numpy as np

    folder.mkdir()
    _dump(folder / "names.json", languages.names)
    np.savez(folder / "tables.npz", **{name: getattr(languages, name) for name in _LANGUAGE_TABLES})


def _read_languages(source: Path) -> LanguageModels:
    with _tables(source, "languages/tables.npz") as tables:
        names = tuple(_load(source / "languages" / "names.json"))
        return LanguageModels(names, **{name: tables[name] for name in _LANGUAGE_TABLES})


def _write_signs(signs: Signs, text_terms: RaggedArray, path: Path) -> None:
    import numpy as np

    np.savez(
        path,
        held=signs.held,
        years=signs.years.values,
        year_starts=signs.years.starts,
        terms=text_terms.values,
        term_starts=text_terms.starts,
    )


def _read_signs(source: Path) -> tuple[RaggedArray, Signs]:
    with _tables(source, "signs.npz") as tables:
        signs = Signs(tables["held"], RaggedArray(tables["years"], tables["year_starts"]))
        return RaggedArray(tables["terms"], tables["term_starts"]), signs


@contextmanager
def _tables(source: Path, name: str) -> Iterator[Mapping[str, Any]]:
    """Open a file of arrays of a version; what is wrong with it, or with what is read beside it, is damage."""
    import numpy as np

    try:
        with (source / name).open("rb") as file, np.load(file) as tables:
            yield tables
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise IndexDamaged(f"L’index est abîmé (« {source / name} »). {_rebuild(source.parent)}") from error


def _read_manifest(source: Path) -> Manifest:
    try:
        values = _load(source / "manifest.json")
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"L’index est abîmé (« {source} »). {_rebuild(source.parent)}") from error
    versions = values.get("format_version"), values.get("analyser_version")
    if versions != (FORMAT_VERSION, ANALYSER_VERSION):
        raise IndexOutdated(
            f"L’index vient d’une autre version de l’assistant {versions}. {_rebuild(source.parent)}"
        )
    return Manifest(**values | {"corpus": tuple(values["corpus"]), "skipped": tuple(values["skipped"])})


def _knowledge(values: Mapping[str, Any], source: Path) -> Knowledge:
    import numpy as np

    infos = {item["id"]: _info(item) for item in values["infos"]}
    documents = {}
    for number, item in enumerate(values["documents"]):
        texts = source / "texts"
        text = (texts / f"{number}.txt").read_bytes().decode("utf-8")
        spans = np.load(texts / f"{number}.npy")
        if len(spans) != len(text):
            raise ValueError(f"{len(text)} characters, {len(spans)} places")
        documents[item["id"]] = Document(
            info=infos[item["id"]],
            path=PurePosixPath(item["path"]),
            sha256=item["sha256"],
            text=text,
            pages=tuple(PageSpan(*page) for page in item["pages"]),
            raw_pages=tuple(_load(texts / f"{number}.raw.json")),
            raw_spans=spans,
        )
    return Knowledge(
        infos=infos,
        documents=documents,
        fiches=tuple(_fiche(item) for item in values["fiches"]),
        passages=tuple(_passage(item, documents) for item in values["passages"]),
        places={(fiche, document): place for fiche, document, place in values["places"]},
        acronyms={key: tuple(items) for key, items in values["acronyms"].items()},
        vocabulary=Vocabulary(**values["vocabulary"]),
    )


def _info(item: Mapping[str, Any]) -> DocumentInfo:
    return DocumentInfo(
        **{
            key: value
            for key, value in item.items()
            if key not in ("valid_from", "valid_until", "replaces", "sha256")
        },
        valid_from=_date(item["valid_from"]),
        valid_until=_date(item["valid_until"]),
        replaces=tuple(Replacement(**part) for part in item["replaces"]),
        sha256=tuple(item["sha256"]),
    )


def _passage(item: dict[str, Any], documents: Mapping[str, Document]) -> Passage:
    if item["text"] is None:
        item["text"] = documents[item["document_id"]].text[item["start"] : item["end"]]
    item["headings"] = tuple(item["headings"])
    return Passage(**item)


def _fiche(item: dict[str, Any]) -> Fiche:
    item["sources"] = tuple(_source(source) for source in item["sources"])
    item["obligations"] = tuple(Obligation(**values) for values in item["obligations"])
    item["reviewed"] = _date(item["reviewed"])
    item["answered_by"] = tuple(map(tuple, item["answered_by"]))
    for key in LISTS:
        item[key] = tuple(item[key])
    return Fiche(**item)


def _source(item: dict[str, Any]) -> Source:
    anchor, lines = item["anchor"], item["lines"]
    if anchor:
        anchor = Anchor(**anchor | {"marks": tuple((offset, value) for offset, value in anchor["marks"])})
    return Source(item["document"], item["place"], anchor, tuple(lines) if lines else None)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _dump(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, default=_plain), encoding="utf-8")


def _plain(value: Any) -> Any:
    """Return a date or a record as JSON has it; ``asdict`` would copy all that is inside, most of a second here."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return date.isoformat(value)


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
