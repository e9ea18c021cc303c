"""Say which watched places show the same content: worked out anew from what is known of their threads."""

from __future__ import annotations

import hashlib
from typing import Final

from rempart.app.workspace import Workspace
from rempart.collect.mirrors import ThreadPrint, added_code, groups
from rempart.model.ids import SourceId, ThreadId

_NAME_LETTERS: Final = 16


def regroup(workspace: Workspace) -> list[frozenset[SourceId]]:
    """Group the sources that show the same threads, and write it down; a source that is like no other has no group.

    A group's name is drawn from its sources, so that doing it twice changes nothing.

    Returns:
        The groups, the largest first.
    """
    prints = (
        ThreadPrint(thread=thread, source=source, signature=signature, codes=codes)
        for thread, source, signature, codes in workspace.threads.signatures()
    )
    found = groups(prints)
    names = {source: _name(group) for group in found for source in group}
    with workspace.database.transaction():
        for source in workspace.sources.all(include_ended=True):
            name = names.get(source.id, "")
            if name != source.mirror_group:
                workspace.sources.set_mirror([source.id], name)
    return found


def note_picture(workspace: Workspace, thread: ThreadId, fingerprint: bytes) -> None:
    """Add a picture to what a thread is compared by; part of the caller's transaction.

    Args:
        workspace: Where.
        thread: In which it was seen.
        fingerprint: 32 bytes (PDQ), of which 8 are kept.
    """
    signature, codes = workspace.threads.signature(thread)
    if (more := added_code(codes, fingerprint)) != codes:
        workspace.threads.sign(thread, signature, more)


def _name(group: frozenset[SourceId]) -> str:
    return f"mirror-{hashlib.sha256(' '.join(sorted(group)).encode()).hexdigest()[:_NAME_LETTERS]}"
