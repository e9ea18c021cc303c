"""The edge to age says what is wrong without repeating a secret."""

from __future__ import annotations

import base64

import pytest

from rempart.errors import KeyFileError
from rempart.keys import age
from rempart.keys.age_passphrase import encrypt_with_passphrase


def test_what_is_encrypted_to_an_identity_opens_with_it_and_no_other() -> None:
    """And is armored, so that it survives being printed or mailed."""
    identity, other = age.new_identity(), age.new_identity()

    sealed = age.encrypt_to([age.recipient_of(identity)], b"key")

    assert sealed.startswith(b"-----BEGIN AGE ENCRYPTED FILE-----")
    assert age.decrypt_with(identity, sealed, name="f") == b"key"
    with pytest.raises(KeyFileError, match="does not open f"):
        age.decrypt_with(other, sealed, name="f")


def test_a_wrong_identity_is_not_repeated() -> None:
    """The code is nearly right, and so nearly a secret."""
    wrong = age.new_identity()[:-1]

    with pytest.raises(KeyFileError, match="wrong character") as caught:
        age.recipient_of(wrong)

    assert wrong not in caught.value.diagnostics()


def test_a_wrong_recipient_is_refused() -> None:
    """A key must never be encrypted to nobody."""
    with pytest.raises(KeyFileError, match="not an age recipient"):
        age.encrypt_to(["age1x"], b"key")


@pytest.mark.parametrize("sealed", [b"", b"junk", b"-----BEGIN AGE ENCRYPTED FILE-----\n"])
def test_what_is_not_age_s_does_not_open(sealed: bytes) -> None:
    """Damage looks like a wrong passphrase, and the advice says both."""
    with pytest.raises(KeyFileError, match="does not open f") as caught:
        age.decrypt_with_passphrase("x", sealed, name="f")

    assert "damaged" in caught.value.advice


def test_a_file_that_asks_for_endless_work_is_refused() -> None:
    """Hours of scrypt would be a way to stop the service."""
    armored = encrypt_with_passphrase("x", b"x", work_factor=4)
    sealed = base64.b64decode(b"".join(armored.splitlines()[1:-1]))
    stanza = sealed.split(b"\n")[1]
    hostile = sealed.replace(stanza, stanza.rpartition(b" ")[0] + b" 40")

    with pytest.raises(KeyFileError, match="more work than this machine can do"):
        age.decrypt_with_passphrase("x", hostile, name="f")
