from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.answers.confidence import (
    band_of,
    confidence,
    features,
    load_calibration,
    refusal_threshold,
    shares_of_places,
)
from assistant.records import Fiche, Hit, Passage, Understanding

DOCUMENT = "charte-valmont-2024"


def hit(name: str, score: float, fiche: str = "") -> Hit:
    explained = Fiche(fiche, fiche, "corps", (), ()) if fiche else None
    return Hit(Passage(name, DOCUMENT, 0, 4, "abcd", (), fiche_id=fiche or None), score, explained)


def test_the_passages_of_one_fiche_share_its_belief() -> None:
    hits = [hit("1", 0.4, "a"), hit("2", 0.3, "b"), hit("3", 0.2, "a"), hit("4", 0.1)]

    assert shares_of_places(hits) == pytest.approx({"a": 0.6, "b": 0.3, "4": 0.1})


def test_the_lead_counts_what_says_something_else_only(assistant) -> None:
    hits = [hit("1", 0.5, "a"), hit("2", 0.4, "a"), hit("3", 0.1, "b")]
    hits[0] = replace(hits[0], scores={"held": 0.5})

    values = features(Understanding("q", "q", terms=("tribunal",)), hits, assistant.index.knowledge)

    assert values["share"] == pytest.approx(0.45)
    assert values["lead"] == pytest.approx(0.4)


def test_nothing_found_is_no_confidence(assistant) -> None:
    assert confidence(Understanding("q", "q"), [], assistant.index.knowledge) == 0.0
    assert refusal_threshold([]) == 1.0


def test_an_answer_is_surer_than_a_question_on_something_else(assistant) -> None:
    known = assistant.ask("qui tranche un différend entre la ville et le prestataire ?")
    unknown = assistant.ask("recette de la tarte au citron meringuée")

    assert known.confidence > unknown.confidence
    assert unknown.status == "not_found"


def test_every_confidence_has_a_band_and_higher_bands_were_right_more_often() -> None:
    bands = load_calibration().bands

    assert [band_of(band.floor) for band in bands] == list(bands)
    assert [band.accuracy for band in bands] == sorted((band.accuracy for band in bands), reverse=True)
    assert band_of(0.0) == bands[-1]
    assert band_of(1.0) == bands[0]
