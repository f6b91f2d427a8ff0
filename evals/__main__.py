"""``python -m evals``: run, gate, bench and the rest."""

from __future__ import annotations

import argparse
import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import AssistantError, QuestionsError
from assistant.settings import load_settings

if TYPE_CHECKING:
    from assistant.records import Document, Fiche
    from assistant.settings import Settings
    from evals.cases import Case
    from evals.run import Evaluation

CORPORA = ("all", "originals", "fiches")


def make_parser() -> argparse.ArgumentParser:
    """Return the commands and their options."""
    parser = argparse.ArgumentParser(
        prog="python -m evals", description="How good and how fast the assistant is."
    )
    commands = parser.add_subparsers(dest="command", required=True)

    run = commands.add_parser("run", help="ask the reference questions; print a summary, write reports")
    _add_questions(run)
    _add_corpora(run)
    run.add_argument("--json", type=Path, metavar="OUT", help="write the whole result")
    run.add_argument(
        "--report", type=Path, metavar="DIR", help="write report.json, report.md and report.html"
    )

    gate = commands.add_parser("gate", help="say whether a change may land; exit 1 if not")
    _add_questions(gate)
    _add_corpora(gate)

    baseline = commands.add_parser("baseline", help="write evals/baseline.json")
    _add_questions(baseline)

    _add_questions(
        commands.add_parser("anchor", help="turn evidence given as lines into anchors; needs the originals")
    )
    _add_questions(
        commands.add_parser("check", help="check the reference questions; exit 1 when one is wrong")
    )

    comparison = commands.add_parser(
        "compare", help="two reports of run --json, by document and by kind, with intervals"
    )
    _add_questions(comparison)
    comparison.add_argument("before", type=Path)
    comparison.add_argument("after", type=Path)

    ablations = commands.add_parser("ablations", help="what each stage earns")
    _add_questions(ablations)
    ablations.add_argument("--out", type=Path, metavar="FILE", help="also write the table there")

    peers = commands.add_parser(
        "peers", help="other people's pipelines on the same questions; needs the originals"
    )
    _add_questions(peers)
    peers.add_argument("--out", type=Path, metavar="FILE", help="also write the table there")

    benchmark = commands.add_parser(
        "benchmark", help="retrieval on a public benchmark, in BEIR's format or piaf's"
    )
    benchmark.add_argument("name", help="a folder, or the name of one in ../shared/benchmarks")
    benchmark.add_argument("--out", type=Path, metavar="FILE", help="also write the table there")

    commands.add_parser(
        "duties", help="what the rules that look for duties find and miss; needs the originals"
    )

    digests = commands.add_parser(
        "digests", help="used by run and gate: the answers of a second process, as hashes"
    )
    _add_questions(digests)
    digests.add_argument("--corpus", choices=CORPORA, required=True)

    bench = commands.add_parser("bench", help="speed and memory of whole commands")
    bench.add_argument(
        "--corpus", action="append", type=Path, metavar="DIR", help="folder of documents; may be repeated"
    )
    bench.add_argument("--runs", type=int, default=3)
    return parser


def _add_questions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--questions",
        action="append",
        type=Path,
        metavar="FILE",
        help="instead of evals/questions/*.jsonl; may be repeated",
    )


def _add_corpora(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--corpus",
        action="append",
        choices=CORPORA,
        help="may be repeated; all that this machine can judge by default",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    options = make_parser().parse_args(arguments)
    handler = logging.StreamHandler()  # its own level: libraries raise that of their loggers
    handler.setLevel(logging.ERROR)
    logging.basicConfig(level=logging.ERROR, handlers=[handler])
    try:
        return COMMANDS[options.command](options)
    except AssistantError as error:
        print(error, file=sys.stderr)
        return 1


def read_questions(options: argparse.Namespace) -> tuple[Case, ...]:
    """Load the questions named, else all; having none is an error."""
    from evals.cases import QUESTIONS, load_cases, question_files

    cases = load_cases(options.questions or question_files())
    if not cases:
        raise QuestionsError(
            f"Aucune question de référence dans « {QUESTIONS.name} ». Ajoutez-en, ou donnez --questions."
        )
    return cases


def project_settings() -> Settings:
    """Return the settings of the environment over the project's own fiches."""
    from evals.run import ROOT

    settings = load_settings()
    return settings if settings.knowledge != Path("corpus") else replace(settings, knowledge=ROOT / "corpus")


def evaluate_options(options: argparse.Namespace) -> Evaluation:
    """Ask the questions over the corpora asked for, else those this machine has."""
    from evals.run import compare_digests, evaluate, find_originals, installed_corpora

    settings = project_settings()
    cases = read_questions(options)
    originals = find_originals(settings)
    installed = installed_corpora(originals)
    chosen = [name for name in CORPORA if name in (getattr(options, "corpus", None) or installed)]
    if missing := [name for name in chosen if name not in installed]:
        raise QuestionsError(
            f"Le corpus « {missing[0]} » demande les documents d’origine. Indiquez leur dossier : ASSISTANT_ORIGINALS."
        )
    with second_process(chosen[0], options.questions) as second:
        evaluation = evaluate(cases, settings, chosen, originals)
        output, errors = second.communicate()
    if second.returncode:
        raise QuestionsError(f"La seconde série de réponses a échoué : {errors[-1000:]}")
    return compare_digests(evaluation, chosen[0], json.loads(output))


def second_process(corpus: str, questions: Sequence[Path] | None) -> subprocess.Popen[str]:
    """Start answering the same questions in another process: another hash seed, an index saved and loaded."""
    command = [sys.executable, "-m", "evals", "digests", "--corpus", corpus]
    for path in questions or ():
        command += ["--questions", str(path)]
    return subprocess.Popen(  # noqa: S603  # this very program
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def digests_command(options: argparse.Namespace) -> int:
    """Print case → digest, as JSON."""
    from evals.run import find_originals, reloaded_digests

    settings = project_settings()
    digests = reloaded_digests(options.corpus, read_questions(options), settings, find_originals(settings))
    print(json.dumps(digests))
    return 0


def run_command(options: argparse.Namespace) -> int:
    """Ask, print, report."""
    from evals.gate import load_baseline
    from evals.report import make_report, save_reports, to_markdown

    begin = time.perf_counter()
    evaluation = evaluate_options(options)
    report = make_report(evaluation, load_baseline())
    report["about"]["seconds"] = round(time.perf_counter() - begin, 1)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if options.report:
        save_reports(report, options.report)
    print(to_markdown(report))
    return 0


def gate_command(options: argparse.Namespace) -> int:
    """Judge; 1 when something forbids the change."""
    from evals.gate import describe_verdict, find_breaches, load_baseline, load_thresholds

    evaluation = evaluate_options(options)
    baseline = load_baseline()
    breaches = find_breaches(evaluation, load_thresholds(), baseline)
    print(describe_verdict(breaches, evaluation, baseline))
    return 1 if breaches else 0


def compare_command(options: argparse.Namespace) -> int:
    """Print two reports side by side."""
    from evals.compare import compare, to_markdown

    reports = []
    for path in (options.before, options.after):
        try:
            reports.append(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise QuestionsError(
                f"« {path} » n’est pas un rapport. Écrivez-en un : python -m evals run --json FICHIER"
            ) from error
    print(to_markdown(list(compare(reports[0], reports[1], read_questions(options)))))
    return 0


def baseline_command(options: argparse.Namespace) -> int:
    """Write what later runs are compared with."""
    from evals.gate import BASELINE, make_baseline

    baseline = make_baseline(evaluate_options(options))
    BASELINE.write_text(json.dumps(baseline, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"Référence écrite pour {', '.join(baseline['corpora'])} : {BASELINE.name}")
    return 0


def read_library() -> tuple[Mapping[str, Document], tuple[Fiche, ...]]:
    """Return the originals at hand, by id, and all fiches."""
    from assistant.corpus.catalogue import load_catalogue
    from assistant.corpus.ingest import read_documents, read_fiches
    from assistant.pipeline import CATALOGUE, knowledge_folder
    from evals.run import find_originals, known_scan

    settings = project_settings()
    knowledge = knowledge_folder(settings)
    fiches, _ = read_fiches(knowledge)
    folder = find_originals(settings)
    if folder is None:
        return {}, fiches
    scan = known_scan(replace(settings, corpus=(folder,)))
    documents, _ = read_documents(scan.documents, load_catalogue(knowledge / CATALOGUE))
    return {document.id: document for document in documents}, fiches


def anchor_command(options: argparse.Namespace) -> int:
    """Rewrite the files of questions; 1 when some evidence could not be anchored."""
    from evals.anchoring import Library, anchor_file
    from evals.cases import question_files

    documents, fiches = read_library()
    if not documents:
        raise QuestionsError(
            "Les documents d’origine sont absents. Indiquez leur dossier : ASSISTANT_ORIGINALS."
        )
    library = Library.of(documents, fiches)
    problems = []
    for path in options.questions or question_files():
        outcome = anchor_file(path, library)
        print(f"{path.name} : {outcome.anchored} ancres faites, {outcome.unchanged} déjà là")
        problems += outcome.problems
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


def check_command(options: argparse.Namespace) -> int:
    """List what is wrong with the questions, and what to look at."""
    from evals.checks import check_balance, check_facts, check_novelty, check_questions

    cases = read_questions(options)
    documents, fiches = read_library()
    if not documents:
        print("Documents d’origine absents : les preuves n’ont pas été vérifiées.", file=sys.stderr)
    findings = [*check_facts(cases, documents), *check_questions(cases), *check_novelty(cases, fiches)]
    for finding in findings:
        print(f"{'ERREUR' if finding.is_error else 'à voir'}  {finding.case} : {finding.problem}")
    for name, counts in check_balance(cases).items():
        print(f"{name} : " + ", ".join(f"{value} {count}" for value, count in sorted(counts.items())))
    errors = sum(finding.is_error for finding in findings)
    print(f"{len(cases)} questions, {errors} erreur(s), {len(findings) - errors} à voir.")
    return 1 if errors else 0


def bench_command(options: argparse.Namespace) -> int:
    """Measure speed over the reference questions, else those of the fiches."""
    from evals.bench import bench, to_markdown
    from evals.cases import load_cases, question_files

    settings = project_settings()
    if options.corpus:
        settings = replace(settings, corpus=tuple(options.corpus))
    questions = [case.question for case in load_cases(question_files())] or fiche_questions(settings)
    print(to_markdown(bench(settings, questions, runs=options.runs)))
    return 0


def fiche_questions(settings: Settings) -> list[str]:
    """Return the first question of each fiche."""
    from assistant.corpus.ingest import read_fiches
    from assistant.pipeline import knowledge_folder

    fiches, _ = read_fiches(knowledge_folder(settings))
    return [fiche.questions[0] for fiche in fiches if fiche.questions]


def ablations_command(options: argparse.Namespace) -> int:
    """Take one thing away at a time."""
    from assistant.pipeline import embedder_of
    from evals.ablations import ablate, to_markdown
    from evals.run import find_originals, open_corpus

    settings = project_settings()
    cases = read_questions(options)
    originals = find_originals(settings)
    embedder = embedder_of(settings)
    assistant = open_corpus("all" if originals else "fiches", settings, originals, embedder)
    without = open_corpus("originals", settings, originals, embedder, assistant.index) if originals else None
    write_table(to_markdown(*ablate(assistant, without, cases)), options.out)
    return 0


def peers_command(options: argparse.Namespace) -> int:
    """Ask the same questions of other pipelines."""
    from evals.peers import compare, to_markdown
    from evals.run import find_originals

    settings = project_settings()
    cases = read_questions(options)
    originals = find_originals(settings)
    if originals is None:
        raise QuestionsError(
            "Les documents d’origine sont absents. Indiquez leur dossier : ASSISTANT_ORIGINALS."
        )
    results, skipped = compare(cases, settings, originals)
    asked = sum(case.answerable and not case.history for case in cases)
    write_table(to_markdown(results, skipped, asked), options.out)
    return 0


def duties_command(_: argparse.Namespace) -> int:
    """Compare the duties found by rules with those of the fiches."""
    from evals.duties import measure_rules, to_markdown

    documents, fiches = read_library()
    if not documents:
        raise QuestionsError(
            "Les documents d’origine sont absents. Indiquez leur dossier : ASSISTANT_ORIGINALS."
        )
    print(to_markdown(measure_rules(documents, fiches)))
    return 0


def benchmark_command(options: argparse.Namespace) -> int:
    """Measure retrieval on a public benchmark."""
    from assistant.pipeline import embedder_of
    from evals.benchmark import run_benchmark, to_markdown
    from evals.run import ROOT

    folder = Path(options.name)
    if not folder.is_dir():
        folder = ROOT.parent / "shared" / "benchmarks" / options.name
    write_table(to_markdown(folder.name, run_benchmark(folder, embedder_of(project_settings()))), options.out)
    return 0


def write_table(table: str, path: Path | None) -> None:
    """Print a table, and write it where asked."""
    print(table)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(table + "\n", encoding="utf-8")


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "run": run_command, "gate": gate_command, "baseline": baseline_command, "anchor": anchor_command,
    "check": check_command, "ablations": ablations_command, "peers": peers_command,
    "benchmark": benchmark_command, "duties": duties_command,
    "digests": digests_command, "bench": bench_command, "compare": compare_command,
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
