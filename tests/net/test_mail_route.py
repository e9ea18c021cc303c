"""The administrator's relay may be in a private network; what is never a relay is refused, and nothing else changes."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import sys
from typing import Any

import pytest

from relays import Answers
from rempart.errors import ConfigError, FetchError, MailError
from rempart.model.mail import MailReason
from rempart.model.web import NotFetchedReason
from rempart.net.addresses import IPAddress
from rempart.net.guard import Route
from rempart.net.mail_route import Relay, RelaySecurity, connect, find_route, parse_relay_host, vouch


def relay(host: str, port: int = 587) -> Relay:
    """Describe a relay."""
    return Relay(host=host, port=port, security=RelaySecurity.TLS, domain="example.org")


NEVER = [
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "169.254.169.254",
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "::",
    "fe80::1",
    "fe80::1%1",
    "ff02::1",
    "fec0::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", NEVER)
def test_what_is_never_a_relay_is_refused(address: str) -> None:
    """As a name's only address, beside a good one, and written by the administrator; no socket is opened."""
    opened = watch_sockets()

    for host, answers in (("relay.example.org", (address,)), ("relay.example.org", ("127.0.0.1", address))):
        with pytest.raises(MailError) as caught:
            asyncio.run(find_route(relay(host), Answers(*answers), 1.0))
        assert caught.value.reason == MailReason.NO_ROUTE
    with pytest.raises(MailError):
        asyncio.run(find_route(relay(address), Answers(), 1.0))

    assert opened == []


WATCHED: list[tuple[str, Any]] = []


def watch_sockets() -> list[tuple[str, Any]]:
    """Return a list that every connection of this process is noted in from now on."""
    if not getattr(watch_sockets, "is_on", False):
        sys.addaudithook(lambda event, args: WATCHED.append((event, args)) if event == "socket.connect" else None)
        watch_sockets.is_on = True  # type: ignore[attr-defined]  # a hook cannot be taken off: it is set once
    WATCHED.clear()
    return WATCHED


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.0.0.53", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1"]
)
def test_a_relay_may_be_in_a_private_network(address: str) -> None:
    """It is where most are; the administrator named it."""
    route = asyncio.run(find_route(relay("relay.example.org"), Answers(address), 1.0))

    assert [str(a) for a in route.addresses] == [address]


def test_only_the_relay_s_own_addresses_and_port_are_vouched_for() -> None:
    """The next address, and the next port of the same one, stay denied."""
    policy = vouch([ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("169.254.1.1")], 587)

    policy.check([ipaddress.ip_address("10.0.0.1")], 587)
    for address, port in (("10.0.0.2", 587), ("10.0.0.1", 25), ("169.254.1.1", 587)):
        with pytest.raises(FetchError):
            policy.check([ipaddress.ip_address(address)], port)


@pytest.mark.parametrize("host", ["relay.example.org", "10.0.0.1", "192.0.2.1", "fd00::1"])
def test_nothing_is_said_in_the_clear_over_a_network(host: str) -> None:
    """Not even in a private one, nor to a name that may lead anywhere tomorrow."""
    with pytest.raises(ConfigError, match="cannot be none"):
        Relay(host=host, port=25, security=RelaySecurity.NONE, domain="example.org")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_relay_of_this_machine_may_be_spoken_to_in_the_clear(host: str) -> None:
    """Nobody is on the way."""
    assert Relay(host=host, port=25, security=RelaySecurity.NONE, domain="example.org").host == host


@pytest.mark.parametrize(
    "text, host", [("Relay.Example.org", "relay.example.org"), ("[::1]", "::1"), ("127.0.0.1", "127.0.0.1")]
)
def test_a_relay_s_host_has_one_form(text: str, host: str) -> None:
    """As other hosts have."""
    assert parse_relay_host(text) == host


@pytest.mark.parametrize(
    "text", ["", "localhost", "relay", "relay.example.org:25", "127.1", "smtp://relay.example.org"]
)
def test_what_is_no_host_is_a_setting_to_correct(text: str) -> None:
    """The message says what to write."""
    with pytest.raises(ConfigError) as caught:
        parse_relay_host(text)

    assert "127.0.0.1" in caught.value.advice


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_the_next_address_is_tried() -> None:
    """Where the first one does not answer; the connection leads to the one that was checked."""

    async def whole() -> tuple[object, int]:
        server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            route = await find_route(relay("relay.example.org", port), Answers("127.0.0.2", "127.0.0.1"), 1.0)
            with await connect(route, 0.5) as connected:
                return connected.getpeername(), port

    peer, port = asyncio.run(whole())
    assert peer == ("127.0.0.1", port)


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_nobody_listening_is_a_reason() -> None:
    """With the address that was tried."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        route = asyncio.run(find_route(relay("127.0.0.1", port), Answers(), 1.0))

        with pytest.raises(MailError) as caught:
            asyncio.run(connect(route, 0.5))

    assert caught.value.reason == MailReason.CONNECT
    assert caught.value.detail == f"127.0.0.1 port {port}: Connection refused"


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_connection_that_leads_elsewhere_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a word is said over it."""
    heard: list[bytes] = []
    is_over = asyncio.Event()

    def elsewhere(self: Route, peer: object, expected: IPAddress) -> None:
        raise FetchError(NotFetchedReason.PEER_CHANGED, f"{self.host} {peer} {expected}")

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read())
        writer.close()
        is_over.set()

    async def whole() -> None:
        server = await asyncio.start_server(listen, "127.0.0.1", 0)
        async with server:
            route = await find_route(relay("127.0.0.1", server.sockets[0].getsockname()[1]), Answers(), 1.0)
            monkeypatch.setattr(Route, "verify_peer", elsewhere)
            with pytest.raises(MailError) as caught:
                await connect(route, 0.5)
            assert caught.value.reason == MailReason.NO_ROUTE
            await is_over.wait()

    asyncio.run(asyncio.wait_for(whole(), 5))
    assert heard == [b""]
