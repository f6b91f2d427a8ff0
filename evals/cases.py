"""The reference questions: records, strict loading, and where their evidence lies."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from assistant.corpus.anchors import WordMap, locate, parse_anchor
from assistant.corpus.placement import range_of_lines
from assistant.errors import QuestionsError
from assistant.records import Anchor, Turn

if TYPE_CHECKING:
    from assistant.records import Document

QUESTIONS = Path(__file__).resolve().parent / "questions"
KINDS = (
    "obligation", "procedure", "deadline", "figure", "definition", "list", "actor",
    "comparison", "temporal", "follow_up", "unanswerable", "off_topic", "adversarial",
)  # fmt: skip
DIFFICULTIES = ("easy", "medium", "hard")
REQUIRED = ("id", "kind", "question", "answerable", "difficulty", "reference")
OPTIONAL = ("document", "facts", "evidence", "history", "variants")


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing an answer says; any of its forms will do."""

    forms: tuple[str, ...]
    vital: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stretch of a document that proves something.

    Attributes:
        document: Its id.
        anchor: Finds the stretch in any rendition; None in a draft that still says ``lines``.
        lines: Of a draft: first and last line of the original text, from 1, both included.
        fiches: Those that explain at least half of the stretch; they stand for it when the original is
            not installed.
    """

    document: str
    anchor: Anchor | None = None
    lines: tuple[int, int] | None = None
    fiches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """The same question typed otherwise."""

    kind: str
    question: str


@dataclass(frozen=True)
class Case:
    """A question with what a right answer holds.

    All groups of ``evidence`` are needed; in a group any one alternative is enough.
    """

    id: str
    kind: str
    question: str
    answerable: bool
    difficulty: str
    reference: str
    document: str = ""
    facts: tuple[Fact, ...] = ()
    evidence: tuple[tuple[Evidence, ...], ...] = ()
    history: tuple[Turn, ...] = ()
    variants: tuple[Variant, ...] = ()

    @cached_property
    def digest(self) -> str:
        """Changes when the question or what is expected of it does; not with its evidence's fiches."""
        forms = [[fact.forms, fact.vital] for fact in self.facts]
        groups = [[_place_key(evidence) for evidence in group] for group in self.evidence]
        turns = [[turn.question, turn.answer] for turn in self.history]
        return hashlib.sha256(
            json.dumps([self.question, self.answerable, forms, groups, turns]).encode()
        ).hexdigest()[:12]


def _place_key(evidence: Evidence) -> list[Any]:
    return [evidence.document, evidence.anchor.marks if evidence.anchor else evidence.lines]


# --- loading ---------------------------------------------------------------------------------


def question_files(folder: Path = QUESTIONS) -> list[Path]:
    """Return the reference files, by name."""
    return sorted(folder.glob("*.jsonl"))


def load_cases(paths: Iterable[Path]) -> tuple[Case, ...]:
    """Read JSON Lines files of reference questions.

    Raises:
        QuestionsError: For an unknown key, a missing or wrong value, or an id used twice; the message
            names the file and the line.
    """
    cases: dict[str, Case] = {}
    for path in paths:
        for number, item in read_items(path):
            case = parse_case(item, f"{path.name}, ligne {number}")
            if case.id in cases:
                _refuse(f"{path.name}, ligne {number}", f"l’identifiant « {case.id} » existe déjà")
            cases[case.id] = case
    return tuple(cases.values())


def read_items(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """Return (line number, object) for each line that is not blank."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # not splitlines: a string may hold U+2028
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionsError(f"« {path} » est illisible. Donnez un fichier JSON Lines en UTF-8.") from error
    items = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line)
        except json.JSONDecodeError as error:
            raise QuestionsError(f"{path.name}, ligne {number} : ce n’est pas du JSON ({error}).") from error
        if not isinstance(item, dict):
            _refuse(f"{path.name}, ligne {number}", "la ligne n’est pas un objet")
        items.append((number, item))
    return items


def parse_case(item: Mapping[str, Any], where: str) -> Case:
    """Check one object and return its record.

    Raises:
        QuestionsError: As ``load_cases``.
    """
    check_keys(item, REQUIRED, OPTIONAL, where)
    kind = _choice(item, "kind", KINDS, where)
    facts = tuple(_parse_fact(fact, where) for fact in _list(item, "facts", where))
    evidence = tuple(_parse_group(group, where) for group in _list(item, "evidence", where))
    answerable = item["answerable"]
    if not isinstance(answerable, bool):
        _refuse(where, "« answerable » doit être true ou false")
    if answerable and not (facts and evidence):
        _refuse(where, "une question à laquelle les documents répondent doit avoir « facts » et « evidence »")
    if not answerable and (facts or evidence):
        _refuse(where, "une question sans réponse n’a ni « facts » ni « evidence »")
    history = _list(item, "history", where)
    if kind == "follow_up" and not history:
        _refuse(where, "une question de suite doit avoir « history »")
    return Case(
        id=_text(item, "id", where),
        kind=kind,
        question=_text(item, "question", where),
        answerable=answerable,
        difficulty=_choice(item, "difficulty", DIFFICULTIES, where),
        reference=_text(item, "reference", where),
        document=item.get("document") or "",
        facts=facts,
        evidence=evidence,
        history=tuple(_parse_turn(turn, where) for turn in history),
        variants=tuple(_parse_variant(variant, where) for variant in _list(item, "variants", where)),
    )


def _parse_fact(value: Any, where: str) -> Fact:
    check_keys(value, ("forms",), ("vital",), where)
    forms = value["forms"]
    if not (
        isinstance(forms, list) and forms and all(isinstance(form, str) and form.strip() for form in forms)
    ):
        _refuse(where, "« forms » doit être une liste de textes")
    return Fact(tuple(forms), bool(value.get("vital", True)))


def _parse_group(value: Any, where: str) -> tuple[Evidence, ...]:
    if not (isinstance(value, list) and value):
        _refuse(where, "« evidence » doit être une liste de groupes, chacun une liste non vide")
    return tuple(_parse_evidence(item, where) for item in value)


def _parse_evidence(value: Any, where: str) -> Evidence:
    check_keys(value, ("document",), ("anchor", "lines", "fiches"), where)
    if "anchor" not in value and "lines" not in value:
        _refuse(where, "une preuve doit avoir « anchor » ou « lines »")
    try:
        first, last = (int(n) for n in value["lines"].split("-")) if "lines" in value else (0, 0)
        return Evidence(
            document=_text(value, "document", where),
            anchor=parse_anchor(value["anchor"]) if "anchor" in value else None,
            lines=(first, last) if "lines" in value else None,
            fiches=tuple(value.get("fiches", ())),
        )
    except (ValueError, AttributeError) as error:
        raise QuestionsError(
            f"{where} : une preuve a une ancre ou des lignes mal écrites ({error})."
        ) from error


def _parse_turn(value: Any, where: str) -> Turn:
    check_keys(value, ("question",), ("answer",), where)
    return Turn(value["question"], value.get("answer", ""))


def _parse_variant(value: Any, where: str) -> Variant:
    check_keys(value, ("kind", "question"), (), where)
    return Variant(value["kind"], value["question"])


def check_keys(value: Any, required: Sequence[str], optional: Sequence[str], where: str) -> None:
    """Refuse anything that is not an object with these keys."""
    if not isinstance(value, Mapping):
        _refuse(where, f"un objet est attendu, reçu : {value!r}")
    missing = [key for key in required if key not in value]
    unknown = [key for key in value if key not in (*required, *optional)]
    if missing:
        _refuse(where, f"il manque « {missing[0]} »")
    if unknown:
        _refuse(where, f"clé inconnue « {unknown[0]} » (connues : {', '.join((*required, *optional))})")


def _text(item: Mapping[str, Any], key: str, where: str) -> str:
    value = item[key]
    if not (isinstance(value, str) and value.strip()):
        _refuse(where, f"« {key} » doit être un texte non vide")
    return str(value)


def _list(item: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = item.get(key, [])
    if not isinstance(value, list):
        _refuse(where, f"« {key} » doit être une liste")
    return list(value)


def _choice(item: Mapping[str, Any], key: str, choices: Sequence[str], where: str) -> str:
    value = _text(item, key, where)
    if value not in choices:
        _refuse(where, f"« {key} » vaut « {value} » (possibles : {', '.join(choices)})")
    return value


def _refuse(where: str, problem: str) -> NoReturn:
    raise QuestionsError(f"{where} : {problem}. Corrigez cette ligne.")


# --- places ----------------------------------------------------------------------------------

Span = tuple[int, int]  # of ``Document.text``


def find_evidence(evidence: Evidence, document: Document, words: WordMap) -> Span | None:
    """Return where a piece of evidence lies in a document, or None.

    Args:
        evidence: Of this document.
        document: Only a draft needs it, for its raw lines.
        words: Of ``document.text``.
    """
    if evidence.anchor is None:
        if evidence.lines is None:
            return None
        try:
            return range_of_lines(document, *evidence.lines)
        except ValueError:
            return None
    found = locate(words, evidence.anchor)
    return (found.start, found.end) if found else None


class Places:
    """Where the evidence of cases lies in the documents at hand."""

    def __init__(self, cases: Iterable[Case], documents: Mapping[str, Document]) -> None:
        maps: dict[str, WordMap] = {}
        self._spans: dict[Evidence, Span | None] = {}
        for evidence in (e for case in cases for group in case.evidence for e in group):
            document = documents.get(evidence.document)
            if document is None or evidence in self._spans:
                continue
            if document.id not in maps:
                maps[document.id] = WordMap(document.text)
            self._spans[evidence] = find_evidence(evidence, document, maps[document.id])

    def span(self, evidence: Evidence) -> Span | None:
        """Return the span, or None when the document is absent or does not hold it."""
        return self._spans.get(evidence)

    def is_installed(self, evidence: Evidence) -> bool:
        """Whether the evidence's document is at hand."""
        return evidence in self._spans

    @property
    def lost(self) -> list[Evidence]:
        """What should be in a document at hand, and was not found there."""
        return [evidence for evidence, span in self._spans.items() if span is None]
