"""The key of a search provider is read for each request, and one that cannot be sent says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.errors import KeyFileError
from rempart.keys import BRAVE_CREDENTIAL, find_brave_key


def kept(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    """Write a key file."""
    file = folder / "key"
    file.write_bytes(content)
    file.chmod(mode)
    return file


@pytest.mark.parametrize(
    "content", [None, b"", b"\n", b"a b\n", b"a\r\nHost: evil.example\n", "é".encode(), b"x" * 501]
)
def test_what_cannot_be_sent_is_a_setting_to_correct(tmp_path: Path, content: bytes | None) -> None:
    """Nobody is asked with an empty key, and none becomes another header; it is not in the message."""
    file = None if content is None else kept(tmp_path, content)

    with pytest.raises(KeyFileError, match="its key was not given") as caught:
        find_brave_key({}, file)()
    assert BRAVE_CREDENTIAL in caught.value.advice
    assert "evil" not in str(caught.value)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """They could search in this organisation's name."""
    with pytest.raises(KeyFileError):
        find_brave_key({}, kept(tmp_path, b"key\n", 0o644))()


def test_a_key_is_read_again_for_each_request(tmp_path: Path) -> None:
    """The administrator changes it without a restart."""
    find = find_brave_key({}, kept(tmp_path, b"one\n"))
    first = find()

    kept(tmp_path, b"two\n")

    assert (first, find()) == ("one", "two")


def test_a_credential_comes_before_a_file(tmp_path: Path) -> None:
    """As for every other secret."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    credential = folder / BRAVE_CREDENTIAL
    credential.write_text("given")
    credential.chmod(0o400)

    assert find_brave_key({"CREDENTIALS_DIRECTORY": str(folder)}, kept(tmp_path, b"kept"))() == "given"
