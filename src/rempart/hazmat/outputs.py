"""Memory that a worker may write into, and nothing more of it than it was given: how encoded copies come back.

Its size is sealed before it is handed over: a captured worker can neither make it grow, which would fill the machine,
nor shrink it under the reader. It may write until it ends, so the parent takes a copy and looks at that alone.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sys
from collections.abc import Iterator

from rempart.errors import SandboxError


def open_output(size: int) -> int:
    """Return a descriptor of so many zero bytes, in the parent; they take room as they are written.

    Raises:
        SandboxError: the machine has no such memory, or no descriptor is left.
    """
    if sys.platform != "linux":
        message = "what a sandbox writes needs Linux (memfd_create)"
        raise SandboxError(message, advice="Make copies on a Linux machine.")
    import fcntl  # noqa: PLC0415 - POSIX only

    try:
        descriptor = os.memfd_create("rempart", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    except OSError as error:
        message = f"no memory for what a sandbox writes: {error.strerror}"
        raise SandboxError(message, advice="Raise the limit on descriptors (ulimit -n).") from error
    try:
        os.ftruncate(descriptor, size)
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    except OSError as error:
        os.close(descriptor)
        message = f"no memory for what a sandbox writes: {error.strerror}"
        raise SandboxError(message, advice="Free some memory.") from error
    return descriptor


def read_output(descriptor: int, offset: int, size: int) -> bytes:
    """Copy what a worker wrote, in the parent, whatever it goes on writing.

    Raises:
        ValueError: there is not so much: the record that names the place is a lie.
    """
    if not 0 <= offset <= offset + size <= os.fstat(descriptor).st_size:
        message = f"an output has no {size} bytes at {offset}"
        raise ValueError(message)
    data = os.pread(descriptor, size, offset)
    while len(data) < size and (part := os.pread(descriptor, size - len(data), offset + len(data))):
        data += part
    return data


@contextlib.contextmanager
def writable(descriptor: int) -> Iterator[memoryview]:
    """Give a task its output, in a worker: mapped, since a worker may write to no file."""
    with mmap.mmap(descriptor, 0) as mapped, memoryview(mapped) as view:
        yield view
