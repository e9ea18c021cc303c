"""What a watch is doing, on stderr while somebody looks: counts of the visit so far."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.status import Status

    from rempart.app.watching import Watch


class WatchProgress:
    """A line that follows a watch's tally."""

    def __init__(self, watch: Watch) -> None:
        """Prepare; nothing is drawn where nobody looks."""
        self._watch = watch
        self._status: Status | None = None
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        """Start drawing if stderr is a terminal."""
        if sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415 - for terminals only

            self._status = Console(stderr=True).status("watching")
            self._status.start()
            threading.Thread(target=self._follow, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the line away."""
        self._stop.set()
        if self._status:
            self._status.stop()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Take the line away while something is printed, on this terminal or on the one where results go."""
        if self._status:
            self._status.stop()
            try:
                yield
            finally:
                sys.stdout.flush()
                self._status.start()
        else:
            yield

    def _follow(self) -> None:
        """Show the tally four times a second."""
        while self._status and not self._stop.wait(0.25):
            tally = self._watch.summary()
            self._status.update(
                f"{tally.requests} requests, {tally.pages} pages, {tally.posts} new posts, {tally.media} pictures "
                f"compared, {tally.matched} matched"
            )
