"""Texts as an extraction may leave them, drawn for the properties of the corpus tests."""

from __future__ import annotations

from hypothesis import strategies as st

WORDS = st.sampled_from(
    "Les jeunes du quartier de la ville Article 1 : 2.1 • - o Fiche N°2 12 45 % 2031 TITRE LE PLAN I. organi- socio- "
    "sation, fin. suite ; ﬁn e\u0301 \u00a0 \uf0b7 **gras** # | a | b | \t .... 7 http://a.fr Page 3 sur 9".split(
        " "
    )
)
LINES = st.lists(st.lists(WORDS, max_size=9).map(" ".join), max_size=14)
BREAKS = st.sampled_from(["\n", "\n\n", " \n", " \n\n", "\n ", "\n \n", "\n\n\n", "\f"])


@st.composite
def raw_texts(draw: st.DrawFn) -> str:
    return "".join(line + draw(BREAKS) for line in draw(LINES))
