"""What follows from an item's key for marks: of an asset, those of its copies; of the workspace, its owner's own.

Of an asset: where its copies' mark is, and the seed of everybody's code. Of the workspace: where the mark is that says
whose a picture is, and what signs for her.

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


class OwnerSecrets:
    """The secrets of a workspace's own mark and signature; the workspace is an item too."""

    __slots__ = ("mark_key", "signing_secret")

    def __init__(self, secret: bytes) -> None:
        """Derive both from the item's 32 random bytes."""
        self.mark_key = derive(secret, "rempart item ownership v1")
        #: The private keys of certificates follow from it.
        self.signing_secret = derive(secret, "rempart item c2pa v1")

    def __repr__(self) -> str:
        """Say nothing."""
        return "OwnerSecrets()"

    def __reduce__(self) -> NoReturn:
        """Refuse to be written down."""
        message = "a key cannot be pickled or copied"
        raise TypeError(message)
