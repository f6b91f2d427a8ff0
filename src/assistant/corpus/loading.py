"""Files of the corpus: find them, check what they are, and read them.

A format is one line of ``READERS``.  Whatever is wrong with a file is a ``CorpusError`` that names
it and says what to do; the other files are not concerned.
"""

from __future__ import annotations

import hashlib
import logging
import re
import stat
from pathlib import Path, PurePath, PurePosixPath

from assistant.corpus.packages import package_kind
from assistant.corpus.read_docx import read_docx
from assistant.corpus.read_html import read_html
from assistant.corpus.read_odt import read_odt
from assistant.corpus.read_pdf import read_pdf
from assistant.corpus.read_text import read_markdown, read_text
from assistant.corpus.reading import Limits, PageReader, locked, too_large
from assistant.errors import CorpusError, NoTextFound, UnreadableFile, UnsupportedFormat, reason_of
from assistant.records import RawDocument

logger = logging.getLogger(__name__)

READERS: dict[str, PageReader] = {
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".odt": read_odt,
    ".html": read_html,
    ".htm": read_html,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".txt": read_text,
}

DEFAULT_LIMITS = Limits()

RESERVED = {"fiches", "catalogue.toml", "acronyms.toml"}  # at the top of the corpus: not documents
IGNORED = {
    "readme.md",
    "structure.md",
    "thumbs.db",
    "desktop.ini",
}  # anywhere: notes on a folder, traces of Windows

_FORMATS = ", ".join(READERS)
_KINDS = {".pdf": "PDF", ".docx": "DOCX", ".odt": "ODT"}  # the other formats are text
_SUFFIXES = {kind: suffix for suffix, kind in _KINDS.items()}
_MAGIC = (
    (b"%PDF-", "PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ancien format de Microsoft Office"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\0", "image"),
    (b"MM\0*", "image"),
)
_PDF_MARK_WITHIN = 1024  # bytes; viewers accept some rubbish before the mark
_ENCRYPTED_OFFICE = "EncryptedPackage".encode("utf-16-le")  # how Office wraps a DOCX with a password
_SURROGATE = re.compile("[\ud800-\udfff]")


# --- finding ---------------------------------------------------------------------------------


def find_files(root: Path) -> tuple[list[Path], list[CorpusError]]:
    """Find the documents below a folder.

    A link that stays in the folder is followed, unless its target is listed anyway; one that leads
    out is an error, so that a corpus never shows what its owner did not put there.

    Returns:
        The files, sorted, and what could not be taken.
    """
    if not root.is_dir():
        reason = "ce n’est pas un dossier." if root.exists() else "le dossier n’existe pas."
        return [], [UnreadableFile(root, reason, "Créez-le, ou corrigez le réglage « corpus ».")]
    files: dict[Path, Path] = {}  # real file → the path that names it
    errors: list[CorpusError] = []
    seen: set[Path] = set()  # real folders: each is listed once, so that loops of links end
    links: list[Path] = []
    pending = [root]
    while pending or links:
        # Links come last: a file that is in the folder and linked as well keeps its own path.
        path = pending.pop() if pending else links.pop(0)
        try:
            real = _resolve_inside(path, root)
            entries = sorted(path.iterdir()) if real.is_dir() and real not in seen else None
        except CorpusError as error:
            errors.append(error)
        except OSError as error:
            errors.append(_translate(error, path))
        else:
            if entries is not None:
                seen.add(real)
                for entry in entries:
                    if not _is_ignored(entry, root):
                        (links if entry.is_symlink() else pending).append(entry)
            elif real in seen or real in files:
                continue
            elif path.suffix.lower() not in READERS:
                errors.append(_unsupported(path))
            elif not real.is_file():
                errors.append(_not_a_file(path))
            else:
                files[real] = path
    misnamed = [path for path in files.values() if _SURROGATE.search(str(path))]
    errors += [UnreadableFile(_mend_path(p), "le nom est mal encodé.", "Renommez-le.") for p in misnamed]
    return sorted(set(files.values()) - set(misnamed)), sorted(errors, key=lambda error: str(error.path))


def _is_ignored(path: Path, root: Path) -> bool:
    """Say whether a name is not a document's: hidden, a lock of Word ("~$"), or kept for the program."""
    reserved = path.parent == root and path.name in RESERVED
    return reserved or path.name.startswith((".", "~$")) or path.name.lower() in IGNORED


def _mend_path(path: Path) -> Path:
    """Return a path that can be shown: archives made on old systems leave names that are not Unicode."""
    return Path(str(path).encode("utf-8", "replace").decode("utf-8"))


def _resolve_inside(path: Path, root: Path) -> Path:
    """Return the real file behind a path.

    Raises:
        UnreadableFile: If it is out of the folder, or nowhere.
    """
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a ring, before Python 3.13
        if isinstance(error, PermissionError) or not path.is_symlink():
            raise _translate(error, path) from error
        raise UnreadableFile(
            path, "le lien ne mène à aucun fichier.", "Supprimez-le ou refaites-le."
        ) from error
    if not real.is_relative_to(root.resolve()):
        raise UnreadableFile(
            path,
            "le lien mène hors du dossier des documents.",
            "Copiez le fichier dans le dossier au lieu d’y faire un lien.",
        )
    return real


# --- loading ---------------------------------------------------------------------------------


def load_document(path: Path, *, root: Path, limits: Limits = DEFAULT_LIMITS) -> RawDocument:
    """Read one file.

    Args:
        path: The file, below ``root``.
        root: The folder of the documents.
        limits: How much a file may hold.

    Raises:
        UnsupportedFormat: There is no reader for its extension.
        NoTextFound: It is empty, or a scan.
        UnreadableFile: Damaged, encrypted, undecodable, too large, not what its name says, gone,
            forbidden, or out of the folder through a link.
        ValueError: ``path`` is not below ``root``.
    """
    relative = PurePosixPath(path.relative_to(root).as_posix())
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise _unsupported(path)
    data = _read_bytes(_resolve_inside(path, root), path, limits)
    if not data:
        raise NoTextFound(path, "le fichier est vide (0 octet).", "Remplacez-le par le document complet.")
    _check_kind(data, path, limits)
    reading = reader(data, path, limits)
    pages = tuple(map(_mend, reading.pages))
    if not any(page.strip() for page in pages):
        raise NoTextFound(
            path,
            "le fichier ne contient aucun texte.",
            "Si le texte est dans des images, passez-les par une reconnaissance de caractères (OCR).",
        )
    logger.debug("document_loaded path=%s pages=%d chars=%d", relative, len(pages), sum(map(len, pages)))
    return RawDocument(
        path=relative,
        sha256=hashlib.sha256(data).hexdigest(),
        pages=pages,
        paged=reading.paged,
        encoding=reading.encoding,
        title=_mend(reading.title),
        author=_mend(reading.author),
        created=reading.created,
    )


def _read_bytes(real: Path, path: Path, limits: Limits) -> bytes:
    """Read a file once, so that what is hashed, checked and read is the same."""
    try:
        if not stat.S_ISREG(real.stat().st_mode):  # a pipe would wait for ever
            raise _not_a_file(path)
        with real.open("rb") as file:
            data = file.read(limits.max_file_bytes + 1)
    except OSError as error:
        raise _translate(error, path) from error
    if len(data) > limits.max_file_bytes:
        raise too_large(path, f"plus de {limits.max_file_bytes} octets")
    return data


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as ``RawDocument`` and the catalogue write it.

    Raises:
        UnreadableFile: It is gone or forbidden.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _translate(error, path) from error


def _check_kind(data: bytes, path: PurePath, limits: Limits) -> None:
    """Compare what a file is with what its name says."""
    expected = _KINDS.get(path.suffix.lower(), "texte")
    actual = sniff(data, limits)
    if expected == "PDF" and b"%PDF-" in data[:_PDF_MARK_WITHIN]:
        return
    if expected == actual or (
        expected in {"DOCX", "ODT"} and actual == "ZIP"
    ):  # its reader says what is missing
        return
    if expected == "DOCX" and _ENCRYPTED_OFFICE in data:
        raise locked(path)
    if actual in _SUFFIXES:
        remedy = f"Renommez-le en « {path.stem}{_SUFFIXES[actual]} »."
    elif actual == "image":
        remedy = "Passez l’image par une reconnaissance de caractères (OCR), puis ajoutez le résultat."
    else:
        remedy = f"Vérifiez le fichier, ou enregistrez-le dans l’un des formats lus : {_FORMATS}."
    raise UnreadableFile(
        path, f"le contenu ({actual}) n’est pas celui que le nom annonce ({expected}).", remedy
    )


def sniff(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    """Name what a file is by its first bytes; "texte" when nothing says otherwise."""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return package_kind(data, limits)
    return next((kind for magic, kind in _MAGIC if data.startswith(magic)), "texte")


def _mend(text: str) -> str:
    """Join pairs of surrogates, replace lone ones, drop NULs: bad fonts give them, nothing stores them."""
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "")


# --- errors ----------------------------------------------------------------------------------


def _unsupported(path: Path) -> UnsupportedFormat:
    name = f" (« {path.suffix} »)" if path.suffix else " (sans extension)"
    return UnsupportedFormat(
        path,
        f"format non pris en charge{name}.",
        f"Enregistrez-le dans l’un des formats lus : {_FORMATS}.",
    )


def _not_a_file(path: Path) -> UnreadableFile:
    return UnreadableFile(path, "ce n’est pas un fichier ordinaire.", "Retirez-le du dossier.")


def _translate(error: OSError | RuntimeError, path: Path) -> UnreadableFile:
    if isinstance(error, FileNotFoundError):
        return UnreadableFile(path, "le fichier n’existe plus.", "Remettez-le, ou relancez l’indexation.")
    if isinstance(error, PermissionError):
        return UnreadableFile(
            path, "l’accès est refusé.", "Donnez-vous le droit de lire ce fichier ou ce dossier."
        )
    reason = reason_of(error) if isinstance(error, OSError) and error.errno else str(error)
    return UnreadableFile(
        path, f"la lecture a échoué ({reason}).", "Vérifiez le disque ou le partage réseau."
    )
