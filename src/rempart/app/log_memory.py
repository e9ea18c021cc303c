"""What this machine remembers of the log it signed, outside the database: a backup that is restored is behind it.

One small file in the workspace's folder, in no backup. It is on the disk before anything is signed, so that a database
that went back in time is noticed by the machine that signed with it, even where no witness answers.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from rempart.errors import IntegrityError, UnavailableError
from rempart.model.log import Checkpoint

MEMORY_FILE: Final = "log.signed"
_VERSION: Final = 1
_BYTES_MAX: Final = 4_096


def recall(folder: Path) -> Checkpoint | None:
    """Return the last state that was signed here; None if none was.

    Raises:
        IntegrityError: the file is damaged.
        UnavailableError: it cannot be read.
    """
    try:
        with (folder / MEMORY_FILE).open("rb") as file:
            content = file.read(_BYTES_MAX)
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"what was signed of the log cannot be read: {error.strerror}"
        raise UnavailableError(message) from error
    try:
        found = json.loads(content)
        known = {_VERSION: found}[found["v"]]
        return Checkpoint(origin=str(known["origin"]), size=int(known["size"]), root=bytes.fromhex(known["root"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = f"{MEMORY_FILE} is damaged: what was signed of the log is not known"
        advice = "Remove it, then ask the witnesses before anything is signed: rempart log witness ask"
        raise IntegrityError(message, advice=advice) from error


def remember_signed(folder: Path, checkpoint: Checkpoint) -> None:
    """Keep the last state that is signed here; on the disk when this returns.

    Raises:
        UnavailableError: it cannot be written: nothing may be signed.
    """
    text = json.dumps(
        {"v": _VERSION, "origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex()}
    )
    replace_durably(folder / MEMORY_FILE, f"{text}\n".encode())


def replace_durably(path: Path, content: bytes) -> None:
    """Replace a file's content, or leave the old one; on the disk when this returns.

    Raises:
        UnavailableError: it cannot be written.
    """
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        descriptor = os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        unfinished.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        message = f"{path.name} cannot be written: {error.strerror}"
        raise UnavailableError(message, advice="Nothing was signed. Free some space, then try again.") from error
