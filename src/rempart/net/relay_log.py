"""Keep the decisions of a relay: in memory, or as JSON Lines for evidence to attach."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol, Self

from rempart.errors import OutputError
from rempart.model.egress import EgressDecision

#: Version of a line.
_VERSION: Final = 1


class DecisionSink(Protocol):
    """Whoever keeps decisions, in the order in which attempts ended."""

    def note(self, decision: EgressDecision) -> None:
        """Keep one.

        Raises:
            OutputError: it cannot; the relay then refuses everything.
        """


class MemoryDecisions:
    """Keeps them in memory."""

    def __init__(self) -> None:
        """Begin with none."""
        self.decisions: list[EgressDecision] = []

    def note(self, decision: EgressDecision) -> None:
        """Keep one."""
        self.decisions.append(decision)


class DecisionFile:
    """Writes one line for each, at once, to a new file that only its owner reads."""

    def __init__(self, path: Path) -> None:
        """Make the file.

        Raises:
            OutputError: it is there already, or cannot be made.
        """
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            self._descriptor = os.open(path, flags, 0o600)
        except OSError as error:
            message = f"the decisions of the relay cannot be written to {path}: {error.strerror}"
            raise OutputError(message, advice="Name a new file in a folder that you may write to.") from error

    def note(self, decision: EgressDecision) -> None:
        """Append one line, in one write: a reader never sees half of one.

        Raises:
            OutputError: it was not written whole.
        """
        line = json.dumps(to_record(decision), ensure_ascii=True).encode("ascii") + b"\n"
        try:
            written = os.write(self._descriptor, line)
        except OSError as error:
            message = f"a decision of the relay cannot be written: {error.strerror}"
            raise OutputError(message) from error
        if written != len(line):
            message = "a decision of the relay was not written whole: the disk is full"
            raise OutputError(message)

    def close(self) -> None:
        """Bring it to the disk, and close it.

        Raises:
            OutputError: the disk did not take it.
        """
        if self._descriptor < 0:
            return
        descriptor, self._descriptor = self._descriptor, -1
        try:
            os.fsync(descriptor)
        except OSError as error:
            message = f"the decisions of the relay did not reach the disk: {error.strerror}"
            raise OutputError(message) from error
        finally:
            os.close(descriptor)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()


def to_record(decision: EgressDecision) -> dict[str, object]:
    """Return a decision as it is written: every field, under its own name."""
    record: dict[str, object] = {"v": _VERSION}
    for field in fields(decision):
        value = getattr(decision, field.name)
        record[field.name] = list(value) if isinstance(value, tuple) else value
    record["at"] = decision.at.isoformat()
    record["seconds"] = round(decision.seconds, 3)
    return record
