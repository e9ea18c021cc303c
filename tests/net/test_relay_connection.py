"""Who may use the relay, and where it leads: strangers, no descriptors left, connections that lead elsewhere."""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import socket
import threading
import time
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from net.doors import FakeResolver
from net.relay_rig import PATIENCE_S, SITE, Rig, read_all
from net.servers import RawServer, Visitor, page, reply
from rempart.errors import UnavailableError
from rempart.model.egress import EgressVerdict
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


def test_another_user_does_not_keep_the_child_out() -> None:
    """He has no secret: however many connections he opens, the child's own is served, and his oldest one ends."""
    with Rig(echo, limits=RelayLimits(connections=2, header_s=PATIENCE_S)) as rig:
        strangers = [rig.connect() for _ in range(2)]
        strangers[0].sendall(b"CONNECT ")
        time.sleep(0.1)  # they are there before the child is
        with rig.open_tunnel() as child:
            child.sendall(b"more")
            assert child.recv(10)
            assert strangers[0].recv(10) == b""
        for stranger in strangers:
            stranger.close()

        rig.settle()
        assert sorted(rig.verdicts) == ["allowed", "limit", "no_request"]


@pytest.mark.parametrize("what", ["asyncio.run", "rempart.net.relay.socket"])
def test_a_machine_without_descriptors_is_an_error_and_no_wait(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts a relay does not wait for a thread that is gone."""
    relay = EgressRelay(RelayJob(hosts=frozenset()), MinorGate(), Guard(FakeResolver()), MemoryDecisions())
    found: list[BaseException] = []

    def no_descriptor(*_: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    def start() -> None:
        try:
            with relay.running():
                pass
        except UnavailableError as error:
            found.append(error)

    starting = threading.Thread(target=start, daemon=True)
    with monkeypatch.context() as patched, warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # what was to run in the loop was not
        none_left = SimpleNamespace(socket=no_descriptor, AF_INET=socket.AF_INET, SOCK_STREAM=socket.SOCK_STREAM)
        patched.setattr(what, none_left if what.endswith("socket") else no_descriptor)
        starting.start()
        starting.join(PATIENCE_S)
        gc.collect()

    assert [type(error) for error in found] == [UnavailableError]


def test_nothing_is_sent_to_another_peer_than_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that leads elsewhere is closed, and the child is told nothing of it."""
    with RawServer(reply(page())) as other, Rig(reply(page())) as rig:
        connect = asyncio.SelectorEventLoop.sock_connect

        async def elsewhere(loop: Any, made: socket.socket, address: tuple[str, int]) -> None:
            await connect(loop, made, (address[0], other.port))

        monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", elsewhere)
        answer = rig.ask(f"GET http://{rig.site_address}/ HTTP/1.1", f"Host: {rig.site_address}")

        assert status(answer) == 403
        assert rig.only.verdict is EgressVerdict.DENIED_ADDRESS
        assert (rig.site.connections, other.requests) == (0, 0)


def test_nobody_outside_this_machine_can_ask() -> None:
    """It listens on loopback alone: the system says so."""
    with Rig(echo) as rig:
        lines = Path("/proc/net/tcp").read_text("ascii").split("\n")[1:-1]
        listening = {line.split()[1] for line in lines if line.split()[3] == "0A"}

        assert {place for place in listening if place.endswith(f":{rig.proxy.port:04X}")} == {
            f"0100007F:{rig.proxy.port:04X}"
        }


def test_a_websocket_to_a_stopped_address_is_not_opened() -> None:
    """In clear its whole address can be read, and the gate judges it; the site sees none of it."""
    asked = f"GET /teens HTTP/1.1\r\nHost: {SITE}:{{port}}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    with Rig(reply(page())) as rig:
        with rig.tunnel() as client:
            client.sendall(asked.format(port=rig.site.port).encode())
            assert read_all(client) == b""

        assert rig.only.verdict is EgressVerdict.STOPPED
        assert rig.site.requests == 0


def test_the_host_is_told_its_name_in_one_form() -> None:
    """However the child wrote it: what was judged is what is sent."""
    with Rig(reply(page())) as rig:
        rig.ask(f"GET http://{rig.site_address.upper()}/ HTTP/1.1", f"Host: {rig.site_address.upper()}")

        assert f"Host: {rig.site_address}".encode() in rig.site.heads[0]
