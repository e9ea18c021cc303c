"""One item's key: seals values and files of that item; when the key is destroyed, they are gone."""

from __future__ import annotations

import os
from typing import BinaryIO, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.errors import IntegrityError
from rempart.keys.stream import seal_stream, unseal_stream
from rempart.keys.workspace_key import NONCE_BYTES, TAG_BYTES, derive

_VERSION = b"\x01"


class Box:
    """What one item's key opens.

    A box goes on working in the process that holds it after the key was destroyed: hold it for one task only.
    """

    __slots__ = ("_stream_key", "_value", "item")

    def __init__(self, item: str, secret: bytes) -> None:
        """Derive the keys of values and of files.

        Args:
            item: Which item.
            secret: Its 32 random bytes.
        """
        self.item = item
        self._value = AESGCM(derive(secret, "rempart item value v1"))
        self._stream_key = derive(secret, "rempart item file v1")

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Seal a value for one place of the item."""
        nonce = os.urandom(NONCE_BYTES)
        return _VERSION + nonce + self._value.encrypt(nonce, plain, self._place(context))

    def unseal(self, sealed: bytes, *, context: str) -> bytes:
        """Open a value that was sealed for the same place.

        Raises:
            IntegrityError: it was changed, or belongs elsewhere.
        """
        nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            if sealed[:1] == _VERSION and len(ciphertext) >= TAG_BYTES:
                return self._value.decrypt(nonce, ciphertext, self._place(context))
        except InvalidTag:
            pass
        message = f"a value of {self.item} does not open as {context}"
        raise IntegrityError(message, advice="It was changed or moved outside Rempart: restore a backup.")

    def seal_stream(self, reader: BinaryIO, writer: BinaryIO, *, context: str) -> None:
        """Seal a file of any size for one place of the item."""
        seal_stream(self._stream_key, reader, writer, context=self._place(context).decode())

    def unseal_stream(self, reader: BinaryIO, writer: BinaryIO, *, context: str) -> None:
        """Open a file; throw away what was written when this raises.

        Raises:
            IntegrityError: it was changed, cut, or belongs elsewhere.
        """
        unseal_stream(self._stream_key, reader, writer, context=self._place(context).decode())

    def _place(self, context: str) -> bytes:
        """Return what a value is tied to."""
        return f"{self.item}/{context}".encode()

    def __repr__(self) -> str:
        """Show which item, not its key."""
        return f"Box({self.item})"

    def __reduce__(self) -> NoReturn:
        """Refuse to be written down."""
        message = "a key cannot be pickled or copied"
        raise TypeError(message)
