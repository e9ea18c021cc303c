"""Hold fetched media behind a descriptor without a file: never on a disk, sealed once they are whole."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import Self

from rempart.errors import SandboxError
from rempart.model.web import MemoryFile


class MemoryWriter:
    """Takes bytes, and gives them up sealed or forgets them."""

    def __init__(self) -> None:
        """Begin.

        Raises:
            SandboxError: this system has no memory behind a descriptor, or no descriptor is left.
        """
        if sys.platform != "linux":
            message = "media from the web need Linux (memfd_create)"
            raise SandboxError(message)
        try:
            self._descriptor = os.memfd_create("rempart", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        except OSError as error:
            message = f"cannot hold media in memory: {error.strerror}"
            raise SandboxError(message, advice="Raise the limit on descriptors (ulimit -n).") from error
        self._size = 0

    def write(self, data: bytes | bytearray) -> None:
        """Add bytes.

        Raises:
            SandboxError: no memory is left.
        """
        remaining = memoryview(data)
        self._size += len(data)
        try:
            while remaining:
                remaining = remaining[os.write(self._descriptor, remaining) :]
        except OSError as error:
            message = f"cannot hold media in memory: {error.strerror}"
            raise SandboxError(message, advice="Free some memory, or lower net.media_bytes.") from error

    def seal(self) -> MemoryFile:
        """Return the bytes; nobody can change them any more."""
        import fcntl  # noqa: PLC0415 - POSIX only

        seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL
        fcntl.fcntl(self._descriptor, fcntl.F_ADD_SEALS, seals)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        descriptor, self._descriptor = self._descriptor, -1
        return MemoryFile(descriptor, self._size)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget the bytes, unless they were sealed and given up."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
