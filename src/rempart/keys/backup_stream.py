"""Encrypt a whole backup to the recovery sheet, as a stream: the standard ``age`` tool opens it with the code."""

from __future__ import annotations

from typing import BinaryIO, cast

import pyrage

from rempart.errors import IntegrityError, KeyFileError
from rempart.keys.recovery_code import RecoveryCode


def encrypt_backup(recipient: str, reader: BinaryIO, writer: BinaryIO) -> None:
    """Encrypt everything that a reader gives.

    Args:
        recipient: Public half of the recovery code (:attr:`KeyringStatus.recovery_recipient`).
        reader: The backup.
        writer: Where it goes.

    Raises:
        OSError: one of them fails.
    """
    sides = _Watched(reader), _Watched(writer)
    try:
        pyrage.encrypt_io(*(cast("BinaryIO", side) for side in sides), [pyrage.x25519.Recipient.from_str(recipient)])
    except pyrage.EncryptError as error:
        raise next((side.error for side in sides if side.error), OSError(str(error))) from None


def decrypt_backup(code: RecoveryCode, reader: BinaryIO, writer: BinaryIO) -> None:
    """Decrypt a backup.

    Raises:
        KeyFileError: the code does not open it.
        IntegrityError: it is damaged or cut short; what was written must not be used.
        OSError: the reader or the writer fails.
    """
    sides = _Watched(reader), _Watched(writer)
    try:
        pyrage.decrypt_io(*(cast("BinaryIO", side) for side in sides), [pyrage.x25519.Identity.from_str(code.reveal())])
    except pyrage.DecryptError:
        # age says in the same words that a key does not fit and that its header was changed.
        message = "the recovery code does not open this backup, or its beginning is damaged"
        advice = "Check that the sheet is the one of this workspace, and that the file was copied whole."
        raise KeyFileError(message, advice=advice) from None
    except OSError:
        for side in sides:
            if side.error:
                raise side.error from None
        message = "the backup is damaged or cut short"
        raise IntegrityError(message, advice="Copy it again, or use another backup. Nothing was restored.") from None


class _Watched:
    """A file that remembers its own failure, which the library turns into a text."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: OSError | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read(size)
        except OSError as error:
            self.error = error
            raise

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        self._file.flush()
