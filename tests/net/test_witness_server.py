"""The witness's server: one question is answered, within bounds; whatever else comes is refused and costs little."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import socket
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from rempart.errors import MisuseError, UnavailableError
from rempart.net.witness_server import Answered, ServerLimits, WitnessServer, parse_listen

LIMITS = ServerLimits(request_bytes=1_000, total_s=2.0, connections=3)


class Decider:
    """Answers with the body's length, and counts; it can fail."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.seen: list[bytes] = []
        self.failure: Exception | None = None
        self.most_at_once = 0
        self._now = 0

    def __call__(self, body: bytes) -> Answered:
        """Answer."""
        self._now += 1
        self.most_at_once = max(self.most_at_once, self._now)
        time.sleep(0.02)
        self._now -= 1
        self.seen.append(body)
        if self.failure:
            raise self.failure
        return Answered(status=HTTPStatus.OK, media_type="text/plain", body=f"{len(body)}\n".encode())


@contextlib.contextmanager
def serving(decider: Decider) -> Iterator[int]:
    """Serve in a thread while the block runs."""
    started: queue.SimpleQueue[int] = queue.SimpleQueue()
    loops: queue.SimpleQueue[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = queue.SimpleQueue()

    async def run() -> None:
        task = asyncio.create_task(WitnessServer(decider, LIMITS).serve("127.0.0.1", 0, started.put))
        loops.put((asyncio.get_running_loop(), task))
        with contextlib.suppress(asyncio.CancelledError):
            await task

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    loop, task = loops.get()
    try:
        yield started.get(timeout=10)
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join()


def talk(port: int, data: bytes, *, is_over: bool = True) -> bytes:
    """Send some bytes and return all that comes back."""
    answer = b""
    with contextlib.suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(data)
        if is_over:
            with contextlib.suppress(OSError):  # it was refused already
                client.shutdown(socket.SHUT_WR)
        while piece := client.recv(65_536):
            answer += piece
    return answer


def request(body: bytes, *, head: bytes = b"POST /add-checkpoint HTTP/1.1", extra: bytes = b"") -> bytes:
    return head + b"\r\nHost: w\r\nContent-Length: %d\r\n" % len(body) + extra + b"\r\n" + body


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


@pytest.fixture
def decider() -> Decider:
    """Return what decides."""
    return Decider()


@pytest.fixture
def port(decider: Decider, socket_enabled: None) -> Iterator[int]:
    """Serve, on a free port of loopback."""
    del socket_enabled
    with serving(decider) as found:
        yield found


@pytest.mark.parametrize(
    "data, expected",
    [
        (request(b"", head=b"GET /add-checkpoint HTTP/1.1"), 404),
        (request(b"x", head=b"POST / HTTP/1.1"), 404),
        (request(b"x", head=b"POST http://w/add-checkpoint HTTP/1.1"), 404),
        (request(b"x" * 1_001), 413),
        (b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 2_000, 413),
        (request(b"x", extra=b"Content-Length: 2\r\n"), 400),
        (request(b"x", extra=b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n"), 501),
        (b"nonsense\r\n\r\n", 400),
        (b"GET " + b"/" * 20_000, 431),
        (b"", 0),
        (request(b"xyz")[:-1], 400),
    ],
)
def test_whatever_is_no_request_is_refused(port: int, decider: Decider, data: bytes, expected: int) -> None:
    """Other ways, other paths, too much, two lengths, half a request, nothing."""
    answer = talk(port, data)

    assert status(answer) == expected
    assert decider.seen == []


def test_a_request_is_answered(port: int, decider: Decider) -> None:
    """With its type and its length, and the connection ends."""
    answer = talk(port, request(b"hello"), is_over=False)

    assert answer.endswith(b"\r\n\r\n5\n")
    assert b"connection: close" in answer.lower()
    assert decider.seen == [b"hello"]


def test_a_failure_is_told_as_not_now(port: int, decider: Decider) -> None:
    """Without a word of what failed."""
    decider.failure = UnavailableError("the disk at /secret is full")

    answer = talk(port, request(b"hello"))

    assert status(answer) == 503
    assert b"secret" not in answer


def test_who_is_slow_is_left(port: int) -> None:
    """After the time, whatever came by then."""
    since = time.monotonic()

    assert talk(port, request(b"hello")[:-2], is_over=False) == b""

    assert time.monotonic() - since < 8


def test_one_is_decided_at_a_time_and_a_crowd_is_left(port: int, decider: Decider) -> None:
    """Who waits without a word takes places, for a time only."""
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
    time.sleep(0.2)
    assert talk(port, request(b"late")) == b""
    for one in idle:
        one.close()

    def ask_until_there_is_a_place() -> None:
        while not talk(port, request(b"x")):
            time.sleep(0.05)

    threads = [threading.Thread(target=ask_until_there_is_a_place) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(decider.seen) == 3
    assert decider.most_at_once == 1


def test_a_port_that_is_taken_is_told(port: int, decider: Decider) -> None:
    """In words."""
    with pytest.raises(UnavailableError, match="cannot listen"):
        WitnessServer(decider, LIMITS).run("127.0.0.1", port, lambda _: None)


@pytest.mark.parametrize(
    "text, found",
    [("127.0.0.1:80", ("127.0.0.1", 80)), ("[::1]:0", ("::1", 0)), ("10.1.2.3:65535", ("10.1.2.3", 65535))],
)
def test_where_to_listen(text: str, found: tuple[str, int]) -> None:
    """An address and a port."""
    assert parse_listen(text) == found


@pytest.mark.parametrize(
    "text", ["", "80", ":80", "localhost:80", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:-1", "1:x"]
)
def test_where_nobody_can_listen(text: str) -> None:
    """No names: what they lead to could change."""
    with pytest.raises(MisuseError, match="no address"):
        parse_listen(text)
