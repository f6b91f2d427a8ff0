"""Opinions: what is kept, where, and the draft questions they become."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import pytest

from assistant.corpus.anchors import WordMap, locate, parse_anchor
from assistant.errors import FeedbackError
from assistant.feedback import (
    Feedback,
    Proof,
    add_feedback,
    delete_feedback,
    feedback_path,
    list_feedback,
    passages_at,
    prove,
    to_drafts,
)
from assistant.pipeline import Assistant
from assistant.records import Turn
from assistant.settings import Settings
from evals.cases import load_cases

ONE = Feedback(
    day="2026-03-01",
    verdict="wrong",
    question="Qui décide ?",
    answer="Le tribunal.",
    status="answered",
    index_version="abc",
    comment="C’est l’article 3.",
    place="Charte › Article 3",
    history=(Turn("Et avant ?", "Rien."),),
    evidence=(Proof("charte-valmont-2024", "12/6@0 0:0000000001 6:0000000002", ("charte-desaccord",)),),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "feedback.sqlite"


def test_what_is_kept_is_read_again(path: Path) -> None:
    assert list_feedback(path) == []
    assert not path.exists()  # reading makes nothing

    assert add_feedback(path, ONE) == 1
    assert add_feedback(path, replace(ONE, verdict="useful")) == 2

    assert list_feedback(path) == [ONE, replace(ONE, verdict="useful")]
    assert [one.id for one in list_feedback(path)] == [1, 2]


def test_nothing_of_the_person_has_a_place_to_be_kept_in() -> None:
    assert {f.name for f in fields(Feedback)} == {
        "id", "day", "verdict", "comment", "place", "question", "history", "status", "answer", "evidence",
        "index_version",
    }  # fmt: skip


@pytest.mark.parametrize("change", [{"verdict": "bof"}, {"comment": "a" * 2001}, {"place": "a" * 301}])
def test_a_malformed_opinion_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(FeedbackError):
        replace(ONE, **change)


def test_opinions_may_come_at_once(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda _: add_feedback(path, ONE), range(24)))

    assert sorted(numbers) == list(range(1, 25))
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_full_box_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.feedback.MAX_KEPT", 1)
    add_feedback(path, ONE)

    with pytest.raises(FeedbackError, match="assistant feedback delete --all"):
        add_feedback(path, ONE)


def test_a_file_that_is_no_database_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("du texte " * 100, encoding="utf-8")

    with pytest.raises(FeedbackError, match="feedback.sqlite"):
        list_feedback(path)
    with pytest.raises(FeedbackError, match="feedback.sqlite"):
        add_feedback(path, ONE)


def test_what_is_deleted_is_gone_from_the_file(path: Path) -> None:
    add_feedback(path, replace(ONE, comment="un secret bien gardé"))
    add_feedback(path, ONE)

    assert delete_feedback(path, [1, 7]) == 1

    assert [one.id for one in list_feedback(path)] == [2]
    assert all(b"secret" not in file.read_bytes() for file in path.parent.iterdir())
    assert delete_feedback(path) == 1
    assert list_feedback(path) == []
    assert add_feedback(path, ONE) == 3  # a number is not given twice


def test_the_file_is_beside_the_index() -> None:
    assert feedback_path(Settings(index=Path("/a/index"))) == Path("/a/feedback.sqlite")
    assert feedback_path(Settings(index=Path("/a/index"), feedback=Path("/b/f.db"))) == Path("/b/f.db")


# --- the right passage -----------------------------------------------------------------------


def test_a_passage_gets_an_anchor_that_finds_it(assistant: Assistant) -> None:
    knowledge = assistant.index.knowledge
    passage = next(p for p in knowledge.passages if "gilet orange" in p.text)

    (proof,) = prove(knowledge, [(passage.document_id, passage.start, passage.end, None)] * 2)

    document = knowledge.documents["reglement-valmont-2015"]
    found = locate(WordMap(document.text), parse_anchor(proof.anchor))
    assert found is not None
    assert "gilet orange" in document.text[found.start : found.end]
    assert "gilet" not in proof.anchor


def test_a_fiche_without_its_original_lends_its_own_anchor(assistant: Assistant) -> None:
    proofs = prove(assistant.index.knowledge, [("guide-absent", 0, 0, "guide-repas")])

    assert proofs == (Proof("guide-absent", "12/6@0 0:0000000001 6:0000000002", ("guide-repas",)),)


@pytest.mark.parametrize(
    "wrong", [("ailleurs", 0, 5, None), ("charte-valmont-2024", 5, 5, None), ("guide-absent", 0, 0, "x")]
)
def test_what_is_nowhere_proves_nothing(
    assistant: Assistant, wrong: tuple[str, int, int, str | None]
) -> None:
    assert prove(assistant.index.knowledge, [wrong]) == ()


@pytest.mark.parametrize(
    "place",
    [
        "Charte › Article 3",
        "charte > article 3",
        "Charte de Valmont — Charte › Article 3",
        "CHARTE  ARTICLE 3",
    ],
)
def test_a_pasted_place_leads_to_its_passage(assistant: Assistant, place: str) -> None:
    passages = passages_at(place, assistant.index.knowledge)

    assert passages
    assert all(p.fiche_id == "charte-desaccord" for p in passages)


@pytest.mark.parametrize("place", ["", "›", "Article 33", "3"])
def test_a_place_that_is_none_leads_nowhere(assistant: Assistant, place: str) -> None:
    assert passages_at(place, assistant.index.knowledge) == []


# --- draft questions -------------------------------------------------------------------------


def test_drafts_are_reference_questions_that_a_person_finishes(path: Path, tmp_path: Path) -> None:
    for one in (ONE, replace(ONE, verdict="useful", history=()), replace(ONE, evidence=())):
        add_feedback(path, one)

    drafts, left = to_drafts(list_feedback(path))

    assert [one.id for one in left] == [3]
    out = tmp_path / "drafts.jsonl"
    out.write_text("\n".join(json.dumps(draft, ensure_ascii=False) for draft in drafts), encoding="utf-8")
    wrong, useful = load_cases([out])
    assert (wrong.kind, wrong.history) == ("follow_up", ONE.history)
    assert "fausse ; C’est l’article 3." in wrong.reference
    assert "Le tribunal." not in wrong.reference  # it is not the answer
    assert "Le tribunal." in useful.reference
    assert wrong.reference.startswith("À ÉCRIRE")
    assert wrong.evidence[0][0].document == "charte-valmont-2024"
    assert wrong.evidence[0][0].fiches == ("charte-desaccord",)


def test_the_commands_list_export_and_delete(settings: Settings, run, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSISTANT_INDEX", str(settings.index))
    assert run("feedback", "list")[1] == "Aucun avis.\n"
    add_feedback(feedback_path(settings), ONE)
    add_feedback(feedback_path(settings), replace(ONE, evidence=()))

    listed = run("feedback", "list")[1]
    assert "1. 2026-03-01  fausse  Qui décide ?" in listed
    assert "Charte › Article 3" in listed
    code, out, _ = run("feedback", "export", tmp_path / "drafts.jsonl")
    assert code == 0
    assert "1 brouillons" in out
    assert "1 avis sans passage" in out
    assert len(load_cases([tmp_path / "drafts.jsonl"])) == 1
    assert run("feedback", "delete")[0] == 2
    assert run("feedback", "delete", "1", "--all")[0] == 2
    assert run("feedback", "delete", "9")[0] == 1
    assert run("feedback", "delete", "1")[0] == 0
    assert run("feedback", "delete", "--all")[1] == "1 avis supprimés.\n"
