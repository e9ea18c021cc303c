"""A leaf commits, and says nothing."""

from __future__ import annotations

import hmac

import pytest

from rempart.errors import IntegrityError
from rempart.evidence.leaves import commitment, leaf_data, parse_leaf, verify_leaf

SALT = bytes(range(32))
CONTENT = b'{"kind":"opening"}'


def test_a_leaf_is_two_lines_and_a_commitment() -> None:
    """What ``openssl dgst -sha256 -mac HMAC`` prints (RFC 2104), under the format's name."""
    leaf = leaf_data(commitment(SALT, CONTENT))

    assert leaf == b"rempart-evidence/1\n" + hmac.digest(SALT, CONTENT, "sha256").hex().encode() + b"\n"
    assert b"opening" not in leaf
    verify_leaf(leaf, SALT, CONTENT)


@pytest.mark.parametrize(
    "salt, content", [(SALT[:-1] + b"!", CONTENT), (SALT, CONTENT + b"\n"), (SALT + b"\0", CONTENT), (b"", CONTENT)]
)
def test_another_salt_or_content_is_refused(salt: bytes, content: bytes) -> None:
    """A salt with a zero more would give the same HMAC: its length counts."""
    with pytest.raises(IntegrityError, match="does not commit"):
        verify_leaf(leaf_data(commitment(SALT, CONTENT)), salt, content)


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"rempart-evidence/2\n" + b"0" * 64 + b"\n",
        b"rempart-evidence/1\n" + b"A" * 64 + b"\n",
        b"rempart-evidence/1\n" + b"0" * 64,
        b"rempart-evidence/1\n" + b"0" * 64 + b"\n\n",
    ],
)
def test_another_form_is_refused(leaf: bytes) -> None:
    """Of the format, the case, the length, the end."""
    with pytest.raises(IntegrityError, match="not two lines"):
        parse_leaf(leaf)


def test_a_short_salt_is_a_mistake() -> None:
    """Of ours: it would be guessed."""
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(b"short", CONTENT)
