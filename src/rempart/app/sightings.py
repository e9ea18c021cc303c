"""What was seen in watched places: listed and shown as far as it may be, each opening traced.

Whose places are shown is decided as everywhere (:func:`rempart.register.visible_among`): in a shared workspace, what
shows an intimate asset is a number until another person accepted its ground. Words of posts are shown out of a case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rempart import clock
from rempart.app.gating import HAND_OFF
from rempart.app.workspace import Workspace
from rempart.errors import IntegrityError, RefusedError
from rempart.model.asset import Asset, AssetState
from rempart.model.ids import AssetId, OwnerId, SourceId
from rempart.model.sighting import Excerpt, Locator, SearchHit, Sighting
from rempart.model.work import AccessPurpose
from rempart.register import visible_among

#: Rows that one list shows at most.
LINES_MOST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SightingList:
    """Sightings as they are listed."""

    lines: tuple[Sighting, ...] = field(repr=False)
    """Those that may be shown, the latest first, each with the matches that may be."""
    sealed: int
    """How many more wait for somebody to accept a ground: of the whole workspace, whatever was listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SightingSheet:
    """A sighting with what is known of its page."""

    sighting: Sighting = field(repr=False)
    """What was seen, with the matches that may be shown."""
    excerpts: tuple[Excerpt, ...] = field(default=(), repr=False)
    """What the cases of those shown may read of the post."""
    positions: tuple[SearchHit, ...] = field(default=(), repr=False)
    """Where search engines showed its page."""
    locators: tuple[Locator, ...] = field(default=(), repr=False)
    """What else its page offers: to be reported, never joined."""


def list_sightings(
    workspace: Workspace, source: str = "", *, since: dt.datetime | None = None, limit: int = LINES_MOST
) -> SightingList:
    """Return what was seen, the latest first, and note who looked.

    Args:
        workspace: Where.
        source: Only through this source; all if empty.
        since: Only those first seen at or after this instant.
        limit: How many at most.

    Raises:
        NotFoundError: there is no such source.
    """
    only: SourceId | None = workspace.sources.get(source).id if source else None
    found = workspace.sightings.all(limit, source=only, since=since)
    shown, sealed = _visible(workspace, found)
    if only or since:  # a number of one place would be an address
        sealed = _visible(workspace, workspace.sightings.all(limit))[1]
    _trace(workspace, AccessPurpose.LIST_SIGHTINGS, only or workspace.id, len(shown))
    return SightingList(lines=tuple(shown), sealed=sealed)


def show_sighting(workspace: Workspace, sighting: str) -> SightingSheet:
    """Return one sighting with what is known of its page, and note who looked.

    Raises:
        NotFoundError: there is none of this identifier.
        RefusedError: it may not be shown: its ground waits to be accepted, somebody shown objected, or its thread was
            stopped since.
    """
    found = workspace.sightings.get(sighting)
    if found.seen.thread and workspace.threads.is_frozen(found.seen.thread):
        message = f"the thread of the sighting {found.id} was stopped: it may concern a minor"
        raise RefusedError(message, advice=f"Its address is in: rempart referral list. {HAND_OFF}")
    shown, sealed = _visible(workspace, [found])
    if not shown:
        message = f"the sighting {found.id} is sealed" if sealed else f"nothing is shown of the sighting {found.id}"
        advice = (
            "Another person accepts its ground first: rempart ground accept ASSET --by NAME"
            if sealed
            else "Somebody shown objected, or what it resembled was withdrawn."
        )
        raise RefusedError(message, advice=advice)
    [seen] = shown
    _trace(workspace, AccessPurpose.SHOW_SIGHTING, seen.id, 1)
    pages = {seen.seen.page_url, seen.seen.media_url}
    return SightingSheet(
        sighting=seen,
        excerpts=_excerpts(workspace, seen),
        positions=tuple(hit for hit in workspace.sightings.hits() if hit.url in pages),
        locators=tuple(one for one in workspace.sightings.locators(seen.seen.source) if one.page_url in pages),
    )


def count_shown(workspace: Workspace, source: SourceId) -> int:
    """Return how many sightings of a source may be shown, of the latest: what is sealed counts for no single place."""
    return len(_visible(workspace, workspace.sightings.all(LINES_MOST, source=source))[0])


def _visible(workspace: Workspace, found: Sequence[Sighting]) -> tuple[list[Sighting], int]:
    """Return what may be shown, with the matches that may be; and of how many more the number."""
    frozen = workspace.threads.frozen_among({each.seen.thread for each in found if each.seen.thread})
    found = [each for each in found if each.seen.thread not in frozen]
    assets = workspace.assets.by_ids({match.asset for each in found for match in each.seen.matches})
    is_shared, shown, sealed = workspace.is_shared, [], 0
    for each in found:
        known = [assets[match.asset] for match in each.seen.matches if match.asset in assets]
        visible = visible_among(known, is_shared=is_shared)
        if visible:
            shown.append(_with(each, visible))
        elif any(_is_looked_for(asset) for asset in known):
            sealed += 1
    return shown, sealed


def _with(sighting: Sighting, visible: set[AssetId]) -> Sighting:
    matches = tuple(match for match in sighting.seen.matches if match.asset in visible)
    return replace(sighting, seen=replace(sighting.seen, matches=matches))


def _is_looked_for(asset: Asset) -> bool:
    return asset.state is AssetState.ACTIVE


def _excerpts(workspace: Workspace, sighting: Sighting) -> tuple[Excerpt, ...]:
    """Return the excerpts of the cases of those shown; a case whose key was destroyed has none."""
    assets = workspace.assets.by_ids({match.asset for match in sighting.seen.matches})
    owners: set[OwnerId] = {asset.owner for asset in assets.values()}
    found = []
    for owner in sorted(owners):
        for case in workspace.cases.all(owner):
            try:
                excerpt = workspace.sightings.excerpt(sighting.id, case.id)
            except IntegrityError:
                continue
            if excerpt:
                found.append(excerpt)
    return tuple(found)


def _trace(workspace: Workspace, purpose: AccessPurpose, subject: str, count: int) -> None:
    workspace.journal.opened(purpose, subject, actor=workspace.me.id, now=clock.utc_now(), count=count)
