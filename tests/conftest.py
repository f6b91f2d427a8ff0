"""Fixtures shared by all tests: no network, no settings of the user, a tiny corpus, a fake model."""

from __future__ import annotations

import logging
import os
import socket
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import hypothesis
import numpy as np
import pytest
from tiny_corpus import write_corpus

from assistant.pipeline import Assistant, update_index
from assistant.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = ("127.0.0.1", "::1", "localhost", "0.0.0.0")

hypothesis.settings.register_profile("no deadline", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("no deadline")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files; review the diff")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Give the whole suite all cores; what is named on the command line runs in this process."""
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    return 0 if named else os.cpu_count() or 1


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Hide the user's settings and home from the tests."""
    for name in list(os.environ):
        if name.startswith("ASSISTANT_") and name != "ASSISTANT_ORIGINALS":
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp()))


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """Give the root logger its level back: the command line sets it."""
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)


@pytest.fixture(autouse=True)
def _closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test opened a connection to {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def originals() -> Path:
    """Return the folder of the original documents, or skip."""
    folder = Path(os.environ.get("ASSISTANT_ORIGINALS", ROOT.parent / "shared" / "corpus"))
    if not any(folder.glob("*.txt")):
        pytest.skip(f"the original documents are not in {folder} (set ASSISTANT_ORIGINALS)")
    return folder


class TrigramEmbedder:
    """A model that is a function of the text: hashed letter trigrams.  Near texts, near vectors."""

    name = "trigrams"
    revision = "1"
    dim = 64

    def embed_passages(self, texts: Sequence[str]) -> np.ndarray:
        return (
            np.stack([self.embed_query(text) for text in texts])
            if texts
            else np.zeros((0, self.dim), np.float32)
        )

    def embed_query(self, text: str) -> np.ndarray:
        vector = np.zeros(self.dim, dtype=np.float32)
        padded = f"  {text.lower()}  "
        for i in range(len(padded) - 2):
            vector[zlib.crc32(padded[i : i + 3].encode()) % self.dim] += 1
        return vector / np.linalg.norm(vector)


@pytest.fixture(scope="session")
def fake_embedder() -> TrigramEmbedder:
    return TrigramEmbedder()


@pytest.fixture
def corpus_dir(tmp_path: Path) -> Path:
    """Return a tiny corpus of one's own, to change at will."""
    return write_corpus(tmp_path / "corpus")


@pytest.fixture
def settings(corpus_dir: Path, tmp_path: Path) -> Settings:
    return Settings(corpus=(corpus_dir,), knowledge=corpus_dir, index=tmp_path / "index")


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """Return an assistant over the tiny corpus, shared: nothing in it changes."""
    folder = tmp_path_factory.mktemp("shared")
    corpus = write_corpus(folder / "corpus")
    settings = Settings(corpus=(corpus,), knowledge=corpus, index=folder / "index")
    update_index(settings)
    return Assistant.open(settings)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs a command and gives its exit code, stdout and stderr."""
    from assistant.cli import main

    def run_command(*arguments: object) -> tuple[int, str, str]:
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_command
