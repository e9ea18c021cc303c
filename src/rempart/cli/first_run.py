"""Say why the first command takes a while."""

from __future__ import annotations

from rempart.app.wiring import must_compile
from rempart.cli.printing import say
from rempart.config import Settings


def prepare(settings: Settings) -> None:
    """Tell a person who waits that code is being compiled, once."""
    if must_compile(settings):
        say("Compiling numerical code for this machine, once: some ten seconds.")
