"""Identifiers: a type each, so that mixing them is a type error; random, because a sequence counts victims."""

from __future__ import annotations

import re
import secrets
from enum import StrEnum
from typing import Final, NewType

#: Names a media item that its owner gave: its path in a one-shot scan, ``ast_…`` in a workspace.
AssetId = NewType("AssetId", str)

#: Names a media item that may be a copy: its path in a one-shot scan, its address in a web archive.
SuspectId = NewType("SuspectId", str)

UserId = NewType("UserId", str)
OwnerId = NewType("OwnerId", str)
GroundId = NewType("GroundId", str)
ConsentId = NewType("ConsentId", str)
ScanId = NewType("ScanId", str)
SightingId = NewType("SightingId", str)
MatchId = NewType("MatchId", str)
JobId = NewType("JobId", str)
PartnerId = NewType("PartnerId", str)
ImportedId = NewType("ImportedId", str)
AuthorisationId = NewType("AuthorisationId", str)
RecipientId = NewType("RecipientId", str)
TraceId = NewType("TraceId", str)
CaseId = NewType("CaseId", str)
EvidenceId = NewType("EvidenceId", str)
ManifestId = NewType("ManifestId", str)
SourceId = NewType("SourceId", str)
FrontierId = NewType("FrontierId", str)
ThreadId = NewType("ThreadId", str)
LocatorId = NewType("LocatorId", str)
ReferralId = NewType("ReferralId", str)
AlertId = NewType("AlertId", str)
PlanId = NewType("PlanId", str)
HoldId = NewType("HoldId", str)
ErasureId = NewType("ErasureId", str)


class IdKind(StrEnum):
    """The prefix that says what an identifier names."""

    USER = "usr"
    OWNER = "own"
    ASSET = "ast"
    GROUND = "grd"
    CONSENT = "cns"
    SOURCE = "src"
    SCAN = "scn"
    SIGHTING = "sgt"
    MATCH = "mat"
    JOB = "job"
    EVENT = "evt"
    ACCESS = "acc"
    WORKSPACE = "wsp"
    PARTNER = "ptn"
    IMPORTED = "imp"
    REMOVED = "rmd"
    SUSPENDED = "sus"
    SENT = "snt"
    HOST = "hst"
    ROBOTS = "rbt"
    AUTHORISATION = "aut"
    RECIPIENT = "rcp"
    COPY = "cpy"
    TRACE = "trc"
    CASE = "cas"
    EVIDENCE = "evd"
    CUSTODY = "cst"
    HOLD = "hld"
    DOSSIER = "dos"
    ERASURE = "ers"
    HANDOFF = "hof"
    EVIDENCE_RECIPIENT = "evr"
    EVIDENCE_CERTIFICATES = "evc"
    MANIFEST = "mft"
    CERTIFICATES = "crt"
    FRONTIER = "frn"
    THREAD = "thr"
    LOCATOR = "loc"
    REFERRAL = "rfr"
    ALERT = "alr"
    PLAN = "pln"
    SEARCH_HIT = "sht"
    EXCERPT = "exc"


_SHAPE: Final = re.compile(rf"(?:{'|'.join(IdKind)})_[0-9a-f]{{32}}")
#: Letters of the longest identifier: three of prefix, a line, thirty-two of 128 random bits.
ID_LENGTH: Final = 36


def new_id(kind: IdKind) -> str:
    """Draw an identifier: a prefix that says what it names, and 128 random bits.

    Not a sequence, which would count victims; not a ULID, which would tell the day.
    """
    return f"{kind}_{secrets.token_hex(16)}"


def is_id(text: str, kind: IdKind) -> bool:
    """Tell whether a text has the form of an identifier of this kind."""
    return _SHAPE.fullmatch(text) is not None and text.startswith(f"{kind}_")
