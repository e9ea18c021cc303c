"""What HTTP did to a response is undone where the bytes say that it was done."""

from __future__ import annotations

import gzip
import os
import zlib

import pytest

from archive_makers import JPEG
from rempart.app.archives.header_fields import read_fields
from rempart.app.archives.http_payload import may_be_picture, unwrap
from rempart.app.archives.limits import ArchiveLimits, Budget
from rempart.app.archives.streams import ByteStream, HeldBytes, read_whole
from rempart.errors import ArchiveError
from rempart.model import UnreadableReason

DATA = JPEG + os.urandom(100_000)


def raw_deflate(data: bytes) -> bytes:
    """Deflate without zlib's header, as some servers send it."""
    deflate = zlib.compressobj(wbits=-15)
    return deflate.compress(data) + deflate.flush()


def chunked(data: bytes, size: int = 30_000, more: bytes = b"") -> bytes:
    """Cut into chunks."""
    parts = [data[k : k + size] for k in range(0, len(data), size)]
    return b"".join(b"%x%s\r\n%s\r\n" % (len(p), more, p) for p in parts) + b"0\r\nTrailer: x\r\n\r\n"


def payload(data: bytes, **fields: str) -> bytes:
    """Undo everything."""
    named = {key.replace("_", "-"): value for key, value in fields.items()}
    budget = Budget(ArchiveLimits(max_ratio=50), 10**6)
    budget.take(10**6)
    return read_whole(unwrap(ByteStream(HeldBytes(data)), named, budget), 10**8)


@pytest.mark.parametrize(
    "data, fields",
    [
        (DATA, {}),
        (chunked(DATA), {"transfer_encoding": "chunked"}),
        (chunked(DATA, more=b";x=1"), {"transfer_encoding": "Chunked"}),
        (gzip.compress(DATA), {"content_encoding": "gzip"}),
        (zlib.compress(DATA), {"content_encoding": "deflate"}),
        (raw_deflate(DATA), {"content_encoding": "deflate"}),
        (zlib.compress(DATA), {"content_encoding": "gzip"}),
        (chunked(gzip.compress(DATA)), {"transfer_encoding": "chunked", "content_encoding": "x-gzip"}),
        (gzip.compress(zlib.compress(DATA)), {"content_encoding": "deflate, gzip"}),
        (DATA, {"content_encoding": "identity"}),
        (DATA, {"content_encoding": "gzip"}),
        (DATA, {"content_encoding": "br"}),
        (DATA, {"transfer_encoding": "chunked"}),
        (gzip.compress(DATA), {"transfer_encoding": "chunked", "content_encoding": "gzip"}),
    ],
)
def test_it_is_undone_or_was_undone_before(data: bytes, fields: dict[str, str]) -> None:
    """Archives also hold payloads whose headers were left as they were."""
    assert payload(data, **fields) == DATA


@pytest.mark.parametrize(
    "data, fields, reason",
    [
        (b"brotli or so", {"content_encoding": "br"}, UnreadableReason.UNSUPPORTED),
        (b"zstd", {"content_encoding": "zstd\x1b[31m"}, UnreadableReason.UNSUPPORTED),
        (gzip.compress(DATA), {"content_encoding": "gzip" + ",gzip" * 4}, UnreadableReason.UNSUPPORTED),
        (gzip.compress(DATA)[:-20], {"content_encoding": "gzip"}, UnreadableReason.TRUNCATED),
        (gzip.compress(DATA)[:-8] + bytes(8), {"content_encoding": "gzip"}, UnreadableReason.DAMAGED),
        (chunked(DATA)[:70_000], {"transfer_encoding": "chunked"}, UnreadableReason.TRUNCATED),
        (b"5\r\nhelloxx5\r\n", {"transfer_encoding": "chunked"}, UnreadableReason.DAMAGED),
        (b"3\r\nabc\r\n-4\r\nabc", {"transfer_encoding": "chunked"}, UnreadableReason.DAMAGED),
        (gzip.compress(bytes(10**7)), {"content_encoding": "gzip"}, UnreadableReason.BOMB),
        (gzip.compress(gzip.compress(bytes(10**8))), {"content_encoding": "gzip, gzip"}, UnreadableReason.BOMB),
    ],
)  # fmt: skip
def test_what_cannot_be_undone_loses_one_record(data: bytes, fields: dict[str, str], reason: UnreadableReason) -> None:
    """Never the archive."""
    with pytest.raises(ArchiveError) as caught:
        payload(data, **fields)

    assert caught.value.reason == reason
    assert caught.value.of_member
    assert caught.value.detail.isprintable()


def test_a_size_of_a_chunk_is_no_python_number() -> None:
    """``int("1_0", 16)`` and ``int("+5", 16)`` are numbers to Python only."""
    for line in (b"1_0", b"+5", b" ", b"0x5", b"f" * 16):
        assert payload(line + b"\r\nabc", transfer_encoding="chunked") == line + b"\r\nabc"


@pytest.mark.parametrize(
    "declared, expected",
    [("image/jpeg", True), ("", True), ("application/octet-stream", True), ("text/html", False), ("video/mp4", False)],
)
def test_what_may_be_a_picture(declared: str, expected: bool) -> None:  # noqa: FBT001 - a parameter
    """Used only where the bytes cannot tell."""
    assert may_be_picture({"content-type": declared} if declared else {}) is expected


def test_fields_are_read_as_they_are_written() -> None:
    """Folded lines, lines without a colon, names in capitals, the first of two."""
    text = b"A: 1\r\nB:  two \n  more\r\nno colon\r\na: 2\r\nC:\r\nCaf\xe9: x\r\n\r\nrest"
    stream = ByteStream(HeldBytes(text))

    header = read_fields(stream)

    assert dict(header.fields) == {"a": "1", "b": "two more", "c": "", "caf\udce9": "x"}
    assert header.is_consistent
    assert header.is_ended
    assert stream.read(9) == b"rest"
