"""Copies of partners' files: nameless, for this account only, bounded, and gone once closed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rempart.app import exchange_files
from rempart.app.exchange_files import hold_feed
from rempart.errors import MisuseError, OutputError


def test_what_is_held_does_not_change(tmp_path: Path) -> None:
    """Whoever writes to the file, or cuts it, changes another one; nobody else finds the copy."""
    path, folder = tmp_path / "feed", tmp_path / "workspace"
    folder.mkdir()
    path.write_bytes(b"a" * 3_000_000)

    with hold_feed(path, folder) as held:
        path.write_bytes(b"b")
        info = os.fstat(held.fileno())

        assert held.read() == b"a" * 3_000_000
        assert (info.st_nlink, info.st_mode & 0o777, info.st_dev) == (0, 0o600, folder.stat().st_dev)
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize("size, is_read", [(100, True), (101, False)])
def test_the_limit_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, *, is_read: bool) -> None:
    """On each side of it."""
    monkeypatch.setattr(exchange_files, "FILE_BYTES_MAX", 100)
    path = tmp_path / "feed"
    path.write_bytes(b"a" * size)

    if is_read:
        hold_feed(path, tmp_path).close()
    else:
        with pytest.raises(MisuseError, match="more than 100 bytes"):
            hold_feed(path, tmp_path)


def test_no_room_for_the_copy_is_said(tmp_path: Path) -> None:
    """Here there is no folder at all."""
    path = tmp_path / "feed"
    path.write_bytes(b"a")

    with pytest.raises(OutputError, match="cannot copy"):
        hold_feed(path, tmp_path / "nowhere")
