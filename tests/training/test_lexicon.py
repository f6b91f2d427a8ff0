from __future__ import annotations

from collections import Counter

import pytest

from training.lexicon import concept_pairs, read_concepts
from training.vocabulary import split_words, train_vocabulary


def test_the_lexicon_of_the_project_can_be_read() -> None:
    concepts = read_concepts()

    assert len(concepts) > 5_000
    assert any({"mamie", "grand-mère"} <= set(forms) for forms in concepts)


def test_each_form_meets_two_others_of_its_concept() -> None:
    concepts = [("gosse", "enfant", "mineur"), ("chef", "directeur")]
    pairs = concept_pairs(concepts, seed=1)

    assert Counter(form for pair in pairs for form in pair) == dict.fromkeys(
        ("gosse", "enfant", "mineur", "chef", "directeur"), 2
    )
    assert all(one != other for one, other in pairs)
    assert all(any({one, other} <= set(forms) for forms in concepts) for one, other in pairs)
    assert concept_pairs(concepts, seed=1) == pairs


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("", "has no line"),
        ("gosse\n", "line 1: give at least two"),
        ("chef ; patron\ngosse ; ; enfant\n", "line 2: give at least two"),
        ("chef ; patron\nchef ; patron\n", "line 2: the same as mots.txt, line 1"),
    ],
)
def test_a_line_that_teaches_nothing_is_refused(tmp_path, lines: str, problem: str) -> None:
    (tmp_path / "mots.txt").write_text(lines, encoding="utf-8")

    with pytest.raises(ValueError, match=problem):
        read_concepts(tmp_path)


def test_rare_words_of_the_lexicon_are_pieces_of_their_own() -> None:
    texts = ["le directeur réunit les équipes"] * 5
    known = train_vocabulary(texts, 200)
    wider = train_vocabulary(texts, 200, whole=["Le boss, la mémé"])

    assert split_words(wider, "Le boss, la mémé") == ["le", "boss", "la", "meme"]
    assert "boss" not in known.get_vocab()
    assert wider.encode("mémé boss", add_special_tokens=False).tokens == ["meme", "boss"]
    assert {
        piece: number for piece, number in wider.get_vocab().items() if number < known.get_vocab_size()
    } == (known.get_vocab())


def test_the_same_texts_give_the_same_pieces() -> None:
    texts = ["le directeur réunit les équipes", "la réunion des équipes du quartier"] * 5
    one, *others = (train_vocabulary(texts, 200).get_vocab() for _ in range(5))

    assert all(other == one for other in others)
