"""Verify a package or a dossier, for a stranger as for whoever made it; what is ours gets a line in its custody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rempart.app.evidence_desk import EvidenceDesk
from rempart.errors import MisuseError
from rempart.evidence.verdicts import Verdict
from rempart.evidence.verifying import Anchors, verify
from rempart.model.evidence import CustodyKind

_ANCHOR_BYTES_MOST: Final = 1024 * 1024


def verify_evidence(
    source: Path,
    *,
    now: dt.datetime,
    tsa_roots: Sequence[Path] = (),
    seal_roots: Sequence[Path] = (),
    log_keys: Sequence[str] = (),
    witness_keys: Sequence[str] = (),
) -> Verdict:
    """Verify a package or a dossier; it takes no workspace.

    Raises:
        MisuseError: there is nothing, or what was given to trust cannot be read.
    """
    anchors = Anchors(
        ca_pems=tuple(_read(path) for path in seal_roots),
        tsa_pems=tuple(_read(path) for path in tsa_roots),
        log_vkeys=tuple(log_keys),
        witness_vkeys=tuple(witness_keys),
    )
    try:
        return verify(source, anchors=anchors, identity=None, at=now)
    except OSError as error:
        message = f"{str(source)!r} cannot be read: {error.strerror or error}"
        raise MisuseError(message, advice="Name a package or a dossier: its folder, or its zip.") from error


def note_verified(desk: EvidenceDesk, verdict: Verdict) -> int:
    """Add to the custody of items of ours that they were verified; return how many there were."""
    count = 0
    for package in verdict.packages:
        if desk.workspace.evidence.is_known(package.id):
            held = "it holds" if verdict.holds else "it does not hold"
            desk.note(CustodyKind.VERIFIED, desk.workspace.evidence.get(package.id), why=held)
            count += 1
    return count


def _read(path: Path) -> str:
    try:
        return path.read_bytes()[:_ANCHOR_BYTES_MOST].decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{str(path)!r} cannot be read as certificates"
        raise MisuseError(message, advice="It is a file in PEM: -----BEGIN CERTIFICATE-----") from error
