"""Finding files, and refusing bad ones with a remedy.  Every bad file here is a real one."""

from __future__ import annotations

import hashlib
import io
import os
import random
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path, PurePosixPath

import pytest
from make_documents import SUFFIXES, write_document

from assistant.corpus.loading import READERS, find_files, hash_file, load_document
from assistant.corpus.reading import Limits
from assistant.errors import CorpusError, NoTextFound, UnreadableFile, UnsupportedFormat

BLOCKS = [
    ("h1", "Règlement du club"),
    ("p", "L’équipe de Valbourg se réunit le lundi."),
    ("li", "à 9 heures"),
]


def refusal(path: Path, limits: Limits | None = None) -> CorpusError:
    """Return the error of a file, having checked what every error must have."""
    with pytest.raises(CorpusError) as raised:
        load_document(path, root=path.parent, limits=limits or Limits())
    error = raised.value
    assert error.path == path
    assert path.name in str(error)
    assert error.reason
    assert error.remedy
    return error


def rewrite_package(path: Path, changes: dict[str, bytes | None]) -> None:
    """Replace, add or (None) drop parts of a DOCX or ODT."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()} | changes
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            if content is not None:
                package.writestr(name, content)


# --- finding ---------------------------------------------------------------------------------


def names(root: Path) -> list[str]:
    files, errors = find_files(root)
    assert errors == []
    return [file.relative_to(root).as_posix() for file in files]


def put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(f"Texte de {path}", encoding="utf-8")


def test_files_are_found_in_all_folders_sorted(tmp_path: Path) -> None:
    put(tmp_path, "b.txt", "a/z.MD", "a/b/c.HTML", "é.docx")
    assert names(tmp_path) == ["a/b/c.HTML", "a/z.MD", "b.txt", "é.docx"]


def test_what_is_not_a_document_is_skipped_in_silence(tmp_path: Path) -> None:
    put(tmp_path, "note.txt", ".cache.txt", ".git/x.txt", "README.md", "sous/README.md", "~$note.docx")
    put(tmp_path, "fiches/doc/une-fiche.md", "catalogue.toml", "acronyms.toml", "Thumbs.db")
    assert names(tmp_path) == ["note.txt"]


def test_a_folder_named_fiches_below_the_top_is_an_ordinary_one(tmp_path: Path) -> None:
    put(tmp_path, "archives/fiches/bilan.txt")
    assert names(tmp_path) == ["archives/fiches/bilan.txt"]


def test_an_unknown_format_is_an_error_that_lists_the_known_ones(tmp_path: Path) -> None:
    put(tmp_path, "budget.xlsx", "note.txt", "sans-extension")
    files, errors = find_files(tmp_path)
    assert [file.name for file in files] == ["note.txt"]
    assert [error.path.name for error in errors] == ["budget.xlsx", "sans-extension"]
    for error in errors:
        assert isinstance(error, UnsupportedFormat)
        assert "format non pris en charge" in error.reason
        assert all(suffix in error.remedy for suffix in READERS)
    assert "« .xlsx »" in errors[0].reason


def test_a_link_out_of_the_folder_is_refused_when_found_and_when_loaded(tmp_path: Path) -> None:
    root = tmp_path / "corpus"
    put(tmp_path, "secret.txt", "dehors/secret.txt")
    put(root, "note.txt")
    (root / "lien.txt").symlink_to(tmp_path / "secret.txt")
    (root / "dossier").symlink_to(tmp_path / "dehors", target_is_directory=True)
    files, errors = find_files(root)
    assert files == [root / "note.txt"]
    assert [error.path for error in errors] == [root / "dossier", root / "lien.txt"]
    assert all("hors du dossier" in error.reason and "Copiez" in error.remedy for error in errors)
    assert "hors du dossier" in refusal(root / "lien.txt").reason


def test_a_link_inside_the_folder_is_followed_once(tmp_path: Path) -> None:
    put(tmp_path, "z/note.txt", ".reserve/rapport.txt")
    (tmp_path / "a.txt").symlink_to(tmp_path / "z" / "note.txt")  # already listed under its own name
    (tmp_path / "b.txt").symlink_to(tmp_path / ".reserve" / "rapport.txt")
    (tmp_path / "c.txt").symlink_to(tmp_path / ".reserve" / "rapport.txt")
    assert names(tmp_path) == ["b.txt", "z/note.txt"]
    assert load_document(tmp_path / "b.txt", root=tmp_path).pages == ("Texte de .reserve/rapport.txt",)


def test_loops_of_links_end(tmp_path: Path) -> None:
    put(tmp_path, "a/note.txt")
    (tmp_path / "a" / "haut").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "b").symlink_to(tmp_path / "a", target_is_directory=True)
    assert names(tmp_path) == ["a/note.txt"]
    (tmp_path / "x.txt").symlink_to(tmp_path / "y.txt")
    (tmp_path / "y.txt").symlink_to(tmp_path / "x.txt")
    (tmp_path / "perdu.txt").symlink_to(tmp_path / "absent.txt")
    files, errors = find_files(tmp_path)
    assert files == [tmp_path / "a" / "note.txt"]
    assert [error.path.name for error in errors] == ["perdu.txt", "x.txt", "y.txt"]
    assert all("aucun fichier" in error.reason for error in errors)


def test_a_root_that_is_itself_a_link_works(tmp_path: Path) -> None:
    put(tmp_path, "vrai/note.txt")
    (tmp_path / "corpus").symlink_to(tmp_path / "vrai", target_is_directory=True)
    assert names(tmp_path / "corpus") == ["note.txt"]


@pytest.mark.parametrize("name", ["absent", "note.txt"])
def test_a_missing_folder_is_one_error(tmp_path: Path, name: str) -> None:
    put(tmp_path, "note.txt")
    files, errors = find_files(tmp_path / name)
    assert files == []
    assert [error.path for error in errors] == [tmp_path / name]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_without_waiting_on_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "tuyau.txt")
    files, errors = find_files(tmp_path)
    assert files == []
    assert "fichier ordinaire" in errors[0].reason
    assert "fichier ordinaire" in refusal(tmp_path / "tuyau.txt").reason


@pytest.mark.skipif(os.name == "nt", reason="names are Unicode there")
def test_a_name_that_is_not_unicode_is_an_error_that_can_be_printed(tmp_path: Path) -> None:
    try:
        (tmp_path / os.fsdecode(b"r\xe8glement.txt")).write_text("Texte", encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    files, errors = find_files(tmp_path)
    assert files == []
    assert str(errors[0]).encode("utf-8")
    assert "mal encodé" in errors[0].reason


# --- loading ---------------------------------------------------------------------------------


def test_the_hash_is_of_the_bytes_and_the_path_is_relative(tmp_path: Path) -> None:
    data = "\ufeffL’été à Valbourg\r\n".encode()
    path = tmp_path / "sous" / "été.txt"
    path.parent.mkdir()
    path.write_bytes(data)
    raw = load_document(path, root=tmp_path)
    assert raw.path == PurePosixPath("sous/été.txt")
    assert raw.sha256 == hashlib.sha256(data).hexdigest() == hash_file(path)
    assert raw.pages == ("L’été à Valbourg\n",)


def test_a_path_out_of_the_root_is_a_programming_mistake(tmp_path: Path) -> None:
    put(tmp_path, "note.txt")
    with pytest.raises(ValueError, match="is not in the subpath"):
        load_document(tmp_path / "note.txt", root=tmp_path / "corpus")


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "budget.xlsx")
    assert isinstance(refusal(tmp_path / "budget.xlsx"), UnsupportedFormat)


@pytest.mark.parametrize("suffix", READERS)
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"vide{suffix}"
    path.touch()
    error = refusal(path)
    assert isinstance(error, NoTextFound)
    assert "0 octet" in error.reason


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_document_without_text_is_said_to_have_none(tmp_path: Path, suffix: str) -> None:
    path = write_document(tmp_path, "blanc", [("p", " "), ("p", "\u00a0")], suffix)
    error = refusal(path)
    assert isinstance(error, NoTextFound)
    assert "OCR" in error.remedy


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_over_the_size_limit_is_refused_and_one_at_the_limit_is_read(
    tmp_path: Path, suffix: str
) -> None:
    path = write_document(tmp_path, "note", BLOCKS, suffix)
    size = path.stat().st_size
    assert load_document(path, root=tmp_path, limits=Limits(max_file_bytes=size)).pages
    assert "trop volumineux" in refusal(path, Limits(max_file_bytes=size - 1)).reason


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_text_over_the_limit_is_refused_and_one_at_the_limit_is_read(tmp_path: Path, suffix: str) -> None:
    path = write_document(tmp_path, "note", BLOCKS, suffix)
    chars = len(path.read_text("utf-8")) if suffix == ".html" else None  # its source counts too
    chars = chars or sum(map(len, load_document(path, root=tmp_path).pages))
    assert load_document(path, root=tmp_path, limits=Limits(max_text_chars=chars)).pages
    assert "trop volumineux" in refusal(path, Limits(max_text_chars=chars - 1)).reason


def test_too_many_pages_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("un\fdeux\ftrois", encoding="utf-8")
    assert len(load_document(path, root=tmp_path, limits=Limits(max_pages=3)).pages) == 3
    assert "pages" in refusal(path, Limits(max_pages=2)).reason
    blocks = [("p", "Une longue page de Valbourg.")] * 90
    pdf = write_document(tmp_path, "long", blocks, ".pdf")
    assert len(load_document(pdf, root=tmp_path).pages) > 2
    assert "pages" in refusal(pdf, Limits(max_pages=2)).reason


@pytest.mark.parametrize(
    ("real", "name", "found", "advice"),
    [
        (".pdf", "note.docx", "PDF", "note.pdf"),
        (".pdf", "note.txt", "PDF", "note.pdf"),
        (".docx", "note.pdf", "DOCX", "note.docx"),
        (".docx", "note.odt", "DOCX", "note.docx"),
        (".odt", "note.docx", "ODT", "note.odt"),
        (".odt", "note.md", "ODT", "note.odt"),
        (".html", "note.pdf", "texte", ".html"),
    ],
)
def test_a_wrong_extension_is_said_with_the_right_one(
    tmp_path: Path, real: str, name: str, found: str, advice: str
) -> None:
    path = write_document(tmp_path, "vrai", BLOCKS, real).rename(tmp_path / name)
    error = refusal(path)
    assert isinstance(error, UnreadableFile)
    assert found in error.reason
    assert advice in error.remedy


@pytest.mark.parametrize(
    ("magic", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image"),
        (b"\xff\xd8\xff\xe0", "image"),
        (b"{\\rtf1\\ansi Bonjour}", "RTF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Microsoft Office"),
    ],
)
def test_other_kinds_are_named(tmp_path: Path, magic: bytes, kind: str) -> None:
    for name in ("note.txt", "note.docx", "note.pdf", "note.html"):
        (tmp_path / name).write_bytes(magic + b"Texte de remplissage " * 9)
        assert kind in refusal(tmp_path / name).reason


def test_a_plain_zip_is_neither_a_pdf_nor_an_office_document(tmp_path: Path) -> None:
    for name in ("a.pdf", "a.docx", "a.odt", "a.txt"):
        with zipfile.ZipFile(tmp_path / name, "w") as package:
            package.writestr("photo.txt", "Texte")
        assert isinstance(refusal(tmp_path / name), UnreadableFile)


def test_html_named_txt_is_read_as_text(tmp_path: Path) -> None:
    path = write_document(tmp_path, "page", BLOCKS, ".html").rename(tmp_path / "page.txt")
    assert "<h1>Règlement du club</h1>" in load_document(path, root=tmp_path).pages[0]


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 4,
        b"Texte\0suite",
        b"\x81\x8d\x8f",
        b"\x01\x02\x03 texte",
        "Texte".encode("utf-16-le"),
    ],
    ids=["all bytes", "a NUL", "no encoding", "controls", "UTF-16 without its mark"],
)
@pytest.mark.parametrize("suffix", [".txt", ".md", ".html"])
def test_what_is_not_text_is_refused(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = tmp_path / f"note{suffix}"
    path.write_bytes(data)
    error = refusal(path)
    assert isinstance(error, UnreadableFile)
    assert "UTF-8" in error.remedy


# --- files that go or are forbidden ----------------------------------------------------------


def test_a_file_that_went_since_it_was_listed_is_said_to_be_gone(tmp_path: Path) -> None:
    put(tmp_path, "note.txt")
    (path,), _ = find_files(tmp_path)
    path.unlink()
    assert "n’existe plus" in refusal(path).reason
    with pytest.raises(UnreadableFile, match="n’existe plus"):
        hash_file(path)


def test_a_file_that_goes_between_the_check_and_the_reading_is_said_to_be_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "note.txt")
    opened = Path.open

    def vanish_then_open(self: Path, *arguments: object, **options: object) -> object:
        self.unlink()
        return opened(self, *arguments, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", vanish_then_open)
    assert "n’existe plus" in refusal(tmp_path / "note.txt").reason


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Give up the rights of root for a while: root may read everything."""
    if not hasattr(os, "geteuid"):
        pytest.skip("this system has other rights")
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)  # nobody
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_a_forbidden_file_is_said_to_be_forbidden(tmp_path: Path) -> None:
    put(tmp_path, "note.txt")
    (tmp_path / "note.txt").chmod(0)
    with ordinary_user():
        error = refusal(tmp_path / "note.txt")
    assert "accès est refusé" in error.reason
    assert "droit de lire" in error.remedy


def test_a_forbidden_folder_does_not_hide_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "ferme/a.txt", "b.txt")
    listed = Path.iterdir

    def refuse_one(self: Path) -> Iterator[Path]:
        if self.name == "ferme":
            raise PermissionError(13, "Permission denied", str(self))
        return listed(self)

    monkeypatch.setattr(Path, "iterdir", refuse_one)
    files, errors = find_files(tmp_path)
    assert files == [tmp_path / "b.txt"]
    assert [error.path for error in errors] == [tmp_path / "ferme"]
    assert "accès est refusé" in errors[0].reason


# --- packages --------------------------------------------------------------------------------

PACKAGES = (".docx", ".odt")


@pytest.mark.parametrize("suffix", PACKAGES)
def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path, suffix: str) -> None:
    path = write_document(tmp_path, "bombe", BLOCKS, suffix)
    rewrite_package(path, {"media/blanc.bin": bytes(20_000_000)})
    assert path.stat().st_size < 100_000
    assert "volume anormal" in refusal(path).reason


@pytest.mark.parametrize("suffix", PACKAGES)
def test_a_package_over_the_unpacked_limit_or_with_too_many_parts_is_refused(
    tmp_path: Path, suffix: str
) -> None:
    path = write_document(tmp_path, "gros", BLOCKS, suffix)
    with zipfile.ZipFile(path) as package:
        entries = package.infolist()
    total = sum(entry.file_size for entry in entries)
    fits = Limits(max_unpacked_bytes=total, max_package_entries=len(entries))
    assert load_document(path, root=tmp_path, limits=fits).pages
    assert "volume anormal" in refusal(path, Limits(max_unpacked_bytes=total - 1)).reason
    assert "volume anormal" in refusal(path, Limits(max_package_entries=len(entries) - 1)).reason


@pytest.mark.parametrize(("suffix", "part"), [(".docx", b"word/document.xml"), (".odt", b"content.xml")])
def test_a_package_that_lies_about_a_size_gives_no_more_than_it_declares(
    tmp_path: Path, suffix: str, part: bytes
) -> None:
    path = write_document(tmp_path, "menteur", BLOCKS, suffix)
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    while data[entry + 46 : entry + 46 + len(part)] != part:
        entry = data.index(b"PK\x01\x02", entry + 4)
    struct.pack_into("<I", data, entry + 24, 10)  # the directory's uncompressed size
    path.write_bytes(data)
    assert "endommagé" in refusal(path).reason


BILLION_LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(("suffix", "part"), [(".docx", "word/document.xml"), (".odt", "content.xml")])
@pytest.mark.parametrize("kind", ["external", "growing", "in UTF-16"])
def test_xml_entities_are_refused(tmp_path: Path, suffix: str, part: str, kind: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("MOT DE PASSE", encoding="utf-8")
    path = write_document(tmp_path, "entités", BLOCKS, suffix)
    with zipfile.ZipFile(path) as package:
        xml = package.read(part)
    declaration = f'<!DOCTYPE x [<!ENTITY b SYSTEM "{secret.as_uri()}">]>'.encode()
    if kind == "growing":
        declaration = BILLION_LAUGHS
    body = xml[xml.index(b"?>") + 2 :] if xml.startswith(b"<?xml") else xml
    evil = declaration + body.replace("L’équipe".encode(), b"&b;")
    assert b"&b;" in evil
    if kind == "in UTF-16":
        evil = evil.decode().encode("utf-16")
    rewrite_package(path, {part: evil})
    error = refusal(path)
    assert "entités" in error.reason
    assert "MOT DE PASSE" not in str(error)


def test_html_entities_are_neither_fetched_nor_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("MOT DE PASSE", encoding="utf-8")
    external = f'<!DOCTYPE html [<!ENTITY e SYSTEM "{secret.as_uri()}"><!ENTITY a "haha">]>'
    path = tmp_path / "page.html"
    path.write_text(f"{external}<p>Avant &e; &a; &amp; &eacute; après</p>", encoding="utf-8")
    (page,) = load_document(path, root=tmp_path).pages
    assert "MOT DE PASSE" not in page
    assert "haha" not in page
    assert "& é après" in page


def test_a_docx_with_a_password_is_said_to_be_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "clos.docx"  # Office wraps it in the old format
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    error = refusal(path)
    assert "mot de passe" in error.reason
    assert "sans mot de passe" in error.remedy


def test_an_odt_with_a_password_is_said_to_be_encrypted(tmp_path: Path) -> None:
    path = write_document(tmp_path, "clos", BLOCKS, ".odt")
    with zipfile.ZipFile(path) as package:
        manifest = package.read("META-INF/manifest.xml")
    locked = manifest.replace(b"</manifest:manifest>", b"<manifest:encryption-data/></manifest:manifest>")
    assert locked != manifest
    rewrite_package(path, {"META-INF/manifest.xml": locked, "content.xml": os.urandom(500)})
    assert "mot de passe" in refusal(path).reason


@pytest.mark.parametrize("suffix", PACKAGES)
def test_a_package_whose_parts_are_encrypted_is_said_to_be(tmp_path: Path, suffix: str) -> None:
    path = write_document(tmp_path, "clos", BLOCKS, suffix)
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1  # the flag of the last part in the directory
    path.write_bytes(data)
    assert "mot de passe" in refusal(path).reason


@pytest.mark.parametrize(
    ("suffix", "part", "content"),
    [
        (".docx", "word/document.xml", None),
        (".docx", "word/document.xml", b"<w:document><w:body>"),
        (".docx", "[Content_Types].xml", b"<Types/>"),
        (".docx", "_rels/.rels", None),
        (".odt", "content.xml", None),
        (".odt", "content.xml", b"<office:document-content>"),
        (".odt", "styles.xml", b"<office:document-styles>"),
        (".odt", "META-INF/manifest.xml", None),
        (".odt", "META-INF/manifest.xml", b"rien"),
        (".odt", "mimetype", None),
    ],
)
def test_a_package_with_a_missing_or_broken_part_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str, part: str, content: bytes | None
) -> None:
    path = write_document(tmp_path, "cassé", BLOCKS, suffix)
    rewrite_package(path, {part: content})
    if part == "mimetype":  # optional: odfpy finds the kind in the manifest
        assert load_document(path, root=tmp_path).pages
    else:
        assert isinstance(refusal(path), UnreadableFile)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".odt"])
def test_a_cut_file_is_said_to_be_damaged(tmp_path: Path, suffix: str) -> None:
    path = write_document(tmp_path, "coupé", BLOCKS, suffix)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    error = refusal(path)
    assert isinstance(error, UnreadableFile)
    assert "endommagé" in error.reason


def spoil(data: bytes, draw: random.Random, letters: bytes) -> bytes:
    """Cut some bytes out and change some others."""
    spoilt = bytearray(data)
    if draw.random() < 0.3:
        start = draw.randrange(len(spoilt))
        del spoilt[start : start + draw.randrange(1, 300)]
    for _ in range(draw.choice([1, 2, 40]) if spoilt else 0):
        spoilt[draw.randrange(len(spoilt))] = draw.choice(letters)
    return bytes(spoilt)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_spoilt_file_is_read_or_refused_and_nothing_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    good = write_document(tmp_path, "bon", BLOCKS, suffix).read_bytes()
    draw = random.Random(suffix)
    path = tmp_path / f"fou{suffix}"
    outcomes = set()
    for _ in range(40):
        path.write_bytes(good)
        if suffix in PACKAGES and draw.random() < 0.8:
            # Inside a part, so that the checksums of the package stay right.
            with zipfile.ZipFile(path) as package:
                part = draw.choice([name for name in package.namelist() if name.endswith((".xml", ".rels"))])
                content = package.read(part)
            rewrite_package(path, {part: spoil(content, draw, b"09a-")})
        else:
            path.write_bytes(spoil(good, draw, bytes(range(256))))
        try:
            load_document(path, root=tmp_path)
            outcomes.add("read")
        except CorpusError as error:
            outcomes.add(error.reason)
    assert len(outcomes) > 1, "the files were not spoilt in several ways"
    assert capsys.readouterr() == ("", "")


def test_surrogates_and_nuls_never_leave_the_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.corpus.reading import Reading

    page = "Le \ud83d\ude00 rit, \ud800 seul, \0nul"
    monkeypatch.setitem(READERS, ".txt", lambda data, path, limits: Reading((page,), title=page))
    put(tmp_path, "note.txt")
    raw = load_document(tmp_path / "note.txt", root=tmp_path)
    assert raw.pages == ("Le 😀 rit, \ufffd seul, nul",)
    assert raw.title.encode("utf-8")


def test_metadata_reach_the_record(tmp_path: Path) -> None:
    import docx
    from docx.opc.coreprops import CoreProperties

    document = docx.Document()
    document.add_paragraph("Un paragraphe.")
    properties: CoreProperties = document.core_properties
    properties.title, properties.author = "Projet de service", "Mme Tilleul"
    buffer = io.BytesIO()
    document.save(buffer)
    (tmp_path / "projet.docx").write_bytes(buffer.getvalue())
    raw = load_document(tmp_path / "projet.docx", root=tmp_path)
    assert (raw.title, raw.author, raw.created) == ("Projet de service", "Mme Tilleul", date(2013, 12, 23))


@pytest.mark.originals
def test_the_originals_are_read_whole(originals: Path) -> None:
    files, _ = find_files(originals)
    texts = [file for file in files if file.suffix == ".txt"]
    assert len(texts) >= 5
    for file in texts:
        raw = load_document(file, root=originals)
        assert raw.encoding == "utf-8"
        assert raw.pages == (file.read_text(encoding="utf-8"),)
