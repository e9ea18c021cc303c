"""The worker reads an item once, whole, and notices what changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from rempart.errors import MediaError
from rempart.hazmat import DecodeLimits, worker
from rempart.model import UnreadableReason

LIMITS = DecodeLimits(max_bytes=1000)


def read(path: Path) -> bytes:
    """Read a file as the worker does."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return worker._read(descriptor, LIMITS)
    finally:
        os.close(descriptor)


def test_a_quiet_file_is_read_whole(tmp_path: Path) -> None:
    """From its beginning, wherever the descriptor's position was left."""
    path = tmp_path / "f"
    path.write_bytes(b"0123456789")
    descriptor = os.open(path, os.O_RDONLY)
    os.lseek(descriptor, 7, os.SEEK_SET)

    assert worker._read(descriptor, LIMITS) == b"0123456789"
    os.close(descriptor)


@pytest.mark.parametrize("change", ["grow", "shrink", "rewrite"])
def test_a_file_that_changes_while_it_is_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Half of two versions is no picture: size and time are compared before and after."""
    path = tmp_path / "f"
    path.write_bytes(b"0123456789")
    os.utime(path, (1, 1))
    plain_read = os.pread

    def read_and_change(descriptor: int, count: int, position: int) -> bytes:
        data = plain_read(descriptor, count, position)
        match change:
            case "grow":
                path.write_bytes(b"0123456789more")
            case "shrink":
                path.write_bytes(b"012")
            case _:
                path.write_bytes(b"abcdefghij")
        return data

    monkeypatch.setattr(os, "pread", read_and_change)

    with pytest.raises(MediaError) as caught:
        read(path)
    assert caught.value.reason == UnreadableReason.CHANGED


def test_a_disk_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An input error is the item's outcome, not the worker's death."""
    (tmp_path / "f").write_bytes(b"x")

    def fail(_: int, __: int, ___: int) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "pread", fail)

    with pytest.raises(MediaError, match="Input/output error"):
        read(tmp_path / "f")


def hand_over(path: Path, pin: str) -> list[bytes]:
    """Hand a file over as the worker does, and return what the task was given."""
    given: list[bytes] = []
    worker._hand_over(os.open(path, os.O_RDONLY), {"pin": pin, "task": "m:f"}, given.append)
    return given


def test_a_file_that_is_not_the_pinned_one_never_reaches_the_task(tmp_path: Path) -> None:
    """One bit is enough, and so is an empty file."""
    (tmp_path / "model").write_bytes(b"model")

    with pytest.raises(ValueError, match="SHA-256"):
        hand_over(tmp_path / "model", hashlib.sha256(b"mocel").hexdigest())
    (tmp_path / "model").write_bytes(b"")
    with pytest.raises(MediaError):
        hand_over(tmp_path / "model", hashlib.sha256(b"").hexdigest())


def test_the_pinned_file_reaches_the_task_as_bytes(tmp_path: Path) -> None:
    """Read once: what was compared is what is given."""
    (tmp_path / "model").write_bytes(b"model")

    assert hand_over(tmp_path / "model", hashlib.sha256(b"model").hexdigest()) == [b"model"]
