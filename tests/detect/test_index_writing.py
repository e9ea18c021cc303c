"""What an index file replaces is overwritten before the disk gets it back, whoever is killed in between."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from index_codes import found
from rempart.detect import index_layout as layout
from rempart.detect.index import BinaryIndex


def kept_of(fd: int) -> bytes:
    """Return what is read of a file beyond its header and states, whether it still has a name or not."""
    return os.pread(fd, os.fstat(fd).st_size, layout.CODES_AT)


@pytest.mark.parametrize("is_own", [True, False])
def test_what_is_replaced_is_overwritten(saved: Path, codes: npt.NDArray[np.uint8], *, is_own: bool) -> None:
    """The attack: the blocks of the old file, read through a descriptor; whoever searches in it finds all the same."""
    index, there = BinaryIndex.load(saved), BinaryIndex.load(saved)
    there_parts = there._snapshot()[1]
    index.add(codes[:2] ^ np.uint8(255), np.array([1, 2]))
    fd = os.open(saved, os.O_RDONLY)
    before = kept_of(fd)

    (index if is_own else BinaryIndex.from_bits(codes, np.arange(5000) + 10)).save(saved)

    assert any(before)
    assert (os.fstat(fd).st_nlink, any(kept_of(fd))) == (0, False)
    assert [p.name for p in saved.parent.iterdir()] == [saved.name]
    assert there_parts[0].index.rows.any(axis=1).all()  # a search that began before goes on
    assert found(there, codes[:3]) == [10, 11, 12]
    os.close(fd)


def test_a_replacement_cut_short_is_finished_by_the_next_to_open(saved: Path, codes: npt.NDArray[np.uint8]) -> None:
    """Killed after the old file lost its name, it is overwritten; killed before, it is the index and stays whole."""
    orphan = saved.with_name(f"{saved.name}.{'0' * 16}.new")
    os.link(saved, orphan)
    assert found(BinaryIndex.load(saved), codes[:1]) == [10]
    assert not orphan.exists()

    os.link(saved, orphan)
    saved.unlink()
    fd = os.open(orphan, os.O_RDONLY)
    BinaryIndex.from_bits(codes, np.arange(5000)).save(saved)

    assert not orphan.exists()
    assert not any(kept_of(fd))
    os.close(fd)


def test_a_new_file_that_cannot_be_placed_is_overwritten(
    saved: Path, codes: npt.NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the old one stays as it is."""
    fds: list[int] = []

    def refused(temporary: str, path: str) -> None:
        del path
        fds.append(os.open(temporary, os.O_RDONLY))
        raise OSError

    before = saved.read_bytes()
    monkeypatch.setattr("rempart.detect.index_writing.os.rename", refused)
    with pytest.raises(OSError):  # noqa: PT011 - ours has no message
        BinaryIndex.from_bits(codes, np.arange(5000)).save(saved)

    assert not any(kept_of(fds[0]))
    assert (saved.read_bytes(), [p.name for p in saved.parent.iterdir()]) == (before, [saved.name])
    os.close(fds[0])


def test_only_our_own_leftovers_are_deleted(saved: Path) -> None:
    """Not what is merely named alike, nor a link, a pipe or a folder."""
    folder, name = saved.parent, saved.name
    other = [f"{name}.notes.new", f"{name}.{'0' * 15}.new", f"{name}.{'G' * 16}.new", f"{name}.{'0' * 16}.new.txt"]
    for each in other:
        (folder / each).write_bytes(b"mine")
    (folder / f"{name}.{'1' * 16}.new").mkdir()
    (folder / f"{name}.{'2' * 16}.new").symlink_to(folder / other[0])
    os.mkfifo(folder / f"{name}.{'3' * 16}.new")
    ours = folder / f"{name}.{'4' * 16}.new"
    ours.write_bytes(b"code")
    fd = os.open(ours, os.O_RDONLY)

    BinaryIndex.load(saved)

    assert not ours.exists()
    assert os.pread(fd, 9, 0) == bytes(4)
    assert [(folder / each).read_bytes() for each in other] == [b"mine"] * 4
    assert len(list(folder.iterdir())) == 8
    os.close(fd)


@pytest.mark.parametrize("is_append", [True, False])
def test_what_is_cut_off_is_overwritten_before(
    saved: Path, codes: npt.NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch, *, is_append: bool
) -> None:
    """Records that were never committed hold codes as well."""
    index, cut = BinaryIndex.load(saved), []
    real = os.ftruncate

    def watched(fd: int, size: int) -> None:
        cut.append(os.pread(fd, 1000, size))
        real(fd, size)

    with saved.open("ab") as stream:
        stream.write(b"x" * 100)
    monkeypatch.setattr("rempart.detect.index_file.os.ftruncate", watched)
    if is_append:
        index.add(codes[:1] ^ np.uint8(255), np.array([1]))
    else:
        BinaryIndex.load(saved)

    assert cut == [bytes(100)]
