"""The code opens the keys, a drill proves it, and an old code opens nothing any more."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyrage
import pytest

from rempart.errors import KeyFileError
from rempart.keys import Keyring, RecoveryCode


def test_a_drill_with_another_code_fails_and_is_not_recorded(keyring: Keyring, now: dt.datetime) -> None:
    """It must not look as if the sheet had been found."""
    with pytest.raises(KeyFileError, match="not the one of the present sheet"):
        keyring.drill(RecoveryCode.generate(), now=now)

    assert keyring.status().last_drill_at is None


def test_a_drill_proves_every_live_key(keyring: Keyring, code: RecoveryCode, tmp_path: Path, now: dt.datetime) -> None:
    """A file that was exchanged for another key's, encrypted to the right code, is noticed."""
    path = tmp_path / "keys" / "recovery" / f"{keyring.status().current}.age"
    recipient = pyrage.x25519.Recipient.from_str(code.recipient)
    path.write_bytes(pyrage.encrypt(bytes(32), [recipient], armored=True))

    with pytest.raises(KeyFileError, match="holds another key"):
        keyring.drill(code, now=now)
    path.write_bytes(b"junk")
    with pytest.raises(KeyFileError, match="does not open"):
        keyring.drill(code, now=now)
    path.unlink()
    with pytest.raises(KeyFileError, match="is missing"):
        keyring.drill(code, now=now)

    assert keyring.status().last_drill_at is None


def test_the_standard_tool_opens_the_files(keyring: Keyring, code: RecoveryCode, tmp_path: Path) -> None:
    """Without Rempart: armored age, to the identity on the sheet."""
    path = tmp_path / "keys" / "recovery" / f"{keyring.status().current}.age"

    secret = pyrage.decrypt(path.read_bytes(), [pyrage.x25519.Identity.from_str(code.reveal())])

    assert path.read_bytes().startswith(b"-----BEGIN AGE ENCRYPTED FILE-----")
    assert len(secret) == 32


def test_a_new_sheet_replaces_the_old_one(
    keyring: Keyring, code: RecoveryCode, tmp_path: Path, later: dt.datetime
) -> None:
    """For every live key, in the files as in the record."""
    keyring.begin_rotation(later)
    keyring.drill(code, now=later)

    new = keyring.new_recovery(later)

    assert keyring.status().last_drill_at is None
    with pytest.raises(KeyFileError, match="not the one of the present sheet"):
        keyring.drill(code, now=later)
    old = [pyrage.x25519.Identity.from_str(code.reveal())]
    files = list((tmp_path / "keys" / "recovery").glob("*.age"))
    assert len(files) == 2
    for path in files:
        with pytest.raises(pyrage.DecryptError):
            pyrage.decrypt(path.read_bytes(), old)
    keyring.drill(new, now=later)
    assert keyring.status().last_drill_at == later


def test_the_code_itself_is_written_nowhere(keyring: Keyring, code: RecoveryCode, tmp_path: Path) -> None:
    """Only its public half is."""
    del keyring
    content = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())

    assert code.reveal().encode() not in content
    assert code.recipient.encode() in content
