"""Passages: exact slices that keep to one section and respect the borders of fiches."""

from __future__ import annotations

from itertools import pairwise
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_texts import raw_texts

from assistant.corpus.cleaning import clean
from assistant.corpus.passages import split_passages
from assistant.corpus.structure import parse_blocks
from assistant.records import Document, DocumentInfo, Passage, RawDocument

SENTENCE = "Les éducateurs rencontrent les jeunes et leurs familles dans tous les quartiers de la ville. "


def split(*pages: str, paged: bool = False, **options: object) -> tuple[Document, list[Passage]]:
    document = clean(RawDocument(PurePosixPath("a.txt"), "0", pages, paged), DocumentInfo(id="a", title="A"))
    return document, split_passages(document, parse_blocks(document), **options)  # type: ignore[arg-type]


def test_a_title_stays_with_its_text() -> None:
    _, passages = split(f"Article 1 : Objet\n\n{SENTENCE * 4}\n\nArticle 2 : Durée\n\n{SENTENCE * 4}")

    assert [passage.text.split("\n")[0] for passage in passages] == ["Article 1 : Objet", "Article 2 : Durée"]
    assert [passage.place for passage in passages] == ["Article 1 : Objet", "Article 2 : Durée"]


def test_short_articles_are_not_grouped() -> None:
    _, passages = split(
        "Article 1 : Objet\n\nLe présent texte dit tout.\n\nArticle 2 : Durée\n\nIl vaut trois ans, renouvelables."
    )

    assert len(passages) == 2


def test_short_sisters_without_a_number_are_grouped_under_their_parent() -> None:
    _, passages = split(f"1. Le service\n\nHoraires\n\n{SENTENCE}\n\nLocaux\n\n{SENTENCE}", min_chars=300)

    assert [passage.headings for passage in passages] == [("1. Le service",)]


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    _, passages = split(SENTENCE * 40)

    assert len(passages) > 2
    assert all(len(passage.text) <= 1200 and passage.text.endswith(".") for passage in passages)
    assert max(map(len, (p.text for p in passages))) < 2 * min(map(len, (p.text for p in passages)))


def test_a_long_list_is_cut_between_bullets() -> None:
    _, passages = split("Il faut :\n\n" + "".join(f"- {SENTENCE * 2}\n" for _ in range(20)))

    assert all(passage.text.startswith(("- ", "Il faut :\n- ")) for passage in passages)


def test_a_table_cut_in_two_carries_its_header() -> None:
    rows = "\n".join(f"| Ville {number} | {number * 10} jeunes rencontrés |" for number in range(90))

    _, passages = split(f"| Ville | Jeunes |\n|---|---|\n{rows}")

    assert passages[0].header == ""
    assert {passage.header for passage in passages[1:]} == {"| Ville | Jeunes |\n|---|---|"}
    assert all(line.endswith("|") for passage in passages for line in passage.text.split("\n"))


def test_entries_of_a_glossary_are_never_grouped() -> None:
    _, passages = split("GLOSSAIRE\n\nBIJ Bureau information jeunesse\n\nFJT Foyer de jeunes travailleurs")

    assert [(passage.kind, passage.text) for passage in passages] == [
        ("term", "BIJ Bureau information jeunesse"), ("term", "FJT Foyer de jeunes travailleurs"),
    ]  # fmt: skip


def test_titles_and_numbers_alone_are_no_passage() -> None:
    _, passages = split(f"1. Locaux\n\nII ACTIVITÉ\n\n834\n\n{SENTENCE}\n\nVI ANNEXES")

    assert [passage.headings for passage in passages] == [("II ACTIVITÉ",)]


def test_passages_know_their_pages() -> None:
    _, passages = split(
        f"Article 1 : Objet\n{SENTENCE * 5}et la suite", f"de la phrase. {SENTENCE}", paged=True
    )

    assert [(passage.first_page, passage.last_page) for passage in passages] == [(1, 2)]


def test_without_pages_there_is_no_page_number() -> None:
    _, passages = split(SENTENCE)

    assert (passages[0].first_page, passages[0].id) == (None, f"a:0-{len(SENTENCE) - 1}")


def test_a_border_of_a_passage_size_is_exactly_one_passage() -> None:
    raw = f"Article 1 : Objet\n\n{SENTENCE * 8}\n\nArticle 2 : Durée\n\n{SENTENCE * 8}"
    document, _ = split(raw)
    start, end = 200, document.text.index("Article 2") + 60

    _, passages = split(raw, borders=[(start, end)])

    inside = [passage for passage in passages if passage.start < end and passage.end > start]
    assert [passage.text for passage in inside] == [document.text[start:end].strip()]


@pytest.mark.parametrize(("low", "high"), [(0, 10), (20, 10), (-1, 5)])
def test_sizes_that_make_no_sense_are_refused(low: int, high: int) -> None:
    with pytest.raises(ValueError, match="min_chars"):
        split(SENTENCE, min_chars=low, max_chars=high)


@st.composite
def bordered_texts(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    raw = draw(raw_texts()) + draw(st.sampled_from(["", SENTENCE * 9, "mot" * 200]))
    cuts = sorted(draw(st.lists(st.integers(0, 900), max_size=6, unique=True)))
    return raw, list(zip(cuts[::2], cuts[1::2], strict=False))


@settings(max_examples=150, deadline=None)
@given(bordered_texts(), st.integers(20, 60), st.integers(80, 400))
def test_passages_are_slices_in_order_within_borders(
    bordered: tuple[str, list[tuple[int, int]]], min_chars: int, max_chars: int
) -> None:
    raw, borders = bordered
    document, passages = split(raw, borders=borders, min_chars=min_chars, max_chars=max_chars)

    for passage in passages:
        assert document.text[passage.start : passage.end] == passage.text == passage.text.strip() != ""
        assert len(passage.text) <= max_chars
    for before, after in pairwise(passages):
        assert before.end <= after.start
    for start, end in borders:
        text = document.text[start:end].strip()
        inside = [p for p in passages if p.start < min(end, len(document.text)) and p.end > start]
        assert all(start <= p.start and p.end <= end for p in inside)
        if text and len(text) <= max_chars:
            assert [p.text for p in inside] == [text]


@settings(max_examples=100, deadline=None)
@given(raw_texts())
def test_nothing_is_left_out_but_titles_and_scraps(raw: str) -> None:
    document, passages = split(raw)
    kept = {place for passage in passages for place in range(passage.start, passage.end)}
    for block in parse_blocks(document):
        lost = [
            place
            for place in range(block.start, block.end)
            if place not in kept and document.text[place].isalpha()
        ]
        assert block.kind == "heading" or len(lost) < 20
