"""Speed and memory, as a user meets them: whole commands, each in a process of its own.

Timings depend on the machine and on what else it does: compare runs of one machine, and medians.
"""

from __future__ import annotations

import math
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assistant.pipeline import Assistant
from assistant.settings import Settings, load_settings

QUESTION = "Quel tribunal en cas de conflit ?"
PAGE_SECONDS = 60  # after which a page that is not ready counts as broken


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table."""

    what: str
    seconds: tuple[float, ...]
    target: str
    megabytes: float | None = None  # peak resident memory, of the largest run

    @property
    def median(self) -> float:
        """The middle value."""
        return statistics.median(self.seconds)


def run_command(arguments: Sequence[str], environment: dict[str, str]) -> tuple[float, float]:
    """Run a command to its end; return its seconds and its peak memory in megabytes.

    Raises:
        RuntimeError: If it fails, with the end of what it printed.
    """
    with tempfile.TemporaryFile() as output:
        begin = time.perf_counter()
        process = subprocess.Popen(arguments, env=environment, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            output.seek(0)
            raise RuntimeError(
                f"{' '.join(arguments)} failed: {output.read()[-2000:].decode(errors='replace')}"
            )
    kilobytes = usage.ru_maxrss if sys.platform != "darwin" else usage.ru_maxrss / 1024
    return seconds, kilobytes / 1024


def bench(settings: Settings, questions: Sequence[str], *, runs: int) -> list[Measure]:
    """Measure building, updating, asking and serving over the corpus of the settings."""
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ) | {
            "ASSISTANT_CORPUS": os.pathsep.join(str(path.resolve()) for path in settings.corpus),
            "ASSISTANT_KNOWLEDGE": str(settings.knowledge.resolve()),
        }
        command = [sys.executable, "-m", "assistant"]
        builds = []
        for number in range(runs):
            environment["ASSISTANT_INDEX"] = str(Path(folder) / f"index{number}")
            builds.append(run_command([*command, "index"], environment))

        def repeat(*arguments: str) -> tuple[float, ...]:
            return tuple(run_command([*command, *arguments], environment)[0] for _ in range(runs))

        measures = [
            Measure(
                "index from nothing", tuple(s for s, _ in builds), "20 s, 700 MB", max(m for _, m in builds)
            ),
            Measure("index, nothing changed", repeat("index"), "1 s"),
            Measure("assistant --help", repeat("--help"), "0.3 s"),
            Measure("assistant ask, cold process", repeat("ask", QUESTION), "2 s"),
        ]
        loaded = load_settings({"index": Path(environment["ASSISTANT_INDEX"]), "corpus": settings.corpus})
        times = time_questions(Assistant.open(loaded), questions)
        measures += [
            Measure("a question, index loaded: p50", (statistics.median(times),), "0.020 s"),
            Measure("a question, index loaded: p95", (percentile(times, 95),), "0.060 s"),
            Measure("page ready", tuple(time_page(environment) for _ in range(runs)), "6 s"),
        ]
        # Everybody comes from one address here: no limit for it.
        with served_page(environment | {"ASSISTANT_RATE": "0"}) as (url, _):
            measures += measure_load(url, questions)
    return measures


def measure_load(url: str, questions: Sequence[str]) -> list[Measure]:
    """Measure a served page as many people, and as one in a browser, meet it."""
    from evals.load import PEOPLE, ask_by_gradio, ask_by_http, ask_by_page, time_first_words

    measures = []
    for name, ask in (("the page", ask_by_page), ("/api/ask", ask_by_http), ("gradio", ask_by_gradio)):
        times = ask(url, questions)
        for percent, target in ((50, ""), (95, "1 s")):
            value = (percentile(times, percent),)
            measures.append(Measure(f"{PEOPLE} people at once, {name}: p{percent}", value, target))
    times = time_first_words(url, questions)
    if times:  # else there is no browser
        for percent, target in ((50, "0.300 s"), (95, "")):
            value = (percentile(times, percent),)
            measures.append(Measure(f"Enter to the first words, in the browser: p{percent}", value, target))
    return measures


def percentile(times: Sequence[float], percent: int) -> float:
    """Return the value that so many per cent do not exceed."""
    return sorted(times)[math.ceil(percent / 100 * len(times)) - 1]


def time_questions(assistant: Assistant, questions: Sequence[str]) -> list[float]:
    """Return the seconds of each question, after one that warms up."""
    assistant.ask(QUESTION)
    times = []
    for question in questions:
        begin = time.perf_counter()
        assistant.ask(question)
        times.append(time.perf_counter() - begin)
    return times


def time_page(environment: dict[str, str]) -> float:
    """Return the seconds from the start of the process to the first answer of the page."""
    with served_page(environment) as (_, seconds):
        return seconds


@contextmanager
def served_page(environment: dict[str, str]) -> Iterator[tuple[str, float]]:
    """Serve the page in a process of its own; give its address and the seconds it took to be ready.

    Raises:
        RuntimeError: If it is not ready in time.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    begin = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "assistant", "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/"
    try:
        while not _answers(url):
            if time.perf_counter() - begin > PAGE_SECONDS or process.poll() is not None:
                raise RuntimeError(
                    f"the page was not ready after {PAGE_SECONDS} s (exit code {process.returncode})"
                )
            time.sleep(0.05)
        yield url, time.perf_counter() - begin
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310
            return bool(reply.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def to_markdown(measures: Sequence[Measure]) -> str:
    """Return the measures as a table, with the machine."""
    lines = [
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        "",
        "| what | median | worst | runs | peak memory | target |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for measure in measures:
        memory = f"{measure.megabytes:.0f} MB" if measure.megabytes else ""
        lines.append(
            f"| {measure.what} | {measure.median:.3f} s | {max(measure.seconds):.3f} s "
            f"| {len(measure.seconds)} | {memory} | {measure.target} |"
        )
    return "\n".join(lines)
