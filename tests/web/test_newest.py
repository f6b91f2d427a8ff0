"""What is made once of an index and shared by the parts of the page."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from assistant.pipeline import Assistant
from assistant.web.newest import path_of, questions_of, register_of

TODAY = date(2025, 1, 1)


def test_each_is_made_once_for_an_index(assistant: Assistant) -> None:
    index, other = assistant.index, replace(assistant.index)

    assert register_of(index) is register_of(index)
    assert register_of(index) is not register_of(other)
    assert path_of(index, TODAY) is path_of(index, TODAY)
    assert questions_of(assistant, index, TODAY) is questions_of(assistant, index, TODAY)
