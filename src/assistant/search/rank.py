"""The learned ranker: a softmax over the candidates of a question, linear in their features.

The probability that candidate i is the one that answers is exp(w·xᵢ) / Σⱼ exp(w·xⱼ): the listwise
model of Cao and others, "Learning to Rank: From Pairwise Approach to Listwise Approach", ICML 2007,
for the top place.  Two sets of weights, for passages with and without a fiche, since few features
mean the same in both.  ``training/rank.py`` learns them and writes ``ranker.toml`` with its report.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.search.features import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from assistant.records import FloatMatrix, FloatVector, Ranking

WEIGHTS_FILE = Path(__file__).with_name("ranker.toml")
EXPLAINED = NAMES.index("explained")


@dataclass(frozen=True, slots=True, eq=False)
class Ranker:
    """Weights of the features, in the order of ``features.NAMES``; each of shape (len(NAMES),)."""

    explained: FloatVector
    plain: FloatVector

    def scores(self, features: FloatMatrix) -> FloatVector:
        """Return w·x of each candidate, shape (len(features),)."""
        import numpy as np

        scores: FloatVector = np.where(
            features[:, EXPLAINED] > 0, features @ self.explained, features @ self.plain
        )
        return scores

    def contributions(self, seen: Mapping[str, float]) -> dict[str, float]:
        """Return what each feature of a candidate adds to its score, the largest first."""
        weights = self.explained if seen.get(NAMES[EXPLAINED]) else self.plain
        parts = {
            name: float(weight) * seen.get(name, 0.0) for name, weight in zip(NAMES, weights, strict=True)
        }
        return dict(sorted(parts.items(), key=lambda part: -abs(part[1])))

    def rank(self, rows: Sequence[int], features: FloatMatrix) -> Ranking:
        """Return (row, probability) of the candidates, best first; equal ones keep their order."""
        import numpy as np

        if not rows:
            return []
        scores = self.scores(features)
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        order = np.argsort(-shares, kind="stable")
        return [(rows[place], float(shares[place])) for place in order]


@lru_cache(maxsize=1)
def load_ranker() -> Ranker:
    """Return the bundled ranker; a feature that the file does not name weighs nothing."""
    import numpy as np

    table = tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    explained, plain = (
        np.array([table[part].get(name, 0.0) for name in NAMES], dtype=np.float32)
        for part in ("explained", "plain")
    )
    return Ranker(explained, plain)
