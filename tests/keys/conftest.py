"""Keyrings for the tests of this room: new ones are cheap, those with a passphrase do little work."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rempart.keys import Keyring, RecoveryCode, age_passphrase

NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=365)
PASSPHRASE = "five words are better, très"  # noqa: S105 - a test's


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Return a folder in memory where there is one: these tests sync to the disk thousands of times."""
    with TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def _little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let scrypt be quick; one test shows the real amount of work."""
    monkeypatch.setattr(age_passphrase, "WORK_FACTOR", 10)


@pytest.fixture
def now() -> dt.datetime:
    """Return the instant of the tests."""
    return NOW


@pytest.fixture
def later() -> dt.datetime:
    """Return an instant one year on."""
    return LATER


@pytest.fixture
def made(tmp_path: Path) -> tuple[Keyring, RecoveryCode]:
    """Return a new keyring without a passphrase, in ``tmp_path/keys``, and its code."""
    return Keyring.create(tmp_path / "keys", passphrase=None, now=NOW)


@pytest.fixture
def keyring(made: tuple[Keyring, RecoveryCode]) -> Keyring:
    """Return the keyring alone."""
    return made[0]


@pytest.fixture
def code(made: tuple[Keyring, RecoveryCode]) -> RecoveryCode:
    """Return its code."""
    return made[1]


@pytest.fixture
def passphrase() -> str:
    """Return the passphrase of the locked keyring."""
    return PASSPHRASE


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """Return the folder of a keyring with a passphrase."""
    Keyring.create(tmp_path / "locked", passphrase=PASSPHRASE, now=NOW)
    return tmp_path / "locked"
