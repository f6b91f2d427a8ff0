"""How sure the assistant is that its first passage answers."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.answers.asked import find_lacks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.records import Hit, Understanding
    from assistant.search.index import Knowledge

# Two logistic regressions, for passages with and without a fiche, with the threshold and the bands
# chosen on them; written by training/calibrate.py.
CALIBRATION = Path(__file__).with_name("calibration.toml")
# What the ranker saw of the first passage; see ``assistant.search.features``.
SEEN = (
    "dense_question", "dense_question_mean", "dense_passage", "question", "overlap_question", "held",
    "held_text", "rarest", "near_any", "near_question", "near_passage", "weakest_word", "sum",
)  # fmt: skip

# How far the question resembles those without answer.
UNANSWERED = ("unanswered", "unanswered_likelihood")


@dataclass(frozen=True, slots=True)
class Band:
    """A range of confidences, from ``floor`` up, and how often its first passage was right when measured."""

    floor: float
    name: str
    accuracy: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """What ``calibration.toml`` holds.

    Attributes:
        explained: Coefficients where a fiche explains the first passage, with "bias" and "threshold".
        plain: The same where none does.
        bands: Highest first; the last one has the floor 0.
    """

    explained: Mapping[str, float]
    plain: Mapping[str, float]
    bands: tuple[Band, ...]

    def of(self, hit: Hit) -> Mapping[str, float]:
        """Return the coefficients for a first hit."""
        return self.explained if hit.fiche else self.plain


@lru_cache(maxsize=1)
def load_calibration() -> Calibration:
    """Return the coefficients, the thresholds and the bands."""
    table = tomllib.loads(CALIBRATION.read_text(encoding="utf-8"))
    bands = tuple(Band(band["floor"], band["name"], band["accuracy"]) for band in table["bands"])
    return Calibration(table["explained"], table["plain"], bands)


def confidence(understanding: Understanding, hits: Sequence[Hit], knowledge: Knowledge) -> float:
    """Return the estimated probability that the first hit answers the question, from 0 to 1."""
    if not hits:
        return 0.0
    model = load_calibration().of(hits[0])
    values = features(understanding, hits, knowledge)
    return 1 / (
        1 + math.exp(-model["bias"] - sum(model.get(name, 0.0) * value for name, value in values.items()))
    )


def refusal_threshold(hits: Sequence[Hit]) -> float:
    """Return the confidence under which the documents are said not to answer."""
    return load_calibration().of(hits[0])["threshold"] if hits else 1.0


def band_of(value: float) -> Band:
    """Return the band of a confidence."""
    return next(band for band in load_calibration().bands if value >= band.floor)


def features(understanding: Understanding, hits: Sequence[Hit], knowledge: Knowledge) -> dict[str, float]:
    """Return what the confidence is computed from; each value is about 0 to 1.

    Besides what the ranker saw of the first passage: ``share``, its fiche's part of the ranker's belief, with
    that of the second where two things are set side by side;
    ``lead``, how far that is above the part of what comes next; ``unknown``, the share of the question's
    words that the corpus does not have; ``short``, high for a question of few words; ``things``, ``counted``,
    ``unsaid``, ``years`` and ``items``, what is asked for and the first passage lacks (see ``asked.Lacks``); and, where
    a fiche explains it, ``unanswered`` and ``unanswered_likelihood``, how far the question resembles those that
    readers found no document to answer (see ``assistant.search.unanswered``): a document without fiches may be newer
    than they are.  Share and lead count as far as the question's words are held: where little is indexed the first
    passage leads anyway.
    """
    best = hits[0]
    shares = shares_of_places(hits)
    own = shares.pop(place_of(best))
    others = [*sorted(shares.values(), reverse=True), 0.0, 0.0]
    if understanding.sides:
        own += others.pop(0)
    rival = others[0]
    terms, vocabulary = understanding.terms, knowledge.vocabulary
    held = best.scores.get("held", 0.0)
    lacks = find_lacks(understanding, best, knowledge.infos)
    return {
        **{name: best.scores.get(name, 0.0) for name in SEEN},
        "share": held * own,
        "lead": held * (own - rival),
        "unknown": sum(term not in vocabulary.terms for term in terms) / max(1, len(terms)),
        "short": 1 / (1 + len(terms)),
        "things": float(bool(lacks.things)),
        "counted": float(bool(lacks.counted)),
        "unsaid": float(lacks.unsaid),
        "years": float(bool(lacks.years)),
        "items": float(bool(lacks.items)),
        **{name: best.scores.get(name, 0.0) if best.fiche else 0.0 for name in UNANSWERED},
    }


def place_of(hit: Hit) -> str:
    """Return what two hits that say the same share: their fiche, else the passage itself."""
    return hit.fiche.id if hit.fiche else hit.passage.id


def shares_of_places(hits: Sequence[Hit]) -> dict[str, float]:
    """Return the summed scores of the hits of each place, in order of first appearance."""
    shares: dict[str, float] = {}
    for hit in hits:
        shares[place_of(hit)] = shares.get(place_of(hit), 0.0) + hit.score
    return shares
