"""Frozen values that pass between the stages.

Offsets are 0-based code points, end excluded, in ``Document.text`` unless said otherwise.
Pages are 1-based, as a PDF viewer shows them.  Scores: higher is better, always.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # numpy costs a fifth of a second: only what computes imports it
    import numpy as np
    import numpy.typing as npt

    FloatVector = npt.NDArray[np.float32]
    FloatMatrix = npt.NDArray[np.float32]
    OffsetArray = npt.NDArray[np.int32]
    RowArray = npt.NDArray[np.int32]

Ranking = list[tuple[int, float]]  # (row, score), best first

BlockKind = Literal[
    "heading",  # a title; carried by breadcrumbs, part of the passage that follows it
    "article",  # an article or sub-article of a legal text
    "fiche",  # an action sheet of a plan
    "list",  # bullets with the sentence that introduces them
    "table",  # rows with their header
    "term",  # one entry of a glossary
    "figure",  # a key figure with its label
    "paragraph",
]

Status = Literal["answered", "not_found", "refused"]


# --- documents -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Replacement:
    """What a document replaces: a whole document, or one part of it."""

    document: str
    part: str = ""  # first heading of the replaced part; empty: all of it


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What is known of a document besides its text (``corpus/catalogue.toml``)."""

    id: str
    title: str
    short_title: str = ""
    kind: str = ""
    issuer: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    replaces: tuple[Replacement, ...] = ()
    sha256: tuple[str, ...] = ()  # of the files known to hold it

    @property
    def name(self) -> str:
        """The short title where there is one."""
        return self.short_title or self.title


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A file as its reader gave it.  Formats without pages have exactly one."""

    path: PurePosixPath  # relative to the corpus folder
    sha256: str
    pages: tuple[str, ...]
    paged: bool  # page numbers mean something to the reader of the file
    encoding: str = ""  # of a text file: "utf-8" or "cp1252"
    title: str = ""  # from the file's own metadata
    author: str = ""
    created: date | None = None


@dataclass(frozen=True, slots=True)
class PageSpan:
    """Where a page's clean text lies in ``Document.text``."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A clean text in which each character knows its raw place."""

    info: DocumentInfo
    path: PurePosixPath
    sha256: str
    text: str
    pages: tuple[PageSpan, ...]  # empty when the format has no pages
    raw_pages: tuple[str, ...]
    raw_spans: OffsetArray  # shape (len(text), 2): start and end in "".join(raw_pages)

    @property
    def id(self) -> str:
        """The catalogue's identifier."""
        return self.info.id

    def page_at(self, offset: int) -> int | None:
        """Return the number of the page that holds an offset; None in a format without pages."""
        return next((page.number for page in self.pages if page.start <= offset < page.end), None)


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of ``Document.text`` of one kind, with the headings above it."""

    kind: BlockKind
    start: int
    end: int
    headings: tuple[str, ...] = ()  # outermost first
    header: tuple[int, int] | None = None  # of a table: where its header lies in the text


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit of search: ``document.text[start:end] == text``, exactly.

    When the original is not installed, a fiche stands in for its passage: ``text`` is then the
    fiche's body, ``start`` and ``end`` are 0 and ``original`` is false.
    """

    id: str
    document_id: str
    start: int
    end: int
    text: str
    headings: tuple[str, ...]
    kind: BlockKind = "paragraph"
    first_page: int | None = None
    last_page: int | None = None
    header: str = ""  # of a table split over several passages: the header's own words
    fiche_id: str | None = None
    original: bool = True

    @property
    def place(self) -> str:
        """The breadcrumb, as shown."""
        return " › ".join(self.headings)


# --- fiches ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Anchor:
    """Hashes of word windows that find a passage in any rendition of its document.

    Each mark is (offset of the window from the passage's first word, hash).  No word of the
    original can be read from it.  See ``assistant.corpus.anchors``.
    """

    words: int  # length of the passage, in words
    window: int  # words per window
    position: int  # of the passage in its document, in thousandths: decides between equal places
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A place of a document that a fiche explains."""

    document: str
    place: str
    anchor: Anchor | None  # None in a draft that still says ``lines``
    lines: tuple[int, int] | None = None  # of a draft: first and last raw line, from 1


@dataclass(frozen=True, slots=True)
class Obligation:
    """Who must do what, by when."""

    who: str
    modality: str  # doit | ne doit pas | peut | devrait
    duty: str
    to: str = ""
    deadline: str = ""
    recurrence: str = ""
    condition: str = ""
    date: str = ""  # "MM-DD" each year, or "YYYY-MM-DD" once
    delay: str = ""  # ISO 8601; negative for a notice before the event
    event: str = ""  # what the delay counts from


@dataclass(frozen=True, slots=True)
class Fiche:
    """One place of the documents in plain words, with the questions that lead to it.

    Attributes:
        unanswered: Questions on its subject that no document answers.
        answered_by: For each question of ``asked``, the sentences of the body that answer it, from 1; none
            for a question that takes the whole body.  Empty when nobody has said.
    """

    id: str
    title: str
    body: str
    questions: tuple[str, ...]
    sources: tuple[Source, ...]
    cross_questions: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    answered_by: tuple[tuple[int, ...], ...] = ()
    obligations: tuple[Obligation, ...] = ()
    tags: tuple[str, ...] = ()
    see_also: tuple[str, ...] = ()
    reviewed: date | None = None

    @property
    def asked(self) -> tuple[str, ...]:
        """Every question that leads here: those of its writer and those of its second reader."""
        return *self.questions, *self.cross_questions


# --- search and answers ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange of the conversation so far."""

    question: str
    answer: str = ""


QuestionKind = Literal[
    "comparison",
    "when",  # a date, a deadline, a duration, a frequency
    "how_many",  # a count, an amount, a share
    "who",
    "where",
    "why",
    "how",
    "definition",
    "list",
    "yes_no",  # whether something is so, or is allowed
]
Period = Literal["", "past", "present"]


@dataclass(frozen=True, slots=True)
class Understanding:
    """What was made of a question; shown to the user."""

    question: str  # as typed
    text: str  # self-contained and mended: what is searched
    sides: tuple[str, ...] = ()  # of two things set side by side: ``text`` without the other, for each
    own: str = ""  # of a follow-up, ``text`` without what it takes over; empty when nothing is left
    notes: tuple[str, ...] = ()  # in French, one a change: "SPS = service de prévention spécialisée"
    documents: tuple[str, ...] = ()  # named by the question
    follow_up: bool = False
    compares: bool = False  # two things are to be set side by side
    terms: tuple[str, ...] = ()  # of ``text``, stemmed and distinct, without the words that only ask
    kinds: tuple[QuestionKind, ...] = ()  # most specific first; none for bare keywords
    things: tuple[str, ...] = ()  # kinds of things with a form of their own; see ``search.things``
    articles: tuple[str, ...] = ()  # "8.2", "L221-1", "375"
    numbers: tuple[str, ...] = ()  # counts and amounts, in digits
    dates: tuple[str, ...] = ()  # "06-01", "2023-06-01", "2023-06"
    years: tuple[str, ...] = ()
    period: Period = ""  # what was, or what is now, where the question insists
    territories: tuple[str, ...] = ()  # folded words of their names
    acronyms: tuple[str, ...] = ()  # said, or meant by their words
    courtesy: bool = False  # « merci » : nothing is asked

    @property
    def kind(self) -> QuestionKind | None:
        """What the question asks for first."""
        return self.kinds[0] if self.kinds else None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with the scores that brought it here."""

    passage: Passage
    score: float
    fiche: Fiche | None = None
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quotation and its place.  ``quote`` is empty when the original is absent."""

    document_id: str
    place: str
    page: int | None
    quote: str
    start: int
    end: int
    fiche_id: str | None = None
    passage_id: str = ""
    note: str = ""  # validity of the document, in French, when it matters


@dataclass(frozen=True, slots=True)
class Answer:
    """What the user gets.  A refusal has no citation."""

    question: str
    status: Status
    text: str  # all that is shown: the words, then the quotations with their places
    confidence: float
    words: str = ""  # the answer in plain words with the numbers of its citations, without quotations
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    understanding: Understanding | None = None
