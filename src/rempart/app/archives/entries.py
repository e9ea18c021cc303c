"""What an archive says of each of its members, before a byte of it is read: what the gate judges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from rempart.app.archives.limits import NAME_BYTES_MAX
from rempart.app.archives.streams import Readable
from rempart.model import Place, Unreadable, UnreadableReason

_TOO_LONG: Final = Unreadable(reason=UnreadableReason.NAME_TOO_LONG, detail=f"> {NAME_BYTES_MAX}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One member, not opened yet."""

    name: str
    """As the archive writes it; a record's address."""
    names: tuple[str, ...]
    """What the gate must judge of it."""
    place: Place
    """Where it is in its archive."""
    open: Callable[[], Readable] = field(repr=False)
    """Opens its bytes, as they are meant: decompressed, unwrapped. Once, while its archive stands at it."""
    later_names: Callable[[], tuple[str, ...]] = field(default=tuple, repr=False)
    """Reads the names that only its own header says, for the gate to judge before it is opened."""
    problem: Unreadable | None = None
    """Why it cannot be opened, where that is known before."""
    is_address: bool = False
    """True if the name stands alone: a record of the web, which is not shown under its archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """Members that hold no picture, and that nobody expects one of: pages, scripts, styles."""

    count: int
    """How many."""


def name_parts(name: str) -> tuple[str, ...]:
    """Return the folders and the file of a member's path, whichever system wrote it."""
    return tuple(part for part in name.replace("\\", "/").split("/") if part)


def too_long(name: str) -> Unreadable | None:
    """Return why a name is not accepted: longer than the gate judges whole."""
    return _TOO_LONG if len(name) > NAME_BYTES_MAX else None
