"""An index on disk: codes that several processes search, and change, at the same time.

Only whole-frame codes may be saved: codes of parts and local descriptors redraw a picture, and are kept in memory only.

A change is one batch of records at the end of the file, written and synced, then *committed* by a new state in the
second page. Whoever has the file open sees the state change and reads the new records; a process killed at any instant
leaves the state before or the state after. A removal commits first and then overwrites the code and its id where they
were; a process that finds a committed removal whose code is still there overwrites it. Writers exclude each other by
``flock``. A file whose log has grown is written anew beside the old one and put in its place; what is replaced, or cut
off, is overwritten before the disk gets it back. Codes are copied into memory, not mapped: so whoever still has the
replaced file open searches what was in it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator
from typing import Final, NoReturn

import numpy as np
import numpy.typing as npt

from rempart.detect import index_layout as layout
from rempart.detect.index_layout import RECORD, RECORD_BYTES, State
from rempart.detect.index_writing import CODE_BYTES, delete_orphans, wipe, write_all
from rempart.errors import IntegrityError
from rempart.kernels.row_checks import row_checks

_CHUNK: Final = 1 << 20

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]


class IndexFile:
    """One open index file."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open a file, check all of it, and finish a removal that was cut short.

        Raises:
            IntegrityError: it is no index, of a newer version, or damaged.
            OSError: it cannot be opened.
        """
        self.path = os.path.abspath(path)
        self._name = os.path.basename(self.path)
        self._fd = os.open(self.path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        with contextlib.ExitStack() as undo:
            undo.callback(os.close, self._fd)
            self._open()
            undo.pop_all()

    def _open(self) -> None:
        info = os.fstat(self._fd)
        if not stat.S_ISREG(info.st_mode):
            self._fail("is not a file")
        self._inode = (info.st_dev, info.st_ino)
        self.header = layout.parse_header(os.pread(self._fd, layout.PAGE, 0), self._name)
        if info.st_size < self.header.log_at:
            self._fail("is cut short")
        with self.locked(shared=True):
            self._load()
            self.state = self._committed()
            self.log = self._records(0, self.state.records)
            self.removed = self._checked()
        with self.locked():
            self._clean()

    def _clean(self) -> None:
        """Overwrite or cut off what a process that was killed left: removed codes, and what was never committed."""
        if self._unerased():
            self._erase(self._unerased())
        end = self.header.log_at + self._committed().records * RECORD_BYTES
        if os.fstat(self._fd).st_size > end:
            self._cut(end)
        delete_orphans(self.path)

    def _cut(self, end: int) -> None:
        """Cut the file off, after overwriting what is beyond."""
        wipe(self._fd, end)
        os.ftruncate(self._fd, end)

    def _load(self) -> None:
        """Read codes, ids and checksums."""
        header, count = self.header, self.header.rows
        self.rows: U64 = np.empty((count, 4), np.uint64)
        self.ids: I64 = np.empty(count, np.int64)
        self._checks: U64 = np.empty(count, np.uint64)
        for part, at in ((self.rows, layout.CODES_AT), (self.ids, header.ids_at), (self._checks, header.checks_at)):
            self._read_into(part, at)

    def _read_into(self, part: npt.NDArray[np.generic], at: int) -> None:
        left = part.reshape(-1).view(np.uint8).data
        while left:  # one call reads at most 2 GiB
            got = os.preadv(self._fd, [left], at)
            if not got:
                self._fail("is cut short")
            left, at = left[got:], at + got

    @property
    def descriptor(self) -> int:
        """Return the open file."""
        return self._fd

    def close(self) -> None:
        """Let go of the file; the arrays stay."""
        os.close(self._fd)

    def _fail(self, how: str) -> NoReturn:
        message = f"the index {self._name} {how}"
        raise IntegrityError(message, advice=layout.ADVICE)

    @contextlib.contextmanager
    def locked(self, *, shared: bool = False) -> Iterator[None]:
        """Keep other writers out, or with ``shared`` let other readers in."""
        fcntl.flock(self._fd, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def is_current(self) -> bool:
        """Tell whether this is still the file at its path: it is not after it was written anew."""
        try:
            info = os.stat(self.path, follow_symlinks=False)
        except FileNotFoundError:
            self._fail("is gone")
        return (info.st_dev, info.st_ino) == self._inode

    def has_changed(self) -> bool:
        """Tell whether something was committed since the last look. Takes no lock: a torn read counts as a change."""
        return self._state_seen() != self.state

    def _state_seen(self) -> State | None:
        page = os.pread(self._fd, layout.STATE_STEP * 2, layout.STATES_AT)
        return layout.parse_states(page, self.header.seed)

    def _committed(self) -> State:
        """Return the state, under a lock."""
        state = self._state_seen()
        if state is None:
            self._fail("has a damaged state")
        if self.header.log_at + state.records * RECORD_BYTES > os.fstat(self._fd).st_size:
            self._fail("is cut short")
        return state

    def _records(self, first: int, end: int) -> U64:
        """Return records of the log as ``(K, 7) uint64``, checked."""
        size = (end - first) * RECORD_BYTES
        data = os.pread(self._fd, size, self.header.log_at + first * RECORD_BYTES) if size else b""
        while len(data) < size:  # one call reads at most 2 GiB
            more = os.pread(self._fd, size - len(data), self.header.log_at + first * RECORD_BYTES + len(data))
            if not more:
                self._fail("is cut short")
            data += more
        found = np.frombuffer(data, RECORD)
        words = np.array(found["words"], np.uint64, order="C").reshape(-1, 7)
        wrong = row_checks(words, self.header.seed ^ 1, first) != found["check"]
        if np.any(wrong & words.any(axis=1)):
            self._fail("has a damaged record")
        return words

    def _checked(self) -> I64:
        """Return the rows that the log removed, after checking every row and every erased record."""
        removed, erased = self._removals()
        columns = np.empty((min(_CHUNK, len(self.ids)), 5), np.uint64)
        wrong: list[I64] = []
        for begin in range(0, len(self.ids), _CHUNK):
            some = slice(begin, begin + _CHUNK)
            part = columns[: len(self.ids[some])]
            part[:, :4], part[:, 4] = self.rows[some], self.ids[some].view(np.uint64)
            bad = row_checks(part, self.header.seed, begin) != self._checks[some]
            wrong.append(np.flatnonzero(bad) + begin)
        if len(np.setdiff1d(np.concatenate([np.empty(0, np.int64), *wrong]), removed)):
            self._fail("has a damaged row")
        empty = np.flatnonzero(~self.log.any(axis=1))
        if len(np.setdiff1d(empty, erased)):
            self._fail("has a damaged record")
        return removed

    def _removals(self) -> tuple[I64, I64]:
        """Return the rows and the records of the log that it removes.

        Raises:
            IntegrityError: a record removes what is not there, or is of no known kind.
        """
        kinds, numbers = self.log[:, 0], self.log[:, 1]
        rows = numbers[kinds == layout.REMOVE_ROW]
        records = numbers[kinds == layout.REMOVE_RECORD]
        if np.any(rows >= len(self.ids)) or np.any(records >= len(self.log)) or np.any(kinds > layout.REMOVE_RECORD):
            self._fail("has a record that means nothing")
        return np.unique(rows.astype(np.int64)), np.unique(records.astype(np.int64))

    def added(self, log: U64) -> tuple[I64, U64]:
        """Return the ids and the codes that records of the log add."""
        chosen = log[log[:, 0] == layout.ADD]
        return np.ascontiguousarray(chosen[:, 2]).view(np.int64), np.ascontiguousarray(chosen[:, 3:])

    def follow(self) -> tuple[I64, I64, U64]:
        """Read what was committed since the last look. Call it under a lock.

        Returns:
            gone: ids that were removed: to be taken out first.
            ids: ids that were added and are still there.
            rows: ``(K, 4) uint64`` their codes.
        """
        before = len(self.log)
        self.state = self._committed()
        if self.state.records < before:
            self._fail("went back in time")
        new = self._records(before, self.state.records)
        known_rows, (_, known_records) = self.removed, self._removals()
        self.log = np.concatenate([self.log, new])
        self.removed, records = self._removals()
        more = np.setdiff1d(records, known_records)
        gone = [self.ids[np.setdiff1d(self.removed, known_rows)], self.log[more[more < before], 2].view(np.int64)]
        self.log[records] = 0
        self.rows[self.removed] = 0
        return np.concatenate(gone), *self.added(self.log[before:])

    def append(self, words: U64) -> None:
        """Write records and commit them: all or none. Call it under the lock, after :meth:`follow`."""
        record = np.zeros(len(words), RECORD)
        record["words"] = words
        record["check"] = row_checks(words, self.header.seed ^ 1, len(self.log))
        end = self.header.log_at + len(self.log) * RECORD_BYTES
        if os.fstat(self._fd).st_size > end:
            self._cut(end)  # what a killed process left uncommitted
        write_all(self._fd, record.tobytes(), end)
        os.fdatasync(self._fd)
        state = State(sequence=self.state.sequence + 1, records=len(self.log) + len(words))
        os.pwrite(self._fd, layout.state_bytes(state, self.header.seed), layout.state_at(state.sequence))
        os.fdatasync(self._fd)
        self.state, self.log = state, np.concatenate([self.log, words])

    def remove(self, ids: I64) -> int:
        """Remove codes by id: commit, then overwrite. Call it under the lock. Returns how many were there."""
        rows = np.setdiff1d(np.flatnonzero(np.isin(self.ids, ids)), self.removed)
        _, gone = self._removals()
        is_add = (self.log[:, 0] == layout.ADD) & np.isin(self.log[:, 2].view(np.int64), ids)
        records = np.setdiff1d(np.flatnonzero(is_add), gone)
        words = np.zeros((len(rows) + len(records), 7), np.uint64)
        words[: len(rows), 0], words[len(rows) :, 0] = layout.REMOVE_ROW, layout.REMOVE_RECORD
        words[:, 1] = np.concatenate([rows, records])
        if len(words):
            self.append(words)
            self.removed = np.union1d(self.removed, rows)
            self._erase([(layout.REMOVE_ROW, int(r)) for r in rows] + [(layout.REMOVE_RECORD, int(r)) for r in records])
        return len(words)

    def _unerased(self) -> list[tuple[int, int]]:
        """Return what was removed and can still be read: a process was killed in between."""
        rows, records = self._removals()
        left = [(layout.REMOVE_ROW, int(r)) for r in rows if self._is_left(int(r))]
        return left + [(layout.REMOVE_RECORD, int(r)) for r in records if self.log[r].any()]

    def _is_left(self, row: int) -> bool:
        """Tell whether anything of a row was in the file when it was opened."""
        return bool(self.rows[row].any() or self._checks[row] or self.ids[row])

    def _erase(self, removed: list[tuple[int, int]]) -> None:
        """Overwrite codes, their ids, checksums and records with zeros in the file, and the codes and records here."""
        for kind, number in removed:
            if kind == layout.REMOVE_ROW:
                os.pwrite(self._fd, bytes(CODE_BYTES), layout.CODES_AT + number * CODE_BYTES)
                os.pwrite(self._fd, bytes(8), self.header.ids_at + number * 8)
                os.pwrite(self._fd, bytes(8), self.header.checks_at + number * 8)
                self.rows[number] = 0
            else:
                os.pwrite(self._fd, bytes(RECORD_BYTES), self.header.log_at + number * RECORD_BYTES)
                self.log[number] = 0
        os.fdatasync(self._fd)
