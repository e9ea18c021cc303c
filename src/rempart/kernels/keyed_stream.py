"""Secret bits that every machine makes alike: keys by HMAC-SHA-256, and streams of them by AES-256 in counter mode.

A generator of numpy's may change its streams between versions, and a mark must be found again years later. RFC 2104
(HMAC), FIPS 197 and NIST SP 800-38A (AES, counter mode), by the library ``cryptography``; vectors are in the tests.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

U8 = npt.NDArray[np.uint8]
I8 = npt.NDArray[np.int8]
I32 = npt.NDArray[np.int32]

#: Bytes of a key, and of a block of AES.
KEY_BYTES: Final = 32
BLOCK_BYTES: Final = 16
_FAMILY: Final = b"rempart mark 1 "


def derived_key(secret: bytes, purpose: str) -> bytes:
    """Return 32 bytes that tell nothing of the secret, nor of what is derived for another purpose.

    Raises:
        ValueError: the secret has fewer than 32 bytes.
    """
    if len(secret) < KEY_BYTES:
        message = f"a secret has {KEY_BYTES} bytes or more, not {len(secret)}"
        raise ValueError(message)
    return hmac.new(secret, _FAMILY + purpose.encode(), hashlib.sha256).digest()


def stream(key: bytes, count: int, first_block: int = 0) -> U8:
    """Return ``(count,) uint8`` of a key's stream, from a block of 16 bytes on.

    Args:
        key: 32 bytes.
        count: How many bytes.
        first_block: Where to begin, so that any part is made without what comes before.
    """
    encryptor = Cipher(AES(key), CTR(first_block.to_bytes(BLOCK_BYTES, "big"))).encryptor()
    return np.frombuffer(encryptor.update(bytes(count)), np.uint8)


def signs(key: bytes, count: int) -> I8:
    """Return ``(count,) int8`` of fair signs, -1 or 1: the bits of the stream, the highest of each byte first."""
    bits = np.unpackbits(stream(key, -(-count // 8)), count=count)
    return (bits.astype(np.int8) << 1) - np.int8(1)


def dealt(key: bytes, count: int, hands: int, kept: int) -> I32:
    """Deal ``count`` cards in a secret order: the first ``kept`` to nobody, the others to ``hands`` players in turn.

    Returns:
        ``(count,) int32``: the player of each card, 0 to ``hands`` - 1; ``hands`` for those kept.
    """
    drawn = stream(key, 8 * count).view(">u8")
    order = np.argsort(drawn, kind="stable")
    owner = np.empty(count, np.int32)
    owner[order[:kept]] = hands
    owner[order[kept:]] = np.arange(count - kept, dtype=np.int32) % np.int32(hands)
    return owner
