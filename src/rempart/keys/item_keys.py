"""The keys of items, one small file each, wrapped by a workspace key; destroying one erases the item everywhere."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator

from rempart.errors import IntegrityError, MisuseError
from rempart.keys.box import Box
from rempart.keys.documents import Document, render, render_octets
from rempart.keys.evidence import EvidenceSecrets
from rempart.keys.folder import GuardedFolder
from rempart.keys.interface import KeyId
from rempart.keys.live import LiveKeys
from rempart.keys.marking import MarkSecrets, OwnerSecrets
from rempart.keys.signing import BlindDigest, SigningKey
from rempart.keys.transparency import LogSecrets
from rempart.keys.workspace_key import KEY_BYTES, NONCE_BYTES, TAG_BYTES, WorkspaceKey, is_key_id

logger = logging.getLogger(__name__)

#: The folder of all items' keys.
ITEMS = "items"

_ITEM = re.compile(r"[a-z]{3}_[0-9a-f]{32}", re.ASCII)
_SHARD = re.compile(r"[0-9a-f]{2}", re.ASCII)
_WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES


class ItemKeys:
    """Every item's key of one keyring."""

    __slots__ = ("_folder", "_live")

    def __init__(self, live: LiveKeys) -> None:
        """Keep the folder, and the workspace keys that wrap."""
        self._live = live
        self._folder = live.folder.below(ITEMS)

    def make(self, item: str) -> Box:
        """Make an item's key, unless it has one.

        Raises:
            MisuseError: it is not an item's identifier.
        """
        shard = self._shard(item)
        # The lock: a rotation that finishes meanwhile must not leave this key wrapped by one that is destroyed.
        with self._live.changing() as snapshot:
            content = self._content(shard, item)
            if content is not None:
                return Box(item, _unwrapped(item, content, snapshot.find))
            secret = os.urandom(KEY_BYTES)
            self._folder.make()
            shard.make()
            shard.write(file_name(item), _render(item, secret, snapshot.current))
        logger.debug("key of %s made", item)
        return Box(item, secret)

    def signing(self, item: str) -> SigningKey:
        """Return what signs for an item.

        Raises:
            IntegrityError: the key was destroyed, never made, or does not open.
            MisuseError: it is not an item's identifier.
        """
        return SigningKey(self._secret(item))

    def digest(self, item: str) -> BlindDigest:
        """Return what makes an item's digests.

        Raises:
            IntegrityError: the key was destroyed, never made, or does not open: digests of another would know nothing.
            MisuseError: it is not an item's identifier.
        """
        return BlindDigest(self._secret(item))

    def marking(self, item: str) -> MarkSecrets:
        """Return the secrets of an item's marked copies.

        Raises:
            IntegrityError: the key was destroyed, never made, or does not open: another's would find nothing.
            MisuseError: it is not an item's identifier.
        """
        return MarkSecrets(self._secret(item))

    def owner(self, item: str) -> OwnerSecrets:
        """Return the secrets of an item's own mark and signature.

        Raises:
            IntegrityError: the key was destroyed, never made, or does not open: another's would find nothing.
            MisuseError: it is not an item's identifier.
        """
        return OwnerSecrets(self._secret(item))

    def log(self, item: str) -> LogSecrets:
        """Return the secrets of a workspace's log and of its witness.

        Raises:
            IntegrityError: the key was destroyed, never made, or does not open: another's would sign for another log.
            MisuseError: it is not an item's identifier.
        """
        return LogSecrets(self._secret(item))

    def evidence(self, item: str) -> EvidenceSecrets:
        """Return the secrets of a workspace's evidence.

        Raises:
            IntegrityError: the key was destroyed, never made, or does not open: another's would seal for another.
            MisuseError: it is not an item's identifier.
        """
        return EvidenceSecrets(self._secret(item))

    def box(self, item: str) -> Box:
        """Return what an item's key opens.

        Raises:
            IntegrityError: the key was destroyed, never made, or does not open.
            MisuseError: it is not an item's identifier.
        """
        return Box(item, self._secret(item))

    def _secret(self, item: str) -> bytes:
        """Return an item's secret."""
        shard = self._shard(item)
        with self._live.reading():
            content = self._content(shard, item)
        if content is None:
            message = f"the key of {item} was destroyed, or never made: what it sealed cannot be opened"
            raise IntegrityError(message, advice="If it was destroyed on purpose, nothing is left to do.")
        return _unwrapped(item, content, self._live.find)

    def destroy(self, item: str) -> bool:
        """Destroy an item's key for good; return whether there was one.

        Raises:
            MisuseError: it is not an item's identifier.
        """
        shard = self._shard(item)
        # The lock: a rotation that rewraps this key meanwhile must not bring it back.
        with self._live.changing():
            was_there = _finish_destruction(shard, item)
        logger.info("key of %s destroyed: %s", item, "done" if was_there else "there was none")
        return was_there

    def items(self) -> Iterator[str]:
        """Return the items that have a key, sorted within their shard."""
        for name in self._folder.names():
            if _SHARD.fullmatch(name):
                files = self._folder.below(name).names()
                yield from (f.removesuffix(".json") for f in files if is_item_file(name, f))

    def rewrap(self, item: str) -> bool:
        """Wrap an item's key with the current workspace key; return whether it was not.

        A key whose destruction was begun is destroyed.
        """
        shard = self._shard(item)
        with self._live.changing() as snapshot:
            content = self._content(shard, item)
            if content is None:
                _finish_destruction(shard, item)
                return False
            wrapped_by, wrapped = _parse(item, content)
            if wrapped_by == snapshot.current.id:
                return False
            secret = snapshot.find(wrapped_by).unwrap(item, wrapped)
            shard.write(file_name(item), _render(item, secret, snapshot.current))
        return True

    def wrapped_by(self, item: str) -> KeyId | None:
        """Return which workspace key wraps an item's key, under the lock; None if it was destroyed."""
        content = self._content(self._shard(item), item)
        return None if content is None else _parse(item, content)[0]

    def wrapped(self) -> Iterator[tuple[str, bytes]]:
        """Return the name and content of every file, for a backup, under the lock."""
        for item in self.items():
            content = self._content(self._shard(item), item)
            if content is not None:
                yield path_of(item), content

    def _shard(self, item: str) -> GuardedFolder:
        """Return the folder of an item's key."""
        return self._folder.below(shard_of(item))

    def _content(self, shard: GuardedFolder, item: str) -> bytes | None:
        """Return an item's file; None if there is none, or only what a killed process left of its destruction."""
        if not os.path.lexists(shard.path):
            return None
        content = shard.find(file_name(item))
        return None if content is None or content.startswith(b"\0") else content


def file_name(item: str) -> str:
    """Return the name of an item's file."""
    return f"{item}.json"


def shard_of(item: str) -> str:
    """Return the folder of an item: two digits, so that none holds too many.

    Raises:
        MisuseError: it is not an item's identifier, and could name a file anywhere.
    """
    if not _ITEM.fullmatch(item):
        message = f"{item!r} is not an item's identifier"
        raise MisuseError(message, advice="It has three letters, _ and 32 hexadecimal digits, as in ast_0123….")
    return item[4:6]


def path_of(item: str) -> str:
    """Return where an item's file is below the keyring's folder."""
    return f"{ITEMS}/{shard_of(item)}/{file_name(item)}"


def is_item_file(shard: str, name: str) -> bool:
    """Tell whether a file of a shard is an item's key."""
    item = name.removesuffix(".json")
    return name != item and _ITEM.fullmatch(item) is not None and item[4:6] == shard


def check_item_file(item: str, content: bytes) -> None:
    """Refuse a file that is not this item's wrapped key.

    Raises:
        KeyFileError: it is damaged.
    """
    _parse(item, content)


def _unwrapped(item: str, content: bytes, find: Callable[[KeyId], WorkspaceKey]) -> bytes:
    """Open an item's key with the workspace key that wraps it."""
    wrapped_by, wrapped = _parse(item, content)
    return find(wrapped_by).unwrap(item, wrapped)


def _parse(item: str, content: bytes) -> tuple[KeyId, bytes]:
    """Return which key wraps an item's key, and the wrapped key."""
    document = Document(content, name=path_of(item))
    wrapped_by = document.text("wrapped_by")
    if document.text("id") != item or not is_key_id(wrapped_by):
        document.refuse("it is another item's")
    return KeyId(wrapped_by), document.octets("key", size=_WRAPPED_BYTES)


def _render(item: str, secret: bytes, key: WorkspaceKey) -> bytes:
    """Return an item's file."""
    return render({"id": item, "wrapped_by": key.id, "key": render_octets(key.wrap(item, secret))})


def _finish_destruction(shard: GuardedFolder, item: str) -> bool:
    """Remove an item's file, whole or already overwritten; return whether there was one."""
    return os.path.lexists(shard.path) and shard.shred(file_name(item))
