"""The transparency log in words: what becomes an entry, and what is signed of the whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum


class LogEntryKind(StrEnum):
    """What an entry says happened; it is inside what is committed, never in the log itself."""

    ADDITION = "addition"
    OPENING = "opening"
    EXPORT = "export"
    HANDOFF = "handoff"
    RENEWAL = "renewal"
    ERASURE = "erasure"
    DECISION = "decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The whole log at one size, which the log's key signs once and for all."""

    origin: str
    """Which log, as in ``association.example/log``."""
    size: int
    """How many entries."""
    root: bytes
    """The root hash of its tree (RFC 9162), 32 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """That a witness saw a checkpoint, and none that contradicts it."""

    witness: str
    """The name of its key."""
    at: dt.datetime
    """When, by its own clock; aware, in UTC, in whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPosition:
    """Where an entry is, and what opens it."""

    index: int
    """Its number, from 0."""
    leaf: bytes
    """What the log holds of it: two lines, of which the second is a salted commitment."""
    salt: bytes = field(repr=False)
    """What was committed with, 32 random bytes: erasing it makes the leaf belong to nothing."""
