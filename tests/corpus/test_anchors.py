from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.corpus.anchors import (
    HASH_BITS,
    WordMap,
    format_anchor,
    locate,
    make_anchor,
    parse_anchor,
)

_VOCABULARY = [
    a + b + c for a in "bcdfglmnprst" for b in ("a", "é", "ou", "in") for c in ("ret", "lon", "mie", "tier")
]


def make_text(words: int, seed: int = 1) -> str:
    """Invent a text in which windows of words do not repeat."""
    draw = random.Random(seed)
    return " ".join(draw.choice(_VOCABULARY) for _ in range(words))


TEXT = make_text(2000)
START = TEXT.index(" ", 4000) + 1
END = TEXT.index(" ", START + 900)


@pytest.fixture(scope="module")
def anchor():
    return make_anchor(WordMap(TEXT), START, END)


def test_an_anchor_finds_its_own_passage(anchor) -> None:
    found = locate(WordMap(TEXT), anchor)

    assert (found.start, found.end, found.share, found.is_unique) == (START, END, 1.0, True)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(str.upper, id="upper_case"),
        pytest.param(lambda t: t.replace(" ", "\n"), id="a_line_a_word"),
        pytest.param(lambda t: t.replace(" ", "  \n\n "), id="blank_lines"),
        pytest.param(lambda t: t.replace("é", "e\u0301"), id="combining_accents"),
        pytest.param(lambda t: t.replace("é", "e"), id="no_accents"),
        pytest.param(lambda t: t.replace("ret ", "r-\net "), id="hyphenation"),
        pytest.param(lambda t: t.replace(" ", ", "), id="punctuation"),
    ],
)
def test_another_rendition_changes_nothing(anchor, change) -> None:
    before, inside, after = change(TEXT[:START]), change(TEXT[START:END]), change(TEXT[END:])

    found = locate(WordMap(before + inside + after), anchor)

    assert (before + inside + after)[found.start : found.end].strip(" ,\n") == inside.strip(" ,\n")


def test_page_furniture_in_the_middle_does_not_hide_a_passage(anchor) -> None:
    middle = TEXT.index(" ", (START + END) // 2)
    furniture = "\nPlan de Valmont\nPage 12 sur 40\n"
    text = TEXT[:middle] + furniture + TEXT[middle:]

    found = locate(WordMap(text), anchor)

    assert (START, END + len(furniture)) == (found.start, found.end)


def test_an_absent_passage_is_not_found(anchor) -> None:
    assert locate(WordMap(make_text(2000, seed=2)), anchor) is None


def test_a_passage_cut_to_less_than_half_is_not_found(anchor) -> None:
    assert locate(WordMap(TEXT[: START + (END - START) // 4] + make_text(300, seed=3)), anchor) is None


def test_of_two_equal_passages_the_one_at_its_position_is_found(anchor) -> None:
    twice = TEXT + " " + make_text(200, seed=4) + " " + TEXT[START:END]

    found = locate(WordMap(twice), anchor)

    assert (found.start, found.is_unique) == (START, True)


def test_two_equal_passages_at_the_same_distance_are_reported_as_not_unique(anchor) -> None:
    middle = replace(anchor, position=500)
    twice = TEXT[START:END] + " " + make_text(400, seed=4) + " " + TEXT[START:END]

    assert not locate(WordMap(twice), middle).is_unique


def test_a_passage_shorter_than_a_window_has_an_anchor() -> None:
    text = "Le gilet orange."
    short = make_anchor(WordMap(text), 0, len(text))

    found = locate(WordMap("Avant. Le gilet orange. Après."), short)

    assert (found.start, found.end) == (7, 23)


def test_a_range_without_words_has_no_anchor() -> None:
    with pytest.raises(ValueError, match="no word"):
        make_anchor(WordMap("un … deux"), 2, 4)


def test_no_word_can_be_read_from_an_anchor(anchor) -> None:
    written = format_anchor(anchor)

    assert not any(word in written for word in set(TEXT[START:END].split()))
    assert all(0 <= value < 2**HASH_BITS for _, value in anchor.marks)


@given(st.integers(0, 1500), st.integers(1, 400))
@settings(max_examples=60, deadline=None)
def test_any_range_is_written_read_and_found_again(first: int, length: int) -> None:
    words = WordMap(TEXT)
    start, end = words.spans[first][0], words.spans[first + length - 1][1]
    anchor = parse_anchor(format_anchor(make_anchor(words, start, end)))

    found = locate(words, anchor)

    assert found.share == 1.0
    assert TEXT[start:end] in TEXT[found.start : found.end] or not found.is_unique


@pytest.mark.parametrize(
    "text", ["", "12", "12/6@1", "6/12@1 0:0000000001", "a/b@c d:e", "12/6@1 x:zz", "12/6 0:0000000001"]
)
def test_what_is_not_an_anchor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an anchor"):
        parse_anchor(text)
