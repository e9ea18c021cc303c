"""The edge to age says what is wrong without repeating a secret."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import KeyFileError
from rempart.keys import age
from rempart.keys.age_passphrase import encrypt_with_passphrase
from required import skip_or_fail

_IDENTITY = age.new_identity()


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


class Broken(io.BytesIO):
    """A disk that went away."""

    def read(self, _: int | None = -1, /) -> bytes:
        """Fail."""
        raise OSError(5, "Input/output error")

    def write(self, _: object, /) -> int:
        """Fail as well."""
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "reader, writer, code", [(Broken(), io.BytesIO(), 5), (io.BytesIO(bytes(200_000)), Broken(), 28)]
)
def test_a_disk_s_own_error_comes_back(reader: io.BytesIO, writer: io.BytesIO, code: int) -> None:
    """Not the library's words for it: who calls acts on the code."""
    with pytest.raises(OSError) as caught:  # noqa: PT011 - by its code
        age.encrypt_stream([age.recipient_of(age.new_identity())], reader, writer)

    assert caught.value.errno == code


@pytest.mark.parametrize("recipient", ["", "age1x", "AGE-SECRET-KEY-1X"])
def test_a_stream_is_not_encrypted_to_nobody(recipient: str) -> None:
    """What was given is not repeated: it may be a secret that was put in the wrong place."""
    with pytest.raises(KeyFileError, match="not an age recipient") as caught:
        age.encrypt_stream([age.recipient_of(age.new_identity()), recipient], io.BytesIO(), io.BytesIO())

    assert "SECRET" not in caught.value.diagnostics()


@pytest.mark.parametrize("size", [0, 1, 65_536, 200_001])
def test_a_stream_opens_for_each_recipient_with_the_age_tool(tmp_path: Path, size: int) -> None:
    """Not armored; sizes around its chunk of 64 KiB."""
    if not shutil.which("age"):
        skip_or_fail("age", "it is not installed")
    identities = age.new_identity(), age.new_identity()
    clear = bytes(range(256)) * 1000
    with (tmp_path / "a.age").open("wb") as writer:
        age.encrypt_stream([age.recipient_of(one) for one in identities], io.BytesIO(clear[:size]), writer)

    for one in identities:
        (tmp_path / "key").write_text(one, encoding="ascii")
        command = ["age", "-d", "-i", "key", "a.age"]
        assert subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout == clear[:size]


def sealed_for(identity: str, plain: bytes) -> bytes:
    """Return what goes to a recipient."""
    writer = io.BytesIO()
    age.encrypt_stream([age.recipient_of(identity)], io.BytesIO(plain), writer)
    return writer.getvalue()


def test_what_went_to_a_recipient_is_decrypted_as_it_goes_by() -> None:
    """More than one piece of it."""
    identity, writer = age.new_identity(), io.BytesIO()
    age.decrypt_stream(identity, io.BytesIO(sealed_for(identity, bytes(200_000))), writer)

    assert writer.getvalue() == bytes(200_000)
    assert (age.is_identity(identity), age.is_identity("x")) == (True, False)


@pytest.mark.parametrize("cut", [0, 10, 100, 66_000, 200_000])
def test_a_stream_that_is_damaged_is_not_decrypted(cut: int) -> None:
    """Cut short anywhere, or by another's key."""
    identity = age.new_identity()
    sealed = sealed_for(identity, bytes(200_000))

    with pytest.raises(KeyFileError):
        age.decrypt_stream(identity, io.BytesIO(sealed[:cut]), io.BytesIO())
    with pytest.raises(KeyFileError):
        age.decrypt_stream(age.new_identity(), io.BytesIO(sealed), io.BytesIO())
    with pytest.raises(KeyFileError, match="not an age identity"):
        age.decrypt_stream("x", io.BytesIO(sealed), io.BytesIO())


_SEALED = sealed_for(_IDENTITY, b"plain")


@given(st.data())
def test_no_stream_breaks_the_library(data: st.DataObject) -> None:
    """Each byte of a header changed: an error, or what was encrypted."""
    sealed = bytearray(_SEALED)
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    writer = io.BytesIO()
    try:
        age.decrypt_stream(_IDENTITY, io.BytesIO(bytes(sealed)), writer)
    except KeyFileError:
        return
    assert writer.getvalue() == b"plain"


def test_the_own_errors_of_a_stream_are_passed_on() -> None:
    """A full disk is no wrong key."""

    class Full(io.BytesIO):
        def write(self, data: object) -> int:
            del data
            raise OSError(28, "no space")

    identity = age.new_identity()
    with pytest.raises(OSError, match="no space"):
        age.decrypt_stream(identity, io.BytesIO(sealed_for(identity, b"plain")), Full())
