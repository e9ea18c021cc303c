"""Is a workspace whole? What the database says of itself, and what only we know: keys, originals, sealed values."""

from __future__ import annotations

from collections.abc import Iterator

from rempart import clock
from rempart.app.unfinished import REGISTERING, alone_at
from rempart.app.vault import destroy_original, path_of
from rempart.app.withdrawing import surplus_keys
from rempart.app.workspace import Workspace
from rempart.model import AssetId
from rempart.model.asset import AssetProtection, AssetState
from rempart.model.work import AccessPurpose
from rempart.store import faults, sealed_faults


def check(workspace: Workspace) -> Iterator[str]:
    """Yield what is wrong, in words; nothing if nothing is.

    1. The file's own structure, its triggers, and who may read it.
    2. Every sealed value opens, in its place.
    3. A ``hash_only`` asset has at most one code, of the whole frame, and none of parts.
    4. A ``detailed`` or ``vault`` asset has its key, and a vault's asset its original.
    5. A withdrawn asset has neither fingerprint, key nor original.
    """
    workspace.journal.opened(AccessPurpose.CHECK, workspace.id, actor=workspace.me.id, now=clock.utc_now())
    yield from faults(workspace.database)  # (1)
    yield from _readable_by_others(workspace)
    yield from sealed_faults(workspace.database, workspace.sealer)  # (2)
    keys = set(workspace.keyring.items())
    for asset in workspace.assets.all(withdrawn=True, labels=False):
        codes, parts = workspace.assets.counts_of(asset.id)
        has_key, has_original = asset.id in keys, path_of(workspace, asset.id).exists()
        if asset.state is AssetState.WITHDRAWN:  # (5)
            if codes or parts:
                yield f"{asset.id} was withdrawn and still has a fingerprint"
            if asset.erased_at is not None and (has_key or has_original):
                yield f"{asset.id} was withdrawn and still has a key or an original"
            continue
        if codes > 1 or (parts and asset.protection is AssetProtection.HASH_ONLY):  # (3)
            yield f"{asset.id} has more codes than its protection, {asset.protection}, allows"
        needs_key = bool(parts) or asset.protection is AssetProtection.VAULT  # (4)
        if needs_key and not has_key:
            yield f"{asset.id} has lost its key"
        if asset.protection is AssetProtection.VAULT and not has_original:
            yield f"{asset.id} has lost its original"


def _readable_by_others(workspace: Workspace) -> Iterator[str]:
    for path in (workspace.folder, *sorted(workspace.folder.glob("*"))):
        if path.stat().st_mode & 0o077:
            yield f"{path} can be read by others: chmod {'700' if path.is_dir() else '600'}"


def sweep(workspace: Workspace) -> int:
    """Destroy keys and originals that no asset may have: a registration that was cut left them. Returns how many.

    Nothing is swept while a registration goes on: what it makes has no asset yet.
    """
    with alone_at(workspace.folder / REGISTERING) as is_alone:
        if not is_alone:
            return 0
        stray = set(workspace.keyring.items()) | {path.stem for path in workspace.vault.rglob("*.sealed")}
        known = workspace.assets.by_ids([AssetId(item) for item in stray])
        unknown = {AssetId(item) for item in stray if item.startswith("ast_")} - set(known)
        swept = unknown | surplus_keys(workspace)
        for asset in swept:
            destroy_original(workspace, asset)
        return len(swept)
