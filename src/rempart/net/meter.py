"""Count what one fetch costs, and stop it at its limits: bytes, heads, silence, time, rate."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from rempart.clock import monotonic_s
from rempart.errors import FetchError
from rempart.model.web import NotFetchedReason
from rempart.net.interface import FetchLimits

#: What is read at once before the type of the answer is accepted: the rest of a body is not taken from the system.
SNIFF_BYTES: Final = 4_096
_CHUNK_BYTES: Final = 65_536
#: A connection that begins slowly may still become quick.
_RATE_GRACE_S: Final = 10.0
_RATIO_FREE_BYTES: Final = 65_536


class Meter:
    """What one fetch has cost until now."""

    def __init__(self, limits: FetchLimits, clock: Callable[[], float] = monotonic_s) -> None:
        """Begin to count.

        Args:
            limits: Of this fetch.
            clock: Seconds, never going back.
        """
        self.limits = limits
        self.wire_bytes = 0
        self._clock = clock
        self._until = clock() + limits.total_s
        self._head_bytes: int | None = 0
        self._first_byte_at: float | None = None
        self._first_byte_count = 0
        self._size = SNIFF_BYTES

    def begin_head(self) -> None:
        """Expect the head of an answer: what comes now counts for it."""
        self._head_bytes = 0
        self._first_byte_at = None
        self._size = SNIFF_BYTES

    def end_head(self) -> None:
        """Expect its body."""
        self._head_bytes = None

    def accept_body(self) -> None:
        """Read on in large pieces: the type of the answer is one that was asked for."""
        self._size = _CHUNK_BYTES

    def sniff(self, size: int) -> None:
        """Read some bytes more, and not beyond: the type of the answer is not known yet."""
        self._size = size

    def read_size(self, wanted: int) -> int:
        """Return how much to take from the system at once."""
        return min(wanted, self._size)

    def exclude(self, waited_s: float) -> None:
        """Not count a wait of our own: for a host's turn, which has its own limit."""
        self._until += waited_s

    def left_s(self, wanted_s: float) -> float:
        """Return how long to wait: what was wanted, within what is left of the whole.

        Raises:
            FetchError: nothing is left.
        """
        left = self._until - self._clock()
        if left <= 0:
            raise FetchError(NotFetchedReason.TOTAL_TIME, f"{self.limits.total_s:g} s")
        return min(left, wanted_s)

    def why_timeout(self, waited: NotFetchedReason, waited_s: float) -> FetchError:
        """Say which limit a wait ran into: its own, or that of the whole."""
        if self._clock() >= self._until:
            return FetchError(NotFetchedReason.TOTAL_TIME, f"{self.limits.total_s:g} s")
        return FetchError(waited, f"{waited_s:g} s")

    def take(self, size: int) -> None:
        """Count bytes that came.

        Raises:
            FetchError: they are too many, or too slow.
        """
        limits = self.limits
        now = self._clock()
        self.wire_bytes += size
        if self._first_byte_at is None:
            self._first_byte_at, self._first_byte_count = now, self.wire_bytes
        if self._head_bytes is not None:
            self._head_bytes += size
            # The last piece of a head may hold the beginning of its body.
            if self._head_bytes > limits.header_bytes + SNIFF_BYTES:
                raise FetchError(NotFetchedReason.HEADERS, f"> {limits.header_bytes} bytes")
        if self.wire_bytes > limits.wire_bytes:
            raise FetchError(NotFetchedReason.TOO_MANY_BYTES, f"> {limits.wire_bytes} bytes")
        if now >= self._until:
            raise FetchError(NotFetchedReason.TOTAL_TIME, f"{limits.total_s:g} s")
        elapsed = now - self._first_byte_at
        if elapsed > _RATE_GRACE_S and (self.wire_bytes - self._first_byte_count) < limits.bytes_per_s * elapsed:
            raise FetchError(NotFetchedReason.TOO_SLOW, f"< {limits.bytes_per_s} bytes a second")

    def check_decoded(self, decoded: int, encoded: int) -> None:
        """Judge a body as it is decompressed.

        Raises:
            FetchError: it is too large, or expands too much.
        """
        if decoded > self.limits.decoded_bytes:
            raise FetchError(NotFetchedReason.TOO_MANY_BYTES, f"> {self.limits.decoded_bytes} bytes decompressed")
        if decoded > _RATIO_FREE_BYTES and decoded > self.limits.ratio * encoded:
            raise FetchError(NotFetchedReason.BOMB, f"> {self.limits.ratio} times")


#: The meter of the fetch that this thread or task is doing: connections outlive a fetch, meters do not.
current: ContextVar[Meter] = ContextVar("rempart_net_meter")
