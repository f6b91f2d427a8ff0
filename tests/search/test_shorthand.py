from __future__ import annotations

import pytest

from assistant.search.shorthand import put_apostrophes_back, spell_out


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("c koi la charte", "c'est quoi la charte"),
        ("kel delai pr le rapport svp", "quel delai pour le rapport s'il vous plaît"),
        ("qd et cmt", "quand et comment"),
        ("keske je fais", "qu'est-ce que je fais"),
        ("jai bcp de questions ds ma tete", "j'ai beaucoup de questions dans ma tete"),
        ("g besoin daide", "j'ai besoin daide"),
        ("vs avez une idee ?", "vous avez une idee ?"),
        ("charte vs règlement", "charte vs règlement"),
        ("la FO et le DS", "la FO et le DS"),
        ("le mot-clé tt-terrain", "le mot-clé tt-terrain"),
        ("ce délai", "ce délai"),
    ],
)
def test_shorthand_is_spelt_out(typed: str, meant: str) -> None:
    assert spell_out(typed)[0] == meant


def test_a_known_acronym_in_capitals_is_left_alone() -> None:
    assert spell_out("PR ET DS", {"PR", "DS"}) == ("PR ET DS", [])


def test_ligatures_do_not_shift_what_is_read() -> None:
    assert spell_out("la mise en œuvre, c koi ?")[0] == "la mise en oeuvre, c'est quoi ?"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("l educateur d un club", "l'educateur d'un club"),
        ("qu est ce qu il faut", "qu'est ce qu'il faut"),
        ("option c ou d", "option c ou d"),
        ("article L 221-1", "article L 221-1"),
    ],
)
def test_lost_apostrophes_come_back(typed: str, meant: str) -> None:
    assert put_apostrophes_back(typed) == meant
