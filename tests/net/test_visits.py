"""What is settled before an address may be asked for: whose turn it is, what is known, and who answers for it."""

from __future__ import annotations

import datetime as dt

import pytest

from net.doors import Kind
from net.polite_site import NOW, OnePermission, PoliteDoor, Site, text
from net.servers import redirect
from rempart.model.courtesy import Blocked, BlockKind, HostState, Later, LaterReason, RobotsCopy, RobotsVerdict
from rempart.model.web import NotFetched, NotFetchedReason, Page

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

FORUM = "forum.example.org"
OTHER = "other.example.org"
NOTHING_ALLOWED = text("User-agent: *\nDisallow: /")


def state_of(door: PoliteDoor, host: str) -> HostState:
    """Return what is remembered of a host."""
    return door.book.change(host, lambda state: (state, state))


@pytest.mark.parametrize("verdict", [RobotsVerdict.ALLOW_ALL, RobotsVerdict.DENY_ALL])
def test_what_another_fetch_learned_meanwhile_counts(kind: Kind, verdict: RobotsVerdict) -> None:
    """A robots.txt is not asked for twice; what it says now is what counts."""
    with Site(FORUM) as site, PoliteDoor(kind, site) as door:
        held = HostState(lease_token="0" * 32, lease_until=NOW + dt.timedelta(seconds=60))
        door.book.change(FORUM, lambda _: (held, None))
        until = NOW + dt.timedelta(days=1)
        copy = RobotsCopy(origin=site.url(""), verdict=verdict, read_at=NOW, until=until)

        def learn() -> None:
            door.book.keep_robots(copy)
            door.book.change(FORUM, lambda _: (HostState(), None))

        door.clock.on_wait = learn
        outcome = door.fetch(site.url("/a"), wait_s=60)

    assert isinstance(outcome, Page if verdict is RobotsVerdict.ALLOW_ALL else Blocked)
    assert site.asked == (["/a"] if verdict is RobotsVerdict.ALLOW_ALL else [])


def test_another_fetch_that_has_the_host_is_waited_for(kind: Kind) -> None:
    """A second at a time, no longer than allowed."""
    with Site(FORUM) as site, PoliteDoor(kind, site) as door:
        held = HostState(lease_token="0" * 32, lease_until=NOW + dt.timedelta(seconds=60))
        door.book.change(FORUM, lambda _: (held, None))
        outcome = door.fetch(site.url("/a"), wait_s=2.5)

    assert isinstance(outcome, Later)
    assert outcome.why is LaterReason.BUSY
    assert door.clock.waits == [1.0, 1.0, 0.5]
    assert site.asked == []


def test_a_person_may_answer_for_one_address(kind: Kind) -> None:
    """That one only, counted each time; the pace stays."""
    with Site(FORUM, NOTHING_ALLOWED) as site:
        mine = OnePermission(site.url("/a"))
        with PoliteDoor(kind, site, permissions=mine) as door:
            first = door.fetch(site.url("/a"))
            too_soon = door.fetch(site.url("/a"))
            beside = door.fetch(site.url("/a?b"), wait_s=60)

    assert isinstance(first, Page)
    assert isinstance(too_soon, Later)
    assert isinstance(beside, Blocked)
    assert mine.uses == 1
    assert site.asked == ["/robots.txt", "/a"]


def test_an_authorisation_covers_no_redirect(kind: Kind) -> None:
    """Within the host or beyond."""
    with (
        Site(FORUM, NOTHING_ALLOWED, a=redirect("/b")) as site,
        PoliteDoor(kind, site, permissions=OnePermission(site.url("/a"))) as door,
    ):
        outcome = door.fetch(site.url("/a"))

    assert isinstance(outcome, Blocked)
    assert outcome.kind is BlockKind.ROBOTS
    assert site.asked == ["/robots.txt", "/a"]


def test_an_authorised_address_is_not_reached_by_a_redirect(kind: Kind) -> None:
    """Who answers for it answers for asking for it, not for wherever a site leads."""
    robots = text("User-agent: *\nDisallow: /b")
    with Site(FORUM, robots, a=redirect("/b")) as site:
        theirs = OnePermission(site.url("/b"))
        with PoliteDoor(kind, site, permissions=theirs) as door:
            outcome = door.fetch(site.url("/a"))

    assert isinstance(outcome, Blocked)
    assert (theirs.uses, site.asked) == (0, ["/robots.txt", "/a"])


def test_an_authorisation_that_was_withdrawn_just_now_is_none(kind: Kind) -> None:
    """It is noted before the address is asked for, or the address is not asked for."""
    with Site(FORUM, NOTHING_ALLOWED) as site:
        mine = OnePermission(site.url("/a"), holds=False)
        with PoliteDoor(kind, site, permissions=mine) as door:
            outcome = door.fetch(site.url("/a"))

    assert isinstance(outcome, Blocked)
    assert site.asked == ["/robots.txt"]


def test_an_authorisation_opens_no_network(kind: Kind) -> None:
    """The address policy refuses as ever."""
    with Site(FORUM) as site:
        mine = OnePermission(site.url("/a"))
        with PoliteDoor(kind, site, permissions=mine, allowed=False) as door:
            outcome = door.fetch(site.url("/a"))

    assert isinstance(outcome, NotFetched)
    assert outcome.reason in {NotFetchedReason.DENIED_ADDRESS, NotFetchedReason.PORT}
    assert site.asked == []


def test_a_robots_txt_that_leads_to_another_host_waits_for_its_turn(kind: Kind) -> None:
    """A hostile site sends us to a host that was asked a moment ago: it is asked no sooner for that."""
    with Site(OTHER) as other, Site(FORUM) as site, PoliteDoor(kind, site, other) as door:
        site.answers["/robots.txt"] = redirect(other.url("/robots.txt"))
        door.fetch(other.url("/a"))
        asked = len(other.asked)
        outcome = door.fetch(site.url("/b"))

    assert isinstance(outcome, Later)
    assert (outcome.host, outcome.why) == (OTHER, LaterReason.PACE)
    assert len(other.asked) == asked


def test_a_robots_txt_that_leads_to_another_host_is_charged_to_it(kind: Kind) -> None:
    """What the other host was asked is its own: its budget, its pace; its rules are those of the first."""
    with Site(OTHER, NOTHING_ALLOWED) as other, Site(FORUM) as site, PoliteDoor(kind, site, other) as door:
        site.answers["/robots.txt"] = redirect(other.url("/robots.txt"))
        outcome = door.fetch(site.url("/b"))
        states = state_of(door, FORUM), state_of(door, OTHER)

    assert isinstance(outcome, Blocked)
    assert outcome.host == FORUM
    assert [state.requests for state in states] == [1, 1]
    assert states[1].next_at
    assert states[1].wire_bytes > 0


def test_an_authorisation_that_is_needed_no_more_is_not_used(kind: Kind) -> None:
    """While its host was waited for, another fetch learned that its robots.txt allows it now."""
    with Site(FORUM) as site:
        permission = OnePermission(site.url("/a"), holds=False)
        with PoliteDoor(kind, site, permissions=permission) as door:
            until = NOW + dt.timedelta(days=1)
            rules = "User-agent: Rempart\nDisallow: /"
            old = RobotsCopy(origin=site.url(""), verdict=RobotsVerdict.RULES, rules=rules, read_at=NOW, until=until)
            new = RobotsCopy(origin=site.url(""), verdict=RobotsVerdict.ALLOW_ALL, read_at=NOW, until=until)
            held = HostState(lease_token="0" * 32, lease_until=NOW + dt.timedelta(seconds=60))
            door.book.keep_robots(old)
            door.book.change(FORUM, lambda _: (held, None))

            def learn() -> None:
                door.book.keep_robots(new)
                door.book.change(FORUM, lambda _: (HostState(), None))

            door.clock.on_wait = learn
            outcome = door.fetch(site.url("/a"), wait_s=60)

    assert isinstance(outcome, Page)
    assert permission.uses == 0
