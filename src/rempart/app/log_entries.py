"""The entries of the transparency log: adding each event once, opening what was logged, forgetting what was erased."""

from __future__ import annotations

import base64
import json
import logging
import os
from collections.abc import Mapping, Sequence
from typing import Final

from rempart.app.log_nodes import StoredNodes
from rempart.app.workspace import Workspace
from rempart.errors import IntegrityError, NotFoundError
from rempart.evidence.leaves import SALT_BYTES, commitment, leaf_data
from rempart.evidence.merkle import Frontier, leaf_hash
from rempart.model.log import LogEntry, LogEntryKind, LogPosition, NewLogEntry, SealedLogEntry

logger = logging.getLogger(__name__)

#: What is longer is kept elsewhere: the entry keeps its salt, and the content is handed over again to be verified.
_CONTENT_BYTES_MAX: Final = 4_096
_ENTRY_VERSION: Final = 1


class LogEntries:
    """The entries of an open workspace's log."""

    def __init__(self, workspace: Workspace) -> None:
        """Work on a workspace's log."""
        self._workspace = workspace
        self._rows = workspace.log
        self.nodes = StoredNodes(workspace.log)

    def append(self, entries: Sequence[NewLogEntry]) -> tuple[LogPosition, ...]:
        """Log what happened, each event once; return where each is.

        Raises:
            IntegrityError: an owner's key was destroyed or never made, or the log is damaged.
            UnavailableError: the database is away or the disk is full: nothing of it was logged.
        """
        with self._workspace.database.transaction():
            self._rows.write_alone()
            frontier = Frontier.load(self.nodes, self._rows.size())
            positions = []
            for entry in entries:
                found = self._find(entry.owner, entry.event)
                if found is None:
                    frontier, found = self._add(frontier, entry)
                positions.append(found)
        logger.info("log: %d events, %d entries", len(positions), frontier.size)
        return tuple(positions)

    def _add(self, frontier: Frontier, entry: NewLogEntry) -> tuple[Frontier, LogPosition]:
        salt, number = os.urandom(SALT_BYTES), frontier.size
        committed = commitment(salt, entry.content)
        position = LogPosition(index=number, leaf=leaf_data(committed), salt=salt)
        grown, made = frontier.grown(leaf_hash(position.leaf))
        box = self._workspace.keyring.item_box(entry.owner)
        sealed = SealedLogEntry(
            number=number,
            event_digest=self._digest(entry.owner, entry.event),
            owner_digest=self._digest(entry.owner),
            sealed=box.seal(_packed(entry, salt), context=_context(number)),
        )
        self._rows.add([(number, committed)], [one for one in made if one[0].level], [sealed])
        return grown, position

    def _digest(self, owner: str, event: str = "") -> bytes:
        digest = self._workspace.keyring.item_digest(owner)
        return digest.of(event.encode(), context="log event" if event else "log owner")

    def _find(self, owner: str, event: str) -> LogPosition | None:
        row = self._rows.entry(self._digest(owner, event))
        return None if row is None else self._open(owner, row).position

    def _open(self, owner: str, row: SealedLogEntry) -> LogEntry:
        """Open an entry, and make sure that it is the leaf's.

        Raises:
            IntegrityError: it is not, or does not open.
        """
        plain = self._workspace.keyring.item_box(owner).unseal(row.sealed, context=_context(row.number))
        found = json.loads(plain)
        salt = bytes.fromhex(found["salt"])
        content = None if found["content"] is None else base64.b64decode(found["content"])
        leaf = leaf_data(self._rows.commitments([row.number]).get(row.number, b""))
        if content is not None and leaf != leaf_data(commitment(salt, content)):
            message = f"entry {row.number} of the log is not what was committed to"
            raise IntegrityError(message, advice="The database is damaged: restore a backup.")
        position = LogPosition(index=row.number, leaf=leaf, salt=salt)
        return LogEntry(position=position, kind=LogEntryKind(found["kind"]), content=content)

    def entry(self, owner: str, event: str) -> LogEntry:
        """Return the entry of an event.

        Raises:
            NotFoundError: it was never logged.
            IntegrityError: its owner's key was destroyed.
        """
        row = self._rows.entry(self._digest(owner, event))
        if row is None:
            message = f"the log has no {event} of {owner}"
            raise NotFoundError(message, advice="Was it erased, or is it of another workspace?")
        return self._open(owner, row)

    def entries_of(self, owner: str) -> list[LogEntry]:
        """Return all that was logged of one owner, in order.

        Raises:
            IntegrityError: its key was destroyed.
        """
        return [self._open(owner, row) for row in self._rows.entries_of(self._digest(owner))]

    def forget(self, owner: str) -> int:
        """Delete what opens the entries of one owner, before its key is destroyed; return how many there were."""
        return self._rows.forget(self._digest(owner))


def event_content(kind: LogEntryKind, facts: Mapping[str, str | int]) -> bytes:
    """Return what is committed to of an event that is no package: canonical JSON that says its kind."""
    said = {"kind": str(kind), **facts}
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _context(number: int) -> str:
    return f"log_entry.entry_sealed:{number}"


def _packed(entry: NewLogEntry, salt: bytes) -> bytes:
    kept = base64.b64encode(entry.content).decode() if len(entry.content) <= _CONTENT_BYTES_MAX else None
    said = {"v": _ENTRY_VERSION, "kind": str(entry.kind), "salt": salt.hex(), "content": kept}
    return json.dumps(said).encode()
