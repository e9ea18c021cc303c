"""What goes into the sandbox and what comes out of it: named tasks, limits, small records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

#: What a record is made of: JSON, so that nothing that comes out of a worker can run.
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

#: Options of a task, the same for every item of one run.
Options = Mapping[str, int | str]

RecordT = TypeVar("RecordT")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeLimits:
    """How much one item may cost."""

    max_bytes: int = 256 * 1024 * 1024
    """Of the encoded item."""
    max_pixels: int = 64_000_000
    """Of one decoded frame."""
    max_frames: int = 1_000
    """Of an animation or a file of several pages."""
    cpu_s: int = 30
    """Processor time."""
    wall_s: int = 120
    """Time on the clock: a disk that does not answer."""
    memory_bytes: int = 0
    """What a worker may use beyond its size at rest; 0 computes it from the two first limits."""

    def __post_init__(self) -> None:
        """Compute the memory: the encoded item, and 24 bytes a pixel for the worst path.

        That path is a WebP with transparency: two canvases of four bytes in its decoder, four for the frame, four for
        the picture, four for the page, one of mask, three of array. Measured at 64 million pixels in every format.
        """
        if self.memory_bytes == 0:
            needed = self.max_bytes + 24 * self.max_pixels + 128 * 1024 * 1024
            object.__setattr__(self, "memory_bytes", needed)


#: A task runs inside a worker: encoded bytes, limits and options in, a record out. It raises ``MediaError``.
TaskFunction = Callable[[bytes, DecodeLimits, Options], dict[str, Json]]

#: A task that gives back bytes beside its record: as a :data:`TaskFunction`, and memory of a fixed size to write into.
WritingFunction = Callable[[bytes, DecodeLimits, Options, memoryview], dict[str, Json]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedFile:
    """A file of the user's that a task needs besides its items: found by its path, known by its bytes."""

    path: Path
    """Where it is; a worker gets it as a descriptor, never as a path."""
    sha256: str
    """What its bytes must be, 64 hexadecimal digits: the worker compares before anything reads them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Generic[RecordT]):
    """A piece of work that a worker does on each item."""

    name: str
    """``package.module:function``, a :data:`TaskFunction`; imported by the worker, before it is closed in."""
    parse: Callable[[dict[str, Json]], RecordT]
    """Turns a record into a value in the parent, and raises ValueError if it is not one: a worker is not trusted."""
    resource: PinnedFile | None = None
    """Handed as bytes to ``take`` of the task's module, once the worker is closed in: its parser is contained too."""
    output_bytes: int = 0
    """How much it may write beside its record for one item; if any, it is a :data:`WritingFunction`."""
