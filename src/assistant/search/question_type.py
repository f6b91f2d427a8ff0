"""What a question asks for, and which of its words only say so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.french import STOP_WORDS, fold, term_of, words

if TYPE_CHECKING:
    from assistant.records import QuestionKind

# Kinds by their signs, in folded text with its apostrophes; a question may be of several.
_SIGNS: dict[QuestionKind, str] = {
    "comparison":
        r"\b(?:differen(?:ce|t)\w*|compar\w*|par rapport a|versus|vs|contradict\w*|evolu(?:e|er|tion)\w*|chang\w*"
        r"|avant et apres|a la fois|plutot que|meme chose|pareil\w*|d'accord entre|dans les deux|les deux"
        r"|distingu\w*|point commun|points communs)\b",
    "when":
        r"\b(?:quand|combien de (?:temps|jours?|mois|semaines?|annees?|ans|heures?)|(?:quel|sous"
        r"|avec) (?:le )?delais?|delais?|date(?: limite)?|dates|echeances?|a partir de quel\w*|jusqu'a quel\w*"
        r"|sous combien|dans combien|quel(?:le)?s? (?:jour|mois|annee|heure|age|duree|periode)s?|duree|frequence"
        r"|tous les combien|combien de fois|en quelle annee|chaque combien|periodicite|au plus tard)\b",
    "how_many":
        r"\b(?:combien(?! de (?:temps|jours?|mois|semaines?|annees?|ans|heures?|fois)\b)|quel(?:le)?s? (?:nombre"
        r"|montant|somme|taux|part|pourcentage|budget|proportion|effectif|cout|prix|tarif|total)s?|nombre"
        r"|montants?|pourcentages?|taux|effectifs?|coute\w*)\b",
    # "qui" asks at the start of a clause, after a preposition or at the end; elsewhere it is "the one that"
    "who":
        r"(?:^|[,;:.?!(] ?|\b(?:et|ou|mais|par|a|de|avec|chez|pour|sur|c'est|est) )qui(?!\w| (?:est-ce )?qu)"
        r"|\bqui (?:\?|$)|\bquel(?:le)?s? (?:service|personne|acteur|structure|association|organisme|instance"
        r"|autorite|partenaire|pilote|direction)s?\b|\b(?:lequel|laquelle|responsables?|interlocuteur\w*"
        r"|pilote\w*)\b",
    "where":
        r"(?<!\bd')\b(?:ou (?:est|sont|se|trouver|peut|puis|aller|adresser|demander|envoyer|ca|en est|faut|dois"
        r"|doit|s'|l'on|on)\b|(?:c'est|d') ou\b|dans quel\w* (?:ville|commune|quartier|lieu|territoire|endroit)s?"
        r"|quel(?:le)?s? (?:ville|commune|quartier|lieu|territoire|adresse)s?|adresse\b|ou \?|ou\?)|^ou\b(?! bien)",
    "why":
        r"\b(?:pourquoi|pour quel\w* (?:raison|motif|but)s?|a quoi (?:ca )?(?:sert|servent)|raisons? d"
        r"|dans quel but)\b",
    "how":
        r"\b(?:comment|de quelle (?:facon|maniere)|procedures?|demarches?|etapes?|que (?:dois-je )?faire"
        r"|quoi faire|modalites?|mode d'emploi|marche a suivre|par quel\w* moyens?)\b",
    "definition":
        r"\b(?:c'est quoi|qu'est-ce qu(?:e|'un\w*) (?!(?:je|j'|on|l'on|tu|il|elle|nous|vous|ils|elles|doit|peut"
        r"|fait)\b)|qu'est-ce que c'est|defini\w*|signifi\w*|(?:veut|veulent) dire|sens d[eu']|sigle|acronyme"
        r"|qu'appelle|qu'entend|kesako)",
    "list":
        r"\b(?:liste\w*|quels|quelles|enumer\w*|cite\w*|lesquel\w*|types? de|exemples? d|tous les (?!combien)"
        r"|toutes les)\b",
    "yes_no":
        r"(?<!qu')(?<!qui )(?<!ou )(?<!quand )(?<!comment )(?<!pourquoi )(?<!combien )\best-ce qu(?:e\b|')"
        r"|\b(?:peut-(?:on|il|elle)|peuvent-(?:ils|elles)|doit-(?:on|il|elle)|doivent-(?:ils|elles)|a-t-(?:on|il"
        r"|elle)|est-(?:il|elle|on)|sont-(?:ils|elles)|ont-(?:ils|elles)|(?:a|ai|as)-(?:t-)?(?:on|je|tu)|faut-il"
        r"|y a-t-il|puis-je|dois-je|(?:on|je|j') (?:a le droit|peux|peut|dois|doit)|ai(?:-je)? le droit|(?:a|ont"
        r"|avons|ai) (?:t-)?(?:il|elle|on)? ?le droit|obligatoire|obliges? de|autorise|interdit|possible d"
        r"|permis de|le droit de|\w+-t-(?:il|elle|on)s?)\b",
}  # fmt: skip
_KINDS = tuple((kind, re.compile(pattern)) for kind, pattern in _SIGNS.items())

# Words that only ask, in folded text.  Nouns such as "délai" or "montant" stay: the documents say them.
_ASKING = re.compile(
    r"\b(?:combien de temps|combien de fois|tous les combien|qu'est-ce qu(?:e c'est(?: qu[e'])?|[ei'])"
    r"|est-ce qu[ei']|c'est (?:quoi|qui|quand|ou|combien|comment)|(?:ca |cela )?(?:veut|veulent"
    r"|voulait) dire(?: quoi)?|(?:ca |cela )?(?:signifie|consiste)(?: quoi| en quoi)?|a quoi (?:ca )?(?:sert"
    r"|servent)|(?:peux|peut|pouvez|pourriez|pourrais)[- ](?:tu|vous)(?: m'| me| nous)?(?: dire| expliquer"
    r"| donner| lister| rappeler)?|(?:je|j') ?(?:voudrais|veux|aimerais|cherche|souhaite(?:rais)?"
    r"|me demande)(?: bien)?(?: a)?(?: savoir| connaitre| comprendre)?|(?:dis|dites|explique|expliquez|donne"
    r"|donnez|liste|listez|cite|citez|rappelle|rappelez|resume|resumez)[- ](?:moi|nous)|(?:j'ai"
    r"|on a) (?:besoin|une question)(?: de savoir)?|s'il (?:vous|te) plait|merci(?: d'avance| beaucoup)?"
    r"|je (?:viens d'arriver|debute|commence|suis nouve(?:au|lle))"
    r"(?: (?:dans|au|a|chez) (?:l'|la |le |mon |notre )?(?:equipe|service|association|poste|club))?"
    r"|bonjour|bonsoir|salut|hello|coucou|quel(?:le)?s? (?:est|sont|etait|etaient)(?: (?:la|le|l'"
    r"|les))? ?(?:definition|sens|signification)s?(?: d[eu'])?|definition d[eu']|y a-t-il|il y a|faut-il"
    r"|combien|comment|pourquoi|quand|lequel|laquelle|lesquels|lesquelles|quoi|est-(?:il|elle|on)|sont-(?:ils"
    r"|elles)|qui est-ce)(?!\w)"
)
_PARTICLES = re.compile(r"-t-(?=il|elle|on)|-(?=(?:je|tu|il|elle|on|nous|vous|ils|elles|ce|ci|la|moi)\b)")
COMPARING = _KINDS[0][1]

_COURTESY = re.compile(
    r"^(?:(?:ok|okay|d'accord|tres|bien|super|parfait|genial|top|cool|nickel|merci|beaucoup|bcp|infiniment|bonjour"
    r"|bonsoir|salut|coucou|hello|au revoir|bonne|journee|soiree|a bientot|bye|oui|c'est|note|clair|compris|je vois"
    r"|entendu|ca marche|ca va|vous|toi|pour|votre|ton|aide|reponse|la|cette|et|de|rien|s'il|te|plait|grand|un|mille"
    r"|excellent|impeccable|hop|ah|oh|bon|alors|voila|tout|l'|le|monde)[\s,;.!?…]*)+$"
)
_POLITE = re.compile(
    r"\b(?:ok|okay|merci|d'accord|super|parfait|genial|top|cool|nickel|bonjour|bonsoir|salut|coucou|hello|au revoir"
    r"|bye|entendu|compris|excellent|impeccable|bonne journee|bonne soiree|a bientot|ca marche|je vois|tres bien)\b"
)


def question_kinds(text: str) -> tuple[QuestionKind, ...]:
    """Return what a question asks for, most specific first; empty for bare keywords.

    Among ``comparison``, ``when``, ``how_many``, ``who``, ``where``, ``why``, ``how``, ``definition``,
    ``list`` and ``yes_no``.

    >>> question_kinds("qui prévenir et sous combien de temps ?")
    ('when', 'who')
    >>> question_kinds("missions du chef de service")
    ()
    """
    folded = re.sub(r"\s+\?", " ?", fold(text)).replace("est ce qu", "est-ce qu")
    return tuple(kind for kind, sign in _KINDS if sign.search(_accented(kind, text, folded)))


def _accented(kind: str, text: str, folded: str) -> str:
    """Return the text to look at: for ``where``, "ou" without its accent is a conjunction when others have theirs."""
    if kind != "where" or not re.search(r"[éèêàçùîô]", text):
        return folded
    return folded if re.search(r"\bo[ùÙ]", text, re.I) else re.sub(r"\bou\b", " ", folded)


def is_courtesy(text: str) -> bool:
    """Whether a text is only polite: « merci », « ok super », « bonjour ».

    >>> is_courtesy("Ok, merci beaucoup !"), is_courtesy("merci, et pour un mineur ?"), is_courtesy("oui ?")
    (True, False, False)
    """
    folded = fold(text).strip()
    return bool(_COURTESY.match(folded) and _POLITE.search(folded) and not folded.endswith("?"))


def content_words(text: str) -> list[str]:
    """Return the folded words that say what a question is about, without those that only ask.

    >>> content_words("C'est quoi le délai pour prévenir le Département, svp ?")
    ['delai', 'prevenir', 'departement', 'svp']
    """
    folded = fold(text).replace("est ce qu", "est-ce qu")
    folded = _PARTICLES.sub(" ", _ASKING.sub(" ", COMPARING_ONLY.sub(" ", folded)))
    return [word for word in words(folded) if word not in STOP_WORDS]


# "quelle différence entre": what is compared is the content, not the comparing.
COMPARING_ONLY = re.compile(
    r"\b(?:(?:quel(?:le)?s? (?:est|sont) (?:la |les )?)?differences?(?: entre| avec)?|(?:la |les )?comparaisons? entre"
    r"|compare[rz]?|par rapport a|versus|vs|point commun|points communs)\b"
)


def content_terms(text: str) -> tuple[str, ...]:
    """Return the distinct terms of the content words; all terms when only asking words are there."""
    said = content_words(text) or [word for word in words(text) if word not in STOP_WORDS]
    return tuple(dict.fromkeys(term_of(word) for word in said))
