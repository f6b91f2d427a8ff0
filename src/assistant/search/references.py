"""Articles, numbers and dates in any spelling, written the way the documents write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from assistant.french import FOLDED_MONTHS, MONTHS, NUMBER_WORDS, fold

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

_MONTH_NUMBERS = {name: number for number, name in enumerate(FOLDED_MONTHS, 1)} | {
    "janv": 1, "jan": 1, "fev": 2, "fevr": 2, "avr": 4, "juil": 7, "aou": 8, "sept": 9, "oct": 10, "nov": 11,
    "dec": 12,
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTH_NUMBERS, key=len, reverse=True))

# L221-1, L. 221-1, l 221.1, l.221 1: an article of a code, with at least one hyphened part.
_CODE_ARTICLE = re.compile(
    r"\b(?P<letter>[LRDlrd]|A(?=\.?\s?\d))\s?\.?\s?(?P<number>\d{2,4})(?P<rest>(?:\s?[-‑–./]\s?\d{1,3}){1,3})\b"
)
_ARTICLE = re.compile(
    r"\b(?P<word>articles?|arts?)\b\.?\s*(?:n[°o]\s*)?(?P<number>\d{1,4})(?:\s?(?P<mark>[-.,‑–/])\s?(?P<rest>\d{1,2}))?"
    r"(?!\d)(?P<ordinal>er\b)?",
    re.I,
)
_JOINED_ARTICLE = re.compile(r"\b(?P<word>article|art)(?P<number>\d+)", re.I)
_SLASHED = re.compile(
    r"(?<![\d/.])(?P<day>0?[1-9]|[12]\d|3[01])(?P<mark>[/.])(?P<month>0?[1-9]|1[0-2])"
    r"(?:(?P=mark)(?P<year>(?:19|20)\d\d|\d\d))?(?![\d/]|\.\d)"
)
_ISO = re.compile(r"\b(?P<year>(?:19|20)\d\d)-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])\b")
_WRITTEN = re.compile(
    rf"\b(?:(?P<day>[12]?\d|3[01])(?:\s?er)?\s+)?(?P<month>{_MONTH})\b\.?(?:\s+(?P<year>(?:19|20)\d\d)\b)?"
)
_YEARS = re.compile(
    r"(?<![\d.,/-])(?P<first>(?:19|20)\d\d)(?:\s*[-–/]\s*(?P<last>(?:19|20)?\d\d))?(?![\d€])"
    r"(?!\s*(?:€|euros?|jeunes|personnes|habitants))"
)
# The year of a law is its name, not a period asked about.
_LAW_YEAR = re.compile(
    r"\b(?:lois?|decrets?|circulaires?|ordonnances?|arretes?|code|deliberation|deliberee?)\b[^,;.?!]{0,30}?\b(?:19|20)\d\d\b"
)
_LAW_NUMBER = re.compile(r"\b(?:19|20)\d\d-(?!(?:19|20)\d\d\b)\d{3,}\b")

_TENS = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
_SMALL = {word: int(value) for word, value in NUMBER_WORDS.items() if int(value) < 17 and not word.endswith("eme")
          and word not in {"premier", "premiere", "second", "seconde"}}  # fmt: skip
_NUMBER_WORD = "|".join(sorted((*_SMALL, *_TENS, "cents?", "mille", "quatre-vingts?"), key=len, reverse=True))
_WRITTEN_NUMBER = re.compile(rf"\b(?:{_NUMBER_WORD})(?:(?:[\s-]|\set\s|-et-)(?:{_NUMBER_WORD}))+\b")


class References(NamedTuple):
    """What a question refers to, and the text with it spelt as documents do."""

    text: str
    changes: tuple[tuple[str, str], ...]  # (typed, read as), where it is not plain
    articles: tuple[str, ...]  # "8.2", "L221-1", "375"
    numbers: tuple[str, ...]  # written in words or digits, in digits
    dates: tuple[str, ...]  # "06-01", "2023-06-01", "2023-06"
    years: tuple[str, ...]


def read_references(text: str, known: Container[str] = ()) -> References:
    """Spell references the way documents do, and list them.

    Args:
        text: The question.
        known: Words of the corpus: "8-2" is the article 8.2 where the corpus has one, and a number in words is
            90 where it has 90.

    >>> read = read_references("l'art 8-2, les quatre-vingt-dix jours avant le 01/06/2023", {"8.2", "90"})
    >>> read.text
    "l'article 8.2, les 90 jours avant le 1er juin 2023"
    >>> read.articles, read.numbers, read.dates, read.years
    (('8.2',), ('90',), ('2023-06-01',), ('2023',))
    """
    changes: list[tuple[str, str]] = []
    articles: list[str] = []

    def code_article(match: re.Match[str]) -> str:
        rest = "".join(f"-{part}" for part in re.findall(r"\d+", match["rest"]))
        letter = match["letter"].upper()
        articles.append(f"{letter}{match['number']}{rest}")
        return f"{letter}. {match['number']}{rest}"

    def article(match: re.Match[str]) -> str:
        number = match["number"] + (match["ordinal"] or "")
        if match["rest"]:
            dotted = f"{match['number']}.{match['rest']}"
            hyphened = f"{match['number']}-{match['rest']}"
            number = dotted if dotted in known or match["mark"] in ".," else hyphened
            if match["mark"] != "." and number == dotted:
                changes.append((match[0], f"article {dotted}"))
        articles.append(number.removesuffix("er"))
        plural = "s" if match["word"].lower().endswith("s") else ""
        return f"article{plural} {number}"

    text = _JOINED_ARTICLE.sub(r"\g<word> \g<number>", text)
    text = _CODE_ARTICLE.sub(code_article, text)
    text = _ARTICLE.sub(article, text)
    text = _ISO.sub(_date, text)
    text = _SLASHED.sub(lambda m: _slashed(m, text, changes), text)
    text = _digits(text, changes, known)
    folded = fold(text)
    dates, years = _dates(folded), _years(folded)
    return References(
        text,
        tuple(changes),
        tuple(dict.fromkeys(articles)),
        _numbers(folded, dates, years, articles),
        dates,
        years,
    )


def _date(match: re.Match[str]) -> str:
    day, month = int(match["day"]), int(match["month"])
    year = match["year"] or ""
    year = f"20{year}" if len(year) == 2 else year
    return f"{'1er' if day == 1 else day} {MONTHS[month - 1]} {year}".rstrip()


def _slashed(match: re.Match[str], text: str, changes: list[tuple[str, str]]) -> str:
    if match["mark"] == "." and not match["year"]:
        return match[0]  # 8.2 is a place
    if not match["year"] and len(match[0]) < 4:
        return match[0]  # 1/3 is a share
    if re.search(
        r"(?:fiche|cahier|article|page|axe|action|places?)s?\s+(?:n°\s*)?$", fold(text[: match.start()])
    ):
        return match[0]
    changes.append((match[0], _date(match)))
    return _date(match)


def _digits(text: str, changes: list[tuple[str, str]], known: Container[str]) -> str:
    """Write compound numbers in digits where the corpus does: "quatre-vingt-dix" is 90."""
    folded = fold(text)
    if len(folded) != len(text):
        return text
    for match in reversed(list(_WRITTEN_NUMBER.finditer(folded))):
        value = number_of(match[0])
        if value is not None and str(value) in known:
            changes.append((text[match.start() : match.end()], str(value)))
            text = text[: match.start()] + str(value) + text[match.end() :]
    return text


def number_of(words: str) -> int | None:
    """Return the value of a folded number in words, or None when it is not one number.

    >>> number_of("quatre-vingt-dix-sept"), number_of("deux cent cinquante"), number_of("deux trois")
    (97, 250, None)
    """
    total = group = 0
    fits = range(1, 1000)  # what the next part may be
    for word in re.findall(r"[a-z]+", words):
        if word == "et":
            continue
        if word == "mille":
            total, group, fits = total + max(group, 1) * 1000, 0, range(1, 1000)
        elif word in {"cent", "cents"}:
            if group > 9:
                return None
            group, fits = max(group, 1) * 100, range(1, 100)
        elif word in {"vingt", "vingts"} and group % 100 == 4:
            group, fits = group + 76, range(1, 20)
        else:
            value = _TENS.get(word) or _SMALL[word]
            if value not in fits:
                return None
            group += value
            if value == 10:
                fits = range(7, 10)  # dix-sept
            elif value in _TENS.values():
                fits = range(1, 20 if value == 60 else 10)  # soixante-dix
            else:
                fits = range(0)
    return total + group


def _numbers(
    folded: str, dates: Sequence[str], years: Sequence[str], articles: Sequence[str]
) -> tuple[str, ...]:
    """Return the counts and amounts: no part of a date, no year, no article."""
    found = []
    for word in re.findall(r"\d+(?:[.,]\d+)?|[a-z]+", folded):
        if word[0].isdigit():
            found.append(word.replace(",", "."))
        elif word in NUMBER_WORDS and word not in {"un", "une", "second", "seconde"}:
            found.append(NUMBER_WORDS[word])
    elsewhere = {part.lstrip("0") for date in dates for part in date.split("-")} | {*years, *articles}
    elsewhere |= {part for article in articles for part in re.findall(r"\d+", article)}
    return tuple(dict.fromkeys(number for number in found if number not in elsewhere))


def _dates(folded: str) -> tuple[str, ...]:
    found = []
    for match in _WRITTEN.finditer(folded):
        month = f"{_MONTH_NUMBERS[match['month']]:02}"
        if not match["day"] and not match["year"]:
            if len(match["month"]) > 4 or match["month"] in {"mars", "juin", "aout"}:
                found.append(month)
            continue
        found.append(
            "-".join(filter(None, (match["year"], month, f"{int(match['day']):02}" if match["day"] else "")))
        )
    return tuple(dict.fromkeys(found))


def _years(folded: str) -> tuple[str, ...]:
    folded = _LAW_NUMBER.sub(" ", _LAW_YEAR.sub(" ", folded))
    found = []
    for match in _YEARS.finditer(folded):
        first, last = match["first"], match["last"]
        found.append(first)
        if last:
            found.append(last if len(last) == 4 else first[:2] + last)
    return tuple(dict.fromkeys(found))
