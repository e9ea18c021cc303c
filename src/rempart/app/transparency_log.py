"""The workspace's transparency log: what happened becomes entries that nobody can change, and each can be proved.

For whoever makes something that must be logged::

    log = TransparencyLog(workspace, settings)
    [position] = log.append([NewLogEntry(owner=item, event="addition", kind=LogEntryKind.ADDITION, content=sums)], now)
    position.leaf, position.salt            # log-leaf.txt, and what log-salt.hex holds in hexadecimal
    proved = log.prove(position.index, now)  # signs a state if none has the entry yet
    proved.proof, proved.log_vkey, proved.witness_vkeys

``append`` is one transaction, a part of its caller's if there is one; the same owner and event are logged once, and the
second call returns the first position. The owner has a key already (``keyring.make_item_key``): it seals the salt and
finds the entry, so that destroying it leaves a leaf that belongs to nothing, in backups too. ``forget`` then deletes
the rows. ``LogEntryKind`` goes into the content as well: ``event_content`` writes it for all that is no package.

Order of a signature: (1) one writer, (2) the state is compared with what was signed before, here, in the database and
by witnesses, (3) it is written, the only one of its size, (4) it is signed. Ed25519 signs the same twice: a process
that is killed between (3) and (4) has lost nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from rempart.app.log_entries import LogEntries, event_content
from rempart.app.log_memory import recall, remember_signed
from rempart.app.witness_routes import witness_routes
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.errors import IntegrityError, MisuseError, NotFoundError
from rempart.evidence.checkpoints import sign_checkpoint
from rempart.evidence.leaves import leaf_data
from rempart.evidence.log_proof import LogProof, render_log_proof
from rempart.evidence.merkle import Frontier, inclusion_proof, leaf_hash, root_hash
from rempart.evidence.notes import NoteSigner, check_key_name
from rempart.keys import LogSecrets
from rempart.model.log import Checkpoint, LogEntry, LogPosition, NewLogEntry, Place

__all__ = ["ProvedEntry", "SignedState", "TransparencyLog", "event_content"]


#: Nodes that an audit compares in one question.
_AUDIT_NODES: Final = 200
_BEHIND: Final = (
    "The database is behind what was signed: restore a later backup. If there is none, sign under a new name: "
    "rempart log begin NAME"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedState:
    """A state of the log, signed."""

    checkpoint: Checkpoint
    """What it says."""
    raw: bytes = field(repr=False)
    """The signed note, with the cosignatures that there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedEntry:
    """A proof, and the keys that it is verified with."""

    proof: bytes = field(repr=False)
    """C2SP tlog-proof@v1."""
    log_vkey: str
    """The log's key."""
    witness_vkeys: tuple[str, ...]
    """The keys of the witnesses that cosigned it."""


class TransparencyLog:
    """The log of an open workspace."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        """Work on a workspace's log, and begin it if it was not."""
        self._workspace = workspace
        self._chosen_name = settings.transparency.origin
        self._witnesses = witness_routes(settings)
        self._rows = workspace.log
        self._entries = LogEntries(workspace)
        self.nodes = self._entries.nodes

    @property
    def secrets(self) -> LogSecrets:
        """Return the keys; the workspace's is made when it is first needed."""
        self._workspace.keyring.make_item_key(self._workspace.id)
        return self._workspace.keyring.log_secrets(self._workspace.id)

    def origin(self, now: dt.datetime) -> str:
        """Return under which name the log signs, and begin it under the settings' if it has none."""
        if known := self._rows.origin():
            return known
        chosen = self._chosen_name or self._drawn_name()
        check_key_name(chosen)
        with self._workspace.database.transaction():
            self._rows.write_alone()
            if not self._rows.origin():  # another command may have begun it meanwhile
                self._rows.begin(chosen, now)
        return self._rows.origin()

    def begin(self, origin: str, now: dt.datetime) -> None:
        """Sign under a new name from now on, as after a backup was restored; entries stay, old proofs stay good.

        Raises:
            MisuseError: a log cannot have this name, or had it.
        """
        check_key_name(origin)
        with self._workspace.database.transaction():
            self._rows.write_alone()
            if self._rows.checkpoint(origin) is not None or self._rows.origin() == origin:
                message = f"the log has signed as {origin} already"
                raise MisuseError(message, advice="Choose another name: add a year, or a number.")
            self._rows.begin(origin, now)

    def _drawn_name(self) -> str:
        """Return a name for a log whose association chose none: of nobody, and of this workspace alone."""
        return f"rempart.invalid/{hashlib.sha256(self._workspace.id.encode()).hexdigest()[:16]}"

    def signer(self, now: dt.datetime) -> NoteSigner:
        """Return what signs its states."""
        return NoteSigner(self.origin(now), self.secrets.log_key)

    def append(self, entries: Sequence[NewLogEntry], now: dt.datetime) -> tuple[LogPosition, ...]:
        """Log what happened, each event once; return where each is.

        Raises:
            IntegrityError: an owner's key was destroyed or never made, or the log is damaged.
            UnavailableError: the database is away or the disk is full: nothing of it was logged.
        """
        self.origin(now)
        return self._entries.append(entries)

    def entry(self, owner: str, event: str) -> LogEntry:
        """Return the entry of an event.

        Raises:
            NotFoundError: it was never logged.
            IntegrityError: its owner's key was destroyed.
        """
        return self._entries.entry(owner, event)

    def entries_of(self, owner: str) -> list[LogEntry]:
        """Return all that was logged of one owner, in order.

        Raises:
            IntegrityError: its key was destroyed.
        """
        return self._entries.entries_of(owner)

    def forget(self, owner: str) -> int:
        """Delete what opens the entries of one owner, before its key is destroyed; return how many there were."""
        return self._entries.forget(owner)

    def checkpoint(self, now: dt.datetime, *, is_never_restored: bool = False) -> SignedState:
        """Sign the log as it is, and return it; the same again while nothing was added.

        Args:
            now: When.
            is_never_restored: A person says that the database was never restored from a backup, where this machine
                does not remember what was signed: another one signed it.

        Raises:
            IntegrityError: the log is not the one that was signed before, here or as a witness saw it.
            UnavailableError: the database is away or the disk is full: nothing was signed.
            ValueError: it is inside a transaction, which is a mistake of ours.
        """
        origin = self.origin(now)
        if self._workspace.database.connection.in_atomic_block:
            message = "what is signed must be on the disk before: no transaction may be open"
            raise ValueError(message)
        with self._workspace.database.transaction():
            self._rows.write_alone()  # (1)
            size = self._rows.size()
            state = Checkpoint(origin=origin, size=size, root=root_hash(self.nodes, size))
            self._refuse_another_story(state, is_never_restored=is_never_restored)  # (2)
            # Before the commit: what is remembered and not committed is what this log still is.
            remember_signed(self._workspace.folder, state)  # (3)
            if self._rows.checkpoint(origin, size) is None:
                self._rows.add_checkpoint(state, now)
        return self._signed(state, now)  # (4)

    def last(self, now: dt.datetime) -> SignedState | None:
        """Return the last state that was signed; None if none was."""
        state = self._rows.checkpoint(self.origin(now))
        return None if state is None else self._signed(state, now)

    def _signed(self, state: Checkpoint, now: dt.datetime) -> SignedState:
        lines = "".join(one.line for one in self._rows.cosignatures(state.origin, state.size))
        return SignedState(checkpoint=state, raw=sign_checkpoint(state, self.signer(now)) + lines.encode())

    def _refuse_another_story(self, state: Checkpoint, *, is_never_restored: bool) -> None:
        """Refuse to sign what does not continue what was signed before.

        Raises:
            IntegrityError: it does not.
        """
        before = self._rows.checkpoint(state.origin)
        remembered = recall(self._workspace.folder)
        if before is None and remembered is None:
            return
        if remembered is None and not is_never_restored:
            message = "this machine does not remember what it signed of the log: was a backup restored?"
            advice = (
                "Ask the witnesses: rempart log witness ask. Where there are none, sign under a new name: "
                "rempart log begin NAME"
            )
            raise IntegrityError(message, advice=advice)
        for signed in (before, remembered):
            if signed is not None and signed.origin == state.origin:
                self._refuse_branch(state, signed)
        known = {route.key.name for route in self._witnesses}
        for witness, size in self._rows.ahead(state.origin).items():
            if witness in known:
                message = f"{witness} saw another log of {size} entries under the name {state.origin}"
                raise IntegrityError(message, advice=_BEHIND)

    def _refuse_branch(self, state: Checkpoint, signed: Checkpoint) -> None:
        if signed.size > state.size or root_hash(self.nodes, signed.size) != signed.root:
            message = f"a log of {signed.size} entries was signed, and the one here, of {state.size}, is not the same"
            raise IntegrityError(message, advice=_BEHIND)

    def prove(self, index: int, now: dt.datetime, *, witnesses: Sequence[str] | None = None) -> ProvedEntry:
        """Prove an entry, in the state of it that most witnesses cosigned, or else the last one.

        Args:
            index: Which entry.
            now: When.
            witnesses: Keys of the witnesses whose cosignatures may be in it, as people pass them on: those that a
                package names; None are those of the settings.

        Raises:
            NotFoundError: there is no such entry.
            IntegrityError: as :meth:`checkpoint`.
        """
        if not 0 <= index < self._rows.size():
            message = f"the log has no entry {index}"
            raise NotFoundError(message, advice="The first entry is 0.")
        known = {route.key.vkey for route in self._witnesses} if witnesses is None else set(witnesses)
        state = self._covering(index, [vkey.partition("+")[0] for vkey in known], now)
        raw = sign_checkpoint(state, self.signer(now))
        saved = [one for one in self._rows.cosignatures(state.origin, state.size) if one.vkey in known]
        note = raw + "".join(one.line for one in saved).encode()
        hashes = inclusion_proof(self.nodes, index, state.size)
        return ProvedEntry(
            proof=render_log_proof(LogProof(index=index, hashes=hashes, checkpoint=note)),
            log_vkey=self.signer(now).vkey,
            witness_vkeys=tuple(one.vkey for one in saved),
        )

    def _covering(self, index: int, witnesses: Sequence[str], now: dt.datetime) -> Checkpoint:
        """Return the state in which an entry is best proved; it was written before."""
        origin = self.origin(now)
        size = self._rows.cosigned_size(origin, index, witnesses)
        found = self._rows.checkpoint(origin, size)
        return found if found is not None and found.size > index else self.checkpoint(now).checkpoint

    def audit(self) -> None:
        """Make sure that every leaf, node and state that was written fit together; O(n).

        Raises:
            IntegrityError: they do not.
        """
        frontier, made = Frontier.empty(), dict[Place, bytes]()
        for committed in self._rows.all_commitments():
            frontier, new = frontier.grown(leaf_hash(leaf_data(committed)))
            made.update((place, one) for place, one in new if place.level)
            if len(made) >= _AUDIT_NODES:
                self._compare(made)
                made.clear()
        self._compare(made)
        state = self._rows.checkpoint(self._rows.origin())
        if state is not None and (state.size > frontier.size or root_hash(self.nodes, state.size) != state.root):
            message = "the log is not the one that was signed"
            raise IntegrityError(message, advice=_BEHIND)

    def _compare(self, made: Mapping[Place, bytes]) -> None:
        if dict(self._rows.nodes(list(made))) != dict(made):
            message = "a node of the log is not what its leaves make it"
            raise IntegrityError(message, advice="The database was changed: restore a backup, then ask the witnesses.")
