"""Magnet links, infohashes and IPFS identifiers: written down where they are shown, never asked for or looked up."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from rempart.model.collected import ReferenceKind
from required import ROOT
from targets.forum import Forum
from watch_scenes import LOOPBACK, LoopbackNames, add, outside, watch, without_pace, workspace_with_leak

HASH = "0123456789abcdef0123456789abcdef01234567"
OTHER = "89abcdef0123456789abcdef0123456789abcdef"
CID = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
HOST = "forum.example"
_INTERNET = {socket.AF_INET, socket.AF_INET6}
TEXT = f"info hash: {OTHER} and the pack"
MARKUP = (
    f'<a href="magnet:?xt=urn:btih:{HASH}&tr=udp://tracker.example:1337&ws=http://seed.example/">the pack</a>'
    f'<a href="ipfs://{CID}">one</a><img src="https://{CID}.ipfs.gateway.example/a.jpg">'
    f'<a href="https://gateway.example/ipfs/{CID}">two</a>'
)


class _Seen:
    """Every socket of this process while a test looks: whom it connects to, and those without connections."""

    def __init__(self) -> None:
        self.is_looking = False
        self.connected: set[Any] = set()
        self.without_connection: list[str] = []

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.is_looking:
            return
        if event == "socket.connect" and isinstance(arguments[1], tuple):
            self.connected.add(arguments[1][:2])
        is_datagram = (
            event == "socket.__new__" and arguments[1] in _INTERNET and arguments[2] & 0xF == socket.SOCK_DGRAM
        )
        is_question = event == "socket.getaddrinfo" and arguments[0] != LOOPBACK  # an address is none
        if is_datagram or is_question or event in {"socket.sendto", "socket.bind"}:
            self.without_connection.append(event)


SEEN = _Seen()


@pytest.mark.enable_socket
@pytest.mark.slow
def test_a_watch_writes_locators_down_and_asks_nobody_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One host is connected to, the forum's; no name but its own is asked for; no datagram leaves."""
    without_pace(monkeypatch)
    settings, workspace = workspace_with_leak(tmp_path)
    names = LoopbackNames()
    sys.addaudithook(SEEN.hook)
    with workspace, Forum(threads=0, posts=0) as forum:
        thread = forum.open_thread("Quiet boats", "painted blue")
        forum.append_post(thread.number, TEXT, markup=MARKUP)
        source = add(workspace, forum.url(name=HOST))
        SEEN.is_looking = True

        watch(workspace, settings, outside([forum.url(name=HOST)], names))

        SEEN.is_looking = False
        found = {(locator.kind, locator.value) for locator in workspace.sightings.locators(source.id)}
    assert found == {
        (ReferenceKind.MAGNET, f"magnet:?xt=urn:btih:{HASH}"),
        (ReferenceKind.INFOHASH, OTHER),
        (ReferenceKind.IPFS, f"ipfs://{CID}"),
    }
    assert SEEN.connected == {(LOOPBACK, forum.port)}
    assert SEEN.without_connection == []
    assert set(names.asked) == {HOST}


@pytest.mark.parametrize("lock", ["core", "capture", "learned", "postgres", "provenance", "video"])
def test_nothing_that_is_installed_could_join_a_swarm(lock: str) -> None:
    """No client of BitTorrent, of its distributed table, or of IPFS."""
    names = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8").lower()

    assert not [word for word in ("torrent", "dht", "kademlia", "ipfs", "libp2p", "webtor", "aria2") if word in names]
