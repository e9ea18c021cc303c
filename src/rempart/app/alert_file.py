"""Append alerts to a private file of JSON Lines: one line in one write, on the disk before it is called done."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rempart.errors import OutputError

_FLAGS: Final = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_MODE: Final = 0o600
_ADVICE: Final = "Set alerts.lines_file to a file of yours, in a folder of yours; its folder must exist."


def append_line(path: Path, line: bytes) -> None:
    """Append one line; a reader never sees half of one followed by another.

    Args:
        path: Where; made if it is not there.
        line: Without its end.

    Raises:
        OutputError: it is a link, no file, another user's, or cannot take the whole line.
    """
    with _opened(path) as descriptor:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)  # other workers; it ends with the descriptor
            size = os.fstat(descriptor).st_size
            # What a full disk or a power cut left of a line ends where it is: it does not spoil ours.
            is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            whole = (b"\n" if is_torn else b"") + line + b"\n"
            if os.write(descriptor, whole) != len(whole):
                os.ftruncate(descriptor, size)
                message = f"an alert was not written whole to {path}: the disk is full"
                raise OutputError(message, advice="Free some space: it is tried again.")
            os.fsync(descriptor)
        except OSError as error:
            message = f"an alert cannot be written to {path}: {error.strerror}"
            raise OutputError(message, advice=_ADVICE) from error


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open the file for appending, readable by nobody else.

    Raises:
        OutputError: it is a link, no file, or another user's.
    """
    try:
        descriptor = os.open(path, _FLAGS, _MODE)
    except OSError as error:
        reason = "it is a link" if os.path.islink(path) else error.strerror
        message = f"the file of alerts {path} cannot be opened: {reason}"
        raise OutputError(message, advice=_ADVICE) from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_nlink > 1:
            message = f"the file of alerts {path} is not a file of yours alone"
            raise OutputError(message, advice=_ADVICE)
        if stat.S_IMODE(found.st_mode) != _MODE:
            os.fchmod(descriptor, _MODE)
        yield descriptor
    finally:
        os.close(descriptor)
