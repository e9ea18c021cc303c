"""A name server on loopback (UDP and TCP) that answers as a test says, badly too, and counts what it is asked.

with StubDns() as dns:
    dns.add("forum.example.org", "127.0.0.1")
    resolver = DnsResolver(dns.servers)
"""

from __future__ import annotations

import contextlib
import enum
import ipaddress
import socket
import struct
import threading
from types import TracebackType
from typing import Final, Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from rempart.net import NameServers

_LOOPBACK: Final = "127.0.0.1"
_TTL_S: Final = 60
_TURN_S: Final = 0.02


class Says(enum.Enum):
    """What a name server can answer, beside addresses."""

    NXDOMAIN = enum.auto()
    SERVFAIL = enum.auto()
    REFUSED = enum.auto()
    SILENCE = enum.auto()
    GARBAGE = enum.auto()
    WRONG_ID = enum.auto()
    CNAME_LOOP = enum.auto()
    NOTHING = enum.auto()


Turn = Says | tuple[str, ...]


class StubDns:
    """Knows the names that it was given; any other name does not exist."""

    def __init__(self, port: int = 0, host: str = _LOOPBACK) -> None:
        """Listen on one port, for both protocols; by default one that the system chooses."""
        self._host = host
        self._names: dict[str, list[Turn]] = {}
        self._aliases: dict[str, str] = {}
        self._truncated: set[str] = set()
        self._silent: set[tuple[str, str]] = set()
        self._used: dict[tuple[str, str], int] = {}
        #: Each question: its name and its type; one that comes again over TCP counts again.
        self.questions: list[tuple[str, str]] = []
        #: How many of them came over TCP.
        self.over_tcp = 0
        self._udp, self._tcp = _one_port(host, port)
        self.port: int = self._udp.getsockname()[1]
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=serve, daemon=True) for serve in (self._serve_udp, self._serve_tcp)]
        for thread in self._threads:
            thread.start()

    @property
    def servers(self) -> NameServers:
        """Return what a resolver is given."""
        return NameServers(addresses=(self._host,), port=self.port)

    def add(self, name: str, *addresses: str | Says) -> None:
        """Give a name its addresses, or one answer that is none; asked for another type it has nothing."""
        self.add_turns(name, *(a if isinstance(a, Says) else tuple(map(str, addresses)) for a in addresses[:1]))

    def add_turns(self, name: str, *turns: Turn) -> None:
        """Answer differently each time that a type of a name is asked for; the last answer is repeated."""
        self._names[name] = list(turns)

    def add_alias(self, name: str, target: str) -> None:
        """Answer for a name by another one (CNAME), with that one's records."""
        self._aliases[name] = target

    def truncate(self, name: str) -> None:
        """Answer over UDP that the whole answer is to be had over TCP only."""
        self._truncated.add(name)

    def silence(self, name: str, kind: str) -> None:
        """Say nothing to one type of question about a name."""
        self._silent.add((name, kind))

    def asked(self, name: str) -> list[str]:
        """Return the types that were asked for a name, in order."""
        return [kind for asked, kind in self.questions if asked == name]

    def _answer(self, data: bytes, *, is_tcp: bool) -> bytes | None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.questions.append((name, kind))
        self.over_tcp += is_tcp
        if (name, kind) in self._silent:
            return None
        response = dns.message.make_response(query)
        if name in self._truncated and not is_tcp:
            response.flags |= dns.flags.TC
            return response.to_wire()
        owner = name
        while owner in self._aliases:
            response.answer.append(dns.rrset.from_text(f"{owner}.", _TTL_S, "IN", "CNAME", f"{self._aliases[owner]}."))
            owner = self._aliases[owner]
        return self._fill(response, owner, kind)

    def _fill(self, response: dns.message.Message, name: str, kind: str) -> bytes | None:
        turn = self._turn(name, kind)
        match turn:
            case Says.SILENCE:
                return None
            case Says.GARBAGE:
                return response.to_wire()[:6]
            case Says.WRONG_ID:
                response.id ^= 1
            case Says.NXDOMAIN | Says.SERVFAIL | Says.REFUSED:
                response.set_rcode(dns.rcode.from_text(turn.name))
            case Says.CNAME_LOOP:
                for owner, target in ((name, f"a.{name}"), (f"a.{name}", name)):
                    response.answer.append(dns.rrset.from_text(f"{owner}.", _TTL_S, "IN", "CNAME", f"{target}."))
            case Says.NOTHING:
                pass
            case addresses:
                version = 4 if kind == "A" else 6
                if fit := [a for a in addresses if ipaddress.ip_address(a).version == version]:
                    response.answer.append(dns.rrset.from_text(f"{name}.", _TTL_S, "IN", kind, *fit))
        return response.to_wire(max_size=65_535)

    def _turn(self, name: str, kind: str) -> Turn:
        turns = self._names.get(name, [Says.NXDOMAIN])
        number = self._used.get((name, kind), 0)
        self._used[name, kind] = number + 1
        return turns[min(number, len(turns) - 1)]

    def _serve_udp(self) -> None:
        while not self._ending.is_set():
            try:
                data, client = self._udp.recvfrom(65_535)
            except TimeoutError:
                continue
            if (answer := self._answer(data, is_tcp=False)) is not None:
                self._udp.sendto(answer, client)

    def _serve_tcp(self) -> None:
        while not self._ending.is_set():
            try:
                connection, _ = self._tcp.accept()
            except TimeoutError:
                continue
            with connection, contextlib.suppress(OSError, struct.error):
                connection.settimeout(1.0)
                [size] = struct.unpack("!H", connection.recv(2))
                if (answer := self._answer(connection.recv(size), is_tcp=True)) is not None:
                    connection.sendall(struct.pack("!H", len(answer)) + answer)

    def close(self) -> None:
        """Stop answering."""
        self._ending.set()
        for thread in self._threads:
            thread.join()
        self._udp.close()
        self._tcp.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def _one_port(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """Return a datagram socket and a listening one on the same port."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((host, port))
        try:
            tcp = socket.create_server(udp.getsockname())
        except OSError:
            udp.close()
            if port:
                raise
            continue
        udp.settimeout(_TURN_S)
        tcp.settimeout(_TURN_S)
        return udp, tcp
