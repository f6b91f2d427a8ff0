from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import pipeline
from assistant.errors import QuestionsError
from assistant.pipeline import Assistant
from assistant.records import Answer, Citation, Hit
from evals.cases import Case
from evals.gate import (
    Floor,
    Thresholds,
    broken_floors,
    describe_verdict,
    find_breaches,
    load_thresholds,
    make_baseline,
)
from evals.run import CorpusRun, Evaluation, run_corpus

RULES = Thresholds(margin=0.02)


def evaluate(assistant: Assistant, cases: tuple[Case, ...]) -> Evaluation:
    return Evaluation(cases, (run_corpus(assistant, "all", cases),))


def rules_broken(evaluation: Evaluation, baseline: dict[str, object] | None = None) -> set[str]:
    return {breach.rule for breach in find_breaches(evaluation, RULES, baseline)}


def test_a_healthy_assistant_passes(assistant: Assistant, cases: tuple[Case, ...]) -> None:
    evaluation = evaluate(assistant, cases)

    assert rules_broken(evaluation, make_baseline(evaluation)) == set()
    assert describe_verdict([], evaluation, None).endswith("Accepté.")


def test_a_broken_retriever_is_refused(
    assistant: Assistant, cases: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same passages in the reverse order: nothing is false, it is only useless."""
    baseline = make_baseline(evaluate(assistant, cases))
    retrieve = pipeline.retrieve

    def upside_down(*arguments: object, **options: object) -> list[Hit]:
        hits = retrieve(*arguments, **(options | {"top": 1000}))
        return [replace(hit, score=1.0 / place) for place, hit in enumerate(reversed(hits), 1)]

    monkeypatch.setattr(pipeline, "retrieve", upside_down)
    broken = rules_broken(evaluate(assistant, cases), baseline)

    assert "moins bien que la référence : vital_facts" in broken


def test_an_altered_quotation_is_refused(
    assistant: Assistant, cases: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One word of each quotation is changed, consistently, after the assistant's own check."""

    def alter(self: Assistant, question: str, *arguments: object, **options: object) -> Answer:
        answer = ask(self, question, *arguments, **options)  # type: ignore[arg-type]
        citations = tuple(replace(c, quote=c.quote.replace("mois", "ans")) for c in answer.citations)
        return replace(answer, citations=citations, text=answer.text.replace("mois", "ans"))

    ask = Assistant.ask
    monkeypatch.setattr(Assistant, "ask", alter)

    broken = rules_broken(evaluate(assistant, cases))

    assert any(rule.startswith("une citation n’est pas mot à mot") for rule in broken)


def test_a_quotation_shown_otherwise_than_checked_is_refused(
    assistant: Assistant, cases: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def alter(self: Assistant, question: str, *arguments: object, **options: object) -> Answer:
        answer = ask(self, question, *arguments, **options)  # type: ignore[arg-type]
        return replace(answer, text=answer.text.replace("mois", "ans"))

    ask = Assistant.ask
    monkeypatch.setattr(Assistant, "ask", alter)

    assert "la citation montrée n’est pas celle qui a été vérifiée" in rules_broken(
        evaluate(assistant, cases)
    )


def test_a_refusal_that_cites_is_refused(
    assistant: Assistant, cases: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def alter(self: Assistant, question: str, *arguments: object, **options: object) -> Answer:
        answer = ask(self, question, *arguments, **options)  # type: ignore[arg-type]
        if answer.status == "answered":
            return answer
        return replace(answer, citations=(Citation("charte-valmont-2024", "Article 1", None, "x", 0, 1),))

    ask = Assistant.ask
    monkeypatch.setattr(Assistant, "ask", alter)

    assert "un refus porte une citation" in rules_broken(evaluate(assistant, cases))


def test_a_citation_that_leads_nowhere_is_refused(
    assistant: Assistant, cases: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def alter(self: Assistant, question: str, *arguments: object, **options: object) -> Answer:
        answer = ask(self, question, *arguments, **options)  # type: ignore[arg-type]
        return replace(answer, words=answer.words.replace("[1]", "[7]"))

    ask = Assistant.ask
    monkeypatch.setattr(Assistant, "ask", alter)

    assert "un numéro de citation ne mène nulle part : [7]" in rules_broken(evaluate(assistant, cases))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"sockets": 1}, "une connexion au réseau a été ouverte"),
        ({"differing": ("c1",)}, "deux réponses différentes à la même question"),
        ({"lost": ("c1",)}, "une preuve n’est plus dans son document"),
    ],
)
def test_each_invariant_is_judged(
    assistant: Assistant, cases: tuple[Case, ...], change: dict[str, object], rule: str
) -> None:
    run = replace(run_corpus(assistant, "all", cases), **change)  # type: ignore[arg-type]

    assert rules_broken(Evaluation(cases, (run,))) == {rule}


def test_a_question_that_changed_is_not_compared(assistant: Assistant, cases: tuple[Case, ...]) -> None:
    baseline = make_baseline(evaluate(assistant, cases))
    other = tuple(replace(case, question=case.question + " svp") for case in cases)

    from evals.gate import differences

    run = run_corpus(assistant, "all", other)
    assert differences(other, run, baseline) == {}
    assert differences(cases[:2], run_corpus(assistant, "all", cases[:2]), baseline)["recall@5"].cases == 2


# --- floors ----------------------------------------------------------------------------------


def floor(**values: object) -> Floor:
    return Floor("all", "recall@5", datetime.date(2026, 1, 1), "essai", **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "breaks"),
    [
        pytest.param(floor(at_least=0.9), False, id="above_its_floor"),
        pytest.param(floor(at_most=0.9), True, id="above_its_ceiling"),
        pytest.param(floor(at_least=0.9, kind="comparison"), True, id="measured_on_nothing"),
    ],
)
def test_floors_hold(assistant: Assistant, cases: tuple[Case, ...], rule: Floor, breaks: bool) -> None:
    run: CorpusRun = run_corpus(assistant, "all", cases)

    assert bool(broken_floors(cases, run, [rule])) is breaks
    assert not broken_floors(cases, replace(run, name="fiches"), [rule])


def test_the_committed_thresholds_load() -> None:
    assert load_thresholds().margin > 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("margin = 0.02\nmargins = 1", "clé inconnue"),
        ('margin = 0.02\n[[floor]]\ncorpus="all"\nmetric="mrr@10"\nat_least=0.5', "il manque « date »"),
        ('margin = 0.02\n[[floor]]\ncorpus="all"\nmetric="x"\ndate=2026-01-01\nreason="r"', "at_least"),
        ("margin = ", "illisible"),
    ],
)
def test_malformed_thresholds_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "thresholds.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(QuestionsError, match=message):
        load_thresholds(path)
