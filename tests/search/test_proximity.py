from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from assistant.french import tokenize
from assistant.search.features import near_pairs
from assistant.search.index import number_terms
from assistant.search.lexical import LexicalIndex

TEXTS = (
    "le projet du service jeunesse",
    "le projet est ancien, mal connu, peu lu, jamais relu ; quant au service",
    "service",
    "",
    "projet",
)


def index_of(texts: tuple[str, ...]) -> Any:
    terms = [tokenize(text) for text in texts]
    lexical = LexicalIndex.build_from_terms(terms)
    return SimpleNamespace(lexical={"text": lexical}, text_terms=number_terms(terms, lexical))


@pytest.mark.parametrize(
    ("question", "shares"),
    [
        ("projet service", [1, 0, 0, 0, 0]),
        ("service projet", [1, 0, 0, 0, 0]),
        ("projet service inconnu", [0.5, 0, 0, 0, 0]),
        ("projet", [0, 0, 0, 0, 0]),
        ("", [0, 0, 0, 0, 0]),
    ],
)
def test_neighbouring_terms_stand_together_in_one_passage(question: str, shares: list[float]) -> None:
    found = near_pairs(index_of(TEXTS), np.arange(len(TEXTS)), tokenize(question))

    assert found.tolist() == shares
