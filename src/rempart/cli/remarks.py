"""Say what a person should know around a command: why it waits, what its sandbox lacks."""

from __future__ import annotations

from collections.abc import Sequence

from rempart.app.wiring import must_compile
from rempart.cli.printing import say
from rempart.config import Settings
from rempart.hazmat import ProtectionState


def prepare(settings: Settings) -> None:
    """Tell a person who waits that code is being compiled, once."""
    if must_compile(settings):
        say("Compiling numerical code for this machine, once: some ten seconds.")


def say_missing(missing: Sequence[ProtectionState]) -> None:
    """Name the protections that the sandbox ran without, and where to read what that means."""
    if missing:
        named = ", ".join(f"{state.protection} ({state.detail})" for state in missing)
        say(f"The sandbox ran without: {named}. See: rempart doctor. To refuse that, set hazmat.require.")
