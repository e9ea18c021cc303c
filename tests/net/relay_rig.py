"""A relay with one site behind it, on loopback, and a child process of few words: bytes in, bytes out."""

from __future__ import annotations

import base64
import ipaddress
import socket
import ssl
import time
from types import TracebackType
from typing import Final, Self

from net.doors import FakeResolver
from net.servers import LOOPBACK, RawServer, Script
from rempart.model.egress import EgressDecision, EgressVerdict
from rempart.model.gate import MinorGate
from rempart.net import AddressPolicy, Guard
from rempart.net.relay import EgressRelay
from rempart.net.relay_log import DecisionSink, MemoryDecisions
from rempart.net.relay_rules import HostRule, RelayJob, RelayLimits

SITE: Final = "site.example.org"
PATIENCE_S: Final = 5.0
#: Short enough for a test, long enough for a busy machine.
QUICK: Final = RelayLimits(header_s=0.6, resolve_s=1.0, connect_s=1.0, idle_s=0.6, connection_s=4.0)


class Rig:
    """Everything around one relay."""

    def __init__(
        self,
        *scripts: Script,
        limits: RelayLimits = QUICK,
        hosts: tuple[str, ...] = (SITE, "*.wild.example.org"),
        sink: DecisionSink | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Start a site, and a relay that may reach it."""
        self.site = RawServer(*scripts, tls=tls)
        here = [ipaddress.ip_address(LOOPBACK)]
        self.resolver = FakeResolver(
            {
                SITE: here,
                "sub.wild.example.org": here,
                "inside.wild.example.org": [ipaddress.ip_address("10.0.0.1")],
                "mixed.wild.example.org": [ipaddress.ip_address("93.184.216.34"), ipaddress.ip_address("::1")],
            }
        )
        self.log = MemoryDecisions()
        self.site_address = f"{SITE}:{self.site.port}"
        guard = Guard(self.resolver, AddressPolicy(allowed=frozenset({(LOOPBACK, self.site.port)})))
        job = RelayJob(hosts=frozenset(map(HostRule.parse, hosts)), limits=limits)
        self.relay = EgressRelay(job, MinorGate(), guard, sink or self.log)
        self._running = self.relay.running()
        self._is_open = False

    @property
    def secret(self) -> bytes:
        """Return the header that knows the secret of the job."""
        known = base64.b64encode(f"{self.proxy.user}:{self.proxy.secret}".encode())
        return b"Proxy-Authorization: Basic " + known + b"\r\n"

    def connect(self) -> socket.socket:
        """Connect to the relay."""
        return socket.create_connection((LOOPBACK, self.proxy.port), PATIENCE_S)

    def ask(self, line: str, *headers: str, with_secret: bool = True, rest: bytes = b"") -> bytes:
        """Send one request, and return all that comes."""
        with self.connect() as client:
            client.sendall(self.head(line, *headers, with_secret=with_secret) + rest)
            return read_all(client)

    def head(self, line: str, *headers: str, with_secret: bool = True) -> bytes:
        """Return the head of a request."""
        said = b"".join(f"{header}\r\n".encode("latin-1") for header in headers)
        return line.encode("latin-1") + b"\r\n" + (self.secret if with_secret else b"") + said + b"\r\n"

    def tunnel(self) -> socket.socket:
        """Return a tunnel to the site, established, nothing sent through it yet."""
        client = self.connect()
        client.sendall(self.head(f"CONNECT {self.site_address} HTTP/1.1", f"Host: {self.site_address}"))
        answer = client.recv(4096)
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        return client

    def open_tunnel(self) -> socket.socket:
        """Return a tunnel to the site through which a TLS hello to it was sent."""
        client = self.tunnel()
        client.sendall(HELLO)
        return client

    def end(self) -> list[EgressDecision]:
        """End the relay, and return what it decided."""
        self.close()
        return self.log.decisions

    def settle(self) -> None:
        """Wait until what is under way has ended."""
        until = time.monotonic() + PATIENCE_S
        while self.relay._tasks and time.monotonic() < until:
            time.sleep(0.01)

    @property
    def only(self) -> EgressDecision:
        """Return the only decision, once what is under way has ended."""
        self.settle()
        [decision] = self.end()
        return decision

    @property
    def verdicts(self) -> list[EgressVerdict]:
        """End the relay, and return what it decided, in short."""
        return [decision.verdict for decision in self.end()]

    def close(self) -> None:
        """End the relay, once."""
        if self._is_open:
            self._is_open = False
            self._running.__exit__(None, None, None)

    def close_site(self) -> None:
        """End the site, once: nobody listens there any more."""
        if not self.site.ending.is_set():
            self.site.close()

    def __enter__(self) -> Self:
        """Start the relay."""
        self.proxy = self._running.__enter__()
        self._is_open = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the relay and the site."""
        try:
            self.close()
        finally:
            self.close_site()


def hello(name: str | None) -> bytes:
    """Return the first bytes of a TLS connection to a name, as OpenSSL writes them."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        context.wrap_bio(incoming, outgoing, server_hostname=name).do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError


def read_all(client: socket.socket) -> bytes:
    """Return what comes until the end; what came before a connection broke counts."""
    got = b""
    try:
        while data := client.recv(65_536):
            got += data
    except ConnectionResetError:
        pass
    return got


#: One hello to the site: it holds random bytes, so that each one differs.
HELLO: Final = hello(SITE)
