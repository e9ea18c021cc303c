"""What lies open in clear goes, however the command that opened it ends."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest

import log_watch
from commands import REMPART, rempart
from evidence_scenes import CONTENT, Scene, scene
from rempart.app.evidence_opening import close_opening, open_evidence


@pytest.fixture
def made_scene(tmp_path: Path) -> Scene:
    """Return a workspace with a case."""
    return scene(tmp_path)


def opening_command(found: Scene, item: str, *how: str) -> list[str]:
    """Return the command that opens an item."""
    return [*REMPART, "--workspace", str(found.workspace.folder), "evidence", "open", item, "--reason", "court", *how]


def opened_by(found: Scene, item: str, to: Path) -> subprocess.Popen[bytes]:
    """Open an item by a command, and return it once the content lies there."""
    command = opening_command(found, item, "--second", "anne", "--to", str(to))
    running = subprocess.Popen(command, env=environment())
    until = time.monotonic() + 60
    while not (to / "001.eml").exists() or (to / "001.eml").stat().st_size < len(CONTENT):
        assert running.poll() is None
        assert time.monotonic() < until
        time.sleep(0.1)
    return running


def environment() -> dict[str, str]:
    """Return what a command of Oscar's has."""
    return {**os.environ, **log_watch.environment(), "REMPART_WORKSPACE_USER": "oscar"}


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_closed_terminal_and_a_polite_kill_close_it(made_scene: Scene, tmp_path: Path, number: int) -> None:
    """A closed terminal says so twice: once by itself, once by its shell."""
    item = made_scene.added()
    running = opened_by(made_scene, item.id, tmp_path / "open")

    running.send_signal(number)
    running.send_signal(number)

    running.wait(30)
    assert not (tmp_path / "open").exists()


def test_after_a_rude_kill_any_command_closes_it(made_scene: Scene, tmp_path: Path) -> None:
    """Not only one about evidence: nobody may open any for months."""
    item = made_scene.added()
    running = opened_by(made_scene, item.id, tmp_path / "open")
    running.kill()
    running.wait(30)
    assert (tmp_path / "open" / "001.eml").exists()

    done = rempart("--workspace", made_scene.workspace.folder, "case", "list", env={"REMPART_WORKSPACE_USER": "oscar"})

    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "open").exists()


def test_a_terminal_gets_nothing(made_scene: Scene) -> None:
    """What strangers wrote could steer it; exit code 2, and it does not count as seen."""
    item = made_scene.added("a.txt", b"\x1b]52;c;planted\x07")
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            opening_command(made_scene, item.id, "--second", "anne", "--stdout"),
            stdout=theirs,
            stderr=subprocess.PIPE,
            env=environment(),
            check=False,
            timeout=60,
        )
    finally:
        os.close(theirs)
        os.close(ours)

    assert done.returncode == 2, done.stderr
    assert made_scene.workspace.custody.openings(item.id) == 0


def test_what_could_not_be_removed_is_found_again(made_scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its marker goes last: else nobody would know of it, and it was said to be closed."""
    item, to = made_scene.added(), made_scene.folder / "open"
    opened = open_evidence(made_scene.desk, item.id, reason="court", second="anne", to=to)
    unlink = os.unlink

    def busy(path: str | Path, *args: object, **given: object) -> None:
        if str(path).endswith("001.eml"):
            raise PermissionError(13, "busy")
        unlink(path, *args, **given)  # type: ignore[arg-type]  # as it was called

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", busy)
        is_gone = close_opening(made_scene.workspace, opened.token)
    assert not is_gone
    assert (to / "001.eml").exists()

    assert close_opening(made_scene.workspace, opened.token)
    assert not to.exists()
