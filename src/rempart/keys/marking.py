"""What follows from an asset's key for its marked copies: where the mark is, and the seed of everybody's code.

The two are independent: whoever has the first reads marks, and learns of nobody whose they are. Both go with the
asset's key, which is outside the database, in every backup, and destroyed when the asset is withdrawn.
"""

from __future__ import annotations

from typing import NoReturn

from rempart.keys.workspace_key import derive


class MarkSecrets:
    """The secrets of one asset's copies."""

    __slots__ = ("asset_key", "code_seed")

    def __init__(self, secret: bytes) -> None:
        """Derive both from an item's 32 random bytes."""
        self.asset_key = derive(secret, "rempart item mark v1")
        #: Goes into no sandbox: a bound on false accusations holds only while the codes are secret.
        self.code_seed = derive(secret, "rempart item codes v1")

    def __repr__(self) -> str:
        """Say nothing."""
        return "MarkSecrets()"

    def __reduce__(self) -> NoReturn:
        """Refuse to be written down."""
        message = "a key cannot be pickled or copied"
        raise TypeError(message)
