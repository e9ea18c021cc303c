"""Files that hold secrets: ours, 0600, never a link, replaced whole, and overwritten before they go.

Every operation opens the folder, checks what it opened, and works below that descriptor: a folder that is exchanged
meanwhile is not followed. Whoever writes holds the lock.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from rempart.errors import KeyFileError, UnavailableError

#: Group and others: nothing.
PRIVATE = 0o077
#: Larger than anything that this room writes.
LIMIT_BYTES = 64 * 1024
#: What a file is called until it is whole; a killed process may leave one, and the next writer overwrites it.
UNFINISHED = ".new"

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OVERWRITE = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_LOCK = os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class GuardedFolder:
    """One folder of secrets."""

    __slots__ = ("path",)

    def __init__(self, path: Path) -> None:
        """Name the folder; nothing is opened yet."""
        self.path = Path(os.path.abspath(path))

    def below(self, name: str) -> GuardedFolder:
        """Return a folder inside this one."""
        return GuardedFolder(self.path / name)

    def make(self) -> None:
        """Make the folder, unless it is there.

        Raises:
            UnavailableError: it cannot be made.
        """
        with _writing(self.path):
            try:
                os.mkdir(self.path, 0o700)
            except FileExistsError:
                return
            _sync_folder(self.path.parent)

    def find(self, name: str) -> bytes | None:
        """Return a file's content; None if there is no such file.

        Raises:
            KeyFileError: it cannot be trusted or read.
        """
        with self._opened() as folder:
            try:
                descriptor = os.open(name, _READ, dir_fd=folder)
            except FileNotFoundError:
                return None
            except OSError as error:
                raise _unreadable(self.path / name, error) from error
            return read_checked(descriptor, self.path / name)

    def read(self, name: str) -> bytes:
        """Return a file's content.

        Raises:
            KeyFileError: it is missing, or cannot be trusted or read.
        """
        content = self.find(name)
        if content is None:
            raise _missing(self.path / name)
        return content

    def names(self) -> list[str]:
        """Return the names in the folder, sorted; none if there is no folder."""
        if not os.path.lexists(self.path):
            return []
        with self._opened() as folder:
            return sorted(os.listdir(folder))

    def write(self, name: str, content: bytes, *, overwrite_old: bool = False) -> None:
        """Replace a file at once: its old content is there, or the new one, whenever the process dies.

        Args:
            name: The file's name.
            content: All of it.
            overwrite_old: Also overwrite the blocks of the file that is replaced.

        Raises:
            UnavailableError: the disk is full, or does not let itself be written. The old file is still there.
        """
        path, unfinished = self.path / name, name + UNFINISHED
        with self._opened() as folder, _writing(path), contextlib.ExitStack() as stack:
            _shred(folder, unfinished)
            old = _open_old(stack, folder, name) if overwrite_old else None
            descriptor = os.open(unfinished, _CREATE, 0o600, dir_fd=folder)
            try:
                _fill(descriptor, content)
            except OSError:
                os.unlink(unfinished, dir_fd=folder)
                raise
            os.replace(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
            if old is not None:
                _overwrite(old)

    def shred(self, name: str) -> bool:
        """Overwrite a file, remove it, and what a killed process left of it; return whether there was one.

        NOTE: solid-state disks, copy-on-write file systems and backups keep older blocks: what was in the file must
        also be useless without another key.
        """
        with self._opened() as folder, _writing(self.path / name):
            left = _shred(folder, name + UNFINISHED)
            return _shred(folder, name) or left

    @contextlib.contextmanager
    def locked(self, *, shared: bool = False) -> Iterator[None]:
        """Keep other processes, and other threads, from writing; waits for them.

        Args:
            shared: Let others read meanwhile.

        Raises:
            KeyFileError: the folder or its lock cannot be trusted.
        """
        with self._opened() as folder:
            try:
                descriptor = os.open("lock", _LOCK, 0o600, dir_fd=folder)
            except OSError as error:
                raise _unreadable(self.path / "lock", error) from error
            try:
                check(os.fstat(descriptor), self.path / "lock", folder=False)
                fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
                yield
            finally:
                os.close(descriptor)

    @contextlib.contextmanager
    def _opened(self) -> Iterator[int]:
        """Open the folder itself, and check it."""
        try:
            descriptor = os.open(self.path, _FOLDER)
        except OSError as error:
            raise _unreadable(self.path, error) from error
        try:
            check(os.fstat(descriptor), self.path, folder=True)
            yield descriptor
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[GuardedFolder]:
    """Fill a folder beside its place, and put it there once it is whole.

    A process that is killed leaves no folder, or the whole one.

    Raises:
        KeyFileError: something is already there.
        UnavailableError: it cannot be made.
    """
    path = Path(os.path.abspath(path))
    _refuse_existing(path)
    folder = GuardedFolder(path.with_name(f".{path.name}.{secrets.token_hex(8)}"))
    folder.make()
    try:
        yield folder
        with _writing(path):
            _move(folder.path, path)
            _sync_folder(path.parent)
    finally:
        if os.path.lexists(folder.path):
            _shred_tree(folder)


def read_checked(
    descriptor: int,
    path: Path,
    *,
    owners: frozenset[int] | None = None,
    forbidden: int = PRIVATE,
) -> bytes:
    """Read an open file that must be private and small, and close it.

    Args:
        descriptor: The file, just opened without following a link.
        path: Its name, for messages.
        owners: Who may own it; only us if None.
        forbidden: The permission bits that it must not have.

    Raises:
        KeyFileError: it is not a file, not ours, open to others, or too large.
    """
    try:
        check(os.fstat(descriptor), path, folder=False, owners=owners, forbidden=forbidden)
        content = os.read(descriptor, LIMIT_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, error) from error
    finally:
        os.close(descriptor)
    if len(content) > LIMIT_BYTES:
        message = f"{path} is larger than {LIMIT_BYTES} bytes"
        raise KeyFileError(message, advice="It is not a file of Rempart. Put the right one back from a backup.")
    return content


def check(
    found: os.stat_result,
    path: Path,
    *,
    folder: bool,
    owners: frozenset[int] | None = None,
    forbidden: int = PRIVATE,
) -> None:
    """Refuse what others could have written or read.

    Raises:
        KeyFileError: it is of another kind, not ours, or open to others.
    """
    if folder != stat.S_ISDIR(found.st_mode) or not (folder or stat.S_ISREG(found.st_mode)):
        message = f"{path} is not a {'folder' if folder else 'regular file'}"
        raise KeyFileError(message, advice="Look at what took its place, and put the right one back from a backup.")
    if found.st_uid not in (owners or {os.geteuid()}):
        message = f"{path} belongs to user {found.st_uid}, not to user {os.geteuid()} who runs Rempart"
        raise KeyFileError(message, advice=f"Run Rempart as its owner, or: chown {os.geteuid()} {path}")
    if found.st_mode & forbidden:
        message = f"{path} is open to others (mode {stat.S_IMODE(found.st_mode):04o})"
        advice = f"Close it: chmod {'700' if folder else '600'} {path}. "
        advice += "If others use this machine, rotate the keys, or change the password in it."
        raise KeyFileError(message, advice=advice)


def _fill(descriptor: int, content: bytes) -> None:
    """Write a whole new file down to the disk, and close it."""
    try:
        os.fchmod(descriptor, 0o600)
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open_old(stack: contextlib.ExitStack, folder: int, name: str) -> int | None:
    """Open the file that is going to be replaced, to overwrite it once nobody finds it."""
    try:
        descriptor = os.open(name, _OVERWRITE, dir_fd=folder)
    except FileNotFoundError:
        return None
    stack.callback(os.close, descriptor)
    return descriptor


def _overwrite(descriptor: int) -> None:
    """Put zeros over an open file's content."""
    os.pwrite(descriptor, bytes(os.fstat(descriptor).st_size), 0)
    os.fsync(descriptor)


def _shred(folder: int, name: str) -> bool:
    """Overwrite and remove one file of an open folder; return whether there was one."""
    try:
        descriptor = os.open(name, _OVERWRITE, dir_fd=folder)
    except FileNotFoundError:
        return False
    try:
        _overwrite(descriptor)
    finally:
        os.close(descriptor)
    os.unlink(name, dir_fd=folder)
    os.fsync(folder)
    return True


def _shred_tree(folder: GuardedFolder) -> None:
    """Remove a folder that was never put in its place."""
    for name in folder.names():
        if os.path.isdir(folder.path / name):
            _shred_tree(folder.below(name))
        else:
            folder.shred(name)
    os.rmdir(folder.path)


def _sync_folder(path: Path) -> None:
    """Make what a folder names survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _move(source: Path, target: Path) -> None:
    """Put a folder in its place, which must be free or an empty folder."""
    try:
        os.rename(source, target)
    except (FileExistsError, NotADirectoryError):
        _refuse_existing(target)
        raise
    except OSError as error:
        if error.errno == errno.ENOTEMPTY:
            _refuse_existing(target)
        raise


def _refuse_existing(path: Path) -> None:
    """Refuse to write keys where anything is."""
    if os.path.islink(path) or (os.path.lexists(path) and (not os.path.isdir(path) or os.listdir(path))):
        message = f"{path} already exists and is not an empty folder"
        raise KeyFileError(message, advice="Nothing was changed: keys are never written over. Name another folder.")


def _missing(path: Path) -> KeyFileError:
    """Return the error for a file that should be there."""
    return KeyFileError(f"{path} is missing", advice="Put it back from a backup, or restore with the recovery sheet.")


def _unreadable(path: Path, error: OSError) -> KeyFileError:
    """Return the error for a file that cannot be opened."""
    if error.errno == errno.ENOENT:
        return _missing(path)
    if os.path.islink(path):
        return KeyFileError(f"{path} is a link", advice="Links to keys are not followed: name the real place.")
    return KeyFileError(f"{path} cannot be read: {error.strerror}", advice="Check who owns it and what it is.")


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Say in one sentence what could not be written."""
    try:
        yield
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise UnavailableError(
            message, advice="What was there before is unchanged. Check the disk, then try again."
        ) from error
