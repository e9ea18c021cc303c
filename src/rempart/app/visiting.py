"""One more visit to a sandbox, with bytes that are at hand: of an item that the gate let pass, which is asked again."""

from __future__ import annotations

from typing import TypeVar

from rempart.hazmat import Options, Pool
from rempart.model import Cleared, MediaBytes, MediaItem, MinorGate, Stopped, Unreadable

RecordT = TypeVar("RecordT")


def visit(
    pool: Pool[RecordT],
    gate: MinorGate,
    item: MediaItem,
    content: bytes,
    options: Options,
    *,
    beside: MediaItem | None = None,
) -> RecordT | Unreadable | Stopped:
    """Have a task read bytes of an item, under the very names under which the item was let pass.

    Args:
        pool: Runs the task.
        gate: Judges those names again.
        item: What the bytes are of.
        content: Its encoded bytes, or those packed with what they are compared with.
        options: Of the task.
        beside: What else is in the bytes, whose names are judged with the item's; None if only it is.

    Returns:
        What the task tells, or why nothing: a stop only if the gate is not the one that let the item pass.

    Raises:
        SandboxError: the sandbox cannot work.
    """
    names = (*(beside.names_to_check() if beside else ()), *item.names_to_check())
    cleared = gate.check(MediaBytes(data=content, label=item.label, names=names))
    if not isinstance(cleared, Cleared):
        return cleared
    [(_, outcome)] = pool.run([cleared], options)
    return outcome
