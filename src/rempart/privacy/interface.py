"""What this room needs from the store: rows with an end, and the proof of the last run; and facts for the register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from rempart.model.asset import UserRole
from rempart.model.retention import ClassState, RetentionRun, RowClass
from rempart.model.source import Article14


class RetentionStore(Protocol):
    """Deletes what is past its end; ``store.RetentionRepository`` is one."""

    def state(self, now: dt.datetime) -> tuple[ClassState, ...]:
        """Return what is stored of each kind, and what of it should be gone."""

    def enforce(self, row_class: RowClass, now: dt.datetime, limit: int) -> int:
        """Delete rows of one kind that are past their end; return how many went."""

    def last_run(self) -> RetentionRun | None:
        """Return the latest run that the journal proves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceFacts:
    """What the register must be told of the workspace; counts, never a name."""

    workspace: str
    """Its identifier: random."""
    is_shared: bool
    """Whether more than one person works with it."""
    database_vendor: str
    """``sqlite`` or ``postgresql``."""
    database_is_remote: bool
    """Whether the database is reached over a network."""
    database_is_encrypted_in_transit: bool | None
    """Whether that connection is made with a verified certificate; None if it is not remote."""
    keys_protection: str
    """How the keys are protected: ``passphrase``, ``file`` (mode 0600), or ``none``."""
    users: Mapping[UserRole, int]
    """How many users have each role."""
    owners: int
    """How many people's pictures are registered."""
    assets: int
    """How many pictures are registered."""
    sources: Mapping[Article14, int]
    """How many places are watched, by what was decided about informing those concerned."""
    sandbox_missing: tuple[str, ...]
    """Protections of the sandbox that this machine does not offer."""
    states: tuple[ClassState, ...]
    """What is stored of each kind of row that ends."""
    last_run: RetentionRun | None
    """When what is past its end was last deleted."""
