"""The measures, as pure functions; each docstring gives the formula and where it comes from.

Ranks start at 1.  A share is from 0 to 1.  Nothing here asks a language model.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.french import NUMBER_WORDS, fold, numbers, tokenize, words

Span = tuple[int, int]

COVERED = 0.5  # share of the evidence that a passage must hold
LEMMA_SHARE = 0.8  # of a sentence's content words that the cited text must hold


# --- retrieval -------------------------------------------------------------------------------


def overlap(one: Span, other: Span) -> int:
    """Return how many characters two spans share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def covers(passage: Span, evidence: Span) -> bool:
    """Whether a passage holds at least half of the evidence: |p ∩ e| / |e| ≥ 0.5.

    Spans are judged, never passages by their ids, so that another splitter does not void the questions.

    >>> covers((0, 100), (60, 140)), covers((0, 99), (60, 140))
    (True, False)
    """
    return overlap(passage, evidence) >= COVERED * (evidence[1] - evidence[0])


def first_ranks(found: Sequence[frozenset[int]], groups: int) -> tuple[int | None, ...]:
    """Return, for each group of evidence, the rank of the first hit that covers it, or None.

    Args:
        found: For each hit, best first, the groups that it covers.
        groups: How many groups there are.
    """
    return tuple(
        next((rank for rank, held in enumerate(found, 1) if group in held), None) for group in range(groups)
    )


def recall_at(ranks: Sequence[int | None], k: int) -> float:
    """Return |groups covered in the top k| / |groups| (Haystack's multi-hit recall).

    >>> recall_at((1, None, 7), 5)
    0.3333333333333333
    """
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks)


def hit_at(ranks: Sequence[int | None], k: int) -> float:
    """Return 1 if any group is covered in the top k, else 0 (BEIR's accuracy@k)."""
    return float(any(rank is not None and rank <= k for rank in ranks))


def reciprocal_rank(ranks: Sequence[int | None], k: int) -> float:
    """Return 1 / rank of the first hit that covers a group, 0 beyond k (TREC's recip_rank).

    >>> reciprocal_rank((None, 4), 10)
    0.25
    """
    first = min((rank for rank in ranks if rank is not None), default=k + 1)
    return 1 / first if first <= k else 0.0


def ndcg_at(ranks: Sequence[int | None], k: int) -> float:
    """Return Σ 1/log2(rank_g + 1) over the groups covered in the top k, divided by its best value.

    Linear gain, as pytrec_eval.  A group counts once, at its first rank, so repeating a passage earns
    nothing.  The best value puts the groups at ranks 1, 2, …; a passage that covers two groups at once
    would do better than that, so the result is capped at 1.

    >>> ndcg_at((1, 2), 10), round(ndcg_at((3, None), 10), 4)
    (1.0, 0.3066)
    """
    gain = sum(1 / math.log2(rank + 1) for rank in ranks if rank is not None and rank <= k)
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(len(ranks), k) + 1))
    return min(1.0, gain / ideal)


def recall_within(ranks: Sequence[int | None], lengths: Sequence[int], budget: int) -> float:
    """Return the recall of what a reader sees who stops after ``budget`` characters.

    Fair between splitters: long passages cover evidence more easily, and cost more to read.
    A passage counts when it ends within the budget; the first always counts.

    >>> recall_within((1, 3), (400, 400, 400), 1000)
    0.5
    """
    seen, total = 1, 0
    for rank, length in enumerate(lengths, 1):
        total += length
        if total > budget:
            break
        seen = rank
    return recall_at(ranks, seen)


# --- facts and numbers -----------------------------------------------------------------------


def plain_form(word: str) -> str:
    """Return a folded word without the marks of plural and feminine; a stem would take too much away.

    >>> plain_form("mairies") == plain_form("mairie") != plain_form("maire")
    True
    >>> plain_form("departementaux") == plain_form("departementale")
    True
    """
    if len(word) <= 3:
        return word
    word = word.rstrip("sx") or word
    word = word[:-2] + "al" if word.endswith("au") and len(word) > 4 else word
    return word.rstrip("e") or word


_MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre",
    "decembre",
)  # fmt: skip
_SLASH_DATE = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(\d{4}))?\b")
_FIRST = re.compile(r"\b1\s?ers?\b")
_UNITS = frozenset(
    plain_form(unit)
    for unit in (
        *_MONTHS, "jour", "semaine", "mois", "trimestre", "semestre", "an", "annee", "heure", "minute", "euro",
        "million", "milliard", "millier", "kilometre", "habitant", "place", "poste", "etp", "jeune", "enfant",
        "famille",
    )
) | {"%"}  # fmt: skip


def normalise(text: str) -> list[str]:
    """Return the words of a text without plural and feminine, with numbers, dates and units in one form.

    "30/04/2024" and "30 avril 2024", "2 500 €" and "2500 euros", "deux mois" and "2 mois" are the same.
    Stop words stay: they are part of a name.

    >>> normalise("le 1er mai : 2 500 €") == normalise("Le 01/05 : 2500 euros")
    True
    """
    text = _FIRST.sub("1", _SLASH_DATE.sub(_spell_date, fold(text)))
    text = text.replace("€", " euros ").replace("%", " pour cent ")
    tokens: list[str] = []
    for word in words(text.replace("pourcent", "pour cent")):
        if word == "cent" and tokens[-1:] == ["pour"]:
            tokens[-1] = "%"
            continue
        number = NUMBER_WORDS.get(word, word)
        if not number[0].isdigit():
            tokens.append(plain_form(word))
        elif word in NUMBER_WORDS and len(number) == 1 and tokens[-1:] and tokens[-1] in _TENS:
            tokens[-1] = str(int(tokens[-1]) + int(number))  # vingt-deux
        else:
            tokens.append(number.lstrip("0") or "0")
    return tokens


_TENS = ("20", "30", "40", "50", "60")


def _spell_date(match: re.Match[str]) -> str:
    day, month, year = match.groups()
    if not (1 <= int(day) <= 31 and 1 <= int(month) <= 12):
        return match[0]
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year or ''}"


def holds(text: Sequence[str], form: Sequence[str]) -> bool:
    """Whether normalised words follow one another in a normalised text."""
    size = len(form)
    return size > 0 and any(list(text[i : i + size]) == list(form) for i in range(len(text) - size + 1))


def facts_found(text: str, facts: Sequence[Sequence[str]]) -> list[bool]:
    """Say, for each fact, whether one of its forms is in a text (ALCE's exact presence, normalised).

    >>> facts_found("Le comité se réunit tous les deux mois.", [["2 mois", "bimestriel"], ["maire"]])
    [True, False]
    """
    inside = normalise(text)
    return [any(holds(inside, normalise(form)) for form in forms) for forms in facts]


def quantities(text: str) -> set[tuple[str, str]]:
    """Return (number, unit) for each number of a text; "" for a unit that is none of the usual ones.

    The month is the unit of a day, so that a date is a quantity too.

    >>> sorted(quantities("3 postes avant le 30/04, soit 12 % de l'article 8"))
    [('12', '%'), ('3', 'post'), ('30', 'avril'), ('8', '')]
    """
    tokens = normalise(text)
    found = set()
    for place, token in enumerate(tokens):
        if not token[0].isdigit():
            continue
        after = tokens[place + 1] if place + 1 < len(tokens) else ""
        found.add((token, after if after in _UNITS else ""))
    return found


def f1(found: int, wanted: int, given: int) -> float:
    """Return the harmonic mean of found/wanted and found/given; 0 when either is empty."""
    return 2 * found / (wanted + given) if wanted and given else 0.0


# --- citations -------------------------------------------------------------------------------

_NEGATION = re.compile(r"\b(?:ne|n|pas|jamais|aucune?|sans|ni|interdit\w*)\b")


def squash(text: str) -> str:
    """Return the letters and digits of a text, folded: what T0 compares.

    Case, accents, ligatures, soft and line-end hyphens, quotation marks, apostrophes and spaces go.
    """
    return "".join(c for c in fold(text) if c.isalnum())


def is_verbatim(sentence: str, source: str) -> bool:
    r"""T0: whether the source holds the sentence word for word.

    >>> is_verbatim("L’équipe « mobile »", "… à l'équi-\npe mobile .")
    True
    """
    inside = squash(sentence)
    return bool(inside) and inside in squash(source)


def is_supported(sentence: str, source: str) -> bool:
    """T1: whether the source holds 80 % of the sentence's content words, all its numbers, its negation.

    A lexical stand-in for entailment.  Faithful plain words often fail it, since they are other words:
    it says how much can be checked by eye, and is a lower bound.
    """
    wanted = set(tokenize(sentence))
    held = set(tokenize(source))
    if wanted and len(wanted & held) < LEMMA_SHARE * len(wanted):
        return False
    if not numbers(sentence) - {"1"} <= numbers(source):  # "un" and "une" are words more than numbers
        return False
    return not _NEGATION.search(fold(sentence)) or bool(_NEGATION.search(fold(source)))


def entails(source: str, sentence: str) -> bool:
    """φ of ALCE, by our tiers: T0 or T1."""
    return is_verbatim(sentence, source) or is_supported(sentence, source)


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer with the texts that it cites."""

    sentence: str
    sources: tuple[str, ...]  # in range
    dangling: int = 0  # citations that lead nowhere


def citation_recall(claims: Sequence[Claim], phi: Callable[[str, str], bool] = entails) -> float:
    """Return the share of sentences that cite, all in range, and are entailed by what they cite together.

    ALCE, ``compute_autoais``.  0 without sentences: an empty answer is not a perfect one.
    """
    if not claims:
        return 0.0
    return sum(_is_proved(claim, phi) for claim in claims) / len(claims)


def _is_proved(claim: Claim, phi: Callable[[str, str], bool]) -> bool:
    return bool(claim.sources) and not claim.dangling and phi("\n".join(claim.sources), claim.sentence)


def citation_precision(claims: Sequence[Claim], phi: Callable[[str, str], bool] = entails) -> float:
    """Return the share of citations that are of use.

    ALCE: where a sentence has several citations and is proved, one is useless if it does not entail the
    sentence alone and the others do without it; otherwise a citation takes the sentence's recall.
    Unlike ALCE's code a dangling citation counts, as a false one.  0 without citations.
    """
    good = total = 0
    for claim in claims:
        total += len(claim.sources) + claim.dangling
        if not _is_proved(claim, phi):
            continue
        for place, source in enumerate(claim.sources):
            others = claim.sources[:place] + claim.sources[place + 1 :]
            useless = (
                bool(others) and not phi(source, claim.sentence) and phi("\n".join(others), claim.sentence)
            )
            good += not useless
    return good / total if total else 0.0


# --- refusals and confidence -----------------------------------------------------------------


def refusal_scores(pairs: Sequence[tuple[bool, bool]]) -> dict[str, float]:
    """Return the measures of refusing, from (answerable, refused) pairs.

    refusal_recall = refused∧unanswerable / unanswerable; refusal_precision = refused∧unanswerable /
    refused; over_refusal = refused∧answerable / answerable (RAGTruth's incorrect refusals);
    balanced_refusal = mean of the recalls of the two classes.  A measure whose denominator is empty is
    left out.
    """
    unanswerable = [refused for answerable, refused in pairs if not answerable]
    answerable_ = [refused for answerable, refused in pairs if answerable]
    refused_total = sum(refused for _, refused in pairs)
    scores = {}
    if unanswerable:
        scores["refusal_recall"] = sum(unanswerable) / len(unanswerable)
        if refused_total:
            scores["refusal_precision"] = sum(unanswerable) / refused_total
    if answerable_:
        scores["over_refusal"] = sum(answerable_) / len(answerable_)
    if unanswerable and answerable_:
        scores["balanced_refusal"] = (scores["refusal_recall"] + 1 - scores["over_refusal"]) / 2
    return scores


def brier(pairs: Sequence[tuple[float, bool]]) -> float:
    """Return the mean of (confidence - outcome)², from (confidence, outcome) pairs (Brier, 1950).

    >>> round(brier([(0.8, True), (0.4, False)]), 4)
    0.1
    """
    return sum((sure - outcome) ** 2 for sure, outcome in pairs) / len(pairs)


def calibration_bins(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> list[tuple[int, float, float]]:
    """Return (how many, mean confidence, share right) for each bin of equal width that is not empty."""
    inside: dict[int, list[tuple[float, bool]]] = {}
    for sure, outcome in pairs:
        inside.setdefault(min(bins - 1, int(sure * bins)), []).append((sure, outcome))
    return [
        (len(found), sum(s for s, _ in found) / len(found), sum(o for _, o in found) / len(found))
        for _, found in sorted(inside.items())
    ]


def calibration_error(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> float:
    """Return ECE = Σ n_b / n · |share right in b - mean confidence in b| (Guo et al., 2017).

    >>> round(calibration_error([(0.9, True), (0.9, False)]), 4)
    0.4
    """
    return sum(n * abs(right - sure) for n, sure, right in calibration_bins(pairs, bins)) / len(pairs)


def risk_coverage(pairs: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Return (coverage, risk): the share answered and the share wrong among it, as the bar is lowered.

    Geifman and El-Yaniv, 2017.  Equal confidences are answered together.
    """
    ordered = sorted(pairs, key=lambda pair: -pair[0])
    points = []
    wrong = 0
    for place, (sure, outcome) in enumerate(ordered, 1):
        wrong += not outcome
        if place == len(ordered) or ordered[place][0] != sure:
            points.append((place / len(ordered), wrong / place))
    return points


def area_under_risk(pairs: Sequence[tuple[float, bool]]) -> float:
    """Return the mean risk over all coverages: lower is better, 0 when every error comes last."""
    points = [(0.0, 0.0), *risk_coverage(pairs)]
    return sum((here[0] - before[0]) * here[1] for before, here in pairwise(points))


# --- differences -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """A paired difference of two means with its 95 % interval."""

    mean: float
    low: float
    high: float
    cases: int


def paired_bootstrap(
    old: Mapping[str, float], new: Mapping[str, float], *, draws: int = 2000, seed: int = 20_260
) -> Difference:
    """Return mean(new - old) over the cases both have, with its percentile interval over resampled cases.

    Efron and Tibshirani, 1993, chapter 13.  The seed is fixed: the same numbers, the same interval.

    Raises:
        ValueError: If they have no case in common.
    """
    shared = sorted(old.keys() & new.keys())
    if not shared:
        raise ValueError("no case in common")
    gaps = [new[key] - old[key] for key in shared]
    mean = sum(gaps) / len(gaps)
    if not any(gaps):
        return Difference(0.0, 0.0, 0.0, len(gaps))
    draw = random.Random(seed)
    means = sorted(sum(draw.choices(gaps, k=len(gaps))) / len(gaps) for _ in range(draws))
    return Difference(mean, means[int(0.025 * draws)], means[int(0.975 * draws) - 1], len(gaps))


def balance(scores: Mapping[str, float], answerable: Mapping[str, bool]) -> dict[str, float]:
    """Weigh per-case scores so that their mean is the mean of the two classes' means.

    Makes balanced accuracy a mean over cases, which ``paired_bootstrap`` can resample.
    """
    sizes = {flag: sum(answerable[key] is flag for key in scores) for flag in (True, False)}
    classes = sum(size > 0 for size in sizes.values())
    return {key: score * len(scores) / (classes * sizes[answerable[key]]) for key, score in scores.items()}
