"""The report of an evaluation, read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import ReportError
from assistant.quality import FIGURES, failures_by_cause, find_report, interval, load_report
from assistant.settings import Settings


def summary(questions: int, correct: float, **more: float) -> dict[str, float]:
    return {"questions": questions, "correct": correct, **more}


def answerable(questions: int, correct: float) -> dict[str, float]:
    return summary(questions, correct, **{"recall@5": 0.8, "vital_facts": 0.7})


REPORT: dict[str, Any] = {
    "about": {"date": "2026-03-01T10:00:00+00:00", "commit": "abc123+", "model": "static-fr", "questions": 40},
    "corpora": {
        "all": {
            "counts": {"documents": 2, "passages": 5, "fiches": 1},
            "summary": answerable(40, 0.75) | {"verbatim": 1.0, "refusal_recall": 0.5, "over_refusal": 0.1},
            "by": {
                "document": {"charte-valmont-2024": answerable(30, 0.8), "plusieurs ou aucun": summary(10, 0.5)},
                "kind": {
                    "deadline": answerable(20, 0.9),
                    "list": answerable(10, 0.4),
                    "actor": answerable(2, 0.0),
                    "off_topic": summary(8, 0.5),
                },
            },
            "failures": [
                {"id": "q-2", "cause": "should_refuse", "question": "Quel temps fait-il ?"},
                {"id": "q-1", "cause": "wrong_passage", "question": "Qui <b>tranche</b> ?"},
                {"id": "q-3", "cause": "nouvelle cause", "question": "Et alors ?"},
            ],
            "broken": [{"rule": "verbatim", "detail": "q-9"}],
        }
    },
}  # fmt: skip


@pytest.fixture
def report_path(tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(REPORT), encoding="utf-8")
    return path


def test_each_figure_is_a_share_of_the_questions_it_is_about(report_path: Path) -> None:
    report = load_report(report_path)
    assert report is not None
    (corpus,) = report.corpora

    assert (report.questions, report.version, report.date.day) == (40, "abc123+", 1)
    assert list(corpus.figures) == list(FIGURES)
    assert {name: figure.questions for name, figure in corpus.figures.items()} == {
        "correct": 40, "recall@5": 32, "vital_facts": 32, "verbatim": 0, "refusal_recall": 8, "over_refusal": 32,
    }  # fmt: skip
    assert corpus.figures["verbatim"].interval is None
    assert corpus.broken == ("verbatim — q-9",)


def test_weak_points_are_the_worst_categories_with_enough_questions(report_path: Path) -> None:
    report = load_report(report_path)
    assert report is not None

    assert [one.name for one in report.corpora[0].weak] == [
        "list", "off_topic", "plusieurs ou aucun", "charte-valmont-2024",
    ]  # fmt: skip


def test_failures_are_told_by_cause_the_unknown_ones_last(report_path: Path) -> None:
    report = load_report(report_path)
    assert report is not None

    found = failures_by_cause(report.corpora[0].failures)

    assert {cause: [failure.id for failure in failures] for cause, failures in found.items()} == {
        "wrong_passage": ["q-1"],
        "should_refuse": ["q-2"],
        "nouvelle cause": ["q-3"],
    }
    assert list(found)[-1] == "nouvelle cause"


@given(st.floats(0, 1), st.integers(1, 10_000))
def test_an_interval_holds_its_share_and_stays_a_share(share: float, count: int) -> None:
    low, high = interval(share, count)

    assert 0 <= low <= share + 1e-9
    assert share - 1e-9 <= high <= 1
    assert interval(share, 4 * count)[1] - interval(share, 4 * count)[0] <= high - low


def test_an_interval_is_the_one_of_the_books() -> None:
    # Newcombe, 1998, table I: 81 of 263.
    assert [round(bound, 4) for bound in interval(81 / 263, 263)] == [0.2553, 0.3662]


def test_without_a_report_there_is_none_and_the_project_s_own_stands_in(tmp_path: Path) -> None:
    assert load_report(tmp_path / "absent.json") is None
    assert find_report(Settings().report).is_file()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"about": {}, "corpora": {}}', "\x00", '{"about": 1}'])
def test_a_file_that_is_no_report_is_told_with_the_command(tmp_path: Path, text: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ReportError, match=r"report\.json.*python -m evals run"):
        load_report(path)


def test_the_committed_report_is_read_whole() -> None:
    report = load_report(Settings().report)
    assert report is not None

    assert [corpus.name for corpus in report.corpora] == ["all", "originals", "fiches"]
    for corpus in report.corpora:
        total = corpus.figures["correct"].questions
        assert sum(one.questions for one in corpus.by_kind) == total == report.questions
        assert sum(one.questions for one in corpus.by_document) == total
        assert len(corpus.failures) == round((1 - corpus.figures["correct"].value) * total)
