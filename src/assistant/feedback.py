"""What people say of an answer, when they choose to: kept in SQLite, exported as draft questions.

Nothing is kept of the person: no name, no address, no hour.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal, get_args

from assistant.corpus.anchors import WordMap, format_anchor, make_anchor
from assistant.errors import FeedbackError
from assistant.french import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from assistant.records import Passage, Turn
    from assistant.search.index import Knowledge
    from assistant.settings import Settings

Verdict = Literal["useful", "wrong", "incomplete"]
VERDICTS: dict[Verdict, str] = dict(zip(get_args(Verdict), ("utile", "fausse", "incomplète"), strict=True))
MAX_COMMENT_CHARS, MAX_PLACE_CHARS = 2000, 300
MAX_KEPT = 10_000  # so that nobody fills the disk
TO_WRITE = "À ÉCRIRE"  # what a person adds to a draft
SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    day TEXT NOT NULL, verdict TEXT NOT NULL, comment TEXT NOT NULL, place TEXT NOT NULL,
    question TEXT NOT NULL, history TEXT NOT NULL, status TEXT NOT NULL, answer TEXT NOT NULL,
    evidence TEXT NOT NULL, index_version TEXT NOT NULL
)
"""


@dataclass(frozen=True, slots=True)
class Proof:
    """A stretch of a document, as reference questions name it: no word of the original."""

    document: str
    anchor: str
    fiches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feedback:
    """One opinion on one answer.

    Attributes:
        day: ISO, without the hour.
        place: Where the right passage is, in the person's words.
        evidence: The right passage where one was chosen; of a useful answer, what it cited.
    """

    day: str
    verdict: Verdict
    question: str
    answer: str
    status: str
    index_version: str
    comment: str = ""
    place: str = ""
    history: tuple[Turn, ...] = ()
    evidence: tuple[Proof, ...] = ()
    id: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise FeedbackError("Dites si la réponse est utile, fausse ou incomplète.")
        if len(self.comment) > MAX_COMMENT_CHARS or len(self.place) > MAX_PLACE_CHARS:
            raise FeedbackError(f"Le commentaire est trop long : {MAX_COMMENT_CHARS} caractères au plus.")


# --- the file --------------------------------------------------------------------------------


def feedback_path(settings: Settings) -> Path:
    """Return the file: beside the folder of the index, unless the setting is a whole path."""
    return settings.index.parent / settings.feedback


def add_feedback(path: Path, given: Feedback) -> int:
    """Keep an opinion and return its number; the file is made by the first one.

    Raises:
        FeedbackError: If it cannot be kept.
    """
    row = asdict(given)
    row["history"] = json.dumps([asdict(turn) for turn in given.history], ensure_ascii=False)
    row["evidence"] = json.dumps([asdict(proof) for proof in given.evidence], ensure_ascii=False)
    del row["id"]
    names = ", ".join(row)
    with _opened(path, create=True) as database:
        (count,) = database.execute("SELECT count(*) FROM feedback").fetchone()
        if count >= MAX_KEPT:
            raise FeedbackError("Il y a trop d’avis. Exportez-les, puis : assistant feedback delete --all")
        values = ", ".join(f":{name}" for name in row)
        done = database.execute(f"INSERT INTO feedback ({names}) VALUES ({values})", row)  # noqa: S608  # our names
        return int(done.lastrowid or 0)


def list_feedback(path: Path) -> list[Feedback]:
    """Return every opinion, in order; none when there is no file."""
    if not path.exists():
        return []
    names = ", ".join(f.name for f in fields(Feedback))
    with _opened(path) as database:
        rows = database.execute(f"SELECT {names} FROM feedback ORDER BY id").fetchall()  # noqa: S608
    return [_from_row(dict(row)) for row in rows]


def delete_feedback(path: Path, numbers: Iterable[int] | None = None) -> int:
    """Delete some opinions, or all, and what the file kept of them; return how many."""
    if not path.exists():
        return 0
    with _opened(path) as database:
        database.execute("PRAGMA secure_delete = ON")
        if numbers is None:
            done = database.execute("DELETE FROM feedback").rowcount
        else:
            done = sum(
                database.execute("DELETE FROM feedback WHERE id = ?", (n,)).rowcount for n in set(numbers)
            )
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return done


@contextmanager
def _opened(path: Path, *, create: bool = False) -> Iterator[sqlite3.Connection]:
    try:
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=10)) as database:
            database.row_factory = sqlite3.Row
            if create:
                database.execute("PRAGMA journal_mode = WAL")  # readers and a writer at once
                database.execute(SCHEMA)
            with database:
                yield database
    except (sqlite3.Error, OSError) as error:
        raise FeedbackError(
            f"Les avis ne peuvent pas être lus ou gardés dans « {path} » ({error})."
        ) from error


def _from_row(row: dict[str, Any]) -> Feedback:
    from assistant.records import Turn

    row["history"] = tuple(Turn(**turn) for turn in json.loads(row["history"]))
    row["evidence"] = tuple(
        Proof(proof["document"], proof["anchor"], tuple(proof["fiches"]))
        for proof in json.loads(row["evidence"])
    )
    return Feedback(**row)


# --- the right passage -----------------------------------------------------------------------


def prove(knowledge: Knowledge, ranges: Iterable[tuple[str, int, int, str | None]]) -> tuple[Proof, ...]:
    """Return the anchors of (document, start, end, fiche); of a fiche alone, its own anchor."""
    maps: dict[str, WordMap] = {}
    proofs = []
    for document_id, start, end, fiche_id in ranges:
        fiches = (fiche_id,) if fiche_id else ()
        document = knowledge.documents.get(document_id)
        if document is not None and 0 <= start < end <= len(document.text):
            words = maps.setdefault(document_id, WordMap(document.text))
            try:
                proofs.append(Proof(document_id, format_anchor(make_anchor(words, start, end)), fiches))
            except ValueError:  # no word in it
                continue
        else:
            fiche = next((f for f in knowledge.fiches if f.id == fiche_id), None)
            for source in fiche.sources if fiche else ():
                if source.document == document_id and source.anchor:
                    proofs.append(Proof(document_id, format_anchor(source.anchor), fiches))
    return tuple(dict.fromkeys(proofs))


def passages_at(place: str, knowledge: Knowledge) -> list[Passage]:
    """Return the passages at a place that someone pasted: « Convention type › Article 8.2 »."""
    wanted = _plain(place)
    if not wanted:
        return []

    def places(passage: Passage) -> Iterator[str]:
        name = knowledge.infos[passage.document_id].name
        for where in (passage.place, knowledge.places.get((passage.fiche_id or "", passage.document_id), "")):
            if where:
                yield from (_plain(where), _plain(f"{name} {where}"))

    return [passage for passage in knowledge.passages if wanted in places(passage)]


def _plain(place: str) -> str:
    return " ".join("".join(c if c.isalnum() or c == "." else " " for c in fold(place)).split())


# --- draft questions -------------------------------------------------------------------------


def to_drafts(given: Sequence[Feedback]) -> tuple[list[dict[str, Any]], list[Feedback]]:
    """Return draft reference questions, as ``evals`` reads them, and what has no passage to make one."""
    drafts, left = [], []
    for one in given:
        if one.evidence:
            drafts.append(_draft(one))
        else:
            left.append(one)
    return drafts, left


def _draft(one: Feedback) -> dict[str, Any]:
    said = f" (avis : {VERDICTS[one.verdict]}{f' ; {one.comment}' if one.comment else ''})"
    words = one.answer if one.verdict == "useful" else ""
    history = [{"question": turn.question, "answer": turn.answer} for turn in one.history]
    return {
        "id": f"avis-{one.day}-{one.id}",
        "kind": "follow_up" if history else "procedure",
        "question": one.question,
        "document": one.evidence[0].document,
        "answerable": True,
        "difficulty": "medium",
        "reference": f"{TO_WRITE}{said} {words}".strip(),
        "facts": [{"forms": [TO_WRITE], "vital": True}],
        # One group: any of the places may be the right one, until a person says which are needed.
        "evidence": [
            [{"document": p.document, "anchor": p.anchor, "fiches": list(p.fiches)} for p in one.evidence]
        ],
        "history": history,
        "variants": [],
    }


def feedback_to_text(given: Iterable[Feedback]) -> str:
    """Return opinions for a terminal, a paragraph each."""
    parts = []
    for one in given:
        lines = [f"{one.id}. {one.day}  {VERDICTS[one.verdict]}  {one.question}"]
        lines += [f"    {text}" for text in (one.comment, one.place) if text]
        lines += [
            f"    passage : {proof.document} {', '.join(proof.fiches)}".rstrip() for proof in one.evidence
        ]
        parts.append("\n".join(lines))
    return "\n".join(parts)
