"""Records of what was fetched: as it came, the same each time, and judged by warcio and by our own reader."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from archive_makers import found_in, members_of
from captured import BODY, FINAL, PACKED, URL, answered, capture, redirect, sent
from rempart.evidence.warc import RecordKind, archived_head, certificate_uri, warc_date, write_warc


def read(content: bytes) -> list[tuple[dict[str, str], bytes]]:
    """Return the headers and the block of each record, by warcio, which reads no head of HTTP here."""
    return [
        (dict(record.rec_headers.headers), record.raw_stream.read())
        for record in ArchiveIterator(io.BytesIO(content), no_record_parse=True)
    ]


def of_kind(kind: RecordKind, records: list[tuple[dict[str, str], bytes]]) -> list[tuple[dict[str, str], bytes]]:
    return [record for record in records if record[0]["WARC-Type"] == kind]


def check(content: bytes, folder: Path) -> subprocess.CompletedProcess[str]:
    """Have warcio's own command check every digest."""
    path = folder / "data.warc.gz"
    path.write_bytes(content)
    return subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", "-v", path], capture_output=True, text=True, check=False
    )


def test_warcio_checks_every_record(tmp_path: Path) -> None:
    """Each digest of block and payload is right; nothing is without one but the file's own description."""
    warc = write_warc(capture())

    done = check(warc.content, tmp_path)

    assert done.returncode == 0, done.stdout
    assert done.stdout.count("digest pass") == len(warc.places)


def test_warcio_finds_a_byte_that_changed(tmp_path: Path) -> None:
    """The check can fail: a letter of the page, in a file made anew around the old digests."""
    whole = write_warc(capture())
    [place] = [p for p in whole.places if p.kind is RecordKind.RESPONSE and p.uri == FINAL]
    record = gzip.decompress(whole.content[place.offset : place.offset + place.length])
    forged = gzip.compress(record.replace(b"Bonjour", b"Bonsoir"))

    assert check(forged, tmp_path).returncode == 1


def test_heads_are_as_they_came_and_bodies_as_they_were_read() -> None:
    """Bytes beyond ASCII too; what holds of the wire only is under another name."""
    records = read(write_warc(capture()).content)

    [first, last] = [block for _, block in of_kind(RecordKind.RESPONSE, records)]
    assert first == redirect().received
    assert last == (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Archive-Orig-content-encoding: gzip\r\n"
        b"X-Archive-Orig-Transfer-Encoding: chunked\r\nX-Name: Ren\xe9e\r\n\r\n" + BODY
    )
    assert [block for _, block in of_kind(RecordKind.REQUEST, records)] == [sent("/thread?b=2&a=1"), sent("/thread/1")]


def test_what_was_not_read_is_said_to_be_missing() -> None:
    """The body of the redirect; not that of the page."""
    [(first, _), (last, _)] = of_kind(RecordKind.RESPONSE, read(write_warc(capture()).content))

    assert first["WARC-Truncated"] == "unspecified"
    assert "WARC-Truncated" not in last


def test_a_redirect_without_a_body_misses_nothing() -> None:
    """It says that it has none."""
    hop = redirect(
        received=b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /\r\n\r\n", headers=(("content-length", "0"),)
    )

    [(first, _), _] = of_kind(RecordKind.RESPONSE, read(write_warc(capture(hop, answered(PACKED))).content))

    assert "WARC-Truncated" not in first


def test_an_answer_without_a_readable_body() -> None:
    """Its head as it was, and that the rest is missing."""
    gone = b"HTTP/1.1 410 Gone\r\nContent-Type: image/png\r\nContent-Length: 70\r\n\r\n"

    [(headers, block)] = of_kind(
        RecordKind.RESPONSE, read(write_warc(capture(answered(gone, status=410), body=None)).content)
    )

    assert (block, headers["WARC-Truncated"]) == (gone, "unspecified")


def test_records_are_joined() -> None:
    """Requests and facts name their answer; all name the description of the file; no identifier comes twice."""
    records = read(write_warc(capture()).content)
    headers = [each for each, _ in records]
    answers = {each["WARC-Record-ID"] for each, _ in of_kind(RecordKind.RESPONSE, records)}

    joined = {each["WARC-Concurrent-To"] for each in headers if "WARC-Concurrent-To" in each}

    assert joined == answers
    assert {each["WARC-Warcinfo-ID"] for each in headers[1:]} == {headers[0]["WARC-Record-ID"]}
    assert len({each["WARC-Record-ID"] for each in headers}) == len(headers)


def test_dates_are_those_of_the_requests() -> None:
    """To the microsecond, in UTC; nothing tells when the file was made, nor where."""
    records = read(write_warc(capture()).content)

    dates = {each["WARC-Date"] for each, _ in records}

    assert dates == {"2026-03-04T12:00:00.120000Z", "2026-03-04T12:00:01.120000Z"}
    assert b"hostname" not in records[0][1]


def test_what_is_known_of_a_connection() -> None:
    """Who answered, all addresses of the host, the certificate by its digest, and the certificate itself."""
    records = read(write_warc(capture()).content)
    uri = certificate_uri(b"DER of a certificate")

    [(_, first), (_, last)] = of_kind(RecordKind.METADATA, records)
    assert f"addresses: 192.0.2.7 192.0.2.8\r\ntls: TLSv1.3\r\ncertificate: {uri}\r\n".encode() in first
    assert f"via: {URL}\r\nhopsFromSeed: R\r\n".encode() in last
    resources = {headers["WARC-Target-URI"]: block for headers, block in of_kind(RecordKind.RESOURCE, records)}
    assert resources == {uri: b"DER of a certificate", "urn:x-rempart:facts:forum.example.org": b'{"v": 1}\n'}


def test_the_same_input_gives_the_same_bytes() -> None:
    """Another answer gives other ones."""
    assert write_warc(capture()) == write_warc(capture())
    assert write_warc(capture(body=BODY + b" ")).content != write_warc(capture()).content


def test_a_place_is_where_its_record_is() -> None:
    """Each record can be cut out of the file, and read alone."""
    warc = write_warc(capture())

    cut = [read(warc.content[p.offset : p.offset + p.length]) for p in warc.places]

    assert [len(one) for one in cut] == [1] * len(warc.places)
    assert [one[0][0]["WARC-Type"] for one in cut] == [p.kind for p in warc.places]


def test_our_own_reader_finds_no_media(tmp_path: Path) -> None:
    """A scan that comes across it opens it, and finds a page."""
    (tmp_path / "data.warc.gz").write_bytes(write_warc(capture()).content)

    found = members_of(found_in(tmp_path))

    assert not any(b"Bonjour" not in data for data in found.values())


@pytest.mark.parametrize("hops", [(redirect(sent=b""),), (answered(b""),)])
def test_a_hop_that_was_not_answered_is_no_capture(hops: Any) -> None:
    """Half a conversation is not recorded as one."""
    with pytest.raises(ValueError, match="head of the answer"):
        write_warc(capture(*hops))


def test_nothing_goes_through_a_temporary_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is in clear in memory only, however long it is."""

    def refuse(*_: object, **__: object) -> None:
        message = "a file"
        raise AssertionError(message)

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", refuse)

    assert write_warc(capture(body=b"a" * 3_000_000)).content


@given(st.text(max_size=60))
def test_a_remark_is_on_one_line(remark: str) -> None:
    """Whatever it holds: no field can be made from within another."""
    [(_, block), _] = of_kind(
        RecordKind.METADATA, read(write_warc(capture(redirect(remarks=(remark,)), answered(PACKED))).content)
    )

    assert all(line == b"" or b": " in line for line in block.split(b"\r\n"))
    assert block.count(b"\r\n") <= 6
    assert b"\n" not in block.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "line, is_kept",
    [
        (b"Content-Length: 4", True),
        (b"Content-Length: 5", False),
        (b"Content-Encoding: identity", True),
        (b"Content-Encoding:", True),
        (b"CONTENT-ENCODING: deflate", False),
        (b"transfer-encoding: chunked", False),
        (b"X-Content-Encoding: gzip", True),
    ],
)
def test_headers_of_the_wire(line: bytes, *, is_kept: bool) -> None:
    """Kept under their name where they hold of the body that is kept."""
    head = archived_head(b"HTTP/1.1 200 OK\r\n" + line + b"\r\n\r\n", b"four")

    assert head == b"HTTP/1.1 200 OK\r\n" + (b"" if is_kept else b"X-Archive-Orig-") + line + b"\r\n\r\n"


def test_a_date_is_in_utc() -> None:
    """Whatever the zone of the instant."""
    at = dt.datetime(2026, 1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=2)))

    assert warc_date(at) == "2025-12-31T23:00:00.000000Z"


@pytest.mark.parametrize("obeys, said", [(True, b"robots: obey\r\n"), (False, b"robots: not allowed;")])
def test_the_description_says_on_which_terms(*, obeys: bool, said: bytes) -> None:
    """Nobody reads that a robots.txt was obeyed where somebody answered for not doing so."""
    [(_, info)] = of_kind(RecordKind.WARCINFO, read(write_warc(capture(obeys_robots=obeys)).content))

    assert said in info
