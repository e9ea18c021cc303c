"""A zip's directory is checked before an entry is read: what it claims costs nothing, what overlaps is refused."""

from __future__ import annotations

import contextlib
import io
import struct
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive_makers import JPEG, Members, pairs, zip_of
from rempart.app.archives.limits import ArchiveLimits, Budget
from rempart.app.archives.streams import HeldBytes
from rempart.app.archives.zip_directory import check_ranges, directory_entries, find_directory
from rempart.errors import ArchiveError


def names(data: bytes, limits: ArchiveLimits | None = None) -> list[str]:
    """Return the names in a zip whose directory was checked."""
    file = HeldBytes(data)
    directory = find_directory(file)
    check_ranges(file, directory, Budget(limits or ArchiveLimits(), len(data)))
    return [entry.name.decode("utf-8", "surrogateescape") for entry in directory_entries(file, directory)]


def reason(data: bytes, limits: ArchiveLimits | None = None) -> str:
    """Return why a zip is refused."""
    with pytest.raises(ArchiveError) as caught:
        names(data, limits)
    return str(caught.value.reason)


def local(name: bytes, data: bytes, extra: bytes = b"") -> bytes:
    """Return an entry's own header and content, stored."""
    crc = zlib.crc32(data)
    return (
        struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, crc, len(data), len(data), len(name), len(extra))
        + name
        + extra
        + data
    )


def central(name: bytes, data: bytes, position: int, extra: bytes = b"", *, size: int | None = None) -> bytes:
    """Return an entry's line in the directory."""
    count = len(data) if size is None else size
    numbers = (20, 20, 0, 0, 0, 0, zlib.crc32(data), count, count, len(name), len(extra), 0, 0, 0, 0, position)
    return struct.pack("<4s6H3L5H2L", b"PK\1\2", *numbers) + name + extra


def ended(body: bytes, directory: bytes, count: int, *, size: int | None = None) -> bytes:
    """Put a body, a directory and its end together."""
    told = len(directory) if size is None else size
    return body + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, told, len(body), 0)


@given(
    st.dictionaries(st.text("abé/. 0", min_size=1, max_size=60), st.binary(max_size=200), max_size=8),
    st.binary(max_size=300), st.booleans(), st.binary(max_size=100),
)  # fmt: skip
@settings(deadline=None, max_examples=80)
def test_entries_are_those_of_zipfile(members: dict[str, bytes], comment: bytes, deflate: bool, before: bytes) -> None:  # noqa: FBT001 - drawn
    """With a comment at its end, with bytes before its beginning."""
    data = before + zip_of(members, deflate=deflate, comment=comment.replace(b"PK", b""))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        judged = [(i.filename, i.file_size, i.compress_size, i.CRC, i.header_offset) for i in archive.infolist()]

    file = HeldBytes(data)
    found = list(directory_entries(file, find_directory(file)))

    assert [(e.name.decode(), e.size, e.packed, e.crc, e.position) for e in found] == judged


def test_a_zip_of_more_than_65535_entries_is_read() -> None:
    """Its numbers are in the zip64 end."""
    members: Members = [(str(k), b"") for k in range(66_000)]

    assert names(zip_of(members)) == [name for name, _ in pairs(members)]


def test_sizes_beyond_32_bits_are_in_the_extra_field() -> None:
    """Read where they are, refused where they are not."""
    extra = struct.pack("<2H2Q", 1, 16, len(JPEG), len(JPEG))
    body = local(b"a", JPEG)

    assert names(ended(body, central(b"a", JPEG, 0, extra, size=0xFFFFFFFF), 1)) == ["a"]
    assert reason(ended(body, central(b"a", JPEG, 0, size=0xFFFFFFFF), 1)) == "damaged"


def test_entries_that_share_bytes_are_refused() -> None:
    """One kernel, many entries: the whole of Fifield's bombs."""
    kernel = zlib.compress(bytes(10**6))
    body = local(b"a", kernel)
    directory = central(b"a", kernel, 0) * 1000

    assert reason(ended(body, directory, 1000)) == "bomb"


def test_quoted_headers_are_refused() -> None:
    """Each entry's extra field holds the next one's header, so that all end with the same content."""
    kernel, body = JPEG * 100, b""
    positions: list[int] = []
    for _ in range(20):
        body = local(b"x", kernel)[: 30 + 1] + body
        positions = [0, *(p + 31 for p in positions)]
    directory = b"".join(central(b"x", kernel, position) for position in positions)

    assert reason(ended(body + kernel, directory, 20)) == "bomb"


def test_entries_out_of_order_are_read_if_they_share_nothing() -> None:
    """Tools that update a zip write so."""
    one, two = local(b"a", JPEG), local(b"b", JPEG)
    apart = central(b"b", JPEG, len(one)) + central(b"a", JPEG, 0)
    shared = central(b"b", JPEG, len(one) - 5) + central(b"a", JPEG, 0)

    assert names(ended(one + two, apart, 2)) == ["b", "a"]
    assert reason(ended(one + two, shared, 2)) == "bomb"


def test_a_million_entries_that_are_not_there_cost_nothing() -> None:
    """The directory must have room for what it claims, whichever end claims it."""
    tracemalloc.start()
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 2**32, 2**32, 46 * 2**32, 0)
    data = (
        end64
        + struct.pack("<4sLQL", b"PK\6\7", 0, 0, 1)
        + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, 0, 0, 0)
    )

    assert reason(b"PK\3\4" + ended(b"", b"", 60_000)) == "damaged"
    assert reason(data) == "damaged"
    assert reason(zip_of([(str(k), b"") for k in range(1001)]), ArchiveLimits(max_members=1000)) == "too_many_members"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**21


def test_a_large_directory_is_not_held() -> None:
    """Sixty thousand names of 100 bytes: one at a time."""
    name = b"n" * 100
    directory = b"".join(central(name, b"", 31 * k) for k in range(60_000))
    data = ended(local(b"n", b"") * 60_000, directory, 60_000)
    file = HeldBytes(data)
    tracemalloc.start()

    count = sum(1 for _ in directory_entries(file, find_directory(file)))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 60_000
    assert peak < 2**20


@pytest.mark.parametrize(
    "data, expected",
    [
        (b"PK\3\4" + bytes(500), "truncated"),
        (zip_of({"a": JPEG})[:-5], "truncated"),
        (ended(local(b"a", JPEG), central(b"a", JPEG, 10**6), 1), "damaged"),
        (ended(local(b"a", JPEG), b"x" * 46, 1), "damaged"),
        (ended(local(b"a", JPEG), central(b"a", JPEG, 0), 1, size=10**6), "damaged"),
        (ended(b"", struct.pack("<4s6H3L5H2L", b"PK\1\2", *[0] * 9, 65535, 65535, 65535, 0, 0, 0, 0), 1), "damaged"),
        (b"PK\3\4" + struct.pack("<4s4H2LH", b"PK\5\6", 1, 1, 1, 2, 46, 0, 0), "unsupported"),
    ],
)
def test_what_a_directory_cannot_be(data: bytes, expected: str) -> None:
    """Cut, elsewhere, of another kind, on several disks."""
    assert reason(data) == expected


SOUND = zip_of({"a.jpg": JPEG, "b": b"text", "c/d": JPEG * 9})


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_damage_anywhere_is_survived(data: st.DataObject) -> None:
    """Names or a reason, and nothing else."""
    whole = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3) | st.just(b"\xff" * 4))

    with contextlib.suppress(ArchiveError):
        assert len(names(bytes(whole))) <= 3
