"""Decide whether a child process may reach a host: only those that its job named, and none that the gate stops."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from rempart.errors import EgressError, FetchError
from rempart.model.egress import EgressVerdict
from rempart.model.gate import MinorGate
from rempart.model.outcome import Stopped
from rempart.model.web import Address, NotFetchedReason
from rempart.net.addresses import parse_address
from rempart.net.urls import WebUrl, parse_host, parse_url

_KIBI: Final = 1024
_WILDCARD: Final = "*."
_PORT: Final = re.compile("[1-9][0-9]{0,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRule:
    """A host that a job may reach, or all the names below one."""

    host: str
    """In its one form."""
    below: bool = False
    """True for the names below it, and not itself."""

    @classmethod
    def parse(cls, text: str) -> HostRule:
        """Read ``example.org``, ``*.example.org``, ``93.184.216.34`` or ``[2606:2800:220:1::1]``.

        Raises:
            FetchError: it is no host, or names all that ends in one word.
        """
        below = text.startswith(_WILDCARD)
        bare = text.removeprefix(_WILDCARD)
        if bare.startswith("[") and bare.endswith("]"):
            bare = bare[1:-1]
        host = parse_host(bare)
        if below and parse_address(host):
            raise FetchError(NotFetchedReason.BAD_HOST, f"{text[:80]}: nothing is below an address")
        return cls(host=host, below=below)

    def matches(self, host: str) -> bool:
        """Tell whether it names a host, given in its one form."""
        return host.endswith(f".{self.host}") if self.below else host == self.host

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"{_WILDCARD}{self.host}" if self.below else self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayLimits:
    """How much the child process of one job may cost."""

    head_bytes: int = 16 * _KIBI
    """Of a request's head, of an answer's head over http, and of a TLS hello."""
    connections: int = 128
    """At once; Chromium opens 32 to a proxy, and more for WebSockets."""
    header_s: float = 10.0
    """For the head of a request to come, and for the first bytes inside a tunnel."""
    resolve_s: float = 5.0
    """For the name servers."""
    connect_s: float = 5.0
    """For each address that is tried."""
    idle_s: float = 30.0
    """Without a byte in either direction."""
    connection_s: float = 300.0
    """For one connection, from its arrival."""
    job_bytes: int = 512 * _KIBI * _KIBI
    """Of the job, both directions and all connections together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayJob:
    """What one job may reach, and what it may cost."""

    hosts: frozenset[HostRule]
    """Nothing else is reached; empty, nothing is."""
    limits: RelayLimits = RelayLimits()
    """What it may cost."""

    def rule_for(self, host: str) -> HostRule | None:
        """Return the rule that names a host; an exact one first."""
        return min((r for r in self.hosts if r.matches(host)), key=lambda r: (r.below, -len(r.host)), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What an attempt wants to reach, once its host was named and the gate let it pass."""

    url: WebUrl
    """The address; of a tunnel, that of its host alone."""
    rule: str
    """The rule that names it."""


def parse_authority(target: str) -> WebUrl:
    """Read what ``CONNECT`` asks for (RFC 9110 §9.3.6): a host and a port, both there.

    Raises:
        FetchError: it is anything else.
    """
    host, colon, port = target.rpartition(":")
    if not colon or not _PORT.fullmatch(port):
        raise FetchError(NotFetchedReason.BAD_ADDRESS, "CONNECT without a host and a port")
    if any(sign in target for sign in "/?#@"):
        raise FetchError(NotFetchedReason.BAD_ADDRESS, "CONNECT to more than a host and a port")
    return parse_url(f"https://{host}:{port}/")


def judge(job: RelayJob, gate: MinorGate, url: WebUrl) -> Named:
    """Decide on a host before any name server is asked.

    Raises:
        EgressError: the job did not name it, or the gate stops it.
    """
    rule = job.rule_for(url.host)
    # The gate comes first: what it stops is not written down, named or not.
    judged = gate.check(Address(url=str(url), context=(url.host, url.shown_host)))
    if isinstance(judged, Stopped):
        raise EgressError(EgressVerdict.STOPPED, rule=judged.rule)
    if rule is None:
        raise EgressError(EgressVerdict.NOT_NAMED)
    return Named(url=url, rule=str(rule))
