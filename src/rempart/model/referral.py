"""What may concern a minor and is handed over: when, a keyed hash, what flagged it; the address only until then."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from rempart.model.ids import ReferralId, SourceId


class FlagSource(StrEnum):
    """What raised the flag."""

    ADDRESS = "address"
    TITLE = "title"
    """Of a page, a thread or a link."""
    SECTION = "section"
    TEXT = "text"
    """Of a post."""
    FILE_NAME = "file_name"
    KNOWN_LIST = "known_list"
    """A list that a hotline lent."""
    REPORTER = "reporter"
    """The words of whoever gave the address."""
    MIRROR = "mirror"
    """The same content as something flagged elsewhere."""


class Hotline(StrEnum):
    """Who takes such reports."""

    PHAROS = "pharos"
    POINT_DE_CONTACT = "point_de_contact"
    NCMEC = "ncmec"
    OTHER = "other"
    """Another hotline of INHOPE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReferral:
    """Something that was stopped, to be handed over."""

    url: str = field(repr=False)
    """Clear: only in the encrypted outbox, and only until a receipt is noted."""
    flag: FlagSource
    """What raised the flag."""
    rule: str
    """Which rule of the gate, or which line of a list; never a word of the page."""
    source: SourceId | None = None
    """Found through which source; None if a person gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A hand-off record."""

    id: ReferralId
    """Random."""
    at: dt.datetime
    """When it was stopped."""
    url_digest: bytes
    """Keyed hash (32 bytes) of the address."""
    flag: FlagSource
    """What raised the flag."""
    rule: str
    """Which rule."""
    source: SourceId | None
    """Found through which source."""
    url: str = field(repr=False)
    """From the outbox; empty once it was handed over, or if it was not opened."""
    to: Hotline | None = None
    """Who took it; None before that."""
    receipt: str = field(default="", repr=False)
    """The number or words of their receipt."""
    handed_at: dt.datetime | None = None
    """When the receipt was noted."""
