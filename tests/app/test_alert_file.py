"""A line of an alert is whole or not there, in a file that only its owner reads."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rempart.app.alert_file import append_line
from rempart.errors import OutputError

WRITER = """
import sys
from pathlib import Path
from rempart.app.alert_file import append_line
for number in range(200):
    append_line(Path(sys.argv[1]), b'{"alert":"' + sys.argv[2].encode() * 300 + b'"}')
"""


def test_lines_are_appended_to_a_private_file(tmp_path: Path) -> None:
    """In their order; the file is made with the first one."""
    path = tmp_path / "alerts"

    append_line(path, b'{"n":1}')
    append_line(path, b'{"n":2}')

    assert path.read_bytes() == b'{"n":1}\n{"n":2}\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    """Before the line is written."""
    path = tmp_path / "alerts"
    path.touch(mode=0o644)

    append_line(path, b"{}")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_a_pipe_and_a_second_name_are_refused(tmp_path: Path) -> None:
    """Whoever may write in the folder chooses no target of ours."""
    target = tmp_path / "target"
    target.write_text("as it was")
    (tmp_path / "link").symlink_to(target)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "name").hardlink_to(target)

    for name in ("link", "pipe", "name", "absent/alerts"):
        with pytest.raises(OutputError) as caught:
            append_line(tmp_path / name, b"{}")
        assert "alerts.lines_file" in caught.value.advice
    assert target.read_text() == "as it was"


def test_a_pipe_with_a_reader_is_refused(tmp_path: Path) -> None:
    """It keeps nothing."""
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)

    with pytest.raises(OutputError, match="not a file of yours alone"):
        append_line(tmp_path / "pipe", b"{}")

    os.close(reader)


def test_a_torn_line_does_not_spoil_the_next(tmp_path: Path) -> None:
    """What a power cut left ends where it is."""
    path = tmp_path / "alerts"
    path.write_bytes(b'{"alert":"al')

    append_line(path, b'{"n":2}')

    assert path.read_bytes() == b'{"alert":"al\n{"n":2}\n'


def test_a_full_disk_leaves_no_half_of_a_line(tmp_path: Path) -> None:
    """And the alert is not called taken."""
    path = tmp_path / "alerts"
    append_line(path, b'{"n":1}')
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20, before[1]))
        with pytest.raises(OutputError, match="not written whole"):
            append_line(path, b'{"n":"a longer line than the disk takes"}')
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)

    assert path.read_bytes() == b'{"n":1}\n'


def test_several_processes_share_a_file(tmp_path: Path) -> None:
    """No line is in another one."""
    path = tmp_path / "alerts"

    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), letter]) for letter in "abc"]

    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
    found = [json.loads(line)["alert"] for line in path.read_text().splitlines()]
    assert len(found) == 600
    assert {(len(text), len(set(text))) for text in found} == {(300, 1)}
