from __future__ import annotations

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from assistant.search.features import GROUPS, NAMES
from assistant.search.rank import EXPLAINED, WEIGHTS_FILE, Ranker, load_ranker
from assistant.search.retrieve import candidate_rows, features_of, gather_evidence, retrieve


def ranker(**weights: float) -> Ranker:
    both = np.array([weights.get(name, 0.0) for name in NAMES], dtype=np.float32)
    return Ranker(both, both / 2)


def rows_of(*rows: dict[str, float]) -> np.ndarray:
    return np.array([[row.get(name, 0.0) for name in NAMES] for row in rows], dtype=np.float32)


def test_beliefs_are_shares_in_order() -> None:
    features = rows_of({"held": 0.1, "explained": 1}, {"held": 0.9, "explained": 1})

    ranked = ranker(held=3.0).rank([7, 4], features)

    assert [row for row, _ in ranked] == [4, 7]
    assert sum(share for _, share in ranked) == pytest.approx(1)
    assert ranked[0][1] / ranked[1][1] == pytest.approx(np.exp(3 * 0.8), rel=1e-4)


def test_passages_without_fiche_have_weights_of_their_own() -> None:
    features = rows_of({"held": 1, "explained": 1}, {"held": 1})

    assert ranker(held=2.0).scores(features).tolist() == [2, 1]
    assert features[0, EXPLAINED] == 1


def test_contributions_add_up_to_the_score_and_the_largest_comes_first() -> None:
    seen = {"explained": 1.0, "held": 0.5, "near_any": -0.9}

    parts = ranker(held=2.0, near_any=3.0).contributions(seen)

    assert list(parts)[:2] == ["near_any", "held"]
    assert sum(parts.values()) == pytest.approx(
        float(ranker(held=2.0, near_any=3.0).scores(rows_of(seen))[0])
    )


def test_equal_candidates_keep_their_order_and_none_is_no_answer() -> None:
    assert [row for row, _ in ranker().rank([3, 1, 2], rows_of({}, {}, {}))] == [3, 1, 2]
    assert ranker().rank([], rows_of()) == []


def test_the_bundled_ranker_names_features_that_exist() -> None:
    table = tomllib.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))

    assert set(table) == {"explained", "plain"}
    assert set(table["explained"]) | set(table["plain"]) <= set(NAMES)
    assert np.isfinite(load_ranker().explained).all()
    assert len(NAMES) == len(set(NAMES)) == sum(map(len, GROUPS.values()))


def test_every_candidate_has_finite_features(assistant) -> None:
    for question in ("qui tranche un différend ?", "horaires août 2024", "?", "12"):
        understanding = assistant.understand(question)
        evidence = gather_evidence(understanding, assistant.index, assistant.embedder)
        rows = candidate_rows(evidence, assistant.index)

        features = features_of(understanding, assistant.index, evidence, rows)

        assert features.shape == (len(rows), len(NAMES))
        assert np.isfinite(features).all()


def test_the_ranker_orders_what_the_sum_found(assistant) -> None:
    understanding = assistant.understand("qui tranche un différend entre la ville et le prestataire ?")

    hits = retrieve(understanding, assistant.index, assistant.embedder, top=5, ranker=load_ranker())

    assert hits[0].scores["held"] > 0
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert sum(hit.score for hit in hits) <= 1 + 1e-6


def test_a_follow_up_is_looked_for_by_its_own_words_too(assistant) -> None:
    dinner = assistant.understand("heure du dîner")
    whole = assistant.understand(
        "heure du dîner, quel tribunal tranche un différend entre ville et prestataire"
    )
    wanted = retrieve(dinner, assistant.index, assistant.embedder, top=1, ranker=load_ranker())[0].passage.id

    shares = []
    for asked in (whole, replace(whole, own=dinner.text)):
        hits = retrieve(asked, assistant.index, assistant.embedder, top=20, ranker=load_ranker())
        assert sum(hit.score for hit in hits) <= 1 + 1e-6
        shares.append({hit.passage.id: hit.score for hit in hits}[wanted])

    assert 10 * shares[0] < shares[1]


def test_the_chosen_documents_are_ranked_even_where_others_fill_the_candidates(
    assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.search.retrieve.CANDIDATES", 1)
    monkeypatch.setattr("assistant.search.retrieve.CANDIDATE_FIELDS", ())
    understanding = assistant.understand("quels jours travaillent les médiateurs ?")
    everywhere = retrieve(understanding, assistant.index, assistant.embedder, top=1, ranker=load_ranker())
    documents = {p.document_id for p in assistant.index.knowledge.passages}

    for document in documents - {everywhere[0].passage.document_id}:
        hits = retrieve(
            understanding, assistant.index, assistant.embedder, top=1, ranker=load_ranker(), only=[document]
        )
        assert all(hit.passage.document_id == document and hit.score > 0 for hit in hits)
    assert len(documents) > 1


def test_an_unknown_document_holds_nothing(assistant) -> None:
    understanding = assistant.understand("quels jours travaillent les médiateurs ?")

    assert retrieve(understanding, assistant.index, assistant.embedder, top=5, only=["inconnu"]) == []
