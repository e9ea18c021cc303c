"""A stream gives the bytes in order, whatever is asked for, and says where it stands."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.app.archives.limits import ArchiveLimits, Budget
from rempart.app.archives.streams import ByteStream, FileBytes, HeldBytes, Part, Readable, read_whole
from rempart.errors import ArchiveError


class Dribble:
    """Gives a few bytes at a time, and cannot seek."""

    def __init__(self, data: bytes, step: int) -> None:
        self.data = data
        self.step = step

    def read(self, size: int, /) -> bytes:
        """Return at most ``step`` bytes."""
        found, self.data = self.data[: min(size, self.step)], self.data[min(size, self.step) :]
        return found


ASKED = st.tuples(st.sampled_from(["read", "peek", "take", "line", "skip"]), st.integers(0, 50))


@given(st.binary(max_size=300), st.lists(ASKED, max_size=30), st.integers(0, 9))
@settings(deadline=None)
def test_what_is_asked_for_comes(data: bytes, asked: list[tuple[str, int]], step: int) -> None:
    """Every way of asking gives the next bytes; the position is theirs."""
    raw: Readable = Dribble(data, step) if step else HeldBytes(data)
    stream = ByteStream(raw)
    at = 0
    for how, size in asked:
        try:
            match how:
                case "read":
                    found = stream.read(size)
                    assert data[at : at + size].startswith(found)
                    assert found or not size or at == len(data)
                    at += len(found)
                case "peek":
                    assert stream.peek(size) == data[at : at + size]
                case "take":
                    assert stream.take(size) == data[at : at + size]
                    at += size
                case "line":
                    found = stream.line(size)
                    whole = data[at : data.find(b"\n", at) + 1] if b"\n" in data[at:] else data[at:]
                    assert found == whole[:size]
                    at += len(found)
                case _:
                    stream.skip(size)
                    at += size
        except ArchiveError:
            assert at + size > len(data)
            return
        assert stream.position == at


def test_a_part_ends_where_it_does() -> None:
    """What was left of it is passed over, what comes after stays."""
    stream = ByteStream(HeldBytes(b"0123456789"))
    part = Part(stream, 6)

    assert part.read(4) == b"0123"
    part.leave()
    assert part.read(4) == b""
    assert stream.read(9) == b"6789"


def test_a_part_that_is_cut_says_so() -> None:
    """The end of a stream is not the end of a part."""
    part = Part(ByteStream(HeldBytes(b"0123")), 6)

    with pytest.raises(ArchiveError):
        read_whole(part, 100)


def test_reading_whole_has_a_limit() -> None:
    """It ends at the first byte too many."""
    with pytest.raises(ArchiveError, match="> 10"):
        read_whole(HeldBytes(bytes(11)), 10)
    assert read_whole(HeldBytes(bytes(10)), 10) == bytes(10)


def test_a_file_is_read_from_anywhere_and_counted_once(tmp_path: Path) -> None:
    """Two streams over it do not disturb each other."""
    (tmp_path / "x").write_bytes(bytes(range(256)) * 1000)
    descriptor = os.open(tmp_path / "x", os.O_RDONLY)
    budget = Budget(ArchiveLimits(max_ratio=1), 256_000)
    file = FileBytes(descriptor, budget)
    one, two = ByteStream(file), ByteStream(file)

    two.skip(100_000)
    assert one.take(3) + two.take(3) + one.take(3) == bytes([0, 1, 2, 160, 161, 162, 3, 4, 5])
    one.skip(200_000)
    assert one.take(1) == bytes([(200_006) % 256])
    os.close(descriptor)
    with pytest.raises(ArchiveError):
        file.read(1)
