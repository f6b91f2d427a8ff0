"""Reference questions on the tiny corpus."""

from __future__ import annotations

import pytest

from assistant.corpus.anchors import WordMap, make_anchor
from assistant.pipeline import Assistant
from evals.cases import Case, Evidence, Fact, Variant


def evidence_of(assistant: Assistant, document_id: str, words: str, *fiches: str) -> Evidence:
    """Return the evidence that lies at the first occurrence of some words."""
    document = assistant.index.knowledge.documents[document_id]
    start = document.text.index(words)
    return Evidence(
        document_id, make_anchor(WordMap(document.text), start, start + len(words)), fiches=fiches
    )


@pytest.fixture(scope="session")
def cases(assistant: Assistant) -> tuple[Case, ...]:
    """Return three questions with an answer, one without."""

    def case(id: str, question: str, words: str, *facts: str, **more: object) -> Case:
        return Case(
            id=id,
            kind=str(more.get("kind", "deadline")),
            question=question,
            answerable=True,
            difficulty="easy",
            reference="réponse",
            document="charte-valmont-2024",
            facts=tuple(Fact((fact,)) for fact in facts),
            evidence=((evidence_of(assistant, "charte-valmont-2024", words, *more.get("fiches", ())),),),  # type: ignore[misc]
            variants=tuple(Variant("no_accents", text) for text in more.get("variants", ())),  # type: ignore[attr-defined]
        )

    return (
        case(
            "c1",
            "quel tribunal si dispute avec le prestataire ?",
            "Si un différend oppose la ville et le prestataire, ils cherchent d'abord un arrangement",
            "tribunal de Fontclaire",
            fiches=("charte-desaccord",),
            variants=("quel tribunal si dispute avec le prestatère ?",),
        ),
        case(
            "c2",
            "compte rendu du coordinateur à la mairie : quand ?",
            "Le coordinateur remet à la mairie un compte rendu chaque trimestre, au plus tard le 15 du mois suivant",
            "15",
            "trimestre",
        ),
        case(
            "c3",
            "horaires des médiateurs en juillet et en août",
            "En juillet et en août, ils commencent à seize heures",
            "16 heures",
        ),
        Case(
            id="c4",
            kind="off_topic",
            question="recette de la tarte aux pommes",
            answerable=False,
            difficulty="easy",
            reference="hors sujet",
        ),
    )
