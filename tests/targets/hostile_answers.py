"""What a host that means harm sends: whole answers, and those that never come to an end."""

from __future__ import annotations

import functools
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from net.servers import Visitor, head, page, redirect
from targets import xenforo_pages
from targets.access_log import AccessLog, Request
from targets.xenforo_pages import Look

#: What ``/busy`` asks for.
RETRY_AFTER_S: Final = 120
_LINKS: Final = 100_000
_BOMB_BYTES: Final = 256 * 1024 * 1024
_STATUS: Final = re.compile(rb"HTTP/1\.1 (\d{3})")
_DRIP_PAUSE_S: Final = 0.05


class Visit:
    """One request and its answer, which is written down as soon as it begins."""

    def __init__(self, visitor: Visitor, request: Request, log: AccessLog) -> None:
        """Answer a request."""
        self.request = request
        #: Whether the connection ends behind the answer.
        self.ends = False
        self._visitor, self._log = visitor, log
        self._is_written = False

    def send(self, data: bytes) -> None:
        """Send at once."""
        self.write_down(data)
        self._visitor.send(data)

    def drip(self, pieces: Iterable[bytes], pause_s: float = 0.0) -> None:
        """Send piece by piece until the client has gone, and end the connection."""
        self.ends = True
        for piece in pieces:
            self.write_down(piece)
            self._visitor.drip([piece], pause_s)

    def wait(self) -> None:
        """Say nothing, until the client has gone."""
        self.ends = True
        self.write_down(b"")
        self._visitor.wait()

    def write_down(self, data: bytes) -> None:
        """Write the request down, with the status that the answer begins with, if it is not yet."""
        if not self._is_written:
            self._is_written = True
            found = _STATUS.match(data)
            self._log.add(replace(self.request, status=int(found[1]) if found else 0))


Reply = Callable[[Visit], None]


def whole(answer: bytes) -> Reply:
    """Answer with what was made before."""
    return lambda visit: visit.send(answer)


def fixed() -> dict[str, bytes]:
    """Return whole answers by path."""
    wall = xenforo_pages.login_page(Look()).encode()
    return {
        "/busy": page(b"<p>Too many requests.</p>", "429 Too Many Requests", retry_after=str(RETRY_AFTER_S)),
        "/busy-until": page(b"", "429 Too Many Requests", retry_after="Fri, 01 Jan 2100 00:00:00 GMT"),
        "/busy-nonsense": page(b"", "429 Too Many Requests", retry_after="soon"),
        "/down": page(b"<p>Maintenance</p>", "503 Service Unavailable", retry_after="30"),
        "/broken": page(b"<p>Error</p>", "500 Internal Server Error"),
        "/gone": page(b"<p>Gone</p>", "410 Gone"),
        "/to-file": redirect("file:///etc/passwd"),
        "/to-metadata": redirect("http://169.254.169.254/latest/meta-data/"),
        "/to-script": redirect("javascript:alert(1)"),
        "/to-self": redirect("/to-self"),
        "/to-credentials": redirect("http://user:word@forum.example/"),
        "/wall": page(wall, "403 Forbidden"),
        "/captcha": page(b'<title>Wait</title><div class="cf-turnstile"></div>', "403 Forbidden"),
        "/bad-letters": page(
            b"<title>\xff\xfe caf\xe9 \xc3\x28</title><p>\xf0\x28\x8c\xbc \xed\xa0\x80 \x80 words</p>"
        ),
        "/false-letters": page("<p>déjà</p>".encode("utf-16"), content_type="text/html; charset=x-none"),
        "/huge-headers": head(**{f"x-{n}": "a" * 8_000 for n in range(200)}, content_length="0"),
        "/split-headers": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX\r\n Y\r\nContent-Length: 2\r\n\r\nok",
        "/two-lengths": head(content_type="text/html", content_length="5, 6") + b"hello!",
        "/links": page(b"".join(b'<a href="/t/%d">x</a>' % n for n in range(_LINKS))),
        "/deep": page(b"<div>" * 100_000),
        "/false-type": page(b"MZ\x90\x00" + bytes(2_000), content_type="image/jpeg"),
        "/archive": page(b"PK\x03\x04" + bytes(2_000), content_type="text/html"),
    }


def drip(visit: Visit) -> None:
    """Send a page a byte at a time, slower than any line."""
    whole_page = page(b"<p>slow</p>" * 10_000)
    cut = whole_page.index(b"\r\n\r\n") + 4
    visit.drip([whole_page[:cut], *(bytes([one]) for one in whole_page[cut:])], _DRIP_PAUSE_S)


def silent(visit: Visit) -> None:
    """Say nothing."""
    visit.wait()


def half(visit: Visit) -> None:
    """Promise more than is sent."""
    visit.ends = True
    visit.send(head(content_type="text/html", content_length="5000") + b"<p>half of")


def unending(visit: Visit) -> None:
    """Send a page that never ends."""
    visit.drip(_pieces(head(content_type="text/html", connection="close"), b"<p>more</p>" * 400))


def bomb(visit: Visit) -> None:
    """Send a quarter of a gigabyte in a quarter of a megabyte."""
    visit.send(_bomb())


@functools.cache
def _bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    chunk = b"<p>a</p>" * (1024 * 128)
    packed = b"".join(packer.compress(chunk) for _ in range(_BOMB_BYTES // len(chunk))) + packer.flush()
    return page(packed, content_encoding="gzip")


def _pieces(beginning: bytes, piece: bytes) -> Iterator[bytes]:
    yield beginning
    while True:
        yield piece


#: Whole answers to robots.txt that make a host unwatchable, or try to.
ROBOTS: Final = {
    "refuses everything": page(b"User-agent: *\nDisallow: /\n", content_type="text/plain"),
    "503": page(b"", "503 Service Unavailable"),
    "500": page(b"", "500 Internal Server Error"),
    "403": page(b"", "403 Forbidden"),
    "a page": page(b"<html><p>not a robots.txt"),
    "noise": page(bytes(range(256)) * 200, content_type="text/plain"),
    "slow": page(b"User-agent: *\nCrawl-delay: 86400\n", content_type="text/plain"),
    "to a file": redirect("file:///etc/passwd"),
}
