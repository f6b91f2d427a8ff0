"""The evaluation as HTML."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from test_catalogue_tab import plain
from test_evidence import HOSTILE, Elements
from test_quality import REPORT

from assistant.overview import summarize_documents
from assistant.pipeline import Assistant
from assistant.quality import QualityReport, load_report
from assistant.web.figures import quality_to_html
from assistant.web.quality import show_quality

TODAY = date(2026, 3, 1)


@pytest.fixture
def report(tmp_path: Path) -> QualityReport:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(REPORT), encoding="utf-8")
    read = load_report(path)
    assert read is not None
    return read


def to_html(report: QualityReport | None, assistant: Assistant) -> str:
    knowledge = assistant.index.knowledge
    return quality_to_html(report, summarize_documents(knowledge, TODAY), knowledge.infos)


def test_each_figure_has_its_meaning_and_its_interval(report: QualityReport, assistant: Assistant) -> None:
    shown = plain(to_html(report, assistant))

    assert "Évaluation du 1er mars 2026, version abc123 avec des modifications" in shown
    assert re.search(r"Bonne réponse 75 % \(60 % à 86 %, sur 40 questions\) La réponse contient", shown)
    assert re.search(r"Citations mot à mot 100 % La part des citations", shown)
    assert re.search(r"Refus à bon droit 50 % \(22 % à 78 %, sur 8 questions\)", shown)
    assert "⚠ Des règles sont rompues : verbatim — q-9" in shown


def test_tables_name_documents_and_kinds_as_readers_know_them(
    report: QualityReport, assistant: Assistant
) -> None:
    html = to_html(report, assistant)
    shown = plain(html)

    assert re.search(r"Charte de Valmont 30 80 % \(63 % à 90 %\) 80 % 70 %", shown)
    assert re.search(r"Hors sujet 8 50 % \(22 % à 78 %\) — —", shown)
    elements = Elements(html)
    assert elements.names.count("caption") == elements.names.count("table") == 3
    assert 'scope="row"' in html
    assert 'scope="col"' in html


def test_what_is_not_covered_is_said(report: QualityReport, assistant: Assistant) -> None:
    shown = plain(to_html(report, assistant))

    assert "non installés : Guide de la colonie de Brécourt." in shown
    assert "Règlement des médiateurs de Valmont 2015 : Expiré depuis le 31 décembre 2019." in shown
    assert "Règlement des médiateurs de Valmont 2015 (100 %)" in shown
    assert "1 question sur 8 à laquelle" in shown


def test_failing_questions_are_listed_by_id_and_escaped(report: QualityReport, assistant: Assistant) -> None:
    html = to_html(report, assistant)

    assert "<code>q-1</code> Qui &lt;b&gt;tranche&lt;/b&gt;" in html
    assert "Les 3 questions en échec, par cause" in plain(html)
    assert "Le passage attendu n’est pas dans les 5 premiers (1)" in plain(html)


def test_nothing_of_a_report_becomes_an_element(report: QualityReport, assistant: Assistant) -> None:
    corpus = report.corpora[0]
    hostile = replace(
        report,
        version=HOSTILE,
        model=HOSTILE,
        corpora=(
            replace(
                corpus,
                name=HOSTILE,
                failures=tuple(
                    replace(f, id=HOSTILE, cause=HOSTILE, question=HOSTILE) for f in corpus.failures
                ),
                by_kind=tuple(replace(one, name=HOSTILE) for one in corpus.by_kind),
                broken=(HOSTILE,),
            ),
        ),
    )

    assert {"script", "img"}.isdisjoint(Elements(to_html(hostile, assistant)).names)


def test_an_absent_or_broken_report_is_told(assistant: Assistant, tmp_path: Path) -> None:
    def with_report(path: Path) -> Assistant:
        return Assistant(assistant.index, assistant.embedder, replace(assistant.settings, report=path))

    absent = plain(show_quality(with_report(tmp_path / "absent.json")))
    assert "Aucun rapport d’évaluation n’est installé" in absent
    assert "python -m evals run" in absent
    assert "Ce que le corpus ne couvre pas" in absent
    (tmp_path / "broken.json").write_text("{}", encoding="utf-8")
    assert "illisible" in plain(show_quality(with_report(tmp_path / "broken.json")))
