"""Stamp packages anew before the certificates end that their time-stamps rest on: proofs are added, none is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from rempart.app.evidence_certificates import seal_chain, seal_fingerprint
from rempart.app.evidence_desk import EvidenceDesk
from rempart.app.evidence_places import alone_on
from rempart.app.evidence_proving import finish, package_of
from rempart.app.evidence_stamping import NotStamped, Stamped
from rempart.app.transparency_log import event_content
from rempart.errors import IntegrityError, MisuseError, RempartError, UnavailableError
from rempart.evidence.building import add_proof
from rempart.evidence.renewing import render_renewal
from rempart.model.evidence import CustodyKind, EvidenceItem
from rempart.model.ids import EvidenceId
from rempart.model.log import LogEntryKind, NewLogEntry
from rempart.model.work import EventKind

_PATIENCE_S = 60.0
#: Half a year: an authority may be away for long.
RENEWED_BEFORE = dt.timedelta(days=183)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """An item whose proofs were renewed."""

    item: EvidenceItem
    """Which."""
    number: int
    """Of the renewal, from 1."""
    valid_until: dt.datetime
    """When it is to be renewed again, at the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of one item."""

    item: EvidenceId
    """Which."""
    renewed: Renewed | None = None
    """Its renewal; None if it was not due."""
    error: RempartError | None = None
    """Why it is not done."""


def renew_all(desk: EvidenceDesk, name: str | None, *, accepts_fewer: bool = False) -> Iterator[Attempt]:
    """Go on with proofs that are not complete, then renew what is due; or one item whatever is due.

    Raises:
        NotFoundError: there is no such item.
    """
    named = desk.workspace.evidence.get(name) if name else None
    cases = [named.case] if named else [case.id for case in desk.workspace.cases.all()]
    for case in cases:
        done = finish(desk, case, accepts_fewer=accepts_fewer)
        for item in done.items:
            if named is not None and item.id != named.id:
                continue
            if item.id in done.failures:
                yield Attempt(item=item.id, error=done.failures[item.id])
                continue
            try:
                yield Attempt(item=item.id, renewed=renew(desk, item, is_due_only=named is None))
            except (UnavailableError, IntegrityError, MisuseError) as error:
                yield Attempt(item=item.id, error=error)


def renew(desk: EvidenceDesk, item: EvidenceItem, *, is_due_only: bool) -> Renewed | None:
    """Stamp a list of an item's proofs; None if it is not due, or has no proofs yet.

    Args:
        desk: Where, and who.
        item: Which.
        is_due_only: False renews it whatever its certificates say.

    Raises:
        UnavailableError: nobody stamps it, or the disk is full: it is as it was.
        IntegrityError: the package is not as it was made, or one of its stamps does not hold.
    """
    if not item.is_complete:
        return None
    with alone_on(desk.workspace, item.case, patience_s=_PATIENCE_S):
        if not desk.workspace.evidence.get(item.id).is_complete:  # it was erased while this waited
            return None
        folder, sums = package_of(desk, item)
        if is_due_only and valid_until(desk, folder, sums) - desk.instant() > RENEWED_BEFORE:
            return None
        number, listed = render_renewal(folder)
        stamped = _stamp(desk, item, listed)
        name = f"renewal-{number:02d}"
        try:
            add_proof(folder, f"{name}.txt", listed)
            if (root := _new_root(desk, folder, stamped)) is not None:
                add_proof(folder, f"{name}-tsa.pem", root.public_bytes(Encoding.PEM))
            add_proof(folder, f"{name}.tsr", stamped.reply)
        except OSError as error:
            message = f"the renewal of {item.id} cannot be written: {error.strerror or error}"
            raise UnavailableError(message, advice="Free some space, then: rempart evidence renew") from error
        _note(desk, item, number)
    return Renewed(item=item, number=number, valid_until=stamped.verified.valid_until)


def valid_until(desk: EvidenceDesk, folder: Path, sums: bytes) -> dt.datetime:
    """Return when the newest layer of a package's time-stamps can no longer be verified.

    Raises:
        IntegrityError: one of them does not hold.
    """
    proofs, roots = folder / "proofs", _roots_of(folder)
    renewals = sorted(proofs.glob("renewal-*.tsr"))
    if renewals:
        content = renewals[-1].with_suffix(".txt").read_bytes()
        return desk.stamping.verify(renewals[-1].read_bytes(), content, desk.instant(), also=roots).valid_until
    return max(
        desk.stamping.verify(path.read_bytes(), sums, desk.instant(), also=roots).valid_until
        for path in proofs.glob("[0-9][0-9].tsr")
    )


def begin_seal_generation(desk: EvidenceDesk) -> str:
    """Seal with new keys from now on, under a new authority; what was sealed stays valid. Return what to publish."""
    workspace, now = desk.workspace, desk.instant()
    chain = seal_chain(workspace, desk.settings.evidence.organisation, now, is_new=True)
    fingerprint = seal_fingerprint(chain)
    content = event_content(LogEntryKind.DECISION, {"decision": "new seal", "at": now.isoformat(), "ca": fingerprint})
    entry = NewLogEntry(
        owner=workspace.id, event=f"new seal {fingerprint}", kind=LogEntryKind.DECISION, content=content
    )
    desk.log.append([entry], now)
    return fingerprint


def _stamp(desk: EvidenceDesk, item: EvidenceItem, listed: bytes) -> Stamped:
    outcomes = list(desk.stamping.stamp(listed, 1, desk.instant()))
    for found in outcomes:
        if isinstance(found, Stamped):
            return found
    why = "; ".join(one.why for one in outcomes if isinstance(one, NotStamped))
    message = f"nobody stamped the renewal of {item.id}: {why}"
    raise UnavailableError(message, advice="Try again later: its proofs are as they were.")


def _roots_of(folder: Path) -> tuple[x509.Certificate, ...]:
    """Return the roots that a package names: what was trusted when it was made, or renewed."""
    files = [folder / "trust" / "tsa.pem", *sorted((folder / "proofs").glob("renewal-*-tsa.pem"))]
    return tuple(each for path in files for each in x509.load_pem_x509_certificates(path.read_bytes()))


def _new_root(desk: EvidenceDesk, folder: Path, stamped: Stamped) -> x509.Certificate | None:
    """Return the root of a stamp if the package has it not."""
    known = {each.fingerprint(hashes.SHA256()) for each in _roots_of(folder)}
    anchor = stamped.verified.anchor_sha256
    if anchor in known:
        return None
    roots = desk.stamping.roots(desk.instant())
    return next(each for each in roots if each.fingerprint(hashes.SHA256()) == anchor)


def _note(desk: EvidenceDesk, item: EvidenceItem, number: int) -> None:
    workspace, now, me = desk.workspace, desk.instant(), desk.workspace.me
    content = event_content(LogEntryKind.RENEWAL, {"item": item.id, "number": number, "at": now.isoformat()})
    with workspace.database.transaction():
        desk.note(CustodyKind.RENEWED, item)
        entry = NewLogEntry(owner=item.id, event=f"renewal {number}", kind=LogEntryKind.RENEWAL, content=content)
        desk.log.append([entry], now)
        workspace.journal.note(EventKind.EVIDENCE_RENEWED, item.case, actor=me.id, now=now)
