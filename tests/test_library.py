"""Documents added through the page: what is let in, what is not, and the index that follows."""

from __future__ import annotations

import os
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_documents import write_document

from assistant import library as library_module
from assistant.corpus.loading import IGNORED, READERS, find_files
from assistant.errors import CorpusError, LibraryBusy, ModelUnavailable
from assistant.library import (
    FOLDER,
    MAX_FILES,
    Library,
    Upload,
    add_file,
    list_uploads,
    remove_file,
    safe_name,
)
from assistant.pipeline import Assistant, update_index
from assistant.settings import Settings

BLOCKS = (
    ("h1", "Note des gilets"),
    ("p", "Depuis le mois de mars, chaque médiateur de Valmont reçoit un gilet vert à son nom."),
)
QUESTION = "De quelle couleur est le gilet que reçoit chaque médiateur depuis mars ?"
SECONDS = 60


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    return folder


@pytest.fixture
def library(settings: Settings) -> Library:
    update_index(settings)
    return Library(Assistant.open(settings))


@pytest.fixture
def refuse(incoming: Path, settings: Settings) -> Callable[..., str]:
    """Return a function that adds a file, and gives the reason why it was refused."""

    def attempt(path: Path, **limits: int) -> str:
        folder = settings.corpus[0] / FOLDER
        with pytest.raises(CorpusError) as caught:
            add_file(path, folder, replace(settings, **limits), {}, set())
        assert str(incoming) not in str(caught.value)  # the machine's paths stay with it
        assert find_files(folder)[0] == []
        assert not folder.is_dir() or not any(folder.iterdir())
        return str(caught.value)

    return attempt


def make_note(folder: Path, name: str = "note.md", text: str = "") -> Path:
    path = folder / name
    path.write_text(text or "# Note des gilets\n\nDepuis mars, le gilet est vert et porte un nom.\n", "utf-8")
    return path


# --- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("../../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\note.PDF", "note.pdf"),
        ("/abs/olu.md", "olu.md"),
        (".bashrc.txt", "bashrc.txt"),
        ("~$rapport.docx", "rapport.docx"),
        ("CON.txt", "document-CON.txt"),
        ("lpt1.v2.txt", "document-lpt1.v2.txt"),
        ("readme.md", "document-readme.md"),
        ("a\u202etxt.exe.md", "a txt.exe.md"),
        ("e\u0301te\u0301 2025.odt", "été 2025.odt"),
        ('a<b>:"|?*\n\0c.html', "a-b- c.html"),
        ("note. .txt", "note.txt"),
        ("..", "document"),
        ("", "document"),
    ],
)
def test_a_name_becomes_that_of_one_plain_file(given: str, expected: str) -> None:
    assert safe_name(given) == expected


@given(st.text(max_size=400), st.sampled_from([*READERS, ".exe", ""]))
def test_any_name_becomes_one_that_stays_in_its_folder_and_is_found_there(stem: str, suffix: str) -> None:
    name = safe_name(stem + suffix)

    assert name
    assert PurePath(name).name == name
    assert len(name.encode()) <= 255
    assert not name.startswith((".", "~$", " "))
    assert not set(name) & set('/\\<>:"|?*\0\n')
    assert name.lower() not in IGNORED
    assert safe_name(name) == name


def test_a_long_name_keeps_its_extension() -> None:
    assert safe_name("é" * 300 + ".pdf").endswith("é.pdf")


# --- what is let in --------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".odt", ".html", ".md", ".txt"])
def test_each_format_is_let_in_and_the_original_is_left(
    incoming: Path, settings: Settings, suffix: str
) -> None:
    path = write_document(incoming, "note", BLOCKS, suffix)
    folder = settings.corpus[0] / FOLDER

    name = add_file(path, folder, settings, {}, set())

    assert [upload.name for upload in list_uploads(folder)] == [name] == [f"note{suffix}"]
    assert (folder / name).read_bytes() == path.read_bytes()


def test_a_format_that_is_not_read_is_refused(incoming: Path, refuse: Callable[..., str]) -> None:
    assert "format non pris en charge (« .exe »)" in refuse(make_note(incoming, "programme.exe"))
    assert "sans extension" in refuse(make_note(incoming, "programme"))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"bonjour", "n’est pas celui que le nom annonce"),
        ("a.docx", b"%PDF-1.7\n%", "n’est pas celui que le nom annonce"),
        ("a.txt", b"%PDF-1.7\n%", "n’est pas celui que le nom annonce"),
        ("a.txt", b"\x7fELF\x02\x01\x01" + bytes(90), "n’est pas du texte"),
        ("a.html", b"\x89PNG\r\n\x1a\n" + bytes(90), "image"),
        ("a.odt", b"PK\x03\x04" + bytes(90), "endommagé"),
        ("a.md", b"", "vide"),
        ("a.pdf", b"%PDF-1.7\n" + bytes(100), "endommagé"),
    ],
)
def test_a_content_that_is_not_what_the_name_says_is_refused(
    incoming: Path, refuse: Callable[..., str], name: str, data: bytes, reason: str
) -> None:
    path = incoming / name
    path.write_bytes(data)

    assert reason in refuse(path)


@pytest.mark.parametrize("suffix", [".docx", ".odt"])
def test_a_bomb_is_refused(incoming: Path, refuse: Callable[..., str], suffix: str) -> None:
    path = write_document(incoming, "bombe", BLOCKS, suffix)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("media/blanc.bin", bytes(40_000_000))
    assert path.stat().st_size < 100_000

    assert "volume anormal" in refuse(path)


def test_a_file_over_a_limit_is_refused_with_the_limit(
    incoming: Path, settings: Settings, refuse: Callable[..., str]
) -> None:
    large = make_note(incoming, "grand.txt", "mot " * 300_000)

    assert "dépasse 1 Mo" in refuse(large, upload_max_mb=1)
    assert "1 Mo en tout" in refuse(large, upload_quota_mb=1)
    assert "trop volumineux" in refuse(large, upload_max_pages=200)  # a page is 5,000 characters
    assert "plus de 2 pages" in refuse(
        make_note(incoming, "pages.txt", "un\ftrois\fdeux"), upload_max_pages=2
    )
    add_file(large, settings.corpus[0] / FOLDER, settings, {}, set())


def test_the_quota_counts_what_is_there_already(incoming: Path, settings: Settings) -> None:
    folder, tight = settings.corpus[0] / FOLDER, replace(settings, upload_quota_mb=1)
    add_file(make_note(incoming, "un.txt", "un " * 200_000), folder, tight, {}, set())

    with pytest.raises(CorpusError, match="1 Mo en tout"):
        add_file(make_note(incoming, "deux.txt", "deux " * 100_000), folder, tight, {}, set())

    assert [upload.name for upload in list_uploads(folder)] == ["un.txt"]


def test_a_link_or_a_pipe_is_not_followed(
    incoming: Path, settings: Settings, refuse: Callable[..., str]
) -> None:
    (incoming / "lien.md").symlink_to(make_note(incoming))
    os.mkfifo(incoming / "tube.md")

    assert "c’est un lien" in refuse(incoming / "lien.md")
    assert "ce n’est pas un fichier ordinaire" in refuse(incoming / "tube.md")


def test_a_folder_that_is_a_link_is_not_written_to(
    incoming: Path, settings: Settings, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = settings.corpus[0] / FOLDER
    folder.symlink_to(outside)

    with pytest.raises(CorpusError, match="n’est pas un vrai dossier"):
        add_file(make_note(incoming), folder, settings, {}, set())

    assert list(outside.iterdir()) == []
    (outside / "note.md").write_text("reste", encoding="utf-8")
    assert list_uploads(folder) == []
    with pytest.raises(CorpusError):
        remove_file("note.md", folder)
    assert (outside / "note.md").exists()


def test_a_document_already_there_is_refused_by_content_and_by_name(
    incoming: Path, settings: Settings
) -> None:
    folder, known = settings.corpus[0] / FOLDER, {}
    add_file(make_note(incoming, "un.md"), folder, settings, known, set())

    with pytest.raises(CorpusError, match=r"déjà là : « un\.md »"):
        add_file(make_note(incoming, "deux.md"), folder, settings, known, set())
    with pytest.raises(CorpusError, match="un document de ce nom est déjà là"):
        add_file(make_note(incoming, "Un.md", "Autre texte."), folder, settings, known, {"un"})

    assert len(list_uploads(folder)) == 1


@pytest.mark.parametrize("name", ["../catalogue.toml", "autre.md", "", ".", "lien.md", "sous/note.md"])
def test_only_an_added_file_is_removed(settings: Settings, incoming: Path, name: str) -> None:
    folder = settings.corpus[0] / FOLDER
    add_file(make_note(incoming), folder, settings, {}, set())
    (folder / "lien.md").symlink_to(settings.corpus[0] / "charte-valmont-2024.md")
    before = sorted(path for path in settings.corpus[0].rglob("*"))

    with pytest.raises(CorpusError, match="pas un document ajouté"):
        remove_file(name, folder)

    assert sorted(path for path in settings.corpus[0].rglob("*")) == before


# --- the library -----------------------------------------------------------------------------


def test_a_document_is_added_answers_and_is_removed(library: Library, incoming: Path) -> None:
    note = write_document(incoming, "note", BLOCKS, ".docx")
    bad = incoming / "faux.pdf"
    bad.write_bytes(b"bonjour")

    library.add([note, bad])
    work = library.wait(SECONDS)

    assert (work.added, work.running, work.error) == (("note.docx",), False, "")
    assert [message for message in work.refused if "faux.pdf" in message] == list(work.refused) != []
    assert not note.exists()
    assert not bad.exists()
    assert [upload.path for upload in library.uploads()] == [f"{FOLDER}/note.docx"]
    answer = library.assistant.ask(QUESTION)
    assert [citation.document_id for citation in answer.citations] == ["note"]

    library.remove(["note.docx", "charte-valmont-2024.md"])
    work = library.wait(SECONDS)

    assert work.removed == ("note.docx",)
    assert len(work.refused) == 1
    assert library.uploads() == []
    assert "note" not in library.assistant.index.knowledge.documents
    assert (library.settings.corpus[0] / "charte-valmont-2024.md").exists()


def test_questions_are_answered_while_the_index_is_built(
    library: Library, incoming: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, resume = threading.Event(), threading.Event()

    def build_slowly(settings: Settings, **options: Any) -> Any:
        started.set()
        assert resume.wait(SECONDS)
        return update_index(settings, **options)

    monkeypatch.setattr(library_module, "update_index", build_slowly)
    before = library.assistant.index

    library.add([make_note(incoming)])

    assert started.wait(SECONDS)
    assert library.work.running
    assert library.assistant.ask("qui juge si on se fâche avec la mairie ?").status == "answered"
    assert library.assistant.index is before
    with pytest.raises(LibraryBusy, match="déjà en cours"):
        library.rebuild()
    resume.set()
    assert library.wait(SECONDS).error == ""
    assert library.assistant.index is not before
    library.rebuild()
    assert library.wait(SECONDS).number == 2


def test_a_build_that_fails_is_told_and_the_old_index_stays(
    library: Library, incoming: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = library.assistant.index

    def fail(error: Exception) -> None:
        def build(*_: Any, **__: Any) -> Any:
            raise error

        monkeypatch.setattr(library_module, "update_index", build)
        library.rebuild()

    fail(ModelUnavailable("Le modèle manque."))
    assert library.wait(SECONDS).error == "Le modèle manque."
    fail(RuntimeError("secret"))
    assert "Erreur imprévue" in library.wait(SECONDS).error
    assert "secret" not in library.work.error
    assert "secret" in caplog.text
    assert not library.work.running
    assert library.assistant.index is before


def test_too_many_files_at_once_are_refused_one_by_one(library: Library, incoming: Path) -> None:
    files = [make_note(incoming, f"note {n}.txt", f"Note numéro {n}.") for n in range(MAX_FILES + 1)]

    library.add(files)
    work = library.wait(SECONDS)

    assert len(work.added) == MAX_FILES
    assert [f"plus de {MAX_FILES} fichiers" in message for message in work.refused] == [True]
    assert (work.done, work.total) != (0, 0)


def test_a_rebuild_takes_in_what_was_put_in_the_folder(library: Library) -> None:
    make_note(library.settings.corpus[0], "note.md")

    library.rebuild()

    assert library.wait(SECONDS).error == ""
    assert "note" in library.assistant.index.knowledge.documents
    assert library.uploads() == []  # not an added one


def test_a_corpus_folder_that_is_gone_is_said_and_the_index_kept(library: Library, incoming: Path) -> None:
    folder, before = library.settings.corpus[0], library.assistant.index
    folder.rename(folder.with_name("elsewhere"))

    library.rebuild()
    assert f"« {folder} » ne peut pas être lu" in library.wait(SECONDS).error

    library.add([make_note(incoming)])
    work = library.wait(SECONDS)

    assert "n’existe plus" in work.refused[0]
    assert f"« {folder} » ne peut pas être lu" in work.error
    assert not folder.exists()
    library.assistant.refresh()
    assert library.assistant.index is before


def test_what_a_killed_work_left_is_no_document(library: Library, incoming: Path) -> None:
    staging = library.folder / ".en-cours"
    staging.mkdir(parents=True)
    make_note(staging, "reste.md")

    assert library.uploads() == []
    library.add([make_note(incoming)])

    assert library.wait(SECONDS).added == ("note.md",)
    assert library.uploads() == [Upload("note.md", (library.folder / "note.md").stat().st_size)]
    assert not staging.exists()
