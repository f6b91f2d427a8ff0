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
├── QuestionsError        a file of questions for ``assistant batch`` is wrong
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

from pathlib import PurePath as Path


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
    """A file of questions is malformed."""


class ReportError(AssistantError):
    """The report of an evaluation cannot be read."""


class SheetError(AssistantError):
    """A file is not the sheet of an answer."""


class FeedbackError(AssistantError):
    """An opinion cannot be kept or read."""
