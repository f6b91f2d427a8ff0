"""What a line of text looks like: bullet, table row, number, numbered title, capitals."""

from __future__ import annotations

import re

# The particles and abbreviations after which a line cannot end: the next line goes on with it.
HANGING_WORDS = frozenset(
    "à au aux avec ce ces cet cette chez d' dans de des dont du en entre et jusqu' l' la le les leur leurs ne notre "
    "nos ou par pour qu' que qui sa sans se ses son sous sur un une vers votre vos et/ou ainsi n° art. cf. "
    "m. mme mm. aucun chaque tout toute depuis dès selon".split()
)

BULLET = re.compile(r"(?:[•*‣–—−-]|o|[-–•]\s*o)\s+(?=\S)|[-–•](?=[A-ZÀ-ÖØ-Þ])|•")
BULLET_ONLY = re.compile(r"[•*‣–—−-]|o")
# "1° …", "5° bis …", "a) …", "2) …": enumerations inside a paragraph of law or a list
ENUMERATED = re.compile(r"(?:\d{1,2}\s?°(?:\s(?:bis|ter|quater))?|[a-z]\)|\d{1,2}\))\s+\S")
# "1. …", "2.1 …", "I. …", "IV TITRE", "A. …"
DECIMAL = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)(?:[.)]\s*|(?<=\.\d)\s+|(?<=\.\d\d)\s+)(?=[A-ZÀ-ÖØ-Þ«“\"])")
ROMAN = re.compile(r"(?:[IVX]{1,5}\s?[.)–-]\s+(?=[A-ZÀ-ÖØ-Þ«])|[IVX]{1,5}\s+(?=[A-ZÀ-ÖØ-Þ’']{2}))")
LETTER = re.compile(r"[A-H]\s?[.)–-]\s+(?=[A-ZÀ-ÖØ-Þ«])")
_LABELS = (
    "Article Art. Titre Livre Chapitre Section Partie Annexe Cahier Fiche Fiche-action Action Orientation Priorité "
    "Défi Engagement Axe Objectif Mesure Volet Étape Module Phase Thème"
)
LABELLED = re.compile(
    "(?P<label>Fiche [Aa]ction|FICHE ACTION|"
    + "|".join(re.escape(form) for word in _LABELS.split() for form in (word, word.upper()))
    + r"|PRIORITE|DEFI|ETAPE)\s*(?:[nN]\s?°\s?|[nN]\s|n)?\s*(?P<number>\d{1,3}(?:[.-]\d+)*|[IVX]{1,5}\b|1er|premier"
    + r"|[LRD]\.?\s?\*?\s?\d[\d-]*)(?P<after>\s*[:–—-]\s*|\s*\.\s+|\s*$)"
)
# The sections of an action sheet, one after the other in each sheet of a plan
SHEET_SECTION = re.compile(
    r"(?:Pilotes?(?:\(s\))?(?=\s|$)(?!.*[.;:]$)|[ÉE]l[ée]ments? de constat|Constats?(?: et enjeux)?$|"
    r"Contexte(?: et enjeux)?$|Modalités de mise en œuvre|Résultats? attendus?|Indicateurs? (?:d[’'])?évaluation|"
    r"Liens? avec d[’']autres|Cadre d[’']intervention|Premières actions|Public(?:s)? (?:visé|cible)s?$|Calendrier$|"
    r"Moyens$|Objectifs?(?: (?:visés?|opérationnels?|généra(?:l|ux)))?$|Échéances?$|Budget$)"
)
_NUMBER = r"[-+±]?\s?\d+(?:[.,]\d+)*\s?(?:%|‰|€|h|½)?"
NUMBER_ONLY = re.compile(rf"{_NUMBER}(?:\s{_NUMBER})*")
_NUMERIC = re.compile(r"[-+±(]?\d+(?:[.,/]\d+)*[%‰€h)]?|NC|NR|ND|Nc|nc|NS|[%‰€h½/–-]")
_SIGNS = frozenset("%‰€h/–-")  # units and empty cells
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3} \d{3}(?!\d)")  # two cells, or one number: never three
# "SIGLE : développé" of a glossary
ACRONYM_TERM = re.compile(r"[A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ0-9’'&./-]{1,14}\s?[:=]\s+\S")
URL_ONLY = re.compile(r"(?:(?:https?|ftp|file)://|mailto:|www\.)\S+(?:\s(?:https?://|mailto:)\S+)*")
BOLD_TITLE = re.compile(r"(?:\d{1,2}\.\s+)?(?:\*\*[^*]+\*\*|__[^_]+__)\s*:?")
MARKDOWN_HEADING = re.compile(r"(#{1,6})\s+(?=\S)")


def is_upper(line: str) -> bool:
    """Say whether a line is written in capitals."""
    return line.upper() == line and sum(map(str.isalpha, line)) >= 3


def is_row(line: str) -> bool:
    """Say whether a line ends with several cells of numbers, as the row of a table does.

    >>> [is_row(line) for line in ("11 à 14 ans 63 104 167", "une hausse de 3 200", "Total 9,82")]
    [True, False, False]
    """
    if not line[-1:].isdigit() and line[-1:] not in "%‰€h)½CRcD-–S":
        return False
    tokens = _THOUSANDS.sub("1", line).split()
    numeric = [_NUMERIC.fullmatch(token) is not None for token in tokens]
    cells = sum(found and token not in _SIGNS for found, token in zip(numeric, tokens, strict=True))
    return len(tokens) > 1 and cells >= 2 and all(numeric[-2:]) and sum(numeric) >= 0.3 * len(tokens)


def is_cells(line: str) -> bool:
    """Say whether a line is a table row by its separators: tabs, or the pipes of Markdown."""
    return "\t" in line or (line.startswith("|") and line.count("|") > 1)


def is_fixed(line: str) -> bool:
    """Say whether a line stands by itself whatever surrounds it."""
    return (
        is_cells(line)
        or MARKDOWN_HEADING.match(line) is not None
        or (line.startswith("**") and BOLD_TITLE.fullmatch(line) is not None)
        or URL_ONLY.fullmatch(line) is not None
    )


def starts_item(line: str) -> bool:
    """Say whether a line starts with a bullet, an enumeration or a numbered title."""
    head = line[0]
    if not (head.isupper() or head.isdigit() or head.islower() or head in "•*‣–—−-"):
        return False
    return any(
        shape.match(line) for shape in (BULLET, ENUMERATED, LABELLED, DECIMAL, ROMAN, LETTER, SHEET_SECTION)
    )


def is_hanging(line: str) -> bool:
    """Say whether a line ends in the middle of a phrase.

    >>> is_hanging("les actions de la"), is_hanging("les actions"), is_hanging("la place de l’")
    (True, False, True)
    """
    if line[-1] in ",(«/&’'":
        return True
    last = line[line.rfind(" ") + 1 :].lower().replace("’", "'").lstrip("(«")
    return last in HANGING_WORDS


def ends_sentence(line: str) -> bool:
    """Say whether a line ends with the punctuation of a sentence, quotes and brackets aside."""
    return line.rstrip(' »”")*').endswith((".", "!", "?", "…"))
