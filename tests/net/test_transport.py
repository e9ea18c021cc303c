"""What the libraries raise becomes a reason without content, and they log nothing of what is asked."""

from __future__ import annotations

import logging

import httpcore2
import httpx2
import pytest

from net.doors import Door, Kind
from net.servers import RawServer, page, reply
from rempart.model.web import NotFetchedReason, Page
from rempart.net.transport import _ours

R = NotFetchedReason


@pytest.mark.parametrize(
    "error, reason, detail",
    [
        (
            httpcore2.RemoteProtocolError("illegal status line: bytearray(b'a secret')"),
            R.BAD_HTTP,
            "illegal status line",
        ),
        (httpcore2.RemoteProtocolError("Server disconnected without sending a response."), R.RESET, ""),
        (
            httpcore2.RemoteProtocolError("peer closed connection without sending complete message body"),
            R.INCOMPLETE,
            "",
        ),
        (httpcore2.RemoteProtocolError("Receive buffer too long"), R.HEADERS, ""),
        (httpcore2.LocalProtocolError("Illegal header value b'a secret'"), R.BAD_ADDRESS, "it cannot be sent"),
        (httpx2.InvalidURL("a secret"), R.BAD_ADDRESS, "it cannot be sent"),
        (httpcore2.ReadError("a secret"), R.RESET, ""),
        (httpcore2.PoolTimeout(), R.TOTAL_TIME, "no connection was free"),
        (ConnectionResetError("a secret"), R.RESET, ""),
    ],
)
def test_an_error_of_the_libraries_becomes_a_reason(error: Exception, reason: NotFetchedReason, detail: str) -> None:
    """Nothing of what came is in it."""
    found = _ours(error)

    assert (found.reason, found.detail) == (reason, detail)


@pytest.mark.allow_hosts(["127.0.0.1"])
@pytest.mark.usefixtures("nothing_left_open")
def test_the_libraries_log_nothing_of_what_is_asked(kind: Kind, caplog: pytest.LogCaptureFixture) -> None:
    """Neither hosts nor headers, at the noisiest level."""
    caplog.set_level(logging.DEBUG)
    with RawServer(reply(page(set_cookie="session=private"))) as server, Door(kind, (server.host, server.port)) as door:
        assert isinstance(door.fetch(server.url("/private?token=private")), Page)

    assert "private" not in caplog.text
    assert str(server.port) not in caplog.text
