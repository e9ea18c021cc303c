"""A receiver of webhooks on loopback that verifies as the standard says, and keeps every byte that it was sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
from collections.abc import Sequence
from types import TracebackType
from typing import Final, Self

from net.servers import RawServer, Visitor, head

#: Made for tests: 24 bytes, as few as the standard allows.
SECRET: Final = b"a secret of tests only!!"
WRITTEN: Final = "whsec_" + base64.b64encode(SECRET).decode()


class WebhookReceiver:
    """Answers each attempt with its status in turn; the last one answers all that follow."""

    def __init__(self, *answers: bytes, tls: ssl.SSLContext | None = None) -> None:
        """Listen.

        Args:
            answers: Whole answers; by default it takes everything with 204.
            tls: Speak TLS from the first byte.
        """
        self.posts: list[tuple[dict[str, str], bytes]] = []
        self._answers: Sequence[bytes] = answers or (head("204 No Content"),)
        self._server = RawServer(self._serve, tls=tls)

    @property
    def url(self) -> str:
        """Return its address."""
        return self._server.url("/hook")

    @property
    def sent(self) -> bytes:
        """Return every byte that came, heads and bodies."""
        return b"\n".join([*self._server.heads, *(body for _, body in self.posts)])

    @property
    def request_lines(self) -> list[bytes]:
        """Return what was asked, line by line."""
        return [each.split(b"\r\n")[0] for each in self._server.heads]

    def verify(self, number: int, secret: bytes = SECRET) -> bool:
        """Verify an attempt by its bytes alone, as a receiver of somebody else's would."""
        headers, body = self.posts[number]
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        return f"v1,{expected}" in headers["webhook-signature"].split(" ")

    def _serve(self, visitor: Visitor) -> None:
        lines = visitor.read_head().decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        body = visitor.read(int(headers.get("content-length", "0")))
        self.posts.append((headers, body))
        visitor.send(self._answers[min(len(self.posts), len(self._answers)) - 1])

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._server.close()
