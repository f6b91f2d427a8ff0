"""Who may change the documents, and what may be added."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.library import Library
from assistant.pipeline import Assistant
from assistant.settings import Settings
from assistant.web.access import KEY, Visitor
from assistant.web.documents import GONE, explain_limits, show_outline, show_section, start


def request_of(role: str) -> Any:
    return SimpleNamespace(scope={KEY: Visitor("lea", role)})


def test_nobody_else_starts_a_work(assistant: Assistant) -> None:
    import gradio as gr

    done: list[str] = []

    with pytest.raises(gr.Error, match="administrateur"):
        start(request_of("reader"), lambda: done.append("work"))

    with pytest.raises(gr.Error, match="administrateur"):
        start(None, lambda: done.append("work"))
    assert done == []
    start(request_of("administrator"), lambda: done.append("work"))
    assert done == ["work"]


def test_a_document_or_a_title_that_is_gone_is_told(assistant: Assistant) -> None:
    assert show_outline(assistant, "../catalogue") == GONE
    assert show_section(assistant, "charte-valmont-2024", "ailleurs") == GONE
    assert show_section(assistant, "parti", "ailleurs") == GONE


def test_the_limits_shown_are_those_of_the_settings() -> None:
    shown = explain_limits(Settings(upload_max_mb=3, upload_max_pages=12, upload_quota_mb=40))

    assert "3 Mo et 12 pages" in shown.replace("\u00a0", " ")
    assert "40 Mo en tout" in shown.replace("\u00a0", " ")


def test_a_file_over_the_limit_does_not_reach_the_machine(
    assistant: Assistant, serve_page: Callable[[Assistant], str]
) -> None:
    small = Assistant(assistant.index, assistant.embedder, replace(assistant.settings, upload_max_mb=1))
    url = serve_page(small)

    def send(size: int) -> int:
        body = (
            b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
            + b"a" * size
            + b"\r\n--b--\r\n"
        )
        sent = urllib.request.Request(
            f"{url}gradio_api/upload", body, {"Content-Type": "multipart/form-data; boundary=b"}
        )
        try:
            with urllib.request.urlopen(sent) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    assert send(1_000_001) == 413
    assert send(1_000_000) == 200
    assert Library(small).uploads() == []
