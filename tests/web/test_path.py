from __future__ import annotations

from datetime import date

from assistant.discovery import Step, guided_path
from assistant.records import DocumentInfo, Fiche, Source
from assistant.web.path import glossary_to_html, path_to_html, questions_to_html

HOSTILE = "<script>caught = 1</script>\" onmouseover='x'"


def test_everything_is_escaped() -> None:
    fiche = Fiche("x\"'<", HOSTILE, HOSTILE, (f"que dit {HOSTILE} donc ?",), (Source("d", HOSTILE, None),))
    infos = {"d": DocumentInfo("d", HOSTILE)}

    for html in (
        path_to_html([Step("Les bases", "Pour", (fiche,))], infos, lambda _: 'e"<'),
        questions_to_html([HOSTILE]),
        glossary_to_html({HOSTILE: [HOSTILE]}),
    ):
        assert "<script" not in html
        assert "onmouseover='" not in html
        assert "&lt;script&gt;" in html


def test_a_fiche_opens_its_words_its_source_and_its_question(assistant) -> None:
    knowledge = assistant.index.knowledge

    html = path_to_html(
        guided_path(knowledge, date(2026, 6, 15)), knowledge.infos, lambda f: f"evidence/{f.id}"
    )

    assert "<summary>Quand la ville et le prestataire ne s’entendent plus</summary>" in html
    assert "c’est le tribunal de Fontclaire qui décide" in html
    assert 'href="evidence/charte-desaccord">Charte de Valmont — Charte › Article 3</a>' in html
    assert 'data-question="Qui juge si on se fâche avec la mairie ?"' in html
    assert 'data-coche="charte-desaccord"' in html
    assert "0 sur 2" in html


def test_without_fiches_the_path_says_why_it_is_empty() -> None:
    assert "il n’y en a pas encore" in path_to_html([], {}, lambda _: "")


def test_the_glossary_is_sorted_and_says_every_meaning() -> None:
    html = glossary_to_html({"MTV": ["médiateur"], "ASV": ["aide", "accueil"]})

    assert html.index("<dt>ASV</dt><dd>aide</dd><dd>accueil</dd>") < html.index("<dt>MTV</dt>")
    assert "2 sigles" in html
    assert glossary_to_html({}) == ""
