"""Small classes that satisfy a room's Protocol, for tests of other rooms."""

from __future__ import annotations

import hashlib
import hmac
import os

from rempart.errors import IntegrityError


class FakeSealer:
    """Seals by XOR with a digest of the context: nothing in the clear, and nothing to install."""

    def __init__(self, key: bytes = b"1") -> None:
        """Start with one key, a byte that names it."""
        self.keys = [key]

    def rotate(self, key: bytes) -> None:
        """Seal with another key from now on."""
        self.keys.insert(0, key)

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Seal under the current key."""
        nonce = os.urandom(8)
        mask = hashlib.shake_256(self.keys[0] + nonce + context.encode()).digest(len(plain))
        check = hmac.digest(self.keys[0], nonce + context.encode() + plain, "sha256")[:8]
        return self.keys[0] + nonce + check + bytes(a ^ b for a, b in zip(plain, mask, strict=True))

    def unseal(self, sealed: bytes, *, context: str) -> bytes:
        """Open what one of the keys sealed for this place."""
        key, nonce, check, body = sealed[:1], sealed[1:9], sealed[9:17], sealed[17:]
        mask = hashlib.shake_256(key + nonce + context.encode()).digest(len(body))
        plain = bytes(a ^ b for a, b in zip(body, mask, strict=True))
        if key not in self.keys or hmac.digest(key, nonce + context.encode() + plain, "sha256")[:8] != check:
            message = "a sealed value does not open"
            raise IntegrityError(message)
        return plain

    def is_current(self, sealed: bytes) -> bool:
        """Tell whether the current key sealed it."""
        return sealed[:1] == self.keys[0]

    def index(self, text: str) -> bytes:
        """Return the current key's digest of a text."""
        return self.indexes(text)[0]

    def indexes(self, text: str) -> tuple[bytes, ...]:
        """Return every key's digest of a text."""
        return tuple(
            hmac.digest(key, text.casefold().encode("utf-8", "surrogateescape"), "sha256") for key in self.keys
        )


class FakeItemSealer:
    """Seals under keys of items that a test destroys: nothing in the clear, and nothing to install."""

    def __init__(self) -> None:
        """Start with no key destroyed."""
        self.destroyed: set[str] = set()

    def seal_for(self, item: str, plain: bytes, *, context: str) -> bytes:
        """Seal under an item's key."""
        return FakeSealer(b"i").seal(plain, context=f"{item}/{context}")

    def unseal_for(self, item: str, sealed: bytes, *, context: str) -> bytes:
        """Open what an item's key sealed for this place."""
        if item in self.destroyed:
            message = f"the key of {item} was destroyed"
            raise IntegrityError(message)
        return FakeSealer(b"i").unseal(sealed, context=f"{item}/{context}")
