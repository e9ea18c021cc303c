"""Replace the workspace key while everything goes on working: begin, rewrap, finish; each may be killed and resumed."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator

from rempart.errors import KeyFileError
from rempart.keys.folder import UNFINISHED
from rempart.keys.interface import KeyId
from rempart.keys.item_keys import ItemKeys
from rempart.keys.live import LiveKeys, Snapshot, file_name
from rempart.keys.recovery import Recovery
from rempart.keys.workspace_key import WorkspaceKey

logger = logging.getLogger(__name__)


def begin(live: LiveKeys, recovery: Recovery, now: dt.datetime) -> KeyId:
    """Let a new key seal from now on; the others only open.

    The key and its recovery file are whole before ``ring.json`` names it.
    """
    with live.changing() as snapshot:
        key = WorkspaceKey.generate()
        recovery.keep(key)
        live.save_key(key, now, live.protection())
        live.save_ring(snapshot.ring.with_current(key.id, now))
    logger.info("rotation begun: %s seals", key.id)
    return key.id


def rewrap(live: LiveKeys, items: ItemKeys) -> Iterator[str]:
    """Wrap every item's key with the current key, one at a time; gives the items that were not."""
    for item in items.items():
        if items.rewrap(item):
            yield item
    logger.info("items rewrapped under %s", live.fresh().current.id)


def finish(live: LiveKeys, recovery: Recovery, items: ItemKeys, sealed_by: Iterable[KeyId]) -> tuple[KeyId, ...]:
    """Destroy the retiring keys, and return them.

    Raises:
        KeyFileError: an item's key or a sealed value still needs one of them; nothing is destroyed.
    """
    with live.changing() as snapshot:
        retiring = snapshot.ring.retiring
        _refuse_needed(retiring, items, sealed_by)
        given_up = live.save_ring(snapshot.ring.without_retiring()) if retiring else snapshot
        destroyed = destroy(live, recovery, given_up)
    logger.info("rotation finished: %d keys destroyed", len(destroyed))
    return destroyed


def clean(live: LiveKeys, recovery: Recovery) -> None:
    """Remove what a killed process left: keys that it had begun to destroy, files that it had not finished."""
    if live.fresh().ring.destroying or _unfinished(live):
        with live.changing() as snapshot:
            destroy(live, recovery, snapshot)
            for name in _unfinished(live):
                live.folder.shred(name)


def destroy(live: LiveKeys, recovery: Recovery, snapshot: Snapshot) -> tuple[KeyId, ...]:
    """Overwrite and remove the files of the keys that ``ring.json`` gives up, then forget them."""
    destroying = snapshot.ring.destroying
    for key in destroying:
        recovery.forget(key)
        live.folder.shred(file_name(key))
    if destroying:
        live.save_ring(snapshot.ring.without_destroying())
    return destroying


def _unfinished(live: LiveKeys) -> list[str]:
    """Return the files that were being written; under the lock, nobody is writing them any more."""
    return [name for name in live.folder.names() if name.endswith(UNFINISHED)]


def _refuse_needed(retiring: tuple[KeyId, ...], items: ItemKeys, sealed_by: Iterable[KeyId]) -> None:
    """Refuse to destroy a key that something still needs."""
    for item in items.items():
        wrapped_by = items.wrapped_by(item)
        if wrapped_by in retiring:
            message = f"the key of {item} is still wrapped by {wrapped_by}"
            raise KeyFileError(message, advice="Rewrap the items, then finish the rotation.")
    for key in sealed_by:
        if key in retiring:
            message = f"a value is still sealed by {key}"
            raise KeyFileError(message, advice="Seal every value again, then finish the rotation.")
