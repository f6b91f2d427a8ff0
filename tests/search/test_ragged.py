from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.search.ragged import NOTHING, RaggedArray

LISTS = st.lists(st.lists(st.integers(0, 99), max_size=4), min_size=1, max_size=8)


@given(LISTS, st.data())
def test_lists_come_back_as_they_were_put_in_any_order(lists: list[list[int]], data: st.DataObject) -> None:
    ragged = RaggedArray.build(lists)
    rows = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=6))
    gathered = ragged.gather(rows)

    expected = [one or [NOTHING] for one in lists]
    assert [ragged.of(row).tolist() for row in range(len(ragged))] == expected
    assert [gathered.of(place).tolist() for place in range(len(gathered))] == [expected[row] for row in rows]


def test_no_list_at_all() -> None:
    assert len(RaggedArray.build([])) == 0
