from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from assistant.records import Fiche, Passage, Understanding
from assistant.search.features import near_words
from assistant.search.nearness import WordTable, content
from assistant.search.vocabulary import count_words

TEXTS = ("Les gamins jouent dehors.", "Le chauffage du local est réparé en 2024.")
FICHE = Fiche(
    "f", "Jeux", "On joue au ballon.", ("où jouer au ballon ?", "et la ?"), (), ("terrain de foot",)
)


@pytest.fixture(scope="module")
def table() -> WordTable:
    passages = [Passage(f"d:{i}", "d", 0, len(text), text, ()) for i, text in enumerate(TEXTS)]
    return WordTable.build(passages, (FICHE, replace(FICHE, id="g", questions=(), cross_questions=())))


def beside(question: str, table: WordTable):
    terms = tuple(count_words([question]).terms)
    return near_words(Understanding(question, question, terms=terms), table, count_words(TEXTS))


def test_a_word_of_another_root_comes_near(table: WordTable) -> None:
    enfants = beside("enfants", table)

    assert enfants.of_passages([0, 1])[0, 0] > enfants.of_passages([0, 1])[0, 1]
    assert enfants.of_passages([0, 1])[0, 0] < 1


def test_another_form_of_a_word_is_the_word(table: WordTable) -> None:
    assert beside("gamin", table).of_passages([0]).tolist() == [[1]]


def test_a_number_is_near_to_itself_only(table: WordTable) -> None:
    assert beside("2024", table).of_passages([1]).tolist() == [[1]]
    assert beside("2023", table).of_passages([1]).tolist() == [[0]]


def test_the_questions_of_fiches_are_compared_one_by_one(table: WordTable) -> None:
    ballon, terrain = beside("ballon", table), beside("terrain", table)
    both, nearest = beside("ballon terrain", table).of_questions([0, 1])

    assert (ballon.alike(0).argmax(), terrain.alike(0).argmax()) == (0, 2)
    assert both[:, 0].tolist() == [1, 1]  # each in a question of its own
    assert nearest[0] < 1  # no question has both
    assert not both[:, 1].any()
    assert not nearest[1]  # a fiche without any question


def test_a_question_without_words_is_near_to_nothing(table: WordTable) -> None:
    nothing = beside("?", table)

    assert nothing.of_passages([0, 1]).shape == (0, 2)
    assert nothing.of_texts(["Les gamins"]).shape == (0, 1)


def test_small_words_are_left_out() -> None:
    assert content("Et la convention de la ville, d’une ville") == ["convention", "ville"]


def test_a_table_of_nothing(table: WordTable) -> None:
    empty = WordTable.build((), ())

    assert empty.beside(["ballon"], np.ones(1, dtype=np.float32)).of_texts(["ballon"]).tolist() == [[0]]
    assert np.isfinite(table.vectors).all()
