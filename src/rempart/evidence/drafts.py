"""What packages are made from: handed over once by whoever recorded it, in values that do not change."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from rempart.model.evidence import EvidenceKind, EvidenceRecipient
from rempart.model.ids import CaseId, EvidenceId

RECIPIENTS_LEAST: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Something that is sealed."""

    name: str
    """What it is called: sealed as well."""
    media_type: str
    """What it is, as in ``message/rfc822``; public."""
    reader: BinaryIO = field(repr=False)
    """Gives its bytes, once, from the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whose keys a package is verified with: in it for convenience, and to be had by another way."""

    ca_pem: str
    """The certificate of the authority that vouches for seals."""
    tsa_pems: tuple[str, ...]
    """The roots of the time-stamping authorities that will be asked."""
    log_vkey: str
    """The log's key."""
    witness_vkeys: tuple[str, ...] = ()
    """Keys of those who cosign it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One item, before it is a package."""

    id: EvidenceId
    """Random."""
    kind: EvidenceKind
    """What it is."""
    case: CaseId
    """Of which case: sealed."""
    case_ref_salt: bytes = field(repr=False)
    """32 random bytes, the same ones for each item of a case: sealed. What is public is :func:`case_ref`."""
    seq: int
    """Its place in the case, from 1."""
    prev: bytes
    """SHA-256 of the ``SHA256SUMS`` of the item before; empty for the first."""
    recorded_at: dt.datetime
    """Aware; told to the second."""
    organisation: str
    """Who recorded it, for everyone to read."""
    role: str
    """Which person, without her name: ``person 1``, numbered within the case."""
    recipients: tuple[EvidenceRecipient, ...]
    """Who can open it: two or more, with keys of their own."""
    contents: tuple[Content, ...]
    """What is sealed: one or more."""
    facts: Mapping[str, str] = field(repr=False)
    """What only those read who open it: operator, address, machine. Keys are small letters and ``_``."""
    shown: frozenset[str] = frozenset()
    """Keys of facts that the case's owner chose to show in the public part as well."""
    public: Mapping[str, bytes] = field(default_factory=dict)
    """Public files by their name; nothing of the facts is in them."""
    procedure: tuple[str, ...] = ()
    """How it was recorded, in public sentences."""
    limits: tuple[str, ...] = ()
    """What it does not prove beyond what README.txt says, in public sentences."""
    authorities: int = 1
    """How many time-stamping authorities will be asked."""
    trust: Trust
    """Whose keys it is verified with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierItem:
    """One item of a dossier: a package, or what is left of one."""

    id: EvidenceId
    """Which."""
    sums_sha256: bytes
    """SHA-256 of its ``SHA256SUMS``."""
    folder: Path | None
    """Where the package is; None if it was erased."""
    tombstone: bytes = b""
    """What is said in its place, canonical JSON that names the item."""
    tombstone_seal: bytes = b""
    """The seal over that, made for the dossier with the same certificates as the dossier's own: those of the day of
    the erasure may have ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyLine:
    """One thing that happened, told without a name."""

    at: dt.datetime
    """When; told to the second."""
    kind: str
    """What: a value of ``CustodyKind``."""
    item: str
    """To which item; empty if it is about the whole case."""
    who: str
    """``person 1``, numbered within the case."""
    why: str
    """A code, as ``case_work``; never a sentence somebody wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierDraft:
    """A dossier, before it is one."""

    id: str
    """``dos_`` and 32 hexadecimal digits, random."""
    case: CaseId
    """Of which case; not in it."""
    case_ref_salt: bytes = field(repr=False)
    """As in the items."""
    recorded_at: dt.datetime
    """When it was put together; told to the second."""
    organisation: str
    """Who did, for everyone to read."""
    role: str
    """Which person, without her name."""
    items: tuple[DossierItem, ...]
    """Every item of the case, in order: one or more."""
    custody: tuple[CustodyLine, ...]
    """What happened, in order."""
    procedure: tuple[str, ...] = ()
    """As an item's."""
    limits: tuple[str, ...] = ()
    """As an item's."""
    authorities: int = 1
    """How many time-stamping authorities will be asked."""
    trust: Trust
    """Whose keys it is verified with."""


def case_ref(salt: bytes, case: CaseId) -> bytes:
    """Return what stands for a case in public: whoever has the salt can tell that it is this one."""
    return hmac.digest(salt, case.encode(), hashlib.sha256)
