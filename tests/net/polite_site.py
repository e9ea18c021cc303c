"""Sites on loopback that answer by path, and both polite clients behind one face, under a clock that a test moves."""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from net.doors import SMALL, Door, FakeResolver, Kind, cleared
from net.servers import RawServer, Visitor, head, page
from rempart.model.gate import MinorGate
from rempart.model.ids import AuthorisationId
from rempart.net.hosts import HostLedger, MemoryBook
from rempart.net.pace import HostBudget
from rempart.net.politeness import AsyncPoliteClient, Manners, PoliteClient, PoliteOutcome
from rempart.net.request import Wanted
from rempart.net.visits import NoPermissions, Permissions

NOW: Final = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
_LOOPBACK: Final = "127.0.0.1"


def text(body: str, status: str = "200 OK", **headers: str) -> bytes:
    """Return a whole answer of plain text."""
    return page(body.encode(), status, content_type="text/plain", **headers)


NO_ROBOTS: Final = head("404 Not Found", content_length="0")


class Site:
    """Answers by path; what it does not know is a page."""

    def __init__(self, name: str, robots: bytes = NO_ROBOTS, **answers: bytes) -> None:
        """Listen.

        Args:
            name: Of the host.
            robots: What its robots.txt answers.
            answers: ``a=…`` is what ``/a`` answers.
        """
        self.name = name
        self.answers = {"/robots.txt": robots, **{f"/{path}": answer for path, answer in answers.items()}}
        self._server = RawServer(self._script)
        self.port = self._server.port

    def url(self, path: str = "/") -> str:
        """Return an address of it."""
        return f"http://{self.name}:{self.port}{path}"

    @property
    def asked(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [head.split(b" ")[1].decode() for head in self._server.heads]

    @property
    def heads(self) -> list[bytes]:
        """Return each request's head."""
        return self._server.heads

    def _script(self, visitor: Visitor) -> None:
        while request := visitor.read_head():
            visitor.send(self.answers.get(request.split(b" ")[1].decode(), page()))

    def close(self) -> None:
        """Stop."""
        self._server.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.close()


class Clock:
    """Moves when somebody waits."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.now = NOW
        self.waits: list[float] = []
        #: What happens meanwhile.
        self.on_wait: Callable[[], None] = lambda: None

    def instant(self) -> dt.datetime:
        """Return the present instant."""
        return self.now

    def pass_by(self, seconds: float) -> None:
        """Let some time pass."""
        self.now += dt.timedelta(seconds=seconds)

    def wait(self, seconds: float) -> None:
        """Wait."""
        self.waits.append(seconds)
        self.on_wait()
        self.pass_by(seconds)

    async def wait_async(self, seconds: float) -> None:
        """As :meth:`wait`."""
        self.wait(seconds)


class OnePermission:
    """Somebody answers for one address."""

    def __init__(self, url: str, *, holds: bool = True) -> None:
        """Answer for it; without ``holds``, until just before it is used."""
        self._url = url
        self._holds = holds
        self.uses = 0

    def find(self, url: str, now: dt.datetime) -> AuthorisationId | None:
        """Return it for its very address."""
        del now
        return AuthorisationId("aut_1") if url == self._url else None

    def use(self, authorisation: AuthorisationId, now: dt.datetime) -> bool:
        """Count."""
        del authorisation, now
        self.uses += self._holds
        return self._holds


class PoliteDoor:
    """A polite client of one kind."""

    def __init__(
        self,
        kind: Kind,
        *sites: Site,
        budget: HostBudget | None = None,
        permissions: Permissions | None = None,
        allowed: bool = True,
    ) -> None:
        """Open one that knows some sites, and may connect to them."""
        self.clock = Clock()
        self.book = MemoryBook(self.clock.instant)
        self.resolver = FakeResolver({site.name: [ipaddress.IPv4Address(_LOOPBACK)] for site in sites})
        ports = [(_LOOPBACK, site.port) for site in sites] if allowed else []
        self._door = Door(kind, *ports, resolver=self.resolver)
        manners = Manners(
            gate=MinorGate(),
            ledger=HostLedger(self.book, lambda: 0.0),
            permissions=permissions or NoPermissions(),
            budget=budget or HostBudget(),
        )
        self._kind = kind
        self._threads = PoliteClient(self._door.threads_client, manners, self.clock.wait)
        self._tasks = AsyncPoliteClient(self._door.tasks_client, manners, self.clock.wait_async)

    def fetch(self, url: str, *context: str, wait_s: float = 0.0, wanted: Wanted | None = None) -> PoliteOutcome:
        """Fetch."""
        wanted = wanted or Wanted(limits=SMALL)
        if self._kind is Kind.TASKS:
            work = self._tasks.fetch(cleared(url, *context), wanted, wait_at_most_s=wait_s)
            outcome: PoliteOutcome = self._door.run(work)
            return outcome
        return self._threads.fetch(cleared(url, *context), wanted, wait_at_most_s=wait_s)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._door.close()
