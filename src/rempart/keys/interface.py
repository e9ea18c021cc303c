"""The words of this room: identifiers, states, and what a keyring says about itself."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from pathlib import Path
from typing import NewType

#: Names a workspace key: ``wk_`` and 16 hexadecimal digits, derived from the key by a one-way function.
KeyId = NewType("KeyId", str)


class Protection(enum.StrEnum):
    """What stands between a workspace key's file and the key."""

    FILE = "file"
    """The file's permissions only."""

    PASSPHRASE = "passphrase"  # noqa: S105 - the name of a way, not a passphrase
    """A passphrase too (age's scrypt)."""


class KeyState(enum.StrEnum):
    """Where a workspace key is in its life."""

    CURRENT = "current"
    """Seals and opens; exactly one is."""

    RETIRING = "retiring"
    """Opens what it sealed, until the rotation is finished."""

    DESTROYING = "destroying"
    """Never used again; its files are being overwritten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyringStatus:
    """What can be shown of a keyring: no secret."""

    folder: Path
    """Where it is."""

    current: KeyId
    """The key that seals."""

    created_at: dt.datetime
    """When the current key was made."""

    retiring: tuple[KeyId, ...]
    """Keys that a rotation has not finished with."""

    protection: Protection
    """What protects the current key's file."""

    items: int
    """How many items have a key."""

    recovery_recipient: str
    """The public half of the recovery code."""

    recovery_created_at: dt.datetime
    """When the recovery sheet was made."""

    last_drill_at: dt.datetime | None
    """When the recovery code was last proved to work; None if it never was."""
