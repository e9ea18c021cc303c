"""Secret bits are the same for ever: published vectors, and our own."""

from __future__ import annotations

import numpy as np
import pytest

from rempart.kernels.keyed_stream import dealt, derived_key, signs, stream

#: NIST SP 800-38A, F.5.5: AES-256 in counter mode; the stream is ciphertext XOR plaintext, from the given counter on.
NIST_KEY = bytes.fromhex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
NIST_COUNTER = 0xF0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF
NIST_STREAM = "0bdf7df1591716335e9a8b15c860c502"


def test_the_stream_is_that_of_the_standard() -> None:
    """A mark must be found again with any library."""
    assert stream(NIST_KEY, 16, NIST_COUNTER).tobytes().hex() == NIST_STREAM


def test_a_part_of_a_stream_is_made_without_what_comes_before() -> None:
    """Recipient 99,999 costs what recipient 0 costs."""
    key = bytes(range(32))

    assert (stream(key, 64, 3) == stream(key, 112)[48:]).all()


def test_derived_keys_are_pinned() -> None:
    """A change of these bytes would orphan every marked copy."""
    assert derived_key(bytes(32), "codes").hex() == "13124dfe4ee0305fd19cb2eb3aa52573d9b738ce264bbeec48b385d94353524c"
    assert derived_key(bytes(32), "codes") != derived_key(bytes(32), "chips")


def test_a_short_secret_is_refused() -> None:
    """A guessed key frames whom one likes."""
    with pytest.raises(ValueError, match="32 bytes or more, not 31"):
        derived_key(bytes(31), "codes")


def test_signs_are_fair_and_pinned() -> None:
    """Each -1 or 1, as many of either as chance has it."""
    found = signs(bytes(32), 100_001)

    assert found[:16].tolist() == [1, 1, -1, 1, 1, 1, -1, -1, 1, -1, -1, 1, -1, 1, -1, 1]
    assert abs(int(found.sum())) < 4 * 100_001**0.5


def test_cards_are_dealt_evenly_in_a_pinned_order() -> None:
    """Each symbol has as many chips as the others, or one more; the pilots are as many as asked for."""
    owner = dealt(bytes(32), 1000, 7, 125)
    count = np.bincount(owner, minlength=8)

    assert count[7] == 125
    assert count[:7].max() - count[:7].min() <= 1
    assert owner[:12].tolist() == [4, 5, 0, 4, 4, 7, 6, 0, 6, 5, 6, 0]
