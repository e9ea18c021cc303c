"""One workspace key: everything that is derived from it, and what it seals."""

from __future__ import annotations

import hmac
import os
import re
import unicodedata
from typing import NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rempart.errors import IntegrityError
from rempart.keys.interface import KeyId

#: AES-256 and its tag.
KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
#: version, key, nonce, then the ciphertext and its tag.
_VERSION = b"\x01"
_ID_BYTES = 8
_NONCE_AT = 1 + _ID_BYTES
_CIPHERTEXT_AT = _NONCE_AT + NONCE_BYTES
OVERHEAD_BYTES = _CIPHERTEXT_AT + TAG_BYTES

_KEY_ID = re.compile(r"wk_[0-9a-f]{16}", re.ASCII)


def derive(secret: bytes, info: str, *, size: int = KEY_BYTES, salt: bytes | None = None) -> bytes:
    """Derive one key for one use from another (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=hashes.SHA256(), length=size, salt=salt, info=info.encode("ascii")).derive(secret)


def is_key_id(text: str) -> bool:
    """Tell whether a text has the form of a workspace key's identifier."""
    return _KEY_ID.fullmatch(text) is not None


def sealed_by(sealed: bytes) -> KeyId:
    """Return which key sealed a value.

    Raises:
        IntegrityError: it is not a sealed value of a version that we know.
    """
    if len(sealed) < OVERHEAD_BYTES or sealed[:1] != _VERSION:
        message = f"a value of {len(sealed)} bytes is not a sealed value of version 1"
        raise IntegrityError(message, advice="The database was changed by something else than Rempart: restore it.")
    return KeyId("wk_" + sealed[1:_NONCE_AT].hex())


class WorkspaceKey:
    """A key that is in memory, with what is derived from it.

    NOTE: AES-GCM with random nonces allows 2**32 values per key (NIST SP 800-38D §8.3): rotate long before.
    """

    __slots__ = ("_field", "_header", "_index", "_secret", "_wrap", "id")

    def __init__(self, secret: bytes) -> None:
        """Derive everything once.

        Args:
            secret: 32 random bytes.
        """
        if len(secret) != KEY_BYTES:
            message = f"a workspace key has {KEY_BYTES} bytes, not {len(secret)}"
            raise ValueError(message)
        self._secret = secret
        self._header = _VERSION + derive(secret, "rempart key id v1", size=_ID_BYTES)
        #: Follows from the key, so that a file whose key was exchanged does not pass for it.
        self.id = KeyId("wk_" + self._header[1:].hex())
        self._field = AESGCM(derive(secret, "rempart field v1"))
        self._index = derive(secret, "rempart blind index v1")
        self._wrap = AESGCM(derive(secret, "rempart item key v1"))

    @classmethod
    def generate(cls) -> WorkspaceKey:
        """Make a random key."""
        return cls(os.urandom(KEY_BYTES))

    def reveal(self) -> bytes:
        """Return the key itself: only to write it, protected, where keys are kept."""
        return self._secret

    def is_same(self, secret: bytes) -> bool:
        """Compare in constant time."""
        return hmac.compare_digest(self._secret, secret)

    def seal(self, plain: bytes, context: str) -> bytes:
        """Seal a value for one place; it opens nowhere else."""
        nonce = os.urandom(NONCE_BYTES)
        header = self._header
        return header + nonce + self._field.encrypt(nonce, plain, header + context.encode())

    def unseal(self, sealed: bytes, context: str) -> bytes:
        """Open a value that this key sealed for the same place.

        Raises:
            IntegrityError: it was changed, or sealed for another place.
        """
        try:
            return self._field.decrypt(
                sealed[_NONCE_AT:_CIPHERTEXT_AT], sealed[_CIPHERTEXT_AT:], sealed[:_NONCE_AT] + context.encode()
            )
        except InvalidTag:
            message = f"a value sealed by {self.id} does not open as {context}"
            raise IntegrityError(message, advice="It was changed or moved outside Rempart: restore a backup.") from None

    def index(self, text: str, context: str) -> bytes:
        """Return 32 bytes that are equal for equal texts of one place, and say nothing without the key."""
        place = context.encode()
        return hmac.digest(self._index, len(place).to_bytes(4, "big") + place + normalised(text).encode(), "sha256")

    def wrap(self, item: str, secret: bytes) -> bytes:
        """Seal an item's key."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._wrap.encrypt(nonce, secret, item.encode("ascii"))

    def unwrap(self, item: str, wrapped: bytes) -> bytes:
        """Open an item's key.

        Raises:
            IntegrityError: it was changed, or is another item's.
        """
        try:
            return self._wrap.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], item.encode("ascii"))
        except InvalidTag:
            message = f"the key of {item} does not open with {self.id}"
            raise IntegrityError(message, advice="Its file was changed or moved: put it back from a backup.") from None

    def __repr__(self) -> str:
        """Show which key, not the key."""
        return f"WorkspaceKey({self.id})"

    def __reduce__(self) -> NoReturn:
        """Refuse to be written down."""
        message = "a key cannot be pickled or copied"
        raise TypeError(message)


def normalised(text: str) -> str:
    """Return one form for texts that people take for the same: composed, without case or outer spaces.

    Canonical caseless matching, Unicode 3.13 D145: decomposed before the case is folded.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold()).strip()
