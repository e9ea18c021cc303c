"""What a workspace's codes amount to: counts by source, partner and label, and whether they are whole and of use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rempart.app.workspace import Workspace
from rempart.keys import render_public_key
from rempart.model.exchange import CODE_BYTES, FaultReason, PartnerCounts, digest_of
from rempart.register import weakness_of
from rempart.store import ImportedCounts, imported_counts, partner_counts


@dataclass(frozen=True, slots=True, kw_only=True)
class BankStats:
    """Counts of all codes that are compared or exchanged; no code."""

    own: int
    """Codes of assets that are registered here."""
    own_allowed: int
    """Of these, those whose owner allows that they are given to partners."""
    imported: ImportedCounts
    """Codes of others."""
    compared: int
    """Codes of others that are compared now."""
    may_act: int
    """Of these, those that are reviewed and that nobody disputes; of all others a hit is shown, and nothing follows."""
    conflicting: int
    """Of these, those that some confirm and others dispute."""
    partners: tuple[tuple[str, PartnerCounts], ...]
    """Each partner's name and counts, the oldest first."""
    public_key: str
    """What partners verify our files with; empty as long as there is no partner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankCheck:
    """Whether the codes of a workspace are whole, and of use."""

    own: int
    """Codes of assets that were looked at."""
    imported: int
    """Codes of others that were looked at."""
    duplicates: int
    """Codes that more than one asset has."""
    shared: int
    """Codes that are both an asset's and a partner's."""
    weak: Mapping[FaultReason, int]
    """Codes that would match any plain picture: they are not compared, or should not be."""
    faults: tuple[str, ...]
    """What is wrong, in words; empty if nothing is."""


def bank_stats(workspace: Workspace) -> BankStats:
    """Count what is compared and exchanged."""
    own = allowed = compared = may_act = conflicting = 0
    for code in workspace.outgoing.codes():
        own += 1
        allowed += code.is_allowed
    for entry in workspace.imported.imported_bank():
        compared += 1
        may_act += entry.may_act
        conflicting += entry.is_conflicting
    partners = workspace.partners.all()
    counts = partner_counts(workspace.database, [p.id for p in partners])
    key = render_public_key(workspace.keyring.signing_key(workspace.id).public) if partners else ""
    return BankStats(
        own=own,
        own_allowed=allowed,
        imported=imported_counts(workspace.database),
        compared=compared,
        may_act=may_act,
        conflicting=conflicting,
        partners=tuple((p.name, c) for p, c in zip(partners, counts, strict=True)),
        public_key=key,
    )


def check_bank(workspace: Workspace) -> BankCheck:
    """Look at every code of a workspace.

    1. Assets: 32 bytes each; weak ones, and those that several assets have, are counted.
    2. Codes of others: 32 bytes each, with the digest by which they can be removed; weak ones are counted.
    3. Every partner has its key: without it, what it removed for good could come back.
    """
    own: dict[bytes, int] = {}
    weak: dict[FaultReason, int] = {}
    faults: list[str] = []
    count = imported = shared = 0
    for code in workspace.outgoing.codes():  # (1)
        count += 1
        own[code.bits] = own.get(code.bits, 0) + 1
        if len(code.bits) != CODE_BYTES:
            faults.append(f"the code of {code.asset} has {len(code.bits)} bytes")
        _note_weak(weak, code.bits, code.quality)
    for name, bits, digest, quality in workspace.imported.codes():  # (2)
        imported += 1
        shared += bits in own
        if len(bits) != CODE_BYTES:
            faults.append(f"the code of {name} has {len(bits)} bytes")
        if digest_of(bits) != digest:
            faults.append(f"the digest of {name} is not that of its code: it could not be removed")
        _note_weak(weak, bits, quality)
    faults += _missing_keys(workspace)  # (3)
    duplicates = sum(n > 1 for n in own.values())
    return BankCheck(
        own=count, imported=imported, duplicates=duplicates, shared=shared, weak=weak, faults=tuple(faults)
    )


def _note_weak(weak: dict[FaultReason, int], bits: bytes, quality: int | None) -> None:
    weakness = weakness_of(bits, quality)
    if weakness is not None:
        weak[weakness] = weak.get(weakness, 0) + 1


def _missing_keys(workspace: Workspace) -> Iterator[str]:
    partners = [p.id for p in workspace.partners.all()]
    there = set(workspace.keyring.items())
    for item in [workspace.id, *partners] if partners else []:
        if item not in there:
            yield f"the key of {item} is gone: what it removed, suspended or signed is no longer recognised"
