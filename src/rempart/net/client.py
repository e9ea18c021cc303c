"""Fetch what the gate cleared, and nothing else: the two doors to the web, for threads and for tasks."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Awaitable, Callable, Iterator
from types import TracebackType
from typing import Self

import httpx2

from rempart.clock import monotonic_s
from rempart.errors import FetchError
from rempart.model.gate import Cleared, MinorGate
from rempart.model.web import Address
from rempart.net.cookies import JobCookies
from rempart.net.flow import Asker, Close, FetchFlow, FetchOutcome, Permit, Reply, Send
from rempart.net.guard import Guard
from rempart.net.interface import Identity
from rempart.net.meter import Meter, current
from rempart.net.request import Wanted
from rempart.net.transport import AsyncGuardedTransport, GuardedTransport
from rempart.net.urls import WebUrl

_DEFAULT = Wanted()


def require_cleared(value: object) -> None:
    """Refuse what the gate did not see, also from those who do not check types."""
    if not isinstance(value, Cleared):
        message = "only what MinorGate.check cleared is fetched"
        raise TypeError(message)


def _permit_all(url: WebUrl) -> None:
    """Follow every redirect that the gate and the guard let pass."""
    del url


async def _permit_all_async(url: WebUrl) -> None:
    del url


@contextlib.contextmanager
def _uncounted(meter: Meter) -> Iterator[None]:
    """Not count what is done inside for the time of a fetch."""
    since_s = monotonic_s()
    try:
        yield
    finally:
        meter.exclude(monotonic_s() - since_s)


class GuardedClient:
    """Fetches for one job: its cookies live as long as it does, and nobody else sends them."""

    def __init__(self, gate: MinorGate, guard: Guard, identity: Identity, tls: ssl.SSLContext) -> None:
        """Prepare a job.

        Args:
            gate: Judges every redirect and file name; the first address comes judged.
            guard: Decides where connections may go.
            identity: Who asks.
            tls: Whom we trust (:func:`rempart.net.tls.make_tls_context`).
        """
        self._asker = Asker(gate=gate, identity=identity, cookies=JobCookies())
        self._transport = GuardedTransport(guard, tls)

    def fetch(
        self,
        cleared: Cleared[Address],
        wanted: Wanted = _DEFAULT,
        *,
        permit: Callable[[WebUrl], None] = _permit_all,
    ) -> FetchOutcome:
        """Fetch one address; whatever the outside does is a value.

        Args:
            cleared: The address, as the gate let it pass.
            wanted: What may be read, and what it may cost.
            permit: Asked before each redirect is followed; raises FetchError to end there. Its time is not counted.
        """
        require_cleared(cleared)
        meter = Meter(wanted.allowance)
        token = current.set(meter)
        try:
            return self._drive(FetchFlow(self._asker, wanted, meter), cleared, meter, permit)
        finally:
            current.reset(token)

    def _drive(
        self, fetch: FetchFlow, cleared: Cleared[Address], meter: Meter, permit: Callable[[WebUrl], None]
    ) -> FetchOutcome:
        """Do the steps of a fetch."""
        flow = fetch.run(cleared)
        response: httpx2.Response | None = None
        try:
            step = next(flow)
            while True:
                reply: Reply = None
                try:
                    if isinstance(step, Send):
                        reply = response = self._transport.handle_request(step.request)
                        pieces = response.iter_raw()
                    elif isinstance(step, Close):
                        _closed(response)
                    elif isinstance(step, Permit):
                        with _uncounted(meter):
                            permit(step.url)
                    else:
                        reply = next(pieces, None)
                except FetchError as error:
                    step = flow.throw(error)
                else:
                    step = flow.send(reply)
        except StopIteration as end:
            outcome: FetchOutcome = end.value
            return outcome
        finally:
            _closed(response)

    def close(self) -> None:
        """Close every connection, and forget the cookies."""
        self._transport.close()
        self._asker.cookies.clear()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def _closed(response: httpx2.Response | None) -> None:
    if response is not None:
        response.close()


class AsyncGuardedClient:
    """As :class:`GuardedClient`, for tasks."""

    def __init__(self, gate: MinorGate, guard: Guard, identity: Identity, tls: ssl.SSLContext) -> None:
        """Prepare a job, as :class:`GuardedClient` does."""
        self._asker = Asker(gate=gate, identity=identity, cookies=JobCookies())
        self._transport = AsyncGuardedTransport(guard, tls)

    async def fetch(
        self,
        cleared: Cleared[Address],
        wanted: Wanted = _DEFAULT,
        *,
        permit: Callable[[WebUrl], Awaitable[None]] = _permit_all_async,
    ) -> FetchOutcome:
        """As :meth:`GuardedClient.fetch`."""
        require_cleared(cleared)
        meter = Meter(wanted.allowance)
        token = current.set(meter)
        try:
            return await self._drive(FetchFlow(self._asker, wanted, meter), cleared, meter, permit)
        finally:
            current.reset(token)

    async def _drive(
        self, fetch: FetchFlow, cleared: Cleared[Address], meter: Meter, permit: Callable[[WebUrl], Awaitable[None]]
    ) -> FetchOutcome:
        """Do the steps of a fetch."""
        flow = fetch.run(cleared)
        response: httpx2.Response | None = None
        try:
            step = next(flow)
            while True:
                reply: Reply = None
                try:
                    if isinstance(step, Send):
                        reply = response = await self._transport.handle_async_request(step.request)
                        pieces = response.aiter_raw()
                    elif isinstance(step, Close):
                        await _aclosed(response)
                    elif isinstance(step, Permit):
                        with _uncounted(meter):
                            await permit(step.url)
                    else:
                        reply = await anext(pieces, None)
                except FetchError as error:
                    step = flow.throw(error)
                else:
                    step = flow.send(reply)
        except StopIteration as end:
            outcome: FetchOutcome = end.value
            return outcome
        finally:
            await _aclosed(response)

    async def aclose(self) -> None:
        """Close every connection, and forget the cookies."""
        await self._transport.aclose()
        self._asker.cookies.clear()

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        await self.aclose()


async def _aclosed(response: httpx2.Response | None) -> None:
    if response is not None:
        await response.aclose()
