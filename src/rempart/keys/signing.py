"""What follows from an item's key beside its box: signatures of what is given to others, and digests nobody can guess.

An item's key outlives rotations (only its wrapping changes), and is in every backup: what was signed stays
verifiable, and what was removed for good stays recognisable.
"""

from __future__ import annotations

import hmac
import re
from typing import Final, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rempart.errors import IntegrityError, MisuseError
from rempart.keys.workspace_key import KEY_BYTES, derive

#: RFC 8032: a public key has 32 bytes, a signature 64.
SIGNATURE_BYTES: Final = 64

_PUBLIC: Final = re.compile(r"ed25519:([0-9a-f]{64})", re.ASCII)


class SigningKey:
    """Signs (Ed25519, RFC 8032)."""

    __slots__ = ("_key", "public")

    def __init__(self, secret: bytes) -> None:
        """Derive the key of signatures from an item's 32 random bytes."""
        self._key = Ed25519PrivateKey.from_private_bytes(derive(secret, "rempart item signing v1"))
        #: What others verify with, 32 bytes.
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message that says itself what it is: nothing else may be mistaken for it."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        """Show the public key."""
        return f"SigningKey({render_public_key(self.public)})"

    def __reduce__(self) -> NoReturn:
        """Refuse to be written down."""
        message = "a key cannot be pickled or copied"
        raise TypeError(message)


class BlindDigest:
    """Digests that recognise a value again, and say nothing without the key (HMAC-SHA256, RFC 2104)."""

    __slots__ = ("_key",)

    def __init__(self, secret: bytes) -> None:
        """Derive the key of digests from an item's 32 random bytes."""
        self._key = derive(secret, "rempart item digest v1")

    def of(self, value: bytes, *, context: str) -> bytes:
        """Return 32 bytes that are equal for equal values of one place."""
        place = context.encode()
        return hmac.digest(self._key, len(place).to_bytes(4, "big") + place + value, "sha256")

    def __reduce__(self) -> NoReturn:
        """Refuse to be written down."""
        message = "a key cannot be pickled or copied"
        raise TypeError(message)


def verify_signature(public: bytes, message: bytes, signature: bytes) -> None:
    """Make sure that the owner of a public key signed a message.

    Raises:
        IntegrityError: she did not.
    """
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        text = f"the signature is not by {render_public_key(public)}, or what it covers was changed"
        raise IntegrityError(text, advice="Ask for the file again, and compare the key by another way.") from error


def render_public_key(public: bytes) -> str:
    """Return a public key as people pass it on."""
    return f"ed25519:{public.hex()}"


def parse_public_key(text: str) -> bytes:
    """Read a public key.

    Raises:
        MisuseError: it has another form.
    """
    found = _PUBLIC.fullmatch(text.strip().lower())
    public = bytes.fromhex(found[1]) if found else b""
    if len(public) != KEY_BYTES:
        message = "the key is none of ours: it has the form ed25519: and 64 hexadecimal digits"
        raise MisuseError(message, advice="The partner's own key is printed by: rempart bank stats")
    return public
