"""What our witness cosigned, one small file a log: on the disk before it answers, and never back.

Files of its own, apart from the workspace's database and its backups: a database that goes back in time must not let
the witness cosign a second story. Lost, they are not made again in silence: :meth:`FileStates.open` refuses.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rempart.app.log_memory import replace_durably
from rempart.errors import IntegrityError, MisuseError, UnavailableError
from rempart.evidence.notes import check_key_name
from rempart.evidence.witnessing import NOTHING_WITNESSED, WitnessedState

_VERSION: Final = 1
_BYTES_MAX: Final = 4_096
#: Locked by whoever writes; it holds the witness's name.
_LOCK: Final = "witness"


class FileStates:
    """States in a folder; several processes may share it."""

    def __init__(self, folder: Path, name: str) -> None:
        """Use a folder that was made: see :meth:`make` and :meth:`open`."""
        self._folder = folder
        #: The witness's own: it stays, whatever name its association's log goes on under.
        self.name = name

    @classmethod
    def make(cls, folder: Path, name: str) -> FileStates:
        """Make the folder of a witness that never cosigned anything.

        Raises:
            MisuseError: it is there already, cannot be made, or no key can have the name.
        """
        check_key_name(name)
        try:
            folder.mkdir(mode=0o700)
            replace_durably(folder / _LOCK, f"{name}\n".encode())
        except OSError as error:
            message = f"the witness's folder cannot be made in {folder}: {error.strerror}"
            raise MisuseError(
                message, advice="If it is there already, serve from it: rempart log witness serve"
            ) from error
        return cls(folder, name)

    @classmethod
    def open(cls, folder: Path) -> FileStates:
        """Use the folder of a witness that was begun.

        Raises:
            MisuseError: there is none.
        """
        try:
            with (folder / _LOCK).open("rb") as file:
                name = file.read(_BYTES_MAX).decode().removesuffix("\n")
        except (OSError, UnicodeDecodeError) as error:
            message = f"no witness was begun in {folder}"
            advice = (
                "Begin one: rempart log witness begin. If there was one, what it cosigned is lost: restore the folder, "
                "or begin one under another name."
            )
            raise MisuseError(message, advice=advice) from error
        return cls(folder, name)

    def latest(self, origin: str) -> WitnessedState:
        """Return the largest state of a log that was cosigned.

        Raises:
            IntegrityError: its file is damaged.
            UnavailableError: it cannot be read.
        """
        try:
            with self._path(origin).open("rb") as file:
                content = file.read(_BYTES_MAX)
        except FileNotFoundError:
            return NOTHING_WITNESSED
        except OSError as error:
            message = f"what the witness cosigned cannot be read: {error.strerror}"
            raise UnavailableError(message) from error
        return _parse(content, origin)

    def advance(self, origin: str, before: WitnessedState, after: WitnessedState) -> bool:
        """Keep a new state if the latest is still ``before``, in one step; return whether it was.

        Raises:
            UnavailableError: it cannot be written: nothing may be signed.
        """
        with self._locked():
            if self.latest(origin) != before:
                return False
            if after != before:
                said = {"v": _VERSION, "origin": origin, "size": after.size, "root": after.root.hex()}
                replace_durably(self._path(origin), f"{json.dumps(said)}\n".encode())
        return True

    def _path(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.json"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            descriptor = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            message = f"the witness's folder cannot be used: {error.strerror}"
            raise UnavailableError(message) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _parse(content: bytes, origin: str) -> WitnessedState:
    try:
        read = json.loads(content)
        found = {(_VERSION, origin): read}[read["v"], read["origin"]]
        return WitnessedState(size=int(found["size"]), root=bytes.fromhex(found["root"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = "what the witness cosigned of a log is damaged"
        raise IntegrityError(
            message, advice="Restore the folder of the witness; it cosigns that log no more."
        ) from error
