"""Tracked text: each character keeps its raw place through deletions and replacements."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.corpus.tracked import apply_edits, concat, keep, substitute, track


def test_inserted_characters_take_the_span_of_what_they_replace() -> None:
    found = substitute(track("a--b"), re.compile("-+"), " ou ")

    assert found.text == "a ou b"
    assert found.spans.tolist() == [[0, 1], [1, 3], [1, 3], [1, 3], [1, 3], [3, 4]]


def test_a_replacement_may_be_a_function_of_the_match() -> None:
    assert substitute(track("n° 3"), re.compile(r"\d"), lambda match: str(int(match[0]) + 1)).text == "n° 4"


def test_what_is_inserted_between_two_characters_takes_the_raw_gap() -> None:
    shortened = keep(track("un deux"), [(0, 2), (3, 7)])

    found = apply_edits(shortened, [(2, 2, " ")])

    assert found.text == "un deux"
    assert found.spans[2].tolist() == [2, 3]


def test_separators_take_the_gap_between_the_texts() -> None:
    found = concat([track("un", 0), track("deux", 5)], "\n")

    assert found.text == "un\ndeux"
    assert found.spans[2].tolist() == [2, 5]


def test_nothing_to_join_is_an_empty_text() -> None:
    assert concat([]).text == ""
    assert concat([]).spans.shape == (0, 2)


def test_no_match_gives_the_same_object() -> None:
    tracked = track("rien")

    assert substitute(tracked, re.compile("x"), "y") is tracked


@given(st.text("ab-\n ", max_size=60), st.text("ab-\n ", max_size=3))
def test_substitute_agrees_with_re_and_keeps_places(text: str, new: str) -> None:
    pattern = re.compile(r"-+|\n+")

    found = substitute(track(text), pattern, new)

    assert found.text == pattern.sub(lambda _: new, text)
    assert len(found.spans) == len(found.text)
    for character, (start, end) in zip(found.text, found.spans.tolist(), strict=True):
        assert text[start:end] == character or pattern.fullmatch(text[start:end])


@given(st.text("abc", max_size=30), st.lists(st.integers(0, 30), max_size=8))
def test_keep_is_a_sum_of_slices(text: str, cuts: list[int]) -> None:
    places = sorted(min(cut, len(text)) for cut in cuts)
    ranges = list(zip(places[::2], places[1::2], strict=False))

    found = keep(track(text), ranges)

    assert found.text == "".join(text[start:end] for start, end in ranges)
    assert [text[start] for start, _ in found.spans.tolist()] == list(found.text)
    assert bool((np.diff(found.spans[:, 0]) >= 0).all())
