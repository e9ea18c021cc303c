"""Private files are refused when others could have touched them, and replaced or removed whole."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from rempart.errors import KeyFileError, UnavailableError
from rempart.keys.folder import LIMIT_BYTES, UNFINISHED, GuardedFolder, check, new_folder


@pytest.fixture
def folder(tmp_path: Path) -> GuardedFolder:
    """Return a new private folder."""
    made = GuardedFolder(tmp_path / "private")
    made.make()
    return made


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666])
def test_a_file_with_any_permission_for_others_is_refused(folder: GuardedFolder, mode: int) -> None:
    """One bit is enough, to read, to write or to run."""
    folder.write("a", b"secret")
    (folder.path / "a").chmod(mode)

    with pytest.raises(KeyFileError, match="open to others"):
        folder.read("a")


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o770, 0o701])
def test_a_folder_with_any_permission_for_others_is_refused(folder: GuardedFolder, mode: int) -> None:
    """Who can write in the folder can exchange its files."""
    folder.write("a", b"secret")
    folder.path.chmod(mode)

    with pytest.raises(KeyFileError, match=r"open to others .*") as caught:
        folder.read("a")

    assert f"chmod 700 {folder.path}" in caught.value.diagnostics()


def test_another_person_s_file_is_refused(folder: GuardedFolder) -> None:
    """Judged on what the system says of it, so that the test needs no second user."""
    folder.write("a", b"secret")
    found = list(os.stat(folder.path / "a"))
    found[4] = os.geteuid() + 1

    with pytest.raises(KeyFileError, match="belongs to user"):
        check(os.stat_result(found), folder.path / "a", folder=False)


def test_links_are_not_followed(folder: GuardedFolder, tmp_path: Path) -> None:
    """Neither the file, nor the folder, nor a link that leads nowhere."""
    folder.write("a", b"secret")
    (folder.path / "link").symlink_to("a")
    (folder.path / "nowhere").symlink_to("absent")
    (tmp_path / "way").symlink_to(folder.path)

    for name in ("link", "nowhere"):
        with pytest.raises(KeyFileError, match="is a link"):
            folder.read(name)
    with pytest.raises(KeyFileError, match="is a link"):
        GuardedFolder(tmp_path / "way").read("a")


def test_writing_replaces_a_link_and_leaves_its_target(folder: GuardedFolder, tmp_path: Path) -> None:
    """A secret does not land where the link leads."""
    target = tmp_path / "target"
    target.write_bytes(b"theirs")
    (folder.path / "a").symlink_to(target)

    folder.write("a", b"secret")

    assert target.read_bytes() == b"theirs"
    assert folder.read("a") == b"secret"


def test_pipes_and_folders_are_not_files(folder: GuardedFolder) -> None:
    """And a pipe that nobody writes does not make us wait."""
    os.mkfifo(folder.path / "pipe", 0o600)
    (folder.path / "below").mkdir()

    for name in ("pipe", "below"):
        with pytest.raises(KeyFileError, match="not a regular file"):
            folder.read(name)


def test_a_file_in_the_folder_s_place_is_refused(tmp_path: Path) -> None:
    """It is said, not treated as missing."""
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(KeyFileError, match="cannot be read: Not a directory"):
        GuardedFolder(tmp_path / "file").read("a")


@pytest.mark.parametrize("size, fits", [(LIMIT_BYTES, True), (LIMIT_BYTES + 1, False)])
def test_a_file_that_is_too_large_is_not_read(folder: GuardedFolder, size: int, fits: bool) -> None:  # noqa: FBT001 - a parameter
    """Nothing of ours is."""
    folder.write("a", bytes(size))

    if fits:
        assert len(folder.read("a")) == size
    else:
        with pytest.raises(KeyFileError, match="larger than 65536 bytes"):
            folder.read("a")


def test_a_killed_process_s_unfinished_file_is_written_over(folder: GuardedFolder) -> None:
    """It neither stops the next writer nor passes for the file."""
    (folder.path / f"a{UNFINISHED}").write_bytes(b"half")

    assert folder.find("a") is None
    folder.write("a", b"whole")

    assert folder.read("a") == b"whole"
    assert folder.names() == ["a"]


def test_the_replaced_file_s_content_is_overwritten(folder: GuardedFolder) -> None:
    """Whoever still holds it open reads zeros."""
    folder.write("a", b"secret")
    with open(folder.path / "a", "rb", buffering=0) as held:
        folder.write("a", b"sealed", overwrite_old=True)

        assert held.read() == bytes(6)
    assert folder.read("a") == b"sealed"


def test_a_shredded_file_is_overwritten_and_gone(folder: GuardedFolder) -> None:
    """With what a killed process left of it; doing it again is no mistake."""
    folder.write("a", b"secret")
    (folder.path / f"a{UNFINISHED}").write_bytes(b"half")
    with open(folder.path / "a", "rb", buffering=0) as held:
        assert folder.shred("a")

        assert held.read() == bytes(6)
    assert folder.names() == []
    assert not folder.shred("a")


def test_a_full_disk_leaves_the_old_file(folder: GuardedFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """And no half of the new one."""
    folder.write("a", b"old")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(UnavailableError, match="No space left"):
        folder.write("a", b"new")
    monkeypatch.undo()

    assert folder.names() == ["a"]
    assert folder.read("a") == b"old"


def test_a_new_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    """An error on the way leaves nothing beside it either."""

    def fill_and_fail() -> None:
        message = "on the way"
        with new_folder(tmp_path / "keys") as unfinished:
            unfinished.write("a", b"secret")
            assert not (tmp_path / "keys").exists()
            raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="on the way"):
        fill_and_fail()

    assert list(tmp_path.iterdir()) == []


def test_a_new_folder_may_take_an_empty_one_s_place(tmp_path: Path) -> None:
    """An installer may have made it, with its own mode."""
    (tmp_path / "keys").mkdir(mode=0o755)

    with new_folder(tmp_path / "keys") as unfinished:
        unfinished.write("a", b"x")

    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


def test_of_two_new_folders_the_first_stays(tmp_path: Path) -> None:
    """The second finds the place taken, whenever it looks."""

    def fill_both() -> None:
        with new_folder(tmp_path / "keys") as second:
            second.write("a", b"second")
            with new_folder(tmp_path / "keys") as first:
                first.write("a", b"first")

    with pytest.raises(KeyFileError, match="already exists"):
        fill_both()

    assert GuardedFolder(tmp_path / "keys").read("a") == b"first"
    assert [p.name for p in tmp_path.iterdir()] == ["keys"]
