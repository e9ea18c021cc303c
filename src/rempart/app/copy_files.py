"""Where copies are written: each whole or not at all, what is done noted as it is done, nothing overwritten."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from rempart.errors import MisuseError, UnavailableError
from rempart.model import AssetId
from rempart.model.ids import RecipientId
from rempart.whole_file import LEFTOVERS, settle_folder, write_new

#: What is done, a line each; the lock of whoever writes into the folder.
MANIFEST: Final = ".rempart-copies.jsonl"
_VERSION: Final = 1
#: What a full disk, or a person's share of it, is told by.
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class CopyFolder:
    """A folder that copies are written into, by one command at a time."""

    def __init__(self, folder: Path) -> None:
        """Make it, take its lock, remove half files of a command that was killed, and read what is done.

        Raises:
            MisuseError: it is no folder, or another command writes there.
            UnavailableError: it cannot be written.
        """
        self.folder = folder
        self._done: dict[tuple[str, str, str], tuple[str, int]] = {}
        self._dirty: set[Path] = set()
        with _explained():
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError) as error:
                message = f"{str(folder)!r} is no folder"
                raise MisuseError(message, advice="Name a folder: --out DIR") from error
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
            self._manifest = os.open(folder / MANIFEST, flags, 0o600)
        try:
            self._lock()
        except BaseException:
            os.close(self._manifest)
            raise
        with _explained():
            self._read_manifest()
            for part in folder.glob(f"*/{LEFTOVERS}"):
                part.unlink()

    def __enter__(self) -> Self:
        """Return the folder."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let others write there."""
        os.close(self._manifest)

    def is_done(self, asset: AssetId, recipient: RecipientId, name: str) -> bool:
        """Tell whether a copy was made and is still there, as long as it was."""
        known = self._done.get((asset, recipient, name))
        if known is None:
            return False
        try:
            return self.path_of(recipient, name).lstat().st_size == known[1]
        except OSError:
            return False

    def path_of(self, recipient: RecipientId, name: str) -> Path:
        """Return where a copy goes."""
        return self.folder / recipient / name

    def write(self, recipient: RecipientId, name: str, data: bytes) -> bool:
        """Write one copy, whole; False if something else has its place.

        Raises:
            UnavailableError: the disk does not let us; nothing half is left.
        """
        target = self.path_of(recipient, name)
        with _explained():
            if not os.path.lexists(target.parent):
                target.parent.mkdir(mode=0o700)
            if target.match(LEFTOVERS) or target.parent.is_symlink() or not target.parent.is_dir():  # nor elsewhere
                return False
            if os.path.lexists(target):
                return _holds(target, data)
            write_new(target, data, settle=False)
        self._dirty.add(target.parent)
        return True

    def note(self, asset: AssetId, recipient: RecipientId, name: str, data: bytes) -> None:
        """Note that a copy is done."""
        digest = hashlib.sha256(data).hexdigest()
        self._done[asset, recipient, name] = (digest, len(data))
        line = {"v": _VERSION, "asset": asset, "recipient": recipient, "name": name, "sha256": digest}
        with _explained():
            _write_all(self._manifest, json.dumps(line | {"bytes": len(data)}).encode("ascii") + b"\n")

    def settle(self) -> None:
        """Make sure that what was written and noted survives a power cut."""
        with _explained():
            for folder in self._dirty:
                settle_folder(folder)
            os.fsync(self._manifest)
        self._dirty.clear()

    def _lock(self) -> None:
        """Take the lock.

        Raises:
            MisuseError: another command has it, or it is no file.
            UnavailableError: the disk knows no locks.
        """
        with _explained():
            if not stat.S_ISREG(os.fstat(self._manifest).st_mode):
                message = f"{str(self.folder / MANIFEST)!r} is no file"
                raise MisuseError(message, advice="Name another folder: --out DIR")
            try:
                fcntl.flock(self._manifest, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                message = f"another command writes copies into {str(self.folder)!r}"
                raise MisuseError(message, advice="Wait for it to end, or name another folder.") from error

    def _read_manifest(self) -> None:
        """Read what is done; a line that was cut is none, and the next one begins on its own."""
        with os.fdopen(os.dup(self._manifest), "rb") as file:
            content = file.read()
        for line in content.splitlines():
            with contextlib.suppress(ValueError, KeyError, TypeError, OverflowError, RecursionError):
                row = json.loads(line)
                self._done[row["asset"], row["recipient"], row["name"]] = (str(row["sha256"]), int(row["bytes"]))
        if content and not content.endswith(b"\n"):
            _write_all(self._manifest, b"\n")


def _holds(path: Path, data: bytes) -> bool:
    """Tell whether a place holds a file of these bytes, without reading one of another size."""
    info = path.lstat()
    return stat.S_ISREG(info.st_mode) and info.st_size == len(data) and path.read_bytes() == data


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"copies cannot be written: {error.strerror or error}"
        way = "Free some space" if error.errno in _FULL else "Name a folder that can be written to: --out DIR"
        raise UnavailableError(message, advice=f"{way}, and run the command again: it goes on.") from error
