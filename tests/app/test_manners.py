"""Politeness with a workspace: its hosts are remembered, its authorisations count, its journal tells."""

from __future__ import annotations

import datetime as dt
import ipaddress

import pytest

from net.doors import SMALL, Door, FakeResolver, Kind, cleared
from net.polite_site import Site, text
from rempart import clock
from rempart.app.authorising import Statement, authorise
from rempart.app.manners import make_manners
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.model.courtesy import Blocked, BlockKind, Later, LaterReason
from rempart.model.gate import MinorGate
from rempart.model.web import Page
from rempart.model.work import EventKind
from rempart.net import AddressPolicy, PoliteClient, Wanted

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

HOST = "forum.example.org"
LOOPBACK = "127.0.0.1"
WANTED = Wanted(limits=SMALL)
Made = tuple[Settings, Workspace]


def test_an_authorised_address_is_asked_for_once_in_its_turn(made: Made) -> None:
    """In spite of its robots.txt; the use is an event, and the host is remembered by the next process."""
    _, workspace = made
    resolver = FakeResolver({HOST: [ipaddress.IPv4Address(LOOPBACK)]})
    with (
        Site(HOST, text("User-agent: *\nDisallow: /")) as site,
        Door(Kind.THREADS, (LOOPBACK, site.port), resolver=resolver) as door,
    ):
        until = clock.utc_now() + dt.timedelta(days=1)
        url = site.url("/threads/1")
        polite = PoliteClient(door.threads_client, make_manners(MinorGate(), workspace))
        before = polite.fetch(cleared(url), WANTED)
        statement = Statement(url=url, by="nadia", reason="r", legal_basis="b", until=until)
        policy = AddressPolicy(allowed=frozenset({(LOOPBACK, site.port)}))
        given = authorise(workspace, MinorGate(), statement, policy=policy)
        fetched = polite.fetch(cleared(url), WANTED, wait_at_most_s=10)
        another = PoliteClient(door.threads_client, make_manners(MinorGate(), workspace))
        too_soon = another.fetch(cleared(url), WANTED)

    assert isinstance(before, Blocked)
    assert before.kind is BlockKind.ROBOTS
    assert isinstance(fetched, Page)
    assert isinstance(too_soon, Later)
    assert too_soon.why is LaterReason.PACE
    assert site.asked == ["/robots.txt", "/threads/1"]
    kinds = [event.kind for event in workspace.journal.events(given.id)]
    assert kinds == [EventKind.ADDRESS_AUTHORISED, EventKind.AUTHORISATION_USED]


def test_without_a_workspace_a_process_has_its_own_pace() -> None:
    """And nobody answers for anything."""
    manners = make_manners(MinorGate())

    assert manners.permissions.find("https://forum.example.org/", clock.utc_now()) is None
    assert manners.ledger.book.robots("https://forum.example.org") is None
