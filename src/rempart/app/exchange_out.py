"""Giving codes to a partner: a signed file of its own, with what it may match and what it must delete."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rempart import clock
from rempart.app.exchange import add_partner, decided_by, suspended_digest
from rempart.app.exchange_files import SIGNATURE, hold_feed, verify_held
from rempart.app.workspace import Workspace
from rempart.errors import MisuseError, OutputError
from rempart.keys import render_public_key
from rempart.model.asset import Asset, AssetState, User
from rempart.model.exchange import FeedEntry, FeedFormat, Label, LineFault, Partner, digest_of
from rempart.model.ids import PartnerId
from rempart.model.work import AccessPurpose, EventKind
from rempart.register import (
    Outgoing,
    Statement,
    label_of,
    label_of_removal,
    parse_feed,
    render_feed,
    sign_feed,
    weakness_of,
)
from rempart.store import AssetCode
from rempart.whole_file import write_new


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportWish:
    """What a person asked for."""

    partner: str
    """For whom, by name or identifier."""
    is_new: bool = False
    """True adds the partner."""
    feed_format: FeedFormat = FeedFormat.JSONL
    """How it is written."""
    by: str = ""
    """Who decided it, if not who works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A file that was made for a partner."""

    path: Path
    """Where it is."""
    signature: Path | None
    """Where its signature is; None if that is its last line."""
    sequence: int
    """Its number, from 1 for each partner."""
    labels: Mapping[Label, int]
    """How many codes it tells, by label; what must be deleted too."""
    sealed: int
    """Codes that were kept back: intimate, or of somebody else, and nobody but the registrant vouches for them."""
    weak: int
    """Codes that were kept back because they would match any plain picture."""
    public_key: str
    """What the partner verifies it with."""


@dataclass(slots=True)
class _Plan:
    """What a partner is told."""

    lines: list[Outgoing] = field(default_factory=list)
    sealed: int = 0
    weak: int = 0


def export_codes(workspace: Workspace, path: Path, wish: ExportWish) -> Exported:
    """Write a partner's file.

    1. What may leave is decided in one transaction with the note of what this partner is told: a withdrawal that comes
       later finds it there, and is told in the next file.
    2. The file is written once that is sure; a file that could not be written was not given, and the next one says
       the same.

    Raises:
        NotFoundError: there is no such partner.
        MisuseError: something is at that place already.
        OutputError: it cannot be written.
    """
    by = decided_by(workspace, wish.by)
    is_beside = wish.feed_format is not FeedFormat.JSONL
    signature = path.with_name(path.name + SIGNATURE) if is_beside else None
    for place in (path, signature):
        if place is not None and os.path.lexists(place):
            message = f"there is something at {str(place)!r} already"
            raise MisuseError(message, advice="Name a new file: what was given to somebody is never written over.")
    partner = add_partner(workspace, wish.partner, by) if wish.is_new else workspace.partners.get(wish.partner)
    plan, sequence = workspace.database.durably(lambda: _decide(workspace, partner.id, by))  # (1)
    content = b"".join(render_feed(plan.lines, wish.feed_format))
    key = workspace.keyring.signing_key(workspace.id)
    signed = sign_feed(content, wish.feed_format, key, recipient=partner.name, sequence=sequence)
    if signature is None:
        _write(path, content + signed)  # (2)
    else:
        _write(signature, signed)
        _write(path, content)
    labels: dict[Label, int] = {}
    for line in plan.lines:
        labels[line.label] = labels.get(line.label, 0) + 1
    return Exported(
        path=path,
        signature=signature,
        sequence=sequence,
        labels=labels,
        sealed=plan.sealed,
        weak=plan.weak,
        public_key=render_public_key(key.public),
    )


def _decide(workspace: Workspace, partner: PartnerId, by: User) -> tuple[_Plan, int]:
    """Decide what a partner is told, and note it."""
    now, locked = clock.utc_now(), workspace.partners.lock(partner)
    plan = _plan(workspace, locked)
    sequence = locked.sent + 1
    workspace.outgoing.note_sent(partner, {line.digest: line.label for line in plan.lines})
    workspace.partners.note_sent(partner, sequence)
    detail = {"sequence": sequence, "codes": len(plan.lines)}
    workspace.journal.note(EventKind.CODES_EXPORTED, partner, actor=by.id, now=now, detail=detail)
    workspace.journal.opened(AccessPurpose.EXPORT_CODES, partner, actor=workspace.me.id, now=now, count=len(plan.lines))
    return plan, sequence


def _plan(workspace: Workspace, partner: Partner) -> _Plan:
    by_digest: dict[bytes, list[AssetCode]] = {}
    for code in workspace.outgoing.codes():
        by_digest.setdefault(digest_of(code.bits), []).append(code)
    told = workspace.outgoing.sent(partner.id)
    suspended = workspace.imported.suspended_among({*by_digest, *told}, suspended_digest(workspace))
    wanted = [c.asset for codes in by_digest.values() for c in codes]
    assets = workspace.assets.by_ids(wanted, labels=False)
    is_shared, plan, given = workspace.is_shared, _Plan(), set()
    for digest, codes in by_digest.items():
        line = _line(codes, [assets[c.asset] for c in codes if c.asset in assets], plan, is_shared=is_shared)
        if line is not None and digest not in suspended:
            plan.lines.append(line)
            given.add(digest)
    for digest, label in told.items():
        if digest not in given:
            there = [assets[c.asset] for c in by_digest.get(digest, []) if c.asset in assets]
            removal = Label.CONTESTED if digest in suspended else label_of_removal(there)
            # What was told to be deleted for good stays deleted.
            plan.lines.append(Outgoing(digest=digest, bits=None, label=label if label is Label.WITHDRAWN else removal))
    return plan


def _line(codes: list[AssetCode], assets: list[Asset], plan: _Plan, *, is_shared: bool) -> Outgoing | None:
    """Decide about one code, among all assets that have it."""
    allowed = {c.asset for c in codes if c.is_allowed}
    bits = codes[0].bits
    if not allowed:
        return None
    if weakness_of(bits, max(c.quality for c in codes)):
        plan.weak += 1
        return None
    label = label_of(assets, allowed, is_shared=is_shared)
    if label is None:
        plan.sealed += any(a.state is AssetState.ACTIVE for a in assets if a.id in allowed)
        return None
    return Outgoing(digest=digest_of(bits), bits=bits, label=label)


def _write(path: Path, content: bytes) -> None:
    """Write a new file that only this account reads.

    Raises:
        OutputError: it cannot be written; no part of it is left.
    """
    try:
        write_new(path, content)
    except OSError as error:
        message = f"cannot write {str(path)!r}: {error.strerror}"
        raise OutputError(message, advice="Free some space or name another folder, then export again.") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedFile:
    """A file that is whole, and signed by the key that was given."""

    statement: Statement
    """What its signature says."""
    entries: int
    """Lines that can be read."""
    faults: tuple[LineFault, ...]
    """Lines that cannot be, the first hundred."""
    fault_count: int
    """How many of them there are."""


def verify_file(path: Path, public: bytes) -> VerifiedFile:
    """Make sure that a file that was received, or given, is whole and signed by a key.

    Raises:
        MisuseError: it cannot be read.
        IntegrityError: it is cut, changed, not signed, by another key, or was signed as a file of another format.
        OutputError: there is no room to hold it.
    """
    faults: list[LineFault] = []
    entries = count = 0
    with hold_feed(path) as file:
        statement, feed_format = verify_held(file, path, public, None)
        for found in parse_feed(file, feed_format):
            if isinstance(found, FeedEntry):
                entries += 1
            else:
                count += 1
                faults += [found] if count <= _SHOWN else []
    return VerifiedFile(statement=statement, entries=entries, faults=tuple(faults), fault_count=count)


_SHOWN = 100
