"""Progress on stderr: counts, rate, time left. Silent when stderr is not a terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rempart.app import pile
from rempart.cli.drawn_line import DrawnLine

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
        self._line = DrawnLine()
        self._bar: RichProgress | None = None
        self._task: TaskID | None = None
        self._total: int | None = None

    def __enter__(self) -> Self:
        """Start drawing if stderr is a terminal."""
        self._line.start(self._make, self._update, self._count)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the line away."""
        self._line.end()

    def paused(self) -> contextlib.AbstractContextManager[None]:
        """Take the line away while something is printed."""
        return self._line.paused()

    def _make(self) -> RichProgress:
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
        return self._bar

    def _count(self) -> None:
        total = pile.count(self._roots)
        if self._bar and self._task is not None:
            self._total = total
            self._bar.update(self._task, total=total)

    def _update(self) -> None:
        """Show the tally."""
        if self._bar is None or self._task is None:
            return
        tally = self._scan.summary()
        seen = tally.scanned + tally.unreadable + tally.stopped
        if self._total is not None and seen > self._total:
            self._total = None  # what archives hold is not known before they are read
            self._bar.reset(self._task, total=None, rate="")
        rate = f"{seen / tally.seconds:.0f}/s, {tally.matched - tally.sealed} matched, {tally.unreadable} unreadable"
        self._bar.update(self._task, completed=seen, description="suspects" if seen else "assets", rate=rate)
