"""The first bytes inside a tunnel: a TLS hello for the host that was asked for, or a WebSocket to it; nothing else."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from net.relay_rig import SITE, hello
from rempart.errors import EgressError
from rempart.model.egress import EgressVerdict
from rempart.net.relay_opening import read_opening
from rempart.net.urls import WebUrl, parse_url

URL = parse_url(f"https://{SITE}/")
PLAIN = parse_url(f"https://{SITE}:80/")
MOST = 16_384


def made_hello(*names: bytes, extra: bytes = b"", kind: int = 0) -> bytes:
    """Return a hello with the names that a test wants (RFC 8446 §4.1.2, RFC 6066 §3)."""
    entries = b"".join(struct.pack("!BH", kind, len(name)) + name for name in names)
    listed = struct.pack("!H", len(entries)) + entries
    extensions = (struct.pack("!HH", 0, len(listed)) + listed if names else b"") + extra
    body = (
        b"\x03\x03"
        + bytes(32)
        + b"\0"
        + b"\0\x02\x13\x01"
        + b"\x01\0"
        + struct.pack("!H", len(extensions))
        + extensions
    )
    message = b"\x01" + len(body).to_bytes(3, "big") + body
    return b"\x16\x03\x01" + struct.pack("!H", len(message)) + message


def in_records(data: bytes, size: int) -> bytes:
    """Return a hello cut into several records."""
    message = data[5:]
    pieces = [message[at : at + size] for at in range(0, len(message), size)]
    return b"".join(b"\x16\x03\x01" + struct.pack("!H", len(piece)) + piece for piece in pieces)


def verdict_of(data: bytes, url: WebUrl = URL) -> str:
    """Return why an opening is refused."""
    with pytest.raises(EgressError) as caught:
        read_opening(data, url, MOST)
    return caught.value.verdict


@pytest.mark.parametrize("size", [1, 7, 100])
def test_a_hello_in_many_records_is_read(size: int) -> None:
    """Cut anywhere: a name that is spread over records is seen."""
    assert read_opening(in_records(hello(SITE), size), URL, MOST) is not None
    assert verdict_of(in_records(hello("other.example.org"), size)) == EgressVerdict.OTHER_HOST_INSIDE


def test_a_hello_that_is_not_whole_is_waited_for() -> None:
    """Every beginning of it says nothing yet."""
    data = hello(SITE)

    assert all(read_opening(data[:size], URL, MOST) is None for size in range(1, len(data)))
    opening = read_opening(data + b"more", URL, MOST)
    assert opening is not None
    assert opening.remarks == ()


@pytest.mark.parametrize(
    "names",
    [
        (b"other.example.org",),
        (b"example.org",),
        (SITE.encode(), b"other.example.org"),
        (b"",),
        (b"site.example.org\x00",),
        (SITE.encode() + b".",),
        (b"10.0.0.1",),
    ],
)
def test_a_hello_for_another_host_is_refused(names: tuple[bytes, ...]) -> None:
    """Also beside the right one."""
    assert verdict_of(made_hello(*names)) == EgressVerdict.OTHER_HOST_INSIDE


def test_the_case_of_a_name_does_not_matter() -> None:
    """Names are compared in their one form."""
    assert read_opening(made_hello(b"SITE.example.ORG"), URL, MOST) is not None


def test_a_hello_without_a_name_is_noted() -> None:
    """Nothing can be compared: the address was checked all the same."""
    opening = read_opening(made_hello(), URL, MOST)

    assert opening is not None
    assert opening.remarks == ("its TLS hello names no server",)


def test_an_encrypted_hello_is_noted_and_does_not_excuse_another_name() -> None:
    """The outer name is what a host that serves many would act upon."""
    encrypted = struct.pack("!HH", 0xFE0D, 4) + bytes(4)
    opening = read_opening(made_hello(SITE.encode(), extra=encrypted), URL, MOST)

    assert opening is not None
    assert opening.remarks == ("its TLS hello offers an encrypted one (ECH)",)
    assert verdict_of(made_hello(b"other.example.org", extra=encrypted)) == EgressVerdict.OTHER_HOST_INSIDE


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\0\0",
        b"\x16\x03\x01\xff\xff",
        b"\x16\x02\x01\0\x10",
        b"\x16\x03\x01\0\x04\x02\0\0\0",
        b"\x16\x03\x01\0\x06\x01\0\0\x02\x03\x03",
        b"\x16\x03\x01\0\x01\x01\x17\x03\x01\0\x01\0",
        b"\x16\x03\x01\0\x04\x01\xff\xff\xff" + b"\x16\x03\x01\x40\0" + bytes(MOST),
        made_hello(b"\xff"),
        made_hello(SITE.encode(), kind=1),
        made_hello(SITE.encode(), extra=b"\0\0\0"),
    ],
)
def test_a_hello_that_cannot_be_read_is_refused(data: bytes) -> None:
    """Whatever a host might make of it."""
    assert verdict_of(data) == EgressVerdict.BAD_REQUEST


def websocket(host: str = f"{SITE}:80", path: str = "/chat", method: str = "GET", **other: str) -> bytes:
    """Return a request that opens a WebSocket."""
    headers = {"Host": host, "Upgrade": "websocket", "Connection": "keep-alive, Upgrade", **other}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items() if value)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def test_a_websocket_in_clear_is_read_whole() -> None:
    """Its address goes to the gate."""
    data = websocket()

    assert all(read_opening(data[:size], PLAIN, MOST) is None for size in range(1, len(data)))
    opening = read_opening(data, PLAIN, MOST)
    assert opening is not None
    assert str(opening.websocket) == f"http://{SITE}/chat"


@pytest.mark.parametrize(
    "data, verdict",
    [
        (websocket(host="other.example.org"), EgressVerdict.OTHER_HOST_INSIDE),
        (websocket(host=f"{SITE}:443"), EgressVerdict.OTHER_HOST_INSIDE),
        (websocket(host=""), EgressVerdict.BAD_REQUEST),
        (websocket(host="a b"), EgressVerdict.BAD_REQUEST),
        (websocket(host=f"user@{SITE}"), EgressVerdict.BAD_REQUEST),
        (websocket(method="POST"), EgressVerdict.BAD_REQUEST),
        (websocket(path="http://other.example.org/"), EgressVerdict.BAD_REQUEST),
        (websocket(Upgrade="h2c"), EgressVerdict.BAD_REQUEST),
        (websocket(Connection="close"), EgressVerdict.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nHost: site.example.org\r\n\r\n", EgressVerdict.BAD_REQUEST),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", EgressVerdict.BAD_REQUEST),
        (b"SSH-2.0-x\r\n\r\n", EgressVerdict.BAD_REQUEST),
        (b"GET /" + b"a" * MOST, EgressVerdict.BAD_REQUEST),
        (b"\0", EgressVerdict.BAD_REQUEST),
    ],
)
def test_what_is_neither_is_refused(data: bytes, verdict: EgressVerdict) -> None:
    """Plain http has its own way, where each request is judged."""
    assert verdict_of(data, PLAIN) == verdict


@given(st.binary(min_size=1, max_size=300), st.booleans())
def test_any_bytes_are_judged(data: bytes, is_tls: bool) -> None:  # noqa: FBT001 - of Hypothesis
    """An opening, more wanted, or refused: nothing else comes of it."""
    with contextlib.suppress(EgressError):
        read_opening(b"\x16\x03\x01" + data if is_tls else data, URL, MOST)


@given(st.integers(0, 200), st.binary(min_size=1, max_size=4))
def test_a_damaged_hello_is_judged(at: int, damage: bytes) -> None:
    """As above, from a real one."""
    data = made_hello(SITE.encode())
    with contextlib.suppress(EgressError):
        read_opening(data[:at] + damage + data[at + len(damage) :], URL, MOST)
