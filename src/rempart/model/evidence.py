"""Cases and their evidence: what was recorded, how far its proofs are, who opened it, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rempart.model.asset import GroundKind
from rempart.model.ids import CaseId, ErasureId, EvidenceId, HoldId, OwnerId, UserId


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    CLOSED = "closed"
    """Nothing is added; what is there is kept, renewed, exported or erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What evidence is gathered for, and by what right."""

    id: CaseId
    """Random."""
    owner: OwnerId
    """For whom."""
    ground: GroundKind
    """By what right."""
    ground_note: str
    """In words: a mandate's date, a complaint's number; encrypted at rest."""
    state: CaseState
    """Where it stands."""
    shows_addresses: bool
    """Whether its owner chose that addresses of pages are shown in the public part; they are sealed otherwise."""
    opened_by: UserId
    """Who opened it."""
    opened_at: dt.datetime
    """When."""
    closed_at: dt.datetime | None
    """When it was closed."""


class RecipientPurpose(StrEnum):
    """Why somebody can open what is sealed."""

    ASSOCIATION = "association"
    LAWYER = "lawyer"
    EXPERT = "expert"
    PERSON = "person"
    """The person herself: optional, and only after she was asked whether her device is safe."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRecipient:
    """Somebody to whom what is sealed is encrypted."""

    label: str
    """What packages call her: a role, no name of a volunteer."""
    age_recipient: str
    """Her public key, ``age1…``."""
    purpose: RecipientPurpose
    """Why."""
    case: CaseId | None = None
    """In which case; None is in all of them."""


class EvidenceKind(StrEnum):
    """What an item is."""

    FILE = "file"
    """A file that a person added: a message export, a mail, a screenshot that she made."""
    PAGE = "page"
    """A page's text, fetched as text."""


class EvidenceState(StrEnum):
    """How far the proofs of an item are; each step adds to the last and changes nothing of it."""

    RECORDED = "recorded"
    """Its bytes are kept, encrypted."""
    HASHED = "hashed"
    """Its package is made: commitments and sums."""
    SEALED = "sealed"
    """Its seal is made, and one time-stamp at least was verified."""
    TIMESTAMPED = "timestamped"
    """Every authority was asked; those that failed are recorded."""
    LOGGED = "logged"
    """It is in the log, under a signed checkpoint, and the proof of it is in the package."""
    WITNESSED = "witnessed"
    """Enough witnesses have signed the checkpoint as well."""
    ERASED = "erased"
    """Its files, salts and keys are gone; a tombstone is left."""


#: How long an erasure can be cancelled.
ERASURE_DELAY: Final = dt.timedelta(days=7)
#: Pages of one case that one person adds alone (docs: who may).
PAGES_ALONE_MOST: Final = 50


def require_move(before: EvidenceState, after: EvidenceState) -> None:
    """Make sure that a state may follow another one.

    Raises:
        ValueError: it may not, which is a mistake of ours.
    """
    if after not in TRANSITIONS[before]:
        message = f"evidence that is {before} cannot become {after}"
        raise ValueError(message)


#: What may follow what; erasing is possible from everywhere.
TRANSITIONS: Final[Mapping[EvidenceState, frozenset[EvidenceState]]] = {
    EvidenceState.RECORDED: frozenset({EvidenceState.HASHED, EvidenceState.ERASED}),
    EvidenceState.HASHED: frozenset({EvidenceState.SEALED, EvidenceState.ERASED}),
    EvidenceState.SEALED: frozenset({EvidenceState.TIMESTAMPED, EvidenceState.ERASED}),
    EvidenceState.TIMESTAMPED: frozenset({EvidenceState.LOGGED, EvidenceState.ERASED}),
    EvidenceState.LOGGED: frozenset({EvidenceState.WITNESSED, EvidenceState.ERASED}),
    EvidenceState.WITNESSED: frozenset({EvidenceState.ERASED}),
    EvidenceState.ERASED: frozenset(),
}


class Tie(StrEnum):
    """What ties an item to its case (one of them, or it is refused)."""

    MATCH = "match"
    """A match that Rempart found."""
    REPORT = "report"
    """What the person, or somebody for her, reported."""
    PATH = "path"
    """A page on the way to one of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceItem:
    """One item of a case."""

    id: EvidenceId
    """Random."""
    case: CaseId
    """Of which case."""
    seq: int
    """Its place in the case, from 1."""
    kind: EvidenceKind
    """What it is."""
    tie: Tie
    """Why it belongs to the case."""
    tied_to: str
    """The match's identifier; empty for another tie."""
    state: EvidenceState
    """How far its proofs are."""
    label: str
    """What it is called: encrypted at rest, and in no public part; empty once it is erased."""
    sums_sha256: bytes
    """Of its ``SHA256SUMS``, 32 bytes; empty before it is hashed."""
    recorded_by: UserId
    """Who added it."""
    recorded_at: dt.datetime
    """When."""
    erased_at: dt.datetime | None = None
    """When it was erased."""
    tombstone: bytes = b""
    """What is said in its place once it is erased: canonical JSON."""
    tombstone_seal: bytes = b""
    """The seal over that."""

    @property
    def is_complete(self) -> bool:
        """Tell whether its package has all its proofs; witnesses may add theirs."""
        return self.state in {EvidenceState.LOGGED, EvidenceState.WITNESSED}


class CustodyKind(StrEnum):
    """What can happen to an item, or to a case."""

    CASE_OPENED = "case_opened"
    CASE_CLOSED = "case_closed"
    RECORDED = "recorded"
    TIMESTAMPED = "timestamped"
    """A person accepted fewer time-stamps than were wanted."""
    OPENED = "opened"
    """Somebody saw what is sealed: an exposure."""
    EXPORTED = "exported"
    HANDED_OFF = "handed_off"
    VERIFIED = "verified"
    RENEWED = "renewed"
    ERASURE_ASKED = "erasure_asked"
    ERASURE_CANCELLED = "erasure_cancelled"
    ERASED = "erased"
    HOLD_SET = "hold_set"
    HOLD_ENDED = "hold_ended"
    CONSENT_WITHDRAWN = "consent_withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyEvent:
    """Who did what to an item, when and why."""

    at: dt.datetime
    """When."""
    kind: CustodyKind
    """What."""
    case: CaseId
    """To which case."""
    item: EvidenceId | None
    """To which item; None if it is about the whole case."""
    by: UserId
    """Who."""
    second: UserId | None
    """Who agreed, where it takes two."""
    why: str
    """In her words; encrypted at rest, and in no public part."""
    to: str
    """To whom it went, for an export or a hand-off; encrypted at rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHold:
    """A named decision that nothing of a case is erased, until a day (GDPR article 17(3)(e))."""

    id: HoldId
    """Random."""
    case: CaseId
    """Of which case."""
    by: UserId
    """Who decided."""
    why: str
    """For which claim; encrypted at rest."""
    until: dt.datetime
    """It ends by itself."""
    at: dt.datetime
    """When it was decided."""
    ended_at: dt.datetime | None
    """When somebody ended it before its day."""

    def holds(self, now: dt.datetime) -> bool:
        """Tell whether it is in force."""
        return self.ended_at is None and now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureRequest:
    """That somebody asked for an item to be erased."""

    id: ErasureId
    """Random."""
    item: EvidenceId
    """Which."""
    by: UserId
    """Who wrote it down."""
    why: str
    """In her words; encrypted at rest."""
    at: dt.datetime
    """When."""
    due_at: dt.datetime
    """Not before: until then it can be cancelled."""
    cancelled_at: dt.datetime | None
    """When it was."""
    done_at: dt.datetime | None
    """When nothing was left of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """Who was given a dossier: whom to tell if something of it is erased (GDPR article 19)."""

    case: CaseId
    """Of which case."""
    to: str
    """To whom; encrypted at rest."""
    items: tuple[EvidenceId, ...]
    """The items that were whole in it."""
    by: UserId
    """Who gave it."""
    at: dt.datetime
    """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How often somebody saw something sealed: 0 must be provable."""

    item: EvidenceId
    """What."""
    by: UserId
    """Who."""
    count: int
    """How often."""
