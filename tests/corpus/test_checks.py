from __future__ import annotations

from dataclasses import replace

from assistant.corpus.checks import check_answered_by, check_unanswered
from assistant.records import Fiche


def test_a_question_cannot_have_an_answer_and_none() -> None:
    one = Fiche("un", "Un", "corps", ("Qui paie ?",), (), unanswered=("Qui paie le café ?",))
    two = Fiche("deux", "Deux", "corps", ("qui paie le cafe",), (), unanswered=("qui PAIE le café",))

    problems = check_unanswered([one, two])

    assert len(problems) == 3
    assert "dite sans réponse, en a une : deux" in problems[0]
    assert "est déjà dans un" in problems[2]


def test_sentences_that_the_body_has_not_are_found_and_so_are_missing_questions() -> None:
    body = "Une phrase. Une autre."
    sound = Fiche("bon", "Bon", body, ("Un ?", "Deux ?"), (), answered_by=((1,), (1, 2)))

    assert check_answered_by([sound]) == []
    assert (
        "cite la phrase 3, le corps en a 2" in check_answered_by([replace(sound, answered_by=((3,), ()))])[0]
    )
    assert "compte 1 questions, la fiche 2" in check_answered_by([replace(sound, answered_by=((1,),))])[0]
