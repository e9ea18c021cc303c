"""Let the store seal with the keyring: the fit between two rooms that do not know each other."""

from __future__ import annotations

from rempart.keys import Keyring, sealed_by
from rempart.privacy import remember

#: Names are looked up by one index, whatever their table.
_INDEX_CONTEXT = "store.name"
#: What is opened of these columns must not reach a log, in any spelling.
_NAMES = ("owner.", "user_account.")


class KeyringSealer:
    """The store's ``FieldSealer``, by the keyring."""

    def __init__(self, keyring: Keyring) -> None:
        """Seal with an open keyring."""
        self._keyring = keyring

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Encrypt a value so that it opens in this very place only."""
        return self._keyring.seal(plain, context=context)

    def unseal(self, sealed: bytes, *, context: str) -> bytes:
        """Decrypt a value.

        Raises:
            IntegrityError: it was changed or moved, or its key was destroyed.
        """
        plain = self._keyring.unseal(sealed, context=context)
        if context.startswith(_NAMES):
            remember(plain.decode("utf-8", "surrogateescape"))
        return plain

    def is_current(self, sealed: bytes) -> bool:
        """Tell whether a value was sealed by the current key."""
        return sealed_by(sealed) == self._keyring.current

    def index(self, text: str) -> bytes:
        """Return the keyed digest by which a sealed text is found again."""
        return self._keyring.index(text, context=_INDEX_CONTEXT)

    def indexes(self, text: str) -> tuple[bytes, ...]:
        """Return the digests under every key that is alive, the current one first."""
        return self._keyring.indexes(text, context=_INDEX_CONTEXT)
