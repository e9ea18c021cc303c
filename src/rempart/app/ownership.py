"""Look for the owner's mark in pictures, without their originals: "this is ours", never "this person leaked"."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rempart import clock
from rempart.app.gating import make_gate
from rempart.app.intake import Intake, Role, Skipped
from rempart.app.pile import check_roots, walk
from rempart.app.visiting import visit
from rempart.app.wiring_provenance import make_looking_pool
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.hazmat import Pool, ProtectionState
from rempart.hazmat.items import open_item
from rempart.keys import OwnerSecrets
from rempart.mark.own_task import NotOwned, pack
from rempart.mark.ownership import OWNERSHIP_VERSION
from rempart.model import MediaItem, MinorGate, Stopped, Unreadable, UnreadableReason
from rempart.model.ownership import OwnershipAnswer
from rempart.model.work import AccessPurpose, EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look into one file told."""

    label: str
    """Its path, as it is shown."""
    answer: OwnershipAnswer | NotOwned
    """Whether the mark is there, or why nobody can tell."""


def owner_secrets(workspace: Workspace) -> OwnerSecrets:
    """Return the secrets of the workspace's own mark and signature; its key is made when it is first needed."""
    workspace.keyring.make_item_key(workspace.id)
    return workspace.keyring.owner_secrets(workspace.id)


def look_into(
    workspace: Workspace, paths: Sequence[Path], settings: Settings, missing: list[ProtectionState]
) -> Iterator[Looked | Skipped]:
    """Look for this workspace's mark in files and folders, in their order.

    Args:
        workspace: Whose mark.
        paths: Files and folders.
        settings: The settings.
        missing: Filled, at the end, with the protections that the sandbox ran without.

    Raises:
        MisuseError: a path is missing.
        ConfigError: the settings or the machine do not allow it.
    """
    check_roots(paths)
    gate, key = make_gate(settings), owner_secrets(workspace).mark_key
    workspace.journal.opened(AccessPurpose.LOOK_FOR_MARK, workspace.id, actor=workspace.me.id, now=clock.utc_now())
    intake, told = Intake(gate), Counter[str]()
    try:
        with make_looking_pool(settings) as pool:
            for cleared in intake.cleared(walk(list(paths)), Role.SUSPECT):
                yield from intake.set_aside()
                looked = look_at(pool, gate, cleared.item, key, settings.hazmat.max_bytes)
                told[_outcome(looked)] += 1
                yield looked
            yield from intake.set_aside()
            missing += pool.missing()
    finally:
        _note(workspace, told)


def _outcome(looked: Looked | Skipped) -> str:
    if isinstance(looked, Skipped) or isinstance(looked.answer, NotOwned):
        return "not_looked_at"
    return "found" if looked.answer.found else "not_found"


def _note(workspace: Workspace, told: Counter[str]) -> None:
    """Note how often which answer was given, and by which version: the same file gets the same answer again.

    Neither which files they were, nor where: they are others'.
    """
    detail: dict[str, str | int] = {"version": OWNERSHIP_VERSION}
    detail |= {outcome: told[outcome] for outcome in ("found", "not_found", "not_looked_at")}
    me, now = workspace.me.id, clock.utc_now()
    workspace.journal.note(EventKind.MARK_LOOKED_FOR, workspace.id, actor=me, now=now, detail=detail)


def look_at(
    pool: Pool[OwnershipAnswer | NotOwned], gate: MinorGate, item: MediaItem, mark_key: bytes, most: int
) -> Looked | Skipped:
    """Look for a mark in one item that the gate let pass."""
    content = content_of(item, most)
    if isinstance(content, Unreadable):
        return Skipped(label=item.label, role=Role.SUSPECT, outcome=content)
    outcome = visit(pool, gate, item, pack(mark_key, content), {})
    if isinstance(outcome, Unreadable | Stopped):
        return Skipped(label=item.label, role=Role.SUSPECT, outcome=outcome)
    return Looked(label=item.label, answer=outcome)


def content_of(item: MediaItem, most: int) -> bytes | Unreadable:
    """Return an item's encoded bytes, undecoded, to be packed with something else for a sandbox."""
    descriptor = open_item(item)
    if isinstance(descriptor, Unreadable):
        return descriptor
    with os.fdopen(descriptor, "rb") as file:
        try:
            data = file.read(most + 1)
        except OSError:
            return Unreadable(reason=UnreadableReason.IO)
    if len(data) > most:
        return Unreadable(reason=UnreadableReason.TOO_MANY_BYTES, detail=f"> {most}")
    return data or Unreadable(reason=UnreadableReason.EMPTY)
