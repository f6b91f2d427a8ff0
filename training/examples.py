"""Questions with their right passages, asked of the indexes that users may have.

The queries are the fiches' ``cross_questions``, asked where only ``questions`` are indexed (what a user
gets), and the development questions.  The settings: every fiche; one document's fiches left out, of the
index and of what the embedding model learned from (what a new document gets); no fiche at all; fiches
without the originals.
"""

from __future__ import annotations

import random
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

from assistant.corpus import ingest
from assistant.corpus.placement import place_fiches
from assistant.pipeline import embedder_of, make_index, scan_corpus
from assistant.records import Document, Fiche, Passage, Turn
from assistant.search import embedding
from assistant.search.embedding import Embedder
from assistant.search.index import Index, build_index
from assistant.search.vocabulary import count_words
from assistant.settings import Settings
from evals.cases import Case, Places, load_cases
from evals.judge import passage_covers

QUESTIONS = Path(__file__).with_name("questions")
FOLDS = 8
SEED = 0
# Cross questions drawn a setting: enough to learn from, and minutes instead of an hour.
DRAWN = {"explained": 1500, "new document": 300, "no fiche": 500}


@dataclass(frozen=True, slots=True)
class Query:
    """A question, and which passages answer it.

    Attributes:
        fold: Of the cross-validation; the same for all that shares a fiche or a question.
        groups: For a passage, the numbers of the groups of evidence it covers.
        count: How many groups of evidence there are; 0: the documents do not answer.
    """

    text: str
    fold: int
    groups: Callable[[Passage], frozenset[int]]
    count: int
    history: tuple[Turn, ...] = ()
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """An index and what is asked of it; ``development`` queries resemble users' most."""

    name: str
    index: Index
    queries: tuple[Query, ...]
    embedder: Embedder
    development: bool = False


@dataclass(frozen=True, slots=True)
class Library:
    """The whole index, from which the others are made."""

    corpus: Path
    full: Index
    embedder: Embedder
    spans: dict[str, list[tuple[str, int, int]]]  # fiche → places in the documents

    @classmethod
    def open(cls, corpus: Path) -> Library:
        """Index the originals of a folder with the project's fiches."""
        settings = Settings(corpus=(corpus,))
        embedder = embedder_of(settings)
        full = make_index(settings, scan_corpus(settings), embedder)
        spans = defaultdict(list)
        for place in place_fiches(list(full.knowledge.documents.values()), full.knowledge.fiches).placements:
            spans[place.fiche_id].append((place.document_id, place.start, place.end))
        return cls(corpus, full, embedder, dict(spans))

    def setting(
        self, name: str, index: Index, queries: Sequence[Query], *, development: bool = False
    ) -> Setting:
        """Return what is asked of an index of this library."""
        return Setting(name, index, tuple(queries), self.embedder, development)

    def index(self, fiches: Sequence[Fiche], documents: Sequence[Document] | None = None) -> Index:
        """Return an index of some fiches over some documents, all by default."""
        if documents is None:
            documents = tuple(self.full.knowledge.documents.values())
        size = self.full.manifest.passage_max_chars
        made = ingest.make_passages(tuple(documents), tuple(fiches), max_chars=size)
        texts = [passage.text for passage in made.passages]
        texts += ["\n".join((fiche.title, fiche.body, *fiche.asked)) for fiche in made.fiches]
        knowledge = replace(
            self.full.knowledge,
            documents={document.id: document for document in documents},
            fiches=made.fiches,
            passages=made.passages,
            vocabulary=count_words(texts),
        )
        return build_index(knowledge, self.embedder, self.full.manifest, previous=self.full)

    def cross_queries(self, fiches: Sequence[Fiche], count: int) -> tuple[Query, ...]:
        """Return a draw of the fiches' cross questions."""
        asked = [(fiche, question) for fiche in fiches for question in fiche.cross_questions]
        drawn = random.Random(SEED).sample(asked, min(count, len(asked)))
        return tuple(
            Query(question, fold_of(fiche.id), self._covers(fiche.id), 1) for fiche, question in drawn
        )

    def _covers(self, fiche_id: str) -> Callable[[Passage], frozenset[int]]:
        spans = self.spans.get(fiche_id, ())

        def groups(passage: Passage) -> frozenset[int]:
            if not passage.original:
                return frozenset({0} if passage.fiche_id == fiche_id else ())
            inside = any(
                document == passage.document_id
                and 2 * (min(end, passage.end) - max(start, passage.start))
                >= min(end - start, passage.end - passage.start)
                for document, start, end in spans
            )
            return frozenset({0} if inside else ())

        return groups

    def development_queries(self, cases: Sequence[Case]) -> tuple[Query, ...]:
        """Return the development questions."""
        places = Places(cases, self.full.knowledge.documents)

        def covers(case: Case) -> Callable[[Passage], frozenset[int]]:
            def groups(passage: Passage) -> frozenset[int]:
                return frozenset(
                    number
                    for number, group in enumerate(case.evidence)
                    if any(passage_covers(passage, evidence, places) for evidence in group)
                )

            return groups

        return tuple(
            Query(case.question, fold_of(case.id), covers(case), len(case.evidence), case.history, case.kind)
            for case in cases
        )


def fold_of(key: str) -> int:
    """Return the fold of a fiche or of a question."""
    return zlib.crc32(key.encode()) % FOLDS


def development_cases() -> tuple[Case, ...]:
    """Return the development questions."""
    return load_cases(sorted(QUESTIONS.glob("*.jsonl")))


@contextmanager
def bundled_in(folder: Path) -> Iterator[None]:
    """Take the model of another folder for the one that comes with the package."""
    with patch.object(embedding, "MODELS", folder):
        yield


def settings_of(library: Library, without: Path) -> Iterator[Setting]:
    """Yield each setting in turn; an index is made only when it is reached, its model is in place until the next.

    ``without``: a folder of models, each in a folder named for the document whose fiches it did not learn from.
    """
    fiches, cases = library.full.knowledge.fiches, development_cases()
    asked = library.development_queries(cases)
    yield library.setting("development", library.full, asked, development=True)
    plain = tuple(replace(fiche, cross_questions=()) for fiche in fiches)
    cross = library.cross_queries(fiches, DRAWN["explained"])
    yield library.setting("cross, explained", library.index(plain), cross)
    for document in library.full.knowledge.documents:
        with bundled_in(without / document):
            yield from new_document(Library.open(library.corpus), document, cases)
    bare = library.index(())
    yield library.setting("cross, no fiche", bare, library.cross_queries(fiches, DRAWN["no fiche"]))
    yield library.setting("development, no fiche", bare, asked, development=True)
    yield library.setting("development, fiches alone", library.index(fiches, ()), asked, development=True)


def split_fiches(fiches: Sequence[Fiche], document: str) -> tuple[list[Fiche], list[Fiche]]:
    """Return the fiches of a document, and those of the others."""
    own = [fiche for fiche in fiches if fiche.sources[0].document == document]
    return own, [fiche for fiche in fiches if fiche.sources[0].document != document]


def new_document(library: Library, document: str, cases: Sequence[Case]) -> Iterator[Setting]:
    """Yield what is asked about a document, over an index without its fiches."""
    fiches = library.full.knowledge.fiches
    own, others = split_fiches(fiches, document)
    index = library.index(others)
    cross = library.cross_queries(own, DRAWN["new document"])
    yield library.setting("cross, new document", index, cross)
    asked = library.development_queries(
        [case for case in cases if case.answerable and case.document == document]
    )
    yield library.setting("development, new document", index, asked, development=True)
