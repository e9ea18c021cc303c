"""Withdrawal: what is kept of a picture is deleted for good, and *done* is said only once that is proved.

1. One transaction deletes fingerprints, label and matches, notes the event and adds a job: from here on it is decided.
2. Keys of the assets are destroyed, then their encrypted originals.
3. Every file of the database is cleaned of what was deleted; this fails while another process reads an older state,
   and the job tries again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rempart import clock
from rempart.app.backup import COPY
from rempart.app.unfinished import sweep_unfinished
from rempart.app.vault import destroy_original
from rempart.app.workspace import Workspace
from rempart.errors import MisuseError, UnavailableError
from rempart.model import AssetId
from rempart.model.asset import AssetProtection, AssetState
from rempart.model.ids import IdKind, new_id
from rempart.model.work import EventKind, JobKind
from rempart.store import erase_traces

#: A reader may stay for a day: the job tries again once an hour before a person must look.
_PROOF_ATTEMPTS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """What became of a withdrawal."""

    assets: tuple[AssetId, ...]
    """Those that were withdrawn now."""
    is_proved: bool
    """True if no file of the database holds a trace any more."""
    elsewhere: str
    """What may still hold traces outside the database's own files, in words; empty if nothing does."""
    waits_for: str
    """Why it is not proved yet, in words; empty if it is."""


def withdraw(workspace: Workspace, assets: Sequence[AssetId]) -> Withdrawal:
    """Withdraw assets.

    Raises:
        NotFoundError: one of them does not exist; nothing was withdrawn.
    """
    now, me = clock.utc_now(), workspace.me
    for asset in assets:
        workspace.assets.get(asset)

    def delete(key: str) -> tuple[AssetId, ...]:  # (1)
        found = workspace.assets.withdraw(list(dict.fromkeys(assets)), now)
        for asset in found:
            workspace.journal.note(EventKind.ASSET_WITHDRAWN, asset, actor=me.id, now=now)
        if found:
            add_erasure(workspace, key, len(found), now)
        return tuple(found)

    return delete_and_prove(workspace, delete)


def forget_owner(workspace: Workspace, name: str) -> Withdrawal:
    """Delete an owner's name and contact, for good; her assets are withdrawn before.

    Raises:
        NotFoundError: there is no such owner.
        MisuseError: she still has assets.
    """
    owner, now, me = workspace.owners.get(name), clock.utc_now(), workspace.me
    if count := workspace.assets.count(owner.id):
        message = f"{owner.name} still has {count} assets"
        raise MisuseError(message, advice="Withdraw them first: rempart asset withdraw")

    def forget(key: str) -> tuple[AssetId, ...]:
        workspace.owners.forget(owner.id)
        workspace.journal.note(EventKind.OWNER_FORGOTTEN, owner.id, actor=me.id, now=now)
        add_erasure(workspace, key, 0, now)
        return ()

    return delete_and_prove(workspace, forget)


def add_erasure(workspace: Workspace, key: str, count: int, now: dt.datetime) -> None:
    """Add, in the transaction that deletes something, the job that proves it gone if this command cannot."""
    workspace.jobs.add(
        JobKind.ERASE_ASSETS,
        key=f"{JobKind.ERASE_ASSETS}:{key}",
        payload={"count": count},
        now=now,
        max_attempts=_PROOF_ATTEMPTS,
    )


def delete_and_prove(workspace: Workspace, delete: Callable[[str], tuple[AssetId, ...]]) -> Withdrawal:
    """Delete something in one transaction, then prove it gone at once, or leave that to the job.

    Args:
        workspace: Where.
        delete: Deletes, adds the job of the key that it is given, and returns the assets that were withdrawn.
    """
    key = new_id(IdKind.EVENT)
    gone = workspace.database.durably(lambda: delete(key))
    try:
        elsewhere = prove_erasure(workspace)
    except UnavailableError as error:
        return Withdrawal(assets=gone, is_proved=False, elsewhere="", waits_for=str(error))
    workspace.jobs.settle(f"{JobKind.ERASE_ASSETS}:{key}", clock.utc_now())
    return Withdrawal(assets=gone, is_proved=True, elsewhere=elsewhere, waits_for="")


def prove_erasure(workspace: Workspace) -> str:
    """Do (2) and (3) for everything that is withdrawn now, and note that it is done.

    Returns:
        What may still hold traces elsewhere, in words.

    Raises:
        UnavailableError: another process still reads an older state.
    """
    awaiting = workspace.assets.awaiting()
    for asset in {*awaiting, *surplus_keys(workspace)}:  # (2)
        destroy_original(workspace, asset)
    sweep_unfinished(workspace.folder / COPY)
    elsewhere = erase_traces(workspace.database)  # (3)
    with workspace.database.transaction():
        count = workspace.assets.note_erased(awaiting, clock.utc_now())
        if count:
            detail: dict[str, str | int] = {"count": count}
            workspace.journal.note(
                EventKind.WITHDRAWAL_PROVED, workspace.id, actor="system", now=clock.utc_now(), detail=detail
            )
    return elsewhere


def surplus_keys(workspace: Workspace) -> set[AssetId]:
    """Return the assets that have a key and must not: withdrawn ones, and those that keep one whole-frame code only."""
    known = workspace.assets.by_ids([AssetId(item) for item in workspace.keyring.items()])
    return {
        asset.id
        for asset in known.values()
        if asset.state is AssetState.WITHDRAWN or asset.protection is AssetProtection.HASH_ONLY
    }
