"""Fetching the registries anew: what is worse than what there is never replaces it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from rempart.model.facts import RefreshOutcome
from rempart.model.gate import Cleared, MinorGate
from rempart.model.web import Address, NotFetched, NotFetchedReason, Page, Validators
from rempart.net.flow import FetchOutcome
from rempart.net.rdap_bootstrap import Registry, load_bootstrap
from rempart.net.rdap_refresh import IANA, refresh_bootstrap
from rempart.net.request import Wanted


def page(url: str, body: bytes, status: int = 200) -> Page:
    return Page(
        url=url,
        status=status,
        media_type="application/json",
        charset="",
        body=body,
        hops=(),
        validators=Validators(),
        wire_bytes=len(body),
    )


class FakeClient:
    """Answers every address with one thing, and notes what it was asked."""

    def __init__(self, answer: bytes | FetchOutcome, status: int = 200) -> None:
        """Answer with a body or an outcome."""
        self._answer = answer
        self._status = status
        self.asked: list[str] = []

    def fetch(self, cleared: Cleared[Address], wanted: Wanted | None = None) -> FetchOutcome:
        """Fetch one address."""
        assert wanted is not None
        assert wanted.accept
        self.asked.append(cleared.item.url)
        return page(cleared.item.url, self._answer, self._status) if isinstance(self._answer, bytes) else self._answer


def newer(registry: Registry = Registry.DNS, *, share: float = 1.0, **more: Any) -> bytes:
    """Return what came with Rempart, as of a later day, or a part of it."""
    services = [[list(s.entries), list(s.urls)] for s in load_bootstrap().files[registry].services]
    kept = services[: int(len(services) * share)]
    tree = {"version": "1.0", "publication": "2026-10-01T00:00:00Z", "services": kept, **more}
    return json.dumps(tree).encode()


def refresh(client: FakeClient, folder: Path) -> dict[str, tuple[RefreshOutcome, str]]:
    return {c.registry: (c.outcome, c.detail) for c in refresh_bootstrap(client, MinorGate(), folder)}


def test_only_iana_is_asked(tmp_path: Path) -> None:
    """Over https, at a constant address."""
    client = FakeClient(b"{}")

    refresh(client, tmp_path)

    assert client.asked == [f"{IANA}{name}.json" for name in ("dns", "ipv4", "ipv6", "asn")]
    assert IANA.startswith("https://data.iana.org/")


def test_a_newer_file_replaces_the_old_one(tmp_path: Path) -> None:
    """For the registry that it is; the others are kept, as it is not theirs."""
    found = refresh(FakeClient(newer()), tmp_path / "new" / "folder")

    assert found["dns"][0] is RefreshOutcome.REPLACED
    assert {found[name][0] for name in ("ipv4", "ipv6", "asn")} == {RefreshOutcome.KEPT}
    assert sorted(os.listdir(tmp_path / "new" / "folder")) == ["dns.json"]
    assert load_bootstrap(tmp_path / "new" / "folder").files[Registry.DNS].publication.month == 10


def test_the_same_publication_changes_nothing(tmp_path: Path) -> None:
    """Nothing is written."""
    shipped = load_bootstrap().files[Registry.DNS].publication.isoformat()

    assert refresh(FakeClient(newer(publication=shipped)), tmp_path)["dns"] == (RefreshOutcome.UNCHANGED, "")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "body",
    [
        newer(publication="2020-01-01T00:00:00Z"),
        newer(publication="2199-01-01T00:00:00Z"),
        newer(share=0.4),
        newer(services=[[["org"], ["http://rdap.example.org/"]]]),
        b"<html>captive portal</html>",
        b"",
    ],
    ids=["older", "future", "most lost", "no https", "html", "empty"],
)
def test_a_file_that_is_worse_is_not_taken(tmp_path: Path, body: bytes) -> None:
    """What was there is used on, and the change says why."""
    outcome, detail = refresh(FakeClient(body), tmp_path)["dns"]

    assert outcome is RefreshOutcome.KEPT
    assert detail
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "client",
    [
        FakeClient(NotFetched(reason=NotFetchedReason.CERTIFICATE, detail="data.iana.org: self-signed")),
        FakeClient(newer(), status=500),
    ],
)
def test_what_cannot_be_had_is_a_value(tmp_path: Path, client: FakeClient) -> None:
    """With the reason of the fetch."""
    assert all(outcome is RefreshOutcome.KEPT and detail for outcome, detail in refresh(client, tmp_path).values())


def test_a_damaged_refreshed_file_is_repaired(tmp_path: Path) -> None:
    """The next refresh replaces it."""
    (tmp_path / "dns.json").write_bytes(b"\x00")

    refresh(FakeClient(newer()), tmp_path)

    assert load_bootstrap(tmp_path).remarks == ()


def test_a_folder_that_cannot_be_written_is_a_value(tmp_path: Path) -> None:
    """It is a file."""
    (tmp_path / "taken").write_bytes(b"")

    assert refresh(FakeClient(newer()), tmp_path / "taken")["dns"][0] is RefreshOutcome.KEPT


def test_a_disk_that_fills_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there is as it was, and nothing unfinished is left."""

    def full(descriptor: int) -> None:
        del descriptor
        raise OSError(28, "No space left on device")

    (tmp_path / "dns.json").write_bytes(newer(publication="2026-09-01T00:00:00Z"))
    monkeypatch.setattr(os, "fsync", full)

    outcome, detail = refresh(FakeClient(newer()), tmp_path)["dns"]

    assert (outcome, detail) == (RefreshOutcome.KEPT, "it cannot be written: No space left on device")
    assert os.listdir(tmp_path) == ["dns.json"]
    assert load_bootstrap(tmp_path).files[Registry.DNS].publication.month == 9
