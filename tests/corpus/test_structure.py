"""Structure: titles and their breadcrumbs, lists, tables, glossaries, figures."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from raw_texts import raw_texts

from assistant.corpus.cleaning import clean
from assistant.corpus.structure import parse_blocks
from assistant.records import Block, Document, DocumentInfo, RawDocument

TEXT = "Les éducateurs rencontrent les jeunes et leurs familles dans tous les quartiers de la ville, chaque semaine."


def parsed(raw: str) -> tuple[Document, list[Block]]:
    document = clean(RawDocument(PurePosixPath("a.txt"), "0", (raw,), False), DocumentInfo(id="a", title="A"))
    return document, parse_blocks(document)


def place_of(raw: str, words: str) -> tuple[str, ...]:
    document, blocks = parsed(raw)
    place = document.text.index(words)
    return next(block.headings for block in blocks if block.start <= place < block.end)


CODE = f"Titre II\n\nChapitre 3 : Les lieux\n\nArticle L. 123-4\n\n{TEXT}"
ARTICLES = f"Article 8 : Finances\n\n8.1 Versement\n\nDeux fois par an.\n\n8.2 Documents\n\n{TEXT}"
PREAMBLE = "Préambule :\n\nCourt.\n\nArticle 1 : Objet\n\n"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(CODE, ("Titre II", "Chapitre 3 : Les lieux", "Article L. 123-4"), id="code"),
        pytest.param(
            f"1. Le service\n\n1.2 Les locaux\n\n{TEXT}", ("1. Le service", "1.2 Les locaux"), id="decimals"
        ),
        pytest.param(ARTICLES, ("Article 8 : Finances", "8.2 Documents"), id="sub-articles"),
        pytest.param(f"II FICHE D’IDENTITE\n\n{TEXT}", ("II FICHE D’IDENTITE",), id="roman"),
        pytest.param(f"LES ACTIONS DU SERVICE\n\n{TEXT}", ("LES ACTIONS DU SERVICE",), id="capitals"),
        pytest.param(f"Historique\n\n{TEXT}", ("Historique",), id="plain title"),
        pytest.param(f"Préambule :\n\n{TEXT}\n\nArticle 1 : Objet\n\nFin.", ("Préambule",), id="preamble"),
        pytest.param(PREAMBLE + TEXT, ("Article 1 : Objet",), id="an article is not in the preamble"),
        pytest.param(
            f"# Guide\n\n## Accueil\n\n### Horaires\n\n{TEXT}", ("Accueil", "Horaires"), id="markdown"
        ),
    ],
)
def test_titles_give_breadcrumbs(raw: str, expected: tuple[str, ...]) -> None:
    assert place_of(raw, TEXT) == expected


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(
            f"Le service s’engage à :\n\n- {TEXT}\n- Autre chose", id="a sentence that introduces a list"
        ),
        pytest.param(f"comme le dit l’article 5 de la loi.\n\n{TEXT}", id="an article quoted in a sentence"),
        pytest.param(f"Article L. 121-2 : « {TEXT} »", id="the text of an article"),
        pytest.param(f"M. Jean MARTIN, Directeur\n\n{TEXT}", id="a signature"),
    ],
)
def test_what_only_looks_like_a_title_is_none(raw: str) -> None:
    assert place_of(raw, TEXT) == ()


def test_numbering_that_restarts_is_told_apart_by_its_sheet() -> None:
    sheet = (
        "Fiche N°{0} : Sujet {0}\n\nModalités de mise en œuvre\n\nAction 1 : Ouvrir\n\n- {1} numéro {0}\n\n"
    )
    raw = sheet.format(1, TEXT) + sheet.format(2, TEXT)

    assert place_of(raw, "numéro 2") == (
        "Fiche N°2 : Sujet 2",
        "Modalités de mise en œuvre",
        "Action 1 : Ouvrir",
    )


def test_sheets_that_are_only_mentioned_open_nothing() -> None:
    raw = (
        f"Fiche N°1 : Ouvrir\n\n{TEXT}\n\nLiens avec d’autres actions\n\nDu schéma de la jeunesse\n\n"
        f"Fiche N°7 : Fermer\n\nFiche N°9 : Peindre\n\nFiche N°2 : Suivre\n\nPilote(s)\n\n{TEXT.upper()}"
    )
    document, blocks = parsed(raw)
    titles = [document.text[block.start : block.end] for block in blocks if block.kind == "heading"]

    assert titles == ["Fiche N°1 : Ouvrir", "Liens avec d’autres actions", "Fiche N°2 : Suivre", "Pilote(s)"]


def test_a_title_with_nothing_under_it_has_nothing_under_it() -> None:
    _, blocks = parsed(f"1. Locaux\n\nII ACTIVITÉ\n\n{TEXT}")

    assert [(block.kind, block.headings) for block in blocks] == [
        ("heading", ("1. Locaux",)), ("heading", ("II ACTIVITÉ",)), ("paragraph", ("II ACTIVITÉ",)),
    ]  # fmt: skip


def test_a_list_holds_the_sentence_that_introduces_it() -> None:
    document, blocks = parsed("Le service remet :\n\n- son budget ;\n- ses comptes.\n\nIl les garde.")

    assert [(block.kind, document.text[block.start : block.end].count("\n")) for block in blocks] == [
        ("list", 2),
        ("paragraph", 0),
    ]


def test_bullets_that_were_lost_are_known_by_their_indent() -> None:
    _, blocks = parsed(f"{TEXT}\n\nTrois principes :\n\n Le temps,\n\n La confiance,\n\n Le secret.\n")

    assert [block.kind for block in blocks] == ["paragraph", "list"]


@pytest.mark.parametrize(
    ("raw", "header"),
    [
        pytest.param("Filles Garçons\n\nMoins de 11 ans 4 6\n\nTotal 35 46", "Filles Garçons", id="numbers"),
        pytest.param("| Jour | Heure |\n|---|---|\n| Lundi | 9 h |", "| Jour | Heure |\n|---|---|", id="markdown"),
        pytest.param("Ville\tJeunes\nValmont\t12\nOrelle\t15", "Ville\tJeunes", id="tabs"),
    ],
)  # fmt: skip
def test_a_table_knows_its_header(raw: str, header: str) -> None:
    document, blocks = parsed(raw)

    assert [block.kind for block in blocks] == ["table"]
    assert blocks[0].header is not None
    assert document.text[slice(*blocks[0].header)] == header


def test_a_glossary_gives_one_block_an_entry() -> None:
    entries = ["BIJ Bureau information jeunesse", "CLAS\nContrat local", "FJT : Foyer de jeunes travailleurs"]

    document, blocks = parsed("\n\n".join(["GLOSSAIRE", *entries]))

    assert [document.text[block.start : block.end] for block in blocks if block.kind == "term"] == entries


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("1 250\n\nvisites ont été faites par des puéricultrices", id="number then label"),
        pytest.param("Nombre de jeunes accompagnés en 2030\n\n64", id="label then number"),
        pytest.param("6%\n\n12%\n\nCrèche\n\nÉcole", id="the numbers of a chart, then its labels"),
    ],
)
def test_a_key_figure_keeps_its_label(raw: str) -> None:
    document, blocks = parsed(raw)

    assert [(block.kind, block.start, block.end) for block in blocks] == [("figure", 0, len(document.text))]


def test_names_that_follow_their_bullets_do_not_head_the_next_ones() -> None:
    after = "Secteurs\n\n• Rive gauche\n\nSPS Valmont\n\n• Rive droite\n\nSPS Orelle\n\n"
    slides = after + "Équipes\n\nSPS Valmont\n\n• Deux éducateurs\n\nSPS Orelle\n\n• Une éducatrice\n"

    assert place_of(slides, "Rive droite") == ("Secteurs",)
    assert place_of(slides, "Une éducatrice") == ("Équipes", "SPS Orelle")


def test_the_footers_name_the_parts() -> None:
    footer = "\n\nCahier N°{} : {} \n\nPage {} sur 90 \n"
    raw = (
        f" LA JEUNESSE \n\n{TEXT}\n{footer.format(1, 'La jeunesse', 3)}"
        f" L’AUTONOMIE \n\nA. BILAN\n\nEncore {TEXT}\n{footer.format(2, 'L’autonomie', 30)}"
    )

    assert place_of(raw, "Encore") == ("Cahier N°2 : L’autonomie", "A. BILAN")


@settings(max_examples=150, deadline=None)
@given(raw_texts())
def test_every_character_lies_in_exactly_one_block(raw: str) -> None:
    document, blocks = parsed(raw)
    place = 0
    for block in blocks:
        assert place <= block.start < block.end <= len(document.text)
        assert not document.text[place : block.start].strip()
        if block.header:
            assert block.start <= block.header[0] < block.header[1] <= block.end
        place = block.end
    assert not document.text[place:].strip()
