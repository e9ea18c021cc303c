"""The relay: what a child process may reach through it, what it may cost, and what is written of each attempt."""

from __future__ import annotations

import asyncio
import socket
import threading
import time

import pytest

from net.doors import FakeResolver
from net.relay_rig import PATIENCE_S, QUICK, SITE, Rig, read_all
from net.servers import Visitor, page, reply, then_silence
from net.socket_watch import watched_sockets
from rempart.errors import OutputError
from rempart.model.egress import EgressDecision, EgressEnd, EgressVerdict
from rempart.model.gate import MinorGate
from rempart.net import Guard
from rempart.net.relay import EgressRelay
from rempart.net.relay_log import MemoryDecisions
from rempart.net.relay_rules import RelayJob, RelayLimits

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.usefixtures("nothing_left_open")]


def echo(visitor: Visitor) -> None:
    """Send back whatever comes, until it ends."""
    while data := visitor._socket.recv(65_536):
        visitor.send(data)


def status(answer: bytes) -> int:
    """Return the status of an answer."""
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize(
    "line, verdict, code",
    [
        ("CONNECT {site} HTTP/0.9", EgressVerdict.BAD_REQUEST, 400),
        ("CONNECT {site} HTTP/2.0", EgressVerdict.BAD_REQUEST, 400),
        ("CONNECT site.example.org HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("CONNECT site.example.org: HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("CONNECT :443 HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("CONNECT site.example.org:0 HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("CONNECT site.example.org:99999 HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("CONNECT site.example.org:4\xb23 HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("CONNECT user@{site} HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("CONNECT https://{site}/ HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("CONNECT 2606:2800:220:1::1:443 HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("CONNECT 0x7f.1:443 HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("CONNECT localhost:443 HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("CONNECT a.localhost:443 HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("CONNECT [2606:2800:220:1::1]:443 HTTP/1.1", EgressVerdict.NOT_NAMED, 403),
        ("CONNECT [::1]:443 HTTP/1.1", EgressVerdict.NOT_NAMED, 403),
        ("CONNECT 169.254.169.254:443 HTTP/1.1", EgressVerdict.NOT_NAMED, 403),
        ("CONNECT 127.0.0.1:443 HTTP/1.1", EgressVerdict.NOT_NAMED, 403),
        ("CONNECT update.example.com:443 HTTP/1.1", EgressVerdict.NOT_NAMED, 403),
        ("CONNECT wild.example.org:443 HTTP/1.1", EgressVerdict.NOT_NAMED, 403),
        ("CONNECT evilsite.example.org:443 HTTP/1.1", EgressVerdict.NOT_NAMED, 403),
        ("CONNECT inside.wild.example.org:443 HTTP/1.1", EgressVerdict.DENIED_ADDRESS, 403),
        ("CONNECT mixed.wild.example.org:443 HTTP/1.1", EgressVerdict.DENIED_ADDRESS, 403),
        ("CONNECT site.example.org:22 HTTP/1.1", EgressVerdict.DENIED_ADDRESS, 403),
        ("CONNECT none.wild.example.org:443 HTTP/1.1", EgressVerdict.NO_SUCH_HOST, 502),
        ("GET / HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("GET https://{site}/ HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("GET ftp://{site}/ HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("GET http://user:word@{site}/ HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("GET http:///path HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("TRACE http://{site}/ HTTP/1.1", EgressVerdict.BAD_REQUEST, 400),
        ("PRI * HTTP/2.0", EgressVerdict.BAD_REQUEST, 400),
        ("\x16\x03\x01\x02\x00\x01\x00\x01", EgressVerdict.BAD_REQUEST, 400),
        ("\x05\x01\x00", EgressVerdict.BAD_REQUEST, 400),
    ],
)
def test_what_may_not_be_asked_is_refused_and_written(line: str, verdict: EgressVerdict, code: int) -> None:
    """The child is told no in a word, nothing is connected to, and one decision says why."""
    with Rig(echo) as rig:
        line = line.format(site=rig.site_address)
        named = [] if "http://" in line else [f"Host: {rig.site_address}"]

        answer = rig.ask(line, *named)

        decision = rig.only
        assert (decision.verdict, status(answer)) == (verdict, code)
        assert decision.peer == ""
        assert rig.site.connections == 0
        assert "example" not in answer.decode()


def test_only_a_child_that_knows_the_secret_is_served() -> None:
    """Without it, or with a wrong one: 407, no name server is asked, and what was asked is written."""
    with Rig(echo) as rig:
        line = f"CONNECT {rig.site_address} HTTP/1.1"
        answers = [
            rig.ask(line, "Host: x", with_secret=False),
            rig.ask(line, "Host: x", "Proxy-Authorization: Basic cmVtcGFydDp4", with_secret=False),
            rig.ask(line, "Host: x", "Proxy-Authorization: Basic \xff", with_secret=False),
            rig.ask(line, "Host: x", f"Proxy-Authorization: Bearer {rig.proxy.secret}", with_secret=False),
            rig.ask(line, "Host: x", "Proxy-Authorization: Basic cmVtcGFydDp4"),
            rig.ask("GET /nonsense HTTP/1.1", "Host: x", with_secret=False),
        ]

        decisions = rig.end()

        assert {status(answer) for answer in answers} == {407}
        assert b'Proxy-Authenticate: Basic realm="rempart"' in answers[0]
        assert {decision.verdict for decision in decisions} == {EgressVerdict.NO_SECRET}
        assert decisions[0].host == SITE
        assert rig.resolver.asked == []
        assert rig.proxy.secret not in repr((decisions, rig.proxy))


@pytest.mark.parametrize("line", ["CONNECT lycee.wild.example.org:443 HTTP/1.1", "GET http://{site}/lycee/ HTTP/1.1"])
def test_what_the_gate_stops_causes_no_question_and_is_not_written_down(line: str) -> None:
    """A host or an address that may concern a minor: no name server is asked, and only the rule is written."""
    with Rig(echo) as rig:
        line = line.format(site=rig.site_address)
        headers = [f"Host: {rig.site_address}"] if line.startswith("GET") else ["Host: x"]

        answer = rig.ask(line, *headers)

        decision = rig.only
        assert status(answer) == 403
        assert decision.verdict is EgressVerdict.STOPPED
        assert (decision.host, decision.detail) == ("", "")
        assert decision.rule
        assert rig.resolver.asked == []


@pytest.mark.parametrize(
    "line", ["CONNECT lycee.wild.example.org:443 HTTP/1.1", "GET ftp://lycee.example.org/ HTTP/1.1"]
)
def test_what_the_gate_would_stop_is_not_written_down_whoever_asks(line: str) -> None:
    """Also where it was refused for another reason first."""
    with Rig(echo) as rig:
        rig.ask(line, "Host: x", with_secret=False)

        assert "lycee" not in repr(rig.only)


def test_a_host_that_is_not_named_is_no_reason_to_open_a_socket() -> None:
    """Beside the child's own connection and the relay's answer to it nothing happens on the network."""
    with Rig(echo) as rig, rig.connect() as client:
        with watched_sockets() as events:
            client.sendall(rig.head("CONNECT update.example.com:443 HTTP/1.1", "Host: x"))
            read_all(client)

        assert [event for event in events if event != "socket.__new__"] == []
        assert rig.resolver.asked == []


@pytest.mark.parametrize("size", [20_000, 1_000_000])
def test_a_head_that_is_too_large_is_cut(size: int) -> None:
    """A megabyte in the first line: the relay says so and keeps none of it."""
    with Rig(echo) as rig:
        with rig.connect() as client:
            thread = threading.Thread(target=_send_all, args=(client, b"GET http://" + b"a" * size))
            thread.start()
            answer = read_all(client)
            thread.join()

        assert status(answer) == 431
        assert rig.verdicts == [EgressVerdict.BAD_REQUEST]


def _send_all(client: socket.socket, data: bytes) -> None:
    try:
        client.sendall(data)
    except OSError:
        return


@pytest.mark.parametrize("slowly", [b"", b"CONNECT site.example.org:443 HTTP/1.1\r\n"], ids=["silent", "half a head"])
def test_a_slow_head_is_cut(slowly: bytes) -> None:
    """Whoever holds a place without asking for anything loses it, also dripping."""
    with Rig(echo) as rig:
        begun = time.monotonic()
        with rig.connect() as client:
            client.sendall(slowly)
            answer = read_all(client)

        assert time.monotonic() - begun < QUICK.header_s + 2
        assert status(answer) == 408
        assert rig.verdicts == [EgressVerdict.NO_REQUEST]


def test_more_connections_than_the_job_may_have_are_refused() -> None:
    """The ones that are under way go on."""
    with Rig(echo, limits=RelayLimits(connections=2, header_s=PATIENCE_S)) as rig:
        with rig.open_tunnel() as first, rig.open_tunnel():
            assert status(rig.ask(f"CONNECT {rig.site_address} HTTP/1.1", "Host: x")) == 503
            first.sendall(b"more")
            assert first.recv(10)

        rig.settle()
        assert sorted(rig.verdicts) == ["allowed", "allowed", "limit"]


def test_the_bytes_of_a_job_are_counted_together() -> None:
    """At the limit what is under way is cut, and nothing begins."""
    with Rig(echo, limits=RelayLimits(job_bytes=100_000)) as rig:
        with rig.open_tunnel() as client:
            client.settimeout(PATIENCE_S)
            _send_all(client, bytes(300_000))
            assert len(read_all(client)) <= 100_000
        assert status(rig.ask(f"CONNECT {rig.site_address} HTTP/1.1", "Host: x")) == 503

        first, second = rig.end()
        assert first.end is EgressEnd.JOB_BYTES
        assert first.bytes_up + first.bytes_down <= 100_000
        assert second.verdict is EgressVerdict.LIMIT


def test_the_end_of_the_job_cuts_what_is_under_way_and_writes_it() -> None:
    """Nothing is dropped: numbers go from 1 without a gap, also for what had just begun."""
    with Rig(then_silence(), limits=RelayLimits()) as rig:
        clients = [rig.open_tunnel() for _ in range(5)] + [rig.connect() for _ in range(5)]
        time.sleep(0.1)

        decisions = rig.end()

        assert sorted(d.number for d in decisions) == list(range(1, 11))
        assert [d.end for d in decisions].count(EgressEnd.JOB_END) == 5
        assert [d.verdict for d in decisions].count(EgressVerdict.CLOSING) == 5
        for client in clients:
            client.close()


class _FullDisk:
    """Keeps one decision, and no more."""

    def __init__(self) -> None:
        self.kept: list[EgressDecision] = []

    def note(self, decision: EgressDecision) -> None:
        """Keep the first."""
        if self.kept:
            message = "the disk is full"
            raise OutputError(message)
        self.kept.append(decision)


def test_without_its_log_the_relay_passes_nothing_on() -> None:
    """What is under way is cut, what comes is refused, and whoever runs it is told."""
    rig = Rig(then_silence(), sink=_FullDisk(), limits=RelayLimits())
    with rig:
        with rig.open_tunnel() as under_way:
            rig.ask("GET / HTTP/1.1", "Host: x")
            rig.ask("GET / HTTP/1.1", "Host: x")

            assert read_all(under_way) == b""
            assert status(rig.ask(f"CONNECT {rig.site_address} HTTP/1.1", "Host: x")) == 503
        with pytest.raises(OutputError):
            rig.close()


def test_a_host_that_accepts_nobody_is_a_bad_gateway() -> None:
    """Nobody listens there."""
    with Rig(echo) as rig:
        rig.close_site()

        answer = rig.ask(f"CONNECT {rig.site_address} HTTP/1.1", "Host: x")

        decision = rig.only
        assert status(answer) == 502
        assert (decision.verdict, decision.addresses) == (EgressVerdict.UNREACHABLE, ("127.0.0.1",))


def test_many_at_once_leave_nothing_open() -> None:
    """A hundred connections of all kinds; the fixture looks at what is left."""
    with Rig(reply(page())) as rig:
        threads = [threading.Thread(target=_visit, args=(rig, number)) for number in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(d.number for d in rig.end()) == list(range(1, 101))


def _visit(rig: Rig, number: int) -> None:
    match number % 4:
        case 0:
            rig.connect().close()
        case 1:
            rig.ask(f"GET http://{rig.site_address}/ HTTP/1.1", f"Host: {rig.site_address}")
        case 2:
            rig.ask("CONNECT other.example.net:443 HTTP/1.1", "Host: x")
        case _:
            with rig.connect() as client:
                _send_all(client, b"\x00" * 100)


def test_it_serves_in_a_loop_too() -> None:
    """Whoever has a loop needs no thread."""
    log = MemoryDecisions()

    async def visit() -> bytes:
        relay = EgressRelay(RelayJob(hosts=frozenset()), MinorGate(), Guard(FakeResolver()), log)
        async with relay.serving() as proxy:
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            writer.write(b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answer

    assert status(asyncio.run(visit())) == 407
    assert [d.verdict for d in log.decisions] == [EgressVerdict.NO_SECRET]
