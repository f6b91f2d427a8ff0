"""Words, sentences and folding of French text.  Pure functions of their arguments."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# --- folding ---------------------------------------------------------------------------------

LIGATURES = {
    "œ": "oe",
    "Œ": "OE",
    "æ": "ae",
    "Æ": "AE",
    "ﬁ": "fi",
    "ﬂ": "fl",
    "ﬀ": "ff",
    "ﬃ": "ffi",
    "ﬄ": "ffl",
}
_LIGATURES = str.maketrans(LIGATURES | {"’": "'", "ʼ": "'", "‘": "'", "\u00ad": ""})


_COMBINING = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")


def fold(text: str) -> str:
    """Drop case, accents and ligatures: for matching only, never for display.

    >>> fold("Œuvre d’ÉTÉ")
    "oeuvre d'ete"
    """
    if text.isascii():  # half of what is typed: nothing to take apart
        return text.lower()
    text = unicodedata.normalize("NFKD", text.translate(_LIGATURES).lower())
    return _COMBINING.sub("", text).lower()


def bare_letters(text: str) -> str:
    """Return the folded letters and digits: hyphens and spaces differ from one reader to another.

    >>> bare_letters("Article 8-2 : l’été")
    'article82lete'
    """
    return "".join(letter for letter in fold(text) if letter.isalnum())


# --- typography ------------------------------------------------------------------------------

NO_BREAK = "\u00a0"
_SPACE_INSIDE = re.compile(r"(?<=«) | (?=[:;?!»])")


def set_spaces(text: str) -> str:
    """Put the no-break spaces of French before : ; ? ! and inside « ».

    >>> set_spaces("Qui ? « Moi »") == "Qui\u00a0? «\u00a0Moi\u00a0»"
    True
    """
    return _SPACE_INSIDE.sub(NO_BREAK, text)


# --- words -----------------------------------------------------------------------------------

# The analyser's version is part of every index: raise it when tokens change.
ANALYSER_VERSION = 1

STOP_WORDS = frozenset(
    """
    a ai aie aient ait alors apres as au aucun aussi autre autres aux avait avec avoir avons avez ayant
    c ca car ce ceci cela celle celles celui ces cet cette ceux chaque ci d dans de des donc dont du
    elle elles en encore est et etaient etait etant etc ete etes etre eu eux fait faire faut
    il ils j je l la le les leur leurs lui m ma mais me mes moi mon n ne nos notre nous on ont or ou par
    pas peu peut peuvent plus pour pourrait puis qu que quel quelle quelles quels qui quoi s sa se sera
    ses si soit son sont sous sur t ta te tes toi ton tous tout toute toutes tres tu un une vos votre
    vous y
    """.split()
)

_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=\w)")
# From the most specific: an article of a code, a dotted acronym, a number with its groups of
# thousands or decimals, a numbered place such as 8.2, then plain words.
_TOKEN = re.compile(
    r"(?P<article>\b[lrda]\s?\.?\s?\d{2,4}(?:-\d+)+\b)"
    r"|(?P<acronym>\b(?:[a-z]\.){2,}[a-z]?\b)"
    r"|(?P<thousands>\b\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?\b)"
    r"|(?P<number>\d+(?:[.,]\d+)*)"
    r"|(?P<word>[a-z]+)"
)


@lru_cache(maxsize=1)
def _stemmer() -> object:
    import Stemmer

    return Stemmer.Stemmer("french")


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Reduce a folded word to its stem.

    Snowball's French stemmer expects accents; folded participles ("signee", "signe") would keep
    an ending that it removes with its accent, so final e's go as well.

    >>> stem("signees") == stem("signer") == stem("signe")
    True
    """
    result: str = _stemmer().stemWord(word)  # type: ignore[attr-defined]
    while len(result) > 3 and result[-1] == "e":
        result = result[:-1]
    return result


def words(text: str) -> list[str]:
    """Split text into folded words; numbers, dotted acronyms and article references stay whole.

    >>> words("L’art. L. 226-2-2 du C.A.S.F., à l'article 8.2 : 2 500 €")
    ['art', 'l226-2-2', 'du', 'casf', 'a', 'article', '8.2', '2500']
    """
    found = []
    for match in _TOKEN.finditer(_ELISION.sub(" ", fold(text))):
        kind, token = match.lastgroup, match[0]
        if kind in ("article", "thousands"):
            token = re.sub(r"[\s.]", "", token) if kind == "article" else re.sub(r"\s", "", token)
        elif kind == "acronym":
            token = token.replace(".", "")
        found.append(token.replace(",", "."))
    return found


def tokenize(text: str) -> list[str]:
    """Return the terms that BM25 counts: words without stop words, stemmed.

    >>> tokenize("L'éducatrice a signé les avenants")
    ['educ', 'sign', 'aven']
    """
    return terms_of(words(text))


def terms_of(said: Iterable[str]) -> list[str]:
    """Return the terms of folded words."""
    return [term_of(word) for word in said if word not in STOP_WORDS]


@lru_cache(maxsize=200_000)
def term_of(word: str) -> str:
    """Return the term of one folded word: its stem, or itself when it holds a digit."""
    return word if any(c.isdigit() for c in word) else stem(word)


# --- months ----------------------------------------------------------------------------------

MONTHS = tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split())
FOLDED_MONTHS = tuple(fold(name) for name in MONTHS)


# --- numbers ---------------------------------------------------------------------------------

_UNITS = (
    "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize".split()
)
NUMBER_WORDS = {word: str(value) for value, word in enumerate(_UNITS)} | {
    "une": "1", "vingt": "20", "trente": "30", "quarante": "40", "cinquante": "50", "soixante": "60", "cent": "100",
    "mille": "1000", "premier": "1", "premiere": "1", "deuxieme": "2", "second": "2", "seconde": "2",
    "troisieme": "3", "quatrieme": "4", "cinquieme": "5", "sixieme": "6", "septieme": "7", "huitieme": "8",
    "neuvieme": "9", "dixieme": "10",
}  # fmt: skip


def numbers(text: str) -> set[str]:
    """Return the numbers of a text, in digits: "2 500", "2500" and "deux mois" give 2500, 2500 and 2.

    >>> sorted(numbers("Trois fois 2 500 € avant le 1er juin, soit 5,5 % (art. L. 221-1)"))
    ['1', '221', '2500', '3', '5.5']
    """
    found: set[str] = set()
    for word in words(text):
        if word in NUMBER_WORDS:
            found.add(NUMBER_WORDS[word])
        elif word[0].isdigit():
            found.add(word.rstrip("."))
        elif any(c.isdigit() for c in word):
            found.update(part.lstrip("lrda") for part in word.split("-")[:1])
            found.update(word.split("-")[1:])
    return found


# --- sentences -------------------------------------------------------------------------------

# What a full stop may end without ending a sentence.
_ABBREVIATIONS = frozenset(
    "art al av bd bld c.-à-d cf chap coll dir dr ex éd env fig hab ibid id m mm mme mmes mlle max min no nos op p pp "
    "par réf resp s st ste suiv t tél v vol".split()
)
_STOP = re.compile(r"(?:[.!?…]+[»”\")\]]*(?:\s*»)?)(?=\s)|[;](?=\s*\n)|\n+")
_LAST_WORD = re.compile(r"[\w’'.-]+$")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Cut a text into sentences: slices that follow one another and cover all of it.

    A sentence keeps the space after it.  A line end always ends one.  Abbreviations, initials,
    article numbers, decimals and addresses do not.

    >>> text = "Selon l'art. L. 221-1, M. Roy décide. Voir p. 8.2 ; cf. www.a.fr etc. pour la suite. Fin"
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ["Selon l'art. L. 221-1, M. Roy décide. ", 'Voir p. 8.2 ; cf. www.a.fr etc. pour la suite. ', 'Fin']
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _STOP.finditer(text):
        if match.start() < start or not _ends_sentence(text, match):
            continue
        end = match.end()
        while end < len(text) and text[end].isspace():
            end += 1
        spans.append((start, end))
        start = end
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    mark = match[0]
    if mark[0] in "\n;":
        return True
    after = text[match.end() : match.end() + 40].lstrip()
    if after[:1].islower() or after[:1] in {",", ";", ":", ")"}:
        return False
    if mark[0] != "." or mark.startswith(".."):
        return True
    found = _LAST_WORD.search(text[max(0, match.start() - 25) : match.start()])
    word = found[0] if found else ""
    word = re.split(r"[’']", word)[-1].lower().lstrip(".-")
    # "M. Roy", "L. 221-1", "art. 5": an abbreviation or an initial; "8. Titre": a number of its own.
    if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha() and word not in {"à", "y"}):
        return False
    return not (word.isdigit() and match.start() - len(word) in {0, _line_start(text, match.start())})


def _line_start(text: str, place: int) -> int:
    return text.rfind("\n", 0, place) + 1
