"""What a scan leaves behind in a workspace: findings, and how far it came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rempart.model.ids import ScanId, SightingId
from rempart.model.match import Match
from rempart.model.media import Place


class ScanState(StrEnum):
    """Whether a scan came to its end."""

    RUNNING = "running"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One suspect and every asset that it resembles."""

    number: int
    """Which item of the scan, from 0."""
    matches: tuple[Match, ...]
    """At least one; all of the same suspect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """One item of a scan that was not compared."""

    number: int
    """Which item of the scan, from 0."""
    record: str
    """What it was and why, as JSON; sealed at rest, because it holds a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanProgress:
    """How far a scan came."""

    id: ScanId
    """Random."""
    state: ScanState
    """Whether it came to its end."""
    place: Place
    """The last item that is entirely done; empty if none is."""
    tally: Mapping[str, int]
    """The counts until there."""
    started_at: dt.datetime
    """When it was begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One match of an asset, as it is kept."""

    sighting: SightingId
    """Random."""
    match: Match
    """The resemblance; its ``suspect`` is where it was seen."""
    seen_at: dt.datetime
    """When."""
