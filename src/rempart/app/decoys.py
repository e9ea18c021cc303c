"""Decoys: a version of a picture that is handed to one channel, and names it if it surfaces.

A decoy is handed over, never published; it is never intimate; it contacts nothing: it is a picture like any other, an
asset of its own, and what tells of it is a scan that somebody asks for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rempart import clock
from rempart.app.gating import make_gate
from rempart.app.intake import Skipped
from rempart.app.registering import Duplicate, Registered, Registering, Wish, file_digest
from rempart.app.registering_videos import is_video
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import MisuseError, RefusedError
from rempart.model import Cleared, MediaFile
from rempart.model.asset import AssetProtection, Right, Sensitivity
from rempart.model.names import is_name, skeleton
from rempart.model.recipient import Decoy
from rempart.model.work import AccessPurpose, EventKind

_NOTE_MOST: Final = 2_000
_ADDRESS: Final = re.compile(r"[a-z][a-z0-9+.-]*://|^www\.|^[\w-]+(\.[\w-]+)*\.[a-z]{2,}(/|$)|^[#@]", re.IGNORECASE)
#: Words that name no one: what is handed to them is published.
_EVERYBODY: Final = frozenset(
    ("public", "everybody", "everyone", "anyone", "all", "tous", "toutlemonde", "lepublic", "internet", "web")
)


def add_decoy(
    workspace: Workspace, path: Path, settings: Settings, *, owner: str, right: Right, given_to: str, note: str
) -> Decoy | Skipped:
    """Register a version as an asset of its own, with the channel that receives it.

    Returns:
        The decoy; or why the file cannot be read, or was stopped.

    Raises:
        RefusedError: it would be published, or it is intimate.
        MisuseError: the channel is none, the file is registered already, or a video.
    """
    channel = given_to.strip()
    _check_channel(channel)
    if len(note) > _NOTE_MOST:
        message = f"the note has more than {_NOTE_MOST} letters"
        raise MisuseError(message)
    item = MediaFile.named(path)
    digest = file_digest(item)
    for known in workspace.assets.of_bytes(digest) if digest else ():
        _refuse_registered(workspace, known)
    if isinstance(make_gate(settings).check(item), Cleared) and is_video(item):
        message = "a decoy is a picture: no video is looked for yet, so it would name nobody"
        raise MisuseError(message, advice="Hand over a picture, such as a still of it.")
    wish = Wish(
        owner=workspace.owners.get(owner),
        right=right,
        sensitivity=Sensitivity.PREMIUM,
        protection=AssetProtection.VAULT,
    )
    with Registering(workspace, wish, [path], settings) as work:
        events: Sequence[Registered | Duplicate | Skipped] = list(work.events())
        if refusal := work.refusal():
            raise refusal
    for event in events:
        if isinstance(event, Skipped):
            return event
        if isinstance(event, Duplicate):
            _refuse_registered(workspace, event.asset)
    [registered] = events
    me, now = workspace.me.id, clock.utc_now()
    with workspace.database.transaction():
        decoy = workspace.decoys.add(registered.asset, channel, note.strip(), by=me, now=now)  # type: ignore[union-attr]  # the others were dealt with
        workspace.journal.note(EventKind.DECOY_ADDED, decoy.asset, actor=me, now=now)
    return decoy


def list_decoys(workspace: Workspace) -> list[Decoy]:
    """Return every decoy; that they were looked at is traced."""
    found = workspace.decoys.all()
    me, now = workspace.me.id, clock.utc_now()
    workspace.journal.opened(AccessPurpose.LIST_DECOYS, workspace.id, actor=me, now=now, count=len(found))
    return found


def _check_channel(channel: str) -> None:
    if _ADDRESS.search(channel) or skeleton(channel) in _EVERYBODY:
        message = f"{channel[:60]!r} is a public place: a decoy is handed to somebody, never published"
        raise RefusedError(message, advice='Name who receives it: --given-to "partner X"')
    if not is_name(channel):
        message = f"{channel[:60]!r} names nobody"
        raise MisuseError(message, advice='Name who receives it: --given-to "partner X"')


def _refuse_registered(workspace: Workspace, asset: str) -> None:
    known = workspace.assets.get(asset)
    if known.sensitivity is Sensitivity.INTIMATE:
        message = f"{known.id} is intimate: it is nobody's decoy"
        raise RefusedError(message, advice="Nothing was changed.")
    message = f"these very bytes are registered already, as {known.id}"
    raise MisuseError(
        message, advice="A decoy is a version of its own: change the picture so that it can be told apart."
    )
