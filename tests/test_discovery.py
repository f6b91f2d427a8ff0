from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from assistant.discovery import (
    THEMES,
    best_question,
    guided_path,
    newness_of,
    rank_for,
    spread,
    starting_questions,
    topic_terms,
)
from assistant.records import Answer, Citation, DocumentInfo, Fiche, Obligation, Source

TODAY = date(2026, 6, 15)


def fiche(name: str, title: str, *tags: str, document: str = "charte", **values: object) -> Fiche:
    questions = (f"à quoi sert vraiment {title} ?", "mots clés")
    return Fiche(
        name, title, "Un texte court.", questions, (Source(document, "Ici", None),), tags=tags, **values
    )  # type: ignore[arg-type]


def answer_of(name: str, *, confidence: float = 0.9) -> Answer:
    citation = Citation("charte", "Ici", None, "", 0, 0, fiche_id=name)
    return Answer("q", "answered", "", confidence, citations=(citation,))


def test_a_small_corpus_has_the_steps_it_has_fiches_for(assistant) -> None:
    path = guided_path(assistant.index.knowledge, TODAY)

    assert [(step.name, [f.id for f in step.fiches]) for step in path] == [
        ("Les obligations", ["charte-desaccord", "guide-repas"])
    ]


def test_a_corpus_without_fiches_has_no_path(assistant) -> None:
    assert guided_path(replace(assistant.index.knowledge, fiches=()), TODAY) == ()


def test_fiches_of_expired_documents_are_left_out(assistant) -> None:
    path = guided_path(assistant.index.knowledge, date(2031, 1, 1))

    assert [f.id for step in path for f in step.fiches] == ["guide-repas"]


@pytest.mark.parametrize(
    ("theme", "expected"),
    [
        (0, ["bases"]),
        (1, ["acteurs"]),
        (2, ["duty"]),
        (3, ["procedure"]),
        (4, ["chiffres"]),
    ],
    ids=[theme.name for theme in THEMES],
)
def test_each_theme_finds_its_fiches_by_tag_title_or_obligation(theme: int, expected: list[str]) -> None:
    fiches = [
        fiche("bases", "Les horaires", "définition"),
        fiche("acteurs", "Qui range les gilets"),
        fiche("duty", "Les gilets", obligations=(Obligation("La ville", "doit", "payer"),)),
        fiche("right", "Les pauses", obligations=(Obligation("La ville", "peut", "payer"),)),
        fiche("procedure", "Comment ranger les gilets"),
        fiche("chiffres", "Les gilets", "chiffres"),
        fiche("none", "Les tentes", "loisirs"),
    ]

    ranked = rank_for(THEMES[theme], fiches, frozenset(), {"charte": 0.0})

    assert [f.id for f in ranked] == expected


def test_what_the_corpus_is_about_and_what_is_new_come_first() -> None:
    old = DocumentInfo("old", "Règlement des médiateurs", valid_from=date(2015, 1, 1))
    new = DocumentInfo("new", "Charte des médiateurs", valid_from=date(2024, 1, 1))
    unknown = DocumentInfo("unknown", "Guide")
    topic, newness = topic_terms([old, new, unknown]), newness_of([old, new, unknown])
    fiches = [
        fiche("tent", "Principes des tentes", document="old"),
        fiche("old", "Principes des médiateurs", document="old"),
        fiche("new", "Principes des médiateurs", document="new"),
    ]

    assert newness == {"old": 0.0, "new": 1.0, "unknown": 0.0}
    assert [f.id for f in rank_for(THEMES[0], fiches, topic, newness)] == ["new", "old", "tent"]


def test_no_document_gives_more_than_half_while_another_has_some_left() -> None:
    ours = [fiche(f"a{n}", title) for n, title in enumerate(["gilets", "tentes", "repas", "horaires"])]
    theirs = [fiche("b", "clés", document="b")]

    assert [f.id for f in spread([*ours, *theirs], 4)] == ["a0", "a1", "b", "a2"]


def test_two_fiches_of_one_title_are_taken_once() -> None:
    assert [
        f.id
        for f in spread(
            [fiche("a", "Les gilets orange perdus en 2023"), fiche("b", "Les gilets orange perdus en 2024")],
            5,
        )
    ] == ["a"]


def test_a_question_is_kept_when_its_own_fiche_answers_it_with_confidence() -> None:
    sure, unsure, other = fiche("sure", "gilets"), fiche("unsure", "tentes"), fiche("other", "repas")
    answers = {
        best_question(sure): answer_of("sure"),
        best_question(unsure): answer_of("unsure", confidence=0.5),
        best_question(other): answer_of("sure"),
    }
    path = [type("Step", (), {"fiches": (unsure, other, sure)})()]

    assert starting_questions(path, answers.__getitem__) == ("À quoi sert vraiment gilets ?",)


def test_the_steps_take_turns_until_there_are_enough() -> None:
    fiches = [fiche(name, name) for name in ("gilets", "tentes", "repas", "horaires")]
    path = [type("Step", (), {"fiches": fiches[:3]})(), type("Step", (), {"fiches": fiches[3:]})()]
    names = {best_question(f): f.id for f in fiches}

    found = starting_questions(path, lambda question: answer_of(names[question]), count=3)

    assert [names[question] for question in found] == ["gilets", "horaires", "tentes"]


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        (("gilets prix", "combien coûte un gilet perdu ?"), "Combien coûte un gilet perdu ?"),
        (("les gilets ?",), ""),
        (
            ("combien coûte une tente perdue ?", "combien coûte un gilet perdu ?"),
            "Combien coûte un gilet perdu ?",
        ),
        ((), ""),
    ],
)
def test_the_best_question_is_whole_and_about_the_title(questions: tuple[str, ...], expected: str) -> None:
    assert best_question(replace(fiche("a", "Les gilets"), questions=questions)) == expected
