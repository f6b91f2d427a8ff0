from __future__ import annotations

from assistant.corpus.checks import check_unanswered
from assistant.records import Fiche


def test_a_question_cannot_have_an_answer_and_none() -> None:
    one = Fiche("un", "Un", "corps", ("Qui paie ?",), (), unanswered=("Qui paie le café ?",))
    two = Fiche("deux", "Deux", "corps", ("qui paie le cafe",), (), unanswered=("qui PAIE le café",))

    problems = check_unanswered([one, two])

    assert len(problems) == 3
    assert "dite sans réponse, en a une : deux" in problems[0]
    assert "est déjà dans un" in problems[2]
