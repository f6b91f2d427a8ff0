from __future__ import annotations

import json

import pytest

from assistant.batch import answer_file
from assistant.errors import QuestionsError

KEYS = {"id", "status", "answer", "confidence", "citations", "hits", "seconds"}


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def ask(assistant, tmp_path):
    def run(*lines: object) -> list[dict]:
        questions, answers = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
        text = "\n".join(
            line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines
        )
        questions.write_text(text, encoding="utf-8")
        answer_file(assistant, questions, answers)
        return read(answers)

    return run


def test_each_question_gets_a_line_in_order_with_every_field(ask) -> None:
    answers = ask(
        {"id": "q1", "question": "qui tranche un différend ?"}, {"id": 2, "question": "recette de cuisine"}
    )

    assert [answer["id"] for answer in answers] == ["q1", 2]
    assert all(answer.keys() >= KEYS for answer in answers)


def test_a_citation_is_verbatim_at_its_offsets(ask, assistant) -> None:
    (answer,) = ask({"id": "q1", "question": "quel tribunal si la mairie et le prestataire se disputent ?"})

    (citation, *_) = answer["citations"]
    text = assistant.index.knowledge.documents[citation["document"]].text
    assert "Fontclaire" in citation["quote"]
    assert citation["quote"] == text[citation["start"] : citation["end"]]
    assert {"document", "place", "page", "quote", "fiche", "start", "end"} <= citation.keys()


def test_a_hit_has_its_text_and_place(ask) -> None:
    (answer,) = ask({"id": "q1", "question": "gilet orange"})

    assert {"document", "place", "text", "score", "fiche"} == answer["hits"][0].keys()
    assert "gilet" in answer["hits"][0]["text"]


def test_a_fiche_answers_for_an_absent_document_without_quotation(ask) -> None:
    (answer,) = ask({"id": "q1", "question": "à quelle heure on mange à la colo ?"})

    assert (
        answer["status"], answer["citations"][0]["quote"], answer["citations"][0]["document"],
    ) == ("answered", "", "guide-absent")  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("{not json", id="not_json"),
        pytest.param("[1, 2]", id="not_an_object"),
        pytest.param({"id": "x"}, id="no_question"),
        pytest.param({"id": "x", "question": "  "}, id="blank_question"),
        pytest.param({"id": "x", "question": "q", "history": "h"}, id="history_is_not_a_list"),
    ],
)
def test_a_wrong_line_is_an_error_and_the_others_go_on(ask, line) -> None:
    answers = ask(line, {"id": "q2", "question": "qui tranche un différend ?"})

    assert (answers[0]["status"], answers[1]["status"]) == ("error", "answered")
    assert "ligne 1" in answers[0]["message"]


def test_a_line_that_is_not_json_is_said_in_french_with_the_column(ask) -> None:
    (answer,) = ask('{"question": gilet}')

    assert answer["message"] == "ligne 1 : ce n’est pas du JSON (colonne 14)."


def test_history_makes_a_follow_up_self_contained(ask) -> None:
    history = [{"question": "qui tranche un différend entre la ville et le prestataire ?", "answer": "…"}]
    (answer,) = ask({"id": "q1", "question": "et après combien de temps ?", "history": history})

    assert answer["understanding"]["follow_up"]
    assert "deux mois" in answer["answer"]


def test_a_missing_file_is_named(assistant, tmp_path) -> None:
    with pytest.raises(QuestionsError, match=r"none\.jsonl"):
        answer_file(assistant, tmp_path / "none.jsonl", tmp_path / "a.jsonl")


def test_an_output_that_cannot_be_written_is_named(assistant, tmp_path) -> None:
    (tmp_path / "q.jsonl").write_text("", encoding="utf-8")

    with pytest.raises(QuestionsError, match="nowhere"):
        answer_file(assistant, tmp_path / "q.jsonl", tmp_path / "nowhere" / "a.jsonl")


def test_two_runs_give_identical_answers(ask) -> None:
    lines = [
        {"id": i, "question": q}
        for i, q in enumerate(["qui tranche un différend ?", "gilet perdu combien", "horaires d'été"])
    ]
    first, second = ask(*lines), ask(*lines)

    for answer in (*first, *second):
        answer.pop("seconds")
    assert first == second
