"""The documents as HTML."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from test_evidence import HOSTILE, Elements

from assistant.library import Work
from assistant.overview import find_section, outline_of, summarize_documents
from assistant.pipeline import Assistant
from assistant.records import DocumentInfo, Passage
from assistant.web.catalogue import (
    MAX_PASSAGES,
    catalogue_to_html,
    outline_to_html,
    percent,
    section_to_html,
    work_to_html,
)

TODAY = date(2026, 3, 1)
CHARTE = "charte-valmont-2024"


@pytest.fixture
def hostile(assistant: Assistant) -> Assistant:
    """Return an assistant in whose documents everything that can be hostile is."""
    knowledge = assistant.index.knowledge
    infos = {
        id: DocumentInfo(id, HOSTILE, HOSTILE, HOSTILE, HOSTILE, replaces=info.replaces)
        for id, info in knowledge.infos.items()
    }
    changed = replace(
        knowledge,
        infos=infos,
        fiches=tuple(replace(fiche, title=HOSTILE, body=HOSTILE) for fiche in knowledge.fiches),
        passages=tuple(replace(p, text=HOSTILE, headings=(HOSTILE, HOSTILE)) for p in knowledge.passages),
    )
    return Assistant(replace(assistant.index, knowledge=changed), assistant.embedder, assistant.settings)


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html).replace("\u00a0", " ").replace("\u202f", " "))


def test_a_card_says_the_state_in_words_and_the_coverage_in_figures(assistant: Assistant) -> None:
    html = catalogue_to_html(summarize_documents(assistant.index.knowledge, TODAY), [], [f"{CHARTE}.md"])
    shown = plain(html)

    assert "3 documents, dont 2 installés" in shown
    assert re.search(r"Charte de Valmont Charte des médiateurs .* ✓ En vigueur .* 3 passages 1 fiche", shown)
    assert re.search(
        r"Règlement .* ⚠ Expiré Expiré depuis le 31 décembre 2019\. Remplacé par : Charte", shown
    )
    assert "0 % du texte expliqué" in shown
    assert "Document d’origine non installé" in shown
    assert shown.count("Ajouté par la page") == 1
    assert html.count(f'data-poser="{CHARTE}"') == 1
    assert "laissés de côté" not in shown


def test_what_was_skipped_is_told_with_the_reason(assistant: Assistant) -> None:
    html = catalogue_to_html(
        summarize_documents(assistant.index.knowledge, TODAY),
        ["« a.pdf » : le fichier est chiffré.", HOSTILE],
    )

    assert "2 éléments laissés de côté" in plain(html)
    assert "« a.pdf » : le fichier est chiffré." in plain(html)
    assert "script" not in Elements(html).names


def test_an_empty_corpus_says_what_to_do() -> None:
    assert "Aucun document" in catalogue_to_html([], [])


def test_a_share_is_never_rounded_to_all_or_to_nothing() -> None:
    assert [plain(percent(share)) for share in (0.9999, 1.0, 0.0001, 0.5)] == ["99 %", "100 %", "1 %", "50 %"]


def test_the_outline_is_a_tree_of_native_elements(assistant: Assistant) -> None:
    knowledge = assistant.index.knowledge
    outline = outline_of(knowledge, "guide-absent")

    html = outline_to_html(outline, knowledge, "guide-absent")

    elements = Elements(html)
    assert elements.names.count("details") == elements.names.count("summary") == 2
    assert elements.names.count("button") == 1
    assert set(re.findall(r'data-section="(\w+)"', html)) == {
        section.key for section in outline.walk() if section.headings
    }
    assert "Repas (1)" in plain(html)


def test_a_section_shows_its_passages_with_the_fiche_beside(assistant: Assistant) -> None:
    knowledge = assistant.index.knowledge
    outline = outline_of(knowledge, CHARTE)

    explained = section_to_html(outline.children[2], knowledge, CHARTE)
    bare = section_to_html(outline.children[0], knowledge, CHARTE)

    assert "Charte de Valmont" in plain(explained)
    assert "Ensuite, le tribunal de Fontclaire tranche." in plain(explained)
    assert "c’est le tribunal de Fontclaire qui décide" in plain(explained)
    assert "aside" in Elements(explained).names
    assert "Aucune fiche n’explique ce passage." in plain(bare)


def test_a_fiche_without_its_original_is_shown_alone(assistant: Assistant) -> None:
    knowledge = assistant.index.knowledge

    html = section_to_html(outline_of(knowledge, "guide-absent").children[0], knowledge, "guide-absent")

    assert "Document d’origine non installé." in plain(html)
    assert plain(html).count("le dîner est servi à dix-neuf heures") == 1


def test_a_long_section_is_cut_and_says_so(assistant: Assistant) -> None:
    rows = tuple(
        Passage(str(n), CHARTE, n, n + 1, f"passage {n}.", ("Titre",)) for n in range(MAX_PASSAGES + 2)
    )
    knowledge = replace(assistant.index.knowledge, passages=rows)
    section = outline_of(knowledge, CHARTE).children[0]

    html = plain(section_to_html(section, knowledge, CHARTE))

    assert f"passage {MAX_PASSAGES - 1}." in html
    assert f"passage {MAX_PASSAGES}." not in html
    assert "2 autres passages : choisissez une partie plus petite" in html


def test_nothing_of_a_document_becomes_an_element(hostile: Assistant) -> None:
    knowledge = hostile.index.knowledge
    outline = outline_of(knowledge, CHARTE)
    section = find_section(outline, outline.children[0].key)
    assert section is not None

    for html in (
        catalogue_to_html(summarize_documents(knowledge, TODAY), []),
        outline_to_html(outline, knowledge, CHARTE),
        section_to_html(section, knowledge, CHARTE),
        work_to_html(Work(1, added=(HOSTILE,), removed=(HOSTILE,), refused=(HOSTILE,), error=HOSTILE)),
    ):
        assert {"script", "img"}.isdisjoint(Elements(html).names)
        assert "onerror" not in re.sub(r"&lt;.*?&gt;|aria-label=\"[^\"]*\"", "", html)


def test_a_work_is_told_from_its_beginning_to_its_end() -> None:
    assert work_to_html(Work()) == ""
    assert "Préparation" in work_to_html(Work(1, running=True))
    running = work_to_html(Work(1, running=True, step="documents", done=2, total=5))
    assert "Lecture des documents : 2 sur 5" in plain(running)
    assert '<progress aria-label="Lecture des documents" max="5" value="2">' in running
    done = plain(work_to_html(Work(1, added=("a.md",), refused=("« b.pdf » : chiffré.",))))
    assert "Ajouté : « a.md »" in done
    assert "Refusé : « b.pdf » : chiffré." in done
    assert "L’index est à jour." in done
    failed = plain(work_to_html(Work(1, error="Le disque est plein.")))
    assert "Le disque est plein." in failed
    assert "à jour" not in failed
