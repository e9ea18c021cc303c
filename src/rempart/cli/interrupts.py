"""Ctrl-C before there is anything to undo: Python, loading its modules, would print a trace, or lose it."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Final

#: Interrupted by Ctrl-C, as a shell reports it: 128 + SIGINT.
INTERRUPTED: Final = 130


def leave_at_once_on_interrupt() -> None:
    """Let Ctrl-C end the process where it stands: nothing was begun."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # not where the caller ignores it
        signal.signal(signal.SIGINT, _leave)


def undo_on_interrupt() -> None:
    """Let Ctrl-C raise KeyboardInterrupt again: from here on there is something to write or to undo."""
    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(number: int, frame: FrameType | None) -> None:
    del number, frame
    os.write(2, b"Interrupted.\n")
    os._exit(INTERRUPTED)
