"""Write what was not compared to a file, one JSON line each, as it happens."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from rempart.app.intake import Skipped
from rempart.cli.records import skipped_record
from rempart.errors import MisuseError, OutputError

#: How every line begins: what an earlier file is recognised by before it is replaced.
SKIPPED_MARK = b'{"v": 1, "path": '


@contextlib.contextmanager
def skipped_lines(path: Path | None) -> Iterator[Callable[[Skipped], None]]:
    """Open the file, readable by this user alone, and give what writes a line; without a path, nothing is written.

    Raises:
        MisuseError: the file cannot be made.
        OutputError: a line cannot be written.
    """
    if path is None:
        yield lambda _: None
        return
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        message = f"cannot write {str(path)!r}: {error.strerror}"
        raise MisuseError(message, advice="Name a file in a folder that exists and that you can write.") from error

    def write(skipped: Skipped) -> None:
        line = memoryview((json.dumps(skipped_record(skipped)) + "\n").encode("ascii"))
        try:
            while line:
                line = line[os.write(descriptor, line) :]
        except OSError as error:
            message = f"{str(path)!r} cannot be written: {error.strerror}"
            raise OutputError(message, advice="Free some space, and run again.") from error

    try:
        yield write
    finally:
        os.close(descriptor)
