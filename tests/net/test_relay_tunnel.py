"""A tunnel through the relay: bytes both ways, for the host that was asked, until an end or a limit."""

from __future__ import annotations

import socket
import time

import pytest

from net.relay_rig import HELLO, QUICK, SITE, Rig, hello, read_all
from net.servers import Visitor, then_silence
from rempart.model.egress import EgressEnd, EgressVerdict
from rempart.net.relay_rules import RelayLimits

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.usefixtures("nothing_left_open")]


def echo(visitor: Visitor) -> None:
    """Send back whatever comes, until it ends."""
    while data := visitor._socket.recv(65_536):
        visitor.send(data)


def test_bytes_pass_both_ways_and_are_counted() -> None:
    """What a host sends back comes as it was; the decision names the address that was checked."""
    with Rig(echo) as rig:
        sent = HELLO
        with rig.open_tunnel() as client:
            got = b""
            while len(got) < len(sent):
                got += client.recv(65_536)

        decision = rig.only
        assert got == sent
        assert (decision.verdict, decision.host, decision.peer) == (EgressVerdict.ALLOWED, SITE, "127.0.0.1")
        assert (decision.rule, decision.port) == (SITE, rig.site.port)
        assert (decision.bytes_up, decision.bytes_down, decision.end) == (len(sent), len(sent), EgressEnd.CLOSED)


def test_a_half_that_is_closed_leaves_the_other_open() -> None:
    """A child that has said all still gets its answer."""

    def answer_at_the_end(visitor: Visitor) -> None:
        size = 0
        while data := visitor._socket.recv(65_536):
            size += len(data)
        visitor.send(b"%d bytes" % size)

    with Rig(answer_at_the_end) as rig:
        with rig.open_tunnel() as client:
            client.shutdown(socket.SHUT_WR)
            got = read_all(client)

        assert got == b"%d bytes" % len(HELLO)
        assert rig.only.end is EgressEnd.CLOSED


@pytest.mark.parametrize(
    "opening, verdict",
    [
        (hello("other.example.org"), EgressVerdict.OTHER_HOST_INSIDE),
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", EgressVerdict.BAD_REQUEST),
        (b"GET / HTTP/1.1\r\nHost: site.example.org\r\n\r\n", EgressVerdict.BAD_REQUEST),
        (b"\x16\x03\x01\x40", EgressVerdict.NO_REQUEST),
        (b"\x16\x09\x01\x40\x00", EgressVerdict.BAD_REQUEST),
    ],
    ids=["another host", "not TLS", "plain http", "half a hello", "no TLS record"],
)
def test_a_tunnel_is_for_the_host_that_was_asked(opening: bytes, verdict: EgressVerdict) -> None:
    """What begins otherwise never reaches the host, and the tunnel is cut."""
    got: list[bytes] = []
    with Rig(lambda visitor: got.append(visitor._socket.recv(100))) as rig:
        with rig.tunnel() as client:
            client.sendall(opening)
            assert read_all(client) == b""

        decision = rig.only
        assert decision.verdict is verdict
        assert decision.bytes_up == 0
        assert rig.site.wait_for_end()
        assert b"".join(got) == b""


def test_a_tunnel_that_is_let_go_unused_is_written_so() -> None:
    """Browsers connect ahead of need."""
    with Rig(echo) as rig:
        rig.tunnel().close()
        time.sleep(0.1)

        decision = rig.only
        assert (decision.verdict, decision.bytes_up) == (EgressVerdict.ALLOWED, 0)
        assert decision.remarks == ("nothing was sent through it",)


def test_silence_ends_a_tunnel() -> None:
    """Neither side says anything for too long."""
    with Rig(then_silence()) as rig:
        with rig.open_tunnel() as client:
            assert read_all(client) == b""

        assert rig.only.end is EgressEnd.IDLE


def test_a_slow_drip_ends_with_the_time_of_a_connection() -> None:
    """Something always moves: the whole time is what ends it."""

    def drip(visitor: Visitor) -> None:
        visitor.drip([b"x"] * 100, 0.05)

    with Rig(drip, limits=RelayLimits(connection_s=0.7, idle_s=0.5)) as rig:
        with rig.open_tunnel() as client:
            read_all(client)

        decision = rig.only
        assert decision.end is EgressEnd.TOTAL_TIME
        assert decision.seconds < 2


def test_a_child_that_never_reads_makes_the_host_wait() -> None:
    """No more is kept here than a few pieces, however much the host sends; then silence ends it."""

    def flood(visitor: Visitor) -> None:
        for _ in range(1_000):
            visitor.send(bytes(100_000))

    with Rig(flood) as rig:
        with rig.connect() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            client.sendall(rig.head(f"CONNECT {rig.site_address} HTTP/1.1", "Host: x") + HELLO)
            time.sleep(QUICK.idle_s * 2.5)

        decision = rig.only
        assert decision.end is EgressEnd.IDLE
        assert decision.bytes_down < 20_000_000


@pytest.mark.parametrize("side", ["child", "host"])
def test_a_connection_that_breaks_is_closed_on_the_other_side(side: str) -> None:
    """A child that is killed in the middle, a host that resets."""

    def run(visitor: Visitor) -> None:
        visitor._socket.recv(4_096)
        if side == "host":
            visitor.reset()
        else:
            visitor.wait()

    with Rig(run) as rig:
        with rig.open_tunnel() as client:
            if side == "child":
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                time.sleep(0.1)
            else:
                assert read_all(client) == b""
        assert rig.site.wait_for_end()

        assert rig.only.end in {EgressEnd.RESET, EgressEnd.CLOSED}
