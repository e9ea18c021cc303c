"""WARC records are found as another reader finds them, and what lies loses itself only."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive_makers import JPEG, PNG, found_in, members_of, packed, reasons_of, warc_of
from rempart.app.archives.gzip_stream import GzipStream
from rempart.app.archives.limits import ArchiveLimits, Budget
from rempart.app.archives.streams import ByteStream, HeldBytes, read_whole
from rempart.app.archives.warc_records import WARC_MARK, warc_entries
from rempart.errors import ArchiveError


def record(
    address: str, block: bytes, *, kind: str = "response", version: str = "1.0", length: object = None, more: str = ""
) -> bytes:
    """Return one record, written by hand: what a library refuses to write."""
    size = len(block) if length is None else length
    head = f"WARC/{version}\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\n{more}Content-Length: {size}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def http(payload: bytes, headers: str = "") -> bytes:
    """Return a response of HTTP."""
    return b"HTTP/1.1 200 OK\r\n" + headers.encode() + b"\r\n" + payload


def read(data: bytes, *, limits: ArchiveLimits | None = None) -> list[tuple[str, bytes | str]]:
    """Return addresses with payloads, or with the reason why there is none; the last may be the archive's."""
    budget = Budget(limits or ArchiveLimits(), len(data))
    stream = ByteStream(HeldBytes(data))
    budget.take(len(data))
    if data[:2] == b"\x1f\x8b":
        stream = GzipStream(stream, budget, stop_before=WARC_MARK)
    found: list[tuple[str, bytes | str]] = []
    try:
        for entry in warc_entries(stream, budget):
            try:
                entry.later_names()
                outcome = str(entry.problem.reason) if entry.problem else read_whole(ByteStream(entry.open()), 10**6)
                found.append((entry.name, outcome))
            except ArchiveError as error:
                if not error.of_member:
                    raise
                found.append((entry.name, str(error.reason)))
    except ArchiveError as error:
        found.append(("", str(error.reason)))
    return found


def judged(data: bytes) -> list[tuple[str, bytes | str]]:
    """Return what warcio finds in the same bytes."""
    return [
        (found.rec_headers.get_header("WARC-Target-URI"), found.content_stream().read())
        for found in ArchiveIterator(io.BytesIO(data))
        if found.rec_type in {"response", "resource", "conversion"}
    ]


WEB = {
    "https://e.org/a": JPEG * 50,
    "https://e.org/": b"<html>" * 999,
    "https://e.org/é?x=<>": PNG,
    "https://e.org/0": b"",
}


SOUND = [record(address, http(payload)) for address, payload in WEB.items()]
DAMAGED = [b"".join(SOUND), b"".join(map(packed, SOUND))]


@pytest.mark.parametrize("gz", [False, True])
@pytest.mark.parametrize("headers", [[], [("Content-Type", "image/jpeg"), ("X-Folded", "a\r\n b")]])
def test_records_are_those_of_warcio(gz: bool, headers: list[tuple[str, str]]) -> None:  # noqa: FBT001 - a parameter
    """Addresses and payloads, in order."""
    data = warc_of(WEB, gz=gz, headers=headers)

    assert read(data) == judged(data)
    assert len(read(data)) == 4


@pytest.mark.parametrize("version", ["0.17", "0.18", "1.0", "1.1"])
@pytest.mark.parametrize("kind", ["response", "resource", "conversion"])
def test_every_version_and_type_that_holds_something_is_read(version: str, kind: str) -> None:
    """A resource has no HTTP; in 1.0 the address may stand between < and >."""
    block = http(JPEG) if kind == "response" else JPEG

    assert read(record("<http://e.org/x>", block, kind=kind, version=version)) == [("http://e.org/x", JPEG)]


@pytest.mark.parametrize("kind", ["request", "warcinfo", "metadata", "revisit", "continuation", "unheard-of", ""])
def test_other_types_are_passed_over(kind: str) -> None:
    """They describe, ask or refer."""
    assert read(record("http://e.org/x", http(JPEG), kind=kind) + record("http://e.org/y", http(PNG))) == [
        ("http://e.org/y", PNG)
    ]


@given(
    st.lists(st.tuples(st.text("abcXYZ019", max_size=9), st.binary(max_size=300)), max_size=8),
    st.booleans(),
    st.integers(1, 700),
)
@settings(deadline=None, max_examples=60)
def test_a_whole_file_in_pieces_of_gzip_is_read(records: list[tuple[str, bytes]], one: bool, size: int) -> None:  # noqa: FBT001 - drawn
    """One gzip member for all, or members cut anywhere, as ``bgzip`` writes: the same records."""
    plain = b"".join(record(f"http://e.org/{name}", payload, kind="resource") for name, payload in records)
    pieces = [plain] if one else [plain[k : k + size] for k in range(0, len(plain), size)]

    data = b"".join(map(packed, pieces)) or packed(b"")

    assert read(data) == [(f"http://e.org/{name}", payload) for name, payload in records]


@pytest.mark.parametrize("length", [3, 7, 10**6, 10**15])
def test_a_length_that_lies_loses_one_record_in_gzip(length: int) -> None:
    """The next gzip member is the next record, whatever the one before claimed."""
    liar = packed(record("http://e.org/liar", JPEG * 3, kind="resource", length=length))
    data = liar + packed(record("http://e.org/x", PNG, kind="resource"))

    found = read(data)

    assert found[-1] == ("http://e.org/x", PNG)
    assert found[0] in {("http://e.org/liar", JPEG[:length]), ("http://e.org/liar", "truncated")}


def test_a_short_length_leaves_rubbish_that_is_passed_over() -> None:
    """It is told, and the next record is found by its first line."""
    data = record("http://e.org/liar", JPEG * 3, kind="resource", length=9) + record("http://e.org/x", http(PNG))

    assert read(data) == [("http://e.org/liar", JPEG[:9]), ("", "damaged"), ("http://e.org/x", PNG)]


@pytest.mark.parametrize("length", ["", "-1", "x", "1e3", "9" * 40, "1\r\nContent-Length: 2", "٣"])
def test_a_length_that_is_none_loses_one_record(length: str) -> None:
    """Two that differ are none."""
    data = record("http://e.org/liar", http(JPEG), length=length) + record("http://e.org/x", http(PNG))

    assert read(data) == [("", "damaged"), ("http://e.org/x", PNG)]


@pytest.mark.parametrize("rubbish", [b"garbage\n", b"\0" * 999, b"x" * 200_000, b"\r\n" * 99, JPEG])
@pytest.mark.parametrize("gz", [False, True])
def test_rubbish_between_records_is_told(rubbish: bytes, gz: bool) -> None:  # noqa: FBT001 - a parameter
    """The records around it are read."""
    around = [record(f"http://e.org/{k}", http(JPEG)) for k in range(2)]
    data = rubbish.join(packed(one) if gz else one for one in around)

    found = read(data)

    told = [one for one in found if one == ("", "damaged")]
    assert [one for one in found if one not in told] == [(f"http://e.org/{k}", JPEG) for k in range(2)]
    # Line ends stand between records, zeros between gzip members.
    assert len(told) == (not rubbish.startswith(b"\0" if gz else b"\r\n"))


def test_a_flipped_bit_in_gzip_loses_one_record() -> None:
    """A crawl of 10 GB is not lost for it."""
    members = [packed(record(f"http://e.org/{k}", http(JPEG + bytes([k]) * 5000))) for k in range(5)]
    bad = bytearray(members[2])
    bad[60] ^= 0xFF
    data = b"".join([*members[:2], bytes(bad), *members[3:]])

    found = read(data)

    assert [name for name, payload in found if isinstance(payload, bytes)] == [
        f"http://e.org/{k}" for k in (0, 1, 3, 4)
    ]
    assert [reason for _, reason in found if isinstance(reason, str)] == ["damaged"]


@pytest.mark.parametrize("gz", [False, True])
def test_any_cut_keeps_what_was_before(gz: bool) -> None:  # noqa: FBT001 - a parameter
    """And is told once, unless it is between two records."""
    data = DAMAGED[gz]
    whole = read(data)

    for cut in range(1, len(data), 1 if gz else 97):
        found = read(data[:cut])
        good = [one for one in found if isinstance(one[1], bytes)]
        assert good == whole[: len(good)]
        assert len(found) - len(good) <= 1


@pytest.mark.parametrize(
    "header",
    [b"X: " + b"y" * 70_000 + b"\r\n", b"X: y\r\n" * 300, b"X" * 70_000 + b"\r\n", b"X: y\r\n " + b"z" * 70_000],
)
@pytest.mark.parametrize("gz", [False, True])
def test_headers_have_a_size(header: bytes, gz: bool) -> None:  # noqa: FBT001 - a parameter
    """64 KiB and 256 lines, of WARC and of HTTP."""
    of_warc = record("http://e.org/w", JPEG, kind="resource").replace(b"\r\n\r\n", b"\r\n" + header + b"\r\n\r\n", 1)
    of_http = record("http://e.org/h", b"HTTP/1.1 200 OK\r\n" + header + b"\r\n\r\n" + JPEG)
    last = record("http://e.org/x", http(PNG))
    data = b"".join(packed(one) if gz else one for one in (of_warc, of_http, last))

    assert read(data) == [("", "damaged"), ("http://e.org/h", "damaged"), ("http://e.org/x", PNG)]


class Endless:
    """A quarter of a gigabyte of one line, made as it is asked for."""

    def __init__(self, start: bytes, size: int) -> None:
        self.left = size
        self.start = start

    def read(self, size: int, /) -> bytes:
        """Return the beginning, then the same letter."""
        if self.start:
            found, self.start = self.start, b""
            return found
        count = min(size, self.left)
        self.left -= count
        return b"A" * count


@pytest.mark.parametrize("start", [b"WARC/1.0\r\nX: ", b"WARC/", b"WARC/1.0\r\nContent-Length: 9\r\n"])
def test_a_header_without_an_end_takes_no_memory(start: bytes) -> None:
    """256 MiB without a line's end is passed over."""
    endless = Endless(start, 2**28)
    tracemalloc.start()

    found = list(warc_entries(ByteStream(endless), Budget(ArchiveLimits(), 2**28)))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert endless.left == 0
    assert len(found) <= 2
    assert peak < 2**21


def test_members_without_a_byte_take_no_memory() -> None:
    """A file of many gzip members of one byte each: where each began is forgotten."""
    data = packed(record("http://e.org/x", b"", kind="resource", length=10**6)[:-4]) + packed(b"a") * 20_000
    tracemalloc.start()

    read(data)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(data) + 2**21


def test_a_long_address_is_not_judged_and_so_not_opened(tmp_path: Path) -> None:
    """The gate reads 4,096 characters at each end; what is between would not be read."""
    address = f"http://e.org/{'x' * 5000}"
    (tmp_path / "crawl").write_bytes(record(address, http(JPEG)) + record("http://e.org/x", http(PNG)))

    found = found_in(tmp_path)

    assert reasons_of(found) == [(address, "name_too_long")]
    assert list(members_of(found)) == ["http://e.org/x"]


def _pieces(draw: Iterable[bytes]) -> bytes:
    return b"".join(draw)


FIELDS = (
    "Content-Length: 5,Content-Length: 0,WARC-Type: response,WARC-Target-URI: http://e.org/,HTTP/1.1 200 OK,WARC/1.0,"
)
FIELDS += "Transfer-Encoding: chunked,Content-Encoding: gzip,Content-Encoding: deflate,5\r\nhello\r\n0, folded,\r\n"
PIECES = st.sampled_from(
    [b"WARC/", b"\n", b"\0", JPEG, gzip.compress(JPEG, mtime=0), zlib.compress(PNG)]
    + [field.encode() + b"\r\n" for field in FIELDS.split(",")]
)


@given(st.lists(PIECES | st.binary(max_size=20), max_size=40).map(_pieces), st.sampled_from(["plain", "gz", "each"]))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_read_to_their_end(data: bytes, how: str) -> None:
    """Whatever comes is a record, a reason, or passed over; never another error, never without an end."""
    match how:
        case "gz":
            data = packed(data)
        case "each":
            data = b"".join(packed(part) for part in data.split(b"\r\n\r\n"))

    for _, outcome in read(data, limits=ArchiveLimits(max_members=1000)):
        assert isinstance(outcome, bytes | str)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damage_anywhere_is_survived(data: st.DataObject) -> None:
    """Bytes changed, taken out or put in, plain and packed."""
    whole = bytearray(DAMAGED[data.draw(st.booleans())])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))

    assert isinstance(read(bytes(whole)), list)
