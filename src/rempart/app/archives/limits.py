"""How much one archive may cost, and the count that is kept of it while it is read.

One count is shared by an archive and all the archives in it, so that bombs that nest add up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rempart.errors import ArchiveError
from rempart.model import UnreadableReason

#: Headers of the formats, WARC's and HTTP's: ours, far above what writers make.
HEADER_BYTES_MAX: Final = 64 * 1024
HEADER_LINES_MAX: Final = 256
#: Linux's PATH_MAX; the gate judges no more of a name at each of its ends.
NAME_BYTES_MAX: Final = 4096
#: What an archive may expand to whatever its size: a few blank pictures compress a thousand times.
FREE_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """What one archive of the pile may cost; see docs/settings.md, ``archives``."""

    max_members: int = 10_000_000
    """Entries, at every depth together."""
    max_depth: int = 3
    """Archives around a member."""
    max_ratio: int = 200
    """Decompressed bytes by compressed byte, beyond the first MiB."""
    max_total_bytes: int = 2**40
    """Decompressed bytes, at every depth together."""
    max_member_bytes: int = 256 * 1024 * 1024
    """Bytes of one member that is given to a decoder, or of one archive that must be held to be read."""


class Budget:
    """What was spent so far on one archive of the pile."""

    def __init__(self, limits: ArchiveLimits, size: int) -> None:
        """Start with nothing spent on a file of ``size`` bytes."""
        self.limits = limits
        self._size = size
        self._members = 0
        self._taken = 0
        self._given = 0

    def count_member(self) -> None:
        """Note one more entry.

        Raises:
            ArchiveError: it is one too many, or too much was expanded already.
        """
        self._members += 1
        if self._members > self.limits.max_members:
            raise ArchiveError(UnreadableReason.TOO_MANY_MEMBERS, f"> {self.limits.max_members}")
        self._check_total()

    def take(self, count: int) -> None:
        """Note bytes that were read from the disk; what is read a second time does not count twice."""
        self._taken = min(self._size, self._taken + count)

    def give(self, count: int) -> None:
        """Note bytes that came out of a decompressor, or of a zip as they were.

        Raises:
            ArchiveError: they are too many, for what was read or at all.
        """
        self._given += count
        self._check_total()
        if self._given > FREE_BYTES + self.limits.max_ratio * self._taken:
            raise ArchiveError(UnreadableReason.BOMB, f"{self._given} / {self._taken} > {self.limits.max_ratio}")

    def check_member(self, given: int, taken: int) -> None:
        """Compare what came out of one member with what went in: one that expands too much loses itself only.

        Raises:
            ArchiveError: it expands too much.
        """
        if given > FREE_BYTES + self.limits.max_ratio * taken:
            detail = f"{given} / {taken} > {self.limits.max_ratio}"
            raise ArchiveError(UnreadableReason.BOMB, detail, of_member=True)

    def _check_total(self) -> None:
        if self._given > self.limits.max_total_bytes:
            raise ArchiveError(UnreadableReason.TOO_MANY_BYTES, f"> {self.limits.max_total_bytes}")
