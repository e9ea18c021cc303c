"""Fetched media go straight into the sandbox: one memory, no copy, no file, and nothing left open."""

from __future__ import annotations

import io
import os
import ssl
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from pictures import scene
from rempart.app.fetched import media_of
from rempart.app.wiring import make_pool
from rempart.config import HazmatSettings, Settings
from rempart.model import Cleared, FingerprintedMedia, MediaMemory, MinorGate, Stopped
from rempart.model.web import Address, FetchedMedia, FetchMode, Hop, MemoryFile, Validators
from rempart.net import AddressPolicy, DnsResolver, Guard, GuardedClient, Identity, Wanted

LOOPBACK = "127.0.0.1"


class Picture(BaseHTTPRequestHandler):
    """Answers with a picture."""

    content = b""

    def do_GET(self) -> None:
        """Send it."""
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(self.content)))
        self.end_headers()
        self.wfile.write(self.content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing."""


@pytest.fixture
def address(socket_enabled: None) -> Iterator[Address]:
    """Serve a picture, on this machine."""
    del socket_enabled
    out = io.BytesIO()
    scene(3, 400, 300).save(out, "PNG")
    server = HTTPServer((LOOPBACK, 0), type("Served", (Picture,), {"content": out.getvalue()}))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield Address(url=f"http://{LOOPBACK}:{server.server_port}/a.png", context=("Album",))
    server.shutdown()
    server.server_close()
    thread.join()


def fetched_from(address: Address) -> FetchedMedia:
    """Fetch media from a server that this test allows."""
    gate = MinorGate()
    port = int(address.url.rpartition(":")[2].partition("/")[0])
    guard = Guard(DnsResolver(), AddressPolicy(allowed=frozenset({(LOOPBACK, port)})))
    cleared = gate.check(address)
    assert isinstance(cleared, Cleared)
    with GuardedClient(gate, guard, Identity(product="test"), ssl.create_default_context()) as client:
        outcome = client.fetch(cleared, Wanted(mode=FetchMode.MEDIA))
    assert isinstance(outcome, FetchedMedia)
    return outcome


def open_files() -> dict[str, str]:
    """Return where each descriptor of this process leads."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[name] = os.readlink(f"/proc/self/fd/{name}")
        except OSError:  # the folder's own, which is gone
            continue
    return found


@pytest.fixture
def written() -> Iterator[list[object]]:
    """Watch which files are opened to be written."""
    found: list[object] = []
    watching = [True]

    def watch(event: str, args: tuple[object, ...]) -> None:
        if watching and event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR):
            found.append(args[0])

    sys.addaudithook(watch)  # for good: it only stops watching
    yield found
    watching.clear()


def test_a_picture_that_was_fetched_is_fingerprinted(address: Address, written: list[object], tmp_path: Path) -> None:
    """It is answered for like any other, and never was in a file."""
    (tmp_path / "seen").write_bytes(b"")
    before = open_files()
    fetched = fetched_from(address)
    item = media_of(fetched, address)
    cleared = MinorGate().check(item)
    assert isinstance(cleared, Cleared)

    with make_pool(Settings(hazmat=HazmatSettings(workers=1))) as pool, fetched.memory:
        new = set(open_files().items()) - set(before.items())
        memories = [where for _, where in new if where.startswith("/memfd:rempart")]
        [(answered, outcome)] = pool.run([cleared], {"frames": 1, "orientations": 1})

    assert len(memories) == 1
    assert isinstance(outcome, FingerprintedMedia)
    assert (outcome.width, outcome.height, answered) == (400, 300, item)
    assert [w for w in open_files().values() if w.startswith("/memfd:rempart")] == []
    assert len(open_files()) == len(before)
    assert {str(path) for path in written} <= {str(tmp_path / "seen"), os.devnull}
    assert str(tmp_path / "seen") in map(str, written)  # so that a file would have been seen


def a_fetch(*urls: str) -> FetchedMedia:
    """Make media that were redirected."""
    hops = tuple(Hop(url=url, at=None) for url in urls)  # type: ignore[arg-type]  # nobody asks when
    memory = MemoryFile(-1, 0)
    return FetchedMedia(
        url=urls[-1], media_type="image/png", memory=memory, hops=hops, validators=Validators(), wire_bytes=0
    )


def test_the_gate_judges_every_address_that_led_there() -> None:
    """What was asked for, what it was called, each redirect and the last."""
    address = Address(url="https://a.example.org/1", context=("Album",))

    item = media_of(a_fetch("https://a.example.org/1", "https://b.example.org/2"), address, (0, "2"))

    assert item.names == ("https://a.example.org/1", "Album", "https://b.example.org/2")
    assert (item.label, item.place) == ("https://b.example.org/2", (0, "2"))
    stop = MinorGate(["album"]).check(item)
    assert isinstance(stop, Stopped)


def test_no_log_can_hold_what_an_item_shows() -> None:
    """Its memory is not in its ``repr``."""
    item = MediaMemory(memory=MemoryFile(-1, 0), label="a.png", names=())

    assert repr(item) == "MediaMemory(label='a.png', names=(), place=())"
    assert item.names_to_check() == ("a.png",)
