"""Writing an index file whole, and letting nothing of what it replaces be read on the disk."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.detect import index_layout as layout
from rempart.detect.index_layout import Header, State
from rempart.kernels.row_checks import row_checks

CODE_BYTES: Final = 32
_CHUNK: Final = 1 << 20
_NEW: Final = ".new"

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]


def write_all(fd: int, data: bytes | memoryview, at: int) -> None:
    """Write every byte: one call may write fewer."""
    view = memoryview(data)
    while view:
        done = os.pwrite(fd, view, at)
        view, at = view[done:], at + done


def wipe(fd: int, begin: int) -> None:
    """Overwrite a file with zeros from a place to its end, and sync it."""
    zeros = bytes(_CHUNK)
    for at in range(begin, size := os.fstat(fd).st_size, _CHUNK):
        write_all(fd, zeros[: size - at], at)
    os.fdatasync(fd)


def write_index(
    path: str | os.PathLike[str],
    rows: U64,
    ids: I64,
    order: npt.NDArray[np.int64],
    radius_bits: int,
    *,
    locked_fd: int | None = None,
) -> None:
    """Write a whole file beside its place, sync it, and put it in its place: it is never half-written.

    1. The new file is written and synced.
    2. What it replaces gets a second name, which :func:`delete_orphans` knows.
    3. The new file gets the name; whoever is killed here leaves what was replaced to the next who opens it.
    4. What was replaced is overwritten, and deleted.

    Args:
        path: Where; a file already there is replaced.
        rows: ``(N, 4) uint64`` reordered whole-frame codes.
        ids: ``(N,) int64``.
        order: ``(256,)`` the order of the bits.
        radius_bits: The radius that tables will be built for.
        locked_fd: The file at the path, if the caller has it open and locked.
    """
    path = os.path.abspath(path)
    delete_orphans(path)
    header = Header(rows=len(ids), seed=secrets.randbits(64), radius_bits=radius_bits, order=order)
    fd, temporary = _new_beside(path)
    is_placed = False
    try:
        _write_sections(fd, header, rows, ids)  # (1)
        os.fsync(fd)
        with _replaced(path, locked_fd):
            os.rename(temporary, path)  # (3)
            is_placed = True
    finally:
        if not is_placed:
            wipe(fd, 0)
            os.unlink(temporary)
        os.close(fd)
    folder = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _new_beside(path: str) -> tuple[int, str]:
    """Create a file that only its owner can read, and lock it, which tells it from what a killed process left."""
    while True:
        temporary = f"{path}.{secrets.token_hex(8)}{_NEW}"
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        if os.fstat(fd).st_nlink:  # nobody took it for an orphan before it was locked
            return fd, temporary
        os.close(fd)


@contextlib.contextmanager
def _replaced(path: str, locked_fd: int | None) -> Iterator[None]:
    """Overwrite and delete the index that is replaced at a path meanwhile, if there is one."""
    fd = os.dup(locked_fd) if locked_fd is not None else _locked_at(path)
    if fd is None:
        yield
        return
    other = f"{path}.{secrets.token_hex(8)}{_NEW}"
    try:
        with contextlib.suppress(OSError):  # where files have one name only
            os.link(path, other, follow_symlinks=False)  # (2)
        try:
            yield
            wipe(fd, layout.CODES_AT)  # (4) not its states: whoever has it open still reads them
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(other)
    finally:
        os.close(fd)


def _locked_at(path: str) -> int | None:
    """Open and lock the index at a path; None if there is none, or something else."""
    while True:
        try:
            fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            return None
        info = os.fstat(fd)
        if not stat.S_ISREG(info.st_mode) or os.pread(fd, len(layout.MAGIC), 0) != layout.MAGIC:
            os.close(fd)
            return None
        fcntl.flock(fd, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(info, os.stat(path, follow_symlinks=False)):
                return fd
        os.close(fd)


def delete_orphans(path: str) -> None:
    """Overwrite and delete what killed processes left beside a file: codes that may since be removed.

    Only what has a name that :func:`_new_beside` gives, and is this account's.
    """
    folder, name = os.path.split(path)
    ours = re.compile(re.escape(name) + r"\.[0-9a-f]{16}" + re.escape(_NEW))
    for other in os.listdir(folder):
        if not ours.fullmatch(other):
            continue
        with contextlib.suppress(OSError):  # locked, or gone already
            fd = os.open(os.path.join(folder, other), os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                _delete_orphan(fd, os.path.join(folder, other), path)
            finally:
                os.close(fd)


def _delete_orphan(fd: int, orphan: str, path: str) -> None:
    info = os.fstat(fd)
    if not stat.S_ISREG(info.st_mode) or info.st_uid != os.geteuid():
        return
    is_index = False
    with contextlib.suppress(FileNotFoundError):
        is_index = os.path.samestat(info, os.stat(path, follow_symlinks=False))
    if not is_index:  # a second name of the index itself: its replacement was cut short before it was replaced
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        wipe(fd, 0)
    os.unlink(orphan)


def _write_sections(fd: int, header: Header, rows: U64, ids: I64) -> None:
    os.ftruncate(fd, header.log_at)
    write_all(fd, layout.header_page(header), 0)
    for sequence in (0, 1):
        state = State(sequence=sequence, records=0)
        write_all(fd, layout.state_bytes(state, header.seed), layout.state_at(sequence))
    for begin in range(0, len(ids), _CHUNK):
        some = slice(begin, begin + _CHUNK)
        columns = np.column_stack([rows[some], ids[some].view(np.uint64)])
        checks = row_checks(np.ascontiguousarray(columns), header.seed, begin)
        write_all(fd, np.ascontiguousarray(rows[some]).tobytes(), layout.CODES_AT + begin * CODE_BYTES)
        write_all(fd, np.ascontiguousarray(ids[some]).tobytes(), header.ids_at + begin * 8)
        write_all(fd, checks.tobytes(), header.checks_at + begin * 8)
