"""Items are opened without waiting, without acting on devices, and without leaving a file."""

from __future__ import annotations

import dataclasses
import fcntl
import os
import socket
import stat
from pathlib import Path

import pytest

from rempart.errors import SandboxError
from rempart.hazmat.items import open_item, why_unreadable
from rempart.model import MediaBytes, MediaFile, MediaMemory, Unreadable, UnreadableReason
from rempart.model.web import MemoryFile


def reason(path: Path) -> UnreadableReason:
    """Return why a path cannot be opened."""
    outcome = open_item(MediaFile.named(path))
    assert isinstance(outcome, Unreadable)
    return outcome.reason


def test_a_pipe_does_not_make_us_wait(tmp_path: Path) -> None:
    """Opening a FIFO that nobody writes would block for ever."""
    os.mkfifo(tmp_path / "fifo")

    assert reason(tmp_path / "fifo") is UnreadableReason.NOT_A_FILE


def test_devices_folders_and_sockets_are_not_files(tmp_path: Path) -> None:
    """Nothing but a regular file is opened."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(tmp_path / "s"))
        for path in (Path("/dev/zero"), tmp_path, tmp_path / "s"):
            assert reason(path) is UnreadableReason.NOT_A_FILE


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    """As does a path through a file, or with a NUL."""
    (tmp_path / "file").write_bytes(b"")
    for path in (tmp_path / "absent", tmp_path / "file" / "below", Path("nul\0byte")):
        assert reason(path) is UnreadableReason.MISSING


def test_a_link_loop_says_so(tmp_path: Path) -> None:
    """Links that lead to each other end nowhere."""
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")

    assert reason(tmp_path / "a") is UnreadableReason.LINK_LOOP


def test_a_link_that_took_a_file_s_place_is_not_followed(tmp_path: Path) -> None:
    """The gate judged the file that was there: what the link leads to was not judged."""
    (tmp_path / "judged.jpg").symlink_to(__file__)
    seen = MediaFile.named(tmp_path / "judged.jpg")

    outcome = open_item(dataclasses.replace(seen, may_be_link=False))

    assert isinstance(outcome, Unreadable)
    assert outcome.reason is UnreadableReason.LINK_LOOP


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_a_forbidden_file_says_so(tmp_path: Path) -> None:
    """Permissions are the user's to change."""
    (tmp_path / "closed").write_bytes(b"x")
    (tmp_path / "closed").chmod(0)

    assert reason(tmp_path / "closed") is UnreadableReason.FORBIDDEN


def test_bytes_in_memory_have_no_file_and_cannot_be_changed() -> None:
    """The descriptor is a sealed memfd."""
    descriptor = open_item(MediaBytes(data=b"pixels", label="-"))
    assert isinstance(descriptor, int)

    assert os.readlink(f"/proc/self/fd/{descriptor}").startswith("/memfd:")
    assert os.read(descriptor, 100) == b"pixels"
    with pytest.raises(PermissionError):
        os.write(descriptor, b"other")
    assert stat.S_ISREG(os.fstat(descriptor).st_mode)
    os.close(descriptor)


def test_running_out_of_descriptors_is_not_the_item_s_fault() -> None:
    """It ends the scan with advice instead of marking a million files unreadable."""
    with pytest.raises(SandboxError, match="cannot open more files"):
        why_unreadable(OSError(24, "Too many open files"))


SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK


def in_memory(seals: int) -> MediaMemory:
    """Hold some bytes behind a descriptor whose position is at their end."""
    descriptor = os.memfd_create("test", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.write(descriptor, b"pixels")
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return MediaMemory(memory=MemoryFile(descriptor, 6), label="a.png", names=())


def test_sealed_memory_is_handed_on_without_a_copy() -> None:
    """The same memory behind a descriptor of our own, which no program that is started inherits."""
    item = in_memory(SEALS)

    descriptor = open_item(item)

    assert isinstance(descriptor, int)
    assert os.path.samestat(os.fstat(descriptor), os.fstat(item.memory.fileno()))
    assert not os.get_inheritable(descriptor)
    item.memory.close()
    assert os.pread(descriptor, 9, 0) == b"pixels"
    os.close(descriptor)


@pytest.mark.parametrize("missing", [fcntl.F_SEAL_WRITE, fcntl.F_SEAL_GROW, fcntl.F_SEAL_SHRINK])
def test_memory_that_could_still_be_changed_is_refused(missing: int) -> None:
    """The attack: other bytes once they were looked at. Nothing is left open."""
    item = in_memory(SEALS & ~missing)
    before = os.listdir("/proc/self/fd")

    with item.memory, pytest.raises(SandboxError, match="sealed"):
        open_item(item)

    assert len(os.listdir("/proc/self/fd")) == len(before) - 1


def test_a_file_of_a_disk_is_no_sealed_memory(tmp_path: Path) -> None:
    """Whatever is claimed of it."""
    descriptor = os.open(tmp_path, os.O_RDONLY)

    with MemoryFile(descriptor, 6) as memory, pytest.raises(SandboxError, match="sealed"):
        open_item(MediaMemory(memory=memory, label="a.png", names=()))


def test_memory_that_was_closed_is_unreadable() -> None:
    """One item's answer; the work goes on."""
    item = in_memory(SEALS)
    item.memory.close()

    outcome = open_item(item)

    assert isinstance(outcome, Unreadable)
    assert outcome.reason is UnreadableReason.IO
