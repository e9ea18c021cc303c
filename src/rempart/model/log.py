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


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a node of the tree is: over which complete subtree."""

    level: int
    """How many levels above the leaves."""
    number: int
    """How many nodes of its level are to its left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """That a witness saw a checkpoint, and none that contradicts it."""

    witness: str
    """The name of its key."""
    at: dt.datetime
    """When, by its own clock; aware, in UTC, in whole seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCosignature:
    """A witness's signature of a checkpoint, as it is kept."""

    witness: str
    """The name of its key."""
    vkey: str
    """The key that verified it, as people pass it on."""
    line: str
    """The signature as a line of a note, with its newline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPosition:
    """Where an entry is, and what opens it."""

    index: int
    """Its number, from 0."""
    leaf: bytes
    """What the log holds of it: two lines, of which the second is a salted commitment."""
    salt: bytes = field(repr=False)
    """What was committed with, 32 random bytes: erasing it makes the leaf belong to nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """An entry, opened with the key of what it is about."""

    position: LogPosition
    """Where it is, and its salt."""
    kind: LogEntryKind
    """What happened."""
    content: bytes | None = field(repr=False)
    """What was committed to; None of what is long and kept elsewhere, as a package's SHA256SUMS is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLogEntry:
    """What is to become an entry."""

    owner: str
    """What it is about, an identifier that has a key of its own: an item, a case, or the workspace."""
    event: str
    """What makes it one of its kind for that owner, as in ``addition``: asked for twice, it is logged once."""
    kind: LogEntryKind
    """What happened. Whoever makes the content says it in there too: nothing else is committed to."""
    content: bytes = field(repr=False)
    """What is committed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedLogEntry:
    """What is kept to open an entry."""

    number: int
    """The entry's."""
    event_digest: bytes = field(repr=False)
    """By which it is found again, under its owner's key; 32 bytes."""
    owner_digest: bytes = field(repr=False)
    """By which all of one owner are found; 32 bytes."""
    sealed: bytes = field(repr=False)
    """Ciphertext under its owner's key."""
