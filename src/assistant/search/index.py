"""The index in memory: what it is made of, and how it is built."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from typing import TYPE_CHECKING

from assistant.french import ANALYSER_VERSION, fold, terms_of, words
from assistant.progress import no_progress
from assistant.search.acronyms import AcronymTable
from assistant.search.dense import DenseIndex
from assistant.search.language_models import LanguageModels
from assistant.search.lexical import LexicalIndex
from assistant.search.nearness import WordTable
from assistant.search.ragged import NOTHING, RaggedArray
from assistant.search.signs import Signs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from assistant.progress import Progress
    from assistant.records import Document, DocumentInfo, Fiche, FloatMatrix, FloatVector, Passage, RowArray
    from assistant.search.embedding import Embedder
    from assistant.search.vocabulary import Vocabulary

FORMAT_VERSION = 8
QUESTION_FIELD = "question"
UNANSWERED_FIELD = "unanswered"
TOGETHER = 4  # words: two terms this close stand together
_TERRITORY = re.compile(
    r"(?i:(?:le )?territoire (?:de l[’']|de la |du |des |de |d[’']))(?P<names>[A-ZÀ-Ý][^,;:(]{2,60})$"
)
EMBEDDING_BATCH = 2048  # texts between two reports of progress


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made from, and with what."""

    version: str
    built: str  # ISO date and time
    model: str
    model_revision: str  # changes whenever the vectors do, so with the passage prefix too
    dim: int
    passage_max_chars: int
    corpus: tuple[str, ...]  # folders, absolute
    files: Mapping[str, str]  # every file of the corpus: its path → its sha256, or why it has none
    counts: Mapping[str, int]  # documents, passages, fiches
    fiches: bool = True  # whether they are used
    skipped: tuple[str, ...] = ()  # why some files are not in the index
    format_version: int = FORMAT_VERSION
    analyser_version: int = ANALYSER_VERSION


@dataclass(frozen=True, slots=True)
class Entry:
    """One embedded text: it leads to a passage, or through a fiche to its passages; or nowhere, "unanswered"."""

    kind: str  # passage | question | unanswered
    row: int  # of the passage or of the fiche


@dataclass(frozen=True)
class Knowledge:
    """What is indexed.

    Attributes:
        infos: Every document known to the catalogue, installed or not, by id.
        places: (fiche id, document id) → the place as the fiche writes it.
        acronyms: Acronym → its expansions, most usual first.
        vocabulary: The words of passages and fiches.
    """

    infos: Mapping[str, DocumentInfo]
    documents: Mapping[str, Document]
    fiches: tuple[Fiche, ...]
    passages: tuple[Passage, ...]
    places: Mapping[tuple[str, str], str]
    acronyms: Mapping[str, tuple[str, ...]]
    vocabulary: Vocabulary

    @cached_property
    def fiche_rows(self) -> Mapping[str, int]:
        """The row of each fiche, by id."""
        return {fiche.id: row for row, fiche in enumerate(self.fiches)}

    @cached_property
    def acronym_table(self) -> AcronymTable:
        """The acronyms, ready to be looked up."""
        return AcronymTable(self.acronyms, self.vocabulary.words)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the documents, and what acronyms stand for, in folded words."""
        titles = [text for info in self.infos.values() for text in (info.title, info.short_title)]
        return frozenset(" ".join(words(name)) for name in (*titles, *chain(*self.acronyms.values())))

    @cached_property
    def territories(self) -> frozenset[str]:
        """The folded words of the names of the territories that headings name."""
        headings = {heading for passage in self.passages for heading in passage.headings}
        return frozenset(territories_of(sorted(headings)))


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Everything a question needs, in memory."""

    manifest: Manifest
    knowledge: Knowledge
    entries: tuple[Entry, ...]  # one a row of ``dense``
    text_hashes: tuple[str, ...]  # of the entries, to keep their vectors in the next build
    dense: DenseIndex
    lexical: Mapping[str, LexicalIndex]
    entry_rows: RowArray  # row of ``dense`` → the row of its entry
    entry_is_passage: npt.NDArray[np.bool_]  # row of ``dense`` → whether its entry is a passage
    question_fiches: RowArray  # row of the field "question" → row of the fiche
    fiche_passages: Mapping[int, tuple[int, ...]]  # row of a fiche → rows of its passages
    passage_fiches: RowArray  # row of a passage → row of its fiche, or -1
    document_rows: Mapping[str, RowArray]  # document id → rows of its passages
    territory_rows: Mapping[str, RowArray]  # folded name → rows of the passages about a territory
    passage_documents: RowArray  # row of a passage → a number for its document
    question_weights: FloatVector  # row of the field "question" → weight of all its terms
    question_rows: range  # of ``dense``, in the order of the field "question"
    unanswered_rows: (
        range  # of ``dense``, in the order of the field "unanswered"; those before lead to passages
    )
    unanswered_weights: FloatVector  # row of the field "unanswered" → weight of all its terms
    word_table: WordTable
    languages: (
        LanguageModels  # of what each fiche answers, of what each does not, of each passage; see ``_sayings``
    )
    text_terms: RaggedArray  # the terms of each passage's text, in order; see ``number_terms``
    signs: Signs


def build_index(
    knowledge: Knowledge,
    embedder: Embedder,
    manifest: Manifest,
    *,
    previous: Index | None = None,
    progress: Progress = no_progress,
    split: Callable[[str], list[str]] | None = None,
) -> Index:
    """Embed and index the passages and the fiches; texts known to ``previous`` keep their vectors.

    ``split``: ``french.words``, remembering the texts that were cut before.
    """
    fiches, passages = knowledge.fiches, knowledge.passages
    entries, texts = _entries(knowledge)
    hashes = tuple(text_hash(text) for text in texts)
    vectors = _embed(texts, hashes, embedder, manifest, previous, progress)

    split = split or cache(words)
    # before the fields: this takes most memory
    languages = LanguageModels.build([[split(said) for said in sayings] for sayings in _sayings(knowledge)])

    @cache  # the same texts are in several fields
    def terms_of_text(text: str) -> list[str]:
        return terms_of(split(text))

    def terms(*texts: str) -> list[str]:
        return [term for text in texts for term in terms_of_text(text)]

    contexts = [_context(passage, knowledge) for passage in passages]
    fields = {
        "text": [terms(passage.text) for passage in passages],
        "context": [terms(context) for context in contexts],
        "all": [
            terms(context, passage.text, *_explanation(passage, knowledge))
            for passage, context in zip(passages, contexts, strict=True)
        ],
        "body": [terms(fiche.title, fiche.body) for fiche in fiches],
        "questions": [terms(*fiche.asked) for fiche in fiches],
        QUESTION_FIELD: [terms(question) for fiche in fiches for question in fiche.asked],
        UNANSWERED_FIELD: [terms(question) for fiche in fiches for question in fiche.unanswered],
    }
    lexical = {}
    for done, (name, rows) in enumerate(fields.items()):
        progress("mots", done, len(fields))
        lexical[name] = LexicalIndex.build_from_terms(rows)
    progress("mots", len(fields), len(fields))
    return assemble(
        manifest,
        knowledge,
        entries,
        hashes,
        DenseIndex.build(vectors),
        lexical,
        WordTable.build(passages, fiches, split),
        languages,
        number_terms(fields["text"], lexical["text"]),
        Signs.build(passages, fiches),
    )


def assemble(
    manifest: Manifest,
    knowledge: Knowledge,
    entries: tuple[Entry, ...],
    text_hashes: tuple[str, ...],
    dense: DenseIndex,
    lexical: Mapping[str, LexicalIndex],
    word_table: WordTable,
    languages: LanguageModels,
    text_terms: RaggedArray,
    signs: Signs,
) -> Index:
    """Put the parts together with the tables that follow from them."""
    import numpy as np

    fiche_passages: dict[int, list[int]] = defaultdict(list)
    document_rows: dict[str, list[int]] = defaultdict(list)
    territory_rows: dict[str, list[int]] = defaultdict(list)
    passage_fiches = np.full(len(knowledge.passages), -1, dtype=np.int32)
    for row, passage in enumerate(knowledge.passages):
        document_rows[passage.document_id].append(row)
        for name in territories_of(passage.headings):
            territory_rows[name].append(row)
        if passage.fiche_id is not None:
            passage_fiches[row] = knowledge.fiche_rows[passage.fiche_id]
            fiche_passages[knowledge.fiche_rows[passage.fiche_id]].append(row)
    passage_documents = np.zeros(len(knowledge.passages), dtype=np.int32)
    for number, rows in enumerate(document_rows.values()):
        passage_documents[rows] = number
    unanswered = len(entries) - len(lexical[UNANSWERED_FIELD])  # where they begin; see ``_entries``
    return Index(
        manifest=manifest,
        knowledge=knowledge,
        entries=entries,
        text_hashes=text_hashes,
        dense=dense,
        lexical=lexical,
        entry_rows=np.array([entry.row for entry in entries], dtype=np.int32),
        entry_is_passage=np.array([entry.kind == "passage" for entry in entries], dtype=bool),
        question_fiches=np.repeat(
            np.arange(len(knowledge.fiches), dtype=np.int32),
            [len(fiche.asked) for fiche in knowledge.fiches],
        ),
        fiche_passages={row: tuple(rows) for row, rows in fiche_passages.items()},
        passage_fiches=passage_fiches,
        document_rows={key: np.array(rows, dtype=np.int32) for key, rows in document_rows.items()},
        territory_rows={key: np.array(rows, dtype=np.int32) for key, rows in territory_rows.items()},
        passage_documents=passage_documents,
        question_weights=lexical[QUESTION_FIELD].row_weights(knowledge.vocabulary.idf),
        question_rows=range(unanswered - len(lexical[QUESTION_FIELD]), unanswered),
        unanswered_rows=range(unanswered, len(entries)),
        unanswered_weights=lexical[UNANSWERED_FIELD].row_weights(knowledge.vocabulary.idf),
        word_table=word_table,
        languages=languages,
        text_terms=text_terms,
        signs=signs,
    )


def number_terms(texts: Sequence[Sequence[str]], lexical: LexicalIndex) -> RaggedArray:
    """Return the numbers of the terms of texts, in order; after each text, room that keeps it from the next."""
    return RaggedArray.build([*map(lexical.number, text), *[NOTHING] * TOGETHER] for text in texts)


def territories_of(headings: Sequence[str]) -> set[str]:
    """Return the folded names of the territories that headings name, word by word.

    >>> sorted(territories_of(("Cahier 6", "Le territoire du Haut-Vallon – Plaine", "Territoire d’intervention")))
    ['haut', 'plaine', 'vallon']
    """
    found = (_TERRITORY.match(heading) for heading in headings)
    return {word for match in found if match for word in re.findall(r"[a-z]{4,}", fold(match["names"]))}


def _entries(knowledge: Knowledge) -> tuple[tuple[Entry, ...], list[str]]:
    """Return what is embedded: passages under their headings, the fiches' questions, those that have no answer."""
    entries: list[Entry] = []
    texts: list[str] = []
    for row, passage in enumerate(knowledge.passages):
        if passage.original:  # a fiche's stand-in has its body already
            entries.append(Entry("passage", row))
            texts.append("\n".join((*passage.headings[-2:], passage.text)))
    for row, fiche in enumerate(knowledge.fiches):
        entries += [Entry("question", row)] * len(fiche.asked)
        texts += fiche.asked
    for row, fiche in enumerate(knowledge.fiches):
        entries += [Entry("unanswered", row)] * len(fiche.unanswered)
        texts += fiche.unanswered
    return tuple(entries), texts


def _sayings(knowledge: Knowledge) -> list[Sequence[str]]:
    """Return what each fiche says and is asked, the questions of each that have no answer, then the passages."""
    answered = [(fiche.title, fiche.body, *fiche.asked) for fiche in knowledge.fiches]
    unanswered = [fiche.unanswered for fiche in knowledge.fiches]
    return [*answered, *unanswered, *((*p.headings[-2:], p.text) for p in knowledge.passages)]


def _context(passage: Passage, knowledge: Knowledge) -> str:
    """Return what surrounds a passage: its document, its headings, the header of its table."""
    info = knowledge.infos[passage.document_id]
    return "\n".join((info.title, *passage.headings, passage.header))


def _explanation(passage: Passage, knowledge: Knowledge) -> Sequence[str]:
    if passage.fiche_id is None:
        return ()
    fiche = knowledge.fiches[knowledge.fiche_rows[passage.fiche_id]]
    return (fiche.title, fiche.body if passage.original else "", *fiche.asked)


def _embed(
    texts: Sequence[str],
    hashes: Sequence[str],
    embedder: Embedder,
    manifest: Manifest,
    previous: Index | None,
    progress: Progress,
) -> FloatMatrix:
    """Return the vectors of the texts, shape (len(texts), dim)."""
    import numpy as np

    vectors = np.zeros((len(texts), embedder.dim), dtype=np.float32)
    known: dict[str, int] = {}
    if previous is not None and _same_model(previous.manifest, manifest):
        known = {key: row for row, key in enumerate(previous.text_hashes)}
        old = previous.dense.vectors()
        kept = [(row, known[key]) for row, key in enumerate(hashes) if key in known]
        if kept:
            rows, sources = zip(*kept, strict=True)
            vectors[list(rows)] = old[list(sources)]
    new = [row for row, key in enumerate(hashes) if key not in known]
    for start in range(0, len(new), EMBEDDING_BATCH):
        rows_now = new[start : start + EMBEDDING_BATCH]
        progress("vecteurs", start, len(new))
        vectors[rows_now] = embedder.embed_passages([texts[row] for row in rows_now])
    progress("vecteurs", len(new), len(new))
    return vectors


def _same_model(one: Manifest, other: Manifest) -> bool:
    return (one.model, one.model_revision) == (other.model, other.model_revision)


def text_hash(text: str) -> str:
    """Identify a text, to keep its vector from one build to the next."""
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
