"""Many short lists of numbers in one array."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    import numpy.typing as npt

    Numbers = npt.NDArray[np.int32]

NOTHING = -1  # stands in an empty list, so that every list has something at its start


@dataclass(frozen=True, slots=True, eq=False)
class RaggedArray:
    """List i is ``values[starts[i]:starts[i + 1]]``; an empty one holds ``NOTHING`` alone."""

    values: Numbers
    starts: Numbers

    @classmethod
    def build(cls, lists: Iterable[Sequence[int]]) -> RaggedArray:
        """Put lists one after the other."""
        import numpy as np

        values, starts = array("i"), array("i", [0])
        for one in lists:
            values.extend(one or (NOTHING,))
            starts.append(len(values))
        return cls(np.array(values, dtype=np.int32), np.array(starts, dtype=np.int32))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, row: int) -> Numbers:
        """Return one list."""
        return self.values[self.starts[row] : self.starts[row + 1]]

    def gather(self, rows: Sequence[int] | npt.NDArray[np.integer[Any]]) -> RaggedArray:
        """Return some of the lists, in the order of ``rows``."""
        import numpy as np

        chosen = np.asarray(rows, dtype=np.int64)
        first = self.starts[chosen]
        lengths = self.starts[chosen + 1] - first
        starts = np.cumsum([0, *lengths])
        places = np.arange(starts[-1]) + np.repeat(first - starts[:-1], lengths)
        return RaggedArray(self.values[places], starts.astype(np.int32))
