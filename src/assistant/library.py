"""Documents that users add: checked, kept in one folder of the corpus, indexed while the page answers.

The folder holds nothing else, so what may be removed through the page is what came through it.
Names and contents come from outside: names are rewritten, contents are read by their reader before
they join the corpus, links are followed nowhere.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import shutil
import stat
import threading
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO

from assistant.corpus.catalogue import make_slug
from assistant.corpus.loading import IGNORED, READERS, load_document
from assistant.corpus.reading import Limits
from assistant.errors import AssistantError, CorpusError, LibraryBusy, UploadRefused, reason_of
from assistant.pipeline import update_index

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.pipeline import Assistant
    from assistant.settings import Settings

logger = logging.getLogger(__name__)

FOLDER = "ajouts"  # below the first folder of the corpus
MAX_FILES = 20  # at once
MEGABYTE = 1_000_000
PAGE_CHARS = 5000  # what counts as a page where a format has none: a dense one
_STAGING = ".en-cours"  # hidden: the corpus does not look there
_NAME_BYTES = 120  # of a file's name; systems take 255, with folders before it
_COPY_BYTES = 1 << 20

_FORBIDDEN = re.compile(r'[<>:"|?*]+')
_SEPARATOR = re.compile(r"[/\\]")
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE
)  # of Windows: no file may be called so
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # Unicode categories; Cf turns text around


@dataclass(frozen=True, slots=True)
class Upload:
    """A document that was added."""

    name: str
    size: int  # bytes

    @property
    def path(self) -> str:
        """Where it is below the corpus folder, as ``Document.path`` writes it."""
        return f"{FOLDER}/{self.name}"


@dataclass(frozen=True, slots=True)
class Work:
    """What the library is doing, or did last.

    Attributes:
        number: Of this work, from 1; 0 before the first.
        step: "fichiers" while files are checked, then the steps of a build; see ``Progress``.
        refused: Why, one message a file.
        error: Why the index could not be brought up to date.
    """

    number: int = 0
    running: bool = False
    step: str = ""
    done: int = 0
    total: int = 0
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    error: str = ""


class Library:
    """The documents added to an assistant's corpus.

    One work at a time, in a thread: the assistant answers from its index meanwhile, and switches
    to the new one at the end.
    """

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.settings = assistant.settings
        self.folder = self.settings.corpus[0] / FOLDER
        self._work = Work()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def work(self) -> Work:
        """What is being done, or was done last."""
        return self._work

    def uploads(self) -> list[Upload]:
        """Return the documents that were added, by name."""
        return list_uploads(self.folder)

    def add(self, files: Sequence[Path]) -> None:
        """Check files and add those that can be, then bring the index up to date.

        The files are taken: none is left where it was.

        Raises:
            LibraryBusy: If something else is going on.
        """
        self._start(lambda: self._add(files))

    def remove(self, names: Sequence[str]) -> None:
        """Delete documents that were added, then bring the index up to date.

        Raises:
            LibraryBusy: If something else is going on.
        """
        self._start(lambda: self._remove(names))

    def rebuild(self) -> None:
        """Bring the index up to date with the folders of the corpus.

        Raises:
            LibraryBusy: If something else is going on.
        """
        self._start(lambda: None)

    def wait(self, seconds: float | None = None) -> Work:
        """Wait for the work to end; return what it is then."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self._work

    # --- the thread --------------------------------------------------------------------------

    def _start(self, prepare: Callable[[], None]) -> None:
        with self._lock:
            if self._work.running:
                raise LibraryBusy("Une mise à jour des documents est déjà en cours. Attendez sa fin.")
            self._work = Work(number=self._work.number + 1, running=True)
        # Ended with the server: an index half built is never in use.
        self._thread = threading.Thread(target=self._run, args=(prepare,), daemon=True)
        self._thread.start()

    def _run(self, prepare: Callable[[], None]) -> None:
        error = "Erreur imprévue : l’index n’est pas à jour. Le journal du serveur dit laquelle."
        try:
            prepare()
            update_index(self.settings, progress=self._show)
            self.assistant.refresh()
            error = ""
        except AssistantError as problem:
            error = str(problem)
        except Exception:
            logger.exception("library_failed")
        finally:
            self._work = replace(self._work, running=False, error=error)

    def _show(self, step: str, done: int, total: int) -> None:
        self._work = replace(self._work, step=step, done=done, total=total)

    def _add(self, files: Sequence[Path]) -> None:
        known = {
            document.sha256: document.info.name
            for document in self.assistant.index.knowledge.documents.values()
        }
        for done, file in enumerate(files):
            self._show("fichiers", done, len(files))
            try:
                if done >= MAX_FILES:
                    raise UploadRefused(
                        PurePath(file.name),
                        f"plus de {MAX_FILES} fichiers d’un coup.",
                        "Ajoutez-le ensuite.",
                    )
                name = add_file(file, self.folder, self.settings, known, self._taken_ids())
            except CorpusError as error:
                self._work = replace(self._work, refused=(*self._work.refused, str(error)))
            else:
                self._work = replace(self._work, added=(*self._work.added, name))
            finally:
                with suppress(OSError):
                    file.unlink()
        self._show("fichiers", len(files), len(files))

    def _taken_ids(self) -> set[str]:
        """Return the identifiers that an added document would share with one already there."""
        return {*self.assistant.index.knowledge.documents} | {
            make_slug(PurePath(upload.name).stem) for upload in self.uploads()
        }

    def _remove(self, names: Sequence[str]) -> None:
        for name in names:
            try:
                remove_file(name, self.folder)
            except CorpusError as error:
                self._work = replace(self._work, refused=(*self._work.refused, str(error)))
            else:
                self._work = replace(self._work, removed=(*self._work.removed, name))


# --- files -----------------------------------------------------------------------------------


def list_uploads(folder: Path) -> list[Upload]:
    """Return the documents of a folder, by name; links and what is not a file are left out."""
    if folder.is_symlink() or not folder.is_dir():
        return []
    found = []
    for entry in os.scandir(folder):
        if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
            found.append(Upload(entry.name, entry.stat(follow_symlinks=False).st_size))
    return sorted(found, key=lambda upload: upload.name.casefold())


def limits_of(settings: Settings) -> Limits:
    """Return how much one added file may hold."""
    usual = Limits()
    return replace(
        usual,
        max_file_bytes=settings.upload_max_mb * MEGABYTE,
        max_pages=settings.upload_max_pages,
        max_text_chars=min(usual.max_text_chars, settings.upload_max_pages * PAGE_CHARS),
    )


def add_file(source: Path, folder: Path, settings: Settings, known: dict[str, str], taken: set[str]) -> str:
    """Check a file and put a copy of it in the folder; return its name there.

    Args:
        source: The file; it is left where it is.
        folder: Of the added documents; made when it is not there.
        settings: How large a file, and all of them, may be.
        known: Hash → name of the documents already there; the new one joins it.
        taken: Identifiers that no other document may have.

    Raises:
        CorpusError: If it is refused; the error names the file as its owner does.
    """
    name = safe_name(source.name)
    shown = PurePath(name)
    suffix = shown.suffix
    if suffix not in READERS:
        kind = f" (« {suffix} »)" if suffix else " (sans extension)"
        raise UploadRefused(
            shown,
            f"format non pris en charge{kind}.",
            f"Enregistrez-le dans l’un des formats lus : {', '.join(READERS)}.",
        )
    staging = folder / _STAGING
    try:
        _make_folder(folder, shown)
        shutil.rmtree(staging, ignore_errors=True)  # what a killed work left
        staging.mkdir()
        staged = staging / name
        digest = _copy(source, staged, settings, shown, used=sum(u.size for u in list_uploads(folder)))
        if digest in known:
            raise UploadRefused(shown, f"ce document est déjà là : « {known[digest]} ».")
        if make_slug(shown.stem) in taken:
            raise UploadRefused(
                shown,
                "un document de ce nom est déjà là.",
                "Renommez le fichier, ou retirez d’abord l’autre.",
            )
        try:
            load_document(staged, root=staging, limits=limits_of(settings))
        except CorpusError as error:
            raise type(error)(shown, error.reason, error.remedy) from error
        staged.rename(folder / name)
    except OSError as error:
        raise UploadRefused(
            shown,
            f"il n’a pas pu être enregistré ({reason_of(error, absent='le dossier des documents n’existe plus')}).",
            "Vérifiez le disque et les droits du dossier des documents.",
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    known[digest] = name
    return name


def remove_file(name: str, folder: Path) -> None:
    """Delete a document that was added.

    Raises:
        UploadRefused: If it is none of them, or cannot be deleted.
    """
    shown = PurePath(safe_name(name))
    if name not in {upload.name for upload in list_uploads(folder)}:
        raise UploadRefused(shown, "ce n’est pas un document ajouté par la page, ou il n’est plus là.")
    try:
        (folder / name).unlink()
    except OSError as error:
        raise UploadRefused(
            shown, f"il n’a pas pu être retiré ({reason_of(error)}).", "Vérifiez les droits du dossier."
        ) from error


def safe_name(name: str) -> str:
    r"""Return a name that is one file's on any system, near what it was; its extension in small letters.

    >>> safe_name("../../Règlement  2025 .PDF")
    'Règlement 2025.pdf'
    >>> safe_name("C:\\fichiers\\aux.txt")
    'document-aux.txt'
    """
    name = unicodedata.normalize("NFC", _SEPARATOR.split(name)[-1])
    name = "".join(" " if unicodedata.category(c) in _INVISIBLE else c for c in name)
    name = " ".join(_FORBIDDEN.sub("-", name).split()).lstrip(".~$ ")
    path = PurePath(name)
    stem, suffix = path.stem.rstrip(". "), path.suffix.lower()
    if not stem or _DEVICE.fullmatch(stem.split(".")[0]) or f"{stem}{suffix}".lower() in IGNORED:
        stem = f"document-{stem}".rstrip("-")
    room = _NAME_BYTES - len(suffix.encode())
    stem = stem.encode()[: max(room, 1)].decode(errors="ignore").rstrip(". ")
    return stem + suffix if len(suffix.encode()) < _NAME_BYTES else stem


def _make_folder(folder: Path, shown: PurePath) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UploadRefused(
            shown, f"« {FOLDER} » n’est pas un vrai dossier du corpus.", "Remplacez ce lien par un dossier."
        )
    folder.mkdir(exist_ok=True)  # not those above: an index of this folder alone would replace the good one


def _copy(source: Path, target: Path, settings: Settings, shown: PurePath, *, used: int) -> str:
    """Copy a file within the limits; return its hash."""
    most, room = settings.upload_max_mb * MEGABYTE, settings.upload_quota_mb * MEGABYTE - used
    digest, size = hashlib.sha256(), 0
    with _open_file(source, shown) as original, target.open("xb") as copy:
        while block := original.read(_COPY_BYTES):
            size += len(block)
            if size > most:
                raise UploadRefused(
                    shown,
                    f"le fichier dépasse {settings.upload_max_mb} Mo.",
                    "Découpez-le, ou allégez ses images.",
                )
            if size > room:
                raise UploadRefused(
                    shown,
                    f"les documents ajoutés dépasseraient {settings.upload_quota_mb} Mo en tout.",
                    "Retirez-en, ou augmentez le réglage « upload_quota_mb ».",
                )
            digest.update(block)
            copy.write(block)
    return digest.hexdigest()


def _open_file(path: Path, shown: PurePath) -> BinaryIO:
    """Open a regular file for reading; never through a link, nor a pipe, which would wait for ever."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    if path.is_symlink():  # where the system has no O_NOFOLLOW
        raise UploadRefused(shown, "c’est un lien.", "Donnez le fichier lui-même.")
    descriptor = os.open(path, flags)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UploadRefused(shown, "ce n’est pas un fichier ordinaire.")
    return os.fdopen(descriptor, "rb")
