"""What ``test_canary.py`` plays inside a namespace: hostile files are read, and whoever is asked is seen.

The machine's resolver and the site that the files name are there, and answer: a reader that asks gets an answer.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from typing import Any, Final

import c2pa

from net.namespaces import MACHINE_RESOLVER, SITE
from net.servers import RawServer, page, reply
from net.stub_dns import StubDns
from net.wire import Wire
from provenance.chains import chain
from provenance.hostile import naming_in_certificates, signed_with
from provenance.reading_pool import read_in_sandbox
from rempart.model.provenance import ManifestReading
from rempart.provenance import parse
from rempart.provenance.reading import run

_NAME: Final = "canary.example.org"
_DNS_PORT, _WEB_PORT = 53, 80


def main() -> dict[str, Any]:
    """Read each file as the product does, then as a careless program would; tell what each asked for."""
    files = {
        "a manifest elsewhere, by name": signed_with(remote=f"http://{_NAME}/manifest.c2pa"),
        "a manifest elsewhere, by address": signed_with(remote=f"http://{SITE}/manifest.c2pa"),
        "certificates that name places": signed_with(signer=naming_in_certificates(f"http://{_NAME}")),
    }
    ways = {"bare": _bare, "sandbox": _sandboxed, "careless": _careless}
    with StubDns(_DNS_PORT, MACHINE_RESOLVER) as dns, RawServer(reply(page()), host=SITE, port=_WEB_PORT) as site:
        dns.add(_NAME, SITE)
        return {name: {way: _seen(dns, site, read, data) for way, read in ways.items()} for name, data in files.items()}


def _seen(dns: StubDns, site: RawServer, read: Callable[[bytes], str], data: bytes) -> dict[str, Any]:
    dns.questions.clear()
    before = site.connections
    with Wire() as wire:
        state = read(data)
    return {
        "state": state,
        "questions": sorted({name for name, _ in dns.questions}),
        "connections": site.connections - before,
        "contacts": sorted(wire.contacts),
        "lost": wire._lost,
    }


def _bare(data: bytes) -> str:
    """Read it in this process, which has a network: only the reader's settings hold it back."""
    return parse(run(data, None, {"anchors": ""})).state


def _sandboxed(data: bytes) -> str:
    reading = read_in_sandbox(data)
    return reading.state if isinstance(reading, ManifestReading) else reading.reason


def _careless(data: bytes) -> str:
    """Read it as the library does by itself, and ask about certificates too."""
    settings = {
        "version": 1,
        "verify": {"remote_manifest_fetch": True, "ocsp_fetch": True, "verify_trust": True},
        "trust": {"trust_anchors": chain().anchor_pem(), "trust_config": "1.3.6.1.5.5.7.3.4\n"},
    }
    with contextlib.suppress(c2pa.C2paError), c2pa.Context(c2pa.Settings.from_dict(settings)) as careless:
        c2pa.Reader("image/jpeg", io.BytesIO(data), context=careless)
    return "read"
