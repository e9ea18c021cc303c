"""Gzip is read member after member, and each byte knows which member it came from."""

from __future__ import annotations

import gzip
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_makers import packed
from rempart.app.archives.gzip_stream import GzipStream
from rempart.app.archives.limits import ArchiveLimits, Budget
from rempart.app.archives.streams import ByteStream, HeldBytes, read_whole
from rempart.errors import ArchiveError


def stream_of(data: bytes, *, stop_before: bytes = b"", limits: ArchiveLimits | None = None) -> GzipStream:
    """Return a stream over packed bytes in memory."""
    budget = Budget(limits or ArchiveLimits(), len(data))
    budget.take(len(data))
    return GzipStream(ByteStream(HeldBytes(data)), budget, stop_before=stop_before)


@given(st.lists(st.binary(max_size=400), min_size=1, max_size=6), st.integers(0, 600))
@settings(deadline=None)
def test_every_byte_has_its_place(parts: list[bytes], zeros: int) -> None:
    """Read from a place, the rest is the same; zeros at the end are padding."""
    members = [packed(part) for part in parts]
    data, whole = b"".join(members), b"".join(parts)
    stream = stream_of(data + bytes(zeros))

    for at in range(0, len(whole), 37):
        stream.skip(at - stream.position)
        member, inside = stream.place()
        again = stream_of(data[member:])
        again.skip(inside)
        assert read_whole(again, 10**6) == whole[at:]
        assert inside < 400
    assert gzip.decompress(data) == whole


def test_a_header_may_hold_a_name_a_comment_and_more() -> None:
    """RFC 1952: every optional part of it, then the content."""
    plain = packed(b"content")
    extra = struct.pack("<H", 3) + b"abc"
    head = plain[:3] + bytes([2 | 4 | 8 | 16]) + plain[4:10] + extra + b"na\xe9me.tar\0" + b"comment\0" + b"\0\0"

    stream = stream_of(head + plain[10:])

    assert read_whole(stream, 100) == b"content"
    assert stream.name == "na\udce9me.tar"


@pytest.mark.parametrize(
    "data, reason",
    [
        (packed(b"content")[:-1], "truncated"),
        (packed(b"content")[:5], "truncated"),
        (packed(b"content")[:-8] + bytes(8), "damaged"),
        (packed(b"content") + b"rubbish", "damaged"),
        (packed(b"content")[:3] + b"\x08" + packed(b"content")[4:10] + b"n" * 9000, "damaged"),
    ],
)
def test_what_is_wrong_is_said_after_what_was_right(data: bytes, reason: str) -> None:
    """A sum that does not hold, an end that does not come."""
    stream = stream_of(data)

    with pytest.raises(ArchiveError) as caught:
        read_whole(stream, 100)
    assert caught.value.reason == reason
    assert not caught.value.of_member


def test_it_stops_before_a_member_that_begins_so() -> None:
    """And goes on when told; a member that begins otherwise is the same record's."""
    stream = stream_of(b"".join(map(packed, (b"AAone", b"", b"more", b"AAtwo", b"A", b"A"))), stop_before=b"AA")

    assert read_whole(stream, 100) == b"AAonemore"
    assert stream.is_stopped
    assert stream.go_on()
    assert stream.place()[1] == 0
    assert read_whole(stream, 100) == b"AAtwoAA"
    assert not stream.go_on()


def test_a_bomb_ends() -> None:
    """Ten megabytes of zeros in ten kilobytes are more than two hundred times."""
    with pytest.raises(ArchiveError, match="> 200"):
        read_whole(stream_of(packed(bytes(10**7))), 10**8)
