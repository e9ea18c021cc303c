"""Rebuild a keyring from the files of a backup and the recovery code."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from rempart.errors import KeyFileError
from rempart.keys.folder import LIMIT_BYTES, GuardedFolder, new_folder
from rempart.keys.interface import KeyId
from rempart.keys.item_keys import ITEMS, check_item_file, is_item_file
from rempart.keys.live import save_key
from rempart.keys.passphrase import Passphrase
from rempart.keys.recovery import RECORD, RECOVERY, Recovery, RecoveryRecord, age_name, open_key
from rempart.keys.recovery_code import RecoveryCode
from rempart.keys.ring import RING, Ring
from rempart.keys.workspace_key import WorkspaceKey

logger = logging.getLogger(__name__)

_ITEM_PATH = re.compile(rf"{ITEMS}/([0-9a-f]{{2}})/([a-z0-9_]+\.json)", re.ASCII)
_AGE_PATH = re.compile(rf"{RECOVERY}/(wk_[0-9a-f]{{16}})\.age", re.ASCII)


def restore(
    folder: Path, files: Mapping[str, bytes], code: RecoveryCode, passphrase: str | None, now: dt.datetime
) -> None:
    """Write a keyring in a new folder.

    1. Names and sizes are checked before anything is written: a backup comes from outside.
    2. The code opens every live workspace key, which must be the one that it is named after.
    3. Everything is written beside the folder's place, then put there at once.

    Args:
        folder: Where; must not exist, or be empty.
        files: Path below the keyring's folder, and content, as ``export_for_backup`` gave them.
        code: From the sheet.
        passphrase: What protects the keys from now on; None for the files' permissions only.
        now: The present instant: restoring is also a drill.

    Raises:
        KeyFileError: the backup is not whole or not ours, the code does not open it, or the folder is taken.
    """
    _refuse_unknown(files)  # (1)
    ring = Ring.parse(_file(files, RING), name=RING).without_destroying()
    record = RecoveryRecord.parse(_file(files, RECORD), name=RECORD)
    if code.recipient != record.recipient:
        message = "the recovery code is not the one of this backup"
        raise KeyFileError(message, advice=f"Its sheet was made on {record.created_at:%Y-%m-%d}; find that one.")
    keys = [_opened(code, files, key) for key in ring.live]  # (2)
    holder = None if passphrase is None else Passphrase(None, known=passphrase)
    created_at = {entry.id: entry.created_at for entry in ring.entries}
    with new_folder(folder) as unfinished:  # (3)
        recovery = Recovery(unfinished)
        recovery.save(replace(record, last_drill_at=now))
        for key in keys:
            recovery.keep(key)
            save_key(unfinished, key, created_at[key.id], holder)
        _write_items(unfinished, files)
        unfinished.write(RING, ring.render())
    logger.info("keyring restored: %d workspace keys, %d files", len(keys), len(files))


def _refuse_unknown(files: Mapping[str, bytes]) -> None:
    """Refuse a file that no backup of ours holds, before its name is used."""
    for path, content in files.items():
        item = _ITEM_PATH.fullmatch(path)
        if item is not None and is_item_file(item[1], item[2]):
            check_item_file(item[2].removesuffix(".json"), content)
        elif path not in {RING, RECORD} and not _AGE_PATH.fullmatch(path):
            message = f"{path!r} is not a file of a keyring's backup"
            raise KeyFileError(message, advice="Nothing was written. Use a backup that Rempart made.")
        if len(content) > LIMIT_BYTES:
            message = f"{path} is larger than {LIMIT_BYTES} bytes"
            raise KeyFileError(message, advice="Nothing was written. Use another backup.")


def _file(files: Mapping[str, bytes], path: str) -> bytes:
    """Return a file that a backup must hold."""
    if path not in files:
        message = f"the backup lacks {path}"
        raise KeyFileError(message, advice="Nothing was written. Use another backup.")
    return files[path]


def _opened(code: RecoveryCode, files: Mapping[str, bytes], key_id: KeyId) -> WorkspaceKey:
    """Open one workspace key of a backup."""
    path = f"{RECOVERY}/{age_name(key_id)}"
    key = WorkspaceKey(open_key(code, _file(files, path), name=path))
    if key.id != key_id:
        message = f"{path} holds another key than the one it is named after"
        raise KeyFileError(message, advice="Nothing was written. The backup was changed: use another one.")
    return key


def _write_items(folder: GuardedFolder, files: Mapping[str, bytes]) -> None:
    """Write the wrapped keys of items."""
    items = folder.below(ITEMS)
    items.make()
    for path, content in files.items():
        if item := _ITEM_PATH.fullmatch(path):
            shard = items.below(item[1])
            shard.make()
            shard.write(item[2], content)
