"""The edge to age (pyrage): the only file that knows it, so that the standard ``age`` tool opens what we write."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pyrage

from rempart.errors import KeyFileError
from rempart.keys import age_passphrase

#: pyrage refuses work that it believes too long, by a measurement so short that a busy machine misleads it.
_TRIES = 3


def new_identity() -> str:
    """Make a secret identity, as ``AGE-SECRET-KEY-1…``."""
    return str(pyrage.x25519.Identity.generate())


def recipient_of(identity: str) -> str:
    """Return the public half of an identity, as ``age1…``.

    Raises:
        KeyFileError: it is not an identity; the message does not repeat it.
    """
    try:
        return str(pyrage.x25519.Identity.from_str(identity).to_public())
    except pyrage.IdentityError:
        # from None: the chain must not carry what was typed.
        message = "the recovery code has at least one wrong character"
        raise KeyFileError(message, advice="Compare it with the sheet, line by line.") from None


def is_identity(text: str) -> bool:
    """Tell whether a text is a secret identity, ``AGE-SECRET-KEY-1…``."""
    try:
        pyrage.x25519.Identity.from_str(text)
    except pyrage.IdentityError:
        return False
    return True


def encrypt_to(recipients: Sequence[str], plain: bytes) -> bytes:
    """Encrypt for the holders of identities, armored.

    Raises:
        KeyFileError: a recipient is not one.
    """
    try:
        known = [pyrage.x25519.Recipient.from_str(text) for text in recipients]
    except pyrage.RecipientError as error:
        message = "the recovery recipient is not an age recipient"
        raise KeyFileError(message, advice="Put recovery.json back from a backup.") from error
    return bytes(pyrage.encrypt(plain, known, armored=True))


def encrypt_stream(recipients: Sequence[str], reader: BinaryIO, writer: BinaryIO) -> None:
    """Encrypt what a reader gives for the holders of identities, as it goes by: not armored, as ``age`` writes it.

    Raises:
        KeyFileError: a recipient is not one; the message repeats none.
        OSError: as the reader or the writer raised it.
    """
    try:
        known = [pyrage.x25519.Recipient.from_str(text) for text in recipients]
    except pyrage.RecipientError as error:
        message = "a recipient is not an age recipient"
        raise KeyFileError(message, advice="It begins with age1: ask for it again.") from error
    watched = _Watched(reader), _Watched(writer)
    try:
        pyrage.encrypt_io(*watched, known)
    except pyrage.EncryptError:
        for each in watched:
            if each.error is not None:
                raise each.error from None
        raise


def check_recipient(recipient: str) -> None:
    """Make sure that a text is somebody's public key.

    Raises:
        KeyFileError: it is not; the message does not repeat it, for it may be a secret one.
    """
    try:
        pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        message = "this is not the public key of an age identity"
        raise KeyFileError(
            message, advice="It begins with age1, and has 62 letters: age-keygen -y prints it."
        ) from None


def decrypt_stream(identity: str, reader: BinaryIO, writer: BinaryIO) -> None:
    """Decrypt what a reader gives, as it goes by; what was written before an error is not to be relied on.

    Raises:
        KeyFileError: the identity is none, or does not open it; or it is damaged. The message repeats nothing.
        OSError: as the reader or the writer raised it.
    """
    try:
        known = pyrage.x25519.Identity.from_str(identity)
    except pyrage.IdentityError:
        message = "this is not an age identity"
        raise KeyFileError(message, advice="It begins with AGE-SECRET-KEY-1.") from None
    watched = _Watched(reader), _Watched(writer)
    try:
        pyrage.decrypt_io(*watched, [known])
    except (pyrage.DecryptError, OSError):  # the latter of what is cut short
        for each in watched:
            if each.error is not None:
                raise each.error from None
        # NOTE: what is damaged after the header is an OSError of the library's own (measured, pyrage 1.4.0).
        message = "this key does not open it, or it is damaged"
        raise KeyFileError(message, advice="Take the key that it was sealed to.") from None


def decrypt_with(identity: str, sealed: bytes, *, name: str) -> bytes:
    """Decrypt with an identity.

    Raises:
        KeyFileError: the identity does not open it, or it is damaged.
    """
    try:
        return bytes(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)]))
    except pyrage.DecryptError:
        message = f"the recovery code does not open {name}"
        advice = "Check that the sheet is the newest one, and that the file comes from the same workspace."
        raise KeyFileError(message, advice=advice) from None


def encrypt_with_passphrase(passphrase: str, plain: bytes) -> bytes:
    """Encrypt under a passphrase, armored; slow and large on purpose."""
    return age_passphrase.encrypt_with_passphrase(
        _normalised(passphrase), plain, work_factor=age_passphrase.WORK_FACTOR
    )


def decrypt_with_passphrase(passphrase: str, sealed: bytes, *, name: str) -> bytes:
    """Decrypt with a passphrase.

    Raises:
        KeyFileError: the passphrase is wrong, or the content is damaged.
    """
    reason = ""
    for _ in range(_TRIES):
        try:
            return bytes(pyrage.passphrase.decrypt(sealed, _normalised(passphrase)))
        except pyrage.DecryptError as error:
            reason = str(error)
        if "work parameter" not in reason:
            message = f"the passphrase does not open {name}"
            raise KeyFileError(message, advice="Try again; if it is right, the file is damaged: restore it.")
    message = f"{name} asks for more work than this machine can do"
    raise KeyFileError(message, advice="It was not made by Rempart, or this machine is very slow or very busy.")


def _normalised(passphrase: str) -> str:
    """Return one form for accents, however the keyboard composes them."""
    return unicodedata.normalize("NFC", passphrase)


class _Watched:
    """A file whose own error is kept: through the Rust library it would come back as text."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        with self._keeping():
            return self._file.read(size)

    def write(self, data: bytes) -> int:
        with self._keeping():
            return self._file.write(data)

    def flush(self) -> None:
        with self._keeping():
            self._file.flush()

    @contextlib.contextmanager
    def _keeping(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.error = error
            raise
