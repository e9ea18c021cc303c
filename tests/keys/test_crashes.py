"""A process that dies between any two operations on the disk leaves a keyring that opens, and work that resumes."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rempart.errors import IntegrityError, KeyFileError
from rempart.keys import Keyring, RecoveryCode

NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
ITEMS = [f"ast_{n:032x}" for n in (1, 2)]
OPERATIONS = ("mkdir", "rmdir", "open", "write", "pwrite", "fchmod", "fsync", "replace", "rename", "unlink")
PASSPHRASE = "horse"  # noqa: S105 - a test's


class KilledError(BaseException):
    """The process is dead: nothing catches this."""


@contextlib.contextmanager
def killed_after(count: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let so many operations on the disk happen; the next and all that follow, cleaning included, do not."""
    left = [count]

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            if left[0] == 0:
                raise KilledError
            left[0] -= 1
            return real(*arguments, **options)

        return call

    with monkeypatch.context() as patch:
        for name in OPERATIONS:
            patch.setattr(os, name, counted(getattr(os, name)))
        yield


@dataclass
class House:
    """A keyring with something of everything, in the middle of a rotation."""

    folder: Path
    code: RecoveryCode
    values: list[bytes] = field(default_factory=list)
    films: dict[str, bytes] = field(default_factory=dict)

    def open(self) -> Keyring:
        """Open it as a new process would."""
        return Keyring.open(self.folder, passphrase=lambda: PASSPHRASE)


def new_house(folder: Path, *, rotating: bool) -> House:
    """Make one: two items, a value under each live key."""
    keyring, code = Keyring.create(folder, passphrase=None, now=NOW)
    house = House(folder, code, [keyring.seal(b"old", context="c")])
    house.films = {item: keyring.make_item_key(item).seal(b"film", context="c") for item in ITEMS}
    if rotating:
        keyring.begin_rotation(NOW)
        house.values.append(keyring.seal(b"new", context="c"))
    return house


def end_rotation(keyring: Keyring) -> None:
    """Do all that is left of a rotation."""
    list(keyring.rewrap_items())
    keyring.finish_rotation(sealed_by=())


ACTIONS: dict[str, tuple[bool, Callable[[Keyring], object]]] = {
    "begin": (False, lambda k: k.begin_rotation(NOW)),
    "begin again": (True, lambda k: k.begin_rotation(NOW)),
    "rewrap": (True, lambda k: list(k.rewrap_items())),
    "end": (True, end_rotation),
    "lock": (False, lambda k: k.change_passphrase(PASSPHRASE)),
    "unlock": (False, lambda k: k.change_passphrase(None)),
    "make": (True, lambda k: k.make_item_key("cas_" + "a" * 32)),
    "destroy": (True, lambda k: k.destroy_item_key(ITEMS[0])),
    "sheet": (True, lambda k: k.new_recovery(NOW)),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_a_crash_at_any_step_loses_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each action is killed after 0, 1, 2… operations, judged as a new process sees it, and done again."""
    rotating, action = ACTIONS[name]
    original = new_house(tmp_path / "original", rotating=rotating)
    if name == "unlock":
        original.open().change_passphrase(PASSPHRASE)

    for steps in range(1000):
        house = House(tmp_path / f"house{steps}", original.code, original.values, original.films)
        shutil.copytree(original.folder, house.folder)
        keyring = house.open()
        try:
            with killed_after(steps, monkeypatch):
                action(keyring)
        except KilledError:
            assert_whole(house, name)
            action(house.open())
            assert_whole(house, name)
            assert_done(house, name)
        else:
            break
        shutil.rmtree(house.folder)
    assert 5 <= steps < 999


def assert_whole(house: House, name: str) -> None:
    """Everything that the action was not to destroy opens."""
    keyring = house.open()
    plains = dict(zip(house.values, (b"old", b"new"), strict=False))
    expected = {sealed: plain for sealed, plain in plains.items() if (name, plain) != ("end", b"old")}
    assert [keyring.unseal(sealed, context="c") for sealed in expected] == list(expected.values())
    for item, film in house.films.items():
        if name == "destroy" and item == ITEMS[0]:
            with contextlib.suppress(IntegrityError):
                assert keyring.item_box(item).unseal(film, context="c") == b"film"
        else:
            assert keyring.item_box(item).unseal(film, context="c") == b"film"
    if keyring.status().recovery_recipient == house.code.recipient:
        keyring.drill(house.code, now=NOW)
    assert set(keyring.export_for_backup()) >= {"ring.json", "recovery.json"}


def assert_done(house: House, name: str) -> None:
    """Done again after the crash, the action has its whole effect."""
    keyring = house.open()
    files = [p.name for p in house.folder.rglob("*")]
    if name == "end":
        assert keyring.status().retiring == ()
        assert len([f for f in files if f.startswith("workspace-")]) == 1
        with pytest.raises(IntegrityError):
            keyring.unseal(house.values[0], context="c")
    if name == "destroy":
        assert not [f for f in files if ITEMS[0] in f]
        with pytest.raises(IntegrityError, match="was destroyed"):
            keyring.item_box(ITEMS[0])
    if name == "sheet":
        with pytest.raises(KeyFileError):
            keyring.drill(house.code, now=NOW)
        keyring.drill(keyring.new_recovery(NOW), now=NOW)


def test_what_was_to_be_destroyed_is_destroyed_when_next_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed end of rotation does not leave the old key for whoever finds the disk."""
    house = new_house(tmp_path / "keys", rotating=True)
    keyring = house.open()
    list(keyring.rewrap_items())
    [old] = keyring.status().retiring
    for steps in range(100):
        with contextlib.suppress(KilledError), killed_after(steps, monkeypatch):
            keyring.finish_rotation(sealed_by=())
        if '"destroying"' in (house.folder / "ring.json").read_text():
            break
    assert list(house.folder.rglob(f"*{old}*"))

    house.open()

    assert not list(house.folder.rglob(f"*{old}*"))


def test_a_clear_key_that_was_being_written_is_gone_when_next_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A killed change to no passphrase must not leave the key beside its protected file."""
    house = new_house(tmp_path / "keys", rotating=False)
    house.open().change_passphrase(PASSPHRASE)
    keyring = house.open()
    for steps in range(100):
        with contextlib.suppress(KilledError), killed_after(steps, monkeypatch):
            keyring.change_passphrase(None)
        if [p for p in house.folder.glob("*.new") if p.stat().st_size]:
            break

    house.open()

    assert not list(house.folder.glob("*.new"))
    assert '"protection": "passphrase"' in next(house.folder.glob("workspace-*.json")).read_text()


def test_a_crash_while_making_a_keyring_leaves_none_or_the_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A half-made one would be taken for the workspace's keys."""
    for steps in range(1000):
        parent = tmp_path / str(steps)
        parent.mkdir()
        try:
            with killed_after(steps, monkeypatch):
                Keyring.create(parent / "keys", passphrase=None, now=NOW)
        except KilledError:
            if not (parent / "keys").exists():
                Keyring.create(parent / "keys", passphrase=None, now=NOW)
            keyring = Keyring.open(parent / "keys", passphrase=None)
            assert keyring.unseal(keyring.seal(b"x", context="c"), context="c") == b"x"
        else:
            break
    assert 10 < steps < 999


ROTATES = """
import datetime as dt, pathlib, sys
from rempart.keys import Keyring, sealed_by
keyring = Keyring.open(pathlib.Path(sys.argv[1]), passphrase=None)
films = {}
for n in range(6):
    item = f"ast_{sys.argv[2]}{n:031x}"
    films[item] = keyring.make_item_key(item).seal(item.encode(), context="c")
    keyring.begin_rotation(dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    list(keyring.rewrap_items())
    try:
        keyring.finish_rotation(sealed_by=())
    except Exception as error:
        assert "is still wrapped by" in str(error), error
    for item, film in films.items():
        assert keyring.item_box(item).unseal(film, context="c") == item.encode()
    if n % 2:
        keyring.destroy_item_key(item)
        del films[item]
print(len(films))
"""


def test_processes_that_rotate_make_and_destroy_at_once_lose_nothing(keyring: Keyring, tmp_path: Path) -> None:
    """Three of them, on one folder; each finds its own items after every rotation, and so do we."""
    command = [sys.executable, "-W", "error", "-c", ROTATES, str(tmp_path / "keys")]
    running = [
        subprocess.Popen([*command, digit], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        for digit in "abc"
    ]
    outcomes = [process.communicate(timeout=60) for process in running]

    assert outcomes == [("3\n", "")] * 3
    list(keyring.rewrap_items())
    keyring.finish_rotation(sealed_by=())
    assert len(list(keyring.items())) == 9
    assert len(list((tmp_path / "keys").glob("workspace-*.json"))) == 1
