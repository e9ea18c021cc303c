"""``rempart net facts`` and ``rempart net rdap-refresh``: lines for people and for programs, exit codes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from net.rdap_answers import NOW
from rempart.app import facts as app
from rempart.app.fact_records import VERSION
from rempart.cli.net_facts import facts, rdap_refresh
from rempart.cli.opening import Globals
from rempart.model.facts import (
    AbuseContact,
    BootstrapChange,
    Certificate,
    CertificateProblem,
    ContactRole,
    DnsFacts,
    DnsRecord,
    DomainRegistration,
    HostFacts,
    NetworkRegistration,
    NoFact,
    NoFactReason,
    RefreshOutcome,
    TlsFacts,
)
from rempart.model.outcome import Stopped, StopReason

NOTHING = NoFact(what="certificates", reason=NoFactReason.TIME, at=NOW)
SOURCE = "https://rdap.example.org/domain/example.org"


def known() -> HostFacts:
    contact = AbuseContact(role=ContactRole.HOST_ABUSE, email="abuse@example.net", source=SOURCE, at=NOW)
    record = DnsRecord(name="example.org", kind="TXT", value='"v=spf1 \x1b[2J"', ttl_s=60, server="192.0.2.53", at=NOW)
    leaf = Certificate(subject="CN=example.org", names=("example.org",), valid_until=NOW, sha256="0" * 64, der=b"der")
    return HostFacts(
        host="example.org",
        at=NOW,
        dns=DnsFacts(host="example.org", zone="example.org", records=(record,), missing=(NOTHING,)),
        domain=DomainRegistration(domain="example.org", registrar="Example", created_at=NOW, source=SOURCE, at=NOW),
        networks=(
            NetworkRegistration(address="192.0.2.1", first="192.0.2.0", last="192.0.2.255", source=SOURCE, at=NOW),
        ),
        autnums=(),
        tls=TlsFacts(
            host="example.org",
            port=443,
            peer="192.0.2.1",
            protocol="TLSv1.3",
            cipher="TLS_AES_256_GCM_SHA384",
            chain=(leaf,),
            problems=(CertificateProblem.EXPIRED,),
            at=NOW,
        ),
        contacts=(contact,),
    )


def unknown() -> HostFacts:
    return HostFacts(
        host="example.org", at=NOW, dns=NOTHING, domain=NOTHING, networks=(), autnums=(), tls=NOTHING, contacts=()
    )


def run(monkeypatch: pytest.MonkeyPatch, found: HostFacts | Stopped, *options: str) -> Result:
    """Run the command, with what would be found given."""

    class Given:
        remarks = ("the refreshed dns.json is passed over: it is not UTF-8",)

        def __init__(self, settings: object) -> None:
            del settings

        def find(self, text: str) -> HostFacts | Stopped:
            assert text == "example.org"
            return found

    monkeypatch.setattr(app, "FactFinder", Given)
    return CliRunner().invoke(
        facts, ["example.org", *options], obj=Globals(config_file=None, workspace=None), standalone_mode=False
    )


def test_lines_for_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whom to write to first; what came from outside does not act on the terminal."""
    done = run(monkeypatch, known())

    lines = done.stdout.splitlines()
    assert done.return_value == 0
    assert lines[1].startswith("contact     role host_abuse; email abuse@example.net")
    assert lines[1].endswith(f"[{SOURCE}]")
    assert "\x1b" not in done.stdout
    assert "it has expired" in done.stdout
    assert [line.split()[0] for line in lines].count("missing") == 1
    assert "reason" not in done.stdout
    assert "ttl s" not in done.stdout
    assert "passed over" in done.stderr


def test_lines_for_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each says what it is, its source and its time."""
    records = [json.loads(line) for line in run(monkeypatch, known(), "--json").stdout.splitlines()]

    assert [one["fact"] for one in records] == ["contact", "dns", "missing", "domain", "network", "tls"]
    assert all(one["v"] == VERSION and one["at"] == NOW.isoformat() for one in records)
    assert [one["source"] for one in records][1] == "192.0.2.53"
    assert records[-1]["valid"] is False
    assert records[-1]["chain"][0]["sha256"] == "0" * 64


def test_nothing_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """It cannot be reached: 4."""
    done = run(monkeypatch, unknown())

    assert done.return_value == 4
    assert "none is known" in done.stdout


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_stopped_host(monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]) -> None:
    """It is never asked: 6, and where to turn to."""
    done = run(monkeypatch, Stopped(reason=StopReason.MINOR_WORD, rule="school"), *options)

    assert done.return_value == 6
    assert done.stderr


@pytest.mark.parametrize(
    "outcome,status", [(RefreshOutcome.REPLACED, 0), (RefreshOutcome.UNCHANGED, 0), (RefreshOutcome.KEPT, 4)]
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_refresh(
    monkeypatch: pytest.MonkeyPatch, outcome: RefreshOutcome, status: int, options: tuple[str, ...]
) -> None:
    """A line for each registry; 4 if one was kept."""

    def given(settings: Any) -> Iterator[BootstrapChange]:
        del settings
        yield BootstrapChange(
            registry="dns", outcome=outcome, published_at=dt.datetime(2026, 7, 23, tzinfo=dt.UTC), detail="why"
        )

    monkeypatch.setattr(app, "refresh", given)
    done = CliRunner().invoke(
        rdap_refresh, list(options), obj=Globals(config_file=None, workspace=None), standalone_mode=False
    )

    assert done.return_value == status
    assert "2026-07-23" in done.stdout
    assert "why" in done.stdout
