"""A host that means harm, or is broken: one path for each way, and a log of what it was asked.

with Hostile() as host:
    host.url("/busy")          # 429 with Retry-After; host.paths says which ways there are
    host.canary.connections    # to where its redirects lead: none, ever
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qs, urlsplit

from net.servers import LOOPBACK, RawServer, Visitor, head, page, redirect, reply
from targets import hostile_answers as answers
from targets.access_log import AccessLog, Request
from targets.hostile_answers import Reply, Visit, whole

_PAGE: Final = re.compile(r"page-(\d{1,9})$")
_JPEG: Final = b"\xff\xd8\xff\xe0" + bytes(2_000) + b"\xff\xd9"

Clock = Callable[[], dt.datetime]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Hostile:
    """One server, until it is closed."""

    def __init__(self, clock: Clock = _now, robots: bytes | None = None) -> None:
        """Listen.

        Args:
            clock: Tells when addresses have expired.
            robots: The whole answer to robots.txt, as in ``hostile_answers.ROBOTS``; by default 404.
        """
        self.log = AccessLog()
        self.clock = clock
        self.robots = robots or head("404 Not Found", content_length="0")
        self.canary = RawServer(reply(page(b"<p>canary</p>")))
        self._server = RawServer(self._talk)
        self.port = self._server.port
        canary = f"http://{LOOPBACK}:{self.canary.port}/secret"
        self._replies: dict[str, Reply] = {
            **{path: whole(answer) for path, answer in answers.fixed().items()},
            "/to-loopback": whole(redirect(canary)),
            "/to-decimal": whole(redirect(canary.replace(LOOPBACK, "2130706433"))),
            "/refresh": whole(page(f'<meta http-equiv="refresh" content="0;url={canary}"><p>soon</p>'.encode())),
            "/drip": answers.drip,
            "/silent": answers.silent,
            "/half": answers.half,
            "/bomb": answers.bomb,
            "/unending": answers.unending,
            "/threads/pages.1/": _pages,
            "/forums/lists.1/": _lists,
            "/threads/expiring.2/": self._expiring,
            "/files/leak.jpg": self._file,
        }

    @property
    def paths(self) -> tuple[str, ...]:
        """Return every path that means harm."""
        return tuple(path for path in self._replies if not path.startswith("/files/"))

    def url(self, path: str = "/", name: str = "") -> str:
        """Return an address of it, under another name of the host if one is given."""
        return f"http://{name or LOOPBACK}:{self.port}{path}"

    def signed(self, lasts: dt.timedelta) -> str:
        """Return the path of a picture that is there for a while, and answers 410 from then on."""
        return f"/files/leak.jpg?exp={int((self.clock() + lasts).timestamp())}&sig=5f2c"

    def _talk(self, visitor: Visitor) -> None:
        ends = False
        while not ends and (raw := visitor.read_head()):
            visit = Visit(visitor, _request(raw), self.log)
            path = urlsplit(visit.request.path).path
            if path == "/robots.txt":
                visit.send(self.robots)
            else:
                self._replies.get(_PAGE.sub("", path), _nothing)(visit)
            ends = visit.ends

    def _expiring(self, visit: Visit) -> None:
        """Show a thread whose picture has an address that ends in ten minutes."""
        path = self.signed(dt.timedelta(minutes=10)).replace("&", "&amp;")
        image = f'<img class="bbImage" src="{path}" alt="leak.jpg">'
        visit.send(_shaped(f'<article class="message" data-content="post-5"><div class="bbWrapper">{image}</div>'))

    def _file(self, visit: Visit) -> None:
        ends = parse_qs(urlsplit(visit.request.path).query).get("exp", ["0"])[0]
        if not ends.isdigit() or int(ends) <= self.clock().timestamp():
            visit.send(page(b"<p>This link has expired.</p>", "410 Gone"))
        else:
            visit.send(page(_JPEG, content_type="image/jpeg"))

    def close(self) -> None:
        """Stop."""
        self._server.close()
        self.canary.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.close()


def _request(raw: bytes) -> Request:
    first, *lines = raw.decode("latin-1").split("\r\n")
    method, path = [*first.split(" "), "", ""][:2]
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Request(at=_now(), method=method, path=path, status=0, headers=headers)


def _nothing(visit: Visit) -> None:
    visit.send(page(b"<p>nothing</p>", "404 Not Found"))


def _shaped(body: str) -> bytes:
    return page(f'<!DOCTYPE html><html id="XF"><h1 class="p-title-value">Without end</h1>{body}'.encode())


def _number(visit: Visit) -> int:
    found = _PAGE.search(visit.request.path)
    return int(found[1]) if found else 1


def _next(stem: str, number: int) -> str:
    return f'<a class="pageNav-jump pageNav-jump--next" href="{stem}page-{number + 1}">Next</a>'


def _pages(visit: Visit) -> None:
    """Show a thread of which there is always one more page, each with a new post."""
    number, stem = _number(visit), "/threads/pages.1/"
    post = f'<article class="message" data-content="post-{number}"><div class="bbWrapper">page {number}</div></article>'
    visit.send(_shaped(f"{_next(stem, number)}{post}"))


def _lists(visit: Visit) -> None:
    """Show a forum of which there is always one more page, each with new threads."""
    number = _number(visit)
    rows = (
        f'<div class="structItem structItem--thread"><div class="structItem-title"><a data-tp-primary="on" '
        f'href="/threads/x.{number * 100 + row}/">x</a></div></div>'
        for row in range(20)
    )
    visit.send(_shaped(f"{_next('/forums/lists.1/', number)}{''.join(rows)}"))
