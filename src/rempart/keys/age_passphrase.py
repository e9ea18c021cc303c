"""Write age files that a passphrase opens, with a fixed amount of work.

pyrage offers no such setting: it chooses by a measurement of a millisecond, and on one machine gave 2**19 and 2**20
(1.2 s and 512 MiB, 2.5 s and 1 GiB), by what else the machine was doing. The format is small (age-encryption.org/v1,
C2SP); pyrage and the ``age`` tool read what this file writes.
"""

from __future__ import annotations

import base64
import hmac
import os
import textwrap

from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from rempart.keys.workspace_key import derive

#: scrypt's N is 2**18, as the ``age`` tool has it: 256 MiB, and half a second of a present processor.
WORK_FACTOR = 18

_VERSION = "age-encryption.org/v1"
_FILE_KEY_BYTES = 16
_SALT_BYTES = 16
_CHUNK_BYTES = 64 * 1024
_ARMOR_COLUMNS = 64


def encrypt_with_passphrase(passphrase: str, plain: bytes, *, work_factor: int) -> bytes:
    """Encrypt up to 64 KiB under a passphrase, armored.

    1. A random file key is wrapped by the key that scrypt makes of the passphrase.
    2. The header is authenticated by the file key.
    3. The content is one chunk, which is the last, under a key of its own.

    Args:
        passphrase: Any text.
        plain: The content.
        work_factor: The logarithm of scrypt's N.
    """
    if len(plain) > _CHUNK_BYTES:
        message = f"a passphrase encrypts at most {_CHUNK_BYTES} bytes here, not {len(plain)}"
        raise ValueError(message)
    file_key, salt = os.urandom(_FILE_KEY_BYTES), os.urandom(_SALT_BYTES)
    scrypt = Scrypt(salt=f"{_VERSION}/scrypt".encode() + salt, length=32, n=2**work_factor, r=8, p=1)
    wrapping = ChaCha20Poly1305(scrypt.derive(passphrase.encode()))
    body = _base64(wrapping.encrypt(bytes(12), file_key, None))  # (1)
    header = f"{_VERSION}\n-> scrypt {_base64(salt)} {work_factor}\n{body}\n---"
    mac = hmac.digest(derive(file_key, "header"), header.encode(), "sha256")  # (2)
    nonce = os.urandom(16)
    content = ChaCha20Poly1305(derive(file_key, "payload", salt=nonce))
    sealed = content.encrypt(bytes(11) + b"\x01", plain, None)  # (3)
    return _armored(f"{header} {_base64(mac)}\n".encode() + nonce + sealed)


def _base64(value: bytes) -> str:
    """Return base64 without padding."""
    return base64.b64encode(value).rstrip(b"=").decode("ascii")


def _armored(content: bytes) -> bytes:
    """Return the text form."""
    lines = "\n".join(textwrap.wrap(base64.b64encode(content).decode("ascii"), _ARMOR_COLUMNS))
    return f"-----BEGIN AGE ENCRYPTED FILE-----\n{lines}\n-----END AGE ENCRYPTED FILE-----\n".encode("ascii")
