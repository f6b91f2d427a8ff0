from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from assistant.pipeline import Assistant
from evals.cases import Case
from evals.gate import make_baseline
from evals.report import make_report, save_reports
from evals.run import Evaluation, run_corpus

ABOUT = {
    "date": "2026-01-01", "commit": "abc", "model": "trigrams", "model_revision": "1", "python": "3", "cores": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def evaluation(assistant: Assistant, cases: tuple[Case, ...]) -> Evaluation:
    run = run_corpus(assistant, "all", cases)
    wrong = Case(
        "c5",
        "figure",
        "quel âge a le <maire> ?",
        answerable=False,
        difficulty="hard",
        reference="On ne sait <pas>.",
    )
    answered = next(one for one in run.judged if one.id == "c1")
    from dataclasses import replace

    fake = replace(answered, id="c5", ranks=(), scores={"refused": 0.0, "correct": 0.0})
    return Evaluation((*cases, wrong), (replace(run, judged=(*run.judged, fake)),), ABOUT)


@pytest.fixture(scope="module")
def folder(evaluation: Evaluation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    save_reports(make_report(evaluation, make_baseline(evaluation)), folder)
    return folder


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.links += [
            str(value) for name, value in attributes if name in ("src", "href", "xlink:href", "srcset")
        ]
        if tag not in ("meta", "br", "rect", "line", "circle", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line", "circle", "polyline"):
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_well_formed_and_fetches_nothing(folder: Path) -> None:
    html = (folder / "report.html").read_text(encoding="utf-8")
    page = Page()
    page.feed(html)

    assert page.open == []
    assert page.links == []
    assert not re.search(r"https?:|//[a-z]|@import|url\(|<script", html)
    assert html.count("<svg") >= 5


def test_a_failure_is_shown_with_its_question_and_what_was_expected(folder: Path) -> None:
    page = Page()
    page.feed((folder / "report.html").read_text(encoding="utf-8"))

    assert "quel âge a le <maire> ?" in page.text
    assert "On ne sait <pas>." in page.text
    assert "réponse à une question que les documents ne traitent pas : 1" in page.text


def test_the_report_holds_no_word_of_an_original(folder: Path, assistant: Assistant) -> None:
    """Only titles and what fiches say: reports are kept with the project, originals are not."""
    told = " ".join(
        (folder / name).read_text(encoding="utf-8") for name in ("report.json", "report.md", "report.html")
    )
    for document in assistant.index.knowledge.documents.values():
        words = document.text.split()
        for place in range(len(words) - 9):
            assert " ".join(words[place : place + 10]) not in told


def test_the_report_says_what_moved_since_the_baseline(folder: Path) -> None:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))

    assert report["corpora"]["all"]["differences"]["recall@5"] == {
        "mean": 0.0,
        "low": 0.0,
        "high": 0.0,
        "cases": 3,
    }
    assert "intervalle à 95 %" in (folder / "report.md").read_text(encoding="utf-8")


def test_the_summary_table_has_every_measure_of_the_run(folder: Path) -> None:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    text = (folder / "report.md").read_text(encoding="utf-8")
    counts = {"questions", "errors", "hit@1", "hit@5"}

    missing = [
        name for name in report["corpora"]["all"]["summary"] if name not in counts and f"`{name}`" not in text
    ]
    assert missing == []
