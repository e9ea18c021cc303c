"""Who is given copies that can be told apart, what was given, what was concluded of a leak, and decoys."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from rempart.model.attribution import WAYS, Corner
from rempart.model.ids import AssetId, RecipientId, TraceId, UserId


class SurfacedAt(StrEnum):
    """Where a leak was seen: the question that is asked before anything else."""

    FORUM = "forum"
    PRESS = "press"
    ALERT = "alert"
    """A channel for whistleblowers, inside or outside the organisation."""
    COURT = "court"
    UNKNOWN = "unknown"

    @property
    def protects_sources(self) -> bool:
        """Tell whether whoever brought it there may be a source, a whistleblower or a party: it is not traced."""
        return self in {SurfacedAt.PRESS, SurfacedAt.ALERT, SurfacedAt.COURT}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRecipient:
    """What is said of somebody who is to be given copies."""

    name: str
    """Hers, or how the organisation calls her."""
    informed_on: dt.date | None = None
    """The day on which she was told that her copies can be told from others'; None if she was not."""
    how: str = ""
    """How she was told: a clause, a letter, a screen."""
    ref: str = ""
    """What another system calls her; empty if nothing does."""
    group: str = ""
    """Whom she belongs with, as ``--to`` names them; empty is nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Somebody who is given copies of her own."""

    id: RecipientId
    """Random."""
    index: int
    """Hers in every codebook of this workspace, for ever: never given to another, even once she is forgotten."""
    name: str
    """Hers; empty once she is forgotten."""
    informed_on: dt.date | None
    """The day on which she was told; None if she was not: no copy is made for her."""
    how: str
    """How she was told."""
    ref: str
    """What another system calls her."""
    group: str
    """Whom she belongs with."""
    added_by: UserId
    """Who added her."""
    added_at: dt.datetime
    """When."""
    forgotten_at: dt.datetime | None = None
    """When her name and all else of her was deleted; None if it was not."""

    def is_informed(self, today: dt.date) -> bool:
        """Tell whether she was told, today or before."""
        return self.informed_on is not None and self.informed_on <= today and bool(self.how)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """That a copy of an asset was made for a recipient. The copy itself is not kept: it can be made again."""

    asset: AssetId
    """Of what."""
    recipient: RecipientId
    """For whom."""
    mark_version: str
    """Name and version of the mark."""
    made_by: UserId
    """Who made it first."""
    made_at: dt.datetime
    """When."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoy:
    """An asset that exists to show through which channel it leaves: handed to one, never published."""

    asset: AssetId
    """Which."""
    given_to: str
    """The channel that received it."""
    note: str
    """Why it was made."""
    added_by: UserId
    """Who handed it over."""
    added_at: dt.datetime
    """When."""


class TraceVerdict(StrEnum):
    """What a trace can end in, for a person who asks."""

    ACCUSED = "accused"
    NOBODY = "nobody"
    NOT_REGISTERED = "not_registered"
    TOO_LITTLE_LEFT = "too_little_left"
    WITHHELD = "withheld"
    """It was not looked at: the leak may be a source's. Nothing was computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccusedRecipient:
    """Whose copy a leak was made from. The copy, never the person who posted it."""

    recipient: RecipientId
    """For whom the copy was made."""
    score: float
    """Normalised correlation."""
    false_accusation_bound: float
    """0..1: at most so probable is it that any innocent copy of all tested has such a score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedLeak:
    """One leak of a trace: which file, and how it lies on which original."""

    sha256: str
    """Which file it was, 64 hexadecimal digits."""
    asset: AssetId | None
    """Which original it was compared with; None if it resembles none."""
    quality: float
    """0..1: of its registration; 0 if it was not registered, and nothing of it was scored."""
    region: tuple[Corner, ...]
    """The original's corners in pixels of the leak; empty if it was not registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRecord:
    """What was concluded of leaks that are scored together, with all that is needed to contest it and do it again."""

    id: TraceId
    """Random."""
    leaks: tuple[TracedLeak, ...]
    """One or more: the one that is registered best first, the others in the order in which they were given."""
    verdict: TraceVerdict
    """What it ended in; never ``withheld``, of which nothing is kept but that it happened."""
    surfaced_at: SurfacedAt
    """Where the leaks were seen, as was stated."""
    purpose: str
    """What for, as was stated."""
    recipients: int
    """How many codes the codebook had; 0 if none was made."""
    accused: tuple[AccusedRecipient, ...]
    """The highest score first."""
    tested_recipients: int
    """How many codes were scored."""
    tests: int
    """How many chances an innocent copy had: the copies, for and against, times the looks at these leaks so far."""
    threshold: float
    """The score that accuses."""
    expected_score: float
    """What the trace could have seen."""
    code_version: str
    """Name and version of the mark, the codes and the reading."""
    by: UserId
    """Who asked."""
    at: dt.datetime
    """When."""

    @property
    def best(self) -> TracedLeak:
        """Return the leak that is registered best."""
        return self.leaks[0]

    @property
    def looks(self) -> int:
        """Return how many looks at any of these leaks the tests count, this one too."""
        return max(1, self.tests // max(1, WAYS * self.recipients))
