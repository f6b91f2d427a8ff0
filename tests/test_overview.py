"""The catalogue in figures, and outlines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from assistant.overview import (
    Summary,
    coverage_of,
    describe_period,
    find_section,
    outline_of,
    readable_skips,
    state_of,
    summarize_documents,
)
from assistant.pipeline import Assistant, update_index
from assistant.records import DocumentInfo, Passage, Replacement
from assistant.settings import Settings

TODAY = date(2026, 3, 1)
Summaries = dict[str, Summary]


@pytest.fixture
def summaries(assistant: Assistant) -> Summaries:
    return {one.info.id: one for one in summarize_documents(assistant.index.knowledge, TODAY)}


def passage(start: int, end: int, fiche: str | None = None, *headings: str) -> Passage:
    return Passage(f"{start}", "a", start, end, "x" * (end - start), headings, fiche_id=fiche)


def test_every_document_of_the_catalogue_is_there_with_its_figures(summaries: Summaries) -> None:
    charte, reglement, guide = (
        summaries[id] for id in ("charte-valmont-2024", "reglement-valmont-2015", "guide-absent")
    )

    assert list(summaries)[-1] == "guide-absent"  # those not installed come last
    assert (charte.installed, charte.path, charte.pages) == (True, "charte-valmont-2024.md", None)
    assert (charte.passages, charte.fiches) == (3, 1)
    assert (reglement.passages, reglement.fiches, reglement.coverage) == (2, 0, 0.0)
    assert (guide.installed, guide.passages, guide.fiches, guide.coverage) == (False, 0, 1, None)


def test_coverage_is_the_share_of_characters_that_fiches_explain(
    assistant: Assistant, summaries: Summaries
) -> None:
    passages = [p for p in assistant.index.knowledge.passages if p.document_id == "charte-valmont-2024"]
    explained = sum(len(p.text) for p in passages if p.fiche_id)

    assert summaries["charte-valmont-2024"].coverage == explained / sum(len(p.text) for p in passages)
    assert coverage_of([passage(0, 30, "f"), passage(20, 60, "f"), passage(60, 120)]) == 0.5
    assert coverage_of([]) == 0.0


@pytest.mark.parametrize(
    ("since", "until", "state", "period"),
    [
        (date(2024, 1, 1), None, "in force", "En vigueur depuis le 1er janvier 2024."),
        (None, date(2026, 3, 1), "in force", "En vigueur, jusqu’au 1er mars 2026."),
        (date(2015, 1, 1), date(2019, 12, 31), "expired", "Expiré depuis le 31 décembre 2019."),
        (date(2027, 1, 2), None, "to come", "En vigueur à partir du 2 janvier 2027."),
        (None, None, "undated", ""),
    ],
)
def test_a_period_is_said_in_french(since: date | None, until: date | None, state: str, period: str) -> None:
    info = DocumentInfo("a", "A", valid_from=since, valid_until=until)

    assert state_of(info, TODAY) == state
    assert describe_period(info, {"a": info}, TODAY) == period


def test_what_replaces_a_document_is_named_with_the_part() -> None:
    old = DocumentInfo("old", "Règlement", valid_until=date(2019, 12, 31))
    new = DocumentInfo("new", "Charte", replaces=(Replacement("old", "Titre II"),))
    period = describe_period(old, {"old": old, "new": new}, TODAY)

    assert period == "Expiré depuis le 31 décembre 2019. Remplacé par : Charte (partie « Titre II »)."


def test_skipped_files_are_named_without_the_machine_s_folders(settings: Settings) -> None:
    folder = settings.corpus[0]
    (folder / "sous").mkdir()
    (folder / "sous" / "faux.pdf").write_text("bonjour", encoding="utf-8")
    report = update_index(settings)

    shown = readable_skips(report.skipped, (str(folder), str(Path(folder.anchor))))

    assert len(shown) == 1
    assert shown[0].startswith("« sous/faux.pdf » : le contenu")
    assert readable_skips(["sans dossier"], []) == ["sans dossier"]


# --- outlines --------------------------------------------------------------------------------


def test_an_outline_holds_every_passage_once_in_the_order_of_the_document(assistant: Assistant) -> None:
    knowledge = assistant.index.knowledge
    expected = [p for p in knowledge.passages if p.document_id == "charte-valmont-2024"]

    outline = outline_of(knowledge, "charte-valmont-2024")

    assert outline.all_passages == expected
    assert [child.title for child in outline.children] == [
        "Article 1 : Horaires",
        "Article 2 : Compte rendu",
        "Article 3 : Désaccord",
    ]


def test_a_key_finds_its_section_again_in_another_version(
    assistant: Assistant, settings: Settings, corpus_dir: Path
) -> None:
    before = outline_of(assistant.index.knowledge, "charte-valmont-2024").children[2]
    path = corpus_dir / "charte-valmont-2024.md"
    path.write_text(
        path.read_text("utf-8").replace("## Article 1", "## Article 0\n\nUn mot.\n\n## Article 1"), "utf-8"
    )
    update_index(settings)
    outline = outline_of(Assistant.open(settings).index.knowledge, "charte-valmont-2024")

    found = find_section(outline, before.key)

    assert found is not None
    assert found.headings == before.headings
    assert len({section.key for section in outline.walk()}) == len(list(outline.walk()))
    assert find_section(outline, "ailleurs") is None


def test_headings_met_twice_are_one_section_and_what_has_none_is_at_the_root(assistant: Assistant) -> None:
    rows = (passage(0, 1), passage(1, 2, None, "A", "B"), passage(2, 3, None, "C"), passage(3, 4, None, "A"))
    infos = {"a": DocumentInfo("a", "A")}
    knowledge = replace(assistant.index.knowledge, passages=rows, infos=infos)

    outline = outline_of(knowledge, "a")

    assert outline.passages == rows[:1]
    assert [child.title for child in outline.children] == ["A", "C"]
    assert [p.start for p in outline.children[0].all_passages] == [3, 1]


def test_a_document_known_by_its_fiches_has_the_places_they_write(assistant: Assistant) -> None:
    outline = outline_of(assistant.index.knowledge, "guide-absent")

    assert [section.headings for section in outline.walk()][-1] == (
        "Guide", "Repas", "Les repas de la colonie",
    )  # fmt: skip
