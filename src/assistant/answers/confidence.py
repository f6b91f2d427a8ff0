"""How sure the assistant is that its first passage answers."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.french import fold, tokenize
from assistant.search.question_type import COMPARING

if TYPE_CHECKING:
    from assistant.records import Hit
    from assistant.search.index import Knowledge

# Two logistic regressions, for passages with and without a fiche; written by training/calibrate.py.
CALIBRATION = Path(__file__).with_name("calibration.toml")


def confidence(question: str, hits: Sequence[Hit], knowledge: Knowledge) -> float:
    """Return the estimated probability that the first hit answers the question, from 0 to 1."""
    if not hits:
        return 0.0
    values = features(question, hits, knowledge)
    model = load_calibration()["explained" if hits[0].fiche else "plain"]
    score = model["bias"] + sum(model[name] * value for name, value in values.items())
    return 1 / (1 + math.exp(-score))


@lru_cache(maxsize=1)
def load_calibration() -> Mapping[str, Mapping[str, float]]:
    """Return the coefficients of both regressions, by feature."""
    return tomllib.loads(CALIBRATION.read_text(encoding="utf-8"))


def features(question: str, hits: Sequence[Hit], knowledge: Knowledge) -> dict[str, float]:
    """Return what the confidence is computed from; each value is about 0 to 1.

    The first are scores of single fields (see ``assistant.search.retrieve``).  ``coverage`` is the
    share of the question's weight in rare words that the first passage and its fiche hold,
    ``rarest`` whether they hold its rarest word, ``unknown`` the share of its words that the corpus
    does not have, ``margin`` how far the first passage stands above the first that says something
    else, as far as it is covered.
    """
    best, vocabulary = hits[0], knowledge.vocabulary
    info = knowledge.infos[best.passage.document_id]
    said = [best.passage.text, *best.passage.headings, info.title, info.kind]
    if best.fiche:
        said += [best.fiche.title, best.fiche.body, *best.fiche.asked]
    held = {term for text in said for term in tokenize(text)}
    # "quelle différence entre" is not what the question is about
    terms = list(dict.fromkeys(tokenize(COMPARING.sub(" ", fold(question)))))
    rarest = max(terms, key=vocabulary.idf, default="")
    coverage = vocabulary.coverage(terms, held)
    rival = next((hit.score for hit in hits[1:] if hit.fiche is None or hit.fiche != best.fiche), 0.0)
    return {
        **{
            name: best.scores.get(name, 0.0)
            for name in ("dense_question", "question", "all", "dense_passage")
        },
        "coverage": coverage,
        "rarest": float(rarest in held),
        "unknown": sum(term not in vocabulary.terms for term in terms) / max(1, len(terms)),
        "margin": coverage * (best.score - rival) / best.score if best.score > 0 else 0.0,
    }
