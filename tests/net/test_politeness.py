"""Polite clients on loopback: who is asked, in what order, when; and what is never asked."""

from __future__ import annotations

import datetime as dt

import pytest

from net.doors import SMALL, Kind
from net.polite_site import NOW, PoliteDoor, Site, text
from net.servers import head, page, redirect
from rempart.model.courtesy import Blocked, BlockKind, HostState, Later, LaterReason
from rempart.model.outcome import Stopped
from rempart.model.web import NotFetched, NotFetchedReason, NotModified, Page, Validators
from rempart.net.pace import DELAY_LEAST_S, HostBudget
from rempart.net.request import Wanted
from rempart.net.visits import CRAWL_DELAY_MOST_S

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

FORUM = "forum.example.org"
OTHER = "other.example.org"
NOTHING_ALLOWED = text("User-agent: *\nDisallow: /")


def state_of(door: PoliteDoor, host: str = FORUM) -> HostState:
    """Return what is remembered of a host."""
    return door.book.change(host, lambda state: (state, state))


def test_robots_txt_is_asked_for_first_and_once(kind: Kind) -> None:
    """Then pages, each in its turn, by an honest name with a contact."""
    with Site(FORUM, text("User-agent: *\nDisallow: /private")) as site, PoliteDoor(kind, site) as door:
        first = door.fetch(site.url("/a"))
        second = door.fetch(site.url("/b"), wait_s=60)
        private = door.fetch(site.url("/private/1"), wait_s=60)

    assert isinstance(first, Page)
    assert isinstance(second, Page)
    assert site.asked == ["/robots.txt", "/a", "/b"]
    assert isinstance(private, Blocked)
    assert private.kind is BlockKind.ROBOTS
    assert all(b"User-Agent: Rempart/1 (+https://desk.example.org/)" in head for head in site.heads)
    assert [0 < wait <= 2 * DELAY_LEAST_S for wait in door.clock.waits] == [True]


def test_a_turn_that_is_too_far_away_is_told(kind: Kind) -> None:
    """Nothing is asked, and the instant is one that works."""
    with Site(FORUM) as site, PoliteDoor(kind, site) as door:
        door.fetch(site.url("/a"))
        later = door.fetch(site.url("/b"), wait_s=1)
        assert isinstance(later, Later)
        door.clock.now = later.until
        then = door.fetch(site.url("/b"))

    assert later.why is LaterReason.PACE
    assert (later.until - NOW).total_seconds() == pytest.approx(2 * DELAY_LEAST_S, abs=0.1)
    assert isinstance(then, Page)
    assert site.asked == ["/robots.txt", "/a", "/b"]


def test_a_host_that_is_refused_by_its_robots_is_asked_for_nothing_else(kind: Kind) -> None:
    """And the next time for nothing at all, without waiting for a turn."""
    with Site(FORUM, NOTHING_ALLOWED) as site, PoliteDoor(kind, site) as door:
        first, second = door.fetch(site.url("/a")), door.fetch(site.url("/b"))

    assert isinstance(first, Blocked)
    assert isinstance(second, Blocked)
    assert (first.kind, first.until) == (BlockKind.ROBOTS, NOW + dt.timedelta(days=1))
    assert site.asked == ["/robots.txt"]


@pytest.mark.parametrize("status", ["500 Oops", "503 Later"])
def test_a_robots_txt_that_cannot_be_had_allows_nothing(kind: Kind, status: str) -> None:
    """And is not asked for again at once."""
    with Site(FORUM, head(status, content_length="0")) as site, PoliteDoor(kind, site) as door:
        first, second = door.fetch(site.url("/a")), door.fetch(site.url("/a"), wait_s=60)

    assert isinstance(first, Blocked)
    assert isinstance(second, Blocked)
    assert (first.kind, second.kind) == (BlockKind.ROBOTS_AWAY, BlockKind.ROBOTS_AWAY)
    assert site.asked == ["/robots.txt"]


def test_too_many_requests_for_a_robots_txt(kind: Kind) -> None:
    """Neither allowed nor refused."""
    with (
        Site(FORUM, head("429 Slow down", retry_after="3600", content_length="0")) as site,
        PoliteDoor(kind, site) as door,
    ):
        outcome = door.fetch(site.url("/a"), wait_s=60)

    assert outcome == Later(until=NOW + dt.timedelta(hours=1), why=LaterReason.ROBOTS, host=FORUM)
    assert site.asked == ["/robots.txt"]
    assert state_of(door).next_at == NOW + dt.timedelta(hours=1)


@pytest.mark.parametrize(
    "robots",
    [
        page(b"<!doctype html><title>Home</title>"),
        head(content_type="text/plain") + b"User-agent: *\nDisallow: /x\n" + b"# filler\n" * 1_200_000,
        text("\x00\xff\n\udcff".encode("utf-8", "surrogateescape").decode("latin-1")),
        head(content_length="4") + b"# hi",
        head(content_type="image/png", content_length="8") + b"\x89PNG\r\n\x1a\n",
        head(content_type="application/octet-stream", content_length="8") + b"\x89PNG\r\n\x1a\n",
    ],
    ids=["html", "ten megabytes", "no utf-8", "no type", "a picture", "a picture without a name"],
)
def test_what_is_no_robots_txt_is_no_obstacle(kind: Kind, robots: bytes) -> None:
    """What can be read of it counts, and no size is an error."""
    with Site(FORUM, robots) as site, PoliteDoor(kind, site) as door:
        allowed = door.fetch(site.url("/a"))

    assert isinstance(allowed, Page)


def test_a_redirect_to_another_host_is_judged_by_its_robots_txt(kind: Kind) -> None:
    """Before it is asked; it has its own turn as well."""
    with (
        Site(OTHER, NOTHING_ALLOWED) as other,
        Site(FORUM, a=redirect(other.url("/there"))) as site,
        PoliteDoor(kind, site, other) as door,
    ):
        outcome = door.fetch(site.url("/a"))

    assert isinstance(outcome, Blocked)
    assert (outcome.kind, outcome.host) == (BlockKind.ROBOTS, OTHER)
    assert site.asked == ["/robots.txt", "/a"]
    assert other.asked == ["/robots.txt"]


def test_a_redirect_to_a_host_that_allows_it_is_followed(kind: Kind) -> None:
    """Both hosts are waited for afterwards."""
    with (
        Site(OTHER) as other,
        Site(FORUM, a=redirect(other.url("/there"))) as site,
        PoliteDoor(kind, site, other) as door,
    ):
        outcome = door.fetch(site.url("/a"))
        states = state_of(door), state_of(door, OTHER)

    assert isinstance(outcome, Page)
    assert other.asked == ["/robots.txt", "/there"]
    assert [state.requests for state in states] == [2, 2]
    assert all(state.next_at and not state.lease_token for state in states)


def test_a_redirect_to_a_host_whose_turn_is_far_is_told(kind: Kind) -> None:
    """The other host is not asked."""
    with (
        Site(OTHER) as other,
        Site(FORUM, a=redirect(other.url("/there"))) as site,
        PoliteDoor(kind, site, other) as door,
    ):
        door.fetch(other.url("/first"))
        outcome = door.fetch(site.url("/a"), wait_s=1)

    assert isinstance(outcome, Later)
    assert outcome.host == OTHER
    assert other.asked == ["/robots.txt", "/first"]


def test_a_redirect_that_the_gate_stops_asks_nobody(kind: Kind) -> None:
    """Not even for a robots.txt, nor a name server."""
    with Site(FORUM, a=redirect("http://lyceennes.example.org/")) as site, PoliteDoor(kind, site) as door:
        outcome = door.fetch(site.url("/a"))

    assert isinstance(outcome, Stopped)
    assert set(door.resolver.asked) == {FORUM}


def test_redirects_within_a_host_are_one_turn_and_paid_for(kind: Kind) -> None:
    """robots.txt, the page and where it leads: three delays."""
    with Site(FORUM, a=redirect("/b")) as site, PoliteDoor(kind, site) as door:
        outcome = door.fetch(site.url("/a"))
        state = state_of(door)

    assert isinstance(outcome, Page)
    assert state.requests == 3
    assert state.next_at
    assert (state.next_at - NOW).total_seconds() == pytest.approx(3 * DELAY_LEAST_S, abs=0.1)


def test_a_redirect_within_a_host_obeys_its_robots_txt(kind: Kind) -> None:
    """A short address of a page that is not allowed."""
    robots = text("User-agent: *\nDisallow: /private")
    with Site(FORUM, robots, a=redirect("/private/1")) as site, PoliteDoor(kind, site) as door:
        outcome = door.fetch(site.url("/a"))

    assert isinstance(outcome, Blocked)
    assert outcome.kind is BlockKind.ROBOTS
    assert site.asked == ["/robots.txt", "/a"]


def test_a_crawl_delay_is_kept_for_each_request(kind: Kind) -> None:
    """Not shortened; who waits less is told when."""
    with Site(FORUM, text("User-agent: *\nCrawl-delay: 300\nDisallow: /x")) as site, PoliteDoor(kind, site) as door:
        door.fetch(site.url("/a"))
        later = door.fetch(site.url("/b"), wait_s=599)
        then = door.fetch(site.url("/b"), wait_s=600)

    assert later == Later(until=NOW + dt.timedelta(seconds=600), why=LaterReason.PACE, host=FORUM)
    assert isinstance(then, Page)
    assert door.clock.waits == [600]


def test_a_crawl_delay_of_more_than_a_day_is_a_no(kind: Kind) -> None:
    """A site that says it does not want to be asked."""
    robots = text(f"User-agent: *\nCrawl-delay: {CRAWL_DELAY_MOST_S + 1}\nDisallow: /x")
    with Site(FORUM, robots) as site, PoliteDoor(kind, site) as door:
        outcome = door.fetch(site.url("/a"))

    assert isinstance(outcome, Blocked)
    assert outcome.kind is BlockKind.ROBOTS
    assert "more than a day" in outcome.sign


def test_retry_after_is_kept(kind: Kind) -> None:
    """What the host answered is kept beside."""
    busy = page(b"slow down", "429 Too Many", retry_after="7200")
    with Site(FORUM, a=busy) as site, PoliteDoor(kind, site) as door:
        outcome = door.fetch(site.url("/a"))
        later = door.fetch(site.url("/b"), wait_s=7_000)

    until = NOW + dt.timedelta(hours=2)
    assert isinstance(outcome, Blocked)
    assert (outcome.kind, outcome.until) == (BlockKind.RATE_LIMITED, until)
    assert isinstance(outcome.answer, Page)
    assert outcome.answer.body == b"slow down"
    assert later == Later(until=until, why=LaterReason.BACK_OFF, host=FORUM)


def test_a_host_that_refuses_again_and_again_is_left_in_peace(kind: Kind) -> None:
    """Five times, then a day; it is asked no sixth time."""
    with Site(FORUM, a=page(b"", "503 Down")) as site, PoliteDoor(kind, site) as door:
        kinds = []
        for _ in range(6):
            outcome = door.fetch(site.url("/a"), wait_s=3_600)
            assert isinstance(outcome, Blocked)
            kinds.append(outcome.kind)

    assert kinds == [BlockKind.OVERLOADED] * 5 + [BlockKind.PAUSED]
    assert site.asked.count("/a") == 5


@pytest.mark.parametrize(
    "answer, expected",
    [
        (page(b'<input type="password">', "403 No"), BlockKind.LOGIN_WALL),
        (page(b"", "403 No", cf_mitigated="challenge"), BlockKind.CHALLENGE),
        (page(b"removed on order", "451 Legal"), BlockKind.LEGAL),
        (redirect("/login/?next=/a"), BlockKind.LOGIN_WALL),
    ],
    ids=["login", "challenge", "legal", "redirect"],
)
def test_a_wall_is_told_and_not_climbed(kind: Kind, answer: bytes, expected: BlockKind) -> None:
    """One request, no second try, and what came is kept."""
    with Site(FORUM, a=answer) as site, PoliteDoor(kind, site) as door:
        outcome = door.fetch(site.url("/a"))

    assert isinstance(outcome, Blocked)
    assert outcome.kind is expected
    assert isinstance(outcome.answer, Page)
    assert site.asked.count("/a") == 1


def test_what_did_not_change_is_cheap(kind: Kind) -> None:
    """Asked with its validators, waited for a second."""
    unchanged = head("304 Not Modified", etag='"1"')
    with Site(FORUM, a=unchanged) as site, PoliteDoor(kind, site) as door:
        door.fetch(site.url("/first"))
        wanted = Wanted(limits=SMALL, validators=Validators(etag='"1"'))
        outcome = door.fetch(site.url("/a"), wanted=wanted, wait_s=60)
        begun = door.clock.now
        state = state_of(door)

    assert isinstance(outcome, NotModified)
    assert state.next_at
    assert (state.next_at - begun).total_seconds() == pytest.approx(1, abs=0.1)


def test_a_spent_budget_ends_the_day(kind: Kind) -> None:
    """Two requests: a robots.txt and a page."""
    with Site(FORUM) as site, PoliteDoor(kind, site, budget=HostBudget(requests=2)) as door:
        door.fetch(site.url("/a"))
        outcome = door.fetch(site.url("/b"), wait_s=60)

    midnight = dt.datetime(2026, 3, 5, tzinfo=dt.UTC)
    assert outcome == Blocked(kind=BlockKind.BUDGET, host=FORUM, until=midnight, sign="requests")
    assert site.asked == ["/robots.txt", "/a"]


def test_bytes_that_came_to_nothing_are_counted(kind: Kind) -> None:
    """An answer that is too large costs its host's budget all the same."""
    huge = head(content_type="text/html") + b"x" * 2_000_000
    with Site(FORUM, a=huge) as site, PoliteDoor(kind, site) as door:
        outcome = door.fetch(site.url("/a"))
        state = state_of(door)

    assert isinstance(outcome, NotFetched)
    assert outcome.reason is NotFetchedReason.TOO_MANY_BYTES
    assert state.wire_bytes >= SMALL.wire_bytes


def test_a_fetch_that_is_cut_gives_its_host_back(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted in the middle: the turn is over, and what it may have cost is counted."""

    def cut() -> None:
        raise KeyboardInterrupt

    with Site(FORUM, a=redirect("/b")) as site, PoliteDoor(kind, site) as door:
        monkeypatch.setattr("rempart.net.visits._refused_by", lambda url, _: cut() if "/b" in str(url) else None)
        with pytest.raises(KeyboardInterrupt):
            door.fetch(site.url("/a"))
        state = state_of(door)

    assert (state.lease_token, state.requests) == ("", 2)
    assert state.wire_bytes > SMALL.wire_bytes


@pytest.mark.parametrize("url", ["gopher://forum.example.org/", "http://user:x@forum.example.org/"])
def test_what_is_no_address_asks_nobody(kind: Kind, url: str) -> None:
    """A value, before any host is looked up."""
    with PoliteDoor(kind) as door:
        outcome = door.fetch(url)

    assert isinstance(outcome, NotFetched)
    assert door.resolver.asked == []


def test_what_the_gate_stops_in_its_one_form_asks_nobody(kind: Kind) -> None:
    """A host that only a person reads as it is, once it is decoded."""
    with PoliteDoor(kind) as door:
        outcome = door.fetch("https://xn--lycennes-d1a.example.org/")

    assert isinstance(outcome, Stopped)
    assert door.resolver.asked == []
