"""Pages that are not recorded, over loopback: what was asked, what is said, and what is kept: nothing."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest

from net.doors import FakeResolver
from net.polite_site import Site
from net.servers import page, redirect
from net.socket_watch import watched_sockets
from recorded import HOST, PNG, NoFacts, StoppedFacts, loopback, recorder
from rempart.app.evidence_pages import (
    require_page,
)
from rempart.app.gating import HAND_OFF
from rempart.errors import FetchError, RefusedError, UnavailableError
from rempart.model.courtesy import Blocked, BlockKind, Later
from rempart.model.outcome import Stopped
from rempart.model.web import NotFetched, NotFetchedReason
from rempart.settings import NetSettings, Settings


@loopback
@pytest.mark.parametrize("context", [(), ("what is said of it: preteen",)])
def test_a_flagged_address_asks_nobody(context: tuple[str, ...]) -> None:
    """No request, no question to a name server, no socket; it ends in a hand-off, with exit 6."""
    resolver = FakeResolver({HOST: [ipaddress.IPv4Address("127.0.0.1")]})
    with Site(HOST) as site, watched_sockets() as opened:
        facts = NoFacts()
        text = site.url("/thread") if context else site.url("/child-porn")
        outcome = recorder(site, resolver=resolver, host_facts=facts).record(text, context=context)
        asked = list(site.asked)

    assert isinstance(outcome, Stopped)
    assert (asked, resolver.asked, facts.asked, opened) == ([], [], [], [])
    with pytest.raises(RefusedError) as refused:
        require_page(outcome)
    assert (refused.value.exit_code, refused.value.advice) == (6, HAND_OFF)
    assert HOST not in str(refused.value)


@loopback
@pytest.mark.parametrize(
    "answer, reason",
    [
        (page(PNG, content_type="image/png"), NotFetchedReason.WRONG_TYPE),
        (page(PNG, content_type="text/html"), NotFetchedReason.NOT_WHAT_IT_SAYS),
        (page(b"<p>" + b"a" * 5_000 + b"\x00\x01", content_type="text/html"), NotFetchedReason.NOT_WHAT_IT_SAYS),
        (page(PNG, content_type="application/octet-stream"), NotFetchedReason.WRONG_TYPE),
    ],
)
def test_what_is_not_text_is_not_kept(answer: bytes, reason: NotFetchedReason) -> None:
    """Said or not: no evidence comes of it, and the reason holds none of it."""
    with Site(HOST, a=answer) as site:
        outcome = recorder(site).record(site.url("/a"))

    assert isinstance(outcome, NotFetched)
    assert outcome.reason is reason
    assert "pixels" not in repr(outcome)
    with pytest.raises(RefusedError, match="type"):
        require_page(outcome)


@loopback
@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:9/", "http://169.254.169.254/latest", "http://[::1]/", "http://10.0.0.1/"]
)
def test_a_redirect_to_a_private_address_is_refused(location: str) -> None:
    """One request for what was asked, none for where it leads; exit 6."""
    with Site(HOST, a=redirect(location)) as site:
        outcome = recorder(site).record(site.url("/a"))

        assert site.asked == ["/robots.txt", "/a"]
    assert isinstance(outcome, NotFetched)
    with pytest.raises(RefusedError) as refused:
        require_page(outcome)
    assert refused.value.exit_code == 6


@loopback
def test_a_redirect_to_a_flagged_address_leaves_nothing() -> None:
    """What was seen on the way is not kept either."""
    with Site(HOST, a=redirect("/child-porn")) as site:
        outcome = recorder(site).record(site.url("/a"))

        assert site.asked == ["/robots.txt", "/a"]
    assert isinstance(outcome, Stopped)


@loopback
@pytest.mark.parametrize("body", [b"<title>preteen pictures</title>", b"<p>a</p><H1 id=x>child&#45;porn</H1>"])
def test_a_page_that_calls_itself_so_leaves_nothing(body: bytes) -> None:
    """It is dropped from memory, and its host is not looked up."""
    facts = NoFacts()
    with Site(HOST, a=page(body)) as site:
        outcome = recorder(site, host_facts=facts).record(site.url("/a"))

    assert isinstance(outcome, Stopped)
    assert facts.asked == []


@loopback
def test_a_stop_while_the_host_is_looked_up_leaves_nothing() -> None:
    """As any other stop."""
    with Site(HOST) as site:
        outcome = recorder(site, host_facts=StoppedFacts()).record(site.url("/a"))

    assert isinstance(outcome, Stopped)


@loopback
@pytest.mark.parametrize(
    "answer, kind",
    [
        (page(b"log in", "401 Unauthorized"), BlockKind.LOGIN_WALL),
        (page(b'<input type="password">', "403 Forbidden"), BlockKind.LOGIN_WALL),
        (page(b"no", "429 Too Many Requests"), BlockKind.RATE_LIMITED),
        (page(b"no", "200 OK", cf_mitigated="challenge"), BlockKind.CHALLENGE),
    ],
)
def test_a_wall_is_said(answer: bytes, kind: BlockKind) -> None:
    """It is not taken for the page; what a person can do is said."""
    with Site(HOST, a=answer) as site:
        outcome = recorder(site).record(site.url("/a"))

    assert isinstance(outcome, Blocked)
    assert outcome.kind is kind
    with pytest.raises(UnavailableError) as refused:
        require_page(outcome)
    assert (refused.value.exit_code, refused.value.advice) == (4, kind.what_a_person_can_do)


@loopback
def test_a_robots_txt_that_does_not_allow_it() -> None:
    """The page is not asked for."""
    with Site(HOST, robots=page(b"User-agent: *\nDisallow: /", content_type="text/plain")) as site:
        outcome = recorder(site).record(site.url("/a"))

        assert site.asked == ["/robots.txt"]
    assert isinstance(outcome, Blocked)


@pytest.mark.parametrize("text", ["file:///etc/passwd", "forum", "https://user:pw@forum.example.org/", "ftp://a.org/"])
def test_what_is_no_address_of_the_web(text: str) -> None:
    """Is refused, and nobody is asked."""
    with watched_sockets() as opened:
        outcome = recorder().record(text)

    assert isinstance(outcome, NotFetched)
    assert opened == []
    with pytest.raises(RefusedError):
        require_page(outcome)


def test_a_host_that_cannot_be_had_is_not_there_now() -> None:
    """Exit 4."""
    outcome = recorder().record("https://nowhere.example.org/")

    with pytest.raises(UnavailableError, match="no such host"):
        require_page(outcome)


@loopback
def test_a_host_is_not_asked_twice_in_a_moment() -> None:
    """The second page waits for its turn, or for later."""
    with Site(HOST) as site:
        asked = recorder(site)
        asked.record(site.url("/a"))
        outcome = asked.record(site.url("/b"), wait_at_most_s=0.0)

    assert isinstance(outcome, Later)
    with pytest.raises(UnavailableError, match="later"):
        require_page(outcome)


@loopback
def test_too_long_a_page_is_not_evidence_of_its_beginning() -> None:
    """It is refused as a whole, at the limit of the settings."""
    settings = Settings(net=NetSettings(page_bytes=20_000))
    with Site(HOST, a=page(b"<p>" + b"a" * 30_000)) as site:
        outcome = recorder(site, settings=settings).record(site.url("/a"))

    assert isinstance(outcome, NotFetched)
    assert outcome.reason is NotFetchedReason.TOO_MANY_BYTES


def test_errors_of_fetches_are_never_raised() -> None:
    """Whatever a name server does is a value."""

    class Failing(FakeResolver):
        def resolve(self, host: str, timeout_s: float) -> Any:
            del timeout_s
            raise FetchError(NotFetchedReason.RESOLVER_TIME, host)

    assert isinstance(recorder(resolver=Failing()).record("https://a.example.org/"), NotFetched)
