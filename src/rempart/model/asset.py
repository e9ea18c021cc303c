"""What a person registers, by which right, under which protection, with which consent (DESIGN §5)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from rempart.model.fingerprint import CodedPoints, Fingerprint, PackedDescriptor
from rempart.model.ids import AssetId, ConsentId, GroundId, OwnerId, UserId
from rempart.model.media import MediaKind


class Sensitivity(StrEnum):
    """What its appearance elsewhere would do."""

    PREMIUM = "premium"
    """Sold, or kept for a launch: its copy is a loss."""
    INTIMATE = "intimate"
    """Private or sexual: its copy is a harm to the person shown."""


class AssetProtection(StrEnum):
    """What is kept of a registered picture."""

    HASH_ONLY = "hash_only"
    """One whole-frame code, nothing else: some twenty codes of parts redraw a recognisable person (measured)."""
    DETAILED = "detailed"
    """Codes of parts too, by a consent of their own, encrypted under a key of the asset outside the database."""
    VAULT = "vault"
    """The original as well, encrypted under a key of the asset, with its owner."""


class Depicts(StrEnum):
    """Who is shown, as seen from the owner."""

    SELF = "self"
    OTHER = "other"
    NOBODY = "nobody"


class GroundKind(StrEnum):
    """By what right somebody registers a picture."""

    OWN_WORK = "own_work"
    """She made it."""
    SELF_DEPICTED = "self_depicted"
    """She is the person shown."""
    RIGHTS_HOLDER = "rights_holder"
    """The rights were transferred to her."""
    MANDATE = "mandate"
    """The person shown, or the author, asked her to, in writing."""
    LEGAL_REPRESENTATIVE = "legal_representative"
    """She represents that person by law."""
    ASSOCIATION_CASE = "association_case"
    """An association helps that person in a case."""


class AssetState(StrEnum):
    """Whether an asset is looked for."""

    ACTIVE = "active"
    CONTESTED = "contested"
    """Frozen: somebody shown in it objected, and that outranks the owner."""
    WITHDRAWN = "withdrawn"
    """Only the identifier is left."""


class ConsentScope(StrEnum):
    """What a person allowed, one scope at a time (DESIGN §5)."""

    MATCH = "match"
    WATCH = "watch"
    EXCHANGE = "exchange"
    EVIDENCE = "evidence"
    NOTICE = "notice"
    DISCLOSE_LEGAL_NAME = "disclose_legal_name"
    DETAILED = "detailed"


class UserRole(StrEnum):
    """What a user of the workspace is there for."""

    ADMIN = "admin"
    REGISTRAR = "registrar"
    REVIEWER = "reviewer"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who works with this workspace."""

    id: UserId
    """Random."""
    name: str
    """As others call her; sealed at rest."""
    role: UserRole
    """What she is there for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """Who is shown, on what ground it is registered, and the age statement: asked of the picture, not the person."""

    depicts: Depicts | None = None
    """Who is shown; None is not stated."""
    ground: GroundKind | None = None
    """By what right; None is not stated."""
    adults_when_taken: bool = False
    """True only if somebody stated that everyone in it was 18 or older when it was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A right as it was written down, once for an owner or for some of her assets."""

    id: GroundId
    """Random."""
    right: Right
    """What was stated."""
    stated_by: UserId
    """Who typed it."""
    stated_at: dt.datetime
    """When."""
    accepted_by: UserId | None
    """Who, other than the registrant, checked it for the owner; None if nobody did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Somebody whose pictures are protected."""

    id: OwnerId
    """Random."""
    name: str
    """As she is called in this workspace; sealed at rest."""
    contact: str
    """How to reach her; sealed at rest, empty if none was given."""
    ground: Ground
    """The right that her assets have unless another is stated for them."""
    registered_by: UserId
    """Who added her."""
    registered_at: dt.datetime
    """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """One registered picture: what is kept of it is its fingerprint, not the picture."""

    id: AssetId
    """Random."""
    owner: OwnerId
    """Whose."""
    kind: MediaKind
    """What it is."""
    state: AssetState
    """Whether it is looked for."""
    sensitivity: Sensitivity
    """What its appearance elsewhere would do."""
    protection: AssetProtection
    """What is kept of it."""
    ground: Ground
    """By what right it is registered."""
    ground_accepted_by: UserId | None
    """Who, other than the registrant, accepted the ground for this very asset."""
    registered_by: UserId
    """Who added it."""
    registered_at: dt.datetime
    """When."""
    label: str
    """The name of the file it was made from; sealed at rest, empty once it is withdrawn."""
    withdrawn_at: dt.datetime | None = None
    """When it was withdrawn."""
    erased_at: dt.datetime | None = None
    """When the last trace of its fingerprints was proved gone; None while a reader still holds some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One thing that a person allowed, with the very text that she was shown."""

    id: ConsentId
    """Random."""
    owner: OwnerId
    """Who gave it."""
    asset: AssetId | None
    """For which asset; None is for all of hers."""
    scope: ConsentScope
    """What it allows."""
    text_version: str
    """Which text, by version and language: ``detailed/1/fr``."""
    text: str
    """The text that was shown."""
    given_at: dt.datetime
    """When."""
    recorded_by: UserId
    """Who recorded it."""
    withdrawn_at: dt.datetime | None
    """When it was taken back; None while it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """An asset on its way into the store, with what is kept of it."""

    asset: Asset
    """What is registered."""
    digest: bytes
    """SHA-256 of the file, 32 bytes: recognises the same file."""
    fingerprints: tuple[Fingerprint, ...]
    """At most one, of the whole frame; none if the picture is too small to have one."""
    detailed_sealed: bytes | None = None
    """Codes of parts and points, and what a model says of it if there is one, sealed under the asset's own key; None if
    the protection is ``hash_only``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BankEntry:
    """What matching needs of one asset."""

    asset: AssetId
    """Which."""
    digest: bytes
    """SHA-256 of the file, 32 bytes."""
    fingerprints: tuple[Fingerprint, ...]
    """Of the whole frame."""
    detailed_sealed: bytes | None = None
    """Codes of parts and points, and what a model says of it, sealed; None if there are none."""
    places: tuple[CodedPoints, ...] = ()
    """The codes, opened: in memory, for one scan."""
    described: tuple[PackedDescriptor, ...] = ()
    """What a model says of it, opened: the same."""

    @property
    def sha256(self) -> str:
        """Return the digest in hexadecimal."""
        return self.digest.hex()
