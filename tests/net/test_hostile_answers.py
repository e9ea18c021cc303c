"""Hostile answers: each is a typed value with its reason, in time, and leaves nothing open; for both clients."""

from __future__ import annotations

import dataclasses
import gzip
import time
import zlib
from typing import Final

import pytest

from net.doors import SLACK_S, SMALL, WANTED, Door, Kind, hurried
from net.servers import Authority, RawServer, Script, endless, head, once, page, reply, then_reset, then_silence
from rempart.model.web import FetchedMedia, FetchMode, NotFetched, NotFetchedReason, Page
from rempart.net import Wanted
from rempart.net.meter import SNIFF_BYTES

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1", "::1"]), pytest.mark.usefixtures("nothing_left_open")]

R = NotFetchedReason

PNG: Final = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0" + b"\0" * 64
SVG: Final = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML: Final = b"<!doctype html><p>" + b"word " * 4_000
_BOMB: Final = zlib.compress(b"a" * 30_000_000)


def coded(body: bytes, encoding: str, content_type: str = "text/html") -> bytes:
    """Return an answer that says how its body is encoded."""
    return page(body, content_encoding=encoding, content_type=content_type)


def chunked(body: bytes, content_type: str = "text/html") -> bytes:
    """Return an answer whose body is written as chunks by whoever calls."""
    return head(transfer_encoding="chunked", content_type=content_type) + body


#: What is wrong with a head: its script, and why nothing was fetched.
HEADS: Final[dict[str, tuple[Script, NotFetchedReason]]] = {
    "nothing at all": (then_silence(), R.IDLE),
    "an end at once": (once(), R.RESET),
    "a reset at once": (then_reset(), R.RESET),
    "a reset in the head": (then_reset(b"HTTP/1.1 200 OK\r\ncontent-ty"), R.RESET),
    "an end in the head": (once(b"HTTP/1.1 200 OK\r\ncontent-ty"), R.RESET),
    "a head that stops": (then_silence(b"HTTP/1.1 200 OK\r\ncontent-ty"), R.IDLE),
    "a head that drips": (endless(b"HTTP/1.1 200 OK\r\n", b"x", 0.1), R.TOTAL_TIME),
    "10 MB of one header": (once(b"HTTP/1.1 200 OK\r\nx: ", *[b"a" * 100_000] * 100), R.HEADERS),
    "10 MB of many headers": (
        once(b"HTTP/1.1 200 OK\r\n", *[b"x-some-header: some value\r\n" * 4_000] * 100),
        R.HEADERS,
    ),
    "an endless first line": (endless(b"HTTP/1.1 200 ", b"O" * 5_000), R.HEADERS),
    "endless 100 Continue": (endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50), R.HEADERS),
    "endless 103 Early Hints": (endless(b"", b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" * 50), R.HEADERS),
    "HTTP/0.9": (once(b"<html><p>hello\r\n\r\n<p>hello"), R.BAD_HTTP),
    "HTTP/0.9 of one line": (once(b"<html><p>hello"), R.RESET),
    "HTTP/2 preface": (once(b"\0\0\x12\4\0\0\0\0\0\0\3\0\0\0\x80\0\4\0\1\0\0\0\5\0\xff\xff\xff\r\n\r\n"), R.BAD_HTTP),
    "HTTP/10 in words": (once(b"HTTP/10 200 OK\r\n\r\n"), R.BAD_HTTP),
    "garbage": (once(bytes(range(256)) * 4 + b"\r\n\r\n"), R.BAD_HTTP),
    "another protocol": (once(b"220 mail.example.org ESMTP\r\n\r\n"), R.BAD_HTTP),
    "a status of no sense": (once(b"HTTP/1.1 99999 OK\r\n\r\n"), R.BAD_HTTP),
    "a header without a colon": (once(b"HTTP/1.1 200 OK\r\nhello\r\n\r\n"), R.BAD_HTTP),
    "a header with a zero": (once(b"HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n"), R.BAD_HTTP),
    "101 that nobody asked for": (
        once(head("101 Switching Protocols", upgrade="h2c", connection="upgrade")),
        R.BAD_HTTP,
    ),
    "101 with a type": (once(head("101 Switching Protocols", content_type="text/html") + HTML), R.BAD_HTTP),
    "two lengths": (once(page(content_length="5, 6")), R.BAD_HTTP),
    "two lengths in two headers": (
        once(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef"),
        R.BAD_HTTP,
    ),
    "a negative length": (once(page(content_length="-1")), R.BAD_HTTP),
    "a length in words": (once(page(content_length="many")), R.BAD_HTTP),
    "a length of 5,000 figures": (once(page(content_length="9" * 5_000)), R.BAD_HTTP),
    "an unknown transfer encoding": (
        once(head(transfer_encoding="gzip, chunked", content_type="text/html")),
        R.BAD_HTTP,
    ),
    "no type": (once(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"), R.NO_TYPE),
    "a type that is none": (once(page(content_type="hello")), R.NO_TYPE),
    "204": (once(head("204 No Content")), R.NO_TYPE),
    "304 that nobody asked for": (once(head("304 Not Modified", etag='"1"')), R.BAD_HTTP),
    "an archive": (once(page(content_type="application/zip")), R.WRONG_TYPE),
    "a picture": (once(page(PNG, content_type="image/png")), R.WRONG_TYPE),
    "an error without a page": (once(head("500 Internal Server Error", content_length="0")), R.STATUS),
    "brotli": (once(coded(b"\x0b\x02\x80hello\x03", "br")), R.ENCODING),
    "zstd": (once(coded(b"\x28\xb5\x2f\xfd", "zstd")), R.ENCODING),
    "gzip in gzip": (once(coded(gzip.compress(gzip.compress(HTML)), "gzip, gzip")), R.ENCODING),
    "an encoding of no name": (once(coded(HTML, "made-up")), R.ENCODING),
}

#: What is wrong with a body.
BODIES: Final[dict[str, tuple[Script, NotFetchedReason]]] = {
    "a body that stops": (then_silence(head(content_type="text/html", content_length="900") + b"<p>"), R.IDLE),
    "a body that drips": (endless(head(content_type="text/html", content_length="900000"), b"a", 0.1), R.TOTAL_TIME),
    "an endless body": (endless(head(content_type="text/html"), b"word " * 10_000), R.TOO_MANY_BYTES),
    "endless chunks": (endless(chunked(b""), b"2710\r\n" + b"word " * 2_000 + b"\r\n"), R.TOO_MANY_BYTES),
    "endless chunks of one byte": (endless(chunked(b""), b"1\r\na\r\n" * 5_000), R.TOO_MANY_BYTES),
    "an endless chunk extension": (endless(chunked(b"1;a="), b"a" * 20_000), R.HEADERS),
    "an endless trailer": (endless(chunked(b"1\r\na\r\n0\r\nx: "), b"a" * 20_000), R.HEADERS),
    "a reset in the body": (then_reset(head(content_type="text/html", content_length="900") + b"<p>"), R.RESET),
    "less than its length": (once(page(b"<p>", content_length="900")), R.INCOMPLETE),
    "an end within a chunk": (once(chunked(b"5\r\nhel")), R.INCOMPLETE),
    "an end between chunks": (once(chunked(b"5\r\nhello\r\n")), R.INCOMPLETE),
    "a chunk of no size": (once(chunked(b"hello\r\nhello\r\n0\r\n\r\n")), R.BAD_HTTP),
    "a chunk of a negative size": (once(chunked(b"-5\r\nhello\r\n0\r\n\r\n")), R.BAD_HTTP),
    "a chunk of a huge size": (once(chunked(b"f" * 200 + b"\r\nhello\r\n")), R.BAD_HTTP),
    "a chunk longer than it says": (once(chunked(b"2\r\nhello\r\n0\r\n\r\n")), R.BAD_HTTP),
    "a slow bomb": (once(coded(gzip.compress(HTML * 40, 1), "gzip")), R.TOO_MANY_BYTES),
    "half a gzip": (once(coded(gzip.compress(HTML)[:-20], "gzip")), R.INCOMPLETE),
    "a gzip that is none": (once(coded(HTML, "gzip")), R.ENCODING),
    "a gzip of a wrong sum": (once(coded(gzip.compress(HTML)[:-8] + b"\0" * 8, "gzip")), R.ENCODING),
    "a deflate that is none": (once(coded(b"\xff" * 50, "deflate")), R.ENCODING),
    "a picture that says it is text": (once(page(PNG)), R.NOT_WHAT_IT_SAYS),
    "a picture of no known kind": (once(page(b"\0\1\2\3" * 2_000)), R.NOT_WHAT_IT_SAYS),
    "an archive in gzip": (once(coded(gzip.compress(b"PK\3\4" + b"a" * 5_000), "gzip")), R.NOT_WHAT_IT_SAYS),
    "a text that becomes binary": (once(page(HTML[:10_000] + b"\0" * 500 + HTML)), R.NOT_WHAT_IT_SAYS),
    "a text that becomes binary, in gzip": (
        once(coded(gzip.compress(HTML[:10_000] + b"\0\1\2" * 500), "gzip")),
        R.NOT_WHAT_IT_SAYS,
    ),
}

#: What expands too much: how it says that it is encoded, and its bytes.
BOMBS: Final[dict[str, tuple[str, bytes]]] = {
    "gzip": ("gzip", gzip.compress(b"a" * 30_000_000)),
    "gzip of many members": ("gzip", gzip.compress(b"a" * 30_000) * 1_000),
    "deflate": ("deflate", _BOMB),
    "bare deflate": ("deflate", _BOMB[2:-4]),
}

#: What is wrong with media.
MEDIA: Final[dict[str, tuple[Script, NotFetchedReason]]] = {
    "a page that says it is a picture": (once(page(HTML, content_type="image/png")), R.NOT_WHAT_IT_SAYS),
    "SVG": (once(page(SVG, content_type="image/svg+xml")), R.WRONG_TYPE),
    "SVG that says it is PNG": (once(page(SVG, content_type="image/png")), R.NOT_WHAT_IT_SAYS),
    "an archive as a stream of bytes": (
        once(page(b"PK\3\4" + b"a" * 50, content_type="application/octet-stream")),
        R.NOT_WHAT_IT_SAYS,
    ),
    "a page": (once(page(HTML)), R.WRONG_TYPE),
    "media in gzip": (once(coded(gzip.compress(PNG), "gzip", "image/png")), R.ENCODING),
    "an error that shows a picture": (once(page(PNG, "404 Not Found", content_type="image/png")), R.STATUS),
    "endless media": (endless(head(content_type="image/png") + PNG, b"\0" * 50_000), R.TOO_MANY_BYTES),
    "media that end early": (once(page(PNG, content_type="image/png", content_length="9000")), R.INCOMPLETE),
    "media that are reset": (
        then_reset(head(content_type="image/png", content_length="90000") + PNG * 100),
        R.RESET,
    ),
    "no byte": (once(head(content_type="image/png", content_length="0")), R.NOT_WHAT_IT_SAYS),
}


def check_refused(kind: Kind, script: Script, reason: NotFetchedReason, wanted: Wanted) -> None:
    """Fetch from a hostile server: why there is nothing is said, in time, and the connection is gone."""
    with RawServer(script) as server:
        with Door(kind, (server.host, server.port)) as door:
            limits = hurried(wanted.allowance, reason)
            begun_s = time.monotonic()
            outcome = door.fetch(server.url(), dataclasses.replace(wanted, limits=limits))
            took_s = time.monotonic() - begun_s

        assert isinstance(outcome, NotFetched), outcome
        assert outcome.reason is reason, outcome
        assert outcome.in_words().startswith(reason.in_words())
        waited_s = {R.IDLE: limits.idle_s, R.TOTAL_TIME: limits.total_s}
        assert took_s < waited_s.get(reason, 0.0) + SLACK_S
        assert len(outcome.hops) == 1
        assert not {"hello", "script", "word"} & set(outcome.detail.replace("'", " ").split())
        assert server.wait_for_end()


@pytest.mark.parametrize("what", HEADS)
def test_a_hostile_head_gives_a_reason(kind: Kind, what: str) -> None:
    """Its body, if it has one, is not waited for."""
    check_refused(kind, *HEADS[what], WANTED)


@pytest.mark.parametrize("what", BODIES)
def test_a_hostile_body_gives_a_reason(kind: Kind, what: str) -> None:
    """What was read of it is forgotten."""
    check_refused(kind, *BODIES[what], WANTED)


@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_is_stopped_by_how_much_it_expands(kind: Kind, what: str) -> None:
    """Long before the limit on what is decompressed."""
    encoding, body = BOMBS[what]
    limits = dataclasses.replace(SMALL, decoded_bytes=25_000_000)

    check_refused(kind, once(coded(body, encoding)), R.BOMB, dataclasses.replace(WANTED, limits=limits))


@pytest.mark.parametrize("what", MEDIA)
def test_hostile_media_give_a_reason(kind: Kind, what: str) -> None:
    """Their memory is given back (``nothing_left_open``)."""
    check_refused(kind, *MEDIA[what], dataclasses.replace(WANTED, mode=FetchMode.MEDIA))


#: What looks wrong and is not: a body, as it is fetched.
HARMLESS: Final[dict[str, tuple[bytes, bytes]]] = {
    "invalid UTF-8": (page(b"<p>caf\xe9 \xff\xfe\xc0\x80"), b"<p>caf\xe9 \xff\xfe\xc0\x80"),
    "UTF-16 with its mark": (page("\ufeffdéjà vu".encode("utf-16-le")), "\ufeffdéjà vu".encode("utf-16-le")),
    "bare deflate": (coded(zlib.compress(HTML)[2:-4], "deflate"), HTML),
    "deflate": (coded(zlib.compress(HTML), "deflate"), HTML),
    "gzip of two members": (coded(gzip.compress(b"<p>") + gzip.compress(HTML), "x-gzip"), b"<p>" + HTML),
    "trailers": (chunked(b"5\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n"), b"hello"),
    "chunk extensions": (chunked(b'5;a="b"\r\nhello\r\n0\r\n\r\n'), b"hello"),
    "both ways of saying a length": (
        head(transfer_encoding="chunked", content_length="3", content_type="text/html") + b"5\r\nhello\r\n0\r\n\r\n",
        b"hello",
    ),
    "a page of an error": (page(b"<p>gone", "410 Gone"), b"<p>gone"),
    "some 100 Continue first": (b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + page(), b"<p>hello</p>"),
    "no body": (page(b""), b""),
    "headers that are not UTF-8": (page(x_name="caf\xe9"), b"<p>hello</p>"),
}


@pytest.mark.parametrize("what", HARMLESS)
def test_what_only_looks_wrong_is_fetched(kind: Kind, what: str) -> None:
    """As it came: what its bytes mean is for whoever reads them."""
    answer, body = HARMLESS[what]
    with RawServer(reply(answer)) as server, Door(kind, (server.host, server.port)) as door:
        outcome = door.fetch(server.url(), WANTED)

        assert isinstance(outcome, Page), outcome
        assert outcome.body == body
        assert door.kept == 1


def test_more_than_its_length_is_not_read(kind: Kind) -> None:
    """What follows is no answer to the next request: the connection is not used again."""
    smuggled = page(b"<p>the first") + page(b"<p>not asked for")
    with (
        RawServer(reply(smuggled), reply(page(b"<p>the second"))) as server,
        Door(kind, (server.host, server.port)) as door,
    ):
        first, second = door.fetch(server.url("/1")), door.fetch(server.url("/2"))

        assert isinstance(first, Page)
        assert isinstance(second, Page)
        assert (first.body, second.body) == (b"<p>the first", b"<p>the second")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("size", [SNIFF_BYTES, SNIFF_BYTES - 1, SNIFF_BYTES + 1, 16_384, 65_536 + SNIFF_BYTES])
def test_an_answer_that_fills_what_is_read_hides_nothing_behind_it(
    kind: Kind, size: int, scheme: str, authority: Authority
) -> None:
    """What follows it is then in no buffer of ours, but in one of TLS, of asyncio or of the system."""
    empty = len(page(b"", content_length=str(size)))
    body = b"<p>".ljust(size - empty, b"a")
    smuggled = page(body, content_length=str(len(body)).zfill(len(str(size)))) + page(b"<p>not asked for")
    tls = authority.server("127.0.0.1") if scheme == "https" else None
    with (
        RawServer(reply(smuggled), reply(page(b"<p>the second")), tls=tls) as server,
        Door(kind, (server.host, server.port), tls=authority.client()) as door,
    ):
        first, second = door.fetch(server.url("/1")), door.fetch(server.url("/2"))

        assert isinstance(first, Page)
        assert isinstance(second, Page)
        assert first.body == body
        assert second.body == b"<p>the second"


def test_an_answer_in_many_packets_is_one_answer(kind: Kind) -> None:
    """Cut at every byte."""
    answer = page(b"<p>" + b"x" * 300)
    with RawServer(once(*[bytes([byte]) for byte in answer])) as server, Door(kind, (server.host, server.port)) as door:
        outcome = door.fetch(server.url())

        assert isinstance(outcome, Page)
        assert len(outcome.body) == 303


def test_a_picture_that_says_it_is_text_is_not_read(kind: Kind) -> None:
    """Of a body of 200 kB, what was sniffed came, and no more."""
    with RawServer(once(page(PNG + b"\0" * 200_000))) as server, Door(kind, (server.host, server.port)) as door:
        wanted = dataclasses.replace(WANTED, limits=dataclasses.replace(SMALL, wire_bytes=8_192 + 200))
        outcome = door.fetch(server.url(), wanted)

        assert isinstance(outcome, NotFetched)
        assert outcome.reason is R.NOT_WHAT_IT_SAYS


def test_media_come_in_memory(kind: Kind) -> None:
    """Sealed, and given back when they are closed."""
    body = PNG + bytes(100_000)
    with (
        RawServer(reply(page(body, content_type="image/jpeg"))) as server,
        Door(kind, (server.host, server.port)) as door,
    ):
        outcome = door.fetch(server.url(), dataclasses.replace(WANTED, mode=FetchMode.MEDIA))

        assert isinstance(outcome, FetchedMedia), outcome
        with outcome.memory as memory:
            assert (outcome.media_type, memory.size_bytes) == ("image/png", len(body))
