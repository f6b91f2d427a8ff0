from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.corpus.anchors import WordMap, locate
from assistant.errors import QuestionsError
from assistant.pipeline import Assistant
from assistant.records import Fiche, Source
from evals.anchoring import Library, anchor_file, make_evidence_anchor
from evals.cases import Case, Places, load_cases, question_files
from evals.checks import check_facts, check_novelty

ITEM: dict[str, Any] = {
    "id": "t-1",
    "kind": "deadline",
    "question": "on a combien de temps pour s'arranger ?",
    "document": "charte-valmont-2024",
    "answerable": True,
    "difficulty": "medium",
    "reference": "Deux mois.",
    "facts": [{"forms": ["deux mois", "2 mois"], "vital": True}],
    "evidence": [[{"document": "charte-valmont-2024", "lines": "13-13"}]],
    "history": [],
    "variants": [],
}


def write(path: Path, *items: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items), encoding="utf-8")
    return path


def test_a_line_becomes_a_case(tmp_path: Path) -> None:
    (case,) = load_cases([write(tmp_path / "q.jsonl", ITEM)])

    assert (case.id, case.facts[0].forms, case.evidence[0][0].lines) == (
        "t-1",
        ("deux mois", "2 mois"),
        (13, 13),
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"dificulty": "easy"}, "clé inconnue « dificulty »", id="unknown_key"),
        pytest.param({"kind": "riddle"}, "« kind » vaut « riddle »", id="unknown_kind"),
        pytest.param({"question": " "}, "« question » doit être un texte", id="empty_question"),
        pytest.param(
            {"facts": [{"forms": ["a"], "vitale": True}]}, "clé inconnue « vitale »", id="unknown_key_of_fact"
        ),
        pytest.param({"facts": []}, "doit avoir « facts »", id="answer_without_facts"),
        pytest.param({"answerable": False}, "n’a ni « facts »", id="facts_without_answer"),
        pytest.param(
            {"evidence": [[{"document": "x"}]]}, "« anchor » ou « lines »", id="evidence_without_place"
        ),
        pytest.param(
            {"evidence": [[{"document": "x", "lines": "twelve"}]]}, "mal écrites", id="lines_that_are_not"
        ),
        pytest.param({"kind": "follow_up"}, "doit avoir « history »", id="follow_up_without_history"),
    ],
)
def test_what_is_wrong_is_refused_by_name(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    path = write(tmp_path / "q.jsonl", ITEM | change)

    with pytest.raises(QuestionsError, match=rf"q\.jsonl, ligne 1 : .*{message}"):
        load_cases([path])


def test_an_id_used_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError, match="existe déjà"):
        load_cases([write(tmp_path / "q.jsonl", ITEM, ITEM)])


def test_the_committed_questions_load() -> None:
    cases = load_cases(question_files())

    drafts = [case.id for case in cases if any(e.anchor is None for group in case.evidence for e in group)]
    assert drafts == []


def test_lines_become_an_anchor_that_finds_them_and_names_the_fiche(
    tmp_path: Path, assistant: Assistant
) -> None:
    path = write(tmp_path / "q.jsonl", ITEM)
    knowledge = assistant.index.knowledge
    (before,) = load_cases([path])

    outcome = anchor_file(path, Library.of(knowledge.documents, knowledge.fiches))

    (after,) = load_cases([path])
    new, old = after.evidence[0][0], before.evidence[0][0]
    assert (outcome.anchored, outcome.problems, new.lines) == (1, [], None)
    places = Places([before, after], knowledge.documents)
    assert places.span(new) == places.span(old) is not None
    assert new.fiches == ("charte-desaccord",)
    assert anchor_file(path, Library.of(knowledge.documents, knowledge.fiches)).unchanged == 1


def test_evidence_that_is_repeated_is_found_at_its_own_place() -> None:
    filler = " ".join(f"mot{i} suite{i}" for i in range(60))
    repeated = "le comité se réunit deux fois par an à la mairie de Valmont"
    text = f"Lieux et dates. {repeated}. {filler} Autre chose. {repeated}. Fin de la page, {filler[::-1]}"
    words = WordMap(text)

    for start in (text.index(repeated), text.rindex(repeated)):
        anchor = make_evidence_anchor(words, (start, start + len(repeated)))
        found = locate(words, anchor) if anchor else None
        assert found is not None
        assert abs(found.start - start) < 40


def test_a_fact_that_is_not_in_its_evidence_is_an_error(tmp_path: Path, assistant: Assistant) -> None:
    wrong = ITEM | {"id": "t-2", "facts": [{"forms": ["trois mois"]}]}
    cases = load_cases([write(tmp_path / "q.jsonl", ITEM, wrong)])

    findings = check_facts(cases, assistant.index.knowledge.documents)

    assert [(finding.case, finding.is_error) for finding in findings] == [("t-2", True)]


def test_questions_of_fiches_are_found_out() -> None:
    fiche = Fiche(
        "f",
        "t",
        "b",
        ("Combien de temps on essaie de s’arranger ?",),
        (Source("d", "p", None),),
        ("horaires du coordinateur en hiver",),
    )

    def case(id: str, question: str) -> Case:
        return Case(id, "deadline", question, answerable=False, difficulty="easy", reference="r")

    findings = check_novelty(
        [
            case("same", "combien de temps on essaie de s'arranger"),
            case("near", "les horaires d'hiver du coordinateur"),
            case("other", "qui paie le gilet orange ?"),
        ],
        [fiche],
    )

    assert [(finding.case, finding.is_error) for finding in findings] == [("same", True), ("near", False)]
