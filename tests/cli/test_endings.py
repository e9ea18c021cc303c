"""However a command ends, what was found is printed, and nothing is left running or half-written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands import REMPART, rempart
from required import skip_or_fail


def started(*arguments: str | Path) -> subprocess.Popen[str]:
    """Start a command whose output is read as it comes."""
    # A shell that runs the suite in its background has Ctrl-C ignored, and children inherit that.
    command = ["/usr/bin/env", "--default-signal=INT", *REMPART, *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, encoding="utf-8", start_new_session=True)


def children(pid: int) -> list[int]:
    """Return the processes that a process started."""
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


def gone(pids: list[int]) -> bool:
    """Wait until processes have ended."""
    for _ in range(200):
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def long_pile(folders: tuple[Path, Path], tmp_path: Path) -> Path:
    """Return a pile whose scan takes a while: links to one copy."""
    for k in range(4000):
        (tmp_path / f"{k:04d}.jpg").symlink_to(folders[1] / "a-copy.jpg")
    return tmp_path


@pytest.fixture
def running(folders: tuple[Path, Path], long_pile: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a long scan and wait for its first match."""
    process = started("scan", long_pile, "--assets", folders[0], "--json")
    assert process.stdout
    assert process.stderr
    assert json.loads(process.stdout.readline())["suspect"]
    yield process
    process.kill()
    process.wait()
    process.stdout.close()
    process.stderr.close()


def test_ctrl_c_prints_what_was_found(running: subprocess.Popen[str]) -> None:
    """Matches and the summary so far, exit 130, no worker left."""
    workers = children(running.pid)
    running.send_signal(signal.SIGINT)

    out, err = running.communicate(timeout=30)

    last: dict[str, Any] = json.loads(out.splitlines()[-1])["summary"]
    assert running.returncode == 130
    assert last["interrupted"] is True
    assert 1 <= last["matched"] < 4000
    assert "Interrupted" in err
    assert "Traceback" not in err
    assert workers
    assert gone(workers)


def test_kill_9_leaves_no_worker(running: subprocess.Popen[str]) -> None:
    """Workers die with the command, in the middle of their work."""
    workers = children(running.pid)
    assert workers

    running.kill()
    running.wait()

    assert gone(workers)


def test_a_reader_that_leaves_ends_the_scan_quietly(running: subprocess.Popen[str]) -> None:
    """``rempart scan … | head -1`` is not an error worth a traceback."""
    assert running.stdout
    running.stdout.close()

    assert running.wait(timeout=60) == 4
    assert running.stderr
    assert "Traceback" not in running.stderr.read()


def test_a_full_disk_under_the_results_gets_a_sentence(folders: tuple[Path, Path]) -> None:
    """``> /dev/full`` fails as a full disk does."""
    shoot, pile = folders
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [*REMPART, "scan", pile, "--assets", shoot],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            encoding="utf-8",
        )

    assert done.returncode == 4
    assert "the results cannot be written: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def with_full_disk(blocks: int, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command whose files cannot grow beyond some blocks: met as a full disk is, where none can be mounted."""
    limited = ["sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh", *REMPART]
    return subprocess.run([*limited, *arguments], capture_output=True, check=False, encoding="utf-8")


def test_a_full_disk_under_the_report_keeps_the_results(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """The matches are on stdout, the report is said to be missing, nothing half-written stays."""
    shoot, pile = folders
    done = with_full_disk(1, "scan", pile, "--assets", shoot, "--report", tmp_path / "r.html")

    assert done.returncode == 4
    assert "match  " in done.stdout
    assert "r.html' cannot be written: File too large" in done.stderr
    assert os.listdir(tmp_path) == []


def test_without_a_cache_folder_everything_still_works(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """Kernels are compiled into a temporary folder, which is gone afterwards."""
    shoot, pile = folders
    (tmp_path / "tmp").mkdir()
    env = {"XDG_CACHE_HOME": "/dev/null/nowhere", "TMPDIR": str(tmp_path / "tmp")}

    done = rempart("scan", pile / "a-copy.jpg", "--assets", shoot, "--workers", "1", env=env)

    assert done.returncode == 1
    assert os.listdir(tmp_path / "tmp") == []
    assert "No cache folder can be written" in done.stderr
    assert "kernels.cache_dir" in done.stderr


def test_without_any_writable_folder_everything_still_works(folders: tuple[Path, Path]) -> None:
    """Each process then compiles for itself, in memory."""
    shoot, pile = folders
    nowhere = "import tempfile; tempfile.mkdtemp = lambda **_: (_ for _ in ()).throw(OSError(30, 'Read-only'))"
    arguments = ["scan", str(pile / "a-copy.jpg"), "-a", str(shoot), "--workers", "1"]
    code = f"{nowhere}\nfrom rempart.cli import run\nraise SystemExit(run({arguments!r}))"
    env = {**os.environ, "XDG_CACHE_HOME": "/dev/null/nowhere"}

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=False, encoding="utf-8")

    assert done.returncode == 1, done.stderr
    assert "match  " in done.stdout
    assert "No cache folder can be written" in done.stderr


def test_a_cache_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    """A folder that others can write would let them run code here."""
    tmp_path.chmod(0o777)

    done = rempart("doctor", env={"REMPART_KERNELS_CACHE_DIR": str(tmp_path)})

    assert done.returncode == 3
    assert f"the kernel cache {tmp_path} cannot be used" in done.stderr


def test_where_namespaces_are_forbidden_the_loss_is_said(folders: tuple[Path, Path]) -> None:
    """The scan goes on with the other protections; a setting refuses that instead."""
    shoot, pile = folders
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    scan: list[str | Path] = [*REMPART, "scan", pile / "a-copy.jpg", "--assets", shoot]
    command: list[str | Path] = ["unshare", "--user", "--map-root-user", "sh", "-c", forbid, "sh", *scan]

    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if "match" not in done.stdout:
        skip_or_fail("namespaces", done.stderr[-200:])
    env = {**os.environ, "REMPART_HAZMAT_REQUIRE": "namespaces"}
    refused = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, env=env)

    assert done.returncode == 1
    assert "The sandbox ran without: namespaces (No space left on device)" in done.stderr
    assert refused.returncode == 3
    assert "hazmat.require names: namespaces" in refused.stderr
    assert refused.stdout == ""


def test_a_full_disk_under_the_skipped_items_gets_a_sentence(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """Exit 4, not a traceback that ends like a match."""
    shoot, pile = folders
    done = with_full_disk(0, "scan", pile, "--assets", shoot, "--skipped", tmp_path / "s.jsonl")

    assert done.returncode == 4
    assert "s.jsonl' cannot be written: File too large" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("closed, code", [("<&-", 1), ("2>&-", 1), (">&-", 4), ("<&- >&- 2>&-", 4)])
def test_closed_streams_are_no_crash(folders: tuple[Path, Path], closed: str, code: int) -> None:
    """A service manager may start a command without them; results that nobody can receive are an error."""
    shoot, pile = folders
    command = ["sh", "-c", f'exec "$@" {closed}', "sh", *REMPART, "scan", str(pile), "--assets", str(shoot)]
    done = subprocess.run(command, capture_output=True, check=False, encoding="utf-8")

    assert done.returncode == code
    assert ("match  " in done.stdout) is (code == 1)
    assert "Traceback" not in done.stderr


def test_a_bug_does_not_end_like_a_match() -> None:
    """An error that nobody foresaw has a code of its own."""
    code = (
        "import rempart.cli.config as c\nfrom rempart.cli import run\n"
        "c.show.callback = lambda **_: 1 / 0\nraise SystemExit(run(['config', 'show']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, encoding="utf-8")

    assert done.returncode == 70
    assert "ZeroDivisionError" in done.stderr
    assert "a bug in Rempart" in done.stderr


def test_a_sandbox_that_fails_in_mid_scan_does_not_lose_what_was_found(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    """The summary is printed, the report is written and says that it is incomplete, the error follows."""
    shoot, pile = folders
    code = (
        "import rempart.hazmat.process as p\nfrom rempart.errors import SandboxError\nfrom rempart.cli import run\n"
        "start, count = p.Worker.start.__func__, []\n"
        "def once(cls, setup):\n    count.append(1)\n    if len(count) > 2: raise SandboxError('no more workers')\n"
        "    return start(cls, setup)\n"
        "p.Worker.start = classmethod(once)\nraise SystemExit(run({arguments!r}))"
    )
    arguments = ["scan", str(pile), "-a", str(shoot), "--workers", "1", "--report", str(tmp_path / "r.html")]
    env = {**os.environ, "REMPART_HAZMAT_RECYCLE_AFTER": "1"}
    code = code.format(arguments=arguments)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, encoding="utf-8", env=env)

    assert done.returncode == 3
    assert "a-copy.jpg" in done.stdout
    assert "1 scanned against 1 assets, 1 matched" in done.stdout
    assert "no more workers" in done.stderr
    assert "interrompue" in (tmp_path / "r.html").read_text(encoding="utf-8")
