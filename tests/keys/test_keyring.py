"""The keyring as its users see it: seals, looks up, keeps items' keys, and shows no secret."""

from __future__ import annotations

import copy
import datetime as dt
import doctest
import importlib
import logging
import os
import pickle
import shutil
import stat
import traceback
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import IntegrityError, KeyFileError
from rempart.keys import Keyring, Protection, RecoveryCode, sealed_by

ITEM = "ast_" + "0123456789abcdef" * 2


def clear_key(folder: Path) -> bytes:
    """Return the base64 of the workspace key of a keyring without a passphrase."""
    [path] = folder.glob("workspace-*.json")
    return path.read_bytes().partition(b'"key": "')[2].partition(b'"')[0]


def test_the_example_runs() -> None:
    """The room's page of names is also an example."""
    outcome = doctest.testmod(importlib.import_module("rempart.keys"))

    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_everything_written_is_private_whatever_the_umask(tmp_path: Path, now: dt.datetime) -> None:
    """Folders 0700, files 0600."""
    before = os.umask(0)
    try:
        keyring, _ = Keyring.create(tmp_path / "keys", passphrase=None, now=now)
        keyring.make_item_key(ITEM)
    finally:
        os.umask(before)

    paths = [tmp_path / "keys", *(tmp_path / "keys").rglob("*")]
    modes = {stat.S_IMODE(p.stat().st_mode) for p in paths if p.is_dir()}
    assert modes == {0o700}
    assert {stat.S_IMODE(p.stat().st_mode) for p in paths if p.is_file()} == {0o600}


def test_a_keyring_is_never_made_over_another(keyring: Keyring, tmp_path: Path, now: dt.datetime) -> None:
    """The keys that are there stay."""
    sealed = keyring.seal(b"x", context="c")

    with pytest.raises(KeyFileError, match="already exists"):
        Keyring.create(tmp_path / "keys", passphrase=None, now=now)

    assert Keyring.open(tmp_path / "keys", passphrase=None).unseal(sealed, context="c") == b"x"
    assert [p.name for p in tmp_path.iterdir()] == ["keys"]


def test_a_keyring_is_not_made_through_a_link(tmp_path: Path, now: dt.datetime) -> None:
    """A link could lead the keys where others read."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "keys").symlink_to("elsewhere")

    with pytest.raises(KeyFileError, match="already exists"):
        Keyring.create(tmp_path / "keys", passphrase=None, now=now)

    assert not list((tmp_path / "elsewhere").iterdir())


def test_an_empty_passphrase_is_refused(tmp_path: Path, now: dt.datetime) -> None:
    """It would protect nothing and say that it does."""
    with pytest.raises(KeyFileError, match="empty"):
        Keyring.create(tmp_path / "keys", passphrase=" ", now=now)  # noqa: S106 - a blank

    assert not list(tmp_path.iterdir())


def test_a_passphrase_opens_and_a_wrong_or_missing_one_does_not(locked: Path, passphrase: str) -> None:
    """And neither the passphrase nor the key is in what is said."""
    with pytest.raises(KeyFileError, match="the passphrase does not open") as wrong:
        Keyring.open(locked, passphrase=lambda: "wrong horse")
    with pytest.raises(KeyFileError, match="none was given"):
        Keyring.open(locked, passphrase=None)

    keyring = Keyring.open(locked, passphrase=lambda: passphrase)

    assert keyring.status().protection is Protection.PASSPHRASE
    assert wrong.value.__context__ is None
    assert "horse" not in wrong.value.diagnostics()


def test_accents_are_one_whatever_the_keyboard(locked: Path, passphrase: str) -> None:
    """A decomposed e with grave is the same letter."""
    keyring = Keyring.open(locked, passphrase=lambda: passphrase.replace("è", "e\u0300"))

    assert keyring.unseal(keyring.seal(b"x", context="c"), context="c") == b"x"


def test_a_changed_passphrase_replaces_the_old_one(locked: Path, passphrase: str) -> None:
    """None goes back to the file's permissions, and the way back too."""
    keyring = Keyring.open(locked, passphrase=lambda: passphrase)
    sealed = keyring.seal(b"x", context="c")

    keyring.change_passphrase(None)

    reopened = Keyring.open(locked, passphrase=None)
    assert reopened.unseal(sealed, context="c") == b"x"
    assert reopened.status().protection is Protection.FILE


def test_another_process_that_changed_the_passphrase_makes_us_ask_again(locked: Path, passphrase: str) -> None:
    """The first answer is kept, and no longer right when a new key must be read."""
    answers = iter([passphrase, "another one"])
    ours = Keyring.open(locked, passphrase=lambda: next(answers))
    theirs = Keyring.open(locked, passphrase=lambda: passphrase)
    theirs.change_passphrase("another one")
    theirs.begin_rotation(dt.datetime(2027, 1, 1, tzinfo=dt.UTC))

    sealed = theirs.seal(b"x", context="c")

    assert ours.unseal(sealed, context="c") == b"x"


def test_the_passphrase_does_not_change_during_a_rotation(keyring: Keyring, later: dt.datetime) -> None:
    """Two files cannot be replaced at once."""
    keyring.begin_rotation(later)

    with pytest.raises(KeyFileError, match="during a rotation"):
        keyring.change_passphrase("x")


@given(plain=st.binary(), context=st.text())
def test_a_sealed_field_opens_in_its_place(
    tmp_path_factory: pytest.TempPathFactory, plain: bytes, context: str
) -> None:
    """Round trip, for any bytes and any place."""
    keyring = shared_keyring(tmp_path_factory)

    sealed = keyring.seal(plain, context=context)

    assert keyring.unseal(sealed, context=context) == plain
    assert sealed_by(sealed) == keyring.status().current


def shared_keyring(factory: pytest.TempPathFactory) -> Keyring:
    """Return one keyring for all examples of a property."""
    folder = factory.getbasetemp() / "shared-keys"
    if folder.exists():
        return Keyring.open(folder, passphrase=None)
    return Keyring.create(folder, passphrase=None, now=dt.datetime(2026, 11, 21, tzinfo=dt.UTC))[0]


def test_every_sealed_value_differs(keyring: Keyring) -> None:
    """Equal values do not look equal; the blind index is for that."""
    assert len({keyring.seal(b"same", context="c") for _ in range(100)}) == 100


def test_indexes_are_of_every_live_key_the_current_first(keyring: Keyring, later: dt.datetime) -> None:
    """Rows that were indexed before the rotation are found."""
    old = keyring.index("Ada", context="owner.name")
    keyring.begin_rotation(later)

    assert keyring.indexes(" ADA ", context="owner.name") == (keyring.index("ada", context="owner.name"), old)
    assert keyring.index("Ada", context="owner.name") != old


def test_the_status_holds_no_secret(keyring: Keyring, code: RecoveryCode, tmp_path: Path, now: dt.datetime) -> None:
    """It can be printed."""
    keyring.make_item_key(ITEM)
    keyring.drill(code, now=now)

    status = keyring.status()

    assert (status.items, status.retiring, status.last_drill_at) == (1, (), now)
    assert status.recovery_recipient == code.recipient
    assert clear_key(tmp_path / "keys").decode() not in repr(status)


def test_nothing_that_is_shown_holds_a_secret(
    keyring: Keyring, code: RecoveryCode, tmp_path: Path, caplog: pytest.LogCaptureFixture, later: dt.datetime
) -> None:
    """Not repr, not str, not a log line."""
    caplog.set_level(logging.DEBUG)
    box = keyring.make_item_key(ITEM)
    keyring.begin_rotation(later)
    keyring.drill(code, now=later)
    list(keyring.rewrap_items())

    shown = " ".join([repr(keyring), str(keyring), repr(box), str(box), repr(code), f"{code}", caplog.text])

    assert code.reveal() not in shown
    assert "SECRET" not in shown
    for path in (tmp_path / "keys").glob("workspace-*.json"):
        assert path.read_bytes().partition(b'"key": "')[2].partition(b'"')[0].decode() not in shown


@pytest.mark.parametrize("what", ["keyring", "code", "box"])
def test_secrets_cannot_be_pickled_or_copied(keyring: Keyring, code: RecoveryCode, what: str) -> None:
    """A pickle is a file that nobody guards."""
    value = {"keyring": keyring, "code": code, "box": keyring.make_item_key(ITEM)}[what]

    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(value)
    with pytest.raises(TypeError, match="cannot be pickled"):
        copy.copy(value)


def test_a_damaged_key_file_is_not_quoted_in_the_error(keyring: Keyring, tmp_path: Path) -> None:
    """Nor in anything that hangs on the error."""
    del keyring
    secret = clear_key(tmp_path / "keys").decode()
    [path] = (tmp_path / "keys").glob("workspace-*.json")
    path.write_bytes(path.read_bytes()[:-3])

    with pytest.raises(KeyFileError, match="is damaged") as caught:
        Keyring.open(tmp_path / "keys", passphrase=None)

    assert caught.value.__context__ is None
    assert secret not in "".join(traceback.format_exception(caught.value))


def test_a_key_that_took_another_one_s_place_is_refused(keyring: Keyring, tmp_path: Path, now: dt.datetime) -> None:
    """The identifier follows from the key."""
    Keyring.create(tmp_path / "other", passphrase=None, now=now)
    [ours] = (tmp_path / "keys").glob("workspace-*.json")
    ours.write_bytes(ours.read_bytes().replace(clear_key(tmp_path / "keys"), clear_key(tmp_path / "other")))

    with pytest.raises(KeyFileError, match="another one"):
        Keyring.open(tmp_path / "keys", passphrase=None)
    del keyring


@pytest.mark.parametrize("name", ["ring.json", "workspace", "lock"])
def test_a_file_that_others_can_read_is_refused(keyring: Keyring, tmp_path: Path, name: str) -> None:
    """With what to type."""
    path = next((tmp_path / "keys").glob(name + "*"))
    path.chmod(0o640)

    with pytest.raises(KeyFileError, match=r"open to others \(mode 0640\)") as caught:
        Keyring.open(tmp_path / "keys", passphrase=None)

    assert f"chmod 600 {path}" in caught.value.diagnostics()
    del keyring


@pytest.mark.parametrize("name", ["ring.json", "workspace", "lock"])
def test_a_link_is_refused(keyring: Keyring, tmp_path: Path, name: str) -> None:
    """Even to the same content."""
    path = next((tmp_path / "keys").glob(name + "*"))
    shutil.move(path, tmp_path / "moved")
    path.symlink_to(tmp_path / "moved")

    with pytest.raises(KeyFileError, match="is a link"):
        Keyring.open(tmp_path / "keys", passphrase=None)
    del keyring


@pytest.mark.parametrize("name", ["ring.json", "workspace"])
def test_a_missing_file_says_so(keyring: Keyring, tmp_path: Path, name: str) -> None:
    """And never leads to new keys."""
    next((tmp_path / "keys").glob(name + "*")).unlink()

    with pytest.raises(KeyFileError, match="is missing"):
        Keyring.open(tmp_path / "keys", passphrase=None)
    with pytest.raises(KeyFileError, match="is missing"):
        Keyring.open(tmp_path / "nowhere", passphrase=None)
    del keyring


def test_sealing_stops_when_the_folder_goes(keyring: Keyring, tmp_path: Path) -> None:
    """What is sealed by a key that nobody keeps is lost: better an error."""
    shutil.rmtree(tmp_path / "keys")

    with pytest.raises(KeyFileError, match="is missing"):
        keyring.seal(b"x", context="c")


def test_a_value_of_another_workspace_does_not_open(keyring: Keyring, tmp_path: Path, now: dt.datetime) -> None:
    """Its key is named."""
    other, _ = Keyring.create(tmp_path / "other", passphrase=None, now=now)

    with pytest.raises(IntegrityError, match=other.status().current):
        keyring.unseal(other.seal(b"x", context="c"), context="c")
