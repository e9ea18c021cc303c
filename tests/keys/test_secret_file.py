"""A secret that somebody else keeps is read as it is now, from a file that nobody else can read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rempart.errors import KeyFileError
from rempart.keys.secret_file import find_secret


def find(file: Path | None, environment: dict[str, str] | None = None) -> str | None:
    """Look for a secret."""
    return find_secret(environment or {}, credential="rempart-x", file=file, name="x")


def test_a_credential_comes_before_the_file(tmp_path: Path) -> None:
    """And without either there is none."""
    file = tmp_path / "file"
    file.write_text("of the file\n")
    file.chmod(0o600)
    (tmp_path / "rempart-x").write_text("of systemd")
    (tmp_path / "rempart-x").chmod(0o440)

    assert find(None) is None
    assert find(file) == "of the file"
    assert find(file, {"CREDENTIALS_DIRECTORY": str(tmp_path)}) == "of systemd"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_the_mode_is_looked_at_each_time(tmp_path: Path, mode: int) -> None:
    """It may be opened to others after the first look."""
    file = tmp_path / "file"
    file.write_text("secret")
    file.chmod(0o600)
    assert find(file) == "secret"

    file.chmod(mode)

    with pytest.raises(KeyFileError, match="open to others") as caught:
        find(file)
    assert "secret" not in caught.value.diagnostics()


@pytest.mark.parametrize("kind", ["absent", "link", "pipe", "folder", "bytes", "large"])
def test_what_is_no_file_of_one_line_is_refused(tmp_path: Path, kind: str) -> None:
    """A pipe is not waited for; what it holds is not repeated."""
    path = tmp_path / "file"
    match kind:
        case "link":
            (tmp_path / "other").write_text("secret")
            path.symlink_to(tmp_path / "other")
        case "pipe":
            os.mkfifo(path, 0o600)
        case "folder":
            path.mkdir(0o700)
        case "bytes":
            path.write_bytes(b"secret\xff")
        case "large":
            path.write_bytes(b"secret" * 100_000)
    if kind in {"bytes", "large"}:
        path.chmod(0o600)

    with pytest.raises(KeyFileError) as caught:
        find(path)
    assert "secret" not in caught.value.diagnostics()
