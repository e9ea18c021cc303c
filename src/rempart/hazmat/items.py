"""Open a media item without being fooled: the worker gets a descriptor, never a path."""

from __future__ import annotations

import errno
import os
import stat
import sys

from rempart.errors import SandboxError
from rempart.model import MediaBytes, MediaFile, MediaItem, MediaMemory, Unreadable, UnreadableReason

_REASONS = {
    errno.ENOENT: UnreadableReason.MISSING,
    errno.ENOTDIR: UnreadableReason.MISSING,
    errno.EACCES: UnreadableReason.FORBIDDEN,
    errno.EPERM: UnreadableReason.FORBIDDEN,
    errno.ELOOP: UnreadableReason.LINK_LOOP,
    errno.ENXIO: UnreadableReason.NOT_A_FILE,
}


def open_item(item: MediaItem) -> int | Unreadable:
    """Open an item for reading.

    Returns:
        A descriptor that the caller closes, or why there is none.

    Raises:
        SandboxError: this process has no descriptor left, or the item's own descriptor is not sealed.
    """
    match item:
        case MediaBytes():
            return _in_memory(item.data)
        case MediaMemory():
            return _handed_on(item.memory.fileno())
        case MediaFile():
            return _from_disk(item)


def _from_disk(item: MediaFile) -> int | Unreadable:
    """Open a regular file.

    Its path is looked at before it is opened (opening a pipe waits, opening a device acts) and again after, because it
    may have been exchanged in between.
    """
    try:
        if not stat.S_ISREG(item.path.stat().st_mode):
            return Unreadable(reason=UnreadableReason.NOT_A_FILE)
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        descriptor = os.open(item.path, flags if item.may_be_link else flags | os.O_NOFOLLOW)
    except OSError as error:
        return why_unreadable(error)
    except ValueError:  # a NUL in the path
        return Unreadable(reason=UnreadableReason.MISSING)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    return Unreadable(reason=UnreadableReason.NOT_A_FILE)


def why_unreadable(error: OSError) -> Unreadable:
    """Say what an operating system's refusal means for an item.

    Raises:
        SandboxError: it is not the item's fault: no descriptor is left.
    """
    if error.errno in {errno.EMFILE, errno.ENFILE}:
        message = f"cannot open more files: {error.strerror}"
        raise SandboxError(message, advice="Raise the limit (ulimit -n) or lower hazmat.workers.") from error
    reason = _REASONS.get(error.errno or 0, UnreadableReason.IO)
    detail = error.strerror or "" if reason is UnreadableReason.IO else ""
    return Unreadable(reason=reason, detail=detail)


def _in_memory(data: bytes) -> int:
    """Put bytes behind a descriptor without a file: sealed, so that nobody changes them afterwards."""
    if sys.platform != "linux":
        message = "media from memory needs Linux (memfd_create)"
        raise SandboxError(message, advice="Save the item to a file and name that file.")
    import fcntl  # noqa: PLC0415 - POSIX only

    try:
        descriptor = os.memfd_create("rempart", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        remaining = memoryview(data)
        while remaining:
            remaining = remaining[os.write(descriptor, remaining) :]
    except OSError as error:
        message = f"cannot hold media in memory: {error.strerror}"
        advice = "Raise the limit on descriptors (ulimit -n), or free some memory."
        raise SandboxError(message, advice=advice) from error
    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _handed_on(descriptor: int) -> int | Unreadable:
    """Copy a descriptor of sealed memory: no byte of it is.

    Raises:
        SandboxError: what is behind it could still be changed while it is read, or no descriptor is left.
    """
    import fcntl  # noqa: PLC0415 - POSIX only

    wanted = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK
    try:
        copied = os.dup(descriptor)
    except OSError as error:
        return why_unreadable(error)
    # Asked of the copy, which nobody else can close. A file of a disk has no seals at all (fcntl(2): EINVAL).
    try:
        seals = fcntl.fcntl(copied, fcntl.F_GET_SEALS)
    except OSError:
        seals = 0
    if seals & wanted == wanted:
        return copied
    os.close(copied)
    message = "media in memory go into the sandbox sealed, and these are not"
    raise SandboxError(message)


def bytes_in_memory(item: MediaItem) -> int:
    """Return how much memory an item keeps until it is answered; none, if it is a file."""
    match item:
        case MediaBytes():
            return len(item.data)
        case MediaMemory():
            return item.memory.size_bytes
        case MediaFile():
            return 0
