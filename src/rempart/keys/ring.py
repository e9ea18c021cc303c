"""Which workspace keys there are, and which one seals: one small file that is replaced at once.

The file ``ring.json`` alone decides. A key's file that it does not name is a killed process's leftover: never used, and
never removed either, since an old ``ring.json`` may have been put back.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from rempart.keys.documents import Document, render, render_instant
from rempart.keys.interface import KeyId, KeyState
from rempart.keys.workspace_key import is_key_id

#: The file's name.
RING = "ring.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RingEntry:
    """One workspace key, as the ring names it."""

    id: KeyId
    """Which key."""

    state: KeyState
    """What it may do."""

    created_at: dt.datetime
    """When it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """All workspace keys of one keyring."""

    entries: tuple[RingEntry, ...]
    """The newest last; exactly one is current."""

    @classmethod
    def parse(cls, content: bytes, *, name: str) -> Ring:
        """Read ``ring.json``.

        Raises:
            KeyFileError: it is damaged, or does not name exactly one current key.
        """
        document = Document(content, name=name)
        entries = []
        for row in document.rows("keys"):
            if not is_key_id(row.get("id", "")) or row.get("state") not in set(KeyState):
                document.refuse("a key has no proper id or state")
            created_at = document.row_instant(row, "created_at")
            entries.append(RingEntry(id=KeyId(row["id"]), state=KeyState(row["state"]), created_at=created_at))
        if len({e.id for e in entries}) != len(entries):
            document.refuse("a key is there twice")
        if [e.state for e in entries].count(KeyState.CURRENT) != 1:
            document.refuse("it does not name exactly one current key")
        return cls(entries=tuple(entries))

    def render(self) -> bytes:
        """Return ``ring.json``."""
        rows = [{"id": e.id, "state": e.state.value, "created_at": render_instant(e.created_at)} for e in self.entries]
        return render({"keys": rows})

    @property
    def current(self) -> RingEntry:
        """The key that seals."""
        [entry] = [e for e in self.entries if e.state is KeyState.CURRENT]
        return entry

    @property
    def retiring(self) -> tuple[KeyId, ...]:
        """Keys that still open, the newest first."""
        return tuple(e.id for e in reversed(self.entries) if e.state is KeyState.RETIRING)

    @property
    def destroying(self) -> tuple[KeyId, ...]:
        """Keys whose files must go."""
        return tuple(e.id for e in self.entries if e.state is KeyState.DESTROYING)

    @property
    def live(self) -> tuple[KeyId, ...]:
        """Keys that open something, the current one first."""
        return (self.current.id, *self.retiring)

    def with_current(self, key: KeyId, created_at: dt.datetime) -> Ring:
        """Return a ring where a new key seals, and the others retire."""
        entry = RingEntry(id=key, state=KeyState.CURRENT, created_at=created_at)
        return Ring(entries=(*self._moved(KeyState.CURRENT, KeyState.RETIRING), entry))

    def without_retiring(self) -> Ring:
        """Return a ring where every retiring key is to be destroyed."""
        return Ring(entries=self._moved(KeyState.RETIRING, KeyState.DESTROYING))

    def without_destroying(self) -> Ring:
        """Return a ring that no longer names the keys that are destroyed."""
        return Ring(entries=tuple(e for e in self.entries if e.state is not KeyState.DESTROYING))

    def _moved(self, before: KeyState, after: KeyState) -> tuple[RingEntry, ...]:
        """Return the entries, those of one state in another."""
        return tuple(replace(e, state=after) if e.state is before else e for e in self.entries)
