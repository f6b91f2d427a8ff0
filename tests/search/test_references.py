from __future__ import annotations

import pytest

from assistant.search.references import number_of, read_references

KNOWN = {"8.2", "90", "250"}


@pytest.mark.parametrize(
    ("typed", "text", "articles"),
    [
        ("art 8.2", "article 8.2", ("8.2",)),
        ("article 8-2", "article 8.2", ("8.2",)),
        ("article 9-3", "article 9-3", ("9-3",)),
        ("art8", "article 8", ("8",)),
        ("article 1er", "article 1er", ("1",)),
        ("L221-1", "L. 221-1", ("L221-1",)),
        ("l'article L. 221-1 du CASF", "l'article L. 221-1 du CASF", ("L221-1",)),
        ("r 221.3-2", "R. 221-3-2", ("R221-3-2",)),
        ("art. 375 code civil", "article 375 code civil", ("375",)),
        ("jeunes de 11-18 ans", "jeunes de 11-18 ans", ()),
        ("un départ 120-150", "un départ 120-150", ()),
    ],
)
def test_articles_are_written_as_documents_write_them(
    typed: str, text: str, articles: tuple[str, ...]
) -> None:
    read = read_references(typed, KNOWN)

    assert (read.text, read.articles) == (text, articles)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("quatre-vingt-dix", 90),
        ("quatre vingts", 80),
        ("soixante et onze", 71),
        ("vingt et un", 21),
        ("dix-sept", 17),
        ("deux cent cinquante", 250),
        ("mille deux cents", 1200),
        ("deux trois", None),
        ("dix deux", None),
    ],
)
def test_numbers_in_words(words: str, value: int | None) -> None:
    assert number_of(words) == value


def test_a_number_in_words_becomes_digits_only_where_the_corpus_has_them() -> None:
    assert read_references("quatre-vingt-dix jours", KNOWN).text == "90 jours"
    assert read_references("vingt-deux heures", KNOWN).text == "vingt-deux heures"
    assert read_references("vingt-deux heures", KNOWN).numbers == ("20", "2")


@pytest.mark.parametrize(
    ("typed", "text", "dates", "years"),
    [
        ("avant le 30/06", "avant le 30 juin", ("06-30",), ()),
        ("au 01/06/2023", "au 1er juin 2023", ("2023-06-01",), ("2023",)),
        ("au 1/6/23", "au 1er juin 2023", ("2023-06-01",), ("2023",)),
        ("depuis le 2023-06-01", "depuis le 1er juin 2023", ("2023-06-01",), ("2023",)),
        ("1er juin", "1er juin", ("06-01",), ()),
        ("en juin 2023", "en juin 2023", ("2023-06",), ("2023",)),
        ("le pacte 2017-22", "le pacte 2017-22", (), ("2017", "2022")),
        ("la loi du 14 mars 2016", "la loi du 14 mars 2016", ("2016-03-14",), ()),
        ("la loi 2016-297", "la loi 2016-297", (), ()),
        ("2024 jeunes", "2024 jeunes", (), ()),
        ("fiche 12/10", "fiche 12/10", (), ()),
        ("1/3 des jeunes", "1/3 des jeunes", (), ()),
    ],
)
def test_dates_and_years(typed: str, text: str, dates: tuple[str, ...], years: tuple[str, ...]) -> None:
    read = read_references(typed, KNOWN)

    assert (read.text, read.dates, read.years) == (text, dates, years)


def test_numbers_are_neither_dates_nor_articles() -> None:
    read = read_references("trois mois, 2500 €, article 8.2, le 15 juin 2023", KNOWN)

    assert read.numbers == ("3", "2500")
