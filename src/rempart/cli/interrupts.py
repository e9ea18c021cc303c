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


def undo_on_hangup() -> None:
    """Let a closed terminal, or a polite kill, raise KeyboardInterrupt too, once: something in clear must go."""
    for number in (signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_DFL:  # not where the caller ignores it: nohup
            signal.signal(number, _undo)


def _undo(number: int, frame: FrameType | None) -> None:
    del number, frame
    # A terminal that is closed says so twice, and the second would come in the middle of the removing.
    for each in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def _leave(number: int, frame: FrameType | None) -> None:
    del number, frame
    os.write(2, b"Interrupted.\n")
    os._exit(INTERRUPTED)
