"""What a killed command left beside its place is removed by the next; what one is still building is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from rempart.app.unfinished import sweep_unfinished, unfinished_path


def test_what_a_dead_process_left_is_swept(tmp_path: Path) -> None:
    """Folders and files of that very place; not ours, not others'."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    place = tmp_path / "w"
    (tmp_path / f".w-{gone.pid}").mkdir()
    (tmp_path / f".w-{gone.pid}" / "backup.tar").write_bytes(b"clear")
    unfinished_path(place).touch()
    (tmp_path / f".other-{gone.pid}").touch()
    (tmp_path / ".w-notes").touch()

    assert sweep_unfinished(place) == 1
    assert {p.name for p in tmp_path.iterdir()} == {f".w-{os.getpid()}", f".other-{gone.pid}", ".w-notes"}
    assert sweep_unfinished(tmp_path / "absent" / "w") == 0
