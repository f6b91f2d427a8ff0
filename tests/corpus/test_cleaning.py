"""Cleaning: page furniture goes, paragraphs become lines, every character knows its raw place."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_texts import raw_texts

from assistant.corpus.cleaning import clean
from assistant.corpus.lines import split_lines
from assistant.records import Document, DocumentInfo, RawDocument

PROSE = (
    "Les éducateurs vont vers les jeunes du quartier, le soir et pendant les vacances. Ils les écoutent \n"
    "et leur proposent, quand ils le souhaitent, une activité, une sortie ou un rendez-vous avec un autre \n"
    "service. Personne n’est obligé de les suivre. Leur action est connue du maire et des habitants, qui \n"
)


def cleaned(*pages: str, paged: bool = False) -> Document:
    return clean(RawDocument(PurePosixPath("a.txt"), "0", pages, paged), DocumentInfo(id="a", title="A"))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("eﬃcace et ﬁn", "efficace et fin", id="ligatures"),
        pytest.param("la cohé\u00adsion", "la cohésion", id="soft hyphen"),
        pytest.param("la cohé\u00ad\nsion", "la cohésion", id="soft hyphen at a line end"),
        pytest.param("e\u0301ducateur", "éducateur", id="accent composed"),
        pytest.param("opportunité\u0301 rare", "opportunité rare", id="stray accent"),
        pytest.param("1\u202f200\u00a0€", "1 200 €", id="thin and no-break spaces"),
        pytest.param("\uf0b7 Un\n\uf0d8 Deux\n\uf0a7 Trois", "• Un\n• Deux\n• Trois", id="bullets of symbol fonts"),
        pytest.param("➢ Un\n✓ Deux\n▪ Trois", "• Un\n• Deux\n• Trois", id="bullets"),
        pytest.param("une **phrase en gras** et <b>une autre</b>", "une phrase en gras et une autre", id="inline bold"),
        pytest.param("**Un titre**", "**Un titre**", id="a bold line stays a title"),
        pytest.param("RSA* et AAH*", "RSA* et AAH*", id="footnote stars"),
        pytest.param("les 9001 logements", "les 9001 logements", id="a footnote mark glued to a number is left alone"),
        pytest.param("deux  espaces", "deux espaces", id="justification"),
        pytest.param("   \n \n", "", id="nothing"),
    ],
)  # fmt: skip
def test_characters_are_written_one_way(raw: str, expected: str) -> None:
    assert cleaned(raw).text == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("une organi-\nsation locale", "une organisation locale", id="cut word"),
        pytest.param("le PAS-\n\nDE-CALAIS", "le PAS-DE-CALAIS", id="capitals with a particle"),
        pytest.param("dans le Pas-de-\nCalais", "dans le Pas-de-Calais", id="proper name"),
        pytest.param("au Beau-\nMarais", "au Beau-Marais", id="capital after the hyphen"),
        pytest.param("a-t-\nil dit", "a-t-il dit", id="pronoun"),
        pytest.param("un projet socio-\néducatif", "un projet socio-éducatif", id="prefix"),
        pytest.param("de 2030-\n2034", "de 2030-2034", id="years"),
        pytest.param(
            "un rendez-\nvous, puis un rendez-vous", "un rendez-vous, puis un rendez-vous", id="as elsewhere"
        ),
        pytest.param(
            "un contre-\npoids et un contrepoids", "un contrepoids et un contrepoids", id="joined elsewhere"
        ),
    ],
)
def test_a_hyphen_at_a_line_end_is_kept_only_in_compound_names(raw: str, expected: str) -> None:
    assert cleaned(raw).text == expected


def test_lines_of_a_paragraph_are_joined_whether_or_not_blank_lines_part_them() -> None:
    whole = PROSE.replace(" \n", " ").strip() + " sont invités une fois par an."
    airy = (PROSE + "sont invités une fois par an.").replace("\n", "\n\n")

    assert cleaned(PROSE + "sont invités une fois par an.").text == whole
    assert cleaned(airy).text == whole


def test_a_sentence_goes_on_after_a_page_break() -> None:
    assert cleaned("les jeunes du \n quartier et leurs amis").text == "les jeunes du quartier et leurs amis"
    assert (
        cleaned("Les jeunes du\n", "quartier et leurs amis.", paged=True).text
        == "Les jeunes du quartier et leurs amis."
    )


def test_addresses_listed_at_the_bottom_of_a_page_do_not_cut_a_sentence() -> None:
    raw = PROSE + "\nhttps://valmont.example/a\nmailto:a@valmont.example\n sont invités à leurs réunions.\n"

    assert cleaned(raw).text == PROSE.replace(" \n", " ") + "sont invités à leurs réunions."


def test_an_address_in_the_text_stays() -> None:
    assert (
        "https://valmont.example"
        in cleaned("Pour s’inscrire :\n\nhttps://valmont.example\n\nou par courrier.").text
    )


def test_running_lines_and_page_numbers_of_pages_are_dropped() -> None:
    words = ("un", "deux", "trois", "quatre")
    pages = [
        f"Plan de Valmont\nTexte {word}.\n\nService jeunesse – {place}\n"
        for place, word in enumerate(words, 1)
    ]

    assert cleaned(*pages, paged=True).text.split("\n") == [f"Texte {word}." for word in words]


def test_the_footers_of_a_text_without_pages_are_dropped() -> None:
    footer = "\nPlan de Valmont 2031 \n\nCahier N°1 : La jeunesse \n\nPage {} sur 40 \n"
    raw = "".join(f"Paragraphe {number} du cahier. \n{footer.format(number)}" for number in (7, 9, 12))

    assert cleaned(raw).text == "Paragraphe 7 du cahier.\nParagraphe 9 du cahier.\nParagraphe 12 du cahier."


def test_a_key_figure_alone_on_its_line_is_not_a_page_number() -> None:
    assert cleaned("Jeunes rencontrés\n\n\n3644\n \n\nJeunes suivis\n\n\n2634\n \n").text == (
        "Jeunes rencontrés\n3644\nJeunes suivis\n2634"
    )


def test_a_table_of_contents_is_dropped() -> None:
    contents = (
        "Sommaire\nLe cadre ...... 2\nLes actions menées en ville et\nau village ...... 3\nBilan ...... 9\n"
    )

    assert cleaned(contents + "\nLe cadre\n\nVoici le texte.").text == "Le cadre\nVoici le texte."


def test_a_table_of_numbers_with_tabs_is_not_a_table_of_contents() -> None:
    table = "Ville\tJeunes\nValmont\t12\nOrelle\t15\nBrume\t21"

    assert cleaned(table).text == table


def test_each_page_knows_its_clean_text() -> None:
    found = cleaned("Première page.\n", "", "Troisième page.", paged=True)

    assert [found.text[page.start : page.end].strip() for page in found.pages] == [
        "Première page.",
        "",
        "Troisième page.",
    ]
    assert [page.number for page in found.pages] == [1, 2, 3]


def test_formats_without_pages_have_none() -> None:
    assert cleaned("Texte.").pages == ()


def test_the_line_before_tells_what_is_around_it() -> None:
    first, second, third = split_lines("Un\n\n \n  Deux \n Trois")

    assert (first.blank, first.page, second.blank, second.paragraphs, second.is_lost_bullet) == (
        0,
        False,
        2,
        1,
        True,
    )
    assert (third.blank, third.indent, third.page) == (0, 1, False)


@settings(max_examples=150, deadline=None)
@given(st.lists(raw_texts(), min_size=1, max_size=5), st.booleans())
def test_clean_characters_know_their_raw_place(pages: list[str], paged: bool) -> None:
    found = cleaned(*pages, paged=paged)
    raw = "".join(pages)

    assert len(found.raw_spans) == len(found.text)
    last = 0
    for character, (start, end) in zip(found.text, found.raw_spans.tolist(), strict=True):
        assert last <= start <= end <= len(raw)
        last = start
        source = raw[start:end]
        if not character.isspace():  # the same, or the same written another way
            assert character == "•" or character in unicodedata.normalize("NFKC", source)


@settings(max_examples=150, deadline=None)
@given(raw_texts())
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    once = cleaned(raw).text

    assert cleaned(once).text == once


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(["jeunes", "quartier", "Ville", "parents", "Le", "fin."]), max_size=80),
    st.integers(20, 90),
)
def test_no_word_is_lost_when_lines_are_joined(words: list[str], width: int) -> None:
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > width:
            lines.append("")
        lines[-1] += word + " "

    assert cleaned("\n".join(lines)).text.split() == words
