from __future__ import annotations

from collections import Counter
from math import log

import numpy as np
import pytest

from assistant.french import words
from assistant.search.language_models import PRIOR, LanguageModels, expressions_of

TEXTS = (
    ("Le local ouvre à seize heures.", "à quelle heure ouvre le local ?", "c’est ouvert quand le local ?"),
    ("Le budget est voté en mars.", "quand vote-t-on le budget ?"),
    (),
)


def build(texts=TEXTS) -> LanguageModels:
    return LanguageModels.build([[words(said) for said in text] for text in texts])


def test_the_text_asked_about_in_these_words_is_the_likeliest() -> None:
    models = build()

    assert models.evidence(words("quand ouvre le local")).argmax() == 0
    assert models.evidence(words("quand est voté le budget")).argmax() == 1


def test_arrays_count_what_the_expressions_of_each_sentence_are() -> None:
    models = build()
    counted = [Counter(e for said in text for e in expressions_of(words(said))) for text in TEXTS]
    totals = sum(counted, Counter())
    kept = {name for name, seen in totals.items() if seen >= 2}
    everywhere = sum(totals[name] for name in kept)

    assert set(models.names) == kept
    for name, number in models.numbers.items():
        inside = slice(*models.starts[number : number + 2])
        found = dict(zip(models.rows[inside].tolist(), models.gains[inside].tolist(), strict=True))
        expected = {
            row: log(1 + counts[name] / (PRIOR * totals[name] / everywhere))
            for row, counts in enumerate(counted)
            if counts[name]
        }
        assert found == pytest.approx(expected, rel=1e-3)
    lengths = [sum(seen for name, seen in counts.items() if name in kept) for counts in counted]
    assert models.costs.tolist() == pytest.approx([log(PRIOR / (PRIOR + n)) for n in lengths], rel=1e-5)


def test_evidence_is_what_the_expressions_gain_over_the_root_of_their_number() -> None:
    models = build()
    said = words("le budget")
    names = [name for name in expressions_of(said) if name in models.numbers]
    gains = 0.0
    for name in names:
        number = models.numbers[name]
        for place in range(*models.starts[number : number + 2]):
            gains += float(models.gains[place]) * (models.rows[place] == 1)

    expected = (gains + len(names) * float(models.costs[1])) / len(names) ** 0.5
    assert models.evidence(said)[1] == pytest.approx(expected, rel=1e-5)


def test_pairs_do_not_cross_sentences() -> None:
    models = build((("le local", "ouvre tard"), ("le local", "ouvre tard")))

    assert "le local" in models.names
    assert "local ouvr" not in models.names


def test_what_was_never_met_tells_nothing() -> None:
    assert build().evidence(words("xylophone")).tolist() == [0, 0, 0]
    assert build().evidence([]).tolist() == [0, 0, 0]


@pytest.mark.parametrize("texts", [(), ((),), ((), ()), (("",),)])
def test_nothing_to_count_is_no_error(texts) -> None:
    models = build(texts)

    assert len(models) == len(texts)
    assert np.array_equal(models.evidence(["mot"]), np.zeros(len(texts), dtype=np.float32))
