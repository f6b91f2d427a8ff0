from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import metrics
from evals.metrics import Claim

RANKS = st.lists(st.one_of(st.none(), st.integers(1, 30)), min_size=1, max_size=5)


def test_half_of_the_evidence_must_be_in_the_passage() -> None:
    assert metrics.covers((0, 50), (0, 100))
    assert not metrics.covers((0, 49), (0, 100))
    assert metrics.covers((0, 10_000), (40, 60))


def test_the_first_passage_that_covers_a_group_gives_its_rank() -> None:
    found = [frozenset(), frozenset({1}), frozenset({0, 1})]

    assert metrics.first_ranks(found, 3) == (3, 2, None)


@pytest.mark.parametrize(
    ("ranks", "expected"),
    [
        pytest.param((1, None), (0.5, 1.0, 1.0, 0.6131), id="one_of_two_first"),
        pytest.param((6,), (0.0, 0.0, 1 / 6, 0.3562), id="just_out_of_five"),
        pytest.param((None,), (0.0, 0.0, 0.0, 0.0), id="nothing"),
        pytest.param((1, 1), (1.0, 1.0, 1.0, 1.0), id="one_passage_covers_both"),
    ],
)
def test_retrieval_measures_by_hand(ranks: tuple[int | None, ...], expected: tuple[float, ...]) -> None:
    values = (
        metrics.recall_at(ranks, 5),
        metrics.hit_at(ranks, 5),
        metrics.reciprocal_rank(ranks, 10),
        round(metrics.ndcg_at(ranks, 10), 4),
    )

    assert values == expected


@given(RANKS, st.integers(1, 20))
def test_retrieval_measures_are_shares_and_grow_with_k(ranks: list[int | None], k: int) -> None:
    for measure in (metrics.recall_at, metrics.hit_at, metrics.reciprocal_rank):
        assert 0 <= measure(ranks, k) <= measure(ranks, k + 1) <= 1
    assert 0 <= metrics.ndcg_at(ranks, k) <= 1


def test_retrieval_measures_agree_with_trec_eval() -> None:
    """Where each passage covers one group at most, ours are trec_eval's."""
    pytrec_eval = pytest.importorskip("pytrec_eval", reason="pip install pytrec_eval-terrier")
    draw = random.Random(5)
    judgements, runs, ours = {}, {}, {}
    for number in range(200):
        relevant = [f"d{i}" for i in draw.sample(range(30), draw.randint(1, 4))]
        ranking = [f"d{i}" for i in draw.sample(range(30), 20)]
        query = f"q{number}"
        judgements[query] = dict.fromkeys(relevant, 1)
        runs[query] = {name: float(100 - place) for place, name in enumerate(ranking)}
        ours[query] = tuple(ranking.index(name) + 1 if name in ranking else None for name in relevant)

    names = {"recall.1,5,20", "success.1,5", "recip_rank_cut.10", "ndcg_cut.10", "recip_rank"}
    theirs = pytrec_eval.RelevanceEvaluator(judgements, names - {"recip_rank_cut.10"}).evaluate(runs)

    for query, ranks in ours.items():
        expected = theirs[query]
        assert metrics.recall_at(ranks, 1) == pytest.approx(expected["recall_1"])
        assert metrics.recall_at(ranks, 5) == pytest.approx(expected["recall_5"])
        assert metrics.recall_at(ranks, 20) == pytest.approx(expected["recall_20"])
        assert metrics.hit_at(ranks, 5) == pytest.approx(expected["success_5"])
        assert metrics.reciprocal_rank(ranks, 20) == pytest.approx(expected["recip_rank"])
        assert metrics.ndcg_at(ranks, 10) == pytest.approx(expected["ndcg_cut_10"])


def test_a_reader_with_a_budget_sees_fewer_long_passages() -> None:
    assert metrics.recall_within((3,), (2000, 2000, 2000), 6000) == 1.0
    assert metrics.recall_within((3,), (3000, 3000, 3000), 6000) == 0.0
    assert metrics.recall_within((1,), (9000,), 6000) == 1.0


# --- facts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "form"),
    [
        pytest.param("avant le 30/04/2024", "30 avril 2024", id="slashed_date"),
        pytest.param("le 1er juillet", "1 juillet", id="first_of_the_month"),
        pytest.param("il coûte 2 500 €", "2500 euros", id="thousands_and_euros"),
        pytest.param("dans les deux mois", "2 mois", id="number_in_words"),
        pytest.param("les vingt-deux postes", "22 poste", id="tens_in_words"),
        pytest.param("5 % des jeunes", "5 pour cent", id="percent"),
        pytest.param("5 % des jeunes", "5%", id="percent_without_space"),
        pytest.param("les MAIRIES concernées", "mairie", id="plural_and_case"),
        pytest.param("l’équipe éducative", "equipe educative", id="accents_and_elision"),
    ],
)
def test_a_fact_is_found_in_any_writing(text: str, form: str) -> None:
    assert metrics.facts_found(text, [[form]]) == [True]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        pytest.param("en 2023", "2", id="digit_inside_a_year"),
        pytest.param("le 30 mai", "30 avril", id="another_month"),
        pytest.param("les mairies", "maire", id="another_word"),
        pytest.param("", "maire", id="empty_text"),
    ],
)
def test_a_fact_that_is_not_said_is_not_found(text: str, form: str) -> None:
    assert metrics.facts_found(text, [[form]]) == [False]


def test_numbers_have_units_and_dates_are_numbers() -> None:
    assert metrics.quantities("3 mois, puis 2 500 € le 15/09") == {
        ("3", "moi"),
        ("2500", "euro"),
        ("15", "septembr"),
    }


def test_a_word_of_plural_letters_alone_stays() -> None:
    assert metrics.quantities("modèle XXXX, 2 postes") == {("2", "post")}


# --- citations -------------------------------------------------------------------------------

SOURCE = "Le service remet au maire un compte rendu chaque trimestre, sans aucun nom."


def test_verbatim_ignores_how_it_is_printed() -> None:
    assert metrics.is_verbatim("remet au MAIRE un « compte rendu »", SOURCE.replace("rendu", "ren-\ndu"))
    assert not metrics.is_verbatim("remet au maire deux comptes rendus", SOURCE)
    assert not metrics.is_verbatim("", SOURCE)


def test_support_needs_the_words_the_numbers_and_the_negation() -> None:
    assert metrics.is_supported("Chaque trimestre, le maire reçoit un compte rendu du service.", SOURCE)
    assert not metrics.is_supported("Le service remet 4 comptes rendus au maire chaque trimestre.", SOURCE)
    assert not metrics.is_supported("Les parents signent une autorisation.", SOURCE)
    assert not metrics.is_supported(
        "Le compte rendu ne nomme pas.", SOURCE.replace("sans aucun nom", "avec le nom")
    )


def test_citation_scores_by_hand() -> None:
    """Two sentences proved, one not, one without citation; one useless citation; one dangling."""

    def phi(source: str, sentence: str) -> bool:
        return sentence in source

    claims = [
        Claim("a", ("xax",)),
        Claim("b", ("b", "c")),  # the second is useless
        Claim("d", ("x",)),
        Claim("e", ()),
        Claim("f", ("f",), dangling=1),
    ]

    assert metrics.citation_recall(claims, phi) == 2 / 5
    assert metrics.citation_precision(claims, phi) == 2 / 6


def test_an_empty_answer_is_not_a_perfect_one() -> None:
    assert metrics.citation_recall([]) == metrics.citation_precision([]) == 0.0


# --- refusals and confidence -----------------------------------------------------------------


def test_refusal_scores_by_hand() -> None:
    pairs = [(True, False)] * 7 + [(True, True)] + [(False, True)] * 3 + [(False, False)]

    assert metrics.refusal_scores(pairs) == {
        "refusal_recall": 3 / 4,
        "refusal_precision": 3 / 4,
        "over_refusal": 1 / 8,
        "balanced_refusal": (3 / 4 + 7 / 8) / 2,
    }


def test_answering_everything_is_punished() -> None:
    scores = metrics.refusal_scores([(True, False)] * 5 + [(False, False)] * 5)

    assert scores["balanced_refusal"] == 0.5
    assert "refusal_precision" not in scores


def test_calibration_by_hand() -> None:
    pairs = [(0.95, True), (0.95, True), (0.15, False), (0.15, True)]

    assert metrics.calibration_bins(pairs) == [(2, 0.15, 0.5), (2, 0.95, 1.0)]
    assert metrics.calibration_error(pairs) == pytest.approx((2 * 0.35 + 2 * 0.05) / 4)
    assert metrics.brier(pairs) == pytest.approx((2 * 0.05**2 + 0.15**2 + 0.85**2) / 4)


def test_risk_falls_when_errors_come_last() -> None:
    good = [(0.9, True), (0.8, True), (0.1, False)]
    bad = [(0.9, False), (0.8, True), (0.1, True)]

    assert metrics.risk_coverage(good) == [(1 / 3, 0.0), (2 / 3, 0.0), (1.0, 1 / 3)]
    assert metrics.area_under_risk(good) < metrics.area_under_risk(bad)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30))
def test_confidence_measures_are_between_zero_and_one(pairs: list[tuple[float, bool]]) -> None:
    assert 0 <= metrics.brier(pairs) <= 1
    assert 0 <= metrics.calibration_error(pairs) <= 1 + 1e-9
    assert 0 <= metrics.area_under_risk(pairs) <= 1 + 1e-9


# --- differences -----------------------------------------------------------------------------


def test_no_difference_has_no_interval() -> None:
    scores = {str(i): i % 2 for i in range(50)}

    assert metrics.paired_bootstrap(scores, scores) == metrics.Difference(0.0, 0.0, 0.0, 50)


def test_the_interval_is_near_that_of_the_normal_law() -> None:
    draw = random.Random(1)
    old = {str(i): draw.random() for i in range(400)}
    new = {key: value + draw.gauss(0.05, 0.2) for key, value in old.items()}

    found = metrics.paired_bootstrap(old, new)

    gaps = [new[key] - old[key] for key in old]
    mean = sum(gaps) / 400
    error = 1.96 * math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / 399 / 400)
    assert found.mean == pytest.approx(mean)
    assert found.low == pytest.approx(mean - error, abs=0.004)
    assert found.high == pytest.approx(mean + error, abs=0.004)


def test_only_shared_cases_are_compared() -> None:
    assert metrics.paired_bootstrap({"a": 0, "b": 0}, {"a": 1, "c": 0}).cases == 1
    with pytest.raises(ValueError, match="no case"):
        metrics.paired_bootstrap({"a": 0}, {"b": 0})


def test_balanced_scores_have_the_mean_of_the_classes_means() -> None:
    scores = {"a": 1.0, "b": 1.0, "c": 0.0, "d": 0.0}
    answerable = {"a": True, "b": True, "c": True, "d": False}

    balanced = metrics.balance(scores, answerable)

    assert sum(balanced.values()) / 4 == pytest.approx((2 / 3 + 0) / 2)
