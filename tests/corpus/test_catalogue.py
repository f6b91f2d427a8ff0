"""The catalogue: what it accepts, what it says of a file, and what replaces what."""

from __future__ import annotations

from datetime import date
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.catalogue import (
    Catalogue,
    load_catalogue,
    make_readable,
    make_slug,
    replacements,
    unique_ids,
)
from assistant.corpus.loading import find_files, load_document
from assistant.errors import CatalogueError
from assistant.records import DocumentInfo, RawDocument, Replacement

OURS = Path(__file__).resolve().parents[2] / "corpus" / "catalogue.toml"

TWO = f"""
[[document]]
id = "reglement-2025"
title = "Règlement de fonctionnement 2025"
short_title = "Règlement 2025"
kind = "règlement"
issuer = "Les Tilleuls"
valid_from = 2025-01-01
valid_until = 2027-12-31
sha256 = ["{"a" * 64}", "{"b" * 64}"]

[[document.replaces]]
document = "reglement-2020"
part = "Titre II"

[[document.replaces]]
document = "charte"

[[document]]
id = "reglement-2020"
title = "Règlement de fonctionnement 2020"

[[document]]
id = "charte"
title = "Charte"
"""


def load(tmp_path: Path, text: str) -> Catalogue:
    path = tmp_path / "catalogue.toml"
    path.write_text(text, encoding="utf-8")
    return load_catalogue(path)


def raw(name: str, *, sha256: str = "0" * 64, title: str = "") -> RawDocument:
    return RawDocument(path=PurePosixPath(name), sha256=sha256, pages=("Texte",), paged=False, title=title)


# --- reading ---------------------------------------------------------------------------------


def test_every_field_is_read(tmp_path: Path) -> None:
    catalogue = load(tmp_path, TWO)
    assert catalogue.documents[0] == DocumentInfo(
        id="reglement-2025",
        title="Règlement de fonctionnement 2025",
        short_title="Règlement 2025",
        kind="règlement",
        issuer="Les Tilleuls",
        valid_from=date(2025, 1, 1),
        valid_until=date(2027, 12, 31),
        replaces=(Replacement("reglement-2020", "Titre II"), Replacement("charte")),
        sha256=("a" * 64, "b" * 64),
    )
    assert list(catalogue.by_id) == ["reglement-2025", "reglement-2020", "charte"]
    assert catalogue.by_sha256 == {"a" * 64: catalogue.documents[0], "b" * 64: catalogue.documents[0]}


def test_a_missing_catalogue_is_an_empty_one(tmp_path: Path) -> None:
    assert load_catalogue(tmp_path / "catalogue.toml") == Catalogue()
    assert load(tmp_path, "\ufeff# rien\n") == Catalogue()


ENTRY = '[[document]]\nid = "charte"\ntitle = "Charte"\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[document]]\nid = \n", ["TOML", "line 2"]),
        ("[[documents]]\n", ["« documents »", "« document »"]),
        ('[document]\nid = "a"\n', ["« document »", "[[document]]"]),
        (ENTRY + 'valid_form = 2024-01-01\n', ["« charte »", "« valid_form »", "« valid_from »"]),
        (ENTRY + 'couleur = "bleu"\n', ["« couleur »", "short_title"]),
        ('[[document]]\ntitle = "Charte"\n', ["document n° 1", "« id » manque"]),
        ('[[document]]\nid = "charte"\n', ["« charte »", "« title » manque"]),
        ('[[document]]\nid = "charte"\ntitle = " "\n', ["« title »", "texte"]),
        ('[[document]]\nid = 3\ntitle = "Charte"\n', ["« id »", "texte"]),
        ('[[document]]\nid = "Charte 1"\ntitle = "Charte"\n', ["« id »", "identifiant"]),
        (ENTRY + "kind = 3\n", ["« kind »", "texte"]),
        (ENTRY + 'valid_from = "2024-01-01"\n', ["« valid_from »", "date", "sans guillemets"]),
        (ENTRY + "valid_until = 2024-01-01T10:00:00\n", ["« valid_until »", "date"]),
        (ENTRY + "valid_until = 2024-02-31\n", ["TOML"]),
        (ENTRY + "valid_from = 2024-02-01\nvalid_until = 2024-01-31\n", ["« valid_until » précède"]),
        (ENTRY + 'sha256 = "abc"\n', ["« sha256 »", "64"]),
        (ENTRY + 'sha256 = ["abc"]\n', ["« sha256 »", "64"]),
        (ENTRY + f'sha256 = ["{"A" * 64}"]\n', ["« sha256 »", "64"]),
        (ENTRY + ENTRY, ["« id »", "« charte »", "2 fois"]),
        (
            ENTRY + f'sha256 = ["{"a" * 64}"]\n' + f'[[document]]\nid = "b"\ntitle = "B"\nsha256 = ["{"a" * 64}"]\n',
            ["« sha256 »", "a" * 64, "2 fois"],
        ),
        (ENTRY + f'sha256 = ["{"a" * 64}", "{"a" * 64}"]\n', ["« sha256 »", "2 fois"]),
        (ENTRY + 'replaces = ["b"]\n', ["« replaces »", "[[document.replaces]]"]),
        (ENTRY + '[[document.replaces]]\npart = "I"\n', ["« replaces »", "« document » manque"]),
        (ENTRY + '[[document.replaces]]\ndocument = "b"\npartie = "I"\n', ["« partie »", "« part »"]),
        (ENTRY + '[[document.replaces]]\ndocument = "inconnu"\n', ["« charte »", "« inconnu »"]),
        (ENTRY + '[[document.replaces]]\ndocument = "charte"\n', ["« charte »", "remplacer"]),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_key(tmp_path: Path, text: str, words: list[str]) -> None:
    with pytest.raises(CatalogueError) as raised:
        load(tmp_path, text)
    assert raised.value.path == tmp_path / "catalogue.toml"
    for word in words:
        assert word in str(raised.value)


def test_a_catalogue_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").write_bytes('title = "été"'.encode("cp1252"))
    with pytest.raises(CatalogueError, match="UTF-8"):
        load_catalogue(tmp_path / "catalogue.toml")
    with pytest.raises(CatalogueError, match="illisible"):
        load_catalogue(tmp_path)


# --- which document is this ------------------------------------------------------------------


def test_a_known_hash_says_more_than_the_name(tmp_path: Path) -> None:
    catalogue = load(tmp_path, TWO)
    assert catalogue.identify(raw("charte.pdf", sha256="b" * 64)).id == "reglement-2025"


@pytest.mark.parametrize("name", ["charte.pdf", "sous/charte.odt", "Charte.docx"])
def test_a_name_that_is_an_id_says_the_document(tmp_path: Path, name: str) -> None:
    catalogue = load(tmp_path, TWO)
    assert catalogue.identify(raw(name, title="Autre")) is catalogue.by_id["charte"]


@pytest.mark.parametrize(
    ("name", "title", "expected"),
    [
        ("Projet_de_service-2024.pdf", "", DocumentInfo("projet-de-service-2024", "Projet de service 2024")),
        ("a/Œuvre n°2.txt", "L’œuvre", DocumentInfo("oeuvre-n-2", "L’œuvre")),
        ("note.docx", "Microsoft Word - Projet d’été", DocumentInfo("note", "Projet d’été")),
        ("note.docx", "Microsoft Word - projet.docx", DocumentInfo("note", "Note")),
        ("note.docx", "Sans titre 1", DocumentInfo("note", "Note")),
        ("note.odt", "Document", DocumentInfo("note", "Note")),
        ("___.txt", "", DocumentInfo("document", "___")),
    ],
)
def test_an_unknown_file_describes_itself(name: str, title: str, expected: DocumentInfo) -> None:
    assert Catalogue().identify(raw(name, title=title)) == expected


@given(st.text(max_size=60))
def test_a_slug_is_an_id_and_making_it_again_changes_nothing(text: str) -> None:
    slug = make_slug(text)
    assert slug.isascii()
    assert all(part.isalnum() and part == part.lower() for part in slug.split("-"))
    assert make_slug(slug) == slug


@given(st.text(min_size=1, max_size=60))
def test_a_readable_title_is_never_empty(stem: str) -> None:
    assert make_readable(stem)


@given(st.lists(st.sampled_from(["note", "note-2", "note-2-2", "note-3", "plan"]), max_size=12))
def test_ids_become_unique_and_first_comers_keep_theirs(ids: list[str]) -> None:
    documents = [DocumentInfo(id, f"Titre {rank}") for rank, id in enumerate(ids)]
    renamed = unique_ids(documents)
    assert [document.title for document in renamed] == [document.title for document in documents]
    assert len({document.id for document in renamed}) == len(ids)
    for rank, (before, after) in enumerate(zip(documents, renamed, strict=True)):
        if before.id not in ids[:rank]:
            assert after is before
        else:
            assert after.id.startswith(f"{before.id}-")


def test_replacements_are_those_the_newer_documents_declare(tmp_path: Path) -> None:
    catalogue = load(tmp_path, TWO)
    newer = catalogue.by_id["reglement-2025"]
    assert replacements(catalogue) == {"reglement-2020": ((newer, "Titre II"),), "charte": ((newer, ""),)}
    assert replacements(Catalogue()) == {}


# --- the catalogue of this project -----------------------------------------------------------


def test_our_catalogue_has_the_five_documents_and_their_periods() -> None:
    catalogue = load_catalogue(OURS)
    assert {document.id: (document.valid_from, document.valid_until) for document in catalogue.documents} == {
        "convention-2023-601": (date(2023, 12, 11), None),
        "rapport-2024-rencontres-loisirs": (date(2024, 1, 1), None),
        "schema-2023-2027": (date(2023, 6, 19), date(2027, 12, 31)),
        "pacte-2017-2022": (date(2017, 1, 1), date(2022, 12, 31)),
        "etude-2017-mediation": (date(2017, 12, 1), None),
    }
    assert all(document.short_title and document.kind and document.issuer for document in catalogue.documents)
    newer = catalogue.by_id["schema-2023-2027"]
    assert replacements(catalogue) == {"pacte-2017-2022": ((newer, "Cahier N°2"),)}


@pytest.mark.originals
def test_the_originals_are_recognised_by_their_hash(originals: Path) -> None:
    catalogue = load_catalogue(OURS)
    files, _ = find_files(originals)
    known = [load_document(file, root=originals) for file in files if file.suffix == ".txt"]
    assert {catalogue.identify(document).id for document in known} >= set(catalogue.by_id)
