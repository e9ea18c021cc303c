"""Say of one file that it was not looked at, and with which exit code that ends."""

from __future__ import annotations

from rempart.app.intake import Skipped
from rempart.cli.printing import safe, say
from rempart.errors import MisuseError, RefusedError
from rempart.model import Stopped


def say_skip(skipped: Skipped) -> int:
    """Name a file and why it was skipped; return the exit code."""
    say(f"{skipped.outcome_word()}: {safe(skipped.label)}: {skipped.outcome.in_words()}")
    return RefusedError.exit_code if isinstance(skipped.outcome, Stopped) else MisuseError.exit_code
