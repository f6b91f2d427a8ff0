from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answers.confidence import features
from assistant.pipeline import Assistant
from assistant.search.index import build_index
from assistant.search.retrieve import gather_evidence
from assistant.search.storage import load_index, save_index

LOST = "le prix d’un procès devant le tribunal de Fontclaire"


@pytest.fixture
def knowing(assistant: Assistant) -> Assistant:
    """An assistant whose first fiche names a question without answer."""
    old = assistant.index
    fiches = tuple(
        replace(fiche, unanswered=(LOST,)) if fiche.id == "charte-desaccord" else fiche
        for fiche in old.knowledge.fiches
    )
    index = build_index(replace(old.knowledge, fiches=fiches), assistant.embedder, old.manifest)
    return Assistant(index, assistant.embedder, assistant.settings)


def shares(assistant: Assistant, question: str) -> dict[str, float]:
    evidence = gather_evidence(assistant.understand(question), assistant.index, assistant.embedder)
    return dict(evidence.unanswered)


def share(assistant: Assistant, question: str) -> float:
    return shares(assistant, question)["unanswered"]


def test_the_question_itself_is_of_those_without_answer(knowing: Assistant) -> None:
    assert share(knowing, LOST) > 0.9


def test_it_leads_to_no_passage(knowing: Assistant) -> None:
    evidence = gather_evidence(knowing.understand(LOST), knowing.index, knowing.embedder)

    assert float(evidence.fields["dense_question"].max()) < 0.99
    assert float(evidence.fields["overlap_question"].max()) < 0.99


def test_an_answered_question_is_of_the_others(knowing: Assistant) -> None:
    assert share(knowing, "qui juge si on se fâche avec la mairie ?") < 0.1


def test_without_any_such_question_none_is_alike(assistant: Assistant) -> None:
    assert shares(assistant, LOST) == {"unanswered": 0.0, "unanswered_likelihood": 0.0}


def test_its_language_is_of_those_without_answer(knowing: Assistant) -> None:
    lost = shares(knowing, LOST)["unanswered_likelihood"]
    answered = shares(knowing, "qui juge si on se fâche avec la mairie ?")["unanswered_likelihood"]

    assert answered < 0.5 < lost


def test_it_survives_the_disk(knowing: Assistant, tmp_path) -> None:
    save_index(knowing.index, tmp_path)
    index = load_index(tmp_path)

    assert index.knowledge.fiches == knowing.index.knowledge.fiches
    assert [entry.kind for entry in index.entries][-1] == "unanswered"
    assert shares(Assistant(index, knowing.embedder, knowing.settings), LOST) == shares(knowing, LOST)


def test_the_confidence_heeds_it_for_explained_passages_only(knowing: Assistant) -> None:
    """A document without fiche may be newer than what its readers did not find."""
    explained = next(hit for hit in knowing.search(LOST) if hit.fiche)
    understanding = knowing.understand(LOST)

    heeded = features(understanding, [explained], knowing.index.knowledge)
    ignored = features(understanding, [replace(explained, fiche=None)], knowing.index.knowledge)

    assert heeded["unanswered"] > 0.9
    assert heeded["unanswered_likelihood"] > 0.5
    assert ignored["unanswered"] == ignored["unanswered_likelihood"] == 0
