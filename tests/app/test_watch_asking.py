"""What came of one request, in one word; and a host that means harm is asked little, and harms nothing."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from rempart import clock
from rempart.app.watch_asking import Answer, Failed, Gone, Unchanged, Wait, Walled, concluded, wanted_of
from rempart.app.watch_events import HealthChanged
from rempart.app.watching import Watch
from rempart.app.wiring_watch import Outside
from rempart.config import Settings
from rempart.model.courtesy import Blocked, BlockKind, Later, LaterReason
from rempart.model.frontier import Ask, FrontierItem, FrontierState, NewFrontier, Urgency
from rempart.model.gate import Cleared
from rempart.model.ids import FrontierId, SourceId
from rempart.model.source import Health
from rempart.model.web import Address, FetchMode, NotFetched, NotFetchedReason, NotModified, Validators
from rempart.net import Wanted
from rempart.net.politeness import PoliteOutcome
from targets.forum import Forum
from targets.hostile import Hostile
from targets.hostile_answers import RETRY_AFTER_S, ROBOTS
from watch_scenes import Scene

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(minutes=2)


def not_fetched(reason: NotFetchedReason, status: int = 0) -> NotFetched:
    """Say why nothing came."""
    return NotFetched(reason=reason, detail="x", status=status)


def blocked(kind: BlockKind, until: dt.datetime | None = None) -> Blocked:
    """Say what stands in between."""
    return Blocked(kind=kind, host="forum.example", until=until)


@pytest.mark.parametrize(
    "path, answer",
    [
        ("/media/attachments/c7/page-7.jpg", Unchanged()),
        ("/static/misago/img/attachment-404.png", Gone(status=404)),
        ("/static/misago/img/attachment-403.png", Gone(status=404)),
    ],
)
def test_unchanged_is_what_is_still_there_and_not_what_stands_for_it(path: str, answer: Answer) -> None:
    """A date is sent wherever an address leads: a picture that says "removed" is older, and answers 304."""
    assert concluded(NotModified(url=f"https://talk.example{path}", hops=())) == answer


@pytest.mark.parametrize(
    "outcome, answer, health",
    [
        (not_fetched(NotFetchedReason.STATUS, 410), Gone, None),
        (not_fetched(NotFetchedReason.STATUS, 404), Gone, None),
        (not_fetched(NotFetchedReason.DENIED_ADDRESS), Failed, Health.REFUSED),
        (not_fetched(NotFetchedReason.SCHEME), Failed, Health.REFUSED),
        (not_fetched(NotFetchedReason.IDLE), Failed, Health.UNREACHABLE),
        (not_fetched(NotFetchedReason.NO_SUCH_HOST), Failed, Health.UNREACHABLE),
        (not_fetched(NotFetchedReason.WRONG_TYPE), Failed, Health.NOT_READ),
        (Later(until=LATER, why=LaterReason.BUSY, host="forum.example"), Wait, Health.WELL),
        (blocked(BlockKind.RATE_LIMITED, LATER), Wait, Health.RATE_LIMITED),
        (blocked(BlockKind.BUDGET, LATER), Wait, Health.BUDGET),
        (blocked(BlockKind.ROBOTS), Walled, Health.ROBOTS),
        (blocked(BlockKind.LOGIN_WALL), Walled, Health.LOGIN_WALL),
        (blocked(BlockKind.CHALLENGE), Walled, Health.CHALLENGE),
        (blocked(BlockKind.LEGAL), Walled, Health.LEGAL),
        (blocked(BlockKind.LEGAL, LATER), Walled, Health.LEGAL),
        (blocked(BlockKind.RATE_LIMITED), Walled, Health.RATE_LIMITED),
    ],
)
def test_each_outcome_is_one_thing_to_a_watch(
    outcome: PoliteOutcome, answer: type[Answer], health: Health | None
) -> None:
    """What passes by itself is waited for, a wall is not."""
    found = concluded(outcome)

    assert isinstance(found, answer)
    assert getattr(found, "health", None) is health


@pytest.mark.parametrize(
    "outcome, may_retry",
    [
        (not_fetched(NotFetchedReason.IDLE), True),
        (not_fetched(NotFetchedReason.STATUS, 500), True),
        (not_fetched(NotFetchedReason.STATUS, 408), True),
        (not_fetched(NotFetchedReason.STATUS, 400), False),
        (not_fetched(NotFetchedReason.STATUS, 403), False),
        (not_fetched(NotFetchedReason.NO_SUCH_HOST), False),
        (not_fetched(NotFetchedReason.TOO_MANY_BYTES), False),
        (not_fetched(NotFetchedReason.DENIED_ADDRESS), False),
    ],
)
def test_only_what_is_of_the_moment_is_tried_again(outcome: NotFetched, *, may_retry: bool) -> None:
    """A refusal of the same request stays one (RFC 9110 §15.5)."""
    found = concluded(outcome)

    assert isinstance(found, Failed)
    assert found.may_retry is may_retry


@pytest.mark.parametrize(
    "new, has_validators",
    [
        ({"ask": Ask.PAGE, "urgency": Urgency.ROOT}, True),
        ({"ask": Ask.PAGE, "urgency": Urgency.DEEPER}, True),
        ({"ask": Ask.PAGE, "urgency": Urgency.CHANGED}, True),
        ({"ask": Ask.PAGE, "urgency": Urgency.CHANGED, "post": "91"}, False),
        ({"ask": Ask.PAGE, "urgency": Urgency.CHANGED, "posted_at": NOW}, False),
        ({"ask": Ask.PAGE, "urgency": Urgency.NEW}, False),
        ({"ask": Ask.MEDIA, "urgency": Urgency.MEDIA, "posted_at": NOW}, True),
    ],
)
def test_what_a_listing_says_is_new_is_read_whole(new: dict[str, object], *, has_validators: bool) -> None:
    """A page may be as it was, and lead to what is new all the same."""
    made = NewFrontier(url="https://forum.example/", key="k", depth=0, **new)  # type: ignore[arg-type]
    item = FrontierItem(
        id=FrontierId("f"),
        source=SourceId("s"),
        new=made,
        token="",
        attempts=1,
        validators=Validators(etag='"1"'),
    )

    wanted = wanted_of(item, Settings())

    assert bool(wanted.validators.etag) is has_validators
    assert wanted.mode is (FetchMode.MEDIA if made.ask is Ask.MEDIA else FetchMode.TEXT)


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "path, health",
    [
        ("/to-loopback", Health.REFUSED),
        ("/to-decimal", Health.REFUSED),
        ("/to-metadata", Health.REFUSED),
        ("/to-file", Health.REFUSED),
        ("/to-script", Health.REFUSED),
        ("/to-credentials", Health.REFUSED),
        ("/gone", Health.GONE),
        ("/wall", Health.LOGIN_WALL),
        ("/captcha", Health.CHALLENGE),
        ("/bomb", Health.NOT_READ),
        ("/deep", Health.NOT_READ),
        ("/archive", Health.NOT_READ),
        ("/false-type", Health.NOT_READ),
        ("/huge-headers", Health.NOT_READ),
    ],
)
def test_a_page_that_means_harm_is_asked_for_once(scene: Scene, path: str, health: Health) -> None:
    """Nothing of where it leads is asked for, and the watch ends well."""
    with Hostile() as host:
        source = scene.add(host.url(path))

        _, tally = scene.watch(host.url())

        assert scene.health(source) is health
        assert host.canary.connections == 0
        assert Counter(host.log.paths)[path] == 1
        assert FrontierState.WAITING not in scene.states(source)
        assert tally.seconds < 30


@pytest.mark.enable_socket
@pytest.mark.parametrize("path", ["/bad-letters", "/false-letters", "/links", "/refresh"])
def test_a_page_that_is_odd_is_read_all_the_same(scene: Scene, path: str) -> None:
    """Letters that are none, a hundred thousand links, a refresh to where nothing is asked."""
    with Hostile() as host:
        source = scene.add(host.url(path), depth=0)

        _, tally = scene.watch(host.url())

        assert tally.pages == 1
        assert scene.health(source) is Health.WELL
        assert host.canary.connections == 0


@pytest.mark.enable_socket
@pytest.mark.parametrize("path", ["/drip", "/silent", "/half", "/broken"])
def test_what_may_be_of_the_moment_is_tried_four_times(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """And then given up until the next visit."""
    monkeypatch.setattr("rempart.app.watch_concluding._FIRST_DELAY", dt.timedelta(seconds=0.01))
    monkeypatch.setattr("rempart.net.pace.PENALTY_FIRST_S", 0.01)
    monkeypatch.setattr("rempart.net.pace._PENALTY_LEAST_S", 0.001)
    quick = scene.with_settings(net__page_s=1, net__idle_s=1, net__connect_s=1)
    with Hostile() as host:
        source = quick.add(host.url(path))

        quick.watch(host.url())

        assert Counter(host.log.paths)[path] == 4
        assert quick.states(source) == {FrontierState.FAILED: 1}


@pytest.mark.enable_socket
@pytest.mark.parametrize("path", ["/threads/pages.1/", "/forums/lists.1/"])
def test_pages_without_end_cost_a_visit_its_budget(scene: Scene, path: str) -> None:
    """And no more: the rest waits."""
    little = scene.with_settings(watch__requests_per_visit=12)
    with Hostile() as host:
        source = little.add(host.url(path))

        little.watch(host.url())

        assert len(host.log) == 12 + 1
        assert little.states(source)[FrontierState.WAITING] >= 1


@pytest.mark.enable_socket
@pytest.mark.parametrize(
    "robots, health",
    [
        ("refuses everything", Health.ROBOTS),
        ("403", Health.WELL),
        ("a page", Health.WELL),
        ("noise", Health.WELL),
    ],
)
def test_a_robots_txt_is_obeyed(scene: Scene, robots: str, health: Health) -> None:
    """One that says nothing allows everything (RFC 9309 §2.3.1.3)."""
    with Hostile(robots=ROBOTS[robots]) as host:
        source = scene.add(host.url("/bad-letters"), depth=0)

        scene.watch(host.url())

        assert scene.health(source) is health
        assert len(host.log.under("/bad-letters")) == (health is Health.WELL)


@pytest.mark.enable_socket
@pytest.mark.parametrize("robots", ["503", "500"])
def test_a_robots_txt_that_cannot_be_had_allows_nothing(scene: Scene, robots: str) -> None:
    """RFC 9309 §2.3.1.4; the page waits for the next visit, and is not asked for: this one ends at once."""
    with Hostile(robots=ROBOTS[robots]) as host:
        source = scene.add(host.url("/bad-letters"), depth=0)

        scene.watch(host.url())

        assert scene.health(source) is Health.UNREACHABLE
        assert scene.states(source) == {FrontierState.WAITING: 1}
        assert set(host.log.paths) == {"/robots.txt"}


@pytest.mark.enable_socket
def test_a_host_that_is_asked_too_often_is_left_in_peace_as_long_as_it_says(scene: Scene) -> None:
    """Its 429 says two minutes: another host is asked meanwhile, this one is not."""
    with Hostile() as host, Forum(threads=1, posts=2) as forum:
        busy, free = scene.add(host.url("/busy", "busy.example")), scene.add(forum.url(name="free.example"))
        before = scene.workspace.database.instant()

        scene.watch_until(HealthChanged, host.url(), forum.url(), count=2)

        until = scene.workspace.sources.get(busy.id).health_until
        waits = scene.workspace.frontier.next_instant(sources=[busy.id])
        assert (scene.health(busy), scene.health(free)) == (Health.RATE_LIMITED, Health.WELL)
        assert until is not None
        assert waits is not None
        assert min(until, waits) - before >= dt.timedelta(seconds=RETRY_AFTER_S)
        assert len(host.log.under("/busy")) == 1


class Taken:
    """Whoever asks: another watch has each host, for a picture that may take minutes."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self.running: Watch | None = None

    def fetch(self, cleared: Cleared[Address], wanted: Wanted, *, wait_at_most_s: float = 0.0) -> PoliteOutcome:
        """Say so, and end the watch."""
        del cleared, wanted, wait_at_most_s
        assert self.running is not None
        self.running.stop()
        until = clock.utc_now() + dt.timedelta(minutes=8)
        return Later(until=until, why=LaterReason.BUSY, host="forum.example")


def test_a_host_that_another_watch_has_is_tried_again_soon(scene: Scene) -> None:
    """Not when the other's lease would end: two watches of one forum stood still for minutes, each for the other."""
    source, fetcher = scene.add("https://forum.example/forums/requests.42/"), Taken()
    before = scene.workspace.database.instant()

    with Watch(scene.workspace, scene.settings, outside=Outside(fetcher=fetcher)) as running:
        fetcher.running = running
        list(running.events(once=True))

    again = scene.workspace.frontier.next_instant(sources=[source.id])
    assert again is not None
    assert again - before < dt.timedelta(seconds=30)
