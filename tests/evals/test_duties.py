from __future__ import annotations

from evals.duties import measure_rules, to_markdown


def test_rules_are_measured_against_the_obligations_of_fiches(assistant) -> None:
    knowledge = assistant.index.knowledge

    measures = measure_rules(knowledge.documents, knowledge.fiches)

    # The fiche's obligation is said in the present tense, which the rules do not take for a duty;
    # "au plus tard" is in an article without a fiche.
    measure = measures["charte-valmont-2024"]
    assert (measure.found, measure.right, measure.written, measure.met) == (1, 0, 1, 0)
    assert "| all | 1 | 0.00 | 1 | 0.00 | 0.00 |" in to_markdown(measures)
