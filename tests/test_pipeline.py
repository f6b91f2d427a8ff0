"""Building, updating and swapping the index."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import IndexDamaged, IndexMissing, IndexOutdated
from assistant.pipeline import Assistant, make_index, scan_corpus, update_index
from assistant.search import index as index_module
from assistant.search.index import Index
from assistant.search.storage import load_index, save_index
from assistant.settings import Settings

QUESTION = "qui juge si on se fâche avec la mairie ?"


def test_a_saved_index_answers_as_the_one_in_memory(settings: Settings, fake_embedder) -> None:
    built = make_index(settings, scan_corpus(settings), fake_embedder)
    save_index(built, settings.index)

    loaded = load_index(settings.index)

    assert built.knowledge.passages == loaded.knowledge.passages
    assert built.knowledge.fiches == loaded.knowledge.fiches
    for question in (QUESTION, "gilet orange", "repas de la colonie", ""):
        before, after = (Assistant(index, fake_embedder, settings).ask(question) for index in (built, loaded))
        assert before == after


def test_only_changed_texts_are_embedded_again(settings: Settings, fake_embedder) -> None:
    seen: list[str] = []

    class Counting:
        name, revision, dim = fake_embedder.name, fake_embedder.revision, fake_embedder.dim
        embed_query = staticmethod(fake_embedder.embed_query)

        def embed_passages(self, texts):
            seen.extend(texts)
            return fake_embedder.embed_passages(texts)

    first = make_index(settings, scan_corpus(settings), Counting())
    everything = len(seen)
    seen.clear()
    path = settings.corpus[0] / "reglement-valmont-2015.md"
    path.write_text(
        path.read_text(encoding="utf-8").replace("trente euros", "quarante euros"), encoding="utf-8"
    )

    second = make_index(settings, scan_corpus(settings), Counting(), previous=first)
    fresh = make_index(settings, scan_corpus(settings), Counting())

    assert everything > 3
    assert [text for text in seen[: len(seen) - everything] if "quarante euros" not in text] == []
    np.testing.assert_allclose(second.dense.vectors(), fresh.dense.vectors(), atol=1e-6)


def test_unchanged_documents_are_not_read_again(settings: Settings, fake_embedder, monkeypatch) -> None:
    first = make_index(settings, scan_corpus(settings), fake_embedder)
    (settings.corpus[0] / "note.txt").write_text(
        "Les médiateurs ont aussi un vélo de service bleu.", encoding="utf-8"
    )
    read: list[str] = []
    from assistant.corpus import ingest

    load = ingest.load_document
    monkeypatch.setattr(
        ingest, "load_document", lambda path, **values: read.append(path.name) or load(path, **values)
    )

    make_index(settings, scan_corpus(settings), fake_embedder, previous=first)

    assert read == ["note.txt"]


def test_a_renamed_document_keeps_its_text_and_says_its_new_place(settings: Settings) -> None:
    update_index(settings)
    (settings.corpus[0] / "charte-valmont-2024.md").rename(settings.corpus[0] / "autre-nom.md")

    update_index(settings)

    documents = load_index(settings.index).knowledge.documents
    assert str(next(d for d in documents.values() if "Fontclaire" in d.text).path) == "autre-nom.md"


def test_the_same_file_twice_is_indexed_once_and_said(settings: Settings) -> None:
    text = (settings.corpus[0] / "charte-valmont-2024.md").read_bytes()
    (settings.corpus[0] / "copie.md").write_bytes(text)

    report = update_index(settings)

    assert report.documents == 2
    assert any("copie" in message for message in report.skipped)


def test_a_fiche_whose_passage_is_gone_is_left_out_and_said(settings: Settings) -> None:
    update_index(settings)
    from assistant.authoring import anchor_drafts

    anchor_drafts(settings)
    path = settings.corpus[0] / "charte-valmont-2024.md"
    path.write_text(path.read_text(encoding="utf-8").split("## Article 3")[0], encoding="utf-8")

    report = update_index(settings)

    assert any("charte-desaccord" in message for message in report.skipped)
    assert "Fontclaire" not in Assistant.open(settings).ask(QUESTION).text


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"fiches": False}, id="without_fiches"),
        pytest.param({"passage_max_chars": 600}, id="other_passage_size"),
    ],
)
def test_an_index_that_does_not_fit_the_settings_is_refused_with_the_remedy(
    settings: Settings, change
) -> None:
    update_index(settings)

    with pytest.raises(IndexOutdated, match="assistant index"):
        Assistant.open(replace(settings, **change))


def test_another_format_is_refused_with_the_remedy(settings: Settings, monkeypatch) -> None:
    update_index(settings)
    manifest = next(settings.index.glob("*/manifest.json"))
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace(
            f'"format_version": {index_module.FORMAT_VERSION}', '"format_version": 0'
        ),
        encoding="utf-8",
    )

    with pytest.raises(IndexOutdated, match="assistant index"):
        Assistant.open(settings)
    assert update_index(settings).changed


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "knowledge.json",
        "entries.json",
        "vectors.faiss",
        "texts/0.txt",
        "signs.npz",
        "words/names.json",
        "words/tables.npz",
        "languages/names.json",
        "languages/tables.npz",
    ],
)
@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_damaged_index_is_refused_then_mended(settings: Settings, name: str, damage: str) -> None:
    update_index(settings)
    path = next(settings.index.glob(f"*/{name}"))
    path.unlink() if damage == "missing" else path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(IndexDamaged, match="assistant index"):
        load_index(settings.index)
    (settings.corpus[0] / "note.txt").write_text(
        "Un vélo bleu pour chaque médiateur de nuit.", encoding="utf-8"
    )
    update_index(settings)
    assert Assistant.open(settings).ask(QUESTION).status == "answered"


def test_no_index_is_said_with_the_command_that_makes_one(settings: Settings) -> None:
    with pytest.raises(IndexMissing, match="assistant index"):
        Assistant.open(settings)


def test_an_open_assistant_switches_to_the_new_index(settings: Settings) -> None:
    update_index(settings)
    assistant = Assistant.open(settings)
    assert not assistant.refresh()
    path = settings.corpus[0] / "charte-valmont-2024.md"
    path.write_text(path.read_text(encoding="utf-8").replace("Fontclaire", "Aiguebelle"), encoding="utf-8")
    update_index(settings)

    assert "Fontclaire" in assistant.ask(QUESTION).citations[0].quote
    assert assistant.refresh()
    assert "Aiguebelle" in assistant.ask(QUESTION).citations[0].quote


def count_loads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    loads: list[Path] = []

    def load(folder: Path) -> Index:
        loads.append(folder)
        return load_index(folder)

    monkeypatch.setattr("assistant.pipeline.load_index", load)
    return loads


def test_a_new_index_is_loaded_once_however_many_ask(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_index(settings)
    assistant = Assistant.open(settings)
    (settings.corpus[0] / "note.txt").write_text("Une note sur les vélos.", encoding="utf-8")
    update_index(settings)
    loads = count_loads(monkeypatch)

    with ThreadPoolExecutor(20) as people:
        switched = list(people.map(lambda _: assistant.refresh(), range(20)))

    assert switched.count(True) == len(loads) == 1


def test_an_index_that_does_not_fit_is_loaded_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    update_index(settings)
    assistant = Assistant.open(settings)
    update_index(replace(settings, fiches=False))
    loads = count_loads(monkeypatch)

    assert [assistant.refresh() for _ in range(3)] == [False] * 3
    assert len(loads) == 1
    update_index(settings)
    assert assistant.refresh()


def test_old_versions_are_removed(settings: Settings) -> None:
    for number in range(3):
        (settings.corpus[0] / "note.txt").write_text(
            f"Note numéro {number} sur les vélos de service.", encoding="utf-8"
        )
        update_index(settings)

    assert sum(path.is_dir() for path in settings.index.iterdir()) == 1


def test_questions_asked_while_the_index_is_rebuilt_always_get_an_answer(settings: Settings) -> None:
    update_index(settings)
    assistant = Assistant.open(settings)
    stop, problems = threading.Event(), []

    def ask() -> None:
        while not stop.is_set():
            try:
                assistant.refresh()
                if assistant.ask(QUESTION).status != "answered":
                    problems.append("no answer")
            except Exception as error:  # whatever it is, the test fails with it
                problems.append(repr(error))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        for number in range(4):
            (settings.corpus[0] / "note.txt").write_text(
                f"Note {number} sur le vélo de service.", encoding="utf-8"
            )
            update_index(settings)
    finally:
        stop.set()
        thread.join()

    assert problems == []


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs signals")
def test_a_build_killed_at_any_moment_leaves_the_old_index_answering(settings: Settings) -> None:
    environment = dict(os.environ) | {
        "ASSISTANT_CORPUS": str(settings.corpus[0]),
        "ASSISTANT_KNOWLEDGE": str(settings.knowledge),
        "ASSISTANT_INDEX": str(settings.index),
    }
    command = [sys.executable, "-m", "assistant", "index"]
    begin = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    whole = time.perf_counter() - begin
    draw = random.Random(0)
    killed = 0
    for number in range(8):
        (settings.corpus[0] / "note.txt").write_text(
            f"Note {number} sur le vélo de service.", encoding="utf-8"
        )
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(whole * draw.uniform(0.3, 1.0))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL

        assert Assistant.open(settings).ask(QUESTION).status == "answered"
    assert killed

    subprocess.run(command, env=environment, check=True, capture_output=True)
    assert "Note 7" in Assistant.open(settings).search("note vélo de service")[0].passage.text
    assert sum(path.is_dir() for path in Path(settings.index).iterdir()) == 1


class LastFirst:
    """A re-ranker that prefers what comes last."""

    name = "last-first"

    def __init__(self) -> None:
        self.read: list[int] = []

    def scores(self, question: str, texts: list[str]) -> list[float]:
        self.read.append(len(texts))
        return [float(row) for row in range(len(texts))]


def test_a_reranker_reorders_what_is_found_before_it_is_cut(settings: Settings, fake_embedder) -> None:
    index = make_index(settings, scan_corpus(settings), fake_embedder)
    settings = replace(settings, rerank_top=3)
    plain = Assistant(index, fake_embedder, settings).search(QUESTION, top=5)
    assert len(plain) == 5
    reranker = LastFirst()
    assistant = Assistant(index, fake_embedder, settings, reranker=reranker)

    def ids(hits):
        return [hit.passage.id for hit in hits]

    expected = ids([*plain[2::-1], *plain[3:]])
    assert ids(assistant.search(QUESTION, top=5)) == expected
    assert ids(assistant.search(QUESTION, top=1)) == expected[:1], "three are read, one is returned"
    assistant.ask(QUESTION)
    assert reranker.read == [3, 3, 3]


def test_the_setting_names_the_reranker(settings: Settings, fake_embedder, monkeypatch) -> None:
    monkeypatch.setattr("assistant.pipeline.embedder_of", lambda _: fake_embedder)
    update_index(settings)
    assert Assistant.open(settings).reranker is None
    asked = []
    monkeypatch.setattr("assistant.pipeline.load_reranker", lambda name: asked.append(name) or LastFirst())
    assert isinstance(Assistant.open(replace(settings, reranker="mien")).reranker, LastFirst)
    assert asked == ["mien"]
