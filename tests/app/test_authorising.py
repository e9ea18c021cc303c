"""A named person answers for one reported address: stated in full, noted each time, and never past the gate."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from rempart import clock
from rempart.app.authorising import (
    DAYS_MOST,
    Statement,
    WorkspacePermissions,
    authorise,
    list_authorisations,
    list_hosts,
    withdraw_authorisations,
)
from rempart.app.freezing import Freezing
from rempart.app.stopping import Flag, Stop, gate_of
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import MisuseError, NotFoundError, RefusedError
from rempart.model.courtesy import HostState
from rempart.model.gate import MinorGate
from rempart.model.referral import FlagSource
from rempart.model.work import AccessPurpose, EventKind

DAY = dt.timedelta(days=1)
Made = tuple[Settings, Workspace]


def statement(**values: Any) -> Statement:
    """Return a whole statement, some of it changed."""
    whole = Statement(
        url="HTTPS://Forum.Example.ORG:443/a/../threads/1#post-2",
        by="nadia",
        reason="reported  by the person shown",
        legal_basis="GDPR 6(1)(f), mandate of 2026-03-01",
        until=clock.utc_now() + DAY,
    )
    return replace(whole, **values)


def test_it_is_written_with_who_answers_and_who_typed(made: Made) -> None:
    """In one form of the address; the journal holds no word of it."""
    _, workspace = made

    given = authorise(workspace, MinorGate(), statement())

    [event] = workspace.journal.events(given.id)
    nadia = workspace.users.find("nadia")
    assert nadia
    assert (given.url, given.by) == ("https://forum.example.org/threads/1", nadia.id)
    assert given.reason == "reported by the person shown"
    assert (event.kind, event.actor) == (EventKind.ADDRESS_AUTHORISED, nadia.id)
    assert event.detail["typed_by"] == workspace.me.id
    assert "forum" not in str(event.detail)


def test_whoever_works_answers_if_nobody_is_named(made: Made) -> None:
    """By her own name."""
    _, workspace = made

    assert authorise(workspace, MinorGate(), statement(by="")).by == workspace.me.id


@pytest.mark.parametrize("url", ["https://forum.example.org/lyceennes", "https://forum.example.org/14-ans"])
def test_nobody_can_answer_for_what_the_gate_stops(made: Made, url: str) -> None:
    """Nothing is written, and the code says: refused for safety."""
    _, workspace = made

    with pytest.raises(RefusedError, match="nobody can authorise") as caught:
        authorise(workspace, MinorGate(), statement(url=url))

    assert caught.value.exit_code == 6
    assert "forum" not in caught.value.diagnostics()
    assert list_authorisations(workspace) == []


@pytest.mark.parametrize(
    "changed",
    [
        *({"reason": ""}, {"reason": " \n\t"}, {"legal_basis": ""}, {"reason": "x" * 2_001}),
        *({"url": ""}, {"url": "forum.example.org"}, {"url": "file:///etc/passwd"}, {"url": "http://a:b@x.example.org/"}),
        *({"url": "http://localhost/"}, {"url": "http://0x7f.1/"}),
        *({"url": "https://x.example.org:8443/"}, {"url": "https://10.0.0.1/"}, {"url": "http://[::1]/"}),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_missing_or_no_address_is_refused(made: Made, changed: dict[str, object]) -> None:
    """Whoever reads it later must understand it."""
    _, workspace = made

    with pytest.raises(MisuseError):
        authorise(workspace, MinorGate(), statement(**changed))

    assert list_authorisations(workspace) == []


@pytest.mark.parametrize("days", [-1.0, 0.0, DAYS_MOST + 0.01, 3_650.0])
def test_it_ends_within_a_month(made: Made, days: float) -> None:
    """And not before it begins."""
    _, workspace = made

    with pytest.raises(MisuseError, match="ends within 30 days"):
        authorise(workspace, MinorGate(), statement(until=clock.utc_now() + days * DAY))


def test_each_use_is_an_event(made: Made) -> None:
    """Counted and noted together, or not used."""
    _, workspace = made
    given = authorise(workspace, MinorGate(), statement())
    permissions, now = WorkspacePermissions(workspace), clock.utc_now()

    found = permissions.find(given.url, now)
    assert found == given.id
    used = permissions.use(found, now)
    late = permissions.use(found, now + 2 * DAY)

    events = [event.kind for event in workspace.journal.events(given.id)]
    assert (used, late) == (True, False)
    assert events == [EventKind.ADDRESS_AUTHORISED, EventKind.AUTHORISATION_USED]
    assert workspace.authorisations.get(given.id).uses == 1


def test_it_is_taken_back_by_name(made: Made) -> None:
    """Once."""
    _, workspace = made
    given = authorise(workspace, MinorGate(), statement())

    withdraw_authorisations(workspace, given.id, "nadia")

    assert WorkspacePermissions(workspace).find(given.url, clock.utc_now()) is None
    assert workspace.journal.events(given.id)[-1].kind is EventKind.AUTHORISATION_WITHDRAWN
    with pytest.raises(MisuseError):
        withdraw_authorisations(workspace, given.id, "")
    with pytest.raises(NotFoundError):
        withdraw_authorisations(workspace, "aut_" + "0" * 32, "")


def test_looking_leaves_a_trace(made: Made) -> None:
    """Addresses and hosts are sealed: opening them is noted."""
    _, workspace = made
    workspace.hosts.change("forum.example.org", lambda _: (HostState(requests=1), None))

    assert [note.host for note in list_hosts(workspace)] == ["forum.example.org"]
    list_authorisations(workspace)

    purposes = [access.purpose for access in workspace.journal.accesses(workspace.id)]
    assert purposes == [AccessPurpose.LIST_HOSTS, AccessPurpose.LIST_AUTHORISATIONS]


def test_an_identifier_that_is_not_whole_is_one_all_the_same(made: Made) -> None:
    """It was copied badly: nobody is told that it is no address of the web."""
    _, workspace = made

    with pytest.raises(NotFoundError, match="no authorisation 'aut_5f0c'"):
        withdraw_authorisations(workspace, "aut_5f0c", "")


@pytest.mark.parametrize(
    "url", ["https://forum.example.org/threads/1", "http://FORUM.example.org/threads/1/?fbclid=x#p"]
)
def test_nobody_can_answer_for_what_was_frozen(made: Made, url: str) -> None:
    """By a watch of this workspace: nothing is written, and nothing more is said than by the gate."""
    settings, workspace = made
    stop = Stop.of(workspace, settings)
    flag = Flag(source=FlagSource.TEXT, rule="fr-word")
    Freezing(workspace, stop).freeze_report("https://forum.example.org/threads/1", flag, clock.utc_now())

    with pytest.raises(RefusedError, match=r"may concern a minor \(rule frozen address\)$") as caught:
        authorise(workspace, gate_of(workspace, settings), statement(url=url))

    assert "forum" not in caught.value.diagnostics()
    assert list_authorisations(workspace) == []
    other = authorise(workspace, gate_of(workspace, settings), statement(url="https://forum.example.org/threads/2"))
    assert list_authorisations(workspace) == [other]
