"""What the store needs from elsewhere: something that seals values before they are written."""

from __future__ import annotations

from typing import Protocol


class FieldSealer(Protocol):
    """Seals and opens single values; ``rempart.keys`` has one."""

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Encrypt a value so that it opens in this very place only."""

    def unseal(self, sealed: bytes, *, context: str) -> bytes:
        """Decrypt a value, or raise IntegrityError."""

    def is_current(self, sealed: bytes) -> bool:
        """Tell whether a value was sealed by the current key."""

    def index(self, text: str) -> bytes:
        """Return the keyed digest (32 bytes) by which a sealed text is found again."""

    def indexes(self, text: str) -> tuple[bytes, ...]:
        """Return the digests under every key that is alive, the current one first."""


class ItemSealer(Protocol):
    """Seals values under the key of one item or case, which is destroyed with it; ``rempart.app`` has one."""

    def seal_for(self, item: str, plain: bytes, *, context: str) -> bytes:
        """Encrypt a value so that it opens in this very place only; the item has a key."""

    def unseal_for(self, item: str, sealed: bytes, *, context: str) -> bytes:
        """Decrypt a value, or raise IntegrityError: it was changed, or the key destroyed."""
