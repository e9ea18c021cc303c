"""Print to people and to programs: names from outside never act on the terminal."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Mapping

from rempart.cli.interrupts import INTERRUPTED
from rempart.errors import OutputError

__all__ = ["INTERRUPTED", "flush_results", "give_up_unwritable_results", "put", "put_json", "safe", "say"]

#: Control, format (bidirectional marks), private, surrogate, and line or paragraph separators.
_UNSAFE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})


def safe(text: str) -> str:
    r"""Escape what could move the cursor, change the reading order or hide, as ``\x1b``, ``\n`` or ``\u202e``."""
    return "".join(_escaped(c) if unicodedata.category(c) in _UNSAFE else c for c in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def say(text: str) -> None:
    """Print to stderr: talk, not results. A terminal that is gone is not an error."""
    try:
        sys.stderr.write(f"{text.encode('utf-8', 'backslashreplace').decode('utf-8')}\n")
        sys.stderr.flush()
    except OSError:
        pass


def put(text: str) -> None:
    """Print one line of results to stdout.

    Raises:
        OutputError: it cannot be written: a full disk, a reader that left.
    """
    encoding = sys.stdout.encoding or "utf-8"
    _write(text.encode(encoding, "backslashreplace").decode(encoding))
    flush_results()  # what was found must not die in a buffer


def put_json(value: Mapping[str, object]) -> None:
    r"""Print one JSON line to stdout, in ASCII, and let a reader have it at once.

    A path's bytes that are not UTF-8 are lone surrogates (``"\udcff"``): Python's ``os.fsencode`` gives them back.

    Raises:
        OutputError: it cannot be written.
    """
    _write(json.dumps(value, ensure_ascii=True))
    flush_results()


def flush_results() -> None:
    """Make sure that the results printed so far are written.

    Raises:
        OutputError: they cannot be.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        raise _output_error(error) from error


def give_up_unwritable_results() -> None:
    """Forget results that cannot be written, or Python would complain a second time when it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(line: str) -> None:
    try:
        sys.stdout.write(f"{line}\n")
    except OSError as error:
        raise _output_error(error) from error


def _output_error(error: OSError) -> OutputError:
    return OutputError(f"the results cannot be written: {error.strerror}", advice="Free some space, and run again.")
