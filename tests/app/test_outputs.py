"""Outputs never destroy what they are pointed at by a slip."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rempart.app.outputs import check_outputs
from rempart.app.report import REPORT_MARK, ReportWriter
from rempart.app.scan import Tally
from rempart.cli.skipped import SKIPPED_MARK, skipped_lines
from rempart.config import ReportSettings
from rempart.errors import MisuseError


def refused(path: Path, *inputs: Path, mark: bytes = REPORT_MARK) -> str:
    """Return why a target is refused."""
    with pytest.raises(MisuseError) as caught:
        check_outputs([(path, mark)], inputs)
    return str(caught.value)


def test_a_new_file_and_an_earlier_report_are_accepted(tmp_path: Path) -> None:
    """Running a command again replaces its own output."""
    path = tmp_path / "r.html"
    check_outputs([(path, REPORT_MARK)], [tmp_path])
    ReportWriter(path, ReportSettings()).write(Tally())

    check_outputs([(path, REPORT_MARK)], [tmp_path])


def test_an_earlier_list_of_skipped_items_is_accepted(tmp_path: Path) -> None:
    """Empty or not."""
    path = tmp_path / "s.jsonl"
    with skipped_lines(path):
        pass
    check_outputs([(path, SKIPPED_MARK)], [])
    path.write_bytes(b'{"v": 1, "path": "x"}')

    check_outputs([(path, SKIPPED_MARK)], [])


@pytest.mark.parametrize("mark", [REPORT_MARK, SKIPPED_MARK])
def test_a_picture_is_never_written_over(tmp_path: Path, mark: bytes) -> None:
    """``--report mine.jpg`` leaves mine.jpg as it is."""
    path = tmp_path / "mine.jpg"
    path.write_bytes(b"\xff\xd8\xff picture")

    assert "it exists and is not an earlier one" in refused(path, mark=mark)
    assert path.read_bytes() == b"\xff\xd8\xff picture"


def test_links_pipes_and_devices_are_refused(tmp_path: Path) -> None:
    """Replacing a link or a device is never what was meant."""
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    for path in (tmp_path / "fifo", tmp_path / "link", Path("/dev/null")):
        assert "a link, a device or a pipe" in refused(path) or "folder cannot be written" in refused(path)


def test_reasons_are_told_apart(tmp_path: Path) -> None:
    """A folder, a missing folder, an input, a name given twice."""
    (tmp_path / "f").mkdir()

    assert "it is a folder" in refused(tmp_path / "f")
    assert "its folder does not exist" in refused(tmp_path / "no" / "r.html")
    assert "it is named twice" in refused(tmp_path / "x", tmp_path / "x")
    with pytest.raises(MisuseError, match="named twice"):
        check_outputs([(tmp_path / "x", REPORT_MARK), (tmp_path / "f" / ".." / "x", SKIPPED_MARK)], [])


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_a_closed_folder_is_told(tmp_path: Path) -> None:
    """Before hours of work, not after."""
    (tmp_path / "closed").mkdir(mode=0o500)

    assert "its folder cannot be written" in refused(tmp_path / "closed" / "r.html")
