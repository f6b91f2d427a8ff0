"""The checks on fiches: what a reader of the originals would object to, as far as a machine can.

Checks against a document are made where it is installed; the report says which were skipped.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.corpus.anchors import WordMap, locate, parse_anchor
from assistant.corpus.placement import locate_source, merge_spans
from assistant.errors import CorpusError
from assistant.french import NUMBER_WORDS, fold, numbers, sentence_spans, tokenize, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.records import Anchor, Document, DocumentInfo, Fiche

BODY_WORDS = (40, 150)
QUESTIONS = (10, 40)
COPIED_RUN = 10  # consecutive words in common with the original
_MEASURED = {word: number for word, number in NUMBER_WORDS.items() if number != "1"}  # "un" is an article too
_MEASURE = re.compile(
    rf"\b({'|'.join(_MEASURED)})\s+(?:(?:dernier|premier|prochain)e?s )?"
    r"(?:ans?|annees?|mois|semaines?|jours?|heures?|minutes?|fois|euros?|pour cent|"
    r"places?|postes?|etp|pages?|kilometres?|habitants?)\b"
)
_PERIODS = {"biennal": "2", "triennal": "3", "quinquennal": "5", "decennal": "10"}  # years
ALIKE = 0.8  # share of terms in common above which two questions of a fiche are the same


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What the checks let pass, each with its reason in ``corpus/fiches/exceptions.toml``.

    Attributes:
        titles: Official titles, folded: their words are facts and do not count as copied.
        names: Folded words a body may use although its source does not (usual expansions).
        ranges: Document id → (reason, anchor) of what no fiche explains, on purpose.
    """

    titles: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    ranges: Mapping[str, tuple[tuple[str, Anchor], ...]] = ()  # type: ignore[assignment]


def load_exceptions(path: Path) -> Exceptions:
    """Read the exceptions; a missing file allows nothing.

    Raises:
        CorpusError: If the file is malformed.
    """
    if not path.is_file():
        return Exceptions(ranges={})
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        ranges: dict[str, list[tuple[str, Anchor]]] = defaultdict(list)
        for item in values.get("uncovered", []):
            ranges[item["document"]].append((item["reason"], parse_anchor(item["anchor"])))
    except (tomllib.TOMLDecodeError, KeyError, ValueError, UnicodeDecodeError) as error:
        raise CorpusError(
            path, f"les exceptions sont illisibles ({error}).", "Corrigez ce fichier."
        ) from error
    return Exceptions(
        titles=tuple(" ".join(plain_words(title)) for title in values.get("titles", [])),
        names=frozenset(word for name in values.get("names", []) for word in plain_words(name)),
        ranges={key: tuple(items) for key, items in ranges.items()},
    )


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a document some fiche explains, in letters and digits."""

    document_id: str
    fiches: int
    informative: int  # letters and digits, without what is excepted
    covered: int
    excepted: int

    @property
    def share(self) -> float:
        """Of the informative characters, from 0 to 1."""
        return self.covered / self.informative if self.informative else 1.0


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What the checks found; ``problems`` are French sentences that start with the fiche's id."""

    fiches: int
    problems: tuple[str, ...]
    coverage: tuple[Coverage, ...]
    skipped: tuple[str, ...]  # documents that are not installed


def check_fiches(
    fiches: Sequence[Fiche],
    documents: Mapping[str, Document],
    infos: Mapping[str, DocumentInfo],
    acronyms: Mapping[str, Sequence[str]],
    exceptions: Exceptions,
) -> CheckReport:
    """Run every check that the installed documents allow."""
    problems = [
        *check_sizes(fiches),
        *check_questions(fiches),
        *check_unanswered(fiches),
        *check_links(fiches, infos),
        *check_copies(fiches, documents, exceptions),
    ]
    maps = {document.id: WordMap(document.text) for document in documents.values()}
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    for fiche in fiches:
        spans: list[str] = []
        for source in fiche.sources:
            if source.anchor is None:
                problems.append(
                    f"{fiche.id} : brouillon sans ancre. Faites-la : assistant fiches anchor --drafts"
                )
            document = documents.get(source.document)
            if document is None:
                continue
            found = locate_source(document, maps[document.id], source)
            if found is None:
                problems.append(f"{fiche.id} : son passage est introuvable dans « {document.id} ».")
                continue
            if not found.is_unique:
                problems.append(f"{fiche.id} : son ancre convient à plusieurs endroits de « {document.id} ».")
            places[document.id].append((found.start, found.end))
            counts[document.id] += 1
            spans.append(document.text[found.start : found.end])
        if spans and all(source.document in documents for source in fiche.sources):
            problems += check_facts(fiche, "\n".join(spans), infos, acronyms, exceptions)
    coverage = tuple(
        measure_coverage(document, maps[document.id], places[document.id], counts[document.id], exceptions)
        for document in documents.values()
        if counts[document.id]
    )
    wanted = {source.document for fiche in fiches for source in fiche.sources}
    return CheckReport(len(fiches), tuple(problems), coverage, tuple(sorted(wanted - set(documents))))


def check_sizes(fiches: Iterable[Fiche]) -> list[str]:
    """Check the length of bodies and the number of questions."""
    problems = []
    for fiche in fiches:
        count = len(re.findall(r"\w+(?:[’'-]\w+)*", fiche.body))
        if not BODY_WORDS[0] <= count <= BODY_WORDS[1]:
            problems.append(
                f"{fiche.id} : le corps compte {count} mots (de {BODY_WORDS[0]} à {BODY_WORDS[1]})."
            )
        if not QUESTIONS[0] <= len(fiche.questions) <= QUESTIONS[1]:
            problems.append(
                f"{fiche.id} : {len(fiche.questions)} questions (de {QUESTIONS[0]} à {QUESTIONS[1]})."
            )
    return problems


def check_questions(fiches: Iterable[Fiche]) -> list[str]:
    """Check that no question is asked twice, over all fiches, and that those of one fiche differ."""
    problems = []
    asked: dict[str, str] = {}
    for fiche in fiches:
        terms: list[tuple[str, frozenset[str]]] = []
        for question in fiche.questions:
            key = " ".join(plain_words(question))
            if key in asked:
                problems.append(f"{fiche.id} : « {question} » est déjà posée dans {asked[key]}.")
            asked.setdefault(key, fiche.id)
            mine = frozenset(tokenize(question))
            for other, theirs in terms:
                if mine and len(mine & theirs) > ALIKE * len(mine | theirs):
                    problems.append(f"{fiche.id} : « {question} » redit « {other} ».")
            terms.append((question, mine))
    return problems


def check_unanswered(fiches: Sequence[Fiche]) -> list[str]:
    """Check that no question said to have no answer is also said to have one, or is given twice."""
    answered = {" ".join(plain_words(question)): fiche.id for fiche in fiches for question in fiche.asked}
    problems = []
    given: dict[str, str] = {}
    for fiche in fiches:
        for question in fiche.unanswered:
            key = " ".join(plain_words(question))
            if key in answered:
                problems.append(
                    f"{fiche.id} : « {question} », dite sans réponse, en a une : {answered[key]}."
                )
            if key in given:
                problems.append(f"{fiche.id} : « {question} », sans réponse, est déjà dans {given[key]}.")
            given.setdefault(key, fiche.id)
    return problems


def check_links(fiches: Sequence[Fiche], infos: Mapping[str, DocumentInfo]) -> list[str]:
    """Check that the documents and fiches named exist."""
    ids = {fiche.id for fiche in fiches}
    problems = []
    for fiche in fiches:
        for source in fiche.sources:
            if source.document not in infos:
                problems.append(f"{fiche.id} : le document « {source.document} » n’est pas au catalogue.")
        problems += [
            f"{fiche.id} : « {other} » n’existe pas." for other in fiche.see_also if other not in ids
        ]
    return problems


def check_facts(
    fiche: Fiche,
    source: str,
    infos: Mapping[str, DocumentInfo],
    acronyms: Mapping[str, Sequence[str]],
    exceptions: Exceptions,
) -> list[str]:
    """Check that each number and each name of the body is in its source."""
    places = " ".join(
        (
            *(s.place for s in fiche.sources),
            *(infos[s.document].title for s in fiche.sources if s.document in infos),
        )
    )
    problems = []
    loose = _loose_digits(source)
    # The cells of a table may stand side by side: "200 800 000,00 €" is 200, then 800 000,00.
    in_pieces = {
        re.sub(r"\D", "", match[0])
        for match in re.finditer(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+", fiche.body)
        if set(re.findall(r"\d+", match[0])) <= loose
    }
    said = {number for number in numbers_in(fiche.body) if number.split(".")[0] not in in_pieces}
    missing = sorted(said - numbers_in(f"{source} {places}") - loose)
    if missing:
        problems.append(f"{fiche.id} : nombres absents de la source : {', '.join(missing)}.")
    known = set(plain_words(f"{source} {places}")) | exceptions.names | set(NUMBER_WORDS)
    for acronym, expansions in acronyms.items():
        if fold(acronym) in known or any(set(plain_words(e)) <= known for e in expansions):
            known |= set(plain_words(" ".join((acronym, *expansions))))
    joined = "".join(plain_words(source))
    absent = [
        name for name in names_in(fiche.body)
        if any(word not in known and word not in joined for word in plain_words(name) if len(word) > 1)
    ]  # fmt: skip
    if absent:
        problems.append(f"{fiche.id} : noms absents de la source : {', '.join(absent)}.")
    return problems


def numbers_in(text: str) -> set[str]:
    """Return the numbers of a text, in digits; those in words only where they measure something.

    "Deux mois" is a figure; "les deux parties" is the writer counting what the source lists.
    """
    said = words(text)
    found = {number for word in said if word not in NUMBER_WORDS for number in numbers(word)}
    found |= {number for word, number in _PERIODS.items() if any(other.startswith(word) for other in said)}
    return found | {NUMBER_WORDS[match[1]] for match in _MEASURE.finditer(fold(text))}


def _loose_digits(text: str) -> set[str]:
    """Return every run of digits, with and without the marks between them: sources glue notes to numbers."""
    runs = set(re.findall(r"\d+", text)) | set(re.findall(r"\d+", re.sub(r"(?<=\d)[\s.,](?=\d)", "", text)))
    return runs | {run[:-1] for run in runs if len(run) > 3}  # "9001 logements" is 900 and note 1


def names_in(text: str) -> list[str]:
    """Return the capitalised words that do not start a sentence, a line or a quotation."""
    found = []
    for start, end in sentence_spans(text):
        for line in text[start:end].split("\n"):
            sentence = re.sub(r"^[\s«“\"(•–-]+", "", line)
            for match in re.finditer(r"(?<![:«“(;] )(?<=\s)(?:[dlDL]['’])?([A-ZÀ-Ý][\w-]+)", sentence):
                found.append(match[1])
    return found


def check_copies(
    fiches: Sequence[Fiche], documents: Mapping[str, Document], exceptions: Exceptions
) -> list[str]:
    """Check that no fiche shares ``COPIED_RUN`` words in a row with a document."""
    runs: set[tuple[str, ...]] = set()
    for document in documents.values():
        runs.update(_runs(plain_words(document.text)))
    problems: list[str] = []
    if not runs:
        return problems
    for fiche in fiches:
        duties = (text for duty in fiche.obligations for text in astuple(duty))
        for text in (fiche.title, fiche.body, *fiche.asked, *fiche.unanswered, *duties):
            said = " ".join(plain_words(text))
            for title in exceptions.titles:
                said = said.replace(title, "\n")
            copied = next(
                (run for part in said.split("\n") for run in _runs(part.split()) if run in runs), None
            )
            if copied:
                problems.append(f"{fiche.id} : mots repris de l’original : « {' '.join(copied)} ».")
    return problems


def _runs(said: Sequence[str]) -> Iterable[tuple[str, ...]]:
    return (tuple(said[i : i + COPIED_RUN]) for i in range(len(said) - COPIED_RUN + 1))


def measure_coverage(
    document: Document,
    word_map: WordMap,
    spans: Sequence[tuple[int, int]],
    fiches: int,
    exceptions: Exceptions,
) -> Coverage:
    """Measure how much of a document the spans cover, what is excepted left aside."""
    excepted = excepted_spans(document, word_map, exceptions)
    covered = merge_spans(spans)
    both = merge_spans([*excepted, *covered])
    total = _letters(document.text, [(0, len(document.text))])
    inside, either = _letters(document.text, covered), _letters(document.text, both)
    aside = either - inside  # a range both covered and excepted counts as covered
    return Coverage(document.id, fiches, total - aside, inside, aside)


def excepted_spans(document: Document, word_map: WordMap, exceptions: Exceptions) -> list[tuple[int, int]]:
    """Return where the document's excepted ranges lie."""
    found = (locate(word_map, anchor) for _, anchor in exceptions.ranges.get(document.id, ()))
    return [(place.start, place.end) for place in found if place]


def uncovered_spans(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the ranges with letters that lie in none of the spans, without space around them."""
    result, last = [], 0
    inside = [(max(0, start), min(len(text), end)) for start, end in spans if start < len(text) and end > 0]
    for start, end in [*merge_spans(inside), (len(text), len(text))]:
        gap = text[last:start]
        if any(c.isalnum() for c in gap):
            begin = last + len(gap) - len(gap.lstrip())
            result.append((begin, last + len(gap.rstrip())))
        last = max(last, end)
    return result


def _letters(text: str, spans: Iterable[tuple[int, int]]) -> int:
    return sum(sum(c.isalnum() for c in text[start:end]) for start, end in spans)


def plain_words(text: str) -> list[str]:
    """Return the folded runs of letters and digits: what a copy is compared by."""
    return re.findall(r"[a-z0-9]+", fold(text))
