"""Decide, before anything is read, whether a file that a person named may be written."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from rempart.errors import MisuseError

#: How much of an existing file is looked at to recognise an earlier output.
_HEAD_BYTES = 2048


def check_outputs(outputs: Sequence[tuple[Path, bytes]], inputs: Sequence[Path]) -> None:
    """Refuse to write over anything but an earlier output of the same kind.

    A slip on the command line (``--report mine.jpg``) must not destroy the picture that is looked for.

    Args:
        outputs: Each file to write, with the mark that an earlier one carries near its beginning.
        inputs: Files and folders that are about to be read.

    Raises:
        MisuseError: a target is a folder, a link or a device, belongs to somebody's work, is named twice, or its
            folder is missing or cannot be written.
    """
    seen: set[str] = set()
    for path, mark in outputs:
        place = os.path.realpath(path)
        if place in seen or place in {os.path.realpath(p) for p in inputs}:
            raise _refusal(path, "it is named twice")
        seen.add(place)
        _check_folder(path)
        _check_existing(path, mark)


def _check_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise _refusal(path, "its folder does not exist")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise _refusal(path, "its folder cannot be written")


def _check_existing(path: Path, mark: bytes) -> None:
    try:
        info = path.lstat()
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        raise _refusal(path, getattr(error, "strerror", None) or str(error)) from error
    if stat.S_ISDIR(info.st_mode):
        raise _refusal(path, "it is a folder")
    if not stat.S_ISREG(info.st_mode):
        raise _refusal(path, "it is a link, a device or a pipe")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise _refusal(path, error.strerror or "it cannot be read") from error
    if head and mark not in head:
        raise _refusal(path, "it exists and is not an earlier one")


def _refusal(path: Path, reason: str) -> MisuseError:
    message = f"cannot write {str(path)!r}: {reason}"
    return MisuseError(message, advice="Name a new file, in a folder that exists and that you can write.")
