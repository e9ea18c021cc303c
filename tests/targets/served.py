"""A server of HTTP on loopback that writes down what it is asked: each target says what to answer to a path."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final, Self

from targets.access_log import AccessLog, Request

LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is answered."""

    status: int = 200
    """Of HTTP."""
    body: bytes = field(default=b"", repr=False)
    """Sent whole, with its length."""
    media_type: str = "text/html; charset=utf-8"
    """Of the body."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Beside type, length and the mark of the version."""


def not_found() -> Answer:
    """Return the answer to what is not there."""
    return Answer(status=404, body=b"<title>Not found</title><p>Nothing here.</p>")


class Served:
    """A server in threads of this process, until it is closed."""

    def __init__(self, answer: Callable[[Request], Answer], host: str = LOOPBACK, port: int = 0) -> None:
        """Listen.

        Args:
            answer: What to say; called in the thread of the connection, status still 0.
            host: 127.0.0.1, or any address that this machine or namespace has.
            port: By default one that the system chooses.
        """
        self.log = AccessLog()
        self._server = _Server((host, port), _Handler)
        self._server.answer, self._server.log = answer, self.log
        self.host, self.port = host, int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def url(self, path: str = "/", name: str = "") -> str:
        """Return an address of it, under another name if one is given."""
        return f"http://{name or self.host}:{self.port}{path}"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # clients may keep connections open
    answer: Callable[[Request], Answer]
    log: AccessLog


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(at=_now(), method=self.command, path=self.path, status=0, headers=headers)
        answer = _unless_known(self.server.answer(request), headers)
        written = Request(
            at=request.at, method=request.method, path=request.path, status=answer.status, headers=headers
        )
        self.server.log.add(written)  # before the client can know the answer, and ask what was asked
        self.send_response(answer.status)
        for name, value in {**answer.headers, "Content-Length": str(len(answer.body))}.items():
            self.send_header(name, value)
        if answer.status != HTTP_NOT_MODIFIED:
            self.send_header("Content-Type", answer.media_type)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    do_HEAD = do_GET  # noqa: N815 - the names are http.server's
    do_POST = do_GET  # noqa: N815 - as above: written down, so that a test sees that it came

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in http.server
        """Say nothing: the log is kept."""


HTTP_NOT_MODIFIED: Final = 304


def _unless_known(answer: Answer, headers: Mapping[str, str]) -> Answer:
    """Add the mark of this version, and send nothing to who has it."""
    if answer.status != 200:
        return answer
    mark = f'"{hashlib.sha256(answer.body).hexdigest()[:24]}"'
    if headers.get("if-none-match") == mark:
        return Answer(status=HTTP_NOT_MODIFIED, headers={**answer.headers, "ETag": mark})
    return Answer(body=answer.body, media_type=answer.media_type, headers={**answer.headers, "ETag": mark})


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
