"""A codebook is a seed and a number; what is outside of it is refused."""

from __future__ import annotations

import numpy as np
import pytest

from rempart.attribute import Codebook
from rempart.errors import MarkError

SEED = bytes(range(32))


def test_codes_are_secret_fair_and_apart() -> None:
    """Of a hundred recipients, no two agree more than chance."""
    codebook = Codebook(SEED, 100)

    codes = np.stack([codebook.code(i) for i in range(100)]).astype(np.float64)

    agreement = codes @ codes.T / codes.shape[1] ** 0.5
    assert np.abs(agreement - np.diag(np.diag(agreement))).max() < 5.5
    assert set(np.unique(codes)) == {-1.0, 1.0}


def test_more_recipients_change_no_code() -> None:
    """Those who join later do not unmake the copies of those before."""
    assert (Codebook(SEED, 10).code(7) == Codebook(SEED, 100_000).code(7)).all()


def test_a_code_is_pinned() -> None:
    """A change would orphan every marked copy."""
    assert Codebook(SEED, 5000).code(4127)[:24].tolist() == [1, -1, -1, 1, -1, 1, 1, -1, -1, 1, -1, -1, -1, 1, 1, 1, -1, -1, 1, 1, 1, -1, 1, -1]


@pytest.mark.parametrize("index", [-1, 10])
def test_an_unknown_recipient_is_refused(index: int) -> None:
    """Not the last one, as an index of Python would have it."""
    with pytest.raises(MarkError, match=f"no recipient {index} among 10"):
        Codebook(SEED, 10).code(index)


@pytest.mark.parametrize("seed, recipients, words", [(bytes(31), 1, "32 bytes"), (SEED, 0, "not 0")])
def test_a_codebook_without_secret_or_recipient_is_refused(seed: bytes, recipients: int, words: str) -> None:
    """One sentence with the figure that was wrong."""
    with pytest.raises(MarkError, match=words):
        Codebook(seed, recipients)


def test_the_seed_is_not_shown() -> None:
    """In a log or a traceback."""
    assert repr(Codebook(SEED, 10)) == "Codebook(recipients=10)"
