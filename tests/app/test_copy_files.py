"""A folder of copies that somebody else prepared: nothing is written elsewhere, waited for, or believed."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

import pytest

from rempart.app.copy_files import MANIFEST, CopyFolder
from rempart.errors import MisuseError, UnavailableError
from rempart.model import AssetId
from rempart.model.ids import RecipientId

HER = RecipientId("rcp_" + "1" * 32)
IT = AssetId("ast_" + "1" * 32)


def test_a_link_in_a_recipients_place_is_not_followed(tmp_path: Path) -> None:
    """Nothing appears where it leads."""
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    out.mkdir()
    elsewhere.mkdir()
    (out / HER).symlink_to(elsewhere)

    with CopyFolder(out) as folder:
        is_written = folder.write(HER, "a.png", b"copy")

    assert not is_written
    assert list(elsewhere.iterdir()) == []


def test_a_file_in_a_recipients_place_is_left(tmp_path: Path) -> None:
    """It is something else that has the place, not a disk that is full."""
    (tmp_path / HER).write_bytes(b"notes")

    with CopyFolder(tmp_path) as folder:
        assert not folder.write(HER, "a.png", b"copy")

    assert (tmp_path / HER).read_bytes() == b"notes"


def test_a_copy_that_is_called_as_half_files_are_is_not_made(tmp_path: Path) -> None:
    """It would be swept away, and said to be there."""
    with CopyFolder(tmp_path) as folder:
        assert not folder.write(HER, ".rempart-1.part", b"copy")


def test_a_pipe_in_the_manifests_place_is_refused(tmp_path: Path) -> None:
    """Reading one would wait for ever."""
    os.mkfifo(tmp_path / MANIFEST)

    with pytest.raises(MisuseError, match="is no file"):
        CopyFolder(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000,
        '{"asset":"a","recipient":"r","name":"n","sha256":"s","bytes":1e999}',
        '{"asset":[],"recipient":"r","name":"n","sha256":"s","bytes":1}',
        "[]",
        "\x00\xff",
    ],
    ids=["nested", "endless", "of no kind", "a list", "no text"],
)
def test_a_line_that_is_none_of_ours_is_passed_over(tmp_path: Path, line: str) -> None:
    """And the next is read."""
    good = {"v": 1, "asset": IT, "recipient": HER, "name": "a.png", "sha256": "", "bytes": 4}
    (tmp_path / MANIFEST).write_text(f"{line}\n{json.dumps(good)}\n", encoding="latin-1")
    (tmp_path / HER).mkdir()
    (tmp_path / HER / "a.png").write_bytes(b"copy")

    with CopyFolder(tmp_path) as folder:
        assert folder.is_done(IT, HER, "a.png")


def test_a_disk_without_locks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As some network folders: two commands could then write the same copy."""

    def none(*_: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", none)

    with pytest.raises(UnavailableError, match="not supported"):
        CopyFolder(tmp_path)
