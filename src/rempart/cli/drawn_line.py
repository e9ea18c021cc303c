"""A line that is drawn on stderr while somebody looks, and taken away while something is printed."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Final, Protocol

_REDRAWN_EVERY_S: Final = 0.25


class Drawing(Protocol):
    """Something that is drawn until it is stopped; rich has several."""

    def start(self) -> object:
        """Draw it."""

    def stop(self) -> object:
        """Take it away."""


class DrawnLine:
    """One drawing of a command, kept up to date by a thread; nothing is drawn where nobody looks."""

    def __init__(self) -> None:
        """Draw nothing yet."""
        self._drawing: Drawing | None = None
        self._stop = threading.Event()

    def start(self, make: Callable[[], Drawing], update: Callable[[], None], *others: Callable[[], None]) -> None:
        """Start drawing if stderr is a terminal.

        Args:
            make: Makes what is drawn.
            update: Brings it up to date, four times a second.
            others: What else runs beside it, each in a thread.
        """
        if not sys.stderr.isatty():
            return
        self._drawing = make()
        self._drawing.start()

        def follow() -> None:
            with _on_a_terminal_that_may_go():
                while not self._stop.wait(_REDRAWN_EVERY_S):
                    update()

        for work in (*others, follow):
            threading.Thread(target=work, daemon=True).start()

    def end(self) -> None:
        """Take the line away for good."""
        self._stop.set()
        if self._drawing:
            with _on_a_terminal_that_may_go():
                self._drawing.stop()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Take the line away while something is printed, on this terminal or on the one where results go."""
        if self._drawing is None:
            yield
            return
        with _on_a_terminal_that_may_go():
            self._drawing.stop()
        try:
            yield
        finally:
            with _on_a_terminal_that_may_go():
                sys.stdout.flush()
                self._drawing.start()


def _on_a_terminal_that_may_go() -> contextlib.AbstractContextManager[None]:
    """Let a terminal that was closed meanwhile be no error: what is drawn is talk."""
    return contextlib.suppress(OSError)
