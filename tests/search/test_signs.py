from __future__ import annotations

from assistant.records import Fiche, Passage
from assistant.search.ragged import NOTHING
from assistant.search.signs import COLUMNS, DATE, LIST, NUMBER, Signs

FICHE = Fiche("f", "Aide de 2021", "Trois jeunes l’ont eue, pour 50 € chacun.", ("q",), ())


def passage(text: str, fiche: str | None = None, kind: str = "paragraph") -> Passage:
    return Passage("p", "d", 0, len(text), text, (), kind=kind, fiche_id=fiche)


def held(*passages: Passage) -> list[set[str]]:
    rows = Signs.build(passages, (FICHE,)).held
    return [{name for name, column in COLUMNS.items() if row[column]} for row in rows]


def test_signs_are_those_of_the_passage_and_of_its_fiche() -> None:
    plain, explained, dated, listed = held(
        passage("Rien de cela."),
        passage("Rien de cela.", "f"),
        passage("Avant le 3 mai"),
        passage("- un\n- deux\n- trois"),
    )

    assert plain == set()
    assert explained == {NUMBER, "amount", "year"}
    assert dated == {NUMBER, DATE, "day"}
    assert LIST in listed


def test_years_are_those_of_the_text_and_of_the_fiche() -> None:
    years = Signs.build(
        (passage("En 2019 et 2020."), passage("Sans.", "f"), passage("Sans.")), (FICHE,)
    ).years

    assert years.of(0).tolist() == [2019, 2020]
    assert years.of(1).tolist() == [2021]
    assert years.of(2).tolist() == [NOTHING]


def test_no_passage_has_no_signs() -> None:
    assert Signs.build((), ()).held.shape == (0, len(COLUMNS))
