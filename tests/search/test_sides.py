from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answers.confidence import features
from assistant.search.rank import load_ranker
from assistant.search.retrieve import retrieve
from assistant.search.sides import REACH, sides_of

PLACES = frozenset({"valmont", "brecourt"})
NAMES = frozenset({"service barques et gilets"})


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        pytest.param("horaires à Oyes ou à Nuis ?", "horaires à Oyes ou à ?", "horaires à ou à Nuis ?", id="names"),
        pytest.param("Zuydcote ou Oyes ?", "Zuydcote ou ?", "ou Oyes ?", id="a_name_first"),
        pytest.param("gilets valmont / brecourt", "gilets valmont /", "gilets / brecourt", id="listed_places"),
        pytest.param("vols en 2022 et en 2024", "vols en 2022 et en", "vols en et en 2024", id="years"),
        pytest.param(
            "délai selon la charte, la convention contre le rapport",
            "délai selon la charte, la convention contre le",
            "délai selon la charte, la contre le rapport",
            id="documents",
        ),
        pytest.param("le RPX et le BDQ ?", "le RPX et le ?", "le et le BDQ ?", id="acronyms"),
        pytest.param("Oyes en 2024 ou Nuis ?", "Oyes en 2024 ou ?", "en 2024 ou Nuis ?", id="of_one_type"),
    ],
)  # fmt: skip
def test_each_side_is_without_the_other(text: str, first: str, second: str) -> None:
    assert sides_of(text, PLACES, NAMES) == (first, second)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("qui paie le gilet et la barque ?", id="common_nouns"),
        pytest.param("Quand et comment rendre le gilet ?", id="a_capital_that_opens"),
        pytest.param("le gilet est perdu. Que faire et qui prévenir ?", id="a_capital_that_opens_a_sentence"),
        pytest.param("combien de jeunes à Barques et Gilets ?", id="one_name"),
        pytest.param("Oyes et Oyes", id="the_same"),
        pytest.param("Oyes en 2024", id="nothing_joins"),
        pytest.param("quand y a-t-il des cours et y en a-t-on assez ?", id="pronouns"),
        pytest.param("Oyes " + "gilet " * REACH + "ou Nuis ?", id="too_far"),
        pytest.param("", id="empty"),
    ],
)
def test_what_is_not_set_side_by_side_has_no_sides(text: str) -> None:
    assert sides_of(text, PLACES, NAMES) == ()


def test_acronyms_are_spelt_out_on_their_own_side(assistant) -> None:
    acronym, (meaning, *_) = next(iter(assistant.index.knowledge.acronyms.items()))

    understanding = assistant.understand(f"horaires {acronym} ou Zuydcote ?")

    assert meaning in understanding.text
    assert [meaning in side for side in understanding.sides] == [True, False]


def test_each_side_has_its_place(assistant) -> None:
    questions = ("heure du dîner", "quel tribunal tranche un différend ?")
    asked = assistant.understand(" ".join(questions))
    places = [_first(assistant, question) for question in questions]

    hits = retrieve(
        replace(asked, sides=questions), assistant.index, assistant.embedder, top=20, ranker=load_ranker()
    )

    assert {hit.passage.id for hit in hits[:2]} == set(places)
    assert hits[1].score > 0.2  # the other side keeps its part
    assert sum(hit.score for hit in hits) <= 1 + 1e-6


def test_the_confidence_counts_the_places_of_both_sides(assistant) -> None:
    questions = ("heure du dîner", "quel tribunal tranche un différend ?")
    asked = replace(assistant.understand(" ".join(questions)), sides=questions)
    hits = retrieve(asked, assistant.index, assistant.embedder, top=20, ranker=load_ranker())
    knowledge = assistant.index.knowledge

    both, one = features(asked, hits, knowledge), features(replace(asked, sides=()), hits, knowledge)

    assert both["share"] > one["share"]
    assert both["lead"] > one["lead"]


def _first(assistant, question: str) -> str:
    understanding = assistant.understand(question)
    hits = retrieve(understanding, assistant.index, assistant.embedder, top=1, ranker=load_ranker())
    return hits[0].passage.id
