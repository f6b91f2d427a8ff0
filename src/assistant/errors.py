"""Errors a user can act on.

AssistantError
├── SettingsError         a value, file or variable is wrong
├── CorpusError           something in the corpus; has .path
│   ├── CatalogueError    corpus/catalogue.toml
│   ├── FicheError        a fiche is malformed
│   ├── UnsupportedFormat
│   ├── UnreadableFile    damaged, encrypted, undecodable, too large, not what its name says
│   ├── NoTextFound       empty, or a scan without a text layer
│   └── UploadRefused     a document that the page cannot add, or remove
├── IndexStateError
│   ├── IndexMissing
│   ├── IndexOutdated     another format, model or analyser
│   └── IndexDamaged
├── LibraryBusy           documents are being added or removed already
├── ModelUnavailable      not on disk and not downloadable
├── QuestionsError        a question, or a file of questions, is wrong
├── ReportError           the report of an evaluation cannot be read
├── FeedbackError         an opinion cannot be kept or read
└── SheetError            a file is not the sheet of an answer

Each message is a French sentence: what happened, where, what to do.  A programming mistake stays
a ``ValueError`` or a ``TypeError``.

>>> try:
...     raise UnreadableFile(Path("corpus/a.pdf"), "le fichier est chiffré.", "Enregistrez-le.")
... except AssistantError as error:
...     print(error)
« corpus/a.pdf » : le fichier est chiffré. Enregistrez-le.
"""

from __future__ import annotations

import errno
from pathlib import PurePath as Path

# The system's own words are English; the others are rare enough for their number.
_REASONS = {
    errno.ENOENT: "il n’existe pas",
    errno.EACCES: "l’accès n’est pas permis",
    errno.EPERM: "l’accès n’est pas permis",
    errno.EISDIR: "c’est un dossier",
    errno.ENOTDIR: "ce n’est pas un dossier",
    errno.EEXIST: "il existe déjà",
    errno.ENAMETOOLONG: "le nom est trop long",
    errno.ENOSPC: "le disque est plein",
    errno.EROFS: "le disque est en lecture seule",
    errno.EIO: "le disque ou le réseau ne répond pas bien",
}


def reason_of(error: OSError, *, absent: str = _REASONS[errno.ENOENT]) -> str:
    """Return why the system refused something, one French clause.

    Args:
        error: What it raised.
        absent: What to say where something does not exist: on writing, it is the folder.

    >>> reason_of(IsADirectoryError(errno.EISDIR, "Is a directory"))
    'c’est un dossier'
    """
    if error.errno == errno.ENOENT:
        return absent
    return _REASONS.get(error.errno or 0, f"erreur {error.errno} du système")


class AssistantError(Exception):
    """Base of all errors shown to the user."""


class SettingsError(AssistantError):
    """A setting has a wrong value or an unknown name."""


class CorpusError(AssistantError):
    """A problem with one file of the corpus.

    Attributes:
        path: The file, as the user would name it.
        reason: What is wrong, one French clause or sentence.
        remedy: What to do about it.
    """

    def __init__(self, path: Path, reason: str, remedy: str = "") -> None:
        self.path, self.reason, self.remedy = path, reason, remedy
        super().__init__(f"« {path} » : {reason} {remedy}".rstrip())


class CatalogueError(CorpusError):
    """``catalogue.toml`` cannot be used."""


class FicheError(CorpusError):
    """A fiche does not follow its format."""


class UnsupportedFormat(CorpusError):
    """No reader for this kind of file."""


class UnreadableFile(CorpusError):
    """Damaged, encrypted, undecodable, too large, or not what its name says."""


class NoTextFound(CorpusError):
    """Empty, or a scan without a text layer."""


class UploadRefused(CorpusError):
    """A document cannot be added through the page, or removed."""


class LibraryBusy(AssistantError):
    """Documents are being added or removed already."""


class IndexStateError(AssistantError):
    """The index cannot be used as it is."""


class IndexMissing(IndexStateError):
    """There is no index in the folder."""


class IndexOutdated(IndexStateError):
    """The index was made by another format, model or analyser."""


class IndexDamaged(IndexStateError):
    """Files of the index are missing or do not agree."""


class ModelUnavailable(AssistantError):
    """A model is not on disk and cannot be fetched."""


class QuestionsError(AssistantError):
    """A question is empty or too long, or a file of questions is malformed."""


class ReportError(AssistantError):
    """The report of an evaluation cannot be read."""


class SheetError(AssistantError):
    """A file is not the sheet of an answer."""


class FeedbackError(AssistantError):
    """An opinion cannot be kept or read."""
