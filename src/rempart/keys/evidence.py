"""What follows from the workspace's key for its evidence: what seals packages, and what stamps the time locally.

A seal's secret has a generation: a new one has other keys and certificates, and what an older one sealed stays as it
is. All of it outlives rotations, which wrap the workspace's item anew, and is in every backup.
"""

from __future__ import annotations

from typing import NoReturn

from rempart.keys.workspace_key import derive


class EvidenceSecrets:
    """The secrets of a workspace's evidence."""

    __slots__ = ("_secret", "timestamp_secret")

    def __init__(self, secret: bytes) -> None:
        """Derive them from an item's 32 random bytes."""
        self._secret = derive(secret, "rempart item evidence seal v1")
        #: Of the authority in this process, which proves nothing to a stranger.
        self.timestamp_secret = derive(secret, "rempart item local time-stamps v1")

    def seal_secret(self, generation: int) -> bytes:
        """Return what the keys of one generation of certificates follow from.

        Args:
            generation: From 1.
        """
        return derive(self._secret, f"rempart evidence seal generation {generation}")

    def __repr__(self) -> str:
        """Say nothing."""
        return "EvidenceSecrets()"

    def __reduce__(self) -> NoReturn:
        """Refuse to be written down."""
        message = "a key cannot be pickled or copied"
        raise TypeError(message)
