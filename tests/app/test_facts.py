"""All that is public about a host, over loopback: joined, bounded, and partial where something fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from net.doors import FakeResolver
from net.rdap_answers import abuse, bootstrap, domain, network
from net.servers import Authority, RawServer, Visitor, page, reply
from net.socket_watch import watched_sockets
from net.zone_dns import ZoneDns
from rempart.app.facts import FactFinder, bootstrap_folder, refresh
from rempart.errors import MisuseError
from rempart.model.facts import (
    ContactRole,
    DnsFacts,
    DomainRegistration,
    HostFacts,
    NetworkRegistration,
    NoFact,
    NoFactReason,
    RefreshOutcome,
    TlsFacts,
)
from rempart.model.outcome import Stopped
from rempart.net import AddressPolicy, NameServers
from rempart.net.rdap_bootstrap import Bootstrap
from rempart.settings import NetSettings, Settings

loopback = pytest.mark.allow_hosts(["127.0.0.1"])
REGISTRY = "rdap.example.net"
HOST = "forum.example.org"
#: A port that no policy of a test allows: the host's own address is a real one, and must not be connected to.
URL = f"https://{HOST}:8443/thread/1"


@pytest.fixture
def authority() -> Authority:
    """Make an authority."""
    return Authority()


@pytest.fixture
def settings(authority: Authority, tmp_path: Path) -> Settings:
    """Trust it, and no other."""
    authority.ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return Settings(net=NetSettings(authorities_file=tmp_path / "ca.pem"))


@pytest.fixture
def name_server() -> Iterator[ZoneDns]:
    """Know the registry, and a forum in two networks."""
    with ZoneDns("example.org", "example.net") as dns:
        dns.add_records(REGISTRY, "A", "127.0.0.1")
        dns.add_records("example.org", "NS", "ns1.example.net.")
        dns.add_records(HOST, "A", "1.2.3.4", "1.2.3.5", "1.9.0.1")
        yield dns


def body(tree: Any) -> bytes:
    return page(json.dumps(tree).encode(), content_type="application/rdap+json")


def finder(settings: Settings, dns: ZoneDns, *servers: RawServer, **more: Any) -> FactFinder:
    return FactFinder(
        settings,
        servers=dns.servers,
        policy=AddressPolicy(allowed=frozenset(("127.0.0.1", server.port) for server in servers)),
        bootstrap=bootstrap(f"https://{REGISTRY}:{servers[0].port}/") if servers else Bootstrap([]),
        **more,
    )


def found_by(finder: FactFinder, text: str) -> HostFacts:
    found = finder.find(text)
    assert isinstance(found, HostFacts)
    return found


@loopback
def test_a_host_is_asked_about_everywhere(settings: Settings, name_server: ZoneDns, authority: Authority) -> None:
    """One question for the domain, one for each network; contacts in the order in which a notice tries them."""
    own = network("1.9.0.0", "1.9.255.255", entities=[abuse("other@hosting.example.net")])
    answers = {b"domain/": domain(), b"ip/1.2.": network(), b"ip/1.9.": own}

    def answer(visitor: Visitor) -> None:
        while head := visitor.read_head():
            visitor.send(next(body(tree) for path, tree in answers.items() if path in head))

    with RawServer(answer, tls=authority.server(REGISTRY)) as registry:
        found = found_by(finder(settings, name_server, registry), URL)

    assert isinstance(found.dns, DnsFacts)
    assert isinstance(found.domain, DomainRegistration)
    assert [type(one) for one in found.networks] == [NetworkRegistration] * 2
    assert registry.requests == 3
    assert [(c.role, c.email) for c in found.contacts] == [
        (ContactRole.HOST_ABUSE, "abuse@hosting.example.net"),
        (ContactRole.HOST_ABUSE, "other@hosting.example.net"),
        (ContactRole.REGISTRAR_ABUSE, "abuse@registrar.example.net"),
    ]
    assert isinstance(found.tls, NoFact)
    assert "jane" not in repr(found).lower()


@loopback
def test_what_fails_is_a_value_in_its_place(settings: Settings, name_server: ZoneDns, authority: Authority) -> None:
    """The registry fails; the rest is found all the same."""
    failing = reply(page(b"down", status="500 Internal Server Error"))
    with RawServer(failing, tls=authority.server(REGISTRY)) as registry:
        found = found_by(finder(settings, name_server, registry), URL)

    assert isinstance(found.dns, DnsFacts)
    assert found.dns.values("NS") == ("ns1.example.net.",)
    assert isinstance(found.domain, NoFact)
    assert found.domain.reason is NoFactReason.SERVER_FAILED
    assert found.contacts == ()


@loopback
def test_the_certificates_of_a_host(settings: Settings, name_server: ZoneDns, authority: Authority) -> None:
    """They are looked at where its addresses may be connected to; a private network is not asked about."""
    name_server.add_records(HOST, "A", "127.0.0.1")
    with RawServer(reply(page()), tls=authority.server(HOST)) as host:
        found = found_by(finder(settings, name_server, host), f"https://{HOST}:{host.port}/")

    assert isinstance(found.tls, TlsFacts)
    assert found.tls.problems == ()
    [private] = found.networks
    assert isinstance(private, NoFact)
    assert private.reason is NoFactReason.NOT_ASKED


@loopback
def test_registries_are_not_asked_for_ever(settings: Settings, name_server: ZoneDns, authority: Authority) -> None:
    """After the time of all questions the next ones are not asked, and that is said."""
    with RawServer(reply(body(domain())), tls=authority.server(REGISTRY)) as registry:
        found = found_by(finder(settings, name_server, registry, total_s=0.0), URL)

    assert {one.reason for one in found.networks if isinstance(one, NoFact)} == {NoFactReason.TIME}
    assert isinstance(found.tls, NoFact)
    assert registry.requests <= 1


@pytest.mark.parametrize(
    "text", ["lyceennes.example.org", "https://example.org/lyc%C3%A9ennes/", "xn--lycennes-d1a.org"]
)
def test_an_address_that_the_gate_stops_is_asked_about_nowhere(settings: Settings, text: str) -> None:
    """No socket at all."""
    nobody = FactFinder(settings, servers=NameServers(addresses=("127.0.0.1",), port=1), bootstrap=Bootstrap([]))
    with watched_sockets() as opened:
        found = nobody.find(text)

    assert isinstance(found, Stopped)
    assert opened == []


@pytest.mark.parametrize("text", ["", "localhost", "a b", "http://u:p@example.org/", "ftp://example.org/", "a" * 9_000])
def test_what_is_neither_a_host_nor_an_address(settings: Settings, text: str) -> None:
    """It is misuse, and nothing is asked."""
    with watched_sockets() as opened, pytest.raises(MisuseError):
        FactFinder(settings, bootstrap=Bootstrap([])).find(text)

    assert opened == []


@loopback
@pytest.mark.parametrize("text", ["127.0.0.1", "::1"])
def test_an_address_of_this_machine(settings: Settings, name_server: ZoneDns, text: str) -> None:
    """It is not asked about, nor connected to."""
    found = found_by(finder(settings, name_server), text)

    assert isinstance(found.tls, NoFact)
    assert name_server.questions == []
    assert [one.reason for one in found.networks if isinstance(one, NoFact)] == [NoFactReason.NOT_ASKED]


def test_refreshed_registries_are_in_the_data_folder(tmp_path: Path) -> None:
    """Beside a workspace, not in it: one can be made there later."""
    assert bootstrap_folder({"XDG_DATA_HOME": str(tmp_path)}) == tmp_path / "rempart-net" / "rdap"
    assert bootstrap_folder({"HOME": "/home/a"}) == Path("/home/a/.local/share/rempart-net/rdap")


def test_a_refresh_without_a_network_keeps_what_there_is(settings: Settings, tmp_path: Path) -> None:
    """Each registry says why; nothing is written."""
    changes = list(refresh(settings, folder=tmp_path / "rdap", resolver=FakeResolver()))

    assert {change.outcome for change in changes} == {RefreshOutcome.KEPT}
    assert all(change.detail and change.published_at for change in changes)
    assert not (tmp_path / "rdap").exists()
