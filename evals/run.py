"""Ask every reference question over each corpus, and keep what came of it."""

from __future__ import annotations

import datetime
import hashlib
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import QuestionsError
from evals.cases import Case, Places
from evals.judge import Judged, digest_of, judge, timed

if TYPE_CHECKING:
    from assistant.pipeline import Assistant, Scan
    from assistant.search.embedding import Embedder
    from assistant.search.index import Index
    from assistant.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
CORPORA = ("all", "originals", "fiches")  # originals + fiches, originals only, fiches only
LIBRARIES = ("numpy", "faiss-cpu", "bm25s", "PyStemmer", "llama-index-core")


@dataclass(frozen=True, slots=True)
class CorpusRun:
    """Every question over one corpus.

    Attributes:
        judged: One a case, in the order of the cases.
        variants: One a variant.
        build_seconds: To make the index, vectors of the corpora before it kept.
        differing: Cases whose answer was another one the second time.
        sockets: How many network sockets were opened meanwhile.
        lost: Evidence that is no longer in its document.
        content: Hash of the files of the corpus, fiches included.
    """

    name: str
    judged: tuple[Judged, ...]
    variants: tuple[Judged, ...]
    counts: Mapping[str, int]
    build_seconds: float
    differing: tuple[str, ...] = ()
    sockets: int = 0
    lost: tuple[str, ...] = ()
    content: str = ""

    @property
    def by_id(self) -> dict[str, Judged]:
        """The judged cases by id."""
        return {judged.id: judged for judged in self.judged}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A run, with what is needed to compare it with another."""

    cases: tuple[Case, ...]
    corpora: tuple[CorpusRun, ...]
    about: Mapping[str, Any] = field(default_factory=dict)


# --- corpora ---------------------------------------------------------------------------------


def find_originals(settings: Settings) -> Path | None:
    """Return the folder of the original documents, or None where they are absent.

    ``ASSISTANT_ORIGINALS``, else ``shared/corpus`` beside the project.
    """
    import os

    folder = Path(os.environ.get("ASSISTANT_ORIGINALS") or ROOT.parent / "shared" / "corpus")
    if not folder.is_dir() or not known_scan(replace(settings, corpus=(folder,))).documents:
        return None
    return folder


def known_scan(settings: Settings) -> Scan:
    """List the files of a corpus that the catalogue knows; notes lying beside them are not documents."""
    from assistant.corpus.catalogue import load_catalogue
    from assistant.pipeline import CATALOGUE, knowledge_folder, scan_corpus

    scan = scan_corpus(settings)
    catalogue = load_catalogue(knowledge_folder(settings) / CATALOGUE)
    documents = tuple(f for f in scan.documents if catalogue.find(f.sha256, f.path.stem))
    return replace(scan, documents=documents, errors=())


def open_corpus(
    name: str, settings: Settings, originals: Path | None, embedder: Embedder, previous: Index | None = None
) -> Assistant:
    """Build the index of one corpus in memory.

    Args:
        name: One of ``CORPORA``.
        settings: What does not depend on the corpus.
        originals: Their folder; must be given unless the corpus is "fiches".
        embedder: The model of the settings.
        previous: An index whose vectors and documents may be kept.

    Raises:
        ValueError: For an unknown corpus, or one whose originals are absent.
    """
    from assistant.pipeline import Assistant, make_index

    if name not in CORPORA or (name != "fiches" and originals is None):
        raise ValueError(f"corpus {name!r} cannot be opened here")
    with tempfile.TemporaryDirectory() as empty:
        folder = originals if originals and name != "fiches" else Path(empty)
        chosen = replace(settings, corpus=(folder,), fiches=name != "originals")
        index = make_index(chosen, known_scan(chosen), embedder, previous=previous)
    return Assistant(index, embedder, chosen)


def installed_corpora(originals: Path | None) -> tuple[str, ...]:
    """Return the corpora that this machine can judge."""
    return CORPORA if originals else ("fiches",)


# --- asking ----------------------------------------------------------------------------------

_sockets: list[int] = []  # one counter an open guard
_hooked: list[bool] = []


@contextmanager
def counting_sockets() -> Iterator[list[int]]:
    """Count the network sockets opened inside the block; the list given holds the one number.

    An audit hook sees every socket Python makes, whoever makes it; sockets inside the machine
    (AF_UNIX) do not count.
    """
    import socket

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if _sockets and event == "socket.__new__" and arguments[1] in (socket.AF_INET, socket.AF_INET6):
            _sockets[-1] += 1

    if not _hooked:  # a hook cannot be removed: one serves all blocks
        sys.addaudithook(hook)
        _hooked.append(True)
    count = [0]
    _sockets.append(0)
    try:
        yield count
    finally:
        count[0] = _sockets.pop()


def ask_cases(
    assistant: Assistant, cases: Sequence[Case], places: Places
) -> tuple[list[Judged], list[Judged]]:
    """Ask every case and every variant; return what came of both."""
    judged = [ask_case(assistant, case, places) for case in cases]
    variants = [
        ask_case(assistant, replace(case, id=f"{case.id}/{variant.kind}", question=variant.question), places)
        for case in cases
        for variant in case.variants
    ]
    return judged, variants


def ask_case(assistant: Assistant, case: Case, places: Places) -> Judged:
    """Ask one case.  One that raises has failed, with its error; the others go on."""
    begin = time.perf_counter()
    try:
        answer = assistant.ask(case.question, case.history)
        seconds = time.perf_counter() - begin
        return timed(judge(case, answer, assistant, places), seconds)
    except Exception as error:  # whatever it is, it is the result of this question
        return failed(case, f"{type(error).__name__}: {error}")


def failed(case: Case, error: str) -> Judged:
    """Return the result of a case that raised: nothing right in any measure."""
    from evals.judge import answer_scores, retrieval_scores

    scores = {"refused": 0.0, "correct": 0.0}
    if case.answerable:
        from assistant.records import Answer

        nothing = Answer(case.question, "not_found", "", 0.0)
        scores |= retrieval_scores((None,) * len(case.evidence), []) | answer_scores(case, nothing)
        scores |= {"gold_citation_recall": 0.0, "gold_citation_f1": 0.0}
    return Judged(case.id, "error", 0.0, scores, (None,) * len(case.evidence), error=error)


def differing_answers(
    assistant: Assistant, cases: Sequence[Case], judged: Sequence[Judged]
) -> tuple[str, ...]:
    """Ask again in the reverse order; return the cases that got another answer."""
    found = []
    for case, before in zip(reversed(cases), reversed(judged), strict=True):
        if not before.error and digest_of(assistant.ask(case.question, case.history)) != before.digest:
            found.append(case.id)
    return tuple(reversed(found))


def run_corpus(
    assistant: Assistant, name: str, cases: Sequence[Case], build_seconds: float = 0.0
) -> CorpusRun:
    """Ask every case over one corpus, twice."""
    places = Places(cases, assistant.index.knowledge.documents)
    lost = set(places.lost)
    with counting_sockets() as sockets:
        judged, variants = ask_cases(assistant, cases, places)
        differing = differing_answers(assistant, cases, judged)
    return CorpusRun(
        name=name,
        judged=tuple(judged),
        variants=tuple(variants),
        counts=assistant.index.manifest.counts,
        build_seconds=round(build_seconds, 2),
        differing=differing,
        sockets=sockets[0],
        lost=tuple(c.id for c in cases if any(e in lost for group in c.evidence for e in group)),
        content=content_of(assistant),
    )


def content_of(assistant: Assistant) -> str:
    """Return a hash of the files an index was made of."""
    hashes = sorted(assistant.index.manifest.files.values())
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()[:16]


def reloaded_digests(
    name: str, cases: Sequence[Case], settings: Settings, originals: Path | None
) -> dict[str, str]:
    """Return the digest of each answer given by an index that was saved and loaded again.

    The key "" holds the hash of the corpus.
    """
    from assistant.pipeline import Assistant, embedder_of
    from assistant.search.storage import load_index, save_index

    built = open_corpus(name, settings, originals, embedder_of(settings))
    with tempfile.TemporaryDirectory() as folder:
        save_index(built.index, Path(folder))
        assistant = Assistant(load_index(Path(folder)), built.embedder, built.settings)
        digests = {case.id: digest_of(assistant.ask(case.question, case.history)) for case in cases}
    return digests | {"": content_of(assistant)}


def compare_digests(evaluation: Evaluation, name: str, digests: Mapping[str, str]) -> Evaluation:
    """Note the answers of one corpus that another process gave otherwise.

    Raises:
        QuestionsError: If the corpus changed between the two: they cannot be compared.
    """
    runs = []
    for run in evaluation.corpora:
        if run.name != name:
            runs.append(run)
            continue
        if digests[""] != run.content:
            raise QuestionsError(
                "Le corpus a changé pendant l’évaluation. Relancez-la quand il ne bouge plus."
            )
        other = [one.id for one in run.judged if not one.error and digests.get(one.id) != one.digest]
        runs.append(replace(run, differing=tuple(dict.fromkeys((*run.differing, *other)))))
    return replace(evaluation, corpora=tuple(runs))


def evaluate(
    cases: Sequence[Case], settings: Settings, corpora: Sequence[str], originals: Path | None
) -> Evaluation:
    """Ask every case over each corpus."""
    from assistant.pipeline import embedder_of

    embedder = embedder_of(settings)
    runs = []
    previous: Index | None = None
    for name in corpora:
        begin = time.perf_counter()
        assistant = open_corpus(name, settings, originals, embedder, previous)
        seconds = time.perf_counter() - begin
        previous = previous or assistant.index  # the first is the largest
        runs.append(run_corpus(assistant, name, cases, seconds))
    return Evaluation(tuple(cases), tuple(runs), describe(settings, embedder))


def describe(settings: Settings, embedder: Embedder) -> dict[str, Any]:
    """Return what two runs must share to be compared; no path and no name of a machine."""
    import os

    return {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "commit": current_commit(),
        "model": settings.model,
        "model_revision": embedder.revision,
        "min_confidence": settings.min_confidence,
        "passage_max_chars": settings.passage_max_chars,
        "top": settings.top,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": {name: version(name) for name in LIBRARIES},
    }


def current_commit() -> str:
    """Return the short name of the commit, with "+" when files have changed since; "" outside git."""
    name = _git("rev-parse", "--short=12", "HEAD")
    return name + ("+" if name and _git("status", "--porcelain") else "")


def _git(*arguments: str) -> str:
    try:
        return subprocess.run(  # noqa: S603  # fixed arguments
            ["git", *arguments],  # noqa: S607  # whichever git the user has
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
