"""Ablations, benchmarks and peers."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from assistant.errors import QuestionsError
from assistant.pipeline import Assistant
from evals.ablations import ablate, to_markdown
from evals.benchmark import load_benchmark, run_benchmark
from evals.cases import Case
from evals.compare import compare
from evals.compare import to_markdown as comparison_markdown
from evals.peers import PEERS, PeerResult
from evals.peers import to_markdown as peers_markdown
from evals.run import run_corpus
from evals.summary import summarize

TEXTS = {
    "a": "La piscine ouvre à neuf heures en été.",
    "b": "Le musée est gratuit le dimanche.",
    "c": "Le bus de nuit part de la gare toutes les heures.",
}


def write_piaf(folder: Path) -> Path:
    folder.mkdir()
    documents = [{"id": number, "text": text} for number, text in enumerate(TEXTS.values())]
    queries = [
        {"q": "quand ouvre la piscine ?", "doc": 0, "answers": []},
        {"q": "le musée gratuit, quel jour ?", "doc": 1, "answers": []},
    ]
    for name, items in (("docs", documents), ("queries", queries)):
        with lzma.open(folder / f"{name}.jsonl.xz", "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(item) + "\n" for item in items)
    return folder


def write_beir(folder: Path) -> Path:
    (folder / "qrels").mkdir(parents=True)
    corpus = [{"_id": id, "title": "", "text": text} for id, text in TEXTS.items()]
    queries = [{"_id": "q1", "text": "quand ouvre la piscine ?"}, {"_id": "q2", "text": "sans jugement"}]
    for name, items in (("corpus", corpus), ("queries", queries)):
        (folder / f"{name}.jsonl").write_text(
            "".join(json.dumps(item) + "\n" for item in items), encoding="utf-8"
        )
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\ta\t1\nq1\tb\t0\n", encoding="utf-8"
    )
    return folder


@pytest.mark.parametrize("write", [write_piaf, write_beir])
def test_both_formats_of_benchmark_are_measured(write: object, tmp_path: Path, fake_embedder: object) -> None:
    folder = write(tmp_path / "benchmark")  # type: ignore[operator]

    results = run_benchmark(folder, fake_embedder)  # type: ignore[arg-type]

    assert all(values["recall@1"] == 1.0 for name, values in results.items() if "vecteurs" not in name)


def test_only_judged_relevant_texts_count(tmp_path: Path) -> None:
    benchmark = load_benchmark(write_beir(tmp_path / "beir"))

    assert benchmark.questions == (("quand ouvre la piscine ?", frozenset({"a"})),)


def test_a_folder_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionsError, match="n’est pas un jeu d’essai"):
        load_benchmark(tmp_path)


def test_everything_in_place_is_what_a_run_measures(assistant: Assistant, cases: tuple[Case, ...]) -> None:
    whole, results = ablate(assistant, None, cases)
    run = summarize(cases, run_corpus(assistant, "all", cases).judged)

    assert whole.summary["recall@5"] == run["recall@5"]
    assert whole.summary["vital_facts"] == run["vital_facts"]
    assert all(gap.mean == 0 for gap in whole.gaps.values())
    names = [one.name for one in results]
    assert len(names) == len(set(names))
    assert {"sans le classement appris", "sans le choix des phrases", "sans la vérification"} <= set(names)
    assert all(one.altered == 0 for one in results)
    assert "sans le classement appris" in to_markdown(whole, results)


def test_a_skipped_peer_is_said() -> None:
    scores = dict.fromkeys(("recall@1", "recall@5", "recall@20", "recall@6000c", "mrr@10"), 0.5)
    result = PeerResult("nous", scores, 3, 700.0, 1.0, 0.01, 200.0, "assistant 0")

    table = peers_markdown([result], ["txtai : txtai n’est pas installé"], 12)

    assert "| nous | 0.500 |" in table
    assert "Pas mesuré — txtai" in table


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", [name for name in PEERS if "MiniLM" not in name])
def test_a_peer_finds_an_easy_text_at_its_place(name: str) -> None:
    for library in ("llama_index.core", "llama_index.retrievers.bm25", "bm25s"):
        pytest.importorskip(library)
    build, _ = PEERS[name]
    texts = {
        "un": "La piscine ouvre à neuf heures en été.",
        "deux": "Le musée est gratuit le dimanche. " * 30,
    }

    search, chunks = build(texts)

    best = search("piscine ouvre été")[0]
    assert best in chunks
    assert texts[best.document][best.start : best.end] == texts["un"]


def report_of(scores: dict[str, dict[str, float]]) -> dict[str, object]:
    return {"corpora": {"all": {"cases": {id: {"scores": values} for id, values in scores.items()}}}}


def test_two_runs_are_compared_over_the_questions_both_hold(cases: tuple[Case, ...]) -> None:
    ids = [case.id for case in cases if case.answerable][:2]
    before = report_of({id: {"recall@1": 0.0, "correct": 0.0} for id in ids})
    after = report_of({ids[0]: {"recall@1": 1.0, "correct": 0.0}, ids[1]: {"recall@1": 1.0}})

    lines = list(compare(before, after, cases))

    whole = {line.measure: line for line in lines if line.questions == "toutes"}
    assert set(whole) == {"recall@1", "correct"}
    assert (whole["recall@1"].before, whole["recall@1"].after, whole["recall@1"].gap.mean) == (0, 1, 1)
    assert whole["correct"].gap.cases == 1
    assert {line.questions for line in lines} > {case.kind for case in cases if case.id in ids}
    assert "0.000 → 1.000 (+100.0 [+100.0 ; +100.0])" in comparison_markdown(lines)
