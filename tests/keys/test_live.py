"""Keys in memory follow the folder, whoever changes it."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from rempart.errors import IntegrityError, KeyFileError
from rempart.keys import Keyring
from rempart.keys.folder import GuardedFolder
from rempart.keys.live import LiveKeys, file_name
from rempart.keys.passphrase import Passphrase


@pytest.fixture
def live(keyring: Keyring, tmp_path: Path) -> LiveKeys:
    """Return the keys of a new keyring."""
    del keyring
    return LiveKeys(GuardedFolder(tmp_path / "keys"), Passphrase(None))


def test_another_process_s_rotation_is_seen_at_once(live: LiveKeys, keyring: Keyring, later: dt.datetime) -> None:
    """Sealing with a key that is about to be destroyed would lose the value."""
    new = keyring.begin_rotation(later)

    assert live.fresh().current.id == new
    assert len(live.fresh().keys) == 2


def test_nothing_is_read_again_while_nothing_changes(live: LiveKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    """One look at the file's inode and times."""
    before = live.fresh()

    def refuse(*_: object, **__: object) -> int:
        pytest.fail("a file was opened")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)

        assert live.fresh() is before
        assert live.find(before.current.id) is before.current


def test_a_destroyed_key_is_forgotten(live: LiveKeys, keyring: Keyring, later: dt.datetime) -> None:
    """By every process that looks again."""
    old = live.fresh().current.id
    keyring.begin_rotation(later)
    keyring.finish_rotation(sealed_by=())

    assert live.fresh().current.id != old
    with pytest.raises(IntegrityError, match=f"{old} is not in this keyring"):
        live.find(old)


def test_a_leftover_key_s_file_is_neither_used_nor_removed(live: LiveKeys, tmp_path: Path) -> None:
    """An older ring may have been put back: the key could be the only copy."""
    current = tmp_path / "keys" / file_name(live.fresh().current.id)
    leftover = current.with_name("workspace-wk_0123456789abcdef.json")
    leftover.write_bytes(b"junk")
    leftover.chmod(0o600)

    again = LiveKeys(GuardedFolder(tmp_path / "keys"), Passphrase(None))

    assert list(again.fresh().keys) == [live.fresh().current.id]
    assert leftover.exists()


@pytest.mark.parametrize(
    "field, value",
    [
        ("protection", "none"),
        ("id", "wk_0123456789abcdef"),
        ("created_at", "yesterday"),
        ("key", "AAAA"),
    ],
)
def test_a_key_s_file_must_be_right_in_every_field(live: LiveKeys, tmp_path: Path, field: str, value: str) -> None:
    """Each is checked, and the content never quoted."""
    path = tmp_path / "keys" / file_name(live.fresh().current.id)
    before = path.read_text().partition(f'"{field}": "')
    path.write_text(before[0] + before[1] + value + '"' + before[2].partition('"')[2])

    with pytest.raises(KeyFileError, match="is damaged"):
        LiveKeys(GuardedFolder(tmp_path / "keys"), Passphrase(None))


def test_a_passphrase_file_s_content_that_is_no_age_file_does_not_open(live: LiveKeys, tmp_path: Path) -> None:
    """Even letters that are not ASCII."""
    path = tmp_path / "keys" / file_name(live.fresh().current.id)
    text = path.read_text().replace('"file"', '"passphrase"')
    path.write_text(text.partition('"key"')[0] + '"key": "é"}', encoding="utf-8")

    with pytest.raises(KeyFileError, match="the passphrase does not open"):
        LiveKeys(GuardedFolder(tmp_path / "keys"), Passphrase(lambda: "x"))
