"""What a match in a watched place leaves: a sighting, an alert, and inside open cases a redacted excerpt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from rempart.app.alerts import raise_alert
from rempart.app.mirrors import note_picture
from rempart.app.pseudonyms import pseudonym
from rempart.app.watch_media import Compared
from rempart.app.watch_page import PostMemory
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.model.alert import Alert
from rempart.model.collected import ParsedPost
from rempart.model.evidence import CaseState
from rempart.model.frontier import FrontierItem, FrontierState
from rempart.model.ids import OwnerId, SightingId
from rempart.model.sighting import Excerpt, NewSighting
from rempart.model.source import Source
from rempart.model.web import Validators
from rempart.privacy.excerpts import redact_excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was written of one picture."""

    sighting: SightingId | None
    """Its identifier; None if it matched nothing that is still looked for."""
    is_new: bool = False
    """False if it was seen in that place before."""
    alert: Alert | None = None
    """What was raised; None if nothing was."""


def note_match(
    workspace: Workspace, settings: Settings, seen: NewSighting, now: dt.datetime, *, ends_at: dt.datetime | None = None
) -> Recorded:
    """Write what matched, and raise an alert the first time; part of the caller's transaction.

    Args:
        workspace: Where it is written.
        settings: Which doors alerts have.
        seen: What was seen.
        now: When.
        ends_at: When the link to it ends, if it does.
    """
    written = workspace.sightings.record(seen, now)
    if written is None:
        return Recorded(sighting=None)
    (found, is_new), alert = written, None
    if is_new:
        workspace.sources.count(seen.source, sightings=1)
        alert = raise_alert(workspace, settings, found, seen.matches, now, ends_at=ends_at)
    return Recorded(sighting=found, is_new=is_new, alert=alert)


class SightingWriter:
    """Writes what a picture led to, in the transaction that finishes it."""

    def __init__(self, workspace: Workspace, settings: Settings, memory: PostMemory) -> None:
        """Write to a workspace."""
        self._workspace = workspace
        self._settings = settings
        self._memory = memory

    def write(
        self, item: FrontierItem, source: Source, compared: Compared, validators: Validators, now: dt.datetime
    ) -> Callable[[], Recorded]:
        """Return the work of one transaction: the row is finished first, so that a lost lease undoes all of it."""

        def work() -> Recorded:
            workspace = self._workspace
            workspace.sources.lock(source.id)
            if not workspace.frontier.finish(item, FrontierState.DONE, now, validators=validators):
                return Recorded(sighting=None)  # it was frozen meanwhile
            workspace.sources.count(source.id, media=1)
            if item.new.thread is not None and compared.code:
                note_picture(workspace, item.new.thread, compared.code)
            if not compared.matches:
                return Recorded(sighting=None)
            seen = self._sighting(item, source, compared)
            return note_match(workspace, self._settings, seen, now, ends_at=item.new.expires_at)

        return work

    def _sighting(self, item: FrontierItem, source: Source, compared: Compared) -> NewSighting:
        new, post = item.new, self._memory.find(item.new)
        return NewSighting(
            source=source.id,
            media_url=new.url,
            page_url=new.page_url or new.url,
            thread=new.thread,
            post=new.post,
            posted_at=new.posted_at,
            matches=compared.matches,
            media_type=compared.media_type,
            excerpts=self._excerpts(compared, post, new.page_url or new.url) if post else (),
        )

    def _excerpts(self, compared: Compared, post: ParsedPost, page_url: str) -> tuple[Excerpt, ...]:
        """Return what open cases keep of a post: a case has a ground, which is recorded when it is opened."""
        workspace = self._workspace
        assets = workspace.assets.by_ids({match.asset for match in compared.matches})
        owners = {OwnerId(asset.owner) for asset in assets.values()}
        cases = [c for c in workspace.cases.all() if c.state is CaseState.OPEN and c.owner in owners]
        if not cases:
            return ()
        names = tuple(owner.name for owner in workspace.owners.all())
        host = urlsplit(page_url).netloc
        text = redact_excerpt(post.text, names)
        return tuple(
            Excerpt(
                case=case.id,
                text=text,
                pseudonym=pseudonym(workspace.keyring, case.id, post.author_key, host) if post.author_key else "",
            )
            for case in cases
        )
