"""Each item has its own key, which names no path, and which is gone once it is destroyed."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rempart.errors import IntegrityError, KeyFileError, MisuseError
from rempart.keys import Keyring

ITEM = "ast_" + "0123456789abcdef" * 2
OTHER = "cas_" + "f" * 32


def file_of(tmp_path: Path, item: str = ITEM) -> Path:
    """Return where an item's key is kept."""
    return tmp_path / "keys" / "items" / item[4:6] / f"{item}.json"


@pytest.mark.parametrize(
    "item",
    [
        "",
        "ast_",
        "../../../etc/passwd",
        "ast_../" + "0" * 29,
        "ast_" + "0" * 31,
        "ast_" + "0" * 33,
        "AST_" + "0" * 32,
        "ast_" + "A" * 32,
        "ast_" + "0" * 32 + "\n",
        "ast_" + "\u0660" * 32,
        "/ast_" + "0" * 32,
        "ast-" + "0" * 32,
        "ast_" + "0" * 31 + "\0",
    ],
)
def test_what_is_no_identifier_names_no_file(keyring: Keyring, tmp_path: Path, item: str) -> None:
    """Nothing is read, written or removed."""
    before = sorted(tmp_path.rglob("*"))

    for action in (keyring.make_item_key, keyring.item_box, keyring.destroy_item_key):
        with pytest.raises(MisuseError, match="is not an item's identifier"):
            action(item)

    assert sorted(tmp_path.rglob("*")) == before


def test_a_box_opens_what_was_sealed_before(keyring: Keyring, tmp_path: Path) -> None:
    """In another process too."""
    sealed = keyring.make_item_key(ITEM).seal(b"film", context="c")

    again = Keyring.open(tmp_path / "keys", passphrase=None)

    assert again.item_box(ITEM).unseal(sealed, context="c") == b"film"
    assert list(again.items()) == [ITEM]


def test_making_a_key_twice_keeps_the_first(keyring: Keyring) -> None:
    """A task that was interrupted and starts again loses nothing."""
    sealed = keyring.make_item_key(ITEM).seal(b"film", context="c")

    assert keyring.make_item_key(ITEM).unseal(sealed, context="c") == b"film"


def test_a_destroyed_key_opens_nothing_and_is_nowhere(keyring: Keyring, tmp_path: Path) -> None:
    """The file's blocks are overwritten too, and doing it again is no mistake."""
    keyring.make_item_key(ITEM)
    keyring.make_item_key(OTHER)
    with open(file_of(tmp_path), "rb", buffering=0) as held:
        assert keyring.destroy_item_key(ITEM)

        assert set(held.read()) == {0}
    assert not keyring.destroy_item_key(ITEM)
    assert not file_of(tmp_path).exists()
    assert list(keyring.items()) == [OTHER]
    with pytest.raises(IntegrityError, match="was destroyed, or never made"):
        keyring.item_box(ITEM)


def test_destroying_a_key_that_never_was_is_no_mistake(keyring: Keyring) -> None:
    """Erasing is asked for again after a crash."""
    assert not keyring.destroy_item_key(ITEM)


def test_a_key_made_again_does_not_open_what_the_destroyed_one_sealed(keyring: Keyring) -> None:
    """It is another key."""
    sealed = keyring.make_item_key(ITEM).seal(b"film", context="c")
    keyring.destroy_item_key(ITEM)

    with pytest.raises(IntegrityError):
        keyring.make_item_key(ITEM).unseal(sealed, context="c")


def test_a_file_that_was_overwritten_but_not_removed_counts_as_destroyed(
    keyring: Keyring, tmp_path: Path, later: dt.datetime
) -> None:
    """A process was killed in between; a rotation finishes its work."""
    keyring.make_item_key(ITEM)
    os.truncate(file_of(tmp_path), 0)
    os.truncate(file_of(tmp_path), 200)

    with pytest.raises(IntegrityError, match="was destroyed"):
        keyring.item_box(ITEM)
    keyring.begin_rotation(later)
    assert list(keyring.rewrap_items()) == []

    assert not file_of(tmp_path).exists()


def test_an_item_s_file_in_another_s_place_is_refused(keyring: Keyring, tmp_path: Path) -> None:
    """By what it says it is, and, if that is changed too, by what wraps it."""
    keyring.make_item_key(ITEM)
    keyring.make_item_key(OTHER)
    shutil.copyfile(file_of(tmp_path), file_of(tmp_path, OTHER))

    with pytest.raises(KeyFileError, match="another item's"):
        keyring.item_box(OTHER)
    content = file_of(tmp_path, OTHER).read_text()
    file_of(tmp_path, OTHER).write_text(content.replace(ITEM, OTHER))
    with pytest.raises(IntegrityError, match=f"the key of {OTHER} does not open"):
        keyring.item_box(OTHER)


def test_a_file_that_others_can_read_is_refused(keyring: Keyring, tmp_path: Path) -> None:
    """Its shard too."""
    keyring.make_item_key(ITEM)
    file_of(tmp_path).chmod(0o644)

    with pytest.raises(KeyFileError, match="open to others"):
        keyring.item_box(ITEM)
    file_of(tmp_path).chmod(0o600)
    file_of(tmp_path).parent.chmod(0o755)
    with pytest.raises(KeyFileError, match="open to others"):
        keyring.item_box(ITEM)


def test_files_that_are_no_items_are_passed_over(keyring: Keyring, tmp_path: Path) -> None:
    """Unfinished ones, and an item in another's shard."""
    keyring.make_item_key(ITEM)
    for name in (f"{ITEM}.json.new", f"{OTHER}.json", "README", "ast_1.json"):
        (file_of(tmp_path).parent / name).write_bytes(b"")
    (tmp_path / "keys" / "items" / "lost+found").mkdir()

    assert list(keyring.items()) == [ITEM]


def test_of_two_keys_made_at_once_for_one_item_one_is_kept(keyring: Keyring, tmp_path: Path) -> None:
    """What every thread sealed opens with the key that stays."""
    rings = [keyring, Keyring.open(tmp_path / "keys", passphrase=None)] * 2
    items = [f"ast_{n:032x}" for n in range(25)]
    start = threading.Barrier(len(rings))

    def make_all(ring: Keyring) -> list[bytes]:
        films = []
        for item in items:
            start.wait()
            films.append(ring.make_item_key(item).seal(b"film", context="c"))
        return films

    with ThreadPoolExecutor(len(rings)) as threads:
        sealed = list(threads.map(make_all, rings))

    for films in sealed:
        assert all(keyring.item_box(i).unseal(f, context="c") == b"film" for i, f in zip(items, films, strict=True))
