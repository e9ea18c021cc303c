"""How an index file is laid out, byte by byte, and the reading of its first page, which trusts nothing.

::

    0       header: magic, version, byte order, rows, seed, radius, order of the bits, digest
    4096    two states, 512 bytes apart, written in turn: sequence, records of the log, digest
    8192    codes   (N, 4) uint64, reordered      } each section starts on a page
            ids     (N,) int64                    }
            checks  (N,) uint64                   }
            log     records of 64 bytes, appended

Tables are not in the file. They would spell the codes again, so that a removed code could be read from the buckets it
was in; and rebuilding them costs no more time than checking them.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.errors import IntegrityError

MAGIC: Final = b"RMPRTIDX"
VERSION: Final = 1
PAGE: Final = 4096
STATES_AT: Final = PAGE
STATE_STEP: Final = 512
CODES_AT: Final = 2 * PAGE
ROWS_MAX: Final = (1 << 31) - 1

_BYTE_ORDER: Final = 0x01020304
_HEADER: Final = struct.Struct("<8sIIQQI256s")
_STATE: Final = struct.Struct("<QQ")
_DIGEST_BYTES: Final = 32

#: What a record of the log does.
ADD: Final = 1
REMOVE_ROW: Final = 2
REMOVE_RECORD: Final = 3
#: ``words`` are the record's kind, the row or record that it removes, its id, and four words of a code.
RECORD: Final = np.dtype([("words", "<u8", 7), ("check", "<u8")])
RECORD_BYTES: Final = RECORD.itemsize

ADVICE: Final = "Delete the file: it is made anew from the workspace's database."


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The first page."""

    rows: int
    seed: int
    radius_bits: int
    order: npt.NDArray[np.int64]

    @property
    def ids_at(self) -> int:
        """Return where the ids begin."""
        return CODES_AT + _paged(self.rows * 32)

    @property
    def checks_at(self) -> int:
        """Return where the checksums begin."""
        return self.ids_at + _paged(self.rows * 8)

    @property
    def log_at(self) -> int:
        """Return where the log begins."""
        return self.checks_at + _paged(self.rows * 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Up to where the log counts."""

    sequence: int
    records: int


def _paged(size: int) -> int:
    """Return the size rounded up to whole pages."""
    return -(-size // PAGE) * PAGE


def header_page(header: Header) -> bytes:
    """Return the first page."""
    order = header.order.astype(np.uint8).tobytes()
    fields = _HEADER.pack(MAGIC, VERSION, _BYTE_ORDER, header.rows, header.seed, header.radius_bits, order)
    body = fields.ljust(PAGE - _DIGEST_BYTES, b"\0")
    return body + hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest()


def parse_header(page: bytes, name: str) -> Header:
    """Read the first page.

    Raises:
        IntegrityError: it is another kind of file, of a newer version, or damaged.
    """
    if len(page) < PAGE or page[:8] != MAGIC:
        message = f"{name} is not an index of Rempart's"
        raise IntegrityError(message, advice=ADVICE)
    _, version, byte_order, rows, seed, radius_bits, order = _HEADER.unpack_from(page)
    if version > VERSION:
        message = f"{name} has version {version}, and this Rempart reads up to {VERSION}"
        raise IntegrityError(message, advice="Use the Rempart that wrote it, or a newer one.")
    digest = hashlib.blake2b(page[:-_DIGEST_BYTES], digest_size=_DIGEST_BYTES).digest()
    places = np.frombuffer(order, np.uint8).astype(np.int64)
    if (
        version != VERSION
        or byte_order != _BYTE_ORDER
        or digest != page[-_DIGEST_BYTES:]
        or rows > ROWS_MAX
        or not np.array_equal(np.sort(places), np.arange(len(places)))
    ):
        message = f"the first page of {name} is damaged"
        raise IntegrityError(message, advice=ADVICE)
    return Header(rows=rows, seed=seed, radius_bits=radius_bits, order=places)


def state_bytes(state: State, seed: int) -> bytes:
    """Return one state, sealed for this file."""
    fields = _STATE.pack(state.sequence, state.records)
    return fields + hashlib.blake2b(fields, digest_size=_DIGEST_BYTES, key=seed.to_bytes(8, "little")).digest()


def parse_states(page: bytes, seed: int) -> State | None:
    """Return the newer of the two states, or None if either is damaged: the other may be out of date."""
    found = []
    for at in (0, STATE_STEP):
        sequence, records = _STATE.unpack_from(page, at)
        state = State(sequence=sequence, records=records)
        if page[at : at + _STATE.size + _DIGEST_BYTES] != state_bytes(state, seed):
            return None
        found.append(state)
    return max(found, key=lambda s: s.sequence)


def state_at(sequence: int) -> int:
    """Return where the state of this sequence number is written: not over the one before."""
    return STATES_AT + STATE_STEP * (sequence % 2)
