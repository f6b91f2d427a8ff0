"""The ZIP packages of office documents: what one holds, and whether it is safe to open."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import PurePath
from xml.parsers import expat

from assistant.corpus.reading import Limits, damage_reported, locked
from assistant.errors import UnreadableFile

SMALL = 10_000_000  # bytes; no ratio is a danger below
_DIRECTORY_ENTRY = b"PK\x01\x02"
_ODT = b"application/vnd.oasis.opendocument.text"


def package_kind(data: bytes, limits: Limits) -> str:
    """Say whether a ZIP is a "DOCX", an "ODT" or another "ZIP"."""
    if data.count(_DIRECTORY_ENTRY) > limits.max_package_entries:
        return "ZIP"
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            names = set(package.namelist())
            if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
                return "DOCX"
            if "mimetype" in names and package.getinfo("mimetype").file_size < 100:
                return "ODT" if package.read("mimetype").startswith(_ODT) else "ZIP"
    # A damaged directory brings out struct.error, ValueError, NotImplementedError, zlib.error and
    # more beside BadZipFile: whichever it is, the kind cannot be told.
    except Exception:
        return "ZIP"
    return "ZIP"


def check_package(data: bytes, path: PurePath, limits: Limits, kind: str, required: str) -> None:
    """Refuse a package that would fill the memory, is encrypted, or declares XML entities.

    Sizes are those of the directory; ``zipfile`` never gives more than an entry declares.

    Args:
        data: The file.
        path: Its name, for the messages.
        limits: What it may hold.
        kind: "DOCX" or "ODT".
        required: A part without which it is not such a document; a folder when it ends in "/".

    Raises:
        UnreadableFile: Always with the reason.
    """
    bomb = UnreadableFile(
        path,
        "le fichier se décompresse en un volume anormal.",
        "Ne l’ouvrez pas s’il vient d’un inconnu ; sinon, allégez ses images et enregistrez-le de nouveau.",
    )
    if data.count(_DIRECTORY_ENTRY) > limits.max_package_entries:
        raise bomb
    with damage_reported(path, kind), zipfile.ZipFile(BytesIO(data)) as package:
        entries = package.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if unpacked > limits.max_unpacked_bytes or unpacked > max(
            SMALL, limits.max_unpacked_ratio * len(data)
        ):
            raise bomb
        if any(entry.flag_bits & 1 for entry in entries):
            raise locked(path)
        if not any(entry.filename.startswith(required) for entry in entries):
            raise UnreadableFile(
                path,
                f"ce n’est pas un document {kind} entier : « {required} » y manque.",
                "Ouvrez-le dans son logiciel et enregistrez-le de nouveau.",
            )
        for entry in entries:
            if entry.filename.lower().endswith((".xml", ".rels")):
                _check_entities(package.read(entry), path)


def _check_entities(part: bytes, path: PurePath) -> None:
    """Refuse a part that declares entities: they read other files, or grow without end."""

    def refuse(*_declaration: object) -> None:
        raise UnreadableFile(
            path,
            "le fichier déclare des entités XML, qu’aucun traitement de texte n’écrit.",
            "Ne l’ouvrez pas s’il vient d’un inconnu ; sinon, enregistrez-le de nouveau.",
        )

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(part, True)
    except expat.ExpatError:  # entities come first: the reader judges the rest, if it needs the part
        return
