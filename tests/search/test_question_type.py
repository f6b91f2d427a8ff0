from __future__ import annotations

import pytest

from assistant.search.question_type import content_terms, content_words, is_courtesy, question_kinds


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Quand remettre le compte rendu ?", "when"),
        ("combien de temps on essaie de s'arranger ?", "when"),
        ("quel délai pour répondre", "when"),
        ("Combien de médiateurs à Valmont ?", "how_many"),
        ("quel montant pour un gilet perdu", "how_many"),
        ("qui juge ?", "who"),
        ("c'est à qui de prévenir ?", "who"),
        ("gilet perdu : qui paie ?", "who"),
        ("où trouver un médiateur ?", "where"),
        ("pourquoi porter un gilet", "why"),
        ("comment déclarer une perte ?", "how"),
        ("c'est quoi un médiateur", "definition"),
        ("que veut dire MTV", "definition"),
        ("qu'est-ce qu'un médiateur ?", "definition"),
        ("quels outils sont fournis ?", "list"),
        ("est-ce qu'un mineur peut venir ?", "yes_no"),
        ("peut-on fumer ?", "yes_no"),
        ("différence entre la charte et le règlement", "comparison"),
    ],
)
def test_what_a_question_asks_for(question: str, kind: str) -> None:
    assert question_kinds(question)[0] == kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("le médiateur qui perd son gilet", "who"),
        ("qu'est-ce que je dois faire ?", "definition"),
        ("qu'est-ce que ça change ?", "yes_no"),
        ("le thé ou le café à midi", "where"),
    ],
)
def test_what_a_question_does_not_ask_for(question: str, kind: str) -> None:
    assert kind not in question_kinds(question)


def test_a_question_may_ask_for_two_things() -> None:
    assert set(question_kinds("qui prévenir, et sous combien de temps ?")) == {"when", "who"}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("c'est quoi le délai pour prévenir la mairie ?", ["delai", "prevenir", "mairie"]),
        ("Bonjour, pouvez-vous me dire combien de temps dure un essai, merci", ["dure", "essai"]),
        ("je voudrais savoir quand part le temps de repos", ["part", "temps", "repos"]),
        ("quelle différence entre charte et règlement ?", ["charte", "reglement"]),
        ("le médiateur doit-il rendre son gilet ?", ["mediateur", "doit", "rendre", "gilet"]),
        ("Je viens d’arriver dans l’équipe, à quoi sert le gilet ?", ["gilet"]),
        ("Bonjour, je suis nouvelle au service : qui décide ?", ["decide"]),
    ],
)
def test_words_that_only_ask_are_no_content(question: str, words: list[str]) -> None:
    assert content_words(question) == words


def test_a_question_of_asking_words_alone_keeps_them() -> None:
    assert content_terms("combien de temps ?") == ("combien", "temp")


@pytest.mark.parametrize(
    "text", ["merci", "Ok super, merci beaucoup !", "bonjour", "d'accord, je vois", "Très bien."]
)
def test_politeness_asks_nothing(text: str) -> None:
    assert is_courtesy(text)


@pytest.mark.parametrize(
    "text",
    [
        "merci, et pour un mineur ?",
        "oui",
        "bonjour, qui juge ?",
        "ok ?",
        "la médiation",
        "",
        "ok et le délai",
    ],
)
def test_a_question_is_no_politeness(text: str) -> None:
    assert not is_courtesy(text)
