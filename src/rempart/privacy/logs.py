"""The log: one JSON object per line, redacted, in a file that only its owner reads. Without a file there is no log."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import stat
import sys
from pathlib import Path
from typing import Final

from rempart.errors import ConfigError
from rempart.privacy.redaction import RedactionFilter, redact

#: The level of foreign libraries: numba tells of every byte code, Django of every statement with its values.
_FOREIGN_LEVEL: Final = logging.WARNING
_FLAGS: Final = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_MODE: Final = 0o600


def set_up_logging(file: Path | None, level: str) -> PrivateLogHandler | None:
    """Write what this process logs into a file; once per file, and nothing at all without one.

    Args:
        file: Where to; made if it is not there. A process that was told none stays silent, as a library must.
        level: ``debug``, ``info``, ``warning`` or ``error``: the least that is written.

    Raises:
        ConfigError: the file is a link, is another user's, or cannot be written.
    """
    if file is None:
        return None
    threshold = logging.getLevelNamesMapping()[level.upper()]
    root, ours = logging.getLogger(), logging.getLogger("rempart")
    known = (h for h in root.handlers if isinstance(h, PrivateLogHandler) and h.path == file)
    handler = next(known, None) or PrivateLogHandler(file)
    handler.setLevel(threshold)
    root.addHandler(handler)
    if root.level == logging.NOTSET or root.level > _FOREIGN_LEVEL:
        root.setLevel(_FOREIGN_LEVEL)
    ours.setLevel(min(threshold, ours.level or threshold))
    return handler


class JsonLines(logging.Formatter):
    """One JSON object per record; whatever is in a message, it stays on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        line = {
            "at": at,
            "level": record.levelname.lower(),
            "logger": redact(record.name),
            "message": record.getMessage(),
        }
        if record.exc_text:
            line["exception"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


class PrivateLogHandler(logging.Handler):
    """Appends whole lines to a private file, and opens it anew when logrotate moved it.

    Each line is one ``write`` at the end of the file: several processes may share one.
    """

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            ConfigError: it is a link, no file, another user's, or cannot be written.
        """
        super().__init__()
        self.path = path
        self.lost = 0
        self._descriptor = _open_private(path)
        self.addFilter(RedactionFilter())
        self.setFormatter(JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; called with the handler's lock held."""
        try:
            self._follow_rotation()
            line = f"{self.format(record)}\n".encode()
            if os.write(self._descriptor, line) != len(line):
                self._note_lost("the disk is full")
        except (OSError, ConfigError) as error:
            self._note_lost(getattr(error, "strerror", None) or str(error))

    def close(self) -> None:
        """Close the file."""
        with contextlib.nullcontext() if self.lock is None else self.lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
        super().close()

    def _follow_rotation(self) -> None:
        try:
            there = os.stat(self.path, follow_symlinks=False)
            ours = os.fstat(self._descriptor)
            if (there.st_dev, there.st_ino) == (ours.st_dev, ours.st_ino):
                return
        except FileNotFoundError:
            pass
        fresh = _open_private(self.path)
        os.close(self._descriptor)
        self._descriptor = fresh

    def _note_lost(self, why: str) -> None:
        """Say once that lines are lost; a log that cannot be written ends no work."""
        self.lost += 1
        if self.lost == 1 and sys.stderr is not None:
            sys.stderr.write(f"The log cannot be written ({why}): lines are lost. Check log.file.\n")


def _open_private(path: Path) -> int:
    """Open the log for appending, readable by nobody else.

    Raises:
        ConfigError: it is a link, no file, another user's, or cannot be written.
    """
    advice = "Set log.file to a file of yours, in a folder of yours; its folder must exist."
    try:
        descriptor = os.open(path, _FLAGS, _MODE)
    except OSError as error:
        reason = "it is a link" if os.path.islink(path) else error.strerror
        message = f"the log {path} cannot be opened: {reason}"
        raise ConfigError(message, advice=advice) from error
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_nlink > 1:
        os.close(descriptor)
        message = f"the log {path} is not a file of yours alone"
        raise ConfigError(message, advice=advice)
    if stat.S_IMODE(found.st_mode) != _MODE:
        os.fchmod(descriptor, _MODE)
    return descriptor
