"""A hotline's list of addresses: every spelling of one is recognised, and half a list is none."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from rempart.app.gating import make_gate
from rempart.app.known_list import KnownList, read_known_list
from rempart.config import GateSettings, Settings
from rempart.errors import ConfigError
from rempart.model import Stopped, StopReason
from rempart.model.web import Address


def digest(text: str) -> str:
    """Return an entry of a list."""
    return hashlib.sha256(text.encode()).hexdigest()


def settings_with(path: Path) -> Settings:
    """Return settings that name a list."""
    return Settings(gate=GateSettings(known_urls_file=path))


@pytest.mark.parametrize(
    "url",
    [
        "https://img.example/a/b.jpg",
        "http://IMG.example:80/a/./b.jpg#x",
        "https://img.example/a/b.jpg/",
        "https://img.example/a/b.jpg?utm_source=x",
        "https://img.example/a/b.jpg?Expires=1767225600&Signature=abc",
        "https://img.example/a/%62.jpg",
    ],
)
def test_every_spelling_of_an_address_is_known(url: str) -> None:
    """As canonical addresses are made, with either scheme."""
    known = KnownList.parse(["# a comment", "", digest("https://img.example/a/b.jpg")])

    assert known.rule(url) == "known-addresses line 3"


@pytest.mark.parametrize("url", ["https://bad.example/", "https://www.bad.example:8443/x?y=1", "http://BAD.example./"])
def test_a_host_stands_for_all_its_addresses(url: str) -> None:
    """And for the hosts below it."""
    assert KnownList.parse([digest("bad.example")]).rule(url)


@pytest.mark.parametrize(
    "url", ["https://good.example/", "https://notbad.example/", "https://example/", "un texte", "", "magnet:?xt=x"]
)
def test_what_is_not_on_the_list_passes(url: str) -> None:
    """Other hosts and texts that are no addresses."""
    known = KnownList.parse([digest("bad.example"), digest("https://img.example/a.jpg")])

    assert not known.rule(url)


@pytest.mark.parametrize("line", ["https://bad.example/", "abc", "0" * 63, "g" * 64, f"{'0' * 64} extra"])
def test_a_line_that_is_none_refuses_the_list(line: str) -> None:
    """By its number; what it says is not repeated."""
    with pytest.raises(ConfigError, match="line 2") as caught:
        KnownList.parse([digest("x"), line])

    assert line not in str(caught.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\n" * (16 * 1024 * 1024 + 1)], ids=["not text", "too large"])
def test_a_list_that_cannot_be_read_stops_everything(tmp_path: Path, content: bytes) -> None:
    """Nothing is asked for with half a list."""
    path = tmp_path / "known"
    path.write_bytes(content)

    with pytest.raises(ConfigError):
        make_gate(settings_with(path))


def test_a_list_that_is_not_there_stops_everything(tmp_path: Path) -> None:
    """It was named: somebody relies on it."""
    with pytest.raises(ConfigError, match="cannot be read"):
        read_known_list(settings_with(tmp_path / "absent"))


def test_the_gate_of_every_door_knows_the_list(tmp_path: Path) -> None:
    """So that redirects are judged by it too."""
    path = tmp_path / "known"
    path.write_text(digest("bad.example"), encoding="utf-8")

    judged = make_gate(settings_with(path)).check(Address(url="https://bad.example/x"))

    assert isinstance(judged, Stopped)
    assert judged.reason is StopReason.KNOWN_ADDRESS
