"""Originals that their owner chose to keep: encrypted under a key of each asset, here, never sent."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

from rempart.app.workspace import Workspace
from rempart.errors import UnavailableError
from rempart.hazmat.items import open_item
from rempart.model import AssetId, MediaItem, Unreadable

#: What ties an original to its use.
_CONTEXT: Final = "asset.original"


def path_of(workspace: Workspace, asset: AssetId) -> Path:
    """Return where an asset's original is, encrypted."""
    return workspace.vault / asset.removeprefix("ast_")[:2] / f"{asset}.sealed"


def keep_original(workspace: Workspace, asset: AssetId, item: MediaItem, digest: bytes) -> bool:
    """Encrypt an original into the vault; False if it is no longer the file that was fingerprinted.

    Args:
        workspace: Where.
        asset: Of which asset.
        item: The file.
        digest: SHA-256 of what was fingerprinted.

    Raises:
        UnavailableError: it cannot be written: a full disk.
    """
    descriptor = open_item(item)
    if isinstance(descriptor, Unreadable):
        return False
    target = path_of(workspace, asset)
    with os.fdopen(descriptor, "rb") as source, _explained():
        target.parent.mkdir(mode=0o700, exist_ok=True)
        reader = _Hashing(source)
        out = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with os.fdopen(out, "wb") as writer:
            box = workspace.keyring.make_item_key(asset)
            box.seal_stream(cast("BinaryIO", reader), writer, context=_CONTEXT)
            writer.flush()
            os.fsync(writer.fileno())
    if reader.digest.digest() == digest:
        return True
    destroy_original(workspace, asset)
    return False


def open_original(workspace: Workspace, asset: AssetId, writer: BinaryIO) -> None:
    """Decrypt an original into memory; what was written must be thrown away when this raises.

    Raises:
        IntegrityError: its key was destroyed, or it was changed.
        OSError: it is gone, or the disk fails.
    """
    with path_of(workspace, asset).open("rb") as reader:
        workspace.keyring.item_box(asset).unseal_stream(reader, writer, context=_CONTEXT)


def destroy_original(workspace: Workspace, asset: AssetId) -> None:
    """Destroy an asset's key, which makes its original unreadable, then remove the file; harmless if there is none."""
    workspace.keyring.destroy_item_key(asset)
    path_of(workspace, asset).unlink(missing_ok=True)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"an original cannot be kept: {error.strerror or error}"
        raise UnavailableError(message, advice="Free some space, and run the command again: it goes on.") from error


class _Hashing:
    """Reads on, and takes the digest of what was read."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self.digest.update(data)
        return data
