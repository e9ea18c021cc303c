"""The keyring: every secret of a workspace, behind one object that is safe to share between threads."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NoReturn

from rempart.errors import KeyFileError
from rempart.keys import restore, rotation
from rempart.keys.box import Box
from rempart.keys.evidence import EvidenceSecrets
from rempart.keys.folder import GuardedFolder, new_folder
from rempart.keys.interface import KeyId, KeyringStatus, KeyState
from rempart.keys.item_keys import ITEMS, ItemKeys
from rempart.keys.live import LiveKeys, save_key
from rempart.keys.marking import MarkSecrets, OwnerSecrets
from rempart.keys.passphrase import Passphrase
from rempart.keys.recovery import RECORD, RECOVERY, Recovery, RecoveryRecord, age_name
from rempart.keys.recovery_code import RecoveryCode
from rempart.keys.ring import RING, Ring, RingEntry
from rempart.keys.signing import BlindDigest, SigningKey
from rempart.keys.transparency import LogSecrets
from rempart.keys.workspace_key import WorkspaceKey, sealed_by

logger = logging.getLogger(__name__)


class Keyring:
    """A workspace's keys: seals fields, makes blind indexes, keeps items' keys, rotates, and can be recovered."""

    __slots__ = ("_items", "_live", "_recovery")

    def __init__(self, live: LiveKeys) -> None:
        """Join the parts; use ``create``, ``open`` or ``restore``."""
        self._live = live
        self._items = ItemKeys(live)
        self._recovery = Recovery(live.folder)

    @classmethod
    def create(cls, folder: Path, *, passphrase: str | None, now: dt.datetime) -> tuple[Keyring, RecoveryCode]:
        """Make a keyring with its first workspace key, and the code to print and put away.

        Args:
            folder: Where; must not exist, or be empty. Its parent must exist.
            passphrase: Protects the workspace key's file; None leaves it to the file's permissions.
            now: The present instant.

        Raises:
            KeyFileError: something is already there, or the passphrase is empty.
            UnavailableError: it cannot be written.
        """
        holder = None if passphrase is None else Passphrase(None, known=passphrase)
        code, key = RecoveryCode.generate(), WorkspaceKey.generate()
        with new_folder(folder) as unfinished:
            recovery = Recovery(unfinished)
            recovery.save(RecoveryRecord(recipient=code.recipient, created_at=now, last_drill_at=None))
            recovery.keep(key)
            unfinished.below(ITEMS).make()
            save_key(unfinished, key, now, holder)
            entry = RingEntry(id=key.id, state=KeyState.CURRENT, created_at=now)
            unfinished.write(RING, Ring(entries=(entry,)).render())
        logger.info("keyring made: %s", key.id)
        known = Passphrase(None, known=passphrase)
        return cls(LiveKeys(GuardedFolder(folder), known, {key.id: key})), code

    @classmethod
    def open(cls, folder: Path, *, passphrase: Callable[[], str] | None) -> Keyring:
        """Open a keyring.

        Args:
            folder: Where it is.
            passphrase: How to get the passphrase, as ``find_passphrase`` returns it; called only if one is needed.

        Raises:
            KeyFileError: a file is missing, damaged or not private, or the passphrase is wrong or missing.
        """
        keyring = cls(LiveKeys(GuardedFolder(folder), Passphrase(passphrase)))
        rotation.clean(keyring._live, keyring._recovery)
        return keyring

    @classmethod
    def restore(
        cls,
        folder: Path,
        files: Mapping[str, bytes],
        code: RecoveryCode,
        *,
        passphrase: str | None,
        now: dt.datetime,
    ) -> Keyring:
        """Rebuild a keyring in a new folder, from a backup's files and the code of its sheet.

        NOTE: items whose key was destroyed after the backup have it again: destroy it again.

        Raises:
            KeyFileError: the backup is not whole or not ours, the code does not open it, or the folder is taken.
        """
        restore.restore(folder, files, code, passphrase, now)
        return cls(LiveKeys(GuardedFolder(folder), Passphrase(None, known=passphrase)))

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Seal a field with the current key, for one place.

        Args:
            plain: The value.
            context: The place, as ``owner.name:own_ab12``; the value opens nowhere else.
        """
        return self._live.fresh().current.seal(plain, context)

    def unseal(self, sealed: bytes, *, context: str) -> bytes:
        """Open a field.

        Raises:
            IntegrityError: it was changed or moved, or its key was destroyed.
        """
        return self._live.find(sealed_by(sealed)).unseal(sealed, context)

    def index(self, text: str, *, context: str) -> bytes:
        """Return 32 bytes to look a text up by, under the current key.

        Args:
            text: Its case, composition and outer spaces do not count.
            context: The column, as ``owner.name``: the same text elsewhere gives other bytes.
        """
        return self._live.fresh().current.index(text, context)

    def indexes(self, text: str, *, context: str) -> tuple[bytes, ...]:
        """Return a text's index under every live key, the current one first: for look-ups during a rotation."""
        return tuple(key.index(text, context) for key in self._live.fresh().keys.values())

    def make_item_key(self, item: str) -> Box:
        """Make an item's key, unless it has one, and return what it opens.

        Raises:
            MisuseError: it is not an item's identifier.
        """
        return self._items.make(item)

    def item_box(self, item: str) -> Box:
        """Return what an item's key opens.

        Raises:
            IntegrityError: the key was destroyed or never made.
            MisuseError: it is not an item's identifier.
        """
        return self._items.box(item)

    def signing_key(self, item: str) -> SigningKey:
        """Return what signs for an item that has a key: the workspace itself is one.

        Raises:
            IntegrityError: the key was destroyed or never made.
            MisuseError: it is not an item's identifier.
        """
        return self._items.signing(item)

    def item_digest(self, item: str) -> BlindDigest:
        """Return what makes digests that only this item's key can make.

        Unlike :meth:`index` they survive a rotation, so that what was erased can still be recognised.

        Raises:
            IntegrityError: the key was destroyed or never made.
            MisuseError: it is not an item's identifier.
        """
        return self._items.digest(item)

    def mark_secrets(self, item: str) -> MarkSecrets:
        """Return the secrets of the marked copies of an item that has a key.

        Raises:
            IntegrityError: the key was destroyed or never made.
            MisuseError: it is not an item's identifier.
        """
        return self._items.marking(item)

    def owner_secrets(self, item: str) -> OwnerSecrets:
        """Return the secrets of the own mark and signature of an item that has a key: the workspace.

        Raises:
            IntegrityError: the key was destroyed or never made.
            MisuseError: it is not an item's identifier.
        """
        return self._items.owner(item)

    def log_secrets(self, item: str) -> LogSecrets:
        """Return the secrets of a workspace's log and of its witness.

        Raises:
            IntegrityError: the key was destroyed, never made, or does not open.
            MisuseError: it is not an item's identifier.
        """
        return self._items.log(item)

    def evidence_secrets(self, item: str) -> EvidenceSecrets:
        """Return the secrets of a workspace's evidence.

        Raises:
            IntegrityError: the key was destroyed, never made, or does not open.
            MisuseError: it is not an item's identifier.
        """
        return self._items.evidence(item)

    def destroy_item_key(self, item: str) -> bool:
        """Destroy an item's key for good; return whether there was one.

        NOTE: a backup made before still holds the wrapped key (docs/decisions/0007-keys.md).
        """
        return self._items.destroy(item)

    def items(self) -> Iterator[str]:
        """Return the items that have a key."""
        return self._items.items()

    def begin_rotation(self, now: dt.datetime) -> KeyId:
        """Let a new key seal, in every process that has this keyring open; the old ones still open."""
        return rotation.begin(self._live, self._recovery, now)

    def rewrap_items(self) -> Iterator[str]:
        """Wrap every item's key with the current key, and give each item that was not; stop and resume at will."""
        return rotation.rewrap(self._live, self._items)

    def finish_rotation(self, *, sealed_by: Iterable[KeyId]) -> tuple[KeyId, ...]:
        """Destroy the retiring keys, and return them; what they sealed can never be opened again.

        NOTE: seal values again only once the transactions that were open when the rotation began have ended: they may
        hold values of the old key that nobody sees yet.

        Args:
            sealed_by: Which keys sealed the values that are stored (``sealed_by`` of each); read under the lock.

        Raises:
            KeyFileError: an item's key or a value still needs one of them; nothing is destroyed.
        """
        return rotation.finish(self._live, self._recovery, self._items, sealed_by)

    def change_passphrase(self, new: str | None) -> None:
        """Protect the workspace key by another passphrase, or by its file's permissions only.

        Raises:
            KeyFileError: a rotation is not finished: two files cannot change at once.
        """
        with self._live.changing() as snapshot:
            if snapshot.ring.retiring or snapshot.ring.destroying:
                message = "the passphrase cannot be changed during a rotation"
                raise KeyFileError(message, advice="Finish the rotation first.")
            self._live.change_passphrase(new)
        logger.info("protection changed: %s", "file" if new is None else "passphrase")

    def drill(self, code: RecoveryCode, *, now: dt.datetime) -> None:
        """Prove that a code opens every live workspace key, and record when.

        Raises:
            KeyFileError: it does not.
        """
        with self._live.changing() as snapshot:
            self._recovery.drill(code, snapshot.keys.values(), now)

    def new_recovery(self, now: dt.datetime) -> RecoveryCode:
        """Make a new code to print; the old one opens nothing that is written from now on.

        NOTE: backups made before still open with the old code: rotate too if the old sheet was seen by others.
        """
        with self._live.changing() as snapshot:
            return self._recovery.renew(snapshot.keys.values(), now)

    def export_for_backup(self) -> dict[str, bytes]:
        """Return path and content of what a backup may hold: nothing that opens without the recovery code."""
        with self._live.reading() as snapshot:
            live = snapshot.ring.live
            files = {f"{RECOVERY}/{age_name(key)}": self._recovery.content(key) for key in live}
            files[RECORD] = self._recovery.record().render()
            files[RING] = snapshot.ring.without_destroying().render()
            files.update(self._items.wrapped())
        return files

    @property
    def current(self) -> KeyId:
        """Return which key seals."""
        return self._live.fresh().ring.current.id

    def status(self) -> KeyringStatus:
        """Return what can be shown."""
        with self._live.reading() as snapshot:
            ring, record = snapshot.ring, self._recovery.record()
            return KeyringStatus(
                folder=self._live.folder.path,
                current=ring.current.id,
                created_at=ring.current.created_at,
                retiring=ring.retiring,
                protection=self._live.protection(),
                items=sum(1 for _ in self._items.items()),
                recovery_recipient=record.recipient,
                recovery_created_at=record.created_at,
                last_drill_at=record.last_drill_at,
            )

    def __repr__(self) -> str:
        """Show where it is."""
        return f"Keyring({str(self._live.folder.path)!r})"

    def __reduce__(self) -> NoReturn:
        """Refuse to be written down."""
        message = "a keyring cannot be pickled or copied"
        raise TypeError(message)
