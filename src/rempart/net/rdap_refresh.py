"""Fetch IANA's bootstrap registries anew, and keep those that are whole and newer than what is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rempart import whole_file
from rempart.model.facts import BootstrapChange, RefreshOutcome
from rempart.model.gate import MinorGate
from rempart.model.outcome import Stopped
from rempart.model.web import Address, FetchMode, Page
from rempart.net.interface import FetchLimits
from rempart.net.rdap import Fetcher
from rempart.net.rdap_bootstrap import (
    BYTES_MOST,
    Bootstrap,
    BootstrapFile,
    NotWhole,
    Registry,
    load_bootstrap,
    parse_bootstrap,
)
from rempart.net.request import Wanted

#: Where IANA publishes them (RFC 9224 §3 and §13); there is no setting for it.
IANA: Final = "https://data.iana.org/rdap/"
_WANTED: Final = Wanted(
    mode=FetchMode.TEXT,
    limits=FetchLimits(wire_bytes=BYTES_MOST, decoded_bytes=BYTES_MOST, total_s=30.0),
    accept="application/json",
)
_OK: Final = 200


def refresh_bootstrap(
    client: Fetcher, gate: MinorGate, folder: Path, *, origin: str = IANA
) -> Iterator[BootstrapChange]:
    """Fetch each registry, and put it into a folder if it is whole and newer; yield what came of each.

    Args:
        client: Fetches.
        gate: Judges the addresses.
        folder: Made if it is not there; each file in it is replaced whole or not at all.
        origin: Where they are published: IANA, but in a test.
    """
    known = load_bootstrap(folder)
    for registry in Registry:
        yield _refresh(registry, known, _fetch(client, gate, f"{origin}{registry}.json"), folder)


def _fetch(client: Fetcher, gate: MinorGate, url: str) -> bytes | str:
    """Return a file, or why it cannot be had."""
    cleared = gate.check(Address(url=url))
    outcome = cleared if isinstance(cleared, Stopped) else client.fetch(cleared, _WANTED)
    if isinstance(outcome, Page):
        return outcome.body if outcome.status == _OK else f"the host answered {outcome.status}"
    return outcome.in_words() if hasattr(outcome, "in_words") else "the host sent no file"


def _refresh(registry: Registry, known: Bootstrap, content: bytes | str, folder: Path) -> BootstrapChange:
    old = known.files.get(registry)
    if isinstance(content, str):
        return _kept(registry, old, content)
    new = parse_bootstrap(registry, content)
    if isinstance(new, NotWhole):
        return _kept(registry, old, new.detail)
    if old is not None and new.publication == old.publication:
        return BootstrapChange(registry=registry, outcome=RefreshOutcome.UNCHANGED, published_at=old.publication)
    if why := _why_worse(new, old):
        return _kept(registry, old, why)
    try:
        _write(folder / f"{registry}.json", content)
    except OSError as error:
        return _kept(registry, old, f"it cannot be written: {error.strerror or 'an error of the disk'}")
    return BootstrapChange(registry=registry, outcome=RefreshOutcome.REPLACED, published_at=new.publication)


def _why_worse(new: BootstrapFile, old: BootstrapFile | None) -> str:
    """Say why a file must not replace the one that there is; empty if it may."""
    if old is None:
        return ""
    if new.publication < old.publication:
        return f"the one that came is older ({new.publication:%Y-%m-%d})"
    # A file that lost most of its servers is an accident, or worse: IANA's has only ever grown.
    if 2 * len(new.services) < len(old.services):
        return f"the one that came has {len(new.services)} services, where there are {len(old.services)}"
    return ""


def _kept(registry: Registry, old: BootstrapFile | None, detail: str) -> BootstrapChange:
    return BootstrapChange(
        registry=registry,
        outcome=RefreshOutcome.KEPT,
        published_at=old.publication if old else None,
        detail=detail,
    )


def _write(path: Path, content: bytes) -> None:
    """Replace a file whole.

    Raises:
        OSError: it cannot be; what was there is as it was.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole_file.replace(path, content)
