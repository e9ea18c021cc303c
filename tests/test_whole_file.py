"""Files are written whole or not at all: full disks, kills, names that are taken, file systems without links."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from rempart.whole_file import LEFTOVERS, replace, settle_folder, write_new, writing_new
from required import ROOT


def write_pieces(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write a file piece by piece."""
    with writing_new(path, mode=mode) as file:
        file.write(content[:2])
        file.write(content[2:])


BOTH = pytest.mark.parametrize("write", [write_new, replace])
ALL = pytest.mark.parametrize("write", [write_new, replace, write_pieces])


def _fails(code: int) -> Callable[..., int]:
    def fail(*_: object, **__: object) -> int:
        raise OSError(code, os.strerror(code))

    return fail


@ALL
def test_all_of_it_is_there(write: Callable[[Path, bytes], None], tmp_path: Path) -> None:
    """Readable by this account alone, and nothing beside it."""
    write(tmp_path / "a", b"whole")

    assert (tmp_path / "a").read_bytes() == b"whole"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@ALL
def test_a_mode_is_taken(write: Callable[..., None], tmp_path: Path) -> None:
    """For what others may read."""
    write(tmp_path / "a", b"whole", mode=0o640)

    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@ALL
def test_the_longest_name_fits(write: Callable[[Path, bytes], None], tmp_path: Path) -> None:
    """The unfinished file has a name of its own."""
    write(tmp_path / ("n" * 255), b"whole")

    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"whole"]


def test_what_is_there_is_replaced(tmp_path: Path) -> None:
    """With the mode of a new one."""
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(0o644)

    replace(tmp_path / "a", b"new")

    assert (tmp_path / "a").read_bytes() == b"new"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600


def test_a_link_is_replaced_not_followed(tmp_path: Path) -> None:
    """What it led to is somebody else's."""
    (tmp_path / "other").write_bytes(b"hers")
    (tmp_path / "a").symlink_to(tmp_path / "other")

    replace(tmp_path / "a", b"new")

    assert (tmp_path / "other").read_bytes() == b"hers"
    assert not (tmp_path / "a").is_symlink()


@pytest.mark.parametrize("kind", ["file", "link that leads nowhere", "folder"])
def test_what_is_there_is_never_written_over(kind: str, tmp_path: Path) -> None:
    """Whatever it is."""
    path = tmp_path / "a"
    match kind:
        case "file":
            path.write_bytes(b"hers")
        case "folder":
            path.mkdir()
        case _:
            path.symlink_to(tmp_path / "nowhere")

    with pytest.raises(FileExistsError):
        write_new(path, b"new")

    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("has_links", [True, False])
def test_what_comes_meanwhile_is_never_written_over(tmp_path: Path, *, has_links: bool) -> None:
    """Somebody else takes the name between the look and the end."""
    path, link = tmp_path / "a", os.link

    def late(source: str, target: str, **_: bool) -> None:
        path.write_bytes(b"hers")
        if not has_links:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))
        link(source, target)

    with mock.patch.object(os, "link", late), pytest.raises(FileExistsError):
        write_new(path, b"new")

    assert path.read_bytes() == b"hers"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("code", [errno.EPERM, errno.ENOTSUP])
def test_a_disk_without_links_is_written_too(code: int, tmp_path: Path) -> None:
    """A stick in FAT."""
    with mock.patch.object(os, "link", _fails(code)):
        write_new(tmp_path / "a", b"whole")

    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"whole"


def test_a_disk_without_links_that_fails_keeps_no_empty_file(tmp_path: Path) -> None:
    """The name that was taken is given back."""
    with (
        mock.patch.object(os, "link", _fails(errno.EPERM)),
        mock.patch.object(os, "replace", _fails(errno.EIO)),
        pytest.raises(OSError, match="Input/output"),
    ):
        write_new(tmp_path / "a", b"whole")

    assert list(tmp_path.iterdir()) == []


@ALL
def test_a_full_disk_leaves_nothing(write: Callable[[Path, bytes], None], tmp_path: Path) -> None:
    """The system says so when it is written, or only when it goes down to the disk."""
    with mock.patch.object(os, "fsync", _fails(errno.ENOSPC)), pytest.raises(OSError, match="No space"):
        write(tmp_path / "a", b"whole")

    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """As it was."""
    (tmp_path / "a").write_bytes(b"old")

    with mock.patch.object(os, "fsync", _fails(errno.ENOSPC)), pytest.raises(OSError, match="No space"):
        replace(tmp_path / "a", b"new")

    assert [p.name for p in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


@BOTH
def test_a_real_limit_leaves_nothing(write: Callable[[Path, bytes], None], tmp_path: Path) -> None:
    """Written in part, then refused by the kernel (RLIMIT_FSIZE), as by a full disk."""
    program = (
        "import pathlib, resource, signal, sys\n"
        f"from rempart.whole_file import {write.__name__} as write\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n    write(pathlib.Path(sys.argv[1]), bytes(100_000))\n"
        "except OSError as error:\n    sys.exit(error.errno)\n"
    )

    done = _python(program, tmp_path / "a")

    assert done.returncode == errno.EFBIG
    assert list(tmp_path.iterdir()) == []


@BOTH
@pytest.mark.parametrize("moment", ["fsync", "link", "replace"])
def test_a_kill_leaves_at_most_a_part(write: Callable[[Path, bytes], None], moment: str, tmp_path: Path) -> None:
    """At whichever step: the target is absent, or whole."""
    program = (
        "import os, pathlib, signal, sys\n"
        f"from rempart.whole_file import {write.__name__} as write\n"
        f"os.{moment} = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write(pathlib.Path(sys.argv[1]), b'whole')\n"
    )

    done = _python(program, tmp_path / "a")

    was_killed = done.returncode == -9
    assert was_killed is ((write, moment) not in {(write_new, "replace"), (replace, "link")})
    left = {p.name for p in tmp_path.iterdir()}
    assert ("a" in left) is not was_killed
    assert left - {"a"} == {p.name for p in tmp_path.glob(LEFTOVERS)}
    assert len(left) == 1


@ALL
def test_the_file_and_its_folder_go_down_to_the_disk(write: Callable[[Path, bytes], None], tmp_path: Path) -> None:
    """In this order: a name that survives a power cut is of something whole."""
    kinds, fsync = [], os.fsync

    def seen(descriptor: int) -> None:
        kinds.append(stat.S_ISDIR(os.fstat(descriptor).st_mode))
        fsync(descriptor)

    with mock.patch.object(os, "fsync", seen):
        write(tmp_path / "a", b"whole")

    assert kinds == [False, True]


def test_many_files_are_settled_at_once(tmp_path: Path) -> None:
    """By who writes them."""
    with mock.patch.object(os, "fsync", mock.Mock()) as fsync:
        write_new(tmp_path / "a", b"1", settle=False)
        write_new(tmp_path / "b", b"2", settle=False)
        settle_folder(tmp_path)

    assert fsync.call_count == 3


@ALL
def test_a_missing_folder_is_told(write: Callable[[Path, bytes], None], tmp_path: Path) -> None:
    """It is not made here: its mode is its owner's to choose."""
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "none" / "a", b"whole")


def _python(program: str, *arguments: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"]},
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_a_file_that_is_written_in_pieces_does_not_take_a_name_that_is_taken(tmp_path: Path) -> None:
    """Neither one that was there, nor one that came meanwhile."""
    (tmp_path / "a").write_bytes(b"theirs")
    with pytest.raises(FileExistsError):
        write_pieces(tmp_path / "a", b"ours")
    with contextlib.ExitStack() as stack:
        stack.enter_context(writing_new(tmp_path / "b")).write(b"ours")
        (tmp_path / "b").write_bytes(b"theirs")
        with pytest.raises(FileExistsError):
            stack.close()

    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a": b"theirs", "b": b"theirs"}


def test_a_file_whose_writer_fails_leaves_nothing(tmp_path: Path) -> None:
    """Between two pieces."""

    def fail() -> None:
        with writing_new(tmp_path / "a") as file:
            file.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert list(tmp_path.iterdir()) == []
