from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answers.suggestions import suggest_questions
from assistant.records import Answer, Citation, DocumentInfo, Fiche, Passage
from assistant.search.index import Knowledge
from assistant.search.vocabulary import count_words

# Four fiches on two articles, in reading order; the last stands in another document.
PLACES = {
    "horaires": "Charte › Article 1 › Horaires",
    "pauses": "Charte › Article 1 › Pauses",
    "tenue": "Charte › Article 2 › Tenue",
    "clefs": "Charte › Article 3 › Clefs",
    "repas": "Guide › Repas",
}


def fiche(name: str, *, see_also: tuple[str, ...] = ()) -> Fiche:
    questions = (f"{name} horaires", f"que dit le texte sur {name} ?", f"et {name} ?")
    return Fiche(name, f"Le texte sur {name}", "…", questions, (), see_also=see_also)


def knowledge(**others: object) -> Knowledge:
    fiches = tuple(fiche(name) for name in PLACES)
    passages = tuple(
        Passage(name, "guide" if name == "repas" else "charte", n * 10, n * 10 + 9, "…", (), fiche_id=name)
        for n, name in enumerate(PLACES)
    )
    made = Knowledge(
        infos={"charte": DocumentInfo("charte", "Charte"), "guide": DocumentInfo("guide", "Guide")},
        documents={},
        fiches=fiches,
        passages=passages,
        places={(p.fiche_id or "", p.document_id): PLACES[p.id] for p in passages},
        acronyms={},
        vocabulary=count_words([f"{one.title} {question}" for one in fiches for question in one.questions]),
    )
    return replace(made, **others)  # type: ignore[arg-type]


def answer(name: str, question: str = "?") -> Answer:
    document = "guide" if name == "repas" else "charte"
    citation = Citation(document, PLACES[name], None, "", 0, 0, fiche_id=name, passage_id=name)
    return Answer(question, "answered", "…", 0.9, citations=(citation,))


def about(*names: str) -> tuple[str, ...]:
    return tuple(f"Que dit le texte sur {name} ?" for name in names)


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        ("horaires", about("pauses", "tenue", "clefs")),
        ("clefs", about("tenue", "pauses", "horaires")),
        ("repas", ()),
    ],
)
def test_the_nearest_places_of_the_document_come_first(cited: str, expected: tuple[str, ...]) -> None:
    assert suggest_questions(answer(cited), knowledge()) == expected


def test_a_fiche_that_the_cited_one_names_comes_before() -> None:
    fiches = tuple(fiche(n, see_also=("repas",) if n == "horaires" else ()) for n in PLACES)

    assert suggest_questions(answer("horaires"), knowledge(fiches=fiches))[0] == about("repas")[0]


def test_a_question_asked_already_is_not_suggested() -> None:
    just_asked = "QUE dit le texte, sur pauses ?"

    suggested = suggest_questions(answer("horaires", just_asked), knowledge(), asked=about("tenue"))

    assert suggested == about("clefs")


def test_a_refusal_suggests_nothing() -> None:
    assert suggest_questions(Answer("?", "not_found", "…", 0.1), knowledge()) == ()
