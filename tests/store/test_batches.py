"""Long lists in pieces: nothing lost, nothing twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rempart.store.batches import BATCH, in_batches


@given(st.integers(0, 3_000), st.integers(1, 1_000))
def test_the_pieces_are_the_list(count: int, size: int) -> None:
    """In order, none longer than asked, none empty."""
    pieces = list(in_batches(range(count), size))

    assert [value for piece in pieces for value in piece] == list(range(count))
    assert all(0 < len(piece) <= size for piece in pieces)


def test_a_piece_fits_in_the_oldest_statement() -> None:
    """SQLite before 3.32 took 999 values, and a statement has others beside the list."""
    assert BATCH < 999 - 50
