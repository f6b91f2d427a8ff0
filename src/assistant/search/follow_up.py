"""Questions that lean on the conversation, made self-contained.

« et pour un mineur ? » takes over the question before it, with its own element in the place of the one
of the same type; « il », « ce délai » take over what they stand for, from the question or from the answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from assistant.french import STOP_WORDS, fold, sentence_spans, stem, tokenize, words
from assistant.search.question_type import content_words, is_courtesy, question_kinds
from assistant.search.spelling import is_french

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from assistant.records import Turn

HISTORY_TURNS = 5  # how far back a follow-up may reach
MAX_CARRIED = 10  # words taken over
MAX_ENTITY = 4  # of the answer's words

# Words that carry no subject: a question made of them alone leans on the one before.
_EMPTY = STOP_WORDS | frozenset(
    """
    combien comment quand ou pourquoi alors sinon aussi exactement precisement vraiment dit dire dis donc
    chose cas exemple detail details plus encore meme autre autres ok oui non merci qui quoi possible ensuite
    concretement obligatoire minimum maximum apres avant sur savoir texte article page source ecrit sait trouve
    detailler expliquer developper resumer citer preciser prevu precise precision explique peux pouvez faut doit
    doivent dois faire va vont resume
    si idem pareil hein bref stp svp sur surement tout toutes tous ca bout
    """.split()
)
# Nouns that belong to something else: "le délai ?" asks for the délai of what was spoken of.
_RELATIONAL = frozenset(
    stem(word)
    for word in """
    delai duree date montant somme cout prix tarif budget nombre taux pourcentage age limite condition exception
    sanction frequence adresse contact pilote responsable partenaire objectif but public role mission
    echeance resultat bilan risque consequence motif raison forme format procedure etape financement
    chiffre annee mois jour semaine renouvellement temps critere signataire destinataire modalite
    """.split()
)
# What an earlier question asked for, which one that asks for something else does not: « quel préavis … ? ».
_ASKED_FOR = _RELATIONAL | {stem("preavis")}
_INFINITIVE = re.compile(r"[a-z]{2,}(?:er|ir|dre|ttre)")
# Nouns that say nothing without the question before: « et le reste, qui le paie ? ».
_REMAINDERS = frozenset("reste suite equivalent inverse contraire regle principe".split())
# "il faut", "fait-il", "y a-t-il": pronouns that stand for nothing.
_IMPERSONAL = re.compile(
    r"\b(?:fait|faut|vaut|s'agit|existe|suffit|reste|arrive|passe|pleut|y a|a)[- ]?t?-il\b"
    r"|\best-il (?:possible|obligatoire|necessaire|vrai|prevu|interdit|permis)\b"
    r"|\bil (?:y (?:a|avait|aura)|faut|faudrait|fallait|existe|existait|s'agit|suffit|reste|manque"
    r"|(?:est|etait) (?:possible|obligatoire|necessaire|prevu|interdit|permis|vrai|question))\b"
    r"|\bqu'est-ce que c'est\b|\best-ce que\b"
)
_CONNECTIVE = re.compile(
    r"^(?:(?:ok|oui|non|d'accord|merci|bon|ah|ben|hmm?)\b[\s,.!;:]*)*"
    r"(?P<word>et|ou bien|mais|donc|alors|sinon|pareil|idem|meme (?:question|chose)|par contre|du coup|ensuite|apres)\b"
)
_WEAK_CONNECTIVES = frozenset(
    {"ou bien", "sinon", "par contre", "ensuite", "apres", "pareil", "idem", "meme"}
)
_QUESTION_WORD = re.compile(
    r"\b(?:qui|quoi|(?:le|la|les)?quel(?:le)?s?|combien|comment|quand|ou|pourquoi|est-ce)\b"
)
_CONDITION = re.compile(r"^(?:si\b|s'|en cas d)")
# « à Béthune, c'est combien ? » leans, « à qui envoyer le budget ? » does not.
_ELEMENT_FIRST = re.compile(
    r"^(?:au?x?|dans|en|chez|sur|sous|pour|par|avec|sans|parmi|dont|cote|du cote|apres|avant|passe|hors)\b"
    r"(?! (?:qui|quoi|quel|combien|quand|partir d))|^quand (?:l[ae]s?|une?|on)\b"
)
_NEW_TOPIC = re.compile(
    r"^(?:(?:ok|oui|non|d'accord|merci|bon)\b[\s,.!;:]*)*"
    r"(?:(?:une )?autre (?:question|sujet|chose)|rien a voir|changeons de sujet|sinon,? rien a voir|nouvelle question"
    r"|sans rapport|question suivante)\b[\s,:.;-]*(?:maintenant|sinon)?[\s,:.;-]*"
)
_PRONOUN = re.compile(
    r"(?:^|[\s'(,-])(?P<word>il|elle|ils|elles|lui|eux|leur|celui|celle|ceux|celles|y|en)(?![\w'])"
)
_STRONG_PRONOUNS = frozenset("il elle ils elles lui eux celui celle ceux celles".split())
_POINTING = re.compile(
    r"(?<!-)\b(?:ce|cet|cette|ces) (?!qui\b|que\b|sont\b|sera\b)(?P<noun>[a-z]{3,})"
    r"|\b(?:ca|cela)\b(?! (?:veut|signifie|sert|se passe|existe|consiste))"
    r"|\b(?:la[- ]dessus|la[- ]bas|dans ce cas|(?:le|la|les) memes?(?= *(?:$|[?,.]))|celui-ci|celle-ci|ce dernier"
    r"|cette derniere|l'autre|les autres|la premiere?|la seconde|le second|le premier|la deuxieme|le deuxieme)(?!\w)"
)
_THIS_TIME = frozenset(
    "annee mois semaine jour moment pacte schema convention rapport etude document point".split()
)
# A noun with its determiner, or an acronym, that a later pronoun of the same question may stand for.
_OWN_NOUN = re.compile(
    r"(?:\b(?:le|la|les|un|une|des|du|mon|ma|mes|son|sa|notre|nos|votre|chaque|tout|toute|aux?)\s+|\b[ld]')(?P<noun>[a-z]{3,})"
)
# "l'envoyer", after a modal or a preposition: a pronoun and a verb, no noun.
_VERB = re.compile(
    r"\b(?:faut|faudra|faudrait|doit|dois|peut|peux|pour|de|va)\s+(?:l'|l[ae]s?\s)[a-z]+(?:er|ir|re)\b"
)
_WHICH = re.compile(r"^(?:laquelle|lequel|lesquel(?:le)?s)\b(?! d)|\bqui y\b")
_BACK_IN_TIME = re.compile(r"\b(?:avant|auparavant|maintenant|aujourd'hui|actuellement)\s*\??$")
# People a rule is about, institutions and documents: elements that replace one another.
_AUDIENCES = frozenset(
    stem(word)
    for word in """
    mineur majeur jeune enfant bebe adolescent ado parent mere pere famille fille garcon femme homme senior
    handicape etranger etudiant eleve lyceen collegien apprenti stagiaire salarie educateur cadre directeur
    directrice chef benevole mediateur assistant psychologue association departement commune ville mairie etat
    region college lycee ecole retraite locataire proprietaire demandeur beneficiaire allocataire usager
    president maire prefet juge medecin infirmier agent employeur prestataire
    """.split()
)
KINDS_OF_DOCUMENTS = frozenset(
    stem(word) for word in "pacte schema convention rapport etude avenant annexe".split()
)
_JOINTS = frozenset("-'")
_PLACE = frozenset("a au aux dans en chez sur".split())
_PREPOSITIONS = _PLACE | frozenset("pour par avec sans de du des d contre entre".split())
_BREAKS = _PREPOSITIONS | frozenset(
    "et ou qui que quand combien comment pourquoi quel quelle quels quelles est sont".split()
)
# "a l'" without its accent is the verb: « combien de véhicules a l'association ? ».
_AFTER_PREPOSITION = re.compile(
    r"\b(?:(?:à|aux?|en|dans|chez|sur|pour|par|avec|côté)\s+(?:l[ae]s?\s+|une?\s+|des\s+|l['’])?|a\s+(?!l[ae]\b|l['’]))"
    r"(?P<word>\w+)",
    re.I,
)
_TOKEN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿœŒ]+|\d[\d.,/-]*\w*|[^\w\s]")


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question made self-contained.

    Attributes:
        text: The question with what it takes over.
        before: The earlier question that it leans on; empty when it stands alone.
        replaced: Words of the earlier question that its own stand in for.
        entity: Words of the answer that a pronoun stands for.
        own: The question without what it takes over; empty when it has no words of its own, or stands alone.
    """

    text: str
    before: str = ""
    replaced: tuple[str, ...] = ()
    entity: tuple[str, ...] = ()
    own: str = ""


def complete(text: str, history: Sequence[Turn], territories: Collection[str] = ()) -> FollowUp:
    """Return a question made self-contained.

    Args:
        text: The question, mended.
        history: The turns before it, oldest first, their questions mended too.
        territories: Folded words of the names of places.
    """
    whole, before, answer = "", "", ""
    for turn in history[-HISTORY_TURNS:]:
        if is_courtesy(turn.question):
            continue
        step = _lean(turn.question, whole, before, answer, territories)
        whole, answer = step.text, turn.answer
        before = step.before or " ".join(turn.question.split())
    return _lean(text, whole, before, answer, territories)


def _lean(text: str, whole: str, before: str, answer: str, territories: Collection[str]) -> FollowUp:
    """Complete one question by the self-contained one before it."""
    topic = _NEW_TOPIC.match(fold(text))
    if topic:
        return FollowUp(text[topic.end() :].strip() or text)
    if not whole:
        return FollowUp(text)
    if not leans(text, whole, answer[:300], territories):
        setting = _setting_to_keep(text, whole, territories)
        return FollowUp(" ".join((text, *setting)), before, own=text) if setting else FollowUp(text)
    replaced = _replaced(text, whole, territories)
    said = {stem(word) for word in words(text)}
    kept = [word for word in _subject_words(whole) if stem(word) not in said and word not in replaced]
    if _asks_something_else(text, whole, territories):
        kept = _topic(kept, whole)
    entity = tuple(
        word for word in _entity(text, whole, answer) if stem(word) not in said and word not in kept
    )
    carried = list(dict.fromkeys((*kept[:MAX_CARRIED], *entity)))
    own = text if _subject_words(text) else ""
    return FollowUp(" ".join((text, *carried)), before or whole, tuple(replaced), entity, own)


def _setting_to_keep(text: str, whole: str, territories: Collection[str]) -> list[str]:
    """Return the territory a figure is still asked for: « nombre d'habitants ? » after one on the Ternois.

    « et combien de filles suivies par l'équipe ? » is of the same year too.
    """
    content = [word for word in content_words(text) if word not in _EMPTY]
    if any(word[0].isupper() for word in re.findall(r"\w+", text)[1:]):
        return []  # it names a place or a service of its own
    match = _CONNECTIVE.match(fold(text))
    connective = match is not None and match["word"] == "et"
    if "how_many" not in question_kinds(text) or (len(content) > 3 and not connective):
        return []
    kinds = {"territory", "year"} if connective else {"territory"}
    kinds -= {_type_of(word, territories) for word in content}
    return [word for word in dict.fromkeys(words(whole)) if _type_of(word, territories) in kinds]


def leans(text: str, whole: str, answer: str = "", territories: Collection[str] = ()) -> bool:
    """Whether a question cannot be understood without what was said before.

    Args:
        text: The question.
        whole: The question before it, self-contained.
        answer: The beginning of the answer to that.
        territories: Folded words of the names of places.
    """
    folded = fold(text)
    content = [word for word in content_words(text) if word not in _EMPTY]
    own = [word for word in content if stem(word) not in _RELATIONAL]
    connective = _CONNECTIVE.match(folded)
    bare = _IMPERSONAL.sub(" ", folded)
    if connective and len(own) <= (3 if connective["word"] in _WEAK_CONNECTIVES else 6):
        return not _stands_alone(text, whole, territories)
    if not own or (len(own) <= 6 and _has_loose_pronoun(text)):
        return True
    if _WHICH.search(folded):
        return len(own) <= 4
    pointing = _POINTING.search(bare)
    if (
        pointing and not content_words(bare[: pointing.start()])[1:]
    ):  # "l'indice de jeunesse, ça se calcule ?"
        return _points_back(pointing["noun"], len(own), f"{whole} {answer}")
    if len(own) == 1 and _lacks_subject(text):
        return True  # "qui paie ?", "versée quand ?"
    # "Béthune ?", "mineur ?": an element of a type that the question before has too
    alone = len(content) == 1 and "definition" not in question_kinds(text)
    return alone and _type_of(own[0], territories) is not None


def _stands_alone(text: str, whole: str, territories: Collection[str]) -> bool:
    """Whether a question that begins with « et » has its own question word and its own subject.

    « et le tribunal compétent, c'est lequel ? » has; « et à Béthune, c'est combien ? », « et qui paie ? » have not.
    """
    rest = _after_connective(text)
    if not _asks(rest) or _ELEMENT_FIRST.match(fold(rest)) or _refers_back(rest):
        return False
    own = _own_subject(rest, whole, territories)
    nouns = {word for word in _nouns(rest) if word in own and stem(word) not in _RELATIONAL}
    return bool(nouns) and (len(own) > 1 or "definition" in question_kinds(rest))


def _asks_something_else(text: str, whole: str, territories: Collection[str]) -> bool:
    """Whether a question that leans asks for another thing: « et qui finance ? » after « quel préavis… ? »."""
    rest = _after_connective(text)
    if _refers_back(rest) or not _own_subject(rest, whole, territories):
        return False
    if _CONDITION.match(fold(rest)):
        return True
    return _asks(rest) and not set(question_kinds(rest)) & set(question_kinds(whole))


def _after_connective(text: str) -> str:
    connective = _CONNECTIVE.match(fold(text))
    return text[connective.end() :].lstrip(" ,") if connective else text


def _asks(text: str) -> bool:
    """Whether a question has its question word: « et les jeunes qui partent ? » has none."""
    return bool(set(question_kinds(text)) - {"comparison"} and _QUESTION_WORD.search(fold(text)))


def _refers_back(text: str) -> bool:
    """Whether a question points to what was said: « le reste », « ça », but not « le chantier, ça dure… »."""
    bare = _IMPERSONAL.sub(" ", fold(text))
    pointing = _POINTING.search(bare)
    points = pointing and not content_words(bare[: pointing.start()])
    return bool(points) or _has_loose_pronoun(text) or not _REMAINDERS.isdisjoint(words(bare))


def _own_subject(text: str, whole: str, territories: Collection[str]) -> list[str]:
    """Return the words that the earlier question has not, without those that only replace one of its own.

    In « combien de filles à Liévin ? » after « combien de jeunes à Oignies ? » there are none.
    """
    earlier = words(whole)
    stems, types = (
        {stem(word) for word in earlier},
        {_type_of(word, territories) for word in earlier} - {None},
    )
    elements = _elements(text, territories)
    return [
        word
        for word in _subject_words(text)
        if stem(word) not in stems and word not in elements and _type_of(word, territories) not in types
    ]


def _elements(text: str, territories: Collection[str]) -> set[str]:
    """Return the people, places and years that follow a preposition: « pour un mineur », « à Béthune »."""
    found = set()
    for match in _AFTER_PREPOSITION.finditer(text):
        token = match["word"]
        if _type_of(fold(token), territories) or _is_name([token]):
            found.update(words(token))
    return found


def _nouns(text: str) -> set[str]:
    """Return the words with a determiner or after « de », and the names that a verb stands before."""
    folded = _VERB.sub(" ", fold(text))
    nouns = {match["noun"] for match in _OWN_NOUN.finditer(folded)}
    nouns.update(re.findall(r"\b(?:de |d')([a-z]{3,})", folded))
    content = content_words(text)
    tokens = re.findall(r"\w+", text)
    nouns.update(
        fold(name)
        for verb, name in pairwise(tokens)
        if name[0].isupper() and verb.islower() and fold(verb) in content
    )
    return nouns


def _topic(kept: Sequence[str], whole: str) -> list[str]:
    """Return what an earlier question is about, without what it asks for: « convention », of its « préavis ».

    The verb of what is asked for goes with it: « quel préavis pour résilier », « quelle date envoyer ».
    """
    said = [word for word in words(whole) if word != "pour"]
    at = next((at for at, word in enumerate(said) if stem(word) in _ASKED_FOR), len(said))
    asked = said[at : at + 1] + [word for word in said[at + 1 : at + 2] if _INFINITIVE.fullmatch(word)]
    return [word for word in kept if word not in asked] or list(kept)


def _points_back(noun: str | None, own: int, context: str) -> bool:
    """Whether « ce délai », « ça » point to the conversation: « cette année » seldom does."""
    if noun is None:
        return own <= 4
    if noun in _THIS_TIME:
        return own <= 2
    return own <= 3 or stem(noun) in {stem(word) for word in words(context)}


def _lacks_subject(text: str) -> bool:
    """Whether a question of one word asks, and the word is no noun: it has neither determiner nor capital."""
    folded = _VERB.sub(" ", fold(text))
    kinds = set(question_kinds(text))
    if re.search(r"\b(?:de |d')[a-z]{3,}", folded):
        return False  # "combien de jeunes ?"
    named = any(word[0].isupper() for word in re.findall(r"\w+", text)[1:])
    nouns = [noun for noun in _OWN_NOUN.finditer(folded) if noun["noun"] not in _EMPTY]
    return (
        bool(kinds - {"definition", "list", "comparison"})
        and "definition" not in kinds
        and not named
        and not nouns
    )


def _has_loose_pronoun(text: str) -> bool:
    """Whether a pronoun stands for something that this question does not name before it."""
    folded = _IMPERSONAL.sub(lambda match: " " * len(match[0]), fold(text))
    for match in _PRONOUN.finditer(folded):
        if match["word"] not in _STRONG_PRONOUNS:
            continue
        ahead = text[: match.start()] if len(text) == len(folded) else folded
        names = any(word[0].isupper() for word in re.findall(r"\w{2,}", ahead)[1:]) or ahead[:2].isupper()
        if not names and not any(noun["noun"] not in _EMPTY for noun in _OWN_NOUN.finditer(fold(ahead))):
            return True
    return False


def _subject_words(text: str) -> list[str]:
    return [word for word in dict.fromkeys(content_words(text)) if word not in _EMPTY]


# --- what is replaced ------------------------------------------------------------------------


def _type_of(word: str, territories: Collection[str]) -> str | None:
    """Return the type of an element that another of the same type may replace."""
    if word in territories:
        return "territory"
    if re.fullmatch(r"(?:19|20)\d\d", word):
        return "year"
    if stem(word) in KINDS_OF_DOCUMENTS:
        return "document"
    if stem(word) in _AUDIENCES:
        return "audience"
    return None


def _replaced(text: str, whole: str, territories: Collection[str]) -> list[str]:
    """Return the words of the earlier question that the new one's elements stand in for."""
    if not _CONNECTIVE.match(fold(text)) and len(content_words(text)) > 3:
        return []
    new = {kind for word in content_words(text) if (kind := _type_of(word, territories))}
    if "document" in new:
        new.add("year")  # "et dans le pacte 2017-2022 ?": years name documents
    if _BACK_IN_TIME.search(fold(text)):
        new |= {"document", "year"}  # "et avant ?": another document than the one spoken of
    replaced = [word for word in words(whole) if _type_of(word, territories) in new]
    said = {stem(word) for word in words(text)}
    return [word for word in dict.fromkeys((*replaced, *_slot(text, whole))) if stem(word) not in said]


def _slot(text: str, whole: str) -> list[str]:
    """Return the words that follow, in the earlier question, the preposition that begins the new one.

    « et pour un apprenti ? » after « combien de congés pour un stagiaire ? »: « stagiaire ».
    """
    connective = _CONNECTIVE.match(fold(text))
    tokens = _TOKEN.findall(text[connective.end() :] if connective else text)
    tokens = [token for token in tokens if token[0].isalnum()]
    if not connective or not tokens:
        return []
    if fold(tokens[0]) not in _PREPOSITIONS:
        place = _place_at(tokens)
        if place is None:
            return _name_slot(tokens, whole)
        tokens = tokens[place:]
    head, name = fold(tokens[0]), _is_name(tokens[1:])
    if len(_content(tokens[1:])) > 3:
        return []
    heads = _PLACE if head in _PLACE else {head}
    old = _TOKEN.findall(whole)
    for at in range(len(old) - 1, -1, -1):
        if fold(old[at]) not in heads:
            continue
        phrase = []
        for token in old[at + 1 :]:
            if fold(token) in _JOINTS:
                continue  # "Lens-Hénin" is one place
            if fold(token) in _BREAKS or not token[0].isalnum():
                break
            phrase.append(token)
        if tokens[1:] and phrase and phrase[0][0].isdigit() != tokens[1][0].isdigit():
            continue  # "en 2024" stays, for « et à Brécourt ? »
        if _content(phrase) and (head not in _PLACE or _is_name(phrase) == name):
            return _content(phrase)[:3]
    return []


def _place_at(tokens: Sequence[str]) -> int | None:
    """Return where a place is named: « combien de filles à Béthune ? »."""
    pairs = enumerate(pairwise(tokens))
    return next((at for at, (head, name) in pairs if fold(head) in _PLACE and name[0].isupper()), None)


def _name_slot(tokens: Sequence[str], whole: str) -> list[str]:
    """Return the last name of the earlier question, for « et Brécourt ? »; an acronym for « et la PMI ? »."""
    content = [token for token in tokens if fold(token) not in STOP_WORDS]
    if len(content) != 1 or not _is_name(content):
        return []
    old = [token for token in _TOKEN.findall(whole)[1:] if token.isalpha() and len(token) > 1]
    same = [token for token in old if _is_name([token]) and token.isupper() == content[0].isupper()]
    return words(same[-1]) if same and fold(same[-1]) not in STOP_WORDS else []


def _content(tokens: Sequence[str]) -> list[str]:
    return [word for token in tokens for word in words(token) if word not in _EMPTY]


def _is_name(tokens: Sequence[str]) -> bool:
    """Whether a phrase is a proper name: it has a capital, or is no French word."""
    content = [token for token in tokens if fold(token) not in STOP_WORDS]
    return bool(content) and (content[0][0].isupper() or not is_french(fold(content[0])))


# --- what a pronoun stands for ---------------------------------------------------------------


def _entity(text: str, whole: str, answer: str) -> list[str]:
    """Return words of the last answer that a pronoun or « ce délai » stands for, a few at most.

    The answer to « qui … ? » or « c'est quoi … ? » begins with what the next question calls « il ».
    """
    if not answer:
        return []
    bare = _IMPERSONAL.sub(" ", fold(text))
    sentences = [answer[start:end] for start, end in sentence_spans(answer)[:2]]
    pointing = _POINTING.search(bare)
    if pointing and pointing["noun"]:
        noun = stem(pointing["noun"])
        if noun in tokenize(whole):
            return []
        for sentence in sentences:
            said = words(sentence)
            for at, word in enumerate(said):
                if stem(word) == noun:
                    near = [
                        other for other in said[at + 1 : at + 8] if other not in _EMPTY and len(other) > 2
                    ]
                    return near[:MAX_ENTITY]
        return []
    if _has_loose_pronoun(text) and "who" in question_kinds(whole):
        old = set(tokenize(whole))
        first = [word for word in words(sentences[0]) if word not in _EMPTY and len(word) > 2]
        return [word for word in first if stem(word) not in old][:MAX_ENTITY]
    return []
