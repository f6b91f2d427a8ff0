from __future__ import annotations

import socket
from dataclasses import replace
from statistics import median

import pytest

from assistant.errors import QuestionsError
from assistant.pipeline import Assistant
from assistant.records import Answer
from evals.cases import Case
from evals.run import CorpusRun, Evaluation, compare_digests, counting_sockets, run_corpus
from evals.summary import summarize


@pytest.fixture(scope="module")
def corpus_run(assistant: Assistant, cases: tuple[Case, ...]) -> CorpusRun:
    return run_corpus(assistant, "all", cases)


def test_evidence_is_found_and_facts_are_said(corpus_run: CorpusRun) -> None:
    first = corpus_run.by_id["c1"]

    assert (first.status, first.ranks, first.scores["vital_facts"]) == ("answered", (1,), 1.0)
    assert first.scores["gold_citation_f1"] == first.scores["verbatim"] == 1.0


def test_a_healthy_run_breaks_nothing(corpus_run: CorpusRun) -> None:
    assert [one.problems for one in corpus_run.judged] == [()] * 4
    assert (corpus_run.differing, corpus_run.sockets, corpus_run.lost) == ((), 0, ())


def test_a_refused_question_without_answer_is_right(corpus_run: CorpusRun) -> None:
    assert corpus_run.by_id["c4"].scores["correct"] == 1.0


def test_the_length_of_an_answer_is_the_middle_one_of_those_shown(
    assistant: Assistant, cases: tuple[Case, ...], corpus_run: CorpusRun
) -> None:
    lengths = [len(assistant.ask(case.question).text) for case in cases if case.answerable]

    assert summarize(cases, corpus_run.judged)["characters"] == median(lengths)


def test_variants_are_asked_too(corpus_run: CorpusRun) -> None:
    assert [one.id for one in corpus_run.variants] == ["c1/no_accents"]


def test_a_case_that_raises_has_failed_and_the_others_go_on(
    assistant: Assistant, cases: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Assistant.ask

    def broken(self: Assistant, question: str, *arguments: object, **options: object) -> Answer:
        if "tribunal" in question:
            raise ZeroDivisionError("division by zero")
        return ask(self, question, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Assistant, "ask", broken)
    run = run_corpus(assistant, "all", cases)

    failed = run.by_id["c1"]
    assert (failed.status, failed.error) == ("error", "ZeroDivisionError: division by zero")
    assert failed.scores["correct"] == failed.scores["recall@20"] == 0.0
    assert run.by_id["c2"].status == "answered"
    assert summarize(cases, run.judged)["errors"] == 1


def test_an_answer_that_changes_is_noticed(
    assistant: Assistant, cases: tuple[Case, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Assistant.ask
    times = iter(range(100))

    def moody(self: Assistant, question: str, *arguments: object, **options: object) -> Answer:
        answer = ask(self, question, *arguments, **options)  # type: ignore[arg-type]
        return replace(answer, confidence=answer.confidence / (1 + next(times) / 1000))

    monkeypatch.setattr(Assistant, "ask", moody)

    assert set(run_corpus(assistant, "all", cases).differing) == {"c1", "c2", "c3", "c4"}


def test_another_process_must_say_the_same(corpus_run: CorpusRun, cases: tuple[Case, ...]) -> None:
    evaluation = Evaluation(cases, (corpus_run,))
    same = {one.id: one.digest for one in corpus_run.judged} | {"": corpus_run.content}

    assert compare_digests(evaluation, "all", same) == evaluation
    assert compare_digests(evaluation, "all", same | {"c2": "?"}).corpora[0].differing == ("c2",)
    with pytest.raises(QuestionsError, match="corpus a changé"):
        compare_digests(evaluation, "all", same | {"": "?"})


def test_sockets_are_counted_inside_the_block_only() -> None:
    socket.socket().close()
    with counting_sockets() as count:
        socket.socket().close()
        socket.socket(socket.AF_INET6).close()
        one, other = socket.socketpair()
        one.close()
        other.close()
    socket.socket().close()

    assert count == [2]


def test_fiches_stand_for_evidence_when_the_original_is_absent(
    assistant: Assistant, cases: tuple[Case, ...]
) -> None:
    from evals.cases import Places
    from evals.judge import passage_covers

    fiche = next(p for p in assistant.index.knowledge.passages if p.fiche_id == "charte-desaccord")
    stand_in = replace(fiche, original=False, start=0, end=0)
    places = Places(cases, {})

    assert passage_covers(stand_in, cases[0].evidence[0][0], places)
    assert not passage_covers(stand_in, cases[1].evidence[0][0], places)
