"""What people look up in a workspace: owners, assets, hits. Each opening leaves a line in the access trace."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rempart import clock
from rempart.app.workspace import Workspace
from rempart.model import AssetId
from rempart.model.asset import Asset, Owner, User
from rempart.model.finding import Hit
from rempart.model.ids import UserId
from rempart.model.work import AccessPurpose
from rempart.register import Visibility, visibility, visible_among


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetLine:
    """An asset as it is listed."""

    asset: Asset
    """The asset."""
    owner: str
    """Its owner's name."""
    visibility: Visibility
    """What may be shown of its hits."""
    accepted_by: str
    """Who accepted its ground, by name; empty if nobody did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetSheet:
    """An asset with what was found of it."""

    line: AssetLine
    """The asset."""
    count: int
    """How many hits it has; 0 while it is frozen."""
    hits: tuple[Hit, ...]
    """Where and when, if that may be shown; empty otherwise."""
    given_to: str = ""
    """Of a decoy, the channel that received it."""


def owners(workspace: Workspace) -> Iterator[tuple[Owner, int]]:
    """Yield every owner and how many assets she has."""
    found = workspace.owners.all()
    _trace(workspace, AccessPurpose.LIST_ASSETS, workspace.id, len(found))
    for owner in found:
        yield owner, workspace.assets.count(owner.id)


def users(workspace: Workspace) -> list[User]:
    """Return who works here."""
    found = workspace.users.all()
    _trace(workspace, AccessPurpose.LIST_USERS, workspace.id, len(found))
    return found


def assets(workspace: Workspace, owner: str | None, *, withdrawn: bool) -> Iterator[AssetLine]:
    """Yield assets, all or one owner's, the oldest first.

    Raises:
        NotFoundError: there is no such owner.
    """
    only = workspace.owners.get(owner).id if owner else None
    _trace(workspace, AccessPurpose.LIST_ASSETS, only or workspace.id, workspace.assets.count(only))
    lines = _Lines(workspace)
    return (lines.of(asset) for asset in workspace.assets.all(only, withdrawn=withdrawn))


def asset_with_hits(workspace: Workspace, asset: str) -> AssetSheet:
    """Return an asset and what was found of it, as far as it may be shown.

    Raises:
        NotFoundError: there is no such asset.
    """
    found = workspace.assets.get(asset)
    line = _Lines(workspace).of(found)
    hits = tuple(_visible_hits(workspace, found)) if line.visibility is Visibility.OPEN else ()
    count = 0 if line.visibility is Visibility.FROZEN else workspace.findings.count_hits(found.id)
    purpose = AccessPurpose.SHOW_HITS if hits else AccessPurpose.SHOW_ASSET
    _trace(workspace, purpose, found.id, max(1, len(hits)))
    decoy = workspace.decoys.among([found.id]).get(found.id)
    return AssetSheet(line=line, count=count, hits=hits, given_to=decoy.given_to if decoy else "")


def _visible_hits(workspace: Workspace, asset: Asset) -> Iterator[Hit]:
    """Yield the hits of an asset that nothing else they resemble seals."""
    hits = workspace.findings.hits(AssetId(asset.id))
    companions = workspace.findings.companions([hit.sighting for hit in hits])
    known = workspace.assets.by_ids({other for others in companions.values() for other in others})
    is_shared = workspace.is_shared
    for hit in hits:
        if asset.id in visible_among((known[a] for a in companions[hit.sighting]), is_shared=is_shared):
            yield hit


class _Lines:
    """Turns assets into lines; names are opened once."""

    def __init__(self, workspace: Workspace) -> None:
        self._owners = {owner.id: owner.name for owner in workspace.owners.all()}
        self._users = workspace.users.names()
        self._is_shared = workspace.is_shared

    def of(self, asset: Asset) -> AssetLine:
        accepted = asset.ground_accepted_by
        return AssetLine(
            asset=asset,
            owner=self._owners[asset.owner],
            visibility=visibility(asset, is_shared=self._is_shared),
            accepted_by=self._users.get(UserId(accepted), "") if accepted else "",
        )


def _trace(workspace: Workspace, purpose: AccessPurpose, subject: str, count: int) -> None:
    workspace.journal.opened(purpose, subject, actor=workspace.me.id, now=clock.utc_now(), count=count)
