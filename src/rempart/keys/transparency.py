"""What follows from the workspace's key for its log: what signs its states, and what cosigns those of others.

Two keys: what a witness signs does not name it, so that its key must serve nothing else (C2SP tlog-cosignature). Both
outlive rotations, which wrap the workspace's item anew, and are in every backup.
"""

from __future__ import annotations

from typing import NoReturn

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.keys.workspace_key import derive


class LogSecrets:
    """The secrets of a workspace's log and of its witness."""

    __slots__ = ("log_key", "witness_key")

    def __init__(self, secret: bytes) -> None:
        """Derive both from an item's 32 random bytes."""
        self.log_key = Ed25519PrivateKey.from_private_bytes(derive(secret, "rempart item log v1"))
        self.witness_key = Ed25519PrivateKey.from_private_bytes(derive(secret, "rempart item witness v1"))

    def __repr__(self) -> str:
        """Say nothing."""
        return "LogSecrets()"

    def __reduce__(self) -> NoReturn:
        """Refuse to be written down."""
        message = "a key cannot be pickled or copied"
        raise TypeError(message)
