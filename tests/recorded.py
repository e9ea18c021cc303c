"""Pages as evidence over loopback, and what is read of what was recorded."""

from __future__ import annotations

import io
import ipaddress
import zipfile
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator

from net.doors import FakeResolver
from rempart.app.evidence_pages import (
    PageEvidence,
    PageOutcome,
    PageRecorder,
)
from rempart.app.workspace import Workspace
from rempart.clock import utc_now
from rempart.model.facts import HostFacts, NoFact, NoFactReason
from rempart.model.gate import MinorGate
from rempart.model.outcome import Stopped
from rempart.model.web import Address
from rempart.net import AddressPolicy
from rempart.settings import Settings

loopback = pytest.mark.allow_hosts(["127.0.0.1"])
HOST = "forum.example.org"
COOKIE = "sid=8d1f0c7a55"
#: Everything by which a page can embed something.
MEDIA_PAGE = (
    b"<title>Fil 12</title><link rel=icon href=/i.ico><link rel=stylesheet href=/s.css><script src=/s.js></script>"
    b"<img src=/1.jpg srcset='/2.jpg 2x'><video src=/v.mp4 poster=/p.jpg></video><iframe src=/f></iframe>"
    b"<body background=/b.png><meta http-equiv=refresh content='0; url=/next'><p>hello</p>"
)
PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 500


class NoFacts:
    """Knows nothing of any host, and notes who was asked about."""

    def __init__(self) -> None:
        """Begin."""
        self.asked: list[str] = []

    def find(self, text: str) -> HostFacts:
        """Say why nothing is known."""
        self.asked.append(text)
        none = NoFact(what="names", reason=NoFactReason.NO_RECORDS, at=utc_now())
        return HostFacts(host=HOST, at=utc_now(), dns=none, domain=none, networks=(), autnums=(), tls=none, contacts=())


class StoppedFacts:
    """A gate that stops what is looked up."""

    def find(self, text: str) -> Stopped:
        """Stop."""
        stopped = MinorGate().check(Address(url=f"{text}/child-porn"))
        assert isinstance(stopped, Stopped)
        return stopped


def recorder(
    *sites: Any, settings: Settings | None = None, workspace: Workspace | None = None, **more: Any
) -> PageRecorder:
    """Return one that finds some sites, and may connect to them."""
    names = {site.name: [ipaddress.IPv4Address("127.0.0.1")] for site in sites}
    return PageRecorder(
        settings or Settings(),
        workspace,
        **{
            "resolver": FakeResolver(names),
            "policy": AddressPolicy(allowed=frozenset(("127.0.0.1", site.port) for site in sites)),
            **more,
        },
    )


def files_of(outcome: PageOutcome) -> dict[str, bytes]:
    assert isinstance(outcome, PageEvidence), outcome
    with zipfile.ZipFile(io.BytesIO(outcome.reader.read())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def records_of(outcome: PageOutcome) -> list[tuple[str, str, bytes]]:
    """Return the kind, the address and the block of each record."""
    warc = io.BytesIO(files_of(outcome)["archive/data.warc.gz"])
    return [
        (
            record.rec_headers.get_header("WARC-Type"),
            record.rec_headers.get_header("WARC-Target-URI") or "",
            record.raw_stream.read(),
        )
        for record in ArchiveIterator(warc, no_record_parse=True)
    ]
