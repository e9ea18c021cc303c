"""Files of partners, held still: what is verified is what is taken, whatever becomes of the file meanwhile."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import BinaryIO, Final

from rempart.errors import IntegrityError, MisuseError, OutputError
from rempart.model.exchange import FeedFormat
from rempart.register import Statement, recognise, verify_feed
from rempart.register.exchange_lines import LINE_BYTES_MAX

#: A signature beside a file is in a file of its name and this.
SIGNATURE: Final = ".sig"
#: Our own measure: twenty million lines of ours, each with its code and label, are 2.3 GB.
FILE_BYTES_MAX: Final = 4 << 30
_CHUNK: Final = 1 << 20


def hold_feed(path: Path, folder: Path | None = None) -> BinaryIO:
    """Copy a file of a partner to a nameless one that only this account reads, and that is gone once it is closed.

    It is read twice, to verify it and to take it: whoever can write to the file could change it in between.

    Args:
        path: The file.
        folder: Where there is room for the copy; None is the system's folder of temporary files.

    Raises:
        MisuseError: it is missing, cannot be read, is no regular file, or is too large.
        OutputError: there is no room for the copy.
    """
    with _opened(path) as file:
        try:
            held = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - the caller closes it; O_TMPFILE, mode 0600
        except OSError as error:
            raise _no_room(path, error) from error
        with contextlib.ExitStack() as unless_held:
            unless_held.callback(held.close)
            _copy(file, held, path)
            unless_held.pop_all()
    return held


def _copy(file: BinaryIO, held: BinaryIO, path: Path) -> None:
    left = FILE_BYTES_MAX
    while chunk := _read(file, path):
        left -= len(chunk)
        if left < 0:
            message = f"cannot read {str(path)!r}: it has more than {FILE_BYTES_MAX} bytes"
            raise MisuseError(message, advice="Ask the partner for it in several files.")
        try:
            held.write(chunk)
        except OSError as error:
            raise _no_room(path, error) from error
    try:
        held.seek(0)  # which writes what is left in the buffer
    except OSError as error:
        raise _no_room(path, error) from error


def _read(file: BinaryIO, path: Path) -> bytes:
    try:
        return file.read(_CHUNK)
    except OSError as error:
        message = f"cannot read {str(path)!r}: {error.strerror}"
        raise MisuseError(message, advice="Name a file that exists and that you can read.") from error


def _no_room(path: Path, error: OSError) -> OutputError:
    message = f"cannot copy {str(path)!r}: {error.strerror}"
    return OutputError(message, advice="Free some space, then do it again: nothing of it was taken.")


def _opened(path: Path) -> BinaryIO:
    try:
        # Without waiting for whoever writes to a pipe.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        message = f"cannot read {str(path)!r}: {getattr(error, 'strerror', error)}"
        raise MisuseError(message, advice="Name a file that exists and that you can read.") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        message = f"cannot read {str(path)!r}: it is not a regular file"
        raise MisuseError(message, advice="Save it to a file first.")
    return os.fdopen(descriptor, "rb")


def verify_held(held: BinaryIO, path: Path, public: bytes, wanted: FeedFormat | None) -> tuple[Statement, FeedFormat]:
    """Make sure that a file is whole and signed by a key; return what the signature says, and how the file is written.

    Args:
        held: The copy that :func:`hold_feed` made. It is wound back.
        path: The file: its signature may stand beside it.
        public: The key.
        wanted: In which format it is to be read, if somebody said so.

    Raises:
        MisuseError: the signature beside it cannot be read.
        IntegrityError: it is cut, changed, not signed, by another key, or was signed as a file of another format.
    """
    statement = verify_feed(held, _beside(path), public)
    read_as = wanted or recognise(held)
    # A file of no line has no format of its own; any other means what its sender signed, and nothing else.
    if wanted is None and statement.format in set(FeedFormat) and not held.read(1):
        read_as = FeedFormat(statement.format)
    held.seek(0)
    if statement.format != read_as:
        message = f"the file was signed as {statement.format!r}, and would be read as {str(read_as)!r}"
        raise IntegrityError(message, advice="Do not say --format, or ask the partner for the file again.")
    return statement, read_as


def _beside(path: Path) -> bytes | None:
    """Return the signature that stands beside a file; None if none does."""
    signature = path.with_name(path.name + SIGNATURE)
    if not signature.exists():
        return None
    with _opened(signature) as file:
        return file.read(LINE_BYTES_MAX + 1)
