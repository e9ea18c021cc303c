"""What witnesses sign, C2SP tlog-cosignature v1 (https://c2sp.org/tlog-cosignature), and its reading.

A cosignature says: at this instant, this was the largest state of that log that I had seen, and it began with every
smaller one that I had seen before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final, NoReturn

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.errors import IntegrityError
from rempart.evidence.notes import NoteSignature, SignatureKind, VerifierKey, check_key_name, verify_ed25519
from rempart.model.log import Cosignature

_TIME_BYTES: Final = 8
_SIGNATURE_BYTES: Final = 64
#: Seconds of the year 9999, the last that an instant of ours can be in; C2SP allows up to 2^63 - 1.
_LAST_SECOND: Final = 253_402_300_799


class Cosigner:
    """Signs what a witness saw. Its key must serve nothing else: what it signs does not name it."""

    __slots__ = ("_private", "key")

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        """Keep a key and its name.

        Raises:
            MisuseError: a key cannot have this name.
        """
        check_key_name(name)
        self._private = private
        public = private.public_key().public_bytes_raw()
        self.key = VerifierKey(name=name, kind=SignatureKind.COSIGNATURE, public=public)

    def cosign(self, text: str, at: dt.datetime) -> NoteSignature:
        """Return the cosignature of a checkpoint's text, made at an instant."""
        second = int(at.timestamp())
        signature = second.to_bytes(_TIME_BYTES) + self._private.sign(_message(text, second))
        return NoteSignature(name=self.key.name, key_id=self.key.key_id, signature=signature)

    def __repr__(self) -> str:
        """Show the public key."""
        return f"Cosigner({self.key.vkey})"

    def __reduce__(self) -> NoReturn:
        """Refuse to be written down."""
        message = "a key cannot be pickled or copied"
        raise TypeError(message)


def open_cosignatures(
    text: str, signatures: Iterable[NoteSignature], witnesses: Sequence[VerifierKey]
) -> tuple[Cosignature, ...]:
    """Return what the witnesses that are believed signed; signatures by others are passed over.

    Args:
        text: What is signed of the checkpoint.
        signatures: The note's, in their order.
        witnesses: The keys that are believed; those of another kind count for nothing.

    Raises:
        IntegrityError: a signature by one of them fails.
    """
    found = believed(signatures, witnesses)
    return tuple(Cosignature(witness=key.name, at=_verified(key, one, text)) for key, one in found)


def believed(
    signatures: Iterable[NoteSignature], witnesses: Sequence[VerifierKey]
) -> list[tuple[VerifierKey, NoteSignature]]:
    """Return the signatures that name a key of a witness that is believed; none is verified."""
    known = {(key.name, key.key_id): key for key in witnesses if key.kind is SignatureKind.COSIGNATURE}
    named = [(known.get((one.name, one.key_id)), one) for one in signatures]
    return [(key, one) for key, one in named if key is not None]


def _verified(key: VerifierKey, one: NoteSignature, text: str) -> dt.datetime:
    """Return when a cosignature was made.

    Raises:
        IntegrityError: it fails.
    """
    second = int.from_bytes(one.signature[:_TIME_BYTES])
    if len(one.signature) != _TIME_BYTES + _SIGNATURE_BYTES or second > _LAST_SECOND:
        message = f"the cosignature by {key.name} has {len(one.signature)} bytes, or an instant that cannot be"
        raise IntegrityError(message, advice="Ask for the file again.")
    verify_ed25519(key, one.signature[_TIME_BYTES:], _message(text, second))
    return dt.datetime.fromtimestamp(second, dt.UTC)


def _message(text: str, second: int) -> bytes:
    """Return what is signed (C2SP tlog-cosignature, Ed25519 signed message)."""
    return f"cosignature/v1\ntime {second}\n{text}".encode()
