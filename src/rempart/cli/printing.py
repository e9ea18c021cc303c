"""Print to people and to programs: names from outside never act on the terminal."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Mapping

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
    """Print one line of results to stdout."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(f"{text.encode(encoding, 'backslashreplace').decode(encoding)}\n")


def put_json(value: Mapping[str, object]) -> None:
    r"""Print one JSON line to stdout, in ASCII, and let a reader have it at once.

    A path's bytes that are not UTF-8 are lone surrogates (``"\udcff"``): Python's ``os.fsencode`` gives them back.
    """
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")
    sys.stdout.flush()
