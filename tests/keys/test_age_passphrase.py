"""Our passphrase files are age's: pyrage, which is not ours, opens them."""

from __future__ import annotations

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.keys import age_passphrase
from rempart.keys.age_passphrase import encrypt_with_passphrase


@given(plain=st.binary(max_size=2048) | st.just(bytes(64 * 1024)), passphrase=st.text(min_size=1))
def test_age_opens_what_we_write(plain: bytes, passphrase: str) -> None:
    """Any content of one chunk, any passphrase."""
    sealed = encrypt_with_passphrase(passphrase, plain, work_factor=4)

    assert pyrage.passphrase.decrypt(sealed, passphrase) == plain


def test_the_real_amount_of_work_is_age_s(monkeypatch: pytest.MonkeyPatch) -> None:
    """2**18: the other tests do less."""
    monkeypatch.undo()

    sealed = encrypt_with_passphrase("x", b"key", work_factor=age_passphrase.WORK_FACTOR)

    assert age_passphrase.WORK_FACTOR == 18
    assert pyrage.passphrase.decrypt(sealed, "x") == b"key"


def test_more_than_a_chunk_is_refused() -> None:
    """Nothing of ours is so large."""
    with pytest.raises(ValueError, match="at most 65536"):
        encrypt_with_passphrase("x", bytes(64 * 1024 + 1), work_factor=4)
