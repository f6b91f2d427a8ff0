"""How likely each text makes a question: a small language model of each, from a few dozen sentences.

Query likelihood (Ponte and Croft, "A Language Modeling Approach to Information Retrieval", SIGIR 1998)
with Dirichlet smoothing (Zhai and Lafferty, ACM TOIS 22(2), 2004).  BM25 asks which words a text has; this
asks whose readers would most likely ask so, in all their ways of asking, small words included.
"""

from __future__ import annotations

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

    Numbers = npt.NDArray[np.int64]

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

        names, numbers, rows = _list_expressions(texts)
        met, counts = np.unique(numbers * len(texts) + rows, return_counts=True)
        numbers, rows = np.divmod(met, max(1, len(texts)))
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


def _list_expressions(texts: Sequence[Sequence[Sequence[str]]]) -> tuple[list[str], Numbers, Numbers]:
    """Return the expressions, and the number and the text of each time that one is met, in no order.

    The same as ``expressions_of`` of every sentence, by arrays: there are millions.
    """
    import numpy as np

    sentences = [said for text in texts for said in text]
    text_of = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    lengths = np.array([len(said) for said in sentences], dtype=np.int64)
    rows, sentence_of = np.repeat(text_of, lengths), np.repeat(np.arange(len(sentences)), lengths)

    words, said = _numbered(word for sentence in sentences for word in sentence)
    stems, stem_of = _numbered(map(term_of, words))
    stem = stem_of[said]

    together = sentence_of[1:] == sentence_of[:-1]
    both, pair = np.unique((stem[:-1] * len(stems) + stem[1:])[together], return_inverse=True)
    pairs = [f"{stems[key // len(stems)]} {stems[key % len(stems)]}" for key in both.tolist()]

    runs, run_of = _numbered(run for word in words for run in _runs(word))
    each = np.cumsum([0, *(len(_runs(word)) for word in words)]).astype(np.int32)
    met = RaggedArray(run_of.astype(np.int32), each).gather(said)

    names = [*stems, *pairs, *runs]
    numbers = np.concatenate([stem, len(stems) + pair, len(stems) + len(pairs) + met.values])
    return names, numbers, np.concatenate([rows, rows[1:][together], np.repeat(rows, np.diff(met.starts))])


def _numbered(things: Iterable[T]) -> tuple[list[T], Numbers]:
    """Return the distinct things in order of first appearance, and the number of each."""
    import numpy as np

    known: dict[T, int] = {}
    numbers = np.array([known.setdefault(thing, len(known)) for thing in things], dtype=np.int64)
    return list(known), numbers
