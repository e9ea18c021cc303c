"""TLS: a host proves its name, in time, or is not asked; nothing of the environment changes whom we trust."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import time
from pathlib import Path
from typing import Final

import pytest
import trustme

from net.doors import SLACK_S, SMALL, Door, FakeResolver, Kind, hurried
from net.servers import Authority, RawServer, Visitor, page, reply
from rempart.model.web import NotFetched, NotFetchedReason, Page
from rempart.net import Wanted, make_tls_context

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1", "::1"]), pytest.mark.usefixtures("nothing_left_open")]

R = NotFetchedReason
HOST: Final = "forum.example.org"
NAMES: Final = {HOST: (ipaddress.ip_address("127.0.0.1"),)}
YESTERDAY: Final = dt.datetime(2020, 1, 2, tzinfo=dt.UTC)


def certificates(authority: Authority) -> dict[str, ssl.SSLContext]:
    """Return servers whose certificates are not valid for this host."""
    return {
        "expired": Authority.context(
            authority.ca.issue_cert(HOST, not_before=dt.datetime(2020, 1, 1, tzinfo=dt.UTC), not_after=YESTERDAY)
        ),
        "not valid yet": Authority.context(
            authority.ca.issue_cert(
                HOST,
                not_before=dt.datetime(2090, 1, 1, tzinfo=dt.UTC),
                not_after=dt.datetime(2091, 1, 1, tzinfo=dt.UTC),
            )
        ),
        "another host's": authority.server("other.example.org"),
        "a wider name's": authority.server("*.forum.example.org"),
        "a name within the address": authority.server("127.0.0.1"),
        "an unknown authority's": Authority().server(HOST),
        "signed by itself": Authority.context(trustme.CA().issue_cert(HOST)),
    }


@pytest.mark.parametrize(
    "what",
    [
        "expired",
        "not valid yet",
        "another host's",
        "a wider name's",
        "a name within the address",
        "an unknown authority's",
        "signed by itself",
    ],
)
def test_a_certificate_that_is_not_valid_is_refused(kind: Kind, what: str, authority: Authority) -> None:
    """Nothing is asked over such a connection."""
    with (
        RawServer(reply(page()), tls=certificates(authority)[what]) as server,
        Door(kind, (server.host, server.port), resolver=FakeResolver(NAMES), tls=authority.client()) as door,
    ):
        outcome = door.fetch(server.url(host=HOST))

        assert isinstance(outcome, NotFetched)
        assert outcome.reason is R.CERTIFICATE, outcome
        assert outcome.detail.startswith(f"{HOST}: ")
        assert server.requests == 0


def test_an_address_is_verified_as_an_address(kind: Kind, authority: Authority) -> None:
    """A certificate may hold one."""
    with (
        RawServer(reply(page()), tls=authority.server("127.0.0.1")) as server,
        Door(kind, (server.host, server.port), tls=authority.client()) as door,
    ):
        assert isinstance(door.fetch(server.url()), Page)


def old_tls(authority: Authority) -> ssl.SSLContext:
    """Return a server's context that speaks nothing newer than TLS 1.1."""
    context = authority.server(HOST)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def plain(visitor: Visitor) -> None:
    """Answer without TLS."""
    visitor.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    visitor.wait()


def silent(visitor: Visitor) -> None:
    """Accept and say nothing."""
    visitor.wait()


def dripping(visitor: Visitor) -> None:
    """Begin a record of 16 kB, one byte at a time."""
    visitor.drip([b"\x16\x03\x03\x40\x00\x02", *[b"\0"] * 16_384], 0.05)


def hanging_up(visitor: Visitor) -> None:
    """Break the connection when the client has said hello."""
    visitor.peek()
    visitor.reset()


@pytest.mark.parametrize(
    "script, reason",
    [(plain, R.TLS), (silent, R.CONNECT_TIME), (dripping, R.CONNECT_TIME), (hanging_up, R.TLS)],
    ids=["no TLS", "silence", "a drip", "a reset"],
)
def test_a_handshake_ends_in_time(kind: Kind, script: object, reason: NotFetchedReason, authority: Authority) -> None:
    """Its limit is that of the whole handshake, however many bytes come."""
    assert callable(script)
    with (
        RawServer(script) as server,
        Door(kind, (server.host, server.port), resolver=FakeResolver(NAMES), tls=authority.client()) as door,
    ):
        limits = hurried(SMALL, reason)
        begun_s = time.monotonic()
        outcome = door.fetch(server.url(host=HOST).replace("http:", "https:"), Wanted(limits=limits))

        assert isinstance(outcome, NotFetched)
        assert outcome.reason is reason, outcome
        assert time.monotonic() - begun_s < (limits.connect_s if reason is R.CONNECT_TIME else 0.0) + SLACK_S


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_old_tls_is_refused(kind: Kind, authority: Authority) -> None:
    """1.2 is the oldest."""
    with (
        RawServer(reply(page()), tls=old_tls(authority)) as server,
        Door(kind, (server.host, server.port), resolver=FakeResolver(NAMES), tls=authority.client()) as door,
    ):
        outcome = door.fetch(server.url(host=HOST))

        assert isinstance(outcome, NotFetched)
        assert outcome.reason is R.TLS, outcome


def test_the_environment_changes_nothing(
    kind: Kind, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither whom we trust, nor what is written, nor who is asked."""
    ours = tmp_path / "ours.pem"
    authority.ca.cert_pem.write_to_path(ours)
    theirs = tmp_path / "theirs.pem"
    other = Authority()
    other.ca.cert_pem.write_to_path(theirs)
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {HOST} login user password secret\n")
    with RawServer(reply(page())) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url())
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("SSL_CERT_FILE", str(theirs))
        monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
        monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys.log"))
        monkeypatch.setenv("NETRC", str(netrc))
        tls = make_tls_context(ours)
        with (
            RawServer(reply(page()), tls=authority.server(HOST)) as server,
            Door(kind, (server.host, server.port), resolver=FakeResolver(NAMES), tls=tls) as door,
        ):
            assert isinstance(door.fetch(server.url(host=HOST)), Page)
        with (
            RawServer(reply(page()), tls=other.server(HOST)) as server,
            Door(kind, (server.host, server.port), resolver=FakeResolver(NAMES), tls=tls) as door,
        ):
            refused = door.fetch(server.url(host=HOST))

    assert isinstance(refused, NotFetched)
    assert refused.reason is R.CERTIFICATE
    assert proxy.connections == 0
    assert not (tmp_path / "keys.log").exists()
    assert b"authorization" not in b"".join(server.heads).lower()
