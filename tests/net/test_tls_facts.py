"""What hosts present when a secure connection is begun, over loopback, and the verdict on it."""

from __future__ import annotations

import ipaddress
import ssl
import time
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from net.doors import SLACK_S, SMALL, FakeResolver, cleared
from net.presented import context_of, expired, under_intermediate
from net.servers import Authority, RawServer, Visitor, then_silence
from net.socket_watch import watched_sockets
from rempart.model.facts import CertificateProblem, NoFact, NoFactReason, TlsFacts
from rempart.model.web import Address
from rempart.net import AddressPolicy, FetchLimits, Guard
from rempart.net.tls_facts import TlsFactFinder, presented_chain

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
HOST = "forum.example.org"


def look(server: RawServer, trust: ssl.SSLContext, limits: FetchLimits = SMALL) -> TlsFacts | NoFact:
    resolver = FakeResolver({HOST: (ipaddress.ip_address("127.0.0.1"),)})
    guard = Guard(resolver, AddressPolicy(allowed=frozenset({("127.0.0.1", server.port)})))
    return TlsFactFinder(guard, trust, limits).find(cleared(f"https://{HOST}:{server.port}/a/page"))


def quiet(visitor: Visitor) -> None:
    """Say nothing, and note what a client says."""
    visitor.read_head()


def seen(context: ssl.SSLContext, trust: ssl.SSLContext) -> TlsFacts:
    with RawServer(quiet, tls=context) as server:
        found = look(server, trust)
    assert isinstance(found, TlsFacts)
    assert server.heads == []
    return found


def test_a_valid_chain(authority: Authority) -> None:
    """No problem; who presented it, how, and when."""
    found = seen(authority.server(HOST), authority.client())

    assert found.problems == ()
    assert found.chain[0].names == (HOST,)
    assert (found.host, found.peer, found.protocol) == (HOST, "127.0.0.1", "TLSv1.3")
    assert found.cipher
    assert found.source.startswith("127.0.0.1 port ")


def test_a_chain_of_two_is_recorded_as_presented(authority: Authority) -> None:
    """The host's own first, then who signed it; and it is valid."""
    found = seen(under_intermediate(authority.ca, HOST), authority.client())

    assert len(found.chain) == 2
    assert found.chain[0].issuer == found.chain[1].subject
    assert found.problems == ()


def test_an_expired_certificate(authority: Authority) -> None:
    """It is recorded all the same."""
    found = seen(expired(authority.ca, HOST), authority.client())

    assert found.problems == (CertificateProblem.EXPIRED,)
    assert found.chain[0].names == (HOST,)
    assert "expired" in found.detail


def test_a_certificate_for_another_host(authority: Authority) -> None:
    """And one that is expired as well: both are told."""
    assert seen(authority.server("other.example.org"), authority.client()).problems == (CertificateProblem.WRONG_HOST,)
    assert set(seen(expired(authority.ca, "other.example.org"), authority.client()).problems) == {
        CertificateProblem.EXPIRED,
        CertificateProblem.WRONG_HOST,
    }


def test_a_certificate_of_an_unknown_authority(authority: Authority) -> None:
    """It may be anybody's."""
    found = seen(context_of(trustme.CA().issue_cert(HOST)), authority.client())

    assert found.problems == (CertificateProblem.UNKNOWN_AUTHORITY,)


def test_a_certificate_that_signed_itself(authority: Authority, tmp_path: Path) -> None:
    """As machines make for themselves."""
    own = trustme.CA()
    (tmp_path / "own.pem").write_bytes(own.cert_pem.bytes() + own.private_key_pem.bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem")

    found = seen(context, authority.client())

    assert found.problems[0] is CertificateProblem.SELF_SIGNED


def test_another_certificate_for_whoever_verifies(authority: Authority) -> None:
    """The second handshake is shown another one: that is told."""
    contexts = [authority.server(HOST), authority.server(HOST)]

    def alternate(visitor: Visitor) -> None:
        visitor.secure(contexts.pop(0))
        visitor.read_head()

    with RawServer(alternate) as server:
        found = look(server, authority.client())

    assert isinstance(found, TlsFacts)
    assert found.problems == (CertificateProblem.CHANGED,)


def test_nobody_who_verifies_is_answered(authority: Authority) -> None:
    """The first handshake is recorded; of the second it is said that there was none."""
    contexts = [authority.server(HOST)]

    def only_once(visitor: Visitor) -> None:
        if contexts:
            visitor.secure(contexts.pop(0))
            visitor.read_head()

    with RawServer(only_once) as server:
        found = look(server, authority.client())

    assert isinstance(found, TlsFacts)
    assert found.problems == (CertificateProblem.NOT_VERIFIED,)


def test_a_host_that_does_not_speak_tls(authority: Authority) -> None:
    """A value."""
    with RawServer(lambda visitor: visitor.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        found = look(server, authority.client())

    assert isinstance(found, NoFact)
    assert found.reason is NoFactReason.NOT_FETCHED


def test_a_host_that_says_nothing(authority: Authority) -> None:
    """It is given up in time."""
    begun = time.monotonic()
    with RawServer(then_silence()) as server:
        found = look(server, authority.client(), replace(SMALL, connect_s=0.5))

    assert isinstance(found, NoFact)
    assert time.monotonic() - begun < 0.5 + SLACK_S


def test_a_host_that_is_never_connected_to(authority: Authority) -> None:
    """Without the explicit word of a test no socket is opened."""
    guard = Guard(FakeResolver({HOST: (ipaddress.ip_address("127.0.0.1"),)}))
    with watched_sockets() as opened:
        found = TlsFactFinder(guard, authority.client(), SMALL).find(cleared(f"https://{HOST}/"))

    assert isinstance(found, NoFact)
    assert opened == []


def test_only_what_was_cleared_is_looked_at(authority: Authority) -> None:
    """An address that never passed the gate is a type error."""
    with pytest.raises(TypeError):
        TlsFactFinder(Guard(FakeResolver()), authority.client()).find(Address(url="https://a.org/"))  # type: ignore[arg-type]


class Certificate311:
    """As ``_ssl.Certificate``."""

    def __init__(self, der: bytes) -> None:
        self._der = der

    def public_bytes(self, encoding: int) -> bytes:
        """Return DER for the format 2."""
        assert encoding == 2
        return self._der


class Chain:
    """Whatever has the chain."""

    def __init__(self, *chain: object) -> None:
        self._chain = list(chain)

    def get_unverified_chain(self) -> list[object] | None:
        """Return what it has; None if nothing."""
        return self._chain or None


class Socket311:
    """As ``ssl.SSLSocket`` of Python 3.11."""

    def __init__(self, inner: Chain) -> None:
        self._sslobj = inner


@pytest.mark.parametrize(
    "secured",
    [
        Chain(b"leaf", b"authority"),
        Chain(Certificate311(b"leaf"), Certificate311(b"authority")),
        Socket311(Chain(Certificate311(b"leaf"), Certificate311(b"authority"))),
    ],
    ids=["public, 3.13", "beneath", "3.11"],
)
def test_the_chain_of_every_python(secured: object) -> None:
    """Python 3.13 made it public, and gives bytes."""
    assert presented_chain(secured) == [b"leaf", b"authority"]


def test_no_chain() -> None:
    """A handshake without certificates."""
    assert presented_chain(Chain()) == []
