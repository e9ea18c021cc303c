"""Progress on stderr: counts, rate, time left. Silent when stderr is not a terminal."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rempart.app import pile

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from rempart.app.scan import Scan
    from rempart.app.workspace_scan import WorkspaceScan


class Progress:
    """A line that follows a scan's tally; the total is counted in the background."""

    def __init__(self, scan: Scan | WorkspaceScan, roots: Sequence[Path]) -> None:
        """Prepare; nothing is drawn where nobody looks."""
        self._scan = scan
        self._roots = roots
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None
        self._total: int | None = None
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        """Start drawing if stderr is a terminal."""
        if sys.stderr.isatty():
            from rich.console import Console  # noqa: PLC0415 - for terminals only
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
            from rich.progress import Progress as Bar  # noqa: PLC0415

            self._bar = Bar(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task("assets", total=None, rate="")
            self._bar.start()
            threading.Thread(target=self._count, daemon=True).start()
            threading.Thread(target=self._follow, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the line away."""
        self._stop.set()
        if self._bar:
            self._bar.stop()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Take the line away while something is printed, on this terminal or on the one where results go."""
        if self._bar:
            self._bar.stop()
            try:
                yield
            finally:
                sys.stdout.flush()
                self._bar.start()
        else:
            yield

    def _count(self) -> None:
        total = pile.count(self._roots)
        if self._bar and self._task is not None:
            self._total = total
            self._bar.update(self._task, total=total)

    def _follow(self) -> None:
        """Show the tally four times a second."""
        while self._bar and self._task is not None and not self._stop.wait(0.25):
            tally = self._scan.summary()
            seen = tally.scanned + tally.unreadable + tally.stopped
            if self._total is not None and seen > self._total:
                self._total = None  # what archives hold is not known before they are read
                self._bar.reset(self._task, total=None, rate="")
            rate = (
                f"{seen / tally.seconds:.0f}/s, {tally.matched - tally.sealed} matched, {tally.unreadable} unreadable"
            )
            self._bar.update(self._task, completed=seen, description="suspects" if seen else "assets", rate=rate)
