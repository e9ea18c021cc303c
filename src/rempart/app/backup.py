"""One file that holds a whole workspace, encrypted to its recovery sheet, and a workspace made again from it.

Inside the encryption (``age -d`` with the code of the sheet opens it) is a tar: ``manifest.json`` first, then the
files of the keyring that do not open by themselves, the database as one file of SQLite, the vault, and the evidence.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, Final

from rempart import __version__, clock
from rempart.app.unfinished import sweep_unfinished, unfinished_path
from rempart.app.workspace import DATABASE_FILE, EVIDENCE_FOLDER, VAULT_FOLDER, Workspace
from rempart.errors import OutputError
from rempart.keys import encrypt_backup
from rempart.model.work import AccessPurpose, EventKind
from rempart.store import require_current, write_snapshot

#: Raised when an older Rempart could not read a backup.
FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
#: Folder of the database's copy while a backup is made.
COPY: Final = "backup"
#: What a backup has of evidence.
EVIDENCE_NAME: Final = re.compile(
    rf"{EVIDENCE_FOLDER}/(cas_[0-9a-f]{{32}})/"
    r"(evd_[0-9a-f]{32}(?:\.[0-9]{3}\.sealed|/(?:[a-z]{1,20}/)?[A-Za-z0-9][A-Za-z0-9._-]{0,79}))"
)
_CHUNK_BYTES: Final = 1 << 20


def backup(workspace: Workspace, target: Path) -> int:
    """Write a backup, and return its size in bytes.

    The target appears when it is whole; what was withdrawn before is not in it.

    Raises:
        OutputError: it cannot be written.
        UnavailableError: the database does not answer.
    """
    if workspace.database.vendor != "sqlite":  # rows are copied table by table, as this version knows them
        require_current(workspace.database)
    me, now = workspace.me, clock.utc_now()
    workspace.journal.opened(AccessPurpose.BACKUP, workspace.id, actor=me.id, now=now)
    unfinished, copy = unfinished_path(target), unfinished_path(workspace.folder / COPY)
    try:
        sweep_unfinished(target)
        sweep_unfinished(workspace.folder / COPY)
        copy.mkdir(mode=0o700)
        write_snapshot(workspace.database, copy / DATABASE_FILE)
        _write(workspace, copy / DATABASE_FILE, unfinished)
        os.rename(unfinished, target)
    except OSError as error:
        message = f"the backup {str(target)!r} cannot be written: {error.strerror or error}"
        raise OutputError(message, advice="Free some space or name another file; no backup was made.") from error
    finally:
        shutil.rmtree(copy, ignore_errors=True)
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
    size = target.stat().st_size
    detail: dict[str, str | int] = {"bytes": size}
    workspace.journal.note(EventKind.BACKUP_MADE, workspace.id, actor=me.id, now=now, detail=detail)
    return size


def _write(workspace: Workspace, snapshot: Path, unfinished: Path) -> None:
    """Let a thread pack while this one encrypts: nothing is on the disk in between."""
    recipient = workspace.keyring.status().recovery_recipient
    reading, writing = os.pipe()

    def pack() -> None:
        with os.fdopen(writing, "wb") as pipe:
            _pack(workspace, snapshot, pipe)

    descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with (
        ThreadPoolExecutor(max_workers=1) as pool,
        os.fdopen(descriptor, "wb") as file,
        os.fdopen(reading, "rb") as pipe,  # closed first: a packer that nobody reads from ends
    ):
        packing = pool.submit(pack)
        encrypt_backup(recipient, pipe, file)
        file.flush()
        os.fsync(descriptor)
        packing.result()


def _pack(workspace: Workspace, snapshot: Path, pipe: BinaryIO) -> None:
    keys = workspace.keyring.export_for_backup()
    manifest = {
        "v": FORMAT,
        "workspace": workspace.id,
        "made_at": clock.utc_now().isoformat(),
        "rempart": __version__,
        "protection": str(workspace.keyring.status().protection),
        "database_sha256": _digest(snapshot),
    }
    with tarfile.open(fileobj=pipe, mode="w|") as tar:
        _add(tar, MANIFEST, json.dumps(manifest).encode("ascii"))
        for name, content in sorted(keys.items()):
            _add(tar, f"keys/{name}", content)
        tar.add(snapshot, DATABASE_FILE, filter=_plain)
        for path in _originals(workspace.vault):
            with contextlib.suppress(FileNotFoundError):  # withdrawn meanwhile
                tar.add(path, f"{VAULT_FOLDER}/{path.relative_to(workspace.vault)}", filter=_plain)
        for path in _evidence(workspace.folder):
            with contextlib.suppress(FileNotFoundError):  # erased meanwhile
                tar.add(path, str(path.relative_to(workspace.folder)), filter=_plain)


def _originals(vault: Path) -> Iterator[Path]:
    return (path for path in sorted(vault.rglob("*.sealed")) if path.is_file())


def _evidence(folder: Path) -> Iterator[Path]:
    """Return the files of packages, and what is not a package yet; not what lies open, nor what is half-built."""
    found = sorted((folder / EVIDENCE_FOLDER).rglob("*"))
    return (path for path in found if EVIDENCE_NAME.fullmatch(str(path.relative_to(folder))) and path.is_file())


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))


def _plain(info: tarfile.TarInfo) -> tarfile.TarInfo:
    """Keep who made the backup, and when, out of it."""
    info.uid = info.gid = info.mtime = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_stream(source: BinaryIO, target: Path) -> None:
    """Write a stream to a new file that only this account can read."""
    descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(source, file, _CHUNK_BYTES)
        file.flush()
        os.fsync(descriptor)
