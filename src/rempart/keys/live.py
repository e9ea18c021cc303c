"""The workspace keys in memory, kept in step with the folder: another process may rotate them at any moment."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rempart.errors import IntegrityError, KeyFileError
from rempart.keys import age
from rempart.keys.documents import Document, render, render_instant, render_octets
from rempart.keys.folder import GuardedFolder
from rempart.keys.interface import KeyId, Protection
from rempart.keys.passphrase import Passphrase
from rempart.keys.ring import RING, Ring
from rempart.keys.workspace_key import KEY_BYTES, WorkspaceKey

logger = logging.getLogger(__name__)

#: What changes when a file is replaced.
_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The keys as the folder had them at one instant."""

    ring: Ring
    """What ``ring.json`` says."""

    keys: Mapping[KeyId, WorkspaceKey]
    """Every live key, the current one first."""

    current: WorkspaceKey
    """The key that seals."""

    stamp: _Stamp
    """Which ``ring.json`` this was."""

    def find(self, key: KeyId) -> WorkspaceKey:
        """Return a live key.

        Raises:
            IntegrityError: there is no such key, or no longer.
        """
        known = self.keys.get(key)
        if known is None:
            message = f"the workspace key {key} is not in this keyring: it was destroyed, or is another workspace's"
            raise IntegrityError(message, advice="If a backup was put back, put back its keys too.")
        return known


class LiveKeys:
    """The live workspace keys of one folder.

    A snapshot is replaced whole, so that threads need no lock to use one.
    """

    __slots__ = ("_passphrase", "_ring_path", "_snapshot", "folder")

    def __init__(
        self, folder: GuardedFolder, passphrase: Passphrase, known: Mapping[KeyId, WorkspaceKey] | None = None
    ) -> None:
        """Load the keys.

        Args:
            folder: Where they are.
            passphrase: Opens the files that need one.
            known: Keys whose files need not be read, because they were just written.

        Raises:
            KeyFileError: a file is missing, damaged or not private, or the passphrase is wrong.
        """
        self.folder = folder
        self._passphrase = passphrase
        self._ring_path = str(folder.path / RING)
        with folder.locked(shared=True):
            self._snapshot = self._read(known or {})

    def fresh(self) -> Snapshot:
        """Return the keys as they are now; one look at ``ring.json`` when nothing changed.

        Raises:
            KeyFileError: the folder changed, and can no longer be used.
        """
        snapshot = self._snapshot
        if snapshot.stamp == self._stamp():
            return snapshot
        with self.folder.locked(shared=True):
            return self._load()

    def find(self, key: KeyId) -> WorkspaceKey:
        """Return a live key; looks at the folder again before it gives up.

        Raises:
            IntegrityError: there is no such key, or no longer.
        """
        known = self._snapshot.keys.get(key)
        return self.fresh().find(key) if known is None else known

    @contextlib.contextmanager
    def changing(self) -> Iterator[Snapshot]:
        """Lock the folder, and give the keys as they are under the lock."""
        with self.folder.locked():
            yield self._load()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Snapshot]:
        """Keep others from writing while several files are read."""
        with self.folder.locked(shared=True):
            yield self._load()

    def save_ring(self, ring: Ring) -> Snapshot:
        """Replace ``ring.json``, under the lock, and take over what it says."""
        self.folder.write(RING, ring.render())
        return self._load()

    def save_key(self, key: WorkspaceKey, created_at: dt.datetime, protection: Protection) -> None:
        """Write one key's file, under the lock."""
        save_key(self.folder, key, created_at, self._passphrase if protection is Protection.PASSPHRASE else None)

    def change_passphrase(self, new: str | None) -> None:
        """Protect the current key otherwise, under the lock; one file, so it happens at once or not at all."""
        snapshot = self._load()
        replacement = None if new is None else Passphrase(None, known=new)
        save_key(self.folder, snapshot.current, snapshot.ring.current.created_at, replacement)
        self._passphrase.replace(new)

    def protection(self) -> Protection:
        """Return what protects the current key's file, under the lock."""
        return _protection(self._document(self._load().ring.current.id))

    def _load(self) -> Snapshot:
        """Take over what changed; the caller holds the lock."""
        if self._snapshot.stamp != self._stamp():
            self._snapshot = self._read(self._snapshot.keys)
        return self._snapshot

    def _read(self, known: Mapping[KeyId, WorkspaceKey]) -> Snapshot:
        """Read what is not known yet."""
        stamp = self._stamp()
        ring = Ring.parse(self.folder.read(RING), name=self._ring_path)
        keys = {name: known.get(name) or self._load_key(name) for name in ring.live}
        logger.debug("workspace keys loaded: current %s, retiring %d", ring.current.id, len(ring.retiring))
        return Snapshot(ring=ring, keys=keys, current=keys[ring.current.id], stamp=stamp)

    def _load_key(self, name: KeyId) -> WorkspaceKey:
        """Read one key's file, and check that the key is the one it is named after."""
        document = self._document(name)
        if _protection(document) is Protection.FILE:
            secret = document.octets("key", size=KEY_BYTES)
        else:
            secret = self._unlock(document.text("key").encode("ascii", "replace"), file_name(name))
        if len(secret) != KEY_BYTES or (key := WorkspaceKey(secret)).id != name:
            document.refuse("the key in it is another one")
        return key

    def _unlock(self, sealed: bytes, name: str) -> bytes:
        """Open a key with the passphrase; ask once more if it may have been changed since."""
        may_have_changed = self._passphrase.may_have_changed
        try:
            return age.decrypt_with_passphrase(self._passphrase.get(), sealed, name=name)
        except KeyFileError:
            if not may_have_changed:
                self._passphrase.replace(None)
                raise
        return age.decrypt_with_passphrase(self._passphrase.ask_again(), sealed, name=name)

    def _document(self, name: KeyId) -> Document:
        """Read one key's file."""
        file = file_name(name)
        document = Document(self.folder.read(file), name=str(self.folder.path / file))
        if document.text("id") != name:
            document.refuse("it is another key's")
        document.instant("created_at")
        return document

    def _stamp(self) -> _Stamp:
        """Tell one ``ring.json`` from the next, in about a microsecond."""
        try:
            found = os.lstat(self._ring_path)
        except OSError:
            found = None
        # A missing file has no stamp: reading it then says what is wrong.
        return (found.st_ino, found.st_mtime_ns, found.st_ctime_ns) if found else (0, 0, 0)


def file_name(key: KeyId) -> str:
    """Return the name of a workspace key's file."""
    return f"workspace-{key}.json"


def save_key(folder: GuardedFolder, key: WorkspaceKey, created_at: dt.datetime, passphrase: Passphrase | None) -> None:
    """Write a workspace key's file, under a passphrase if there is one."""
    protection = Protection.FILE if passphrase is None else Protection.PASSPHRASE
    if passphrase is None:
        content = render_octets(key.reveal())
    else:
        content = age.encrypt_with_passphrase(passphrase.get(), key.reveal()).decode("ascii")
    fields = {"id": key.id, "created_at": render_instant(created_at), "protection": protection.value, "key": content}
    folder.write(file_name(key.id), render(fields), overwrite_old=True)


def _protection(document: Document) -> Protection:
    """Return what protects a key's file."""
    try:
        return Protection(document.text("protection"))
    except ValueError:
        document.refuse("its protection is unknown")
