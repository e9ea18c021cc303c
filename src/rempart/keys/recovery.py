"""Workspace keys for the recovery code's holder: age files that the standard tool opens, and the record of drills."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rempart.errors import KeyFileError
from rempart.keys import age
from rempart.keys.documents import Document, render, render_instant
from rempart.keys.folder import GuardedFolder
from rempart.keys.interface import KeyId
from rempart.keys.recovery_code import RecoveryCode
from rempart.keys.workspace_key import KEY_BYTES, WorkspaceKey

logger = logging.getLogger(__name__)

#: The record's name, and the folder of the age files.
RECORD = "recovery.json"
RECOVERY = "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryRecord:
    """What is known of the sheet; not the code."""

    recipient: str
    """The public half of the code."""

    created_at: dt.datetime
    """When the sheet was made."""

    last_drill_at: dt.datetime | None
    """When the code was last proved to work."""

    @classmethod
    def parse(cls, content: bytes, *, name: str) -> RecoveryRecord:
        """Read the record.

        Raises:
            KeyFileError: it is damaged.
        """
        document = Document(content, name=name)
        return cls(
            recipient=document.text("recipient"),
            created_at=document.instant("created_at"),
            last_drill_at=document.instant_or_none("last_drill_at"),
        )

    def render(self) -> bytes:
        """Return the record's content."""
        drill = None if self.last_drill_at is None else render_instant(self.last_drill_at)
        return render(
            {"recipient": self.recipient, "created_at": render_instant(self.created_at), "last_drill_at": drill}
        )


class Recovery:
    """The recovery files of one keyring. Whoever calls holds the keyring's lock."""

    __slots__ = ("_folder", "_sheets")

    def __init__(self, folder: GuardedFolder) -> None:
        """Name the keyring's folder."""
        self._folder = folder
        self._sheets = folder.below(RECOVERY)

    def record(self) -> RecoveryRecord:
        """Return what is known of the sheet.

        Raises:
            KeyFileError: the record is missing or damaged.
        """
        return RecoveryRecord.parse(self._folder.read(RECORD), name=str(self._folder.path / RECORD))

    def save(self, record: RecoveryRecord) -> None:
        """Replace the record."""
        self._folder.write(RECORD, record.render())

    def keep(self, key: WorkspaceKey, *recipients: str) -> None:
        """Encrypt a workspace key to the code's holder, or to the given recipients."""
        self._sheets.make()
        self._sheets.write(age_name(key.id), age.encrypt_to(recipients or [self.record().recipient], key.reveal()))

    def forget(self, key: KeyId) -> None:
        """Destroy a workspace key's age file."""
        self._sheets.shred(age_name(key))

    def content(self, key: KeyId) -> bytes:
        """Return a workspace key's age file."""
        return self._sheets.read(age_name(key))

    def drill(self, code: RecoveryCode, keys: Iterable[WorkspaceKey], now: dt.datetime) -> None:
        """Prove that a code opens the workspace keys, and record it.

        Raises:
            KeyFileError: it does not.
        """
        record = self.record()
        if code.recipient != record.recipient:
            message = "the recovery code is not the one of the present sheet"
            raise KeyFileError(message, advice=f"The present sheet was made on {record.created_at:%Y-%m-%d}; find it.")
        for key in keys:
            if not key.is_same(open_key(code, self.content(key.id), name=age_name(key.id))):
                message = f"the recovery file of {key.id} holds another key"
                raise KeyFileError(message, advice="Make a new sheet now, while the keys still open.")
        self.save(replace(record, last_drill_at=now))
        logger.info("recovery drill passed")

    def renew(self, keys: Iterable[WorkspaceKey], now: dt.datetime) -> RecoveryCode:
        """Make a new code, and let the old one open nothing.

        1. Every key is encrypted to both codes: whenever this dies, the old one still opens.
        2. The record names the new one.
        3. Every key is encrypted to the new one alone.
        """
        known, old, code = tuple(keys), self.record().recipient, RecoveryCode.generate()
        for key in known:  # (1)
            self.keep(key, old, code.recipient)
        self.save(RecoveryRecord(recipient=code.recipient, created_at=now, last_drill_at=None))  # (2)
        for key in known:  # (3)
            self.keep(key, code.recipient)
        logger.info("recovery sheet renewed for %d keys", len(known))
        return code


def age_name(key: KeyId) -> str:
    """Return the name of a workspace key's age file."""
    return f"{key}.age"


def open_key(code: RecoveryCode, sealed: bytes, *, name: str) -> bytes:
    """Return a workspace key from its age file.

    Raises:
        KeyFileError: the code does not open it, or it holds something else.
    """
    secret = age.decrypt_with(code.reveal(), sealed, name=name)
    if len(secret) != KEY_BYTES:
        message = f"{name} does not hold a workspace key"
        raise KeyFileError(message, advice="Use another backup.")
    return secret
