"""The door as a whole: what the gate stopped is never asked for, and an interrupted fetch leaves nothing open."""

from __future__ import annotations

import asyncio
import dataclasses
import ipaddress
import signal
import threading
import time
from typing import Any, Final, cast

import pytest

from net.doors import SLACK_S, SMALL, WANTED, Door, FakeResolver, Kind, cleared
from net.servers import Authority, RawServer, Script, Visitor, endless, head, page, reply, then_silence
from net.socket_watch import watched_sockets
from net.stub_dns import StubDns
from rempart.model.gate import Cleared, MinorGate
from rempart.model.outcome import Stopped
from rempart.model.web import Address, NotFetched, NotFetchedReason, NotModified, Page, Probed, Validators
from rempart.net import DnsResolver, Identity
from rempart.net.cookies import JobCookies
from rempart.net.request import build_request
from rempart.net.urls import parse_url

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1", "::1"]), pytest.mark.usefixtures("nothing_left_open")]

R = NotFetchedReason
HOST: Final = "forum.example.org"


class Forged:
    """Looks like a cleared address to whoever does not check."""

    item = Address(url=f"http://{HOST}/")


STOPPED_URLS: Final = [
    f"http://{HOST}/teen/",
    f"http://{HOST}/lyc%C3%A9e",
    "http://teen.example.org/",
    "http://xn--lyce-dpa.example.org/",
    f"http://{HOST}/?q=15ans",
]


@pytest.mark.parametrize("url", STOPPED_URLS)
def test_a_stopped_address_is_no_cleared_one(url: str) -> None:
    """So that there is nothing to fetch: the type says so before any code runs."""
    assert isinstance(MinorGate().check(Address(url=url)), Stopped | Cleared)


@pytest.mark.parametrize("url", STOPPED_URLS)
def test_a_stopped_address_causes_no_question_and_no_socket(kind: Kind, url: str) -> None:
    """A canary resolver hears nothing, whichever of the two gates stops it: the caller's, or the door's own."""
    with StubDns() as dns, Door(kind, resolver=DnsResolver(dns.servers)) as door, watched_sockets() as seen:
        judged = MinorGate().check(Address(url=url))
        outcome = judged if isinstance(judged, Stopped) else door.fetch(judged)

        assert isinstance(outcome, Stopped), outcome
        assert dns.questions == []
        assert seen == []


@pytest.mark.parametrize(
    "forged", [Forged(), Address(url=f"http://{HOST}/"), f"http://{HOST}/", None, object.__new__(Cleared)]
)
def test_a_forged_proof_causes_no_question_and_no_socket(kind: Kind, forged: object) -> None:
    """Only the gate makes a proof; a made-up one is a mistake of ours, and raises."""
    with StubDns() as dns, Door(kind, resolver=DnsResolver(dns.servers)) as door, watched_sockets() as seen:
        with pytest.raises((TypeError, AttributeError)):
            ask(door, cast("Any", forged))

        assert dns.questions == []
        assert seen == []


def ask(door: Door, what: Any) -> object:
    """Ask one of the clients itself, without what the door of these tests does before."""
    if door.kind is Kind.THREADS:
        return door.threads_client.fetch(what, WANTED)
    return door.run(door.tasks_client.fetch(what, WANTED))


def test_what_led_to_an_address_is_judged_again(kind: Kind) -> None:
    """With the form in which it would be asked: its letters, not its ``xn--``."""
    with RawServer(reply(page())) as server, Door(kind, (server.host, server.port)) as door:
        assert isinstance(door.fetch(cleared(server.url(), "a page about gardens")), Page)


def test_a_connection_that_was_closed_between_two_requests_is_opened_again(kind: Kind) -> None:
    """The host had had enough of it; nobody notices."""

    def one(visitor: Visitor) -> None:
        visitor.read_head()
        visitor.send(page())

    with RawServer(one) as server, Door(kind, (server.host, server.port)) as door:
        first = door.fetch(server.url("/1"))
        time.sleep(0.1)
        second = door.fetch(server.url("/2"))

        assert isinstance(first, Page)
        assert isinstance(second, Page)
        assert server.connections == 2


def test_a_closed_port_is_a_reason(kind: Kind) -> None:
    """Nobody listens any more."""
    with RawServer(reply(page())) as server:
        port = server.port

    with Door(kind, ("127.0.0.1", port)) as door:
        outcome = door.fetch(f"http://127.0.0.1:{port}/")

        assert isinstance(outcome, NotFetched)
        assert outcome.reason is R.CONNECT
        assert outcome.hops[0].peer == ""


def test_the_next_address_is_tried_where_one_refuses(kind: Kind) -> None:
    """Each was checked before the first was tried."""
    with RawServer(reply(page()), host="::1") as server:
        both = FakeResolver({HOST: [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]})
        with Door(kind, ("127.0.0.1", server.port), ("::1", server.port), resolver=both) as door:
            outcome = door.fetch(f"http://{HOST}:{server.port}/")

            assert isinstance(outcome, Page)
            assert outcome.hops[0].peer == "::1"
            assert outcome.hops[0].addresses == ("127.0.0.1", "::1")


def test_what_is_sent_is_what_is_needed(kind: Kind) -> None:
    """An honest name, the host as it was asked, no language, no referrer, no encoding that we do not read."""
    names = FakeResolver({HOST: [ipaddress.ip_address("127.0.0.1")]})
    with RawServer(reply(page())) as server, Door(kind, ("127.0.0.1", server.port), resolver=names) as door:
        door.fetch(f"http://{HOST}:{server.port}/a?b=1#c")

        lines = server.heads[0].decode().split("\r\n")
    assert lines[0] == "GET /a?b=1 HTTP/1.1"
    assert {line.partition(":")[0].lower() for line in lines[1:]} == {"host", "user-agent", "accept", "accept-encoding"}
    assert f"Host: {HOST}:{server.port}" in lines
    assert "User-Agent: Rempart/1 (+https://desk.example.org/)" in lines
    assert "Accept-Encoding: gzip, deflate" in lines


def test_heads_and_certificate_are_those_of_the_connection(kind: Kind, authority: Authority) -> None:
    """As the server saw and sent them; the certificate is the host's own, in DER."""
    resolver = FakeResolver({"forum.example.org": [ipaddress.IPv4Address("127.0.0.1")]})
    context = authority.server("forum.example.org")
    with RawServer(reply(page(X_Name="A")), tls=context) as server:
        url = f"https://forum.example.org:{server.port}/a?b=1"
        with Door(kind, ("127.0.0.1", server.port), resolver=resolver, tls=authority.client()) as door:
            outcome = door.fetch(url)

    assert isinstance(outcome, Page)
    [hop] = outcome.hops
    assert hop.sent == server.heads[0] + b"\r\n\r\n"
    assert hop.received == page(X_Name="A").partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert b"forum.example.org" in hop.certificate
    assert hop.certificate.startswith(b"\x30\x82")


def test_a_contact_in_any_letters_is_sent() -> None:
    """RFC 9110 §5.5: no header has others than those of ASCII."""
    asker = Identity(product="Rempart/1", contact="Zo\xe9 <zoe@desk.example.org>")

    request = build_request(parse_url("http://a.example.org/"), WANTED, asker, JobCookies())

    assert request.headers["User-Agent"] == "Rempart/1 (+Zo%C3%A9 <zoe@desk.example.org>)"


def test_a_page_that_did_not_change_costs_no_body(kind: Kind) -> None:
    """And its connection is kept for the next question."""
    answer = head("304 Not Modified", etag='"1"')
    wanted = dataclasses.replace(
        WANTED, validators=Validators(etag='"1"', last_modified="Sun, 22 Nov 2026 06:00:00 GMT")
    )
    with RawServer(reply(answer)) as server, Door(kind, (server.host, server.port)) as door:
        outcomes = [door.fetch(server.url(), wanted) for _ in range(2)]

        assert [type(outcome) for outcome in outcomes] == [NotModified] * 2
        assert b'if-none-match: "1"' in server.heads[0].lower()
        assert server.connections == 1


@pytest.mark.parametrize("etag", ['"caf\xe9"', '"a\r\nx: y"', '"\0"', " "])
def test_a_version_that_is_no_header_is_not_sent_back(kind: Kind, etag: str) -> None:
    """It came from the host, and could not be sent."""
    wanted = dataclasses.replace(WANTED, validators=Validators(etag=etag))
    with RawServer(reply(page())) as server, Door(kind, (server.host, server.port)) as door:
        assert isinstance(door.fetch(server.url(), wanted), Page)
        assert b"if-none-match" not in server.heads[0].lower()


def test_a_probe_reads_the_beginning_only(kind: Kind) -> None:
    """What it is, and no more of it."""
    script = endless(head(content_type="text/html"), b"word " * 100)
    with RawServer(script) as server, Door(kind, (server.host, server.port)) as door:
        outcome = door.fetch(server.url(), dataclasses.replace(WANTED, head_only=True))

        assert isinstance(outcome, Probed)
        assert 4_096 <= outcome.sniffed_bytes < 10_000
        assert server.wait_for_end()


def pressing_ctrl_c(data: bytes) -> Script:
    """Answer one request with some bytes, then send this process what Ctrl-C sends, while the client waits for more."""
    main = threading.main_thread().ident
    assert main is not None

    def script(visitor: Visitor) -> None:
        visitor.read_head()
        visitor.send(data)
        time.sleep(0.1)
        signal.pthread_kill(main, signal.SIGINT)
        visitor.wait()

    return script


SENT_FIRST: Final = {
    "before the head": b"",
    "in the head": b"HTTP/1.1 200 OK\r\n",
    "in the body": head(content_type="text/html", content_length="9000") + b"<p>" * 2_000,
}


@pytest.mark.parametrize("where", SENT_FIRST)
def test_ctrl_c_leaves_no_connection(where: str) -> None:
    """The interrupt comes out as it is, and the server sees the end."""
    wanted = dataclasses.replace(WANTED, limits=dataclasses.replace(SMALL, idle_s=9.0, total_s=9.0))
    script = pressing_ctrl_c(SENT_FIRST[where])
    with RawServer(script) as server, Door(Kind.THREADS, (server.host, server.port)) as door:
        with pytest.raises(KeyboardInterrupt):
            door.fetch(server.url(), wanted)

        assert door.in_use == 0
        assert server.wait_for_end()


@pytest.mark.parametrize("where", SENT_FIRST)
def test_a_cancelled_task_leaves_no_connection(where: str) -> None:
    """Whoever waits for it goes on at once, and the server sees the end."""
    wanted = dataclasses.replace(WANTED, limits=dataclasses.replace(SMALL, idle_s=9.0, total_s=9.0))
    with RawServer(then_silence(SENT_FIRST[where])) as server, Door(Kind.TASKS, (server.host, server.port)) as door:

        async def give_up() -> None:
            async with asyncio.timeout(0.2):
                await door.tasks_client.fetch(cleared(server.url()), wanted)

        with pytest.raises(TimeoutError):
            door.run(give_up())
        door.run(asyncio.sleep(0.01))

        assert door.in_use == 0
        assert server.wait_for_end()


def test_tasks_do_not_share_what_they_count() -> None:
    """One is stopped by its bytes, the other is not: the meter is the task's own."""
    with RawServer(reply(page(b"a" * 50_000))) as server, Door(Kind.TASKS, (server.host, server.port)) as door:
        small = dataclasses.replace(WANTED, limits=dataclasses.replace(SMALL, wire_bytes=20_000))

        async def both() -> list[object]:
            fetch = door.tasks_client.fetch
            asked = [fetch(cleared(server.url(f"/{n}")), small if n % 2 else WANTED) for n in range(6)]
            return list(await asyncio.gather(*asked))

        outcomes = door.run(both())

    assert [type(outcome) for outcome in outcomes] == [Page, NotFetched] * 3
    assert all(outcome.wire_bytes < 51_000 for outcome in outcomes[::2])


def test_whoever_finds_no_free_connection_does_not_wait_for_ever() -> None:
    """64 silent hosts hold every connection; the 65th fetch ends within its own time."""
    slow = dataclasses.replace(WANTED, limits=dataclasses.replace(SMALL, idle_s=9.0, total_s=9.0))
    quick = dataclasses.replace(WANTED, limits=dataclasses.replace(SMALL, total_s=0.5))
    with RawServer(then_silence()) as server, Door(Kind.TASKS, (server.host, server.port)) as door:

        async def crowd() -> tuple[object, float]:
            fetch = door.tasks_client.fetch
            tasks = [asyncio.ensure_future(fetch(cleared(server.url(f"/{n}")), slow)) for n in range(64)]
            await asyncio.sleep(0.3)
            begun_s = time.monotonic()
            last = await fetch(cleared(server.url("/last")), quick)
            took_s = time.monotonic() - begun_s
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            return last, took_s

        last, took_s = door.run(crowd())
        door.run(asyncio.sleep(0.01))

    assert isinstance(last, NotFetched)
    assert last.reason is R.TOTAL_TIME
    assert took_s < 0.5 + SLACK_S


class Elsewhere:
    """Connects to another port than it is asked for, as a rule of the machine's own firewall might."""

    def __init__(self, inner: Any, port: int) -> None:
        """Lead there."""
        self._inner, self._port = inner, port

    def connect_tcp(self, host: str, port: int, *rest: object) -> Any:
        """Connect, for threads and for tasks."""
        del port
        return self._inner.connect_tcp(host, self._port, *rest)


def test_nothing_is_sent_to_another_peer_than_was_checked(kind: Kind) -> None:
    """The peer's address is compared before the first byte."""
    with (
        RawServer(reply(page())) as named,
        RawServer(reply(page())) as other,
        Door(kind, (named.host, named.port)) as door,
    ):
        backend = door._pool._network_backend
        backend._inner = Elsewhere(backend._inner, other.port)

        outcome = door.fetch(named.url())

        assert isinstance(outcome, NotFetched)
        assert outcome.reason is R.PEER_CHANGED
        assert (named.connections, other.requests) == (0, 0)
