"""What a watch is doing, on stderr while somebody looks: counts of the visit so far."""

from __future__ import annotations

import contextlib
import datetime as dt
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rempart.cli.drawn_line import DrawnLine

if TYPE_CHECKING:
    from rich.status import Status

    from rempart.app.watch_events import WatchTally
    from rempart.app.watching import Watch


class WatchProgress:
    """A line that follows a watch's tally."""

    def __init__(self, watch: Watch) -> None:
        """Prepare; nothing is drawn where nobody looks."""
        self._watch = watch
        self._line = DrawnLine()
        self._status: Status | None = None

    def __enter__(self) -> Self:
        """Start drawing if stderr is a terminal."""
        self._line.start(self._make, self._update)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the line away."""
        self._line.end()

    def paused(self) -> contextlib.AbstractContextManager[None]:
        """Take the line away while something is printed."""
        return self._line.paused()

    def _make(self) -> Status:
        from rich.console import Console  # noqa: PLC0415 - for terminals only

        self._status = Console(stderr=True).status("watching")
        return self._status

    def _update(self) -> None:
        """Show the tally."""
        if self._status:
            self._status.update(in_words(self._watch.summary(), self._watch.waits_until))


def in_words(tally: WatchTally, waits_until: dt.datetime | None) -> str:
    """Return one line, for 80 columns: what was done, or until when nothing may be asked for."""
    if waits_until:
        at = f"waits until {waits_until:%H:%M:%S} UTC"
        return f"{at}; {tally.requests} requests, {tally.pages} pages, {tally.matched} matched so far"
    seen = f"{tally.pages} pages, {tally.posts} new posts, {tally.media} pictures"
    return f"{tally.requests} requests, {seen}, {tally.matched} matched"
