"""Plain text and Markdown, in the encodings French files come in."""

from __future__ import annotations

import codecs
import logging
import re
from pathlib import PurePath

from assistant.corpus.reading import Limits, Reading, check_text_size, one_line, too_large
from assistant.errors import UnreadableFile

logger = logging.getLogger(__name__)

_SAVE_AS_UTF_8 = "Ouvrez-le dans un éditeur de texte et enregistrez-le en UTF-8."
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f]")  # not tabs, line ends, form feeds, escape
_MAX_CONTROLS = 0.01  # share of the characters; text drawn from PDF files holds a few
_FENCE = re.compile(r"\s*(?:```|~~~)")


def read_text(data: bytes, path: PurePath, limits: Limits) -> Reading:
    """Read plain text as it is; form feeds part its pages."""
    text, encoding = decode(data, path, limits)
    pages = text.split("\f")
    if len(pages) > 1 and not pages[-1].strip():  # pdftotext ends the last page with one too
        pages.pop()
    if len(pages) > limits.max_pages:
        raise too_large(path, f"plus de {limits.max_pages} pages")
    return Reading(tuple(pages), paged="\f" in text, encoding=encoding)


def read_markdown(data: bytes, path: PurePath, limits: Limits) -> Reading:
    """Read Markdown as it is; its title is its first heading of level 1."""
    text, encoding = decode(data, path, limits)
    return Reading((text,), encoding=encoding, title=_first_heading(text))


def decode(data: bytes, path: PurePath, limits: Limits, declared: str = "") -> tuple[str, str]:
    r"""Decode a text: by its mark, as UTF-8, as ``declared`` by the file, or as cp1252.

    Returns:
        The text, its lines ended by ``\n`` only, and the name of the encoding.

    Raises:
        UnreadableFile: If no encoding fits, or the result is not text.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    elif data.startswith(codecs.BOM_UTF8):
        candidates = ["utf-8"]
    else:
        candidates = ["utf-8", declared, "cp1252"]
    for encoding in filter(None, candidates):
        try:
            text = data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
        except (UnicodeDecodeError, LookupError):  # LookupError: the file declares a made-up name
            continue
        break
    else:
        raise UnreadableFile(path, "l’encodage du texte n’est pas reconnu.", _SAVE_AS_UTF_8)
    if "\0" in text or len(_CONTROLS.findall(text)) > _MAX_CONTROLS * len(text):
        raise UnreadableFile(
            path,
            "le contenu n’est pas du texte, ou son encodage n’est pas reconnu.",
            f"Vérifiez l’extension du fichier. Si c’est un texte : {_SAVE_AS_UTF_8}",
        )
    if encoding == "cp1252":
        logger.warning("text_decoded_as_cp1252 path=%s", path)
    check_text_size(len(text), path, limits)
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def _first_heading(text: str) -> str:
    in_code = False
    for line in text.split("\n"):
        if _FENCE.match(line):
            in_code = not in_code
        elif not in_code and line.startswith("# "):
            return one_line(line.strip("# \t").replace("*", ""))
    return ""
