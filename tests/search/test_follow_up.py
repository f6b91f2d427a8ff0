from __future__ import annotations

import pytest

from assistant.records import Turn
from assistant.search.follow_up import complete

PLACES = frozenset({"valmont", "brecourt", "fontclaire"})


def completed(text: str, *questions: str, answer: str = "") -> str:
    history = [Turn(question, answer) for question in questions]
    return complete(text, history, PLACES).text


@pytest.mark.parametrize(
    ("text", "earlier", "meant"),
    [
        pytest.param("et en août ?", "quels horaires pour les médiateurs ?", "horaires mediateurs", id="adds"),
        pytest.param("qui paie ?", "le gilet est perdu", "gilet perdu", id="a_verb_alone"),
        pytest.param("il faut l'envoyer à qui ?", "un compte rendu trimestriel", "compte rendu trimestriel", id="a_clitic"),
        pytest.param("laquelle travaille la nuit ?", "les équipes de barques", "equipes barques", id="which"),
        pytest.param("pourquoi ?", "le gilet est orange", "gilet orange", id="why"),
        pytest.param("combien ?", "un gilet perdu se paie", "gilet perdu paie", id="how_much"),
        pytest.param("quel délai ?", "remettre le compte rendu", "remettre compte rendu", id="a_relational_noun"),
        pytest.param("et si le jeune refuse ?", "qui prévenir en cas de vol ?", "prevenir vol", id="what_if"),
        pytest.param("quand doit-il le rendre ?", "le coordinateur écrit un rapport", "coordinateur rapport", id="pronoun"),
        pytest.param("qui préside cette commission ?", "une commission étudie les litiges", "etudie litiges", id="pointing"),
    ],
)  # fmt: skip
def test_a_follow_up_takes_over_the_subject(text: str, earlier: str, meant: str) -> None:
    assert completed(text, earlier) == f"{text} {meant}"


@pytest.mark.parametrize(
    ("text", "earlier", "meant"),
    [
        pytest.param("et à Brécourt ?", "combien de médiateurs à Valmont ?", "mediateurs", id="territory"),
        pytest.param("Brécourt ?", "combien de médiateurs à Valmont ?", "mediateurs", id="territory_alone"),
        pytest.param("et en 2016 ?", "budget des barques en 2015", "budget barques", id="year"),
        pytest.param("et dans la convention ?", "horaires dans le règlement", "horaires", id="same_preposition"),
        pytest.param("et pour un majeur ?", "qui prévenir pour un mineur ?", "prevenir", id="audience"),
        pytest.param("et pour un canoë ?", "quel prix pour un pédalo", "prix", id="what_follows_pour"),
        pytest.param("et avant ?", "horaires dans la convention 2024", "horaires", id="another_time"),
        pytest.param("et zuydcote ?", "combien de barques à Oyes ?", "barques", id="a_name_alone"),
        pytest.param("et le CVB ?", "que décide le MTV ?", "decide", id="an_acronym"),
        pytest.param("nombre de jeunes ?", "taux de vols à Valmont", "valmont", id="the_place_stays"),
        pytest.param("et à Zuydcote ?", "combien de barques à Oyes ?", "barques", id="unlisted_name"),
    ],
)  # fmt: skip
def test_an_element_replaces_the_one_of_its_type(text: str, earlier: str, meant: str) -> None:
    assert completed(text, earlier) == f"{text} {meant}"


def test_a_chain_keeps_the_subject_and_the_last_element() -> None:
    text = completed("et qui les paie ?", "combien de médiateurs à Valmont ?", "et à Brécourt ?")

    assert set(text.split()[5:]) == {"brecourt", "mediateurs"}


@pytest.mark.parametrize(
    "text",
    [
        "quel temps fait-il à Paris ?",
        "faut-il un gilet orange ?",
        "comment réparer un moteur de barque ?",
        "c'est quoi le MTV ?",
        "le coordinateur peut-il refuser un médiateur ?",
        "autre question : qui tranche les litiges entre eux ?",
    ],
)
def test_a_question_of_its_own_stands_alone(text: str) -> None:
    followed = complete(
        text, [Turn("quels sont les horaires des médiateurs ?", "De neuf à dix-sept heures.")], PLACES
    )

    assert followed.before == ""
    assert "horaires" not in followed.text


def test_politeness_between_two_questions_is_passed_over() -> None:
    assert (
        completed("et à Brécourt ?", "combien de médiateurs à Valmont ?", "ok merci")
        == "et à Brécourt ? mediateurs"
    )


def test_a_pronoun_takes_its_name_from_the_answer_to_who() -> None:
    followed = complete(
        "et il est élu pour combien de temps ?",
        [Turn("qui préside la colonie ?", "C’est le syndic de Brécourt. Il siège chaque mois.")],
        PLACES,
    )

    assert followed.entity == ("syndic", "brecourt")


def test_this_noun_takes_its_words_from_the_answer() -> None:
    followed = complete(
        "où se réunit cette instance ?",
        [Turn("qui tranche les litiges ?", "Une instance de conciliation nautique tranche.")],
        PLACES,
    )

    assert "conciliation" in followed.text


def test_an_answer_changes_nothing_when_nothing_points_to_it() -> None:
    followed = complete("et en août ?", [Turn("quels horaires ?", "Le syndic décide.")], PLACES)

    assert followed.entity == ()


def test_only_the_last_five_turns_count() -> None:
    history = [Turn("combien de barques à Valmont ?"), *[Turn("merci")] * 5]

    assert complete("et à Brécourt ?", history, PLACES).before == ""


PREAVIS = "Quel préavis pour résilier la convention ?"
BUDGET = "Pour quelle date envoyer le budget prévisionnel ?"
RENCONTRES = "combien de jeunes rencontrés en soirée en 2024 par Barques et Rivages ?"
SALARIES = "combien d'éducateurs travaillent à Brécourt ?"


@pytest.mark.parametrize(
    ("text", "earlier"),
    [
        ("et le tribunal compétent c'est lequel ?", BUDGET),
        ("et c'est quoi une information préoccupante ?", BUDGET),
        ("et comment déclarer un accident du travail ?", BUDGET),
        ("et à qui transmettre les statuts de l'association ?", BUDGET),
        ("et combien de véhicules a l'association ?", PREAVIS),
        ("et combien de jours de congés pour un médiateur ?", PREAVIS),
        ("et qui nomme le chef de service ?", PREAVIS),
        ("et qui préside Barques et Rivages ?", PREAVIS),
        ("et quel est le montant de la dotation ?", PREAVIS),
        ("et la PMI c'est quoi ?", PREAVIS),
        ("mais comment les éducateurs sont recrutés ?", PREAVIS),
        ("donc qui tient la permanence du collège ?", PREAVIS),
        ("ok et quelles sont les missions du coordinateur ?", PREAVIS),
        ("et sous quel délai rendre le rapport d'activité ?", PREAVIS),
        ("et pourquoi garder l'anonymat des jeunes ?", PREAVIS),
        ("et le chantier éducatif ça dure combien de temps ?", BUDGET),
        ("et est-ce que le bailleur peut ouvrir un local ?", BUDGET),
        ("et quel service assure les barques ?", BUDGET),
        ("et qui évalue la médiation sociale ?", RENCONTRES),
        ("et ou se trouve le tribunal de Fontclaire ?", RENCONTRES),
        ("et comment saisir le procureur ?", SALARIES),
        ("et la charte des bénévoles, qui la signe ?", SALARIES),
        ("qui préside Barques et Rivages ?", PREAVIS),
        ("quels sont les horaires des médiateurs ?", PREAVIS),
    ],
)
def test_et_before_a_subject_of_its_own_takes_nothing_over(text: str, earlier: str) -> None:
    assert completed(text, earlier) == text


@pytest.mark.parametrize(
    ("text", "earlier", "kept", "dropped"),
    [
        ("et pour un mineur ?", "qui prévenir pour un majeur ?", "prevenir", "majeur"),
        ("et à Béthune ?", SALARIES, "educateurs travaillent", "brecourt"),
        ("et à Béthune, c'est combien ?", SALARIES, "educateurs travaillent", ""),
        ("et bethune ?", "combien d'éducateurs à Carvin ?", "educateurs", "carvin"),
        ("et à Carvin ?", "combien de vols à Lumes-Rivière en 2015 ?", "vols 2015", "lumes riviere"),
        ("et à Carvin ?", RENCONTRES, "rencontres soiree 2024", ""),
        ("et a carvin ?", RENCONTRES, "rencontres soiree 2024", ""),
        ("et à Carvin ?", "combien de filles suivies à Harnes en 2023 ?", "filles suivies 2023", "harnes"),
        ("et en 2022 ?", "combien de filles suivies à Harnes en 2023 ?", "filles suivies harnes", "2023"),
        ("et combien de filles ?", RENCONTRES, "rencontres soiree 2024", "jeunes"),
        ("et combien de filles à Béthune ?", SALARIES, "travaillent", "educateurs brecourt"),
        ("et qui paie ?", "un gilet perdu, quel prix ?", "gilet perdu", "prix"),
        ("et qui finance ?", PREAVIS, "convention", "preavis resilier"),
        (
            "et combien de filles à Béthune ?",
            "combien de garçons à Harnes en 2024 ?",
            "2024",
            "garcons harnes",
        ),
        ("et qui signe ?", BUDGET, "budget previsionnel", "date envoyer"),
        ("et si un jeune est en danger ?", PREAVIS, "convention", "preavis resilier"),
        ("et si l'association a fraudé ?", PREAVIS, "convention", "preavis"),
        ("et s'il refuse ?", "qui prévenir si un jeune est blessé ?", "prevenir blesse", ""),
        ("et le reste, qui le paie ?", "quelle part du loyer verse la mairie ?", "part loyer mairie", ""),
        ("et l'année d'après ?", BUDGET, "budget previsionnel", ""),
        ("et c'est combien ?", "où est versé l'argent de poche ?", "verse argent poche", ""),
        ("et quand faut-il le rendre ?", "qui écrit le compte rendu ?", "compte", ""),
        ("et les modalités de versement ?", "quel montant pour la bourse ?", "bourse", ""),
        ("et les jeunes qui partent ?", "comment finit un suivi ?", "finit suivi", ""),
        ("et ceux de Brécourt ?", "combien de bénévoles à Valmont ?", "benevoles", "valmont"),
        ("ça veut dire quoi ?", "le local ferme le lundi", "local ferme lundi", ""),
        ("qui décide ?", PREAVIS, "convention", "preavis"),
    ],
)
def test_what_leans_keeps_the_earlier_subject_and_not_what_it_asked_for(
    text: str, earlier: str, kept: str, dropped: str
) -> None:
    carried = set(completed(text, earlier).removeprefix(text).split())

    assert set(kept.split()) <= carried
    assert carried.isdisjoint(dropped.split())


def test_a_figure_after_et_stays_in_the_place_and_year_of_the_one_before() -> None:
    text = "et combien de sorties de nuit en barque ?"

    assert completed(text, "combien de gilets perdus à Valmont en 2024 ?") == f"{text} valmont 2024"


@pytest.mark.parametrize(
    ("text", "earlier", "own"),
    [
        pytest.param("et en août ?", "quels horaires pour les médiateurs ?", "et en août ?", id="other_words"),
        pytest.param("pourquoi ?", "le gilet est orange", "", id="none"),
        pytest.param("et au bout de combien de temps ?", "rendre le gilet", "", id="asking_words"),
        pytest.param("combien de sorties ?", "taux de vols à Valmont", "combien de sorties ?", id="the_place_stays"),
        pytest.param("où garer les barques ?", "combien de médiateurs ?", "", id="stands_alone"),
    ],
)  # fmt: skip
def test_what_a_follow_up_asks_itself_is_kept_apart(text: str, earlier: str, own: str) -> None:
    assert complete(text, [Turn(earlier, "")], PLACES).own == own
