"""Let the store seal with the keyring: the fit between two rooms that do not know each other.

Every name passes here on its way in or out, so that no line of the log can hold it afterwards.
"""

from __future__ import annotations

from rempart.keys import Keyring, sealed_by
from rempart.privacy import remember

#: Names are looked up by one index, whatever their table.
_INDEX_CONTEXT = "store.name"
#: Columns that hold names of people, and how to reach them. Addresses and file names are known by their form.
_NAMES = (
    *("owner.name_sealed:", "owner.contact_sealed:", "user_account.name_sealed:"),
    *("partner.name_sealed:", "partner.recipient_sealed:"),
    *("recipient.name_sealed:", "recipient.ref_sealed:", "decoy.given_to_sealed:"),
)

#: Columns under keys of items that name people.
_HANDED = ("evidence_handoff.to_sealed:", "custody_event.to_sealed:", "evidence_item.label_sealed:")


class KeyringSealer:
    """The store's ``FieldSealer``, by the keyring."""

    def __init__(self, keyring: Keyring) -> None:
        """Seal with an open keyring."""
        self._keyring = keyring

    def seal(self, plain: bytes, *, context: str) -> bytes:
        """Encrypt a value so that it opens in this very place only."""
        _remember_name(plain, context)
        return self._keyring.seal(plain, context=context)

    def unseal(self, sealed: bytes, *, context: str) -> bytes:
        """Decrypt a value.

        Raises:
            IntegrityError: it was changed or moved, or its key was destroyed.
        """
        plain = self._keyring.unseal(sealed, context=context)
        _remember_name(plain, context)
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


class KeyringItemSealer:
    """The store's ``ItemSealer``, by the keyring."""

    def __init__(self, keyring: Keyring) -> None:
        """Seal with the keys of items of an open keyring."""
        self._keyring = keyring

    def seal_for(self, item: str, plain: bytes, *, context: str) -> bytes:
        """Encrypt a value under the key of an item, so that it opens in this very place only.

        Raises:
            IntegrityError: the key was destroyed or never made.
        """
        if context.startswith(_HANDED):
            remember(plain.decode("utf-8", "replace"))
        return self._keyring.item_box(item).seal(plain, context=context)

    def unseal_for(self, item: str, sealed: bytes, *, context: str) -> bytes:
        """Decrypt a value.

        Raises:
            IntegrityError: it was changed or moved, or the key was destroyed.
        """
        plain = self._keyring.item_box(item).unseal(sealed, context=context)
        if context.startswith(_HANDED):
            remember(plain.decode("utf-8", "replace"))
        return plain


def _remember_name(plain: bytes, context: str) -> None:
    if context.startswith(_NAMES):
        remember(plain.decode("utf-8", "replace"))
