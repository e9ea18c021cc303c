"""Rotate the workspace key without stopping: a new key seals from the first moment on, the old one is destroyed last.

It may be cut anywhere and run again: it goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rempart import clock
from rempart.app.workspace import Workspace
from rempart.keys import KeyId, sealed_by
from rempart.model.work import AccessPurpose, EventKind
from rempart.store import reseal, sealed_values, wait_for_writers


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What a rotation did."""

    current: str
    """The key that seals now."""
    destroyed: tuple[str, ...]
    """The keys that were destroyed: what only they opened can never be opened again."""
    values: int
    """How many values were sealed again."""
    items: int
    """How many keys of assets were wrapped again."""


def rotate(workspace: Workspace) -> Rotation:
    """Seal everything under a new key, then destroy the old one.

    1. A new key seals, in every process that has the keyring open; one that an interrupted rotation made is kept.
       What was being written under the old one is waited for.
    2. Every value of the database is sealed again; twice, because a command may have been writing meanwhile.
    3. The keys of assets are wrapped again.
    4. Where nothing is left under the old key, it is destroyed.

    Raises:
        KeyFileError: a value still needs an old key: another command wrote meanwhile; run it again.
        UnavailableError: the database stayed away, or another command has been writing since before; run it again.
    """
    keyring, now = workspace.keyring, clock.utc_now()
    me = workspace.me
    if not keyring.status().retiring:
        keyring.begin_rotation(now)  # (1)
    # A transaction that was open then may hold values of the old key that nobody sees yet.
    wait_for_writers(workspace.database)
    values = sum(sum(reseal(workspace.database, workspace.sealer)) for _ in range(2))  # (2)
    items = sum(1 for _ in keyring.rewrap_items())  # (3)
    destroyed = keyring.finish_rotation(sealed_by=_used_keys(workspace))  # (4)
    detail: dict[str, str | int] = {"values": values, "items": items, "current": str(keyring.current)}
    with workspace.database.transaction():
        workspace.journal.note(EventKind.KEYS_ROTATED, workspace.id, actor=me.id, now=now, detail=detail)
        workspace.journal.opened(AccessPurpose.ROTATE_KEYS, workspace.id, actor=me.id, now=now, count=values)
    return Rotation(current=keyring.current, destroyed=destroyed, values=values, items=items)


def _used_keys(workspace: Workspace) -> Iterator[KeyId]:
    return (sealed_by(value) for value in sealed_values(workspace.database))
