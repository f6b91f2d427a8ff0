"""The ranker and the confidence learn what is there to be learned, and nothing from what is left out."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("scipy")

from assistant.search.features import NAMES
from assistant.search.rank import EXPLAINED
from training import calibrate, rank

HELD = NAMES.index("held")
NEAR = NAMES.index("near_any")


def examples(count: int = 60) -> list[rank.Example]:
    """Candidates of which the one that holds most of the question is right; nearness says nothing."""
    draw = np.random.default_rng(0)
    found = []
    for number in range(count):
        features = np.zeros((5, len(NAMES)))
        features[:, HELD], features[:, NEAR] = draw.random(5), draw.random(5)
        features[:, EXPLAINED] = number % 2
        right = int(features[:, HELD].argmax())
        groups = tuple(frozenset({0} if place == right else ()) for place in range(5))
        found.append(rank.Example("development", number % rank.FOLDS, features, groups, 1))
    return found


def test_what_tells_the_right_candidate_is_learned_on_both_sides() -> None:
    weights = rank.fit(examples())

    assert weights.shape == (2, len(NAMES))
    for side in weights:
        assert side[HELD] > 5 * abs(side[NEAR])


def test_held_out_recall_is_that_of_the_weights_of_the_other_folds() -> None:
    made = examples()
    weights = rank.held_out(made)

    assert np.mean([rank.recall(e, weights[e.fold], 1) for e in made]) > 0.9
    assert np.mean([rank.recall(e, weights[e.fold], 5) for e in made]) == 1.0


def test_a_group_left_out_weighs_nothing() -> None:
    weights = rank.fit(examples(), without=("held",))

    assert np.abs(weights[:, HELD]).max() == 0


def test_the_file_holds_the_weights_and_the_report() -> None:
    weights = rank.fit(examples())

    text = rank.to_toml(weights, ["recall 0.9"])

    assert "# recall 0.9" in text
    assert f"held = {weights[0, HELD]:.4f}" in text


def confidences() -> list[calibrate.Example]:
    draw = np.random.default_rng(1)
    made = []
    for number in range(400):
        share = float(draw.random())
        success = bool(draw.random() < share)
        kind = "unanswerable" if not success and number % 5 == 0 else "development"
        made.append(calibrate.Example(kind, number % 8, {"share": share}, True, success))
    return made


def test_a_probability_is_learned_as_it_is() -> None:
    made = confidences()
    p = calibrate.held_out(made)

    for low in (0.0, 0.25, 0.5, 0.75):
        inside = [i for i, e in enumerate(made) if low <= e.values["share"] < low + 0.25]
        weights = calibrate.weights_of([made[i] for i in inside])
        right = np.average([made[i].success for i in inside], weights=weights)
        assert np.average(p[inside], weights=weights) == pytest.approx(right, abs=0.12)


def test_what_tells_questions_without_answer_counts_more_than_their_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = np.random.default_rng(2)
    made = []
    for number in range(600):
        kind = "unanswerable" if number % 3 == 0 else "development"
        success = kind == "development" and bool(draw.random() < 0.7)
        lost = float(draw.random() < (0.8 if kind == "unanswerable" else 0.2))
        share = float(success) + float(draw.normal())
        made.append(calibrate.Example(kind, number % 8, {"share": share, "lost": lost}, True, success))

    _, share, lost = calibrate.fit(made)
    monkeypatch.setattr(calibrate, "HEED", calibrate.SHARES)
    _, share_before, lost_before = calibrate.fit(made)

    assert lost < 0 < share
    assert lost / share < lost_before / share_before


def test_a_threshold_refuses_the_share_it_may() -> None:
    made = confidences()
    p = calibrate.held_out(made)
    known = np.array([e.kind == "development" for e in made])

    limit = calibrate.choose_threshold(made, p, 0.05)

    assert np.mean(p[known] < limit) == pytest.approx(0.05, abs=0.01)


def test_bands_go_down_and_say_what_was_measured() -> None:
    made = confidences()
    p = calibrate.held_out(made)

    bands = calibrate.choose_bands(made, p)

    assert [name for _, name, _ in bands] == ["élevée", "moyenne", "faible"]
    assert [floor for floor, _, _ in bands] == sorted((floor for floor, _, _ in bands), reverse=True)
    assert [accuracy for _, _, accuracy in bands] == sorted((a for _, _, a in bands), reverse=True)
    assert bands[-1][0] == 0.0
