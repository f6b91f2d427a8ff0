"""The load benchmark: everybody asks at once, nothing fails unseen."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from evals.bench import measure_load, percentile
from evals.load import PEOPLE, QUESTIONS_EACH, all_at_once, ask_by_http


@pytest.fixture
def stub() -> Iterator[tuple[str, list[str]]]:
    """Serve an API that takes 10 ms and refuses the question « non »."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["question"]
            asked.append(question)
            time.sleep(0.01)
            self.send_response(429 if question == "non" else 200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", asked
        server.shutdown()
        thread.join()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_everybody_asks_their_own_questions(stub: tuple[str, list[str]]) -> None:
    url, asked = stub
    questions = [f"question {n}" for n in range(PEOPLE * QUESTIONS_EACH)]

    times = ask_by_http(url, questions)

    assert sorted(asked) == sorted(questions)
    assert len(times) == len(questions)
    assert min(times) >= 0.01


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_refused_question_is_no_time(stub: tuple[str, list[str]]) -> None:
    with pytest.raises(RuntimeError, match="429 for 'non'"):
        ask_by_http(stub[0], ["non"])


def test_people_ask_at_the_same_time() -> None:
    together = threading.Barrier(4, timeout=10)

    times = all_at_once(lambda: lambda _: together.wait(), ["q"], people=4)  # breaks unless all four ask

    assert len(times) == 4 * QUESTIONS_EACH


def test_a_percentile_is_one_of_the_values() -> None:
    values = [0.4, 0.1, 0.3, 0.2]

    assert [percentile(values, percent) for percent in (25, 50, 95, 100)] == [0.1, 0.2, 0.4, 0.4]
    assert percentile([1.0], 50) == 1.0


def test_without_a_browser_its_lines_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.load.ask_by_page", lambda *_: [0.5, 0.6])
    monkeypatch.setattr("evals.load.ask_by_http", lambda *_: [0.1, 0.2])
    monkeypatch.setattr("evals.load.ask_by_gradio", lambda *_: [0.3, 0.4])
    monkeypatch.setattr("shutil.which", lambda _: None)

    measures = measure_load("http://127.0.0.1:1/", ["q"])

    assert [(m.what, m.median) for m in measures] == [
        ("20 people at once, the page: p50", 0.5),
        ("20 people at once, the page: p95", 0.6),
        ("20 people at once, /api/ask: p50", 0.1),
        ("20 people at once, /api/ask: p95", 0.2),
        ("20 people at once, gradio: p50", 0.3),
        ("20 people at once, gradio: p95", 0.4),
    ]
