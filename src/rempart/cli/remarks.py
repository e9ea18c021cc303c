"""Say what a person should know around a command: why it waits, what its sandbox lacks."""

from __future__ import annotations

from collections.abc import Sequence

from rempart.app.wiring import choose_kernel_cache
from rempart.cli.interrupts import undo_on_interrupt
from rempart.cli.printing import say
from rempart.config import Settings
from rempart.detect.warming import is_warm
from rempart.hazmat import ProtectionState
from rempart.kernels import compile as kernel_cache


def prepare(settings: Settings) -> None:
    """Tell a person who waits that code is being compiled, and whether that is once or each time.

    Raises:
        ConfigError: the cache folder that the settings name cannot be used.
    """
    undo_on_interrupt()
    folder = choose_kernel_cache(settings)
    if not kernel_cache.is_kept():
        say("No cache folder can be written: this command compiles its numerical code anew, half a minute.")
        say("Name a folder of yours with kernels.cache_dir (REMPART_KERNELS_CACHE_DIR) to keep it.")
    elif folder is not None and not is_warm(folder):
        say("Compiling numerical code for this machine, once: about half a minute.")


def say_missing(missing: Sequence[ProtectionState], unverified: int = 0) -> None:
    """Name the protections that the sandbox ran without; say how many suspects could not be looked at again."""
    if unverified:
        say(f"{unverified} could not be looked at again: of these, only codes of the whole picture were compared.")
    if missing:
        named = ", ".join(f"{state.protection} ({state.detail})" for state in missing)
        say(f"The sandbox ran without: {named}. See: rempart doctor. To refuse that, set hazmat.require.")


def say_undescribed(failed: int) -> None:
    """Say how many pictures the user's model could not describe."""
    if failed:
        say(f"{failed} not described by the model of learned.model_file: every other clue finds them as before.")
