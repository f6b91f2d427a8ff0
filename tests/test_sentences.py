"""Sentences of French text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.french import sentence_spans


def sentences(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Selon l’art. 5 et l’article L. 221-1, M. Roy et Mme Petit signent (cf. p. 12).",
        "Voir le n° 8.2 du 1.01.2031 sur www.valmont.example/a.html ou par courriel.",
        "Des sorties, des ateliers, etc. sont proposés.",
        "La part est de 5.5 % en 2030.",
        "Il dit « Venez ! » et part.",
        "Les P.A.E.J. accueillent les jeunes.",
    ],
)
def test_these_are_one_sentence(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Il vient. Elle part.", ["Il vient.", "Elle part."]),
        ("Est-ce vrai ? Oui ! Bien…  Alors ?", ["Est-ce vrai ?", "Oui !", "Bien…", "Alors ?"]),
        ("Il dit « oui. » Puis il part.", ["Il dit « oui. »", "Puis il part."]),
        ("Des ateliers, etc. Tout est gratuit.", ["Des ateliers, etc.", "Tout est gratuit."]),
        ("- son budget ;\n- ses comptes.", ["- son budget ;", "- ses comptes."]),
        ("Titre\nLe texte.", ["Titre", "Le texte."]),
        ("1. Accueil. Le centre ouvre.", ["1. Accueil.", "Le centre ouvre."]),
    ],
)
def test_sentences_are_cut(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(st.text("aB.!? \n;«»etc123’", max_size=80))
def test_slices_follow_one_another_and_cover_the_text(text: str) -> None:
    spans = sentence_spans(text)

    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end for start, end in spans)
