"""Progress is drawn where somebody looks, and only there."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
from pathlib import Path

from commands import REMPART


def test_a_terminal_sees_counts_rate_and_time_left(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """On stderr, while stdout holds results only."""
    for k in range(300):
        (tmp_path / f"{k:03d}.jpg").symlink_to(folders[1] / "b-stranger.jpg")
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    command: list[str | Path] = [*REMPART, "scan", tmp_path, "--assets", folders[0], "--workers", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=env) as process:
        os.close(theirs)
        seen = b""
        with contextlib.suppress(OSError):  # EIO: the other side has closed
            while part := os.read(ours, 65536):
                seen += part
        assert process.stdout
        results = process.stdout.read()
    os.close(ours)

    drawn = seen.decode("utf-8", "replace")
    assert re.search(r"\d+/300", drawn)
    assert re.search(r"\d+/s, 0 matched, 0 unreadable", drawn)
    assert re.search(r"\d:\d\d:\d\d|-:--:--", drawn)
    assert b"\x1b" not in results
