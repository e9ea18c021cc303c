"""What a picture's C2PA manifest says, as far as it can be believed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from rempart.model.fingerprint import Fingerprint
from rempart.model.ids import AssetId, ManifestId, UserId


class ManifestState(StrEnum):
    """How far a manifest can be believed; words of C2PA 2.x, §14.3, and what comes before it."""

    TRUSTED = "trusted"
    """Signed under a certificate authority that this installation names, and the picture is the one that was signed."""
    VALID = "valid"
    """Well made and untouched, by someone that this installation does not know: anyone can make such a manifest."""
    INVALID = "invalid"
    """Changed since, or not well made."""
    REMOTE = "remote"
    """The file only names an address where a manifest would be; it was not asked for."""
    ABSENT = "absent"
    """The file has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftBinding:
    """What ties a manifest to a picture whose metadata are gone (C2PA 2.x, soft binding assertion)."""

    algorithm: str
    """Name of the mark or the fingerprint."""
    value: str
    """What the mark says, or the fingerprint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestReading:
    """What a file's manifest says."""

    state: ManifestState
    """How far it can be believed."""
    label: str = ""
    """The manifest's own identifier; empty if there is none."""
    generator: str = ""
    """Which program says it made the manifest."""
    signer: str = ""
    """Whom the certificate names; anybody may write any name into a certificate of their own."""
    bindings: tuple[SoftBinding, ...] = ()
    """Its soft bindings."""
    problems: tuple[str, ...] = ()
    """Codes of what is wrong (C2PA 2.x, §15.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptManifest:
    """The manifest of a picture that was signed here, kept for when it is stripped from a copy."""

    id: ManifestId
    """Random."""
    asset: AssetId | None
    """Which registered picture was signed; None if it is not registered."""
    label: str
    """The manifest's own identifier."""
    content: bytes
    """The manifest (JUMBF); it holds no picture."""
    code: Fingerprint | None
    """Of the whole signed picture; None if it has too little detail."""
    mark_version: str
    """Name and version of the ownership mark that was put in."""
    signed_by: UserId
    """Who asked for it."""
    signed_at: dt.datetime
    """When."""
