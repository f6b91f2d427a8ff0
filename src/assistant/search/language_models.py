"""How likely each text makes a question: a small language model of each, from a few dozen sentences.

Query likelihood (Ponte and Croft, "A Language Modeling Approach to Information Retrieval", SIGIR 1998)
with Dirichlet smoothing (Zhai and Lafferty, ACM TOIS 22(2), 2004).  BM25 asks which words a text has; this
asks whose readers would most likely ask so, in all their ways of asking, small words included.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from itertools import compress, pairwise
from typing import TYPE_CHECKING, TypeVar

from assistant.french import term_of
from assistant.search.ragged import RaggedArray

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from assistant.records import FloatVector

    Numbers = npt.NDArray[np.int32]

T = TypeVar("T")

PRIOR = 200.0  # expressions of the whole collection that each text is deemed to hold as well
RUN = 4  # letters
SEEN = 2  # an expression met only once in the collection tells nothing


@dataclass(frozen=True, eq=False)
class LanguageModels:
    """How much likelier each text makes an expression than the collection does.

    Attributes:
        names: The expressions; see ``expressions_of``.
        starts: Where the texts that hold each begin in ``rows``; one more than names.
        rows: Texts, expression after expression.
        gains: Of each of these texts: ln(1 + count / (``PRIOR`` · share of the expression in the collection)).
        costs: Of each text, for any expression: ln(``PRIOR`` / (``PRIOR`` + number of its expressions)).
    """

    names: tuple[str, ...]
    starts: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int32]
    gains: npt.NDArray[np.float16]
    costs: FloatVector

    @classmethod
    def build(cls, texts: Sequence[Sequence[Sequence[str]]]) -> LanguageModels:
        """Count the expressions of texts, each given as the folded words of its sentences."""
        import numpy as np

        names, numbers, rows, counts = _count_expressions(texts)
        totals = np.bincount(numbers, counts, len(names))
        kept = totals >= SEEN
        inside = kept[numbers]
        rows, counts, numbers = rows[inside], counts[inside], (np.cumsum(kept) - 1)[numbers[inside]]
        shares = totals[kept] / max(1.0, totals[kept].sum())
        gains = np.log1p(counts / (PRIOR * shares[numbers]))
        costs = np.log(PRIOR / (PRIOR + np.bincount(rows, counts, len(texts))))
        return cls(
            tuple(compress(names, kept)),
            np.searchsorted(numbers, np.arange(len(shares) + 1)).astype(np.int32),
            rows.astype(np.int32),
            gains.astype(np.float16),  # as on disk: an index answers the same before and after it is saved
            costs.astype(np.float32),
        )

    def __len__(self) -> int:
        return len(self.costs)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The place of each expression in ``names``."""
        return {name: number for number, name in enumerate(self.names)}

    def evidence(self, said: Sequence[str]) -> FloatVector:
        """Return how much likelier each text makes a question than the collection does, shape (len(self),).

        ln p(question | text) - ln p(question | collection), over √n of the n expressions known: expressions
        overlap, so that what they tell grows less than their number.  Zeros where none is known.

        Args:
            said: The folded words of the question.
        """
        import numpy as np

        known = [self.numbers[name] for name in expressions_of(said) if name in self.numbers]
        if not known:
            return np.zeros(len(self), dtype=np.float32)
        lists = [slice(*self.starts[number : number + 2]) for number in known]
        rows, gains = (np.concatenate([values[one] for one in lists]) for values in (self.rows, self.gains))
        total = np.bincount(rows, gains, len(self)) + len(known) * self.costs
        evidence: FloatVector = (total / np.sqrt(len(known))).astype(np.float32)
        return evidence


def expressions_of(said: Sequence[str]) -> list[str]:
    """Return what is counted of folded words: their stems, the stems two by two, and their runs of letters.

    >>> expressions_of(["qui", "signe"])
    ['qui', 'sign', 'qui sign', '~ qui', '~qui ', '~ sig', '~sign', '~igne', '~gne ']
    """
    stems = [term_of(word) for word in said]
    pairs = [f"{one} {other}" for one, other in pairwise(stems)]
    return [*stems, *pairs, *(run for word in said for run in _runs(word))]


def _runs(word: str) -> list[str]:
    """Return the runs of letters of a word and its edges, marked lest they be taken for stems."""
    edged = f" {word} "
    return [f"~{edged[start : start + RUN]}" for start in range(len(edged) - RUN + 1)]


def _count_expressions(
    texts: Sequence[Sequence[Sequence[str]]],
) -> tuple[list[str], Numbers, Numbers, Numbers]:
    """Return the expressions; and each expression of each text, its text and how often, sorted by expression.

    The same as ``expressions_of`` every sentence, by arrays: there are millions.
    """
    import numpy as np

    sentences = [said for text in texts for said in text]
    lengths = np.array([len(said) for said in sentences], dtype=np.int32)
    text_of = np.repeat(np.arange(len(texts), dtype=np.int32), [len(text) for text in texts])
    rows = np.repeat(text_of, lengths)
    sentence_of = np.repeat(np.arange(len(sentences), dtype=np.int32), lengths)

    words, said = _numbered(word for sentence in sentences for word in sentence)
    stems, stem_of = _numbered(map(term_of, words))
    stem = stem_of[said]
    together = sentence_of[1:] == sentence_of[:-1]
    keys, pair = np.unique(
        (stem[:-1].astype(np.int64) * len(stems) + stem[1:])[together], return_inverse=True
    )
    pairs = [f"{stems[key // len(stems)]} {stems[key % len(stems)]}" for key in keys.tolist()]
    runs, run_of = _numbered(run for word in words for run in _runs(word))
    starts = np.cumsum([0, *(len(_runs(word)) for word in words)]).astype(np.int32)

    word, word_row, word_count = _add_up(said, rows, np.ones(len(said), dtype=np.int32), len(texts))
    inside = RaggedArray(run_of, starts).gather(word)
    many = np.diff(inside.starts)
    parts = [
        _add_up(stem_of[word], word_row, word_count, len(texts)),
        _add_up(pair.astype(np.int32), rows[1:][together], np.ones(len(pair), dtype=np.int32), len(texts)),
        _add_up(inside.values, np.repeat(word_row, many), np.repeat(word_count, many), len(texts)),
    ]
    before = (0, len(stems), len(stems) + len(pairs))
    numbers, found, counts = (np.concatenate(column) for column in zip(*parts, strict=True))
    numbers += np.repeat(np.array(before, dtype=np.int32), [len(part[0]) for part in parts])
    return [*stems, *pairs, *runs], numbers, found, counts


def _add_up(numbers: Numbers, rows: Numbers, counts: Numbers, texts: int) -> tuple[Numbers, Numbers, Numbers]:
    """Return each (number, row) once, in order, with the sum of its counts."""
    import numpy as np

    keys = numbers.astype(np.int64) * texts + rows
    order = np.argsort(keys, kind="stable")
    keys, counts = keys[order], counts[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    total = np.add.reduceat(counts, first) if len(first) else counts
    number, row = np.divmod(keys[first], max(1, texts))
    return number.astype(np.int32), row.astype(np.int32), total


def _numbered(things: Iterable[T]) -> tuple[list[T], Numbers]:
    """Return the distinct things in order of first appearance, and the number of each."""
    import numpy as np

    known: defaultdict[T, int] = defaultdict()
    known.default_factory = known.__len__  # a new thing has the next number; no Python is run for each
    numbers = np.fromiter(map(known.__getitem__, things), dtype=np.int32)
    return list(known), numbers
