"""What the corpus holds: its documents with their figures, and each one's outline."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from assistant.corpus.placement import merge_spans
from assistant.search.validity import french_date, is_expired

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from assistant.records import DocumentInfo, Fiche, Passage
    from assistant.search.index import Knowledge

State = Literal["in force", "expired", "to come", "undated"]


# --- the catalogue ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Summary:
    """One document in figures.

    Attributes:
        path: Where its file is below the corpus folder; empty without an original.
        pages: How many, or None when the format has none.
        coverage: The share of its passages' characters that fiches explain; None without an original.
        period: Since when and until when it holds, and what replaces it, in French; may be empty.
    """

    info: DocumentInfo
    state: State
    period: str
    path: str
    pages: int | None
    passages: int
    fiches: int
    coverage: float | None

    @property
    def installed(self) -> bool:
        """Whether the original is there."""
        return bool(self.path)


def summarize_documents(knowledge: Knowledge, today: date) -> list[Summary]:
    """Return every document known: those installed first, then the others, each by its title."""
    passages: dict[str, list[Passage]] = defaultdict(list)
    for passage in knowledge.passages:
        passages[passage.document_id].append(passage)
    fiches = Counter(id for fiche in knowledge.fiches for id in {source.document for source in fiche.sources})
    summaries = []
    for id, info in knowledge.infos.items():
        document = knowledge.documents.get(id)
        summaries.append(
            Summary(
                info=info,
                state=state_of(info, today),
                period=describe_period(info, knowledge.infos, today),
                path=str(document.path) if document else "",
                pages=len(document.pages) or None if document else None,
                passages=len(passages[id]) if document else 0,
                fiches=fiches[id],
                coverage=coverage_of(passages[id]) if document else None,
            )
        )
    return sorted(summaries, key=lambda one: (not one.installed, one.info.name.casefold()))


def coverage_of(passages: Iterable[Passage]) -> float:
    """Return the share of the characters of some passages that fiches explain."""
    passages = list(passages)
    every, explained = (
        sum(end - start for start, end in merge_spans((p.start, p.end) for p in chosen))
        for chosen in (passages, [passage for passage in passages if passage.fiche_id])
    )
    return explained / every if every else 0.0


def state_of(info: DocumentInfo, today: date) -> State:
    """Say where a document's period stands."""
    if is_expired(info, today):
        return "expired"
    if info.valid_from is not None and info.valid_from > today:
        return "to come"
    return "undated" if info.valid_from is None and info.valid_until is None else "in force"


def describe_period(info: DocumentInfo, infos: Mapping[str, DocumentInfo], today: date) -> str:
    """Return a document's period and what replaces it, in French sentences."""
    state, since, until = state_of(info, today), info.valid_from, info.valid_until
    parts = []
    if state == "expired" and until:
        parts.append(f"Expiré depuis le {french_date(until)}.")
    elif state == "to come" and since:
        parts.append(f"En vigueur à partir du {french_date(since)}.")
    elif since or until:
        start = f" depuis le {french_date(since)}" if since else ""
        end = f", jusqu’au {french_date(until)}" if until else ""
        parts.append(f"En vigueur{start}{end}.")
    for other in infos.values():
        for replacement in other.replaces:
            if replacement.document == info.id:
                part = f" (partie « {replacement.part} »)" if replacement.part else ""
                parts.append(f"Remplacé par : {other.name}{part}.")
    return " ".join(parts)


def readable_skips(skipped: Sequence[str], folders: Iterable[str]) -> list[str]:
    """Return why files are not in the index, named from their folder: nobody needs the machine's paths."""
    names = sorted({re.escape(folder.rstrip("/\\")) for folder in folders}, key=len, reverse=True)
    folder = re.compile(rf"(?<=« )(?:{'|'.join(names)})[/\\]") if names else re.compile(r"(?!)")
    return [folder.sub("", message) for message in skipped]


# --- the outline -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a document, with what is under it.

    Attributes:
        key: The same for the same headings in any version of the index; unique in the document.
        passages: Those right under the heading, in order, without those of its children.
    """

    key: str
    headings: tuple[str, ...]
    passages: tuple[Passage, ...]
    children: tuple[Section, ...]

    @property
    def title(self) -> str:
        """The heading's own words; none for the beginning of a document."""
        return self.headings[-1] if self.headings else ""

    def walk(self) -> Iterator[Section]:
        """Yield the section, then all those below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def all_passages(self) -> list[Passage]:
        """The passages of the section and of all those below it."""
        return [passage for section in self.walk() for passage in section.passages]


class _Branch:
    def __init__(self) -> None:
        self.passages: list[Passage] = []
        self.children: dict[str, _Branch] = {}

    def section(self, headings: tuple[str, ...]) -> Section:
        return Section(
            key=_key(headings),
            headings=headings,
            passages=tuple(self.passages),
            children=tuple(child.section((*headings, name)) for name, child in self.children.items()),
        )


def outline_of(knowledge: Knowledge, document_id: str) -> Section:
    """Return a document's headings as a tree, made of its passages' breadcrumbs.

    A document known by its fiches alone has the places they write, in the order of the original.
    """
    root = _Branch()
    passages = [passage for passage in knowledge.passages if passage.document_id == document_id]
    if document_id not in knowledge.documents:
        fiches = {fiche.id: fiche for fiche in knowledge.fiches}
        passages.sort(key=lambda passage: _position(fiches.get(passage.fiche_id or ""), document_id))
    for passage in passages:
        branch = root
        for heading in passage.headings:
            branch = branch.children.setdefault(heading, _Branch())
        branch.passages.append(passage)
    return root.section(())


def find_section(outline: Section, key: str) -> Section | None:
    """Return the section that a key names."""
    return next((section for section in outline.walk() if section.key == key), None)


def _key(headings: tuple[str, ...]) -> str:
    return hashlib.blake2s("\0".join(headings).encode(), digest_size=8).hexdigest()


def _position(fiche: Fiche | None, document_id: str) -> int:
    """Return where in a document a fiche's place is, in thousandths."""
    sources = fiche.sources if fiche else ()
    return next((s.anchor.position for s in sources if s.document == document_id and s.anchor), 0)
