"""The way out of a child process, a browser first: a proxy on loopback that reaches what its job named, and no more.

It follows the same policy as the guarded client: what a host leads to is resolved here, checked, and connected to by
its address. TLS is never ended here, nothing is kept, and every attempt becomes a decision that is written, refused
ones too::

    with EgressRelay(job, gate, guard, sink).running() as proxy:
        subprocess.run(command, env={"HTTPS_PROXY": proxy.url, "HTTP_PROXY": proxy.url})
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import queue
import secrets
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Final

from rempart.errors import OutputError, RempartError, UnavailableError
from rempart.model.egress import EgressVerdict
from rempart.model.gate import MinorGate
from rempart.net.guard import Guard
from rempart.net.relay_attempt import Attempt
from rempart.net.relay_connection import USER, Connection, Desk, refusal
from rempart.net.relay_log import DecisionSink
from rempart.net.relay_rules import RelayJob
from rempart.net.relay_socket import say_last
from rempart.net.relay_traffic import JobTraffic, Traffic

logger = logging.getLogger(__name__)

_LOOPBACK: Final = "127.0.0.1"
_SECRET_BYTES: Final = 32
_BACKLOG: Final = 128
#: No descriptor is left: waited for until one is.
_PAUSE_S: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyAddress:
    """Where the child process of one job finds its relay, and how it proves that it is that one."""

    port: int
    """On 127.0.0.1."""
    user: str
    """The same for all."""
    secret: str = field(repr=False)
    """Of this job alone; it ends with it."""

    @property
    def server(self) -> str:
        """Return the address without the secret, as Playwright takes it."""
        return f"http://{_LOOPBACK}:{self.port}"

    @property
    def url(self) -> str:
        """Return the address with the secret, as ``HTTP_PROXY`` and ``HTTPS_PROXY`` hold it."""
        return f"http://{self.user}:{self.secret}@{_LOOPBACK}:{self.port}"


_Begun = tuple[asyncio.AbstractEventLoop, asyncio.Event, ProxyAddress]


class EgressRelay:
    """The relay of one job."""

    def __init__(self, job: RelayJob, gate: MinorGate, guard: Guard, sink: DecisionSink) -> None:
        """Prepare a relay.

        Args:
            job: What may be reached, and at what cost.
            gate: Judges each host and each address over http.
            guard: Decides where connections may go.
            sink: Is given every decision, in the order in which attempts ended, by the thread of the relay.
        """
        self._desk = Desk(
            job=job,
            gate=gate,
            guard=guard,
            secret=secrets.token_urlsafe(_SECRET_BYTES),
            traffic=JobTraffic(job.limits),
        )
        self._sink = sink
        self._arrived = 0
        self._tasks: dict[asyncio.Task[None], Attempt] = {}
        self._failure: OutputError | None = None

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[ProxyAddress]:
        """Serve while the block runs, in this loop; every decision is written when it ends.

        Raises:
            UnavailableError: this machine has no port left on loopback.
            OutputError: a decision could not be written; nothing was passed on after that.
        """
        listener = _listen()
        accepting = asyncio.create_task(self._accept(listener))
        try:
            yield ProxyAddress(port=listener.getsockname()[1], user=USER, secret=self._desk.secret)
        finally:
            listening = [accepting, *self._tasks]
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
            listener.close()
        if self._failure is not None:
            raise self._failure

    @contextlib.contextmanager
    def running(self) -> Iterator[ProxyAddress]:
        """Serve while the block runs, in a thread of its own.

        Raises:
            UnavailableError: this machine has no port left on loopback.
            OutputError: a decision could not be written; nothing was passed on after that.
        """
        started: queue.SimpleQueue[_Begun | RempartError] = queue.SimpleQueue()
        ended: queue.SimpleQueue[RempartError | None] = queue.SimpleQueue()

        async def serve() -> None:
            stop = asyncio.Event()
            async with self.serving() as proxy:
                started.put((asyncio.get_running_loop(), stop, proxy))
                await stop.wait()

        def run() -> None:
            failure: RempartError | None = UnavailableError("the relay broke")
            try:
                asyncio.run(serve())
            except (OutputError, UnavailableError) as error:
                failure = error
            except OSError as error:
                # No descriptor is left for the loop itself.
                failure = UnavailableError(f"the relay cannot run: {error.strerror}")
            else:
                failure = None
            finally:
                # Whatever happened, nobody waits for a thread that is gone.
                started.put(failure or UnavailableError("the relay ended"))
                ended.put(failure)

        thread = threading.Thread(target=run, name="rempart-relay", daemon=True)
        thread.start()
        begun = started.get()
        if isinstance(begun, RempartError):
            raise begun
        loop, stop, proxy = begun
        try:
            yield proxy
        finally:
            with contextlib.suppress(RuntimeError):  # the loop is closed: it broke
                loop.call_soon_threadsafe(stop.set)
            thread.join()
        if (failure := ended.get()) is not None:
            raise failure

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                client, _ = await loop.sock_accept(listener)
            except OSError:
                logger.warning("the relay cannot accept a connection")
                await asyncio.sleep(_PAUSE_S)
                continue
            self._arrived += 1
            attempt = Attempt(self._arrived, Traffic(self._desk.traffic))
            task = asyncio.create_task(self._serve(client, attempt))
            self._tasks[task] = attempt
            # A task that is cancelled before its first step does nothing: what must be done is done here.
            task.add_done_callback(functools.partial(self._finish, client, attempt))

    async def _serve(self, client: socket.socket, attempt: Attempt) -> None:
        with contextlib.suppress(OSError):  # it left already
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._failure is not None:
            attempt.refuse(EgressVerdict.CLOSING, "the decisions cannot be written")
            await say_last(client, refusal(EgressVerdict.CLOSING))
        elif self._is_full() and not self._end_a_stranger(attempt):
            attempt.refuse(EgressVerdict.LIMIT, f"> {self._desk.job.limits.connections} connections")
            await say_last(client, refusal(EgressVerdict.LIMIT))
        else:
            await Connection(self._desk, client, attempt).serve()

    def _is_full(self) -> bool:
        return sum(not task.cancelling() for task in self._tasks) > self._desk.job.limits.connections

    def _end_a_stranger(self, newest: Attempt) -> bool:
        """End the oldest connection that has shown no secret: any user of the machine may open as many as he likes."""
        for task, attempt in self._tasks.items():
            if attempt is not newest and not attempt.is_known and not task.cancelling():
                if attempt.is_open:
                    attempt.refuse(EgressVerdict.LIMIT, "another one came before it showed the secret")
                task.cancel()
                return True
        return False

    def _finish(self, client: socket.socket, attempt: Attempt, task: asyncio.Task[None]) -> None:
        """Let go of a connection, and write what was decided of it."""
        self._tasks.pop(task, None)
        client.close()
        if not task.cancelled() and (error := task.exception()) is not None:
            # A mistake of ours ends one connection, closed; its message could hold an address.
            logger.error("attempt failed: %s", type(error).__name__)
        decision = attempt.decide(self._desk.gate)
        logger.debug("attempt %d: %s, %d bytes", decision.number, decision.verdict, decision.bytes_down)
        try:
            self._sink.note(decision)
        except OutputError as error:
            # Without its log the relay is blind: what is under way ends, and nothing more begins.
            self._failure = self._failure or error
            for other in self._tasks:
                other.cancel()


def _listen() -> socket.socket:
    try:
        with contextlib.ExitStack() as until_listening:
            listener = until_listening.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            listener.setblocking(False)  # noqa: FBT003 - the library's interface
            listener.bind((_LOOPBACK, 0))
            listener.listen(_BACKLOG)
            until_listening.pop_all()
    except OSError as error:
        message = f"the relay cannot listen on {_LOOPBACK}: {error.strerror}"
        raise UnavailableError(message) from error
    return listener
