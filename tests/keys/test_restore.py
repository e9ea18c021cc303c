"""A backup and the code give everything back; a backup alone gives nothing, and a hostile one writes nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from rempart.errors import IntegrityError, KeyFileError
from rempart.keys import Keyring, RecoveryCode, age

ITEM = "ast_" + "0123456789abcdef" * 2


def secrets_of(folder: Path) -> list[bytes]:
    """Return the base64 of every clear workspace key of a folder."""
    files = folder.glob("workspace-*.json")
    return [p.read_bytes().partition(b'"key": "')[2].partition(b'"')[0] for p in files]


def test_a_backup_and_the_code_give_everything_back(
    keyring: Keyring, code: RecoveryCode, tmp_path: Path, later: dt.datetime
) -> None:
    """In the middle of a rotation too, and the code is proved by the way."""
    first = keyring.seal(b"one", context="c")
    film = keyring.make_item_key(ITEM).seal(b"film", context="c")
    keyring.begin_rotation(later)
    second = keyring.seal(b"two", context="c")
    found = keyring.index("Ada", context="c")

    restored = Keyring.restore(tmp_path / "new", keyring.export_for_backup(), code, passphrase=None, now=later)

    assert [restored.unseal(s, context="c") for s in (first, second)] == [b"one", b"two"]
    assert restored.item_box(ITEM).unseal(film, context="c") == b"film"
    assert restored.index("ada", context="c") == found
    assert restored.status().last_drill_at == later
    assert restored.status().created_at == keyring.status().created_at
    restored.drill(code, now=later)


def test_a_restored_keyring_can_have_a_passphrase(
    keyring: Keyring, code: RecoveryCode, tmp_path: Path, passphrase: str, now: dt.datetime
) -> None:
    """The new machine's own."""
    sealed = keyring.seal(b"x", context="c")
    Keyring.restore(tmp_path / "new", keyring.export_for_backup(), code, passphrase=passphrase, now=now)

    again = Keyring.open(tmp_path / "new", passphrase=lambda: passphrase)

    assert again.unseal(sealed, context="c") == b"x"
    written = b"".join(p.read_bytes() for p in (tmp_path / "new").rglob("*") if p.is_file())
    assert not [s for s in secrets_of(tmp_path / "keys") if s in written]


def test_a_backup_opens_nothing_without_the_code(keyring: Keyring, tmp_path: Path, later: dt.datetime) -> None:
    """No clear key, and no key's file under a passphrase that could be guessed."""
    keyring.make_item_key(ITEM)
    keyring.begin_rotation(later)

    backup = keyring.export_for_backup()

    ids = (keyring.status().current, *keyring.status().retiring)
    expected = {f"recovery/{key}.age" for key in ids} | {"ring.json", "recovery.json", f"items/01/{ITEM}.json"}
    assert set(backup) == expected
    assert not [s for s in secrets_of(tmp_path / "keys") if s in b"".join(backup.values())]


def test_another_code_restores_nothing(keyring: Keyring, tmp_path: Path, now: dt.datetime) -> None:
    """And leaves no folder."""
    with pytest.raises(KeyFileError, match="not the one of this backup"):
        Keyring.restore(
            tmp_path / "new", keyring.export_for_backup(), RecoveryCode.generate(), passphrase=None, now=now
        )

    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "path",
    [
        "../evil",
        "/etc/passwd",
        "items/../../evil.json",
        "items/01/../../evil.json",
        f"items/02/{ITEM}.json",
        f"items/01/{ITEM}.json\n",
        f"items/01/{ITEM}",
        "workspace-wk_0123456789abcdef.json",
        "recovery/../ring.json",
        "recovery/wk_0123456789abcdef.age/x",
        "lock",
        "",
    ],
)
def test_a_hostile_backup_writes_nothing(
    keyring: Keyring, code: RecoveryCode, tmp_path: Path, path: str, now: dt.datetime
) -> None:
    """Every name is checked before any is used."""
    before = sorted(tmp_path.rglob("*"))

    with pytest.raises(KeyFileError, match="is not a file of a keyring's backup"):
        Keyring.restore(tmp_path / "new", {**keyring.export_for_backup(), path: b"x"}, code, passphrase=None, now=now)

    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("path", ["ring.json", "recovery.json", "recovery"])
def test_a_backup_that_is_not_whole_restores_nothing(
    keyring: Keyring, code: RecoveryCode, tmp_path: Path, path: str, now: dt.datetime
) -> None:
    """Half a keyring would look like a whole one until a value does not open."""
    backup = {name: content for name, content in keyring.export_for_backup().items() if not name.startswith(path)}
    if path == "recovery":
        backup["recovery.json"] = keyring.export_for_backup()["recovery.json"]

    with pytest.raises(KeyFileError, match=f"the backup lacks {path}"):
        Keyring.restore(tmp_path / "new", backup, code, passphrase=None, now=now)

    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("key", [bytes(32), bytes(31)])
def test_a_key_slipped_into_a_backup_is_noticed(
    keyring: Keyring, code: RecoveryCode, tmp_path: Path, key: bytes, now: dt.datetime
) -> None:
    """Anybody can encrypt to the public half: the key's name must follow from the key."""
    backup = keyring.export_for_backup()
    [path] = [name for name in backup if name.endswith(".age")]

    with pytest.raises(KeyFileError, match=r"holds another key|does not hold a workspace key"):
        Keyring.restore(
            tmp_path / "new",
            {**backup, path: age.encrypt_to([code.recipient], key)},
            code,
            passphrase=None,
            now=now,
        )

    assert not (tmp_path / "new").exists()


def test_nothing_is_restored_over_a_keyring(
    keyring: Keyring, code: RecoveryCode, tmp_path: Path, now: dt.datetime
) -> None:
    """The keys that are there may be newer."""
    with pytest.raises(KeyFileError, match="already exists"):
        Keyring.restore(tmp_path / "keys", keyring.export_for_backup(), code, passphrase=None, now=now)


def test_a_damaged_or_large_item_is_refused(
    keyring: Keyring, code: RecoveryCode, tmp_path: Path, now: dt.datetime
) -> None:
    """Before anything is written."""
    keyring.make_item_key(ITEM)
    backup = keyring.export_for_backup()
    path = f"items/01/{ITEM}.json"

    with pytest.raises(KeyFileError, match="is damaged"):
        Keyring.restore(tmp_path / "new", {**backup, path: b"{}x"}, code, passphrase=None, now=now)
    with pytest.raises(KeyFileError, match="larger than"):
        Keyring.restore(tmp_path / "new", {**backup, path: backup[path] + b" " * 65536}, code, passphrase=None, now=now)


def test_a_key_destroyed_before_the_backup_does_not_come_back(
    keyring: Keyring, code: RecoveryCode, tmp_path: Path, now: dt.datetime
) -> None:
    """One destroyed after it does: the caller destroys it again."""
    keyring.make_item_key(ITEM)
    older = keyring.export_for_backup()
    keyring.destroy_item_key(ITEM)

    restored = Keyring.restore(tmp_path / "new", keyring.export_for_backup(), code, passphrase=None, now=now)

    with pytest.raises(IntegrityError, match="was destroyed"):
        restored.item_box(ITEM)
    assert list(Keyring.restore(tmp_path / "old", older, code, passphrase=None, now=now).items()) == [ITEM]
