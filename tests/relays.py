"""Mail relays of tests: one that says what a script tells it to, on loopback, and keeps all that it was told."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import ipaddress
import ssl
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import trustme

from rempart.errors import FetchError
from rempart.model.mail import Delivery, OutgoingMail
from rempart.model.web import NotFetchedReason
from rempart.net.addresses import IPAddress
from rempart.net.mail import Mailer
from rempart.net.mail_address import parse_mailbox
from rempart.net.mail_message import Letterhead
from rempart.net.mail_route import Relay, RelaySecurity
from rempart.net.mail_session import MailLimits

GOOD: Final[Mapping[str, bytes]] = {
    "greeting": b"220 relay.example.org ready\r\n",
    "EHLO": b"250-relay.example.org\r\n250-SIZE 20000000\r\n250-8BITMIME\r\n250 DSN\r\n",
    "MAIL": b"250 sender taken\r\n",
    "RCPT": b"250 recipient taken\r\n",
    "DATA": b"354 go ahead\r\n",
    ".": b"250 2.0.0 queued as 42\r\n",
    "QUIT": b"221 bye\r\n",
    "STARTTLS": b"220 go ahead\r\n",
    "AUTH": b"235 welcome\r\n",
}
CLOSE: Final = b"*close*"
HANG: Final = b"*hang*"
DRIP: Final = b"*drip*"
ENDLESS_LINES: Final = b"*endless lines*"


class ScriptedRelay:
    """Answers each command with its line of the script."""

    def __init__(self, script: Mapping[str, bytes] | None = None, tls: ssl.SSLContext | None = None) -> None:
        """Prepare a relay.

        Args:
            script: Answers that differ from the good ones, by verb; ``.`` is the end of a mail.
            tls: Protects the way after STARTTLS.
        """
        self.script = {**GOOD, **(script or {})}
        self.tls = tls
        self.heard: list[bytes] = []
        self.mail = b""
        self.port = 0
        self.connections = 0

    @property
    def verbs(self) -> list[str]:
        """Return what was said to it, first words only."""
        return [line.split(b" ")[0].strip().decode("latin-1").upper() for line in self.heard]

    @contextlib.asynccontextmanager
    async def serving(self, *, implicit: ssl.SSLContext | None = None) -> AsyncIterator[int]:
        """Serve on a port of 127.0.0.1."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0, ssl=implicit)
        self.port = server.sockets[0].getsockname()[1]
        self._tasks: set[asyncio.Task[None]] = set()
        try:
            yield self.port
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        self.connections += 1
        try:
            if await self._say(writer, "greeting"):
                await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other end is gone, or the test is over
        finally:
            writer.transport.abort()
            await asyncio.sleep(0)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            self.heard.append(line)
            verb = self.verbs[-1]
            if not await self._say(writer, verb if verb in self.script else "QUIT"):
                return
            if verb == "STARTTLS" and self.tls and self.script[verb].startswith(b"220"):
                await writer.start_tls(self.tls)
            if verb == "DATA" and self.script[verb].startswith(b"354"):
                self.mail = await reader.readuntil(b"\r\n.\r\n")
                if not await self._say(writer, "."):
                    return
            if verb == "QUIT":
                return

    async def _say(self, writer: asyncio.StreamWriter, verb: str) -> bool:
        """Answer; False to break the connection."""
        answer = self.script[verb]
        if answer == CLOSE:
            return False
        if answer == HANG:
            await asyncio.sleep(60)
        elif answer == DRIP:
            while True:
                writer.write(b"2")
                await writer.drain()
                await asyncio.sleep(0.05)
        elif answer == ENDLESS_LINES:
            while True:
                writer.write(b"250-and more\r\n" * 100)
                await writer.drain()
                await asyncio.sleep(0)
        else:
            writer.write(answer)
            await writer.drain()
        return True


DATE = dt.datetime(2026, 11, 22, 7, 0, tzinfo=dt.timezone(dt.timedelta(hours=1)))
NOW = dt.datetime(2026, 11, 22, 6, 5, tzinfo=dt.UTC)
SHORT = MailLimits(resolve_s=0.5, connect_s=0.5, command_s=0.3, piece_s=0.3, answer_s=0.3, total_s=2.0)
LETTERHEAD = Letterhead(sender=parse_mailbox("notices@example.org"), domain="example.org", secret=b"s" * 32)
CA = trustme.CA()


class Answers:
    """A resolver that knows the addresses of one host."""

    def __init__(self, *addresses: str) -> None:
        """Know them."""
        self.addresses = tuple(ipaddress.ip_address(a) for a in addresses)

    def resolve(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        """Return them."""
        del timeout_s  # it answers at once
        if not self.addresses:
            raise FetchError(NotFetchedReason.NO_SUCH_HOST, host)
        return self.addresses

    async def resolve_async(self, host: str, timeout_s: float) -> tuple[IPAddress, ...]:
        """Return them."""
        return self.resolve(host, timeout_s)


def mail(**changes: Any) -> OutgoingMail:
    """Make a mail."""
    plain: dict[str, Any] = {"to": ("abuse@host.example",), "subject": "Signalement", "text": "Bonjour", "key": "k1"}
    return OutgoingMail(**({**plain, "language": "fr"} | changes))


def relay_at(port: int, security: RelaySecurity = RelaySecurity.NONE, user: str = "") -> Relay:
    """Describe a relay of this machine."""
    return Relay(host="127.0.0.1", port=port, security=security, user=user, domain="example.org")


def mailer_to(relay: Relay, *, limits: MailLimits = SHORT, password: str = "") -> Mailer:
    """Make what sends to a relay."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    CA.configure_trust(tls)
    return Mailer(
        relay, LETTERHEAD, Answers(), tls, password=lambda: password, limits=limits, bytes_most=2**27, now=lambda: NOW
    )


def server_tls(*names: str) -> ssl.SSLContext:
    """Make a certificate for a relay."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    CA.issue_cert(*names).configure_cert(context)
    return context


def send_to(
    script: ScriptedRelay,
    sent: OutgoingMail | None = None,
    *,
    security: RelaySecurity = RelaySecurity.NONE,
    implicit: ssl.SSLContext | None = None,
    user: str = "",
) -> tuple[Delivery, ...]:
    """Send one mail to a scripted relay."""

    async def whole() -> tuple[Delivery, ...]:
        async with script.serving(implicit=implicit) as port:
            mailer = mailer_to(relay_at(port, security, user), password="correct horse" if user else "")
            return await mailer.send_async(sent or mail(), DATE)

    return asyncio.run(whole())


def outcome_of(script: Mapping[str, bytes]) -> Any:
    """Send a mail to a relay with a script, and return what became of it."""
    [delivery] = send_to(ScriptedRelay(script))
    return delivery.outcome
