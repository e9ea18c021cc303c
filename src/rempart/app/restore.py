"""Make a workspace again from a backup and the recovery sheet, in another folder, all of it or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rempart import clock
from rempart.app.backup import EVIDENCE_NAME, FORMAT, MANIFEST, copy_stream
from rempart.app.sealing import KeyringSealer
from rempart.app.unfinished import sweep_unfinished, unfinished_path
from rempart.app.workspace import (
    DATABASE_FILE,
    KEYS_FOLDER,
    VAULT_FOLDER,
    Workspace,
    WorkspaceNote,
    address_to_keep,
    require_free,
    workspace_folder,
    write_note,
)
from rempart.config import Settings
from rempart.errors import IntegrityError, MisuseError, WorkspaceError
from rempart.keys import Keyring, Protection, RecoveryCode, decrypt_backup
from rempart.model.work import AccessPurpose, EventKind
from rempart.store import Database, DatabaseLocation, WorkspaceRepository, read_snapshot, require_current, upgrade

_KEY_FILE_LIMIT_BYTES: Final = 65_536
_KEY_NAME: Final = re.compile(r"keys/((?:[a-z0-9_]+/){0,2}[a-z0-9_]+\.(?:json|age))")
_VAULT_NAME: Final = re.compile(rf"{VAULT_FOLDER}/([0-9a-f]{{2}}/ast_[0-9a-f]{{32}}\.sealed)")
_PACKED: Final = "backup.tar"
#: Recipients that may have been added between a backup and the loss that it is put back for.
_NUMBERS_LEFT_OUT: Final = 10_000
#: So many more at most, drawn: whoever was added after one restoration of a backup has not the number, and so the code,
#: of whoever is added after another of the same.
_NUMBERS_DRAWN: Final = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was made again."""

    folder: Path
    """Where the workspace is."""
    workspace: str
    """Which one."""
    made_at: str
    """When the backup was made, ISO 8601: what was withdrawn since is registered again."""
    assets: int
    """How many assets it has."""


def restore(
    settings: Settings,
    source: Path,
    code: RecoveryCode,
    *,
    database_url: str = "",
    passphrase: str | None = None,
    without_passphrase: bool = False,
) -> Restored:
    """Restore a backup.

    1. It is decrypted beside the folder's place, where nobody else can enter.
    2. Each file of it is checked by name before it is written; nothing is written elsewhere.
    3. The code rebuilds the keys, which must open the database.
    4. The database is upgraded if it is older, or copied into an empty one of PostgreSQL.
    5. The folder gets its name.

    Raises:
        MisuseError: the backup cannot be read, or the folder is taken.
        KeyFileError: the code does not open it.
        IntegrityError: it is damaged.
        WorkspaceError: it is of a newer version, or the database is not empty.
    """
    folder, url = workspace_folder(settings), database_url or settings.database.url
    kept_url = address_to_keep(database_url, url)
    require_free(folder)
    building, is_ours = unfinished_path(folder), False
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep_unfinished(folder)
        building.mkdir(mode=0o700)
        is_ours = True
        _decrypt(source, code, building / _PACKED)  # (1)
        manifest, keys = _unpack(building)  # (2)
        if manifest.get("protection") == Protection.PASSPHRASE and passphrase is None and not without_passphrase:
            message = "the keys of this workspace were protected by a passphrase"
            raise MisuseError(message, advice="Choose: --passphrase asks for a new one, --no-passphrase does without.")
        now = clock.utc_now()
        keyring = Keyring.restore(building / KEYS_FOLDER, keys, code, passphrase=passphrase, now=now)  # (3)
        note = WorkspaceNote(id=str(manifest["workspace"]), database=kept_url)
        write_note(building, note)
        database = _open_database(building, url, settings, note, keyring)  # (4)
        with Workspace(building, note, database, keyring, settings) as workspace:
            me = workspace.me
            detail: dict[str, str | int] = {"made_at": str(manifest["made_at"])}
            workspace.journal.note(EventKind.BACKUP_RESTORED, note.id, actor=me.id, now=now, detail=detail)
            workspace.journal.opened(AccessPurpose.RESTORE, note.id, actor=me.id, now=now)
            # Recipients added since the backup have copies with the numbers that come next.
            left_out = _NUMBERS_LEFT_OUT + secrets.randbelow(_NUMBERS_DRAWN)
            workspace.recipients.burn(left_out, by=me.id, now=now)
            count = workspace.assets.count()
        building.rename(folder)  # (5)
    except OSError as error:
        message = f"cannot restore into {folder}: {error.strerror or error}"
        raise MisuseError(message, advice="Name a folder that you can write, on a disk with room.") from error
    finally:
        if is_ours and building.exists():
            shutil.rmtree(building)
    return Restored(folder=folder, workspace=note.id, made_at=str(manifest["made_at"]), assets=count)


def _decrypt(source: Path, code: RecoveryCode, target: Path) -> None:
    try:
        reader = source.open("rb")
    except OSError as error:
        message = f"cannot read the backup {str(source)!r}: {error.strerror}"
        raise MisuseError(message, advice="Check its name and its permissions.") from error
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with reader, os.fdopen(descriptor, "wb") as writer:
        decrypt_backup(code, reader, writer)


def _unpack(building: Path) -> tuple[Mapping[str, object], dict[str, bytes]]:
    """Write the database and the vault, and return what the backup says of itself and the keyring's files."""
    manifest: Mapping[str, object] = {}
    keys: dict[str, bytes] = {}
    (building / VAULT_FOLDER).mkdir(mode=0o700)
    try:
        with tarfile.open(building / _PACKED, "r:") as tar:
            for info in tar:
                manifest = _take(tar, info, building, keys) or manifest
    except (tarfile.TarError, ValueError, EOFError) as error:
        message = "the backup is damaged"
        raise IntegrityError(message, advice="Use another backup. Nothing was restored.") from error
    (building / _PACKED).unlink()
    database = building / DATABASE_FILE
    if not manifest or not database.exists():
        message = "the backup is not whole"
        raise IntegrityError(message, advice="Use another backup. Nothing was restored.")
    with database.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != manifest.get("database_sha256"):
        message = "the database in the backup is damaged"
        raise IntegrityError(message, advice="Use another backup. Nothing was restored.")
    return manifest, keys


def _take(
    tar: tarfile.TarFile, info: tarfile.TarInfo, building: Path, keys: dict[str, bytes]
) -> Mapping[str, object] | None:
    """Take one file of the backup; a backup comes from outside, so only the names that ours have are written."""
    content = tar.extractfile(info) if info.isreg() else None
    key, original = _KEY_NAME.fullmatch(info.name), _VAULT_NAME.fullmatch(info.name)
    if content is None:
        message = f"the backup holds {info.name!r}, which is no file"
        raise IntegrityError(message, advice="Use a backup that Rempart made. Nothing was restored.")
    if info.name == MANIFEST:
        return _manifest(content.read(_KEY_FILE_LIMIT_BYTES))
    if info.name == DATABASE_FILE:
        copy_stream(content, building / DATABASE_FILE)  # type: ignore[arg-type]  # a reader, as tarfile types it
    elif key and info.size <= _KEY_FILE_LIMIT_BYTES:
        keys[key[1]] = content.read()
    elif original:
        path = building / VAULT_FOLDER / original[1]
        path.parent.mkdir(mode=0o700, exist_ok=True)
        copy_stream(content, path)  # type: ignore[arg-type]  # as above
    elif EVIDENCE_NAME.fullmatch(info.name):
        path = building / info.name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy_stream(content, path)  # type: ignore[arg-type]  # as above
    else:
        message = f"the backup holds {info.name!r}, which no backup of Rempart has"
        raise IntegrityError(message, advice="Use a backup that Rempart made. Nothing was restored.")
    return None


def _manifest(text: bytes) -> Mapping[str, object]:
    manifest = json.loads(text)
    if not isinstance(manifest, dict) or not {"v", "workspace", "made_at", "database_sha256"} <= set(manifest):
        message = "the backup's manifest is damaged"
        raise IntegrityError(message, advice="Use another backup. Nothing was restored.")
    if manifest["v"] != FORMAT:
        message = f"the backup is of version {manifest['v']!r}, which this version of Rempart does not know"
        raise WorkspaceError(message, advice="Install the newer version.")
    return manifest


def _open_database(building: Path, url: str, settings: Settings, note: WorkspaceNote, keyring: Keyring) -> Database:
    """Open the restored database, in its file or copied into an empty one elsewhere, and prove that the keys fit."""
    file = building / DATABASE_FILE
    database = Database(DatabaseLocation.parse(str(file)), patience_s=settings.database.patience_s)
    upgrade(database)
    WorkspaceRepository(database, KeyringSealer(keyring)).require(note.id)
    if not url:
        return database
    database.close()
    elsewhere = Database(DatabaseLocation.parse(url), patience_s=settings.database.patience_s)
    upgrade(elsewhere)
    require_current(elsewhere)
    if elsewhere.execute("SELECT 1 FROM workspace"):
        message = f"the database {elsewhere.location.in_words()} already belongs to a workspace"
        raise WorkspaceError(message, advice="Restore into an empty database.")
    read_snapshot(elsewhere, file)
    for name in (DATABASE_FILE, f"{DATABASE_FILE}-wal", f"{DATABASE_FILE}-shm"):
        (building / name).unlink(missing_ok=True)
    return elsewhere
