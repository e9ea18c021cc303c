"""The only door to the outside: guarded fetches, an egress relay, politeness, facts about hosts, mail, time-stamps.

gate = MinorGate()
guard = Guard(DnsResolver())
with GuardedClient(gate, guard, Identity(product="Rempart/1"), make_tls_context()) as client:
    cleared = gate.check(Address(url="https://example.org/"))
    outcome = client.fetch(cleared)
"""

from __future__ import annotations

from rempart.net.client import AsyncGuardedClient, GuardedClient
from rempart.net.credential import Credential
from rempart.net.flow import FetchOutcome
from rempart.net.guard import Guard, Route
from rempart.net.hosts import HostBook, HostLedger, MemoryBook
from rempart.net.interface import LIMITS, FetchLimits, Identity
from rempart.net.pace import HostBudget
from rempart.net.policy import AddressPolicy
from rempart.net.politeness import AsyncPoliteClient, Manners, PoliteClient, PoliteOutcome
from rempart.net.request import Body, Wanted
from rempart.net.resolving import DnsResolver, NameServers, OnceResolver, Resolver
from rempart.net.services import ServicePermissions
from rempart.net.tls import make_tls_context

__all__ = [
    "LIMITS",
    "AddressPolicy",
    "AsyncGuardedClient",
    "AsyncPoliteClient",
    "Body",
    "Credential",
    "DnsResolver",
    "FetchLimits",
    "FetchOutcome",
    "Guard",
    "GuardedClient",
    "HostBook",
    "HostBudget",
    "HostLedger",
    "Identity",
    "Manners",
    "MemoryBook",
    "NameServers",
    "OnceResolver",
    "PoliteClient",
    "PoliteOutcome",
    "Resolver",
    "Route",
    "ServicePermissions",
    "Wanted",
    "make_tls_context",
]
