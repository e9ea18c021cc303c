"""The transparency log's rows: leaves and nodes that nothing changes, what opens entries, states, cosignatures.

One writer at a time: whatever adds begins with :meth:`LogRepository.write_alone`, in its transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from django.db.models import Count, Max

from rempart.model.log import Checkpoint, Place, SavedCosignature, SealedLogEntry
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.models import (
    AheadRow,
    CheckpointRow,
    CosignatureRow,
    LeafRow,
    LogEntryRow,
    LogNameRow,
    NodeRow,
)

#: Which advisory lock of PostgreSQL lets one command at a time add to the log; SQLite has one writer in any case.
_WRITER_LOCK: Final = 0x52454D4C
_BATCH: Final = 1_000
# One lookup in the primary key for each, whatever the table's size.
_NODES: Final = """
WITH wanted (level, number) AS (VALUES {places})
SELECT log_node.level, log_node.number, log_node.hash FROM wanted
JOIN log_node ON log_node.level = wanted.level AND log_node.number = wanted.number
"""
_ONE_PLACE: Final = "(CAST(%s AS INTEGER), CAST(%s AS BIGINT))"


class LogRepository:
    """The log of one workspace."""

    def __init__(self, database: Database) -> None:
        """Work on an open database."""
        self._database = database

    def write_alone(self) -> None:
        """Wait until nobody else adds to the log, and let nobody until this transaction ends."""
        if self._database.vendor == "postgresql":
            self._database.execute("SELECT pg_advisory_xact_lock(%s)", (_WRITER_LOCK,))

    def size(self) -> int:
        """Return how many entries there are."""
        with self._database.reading():
            last = LeafRow.objects.aggregate(last=Max("number"))["last"]
        return 0 if last is None else int(last) + 1

    def add(
        self,
        leaves: Sequence[tuple[int, bytes]],
        nodes: Iterable[tuple[Place, bytes]],
        entries: Iterable[SealedLogEntry] = (),
    ) -> None:
        """Add leaves, the nodes from level 1 on that became complete with them, and what opens them.

        Args:
            leaves: Numbers and commitments.
            nodes: Places and hashes.
            entries: What opens them.
        """
        with self._database.transaction():
            LeafRow.objects.bulk_create([LeafRow(number=n, commitment=c) for n, c in leaves], batch_size=_BATCH)
            made = [NodeRow(level=place.level, number=place.number, hash=one) for place, one in nodes]
            NodeRow.objects.bulk_create(made, batch_size=_BATCH)
            LogEntryRow.objects.bulk_create(
                LogEntryRow(
                    number=entry.number,
                    event_digest=entry.event_digest,
                    owner_digest=entry.owner_digest,
                    entry_sealed=entry.sealed,
                )
                for entry in entries
            )

    def commitments(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """Return the commitments of some leaves; those that are not there lack."""
        found: dict[int, bytes] = {}
        for batch in in_batches(set(numbers)):
            with self._database.reading():
                rows = LeafRow.objects.filter(number__in=batch).values_list("number", "commitment")
                found |= {number: bytes(value) for number, value in rows}
        return found

    def all_commitments(self) -> Iterator[bytes]:
        """Yield every leaf's commitment, in order."""
        rows = LeafRow.objects.order_by("number").values_list("commitment", flat=True)
        with self._database.reading():
            for value in rows.iterator(chunk_size=_BATCH):
                yield bytes(value)

    def nodes(self, places: Sequence[Place]) -> Mapping[Place, bytes]:
        """Return some nodes from level 1 on, in one question; those that are not there lack."""
        if not places:
            return {}
        sql = _NODES.format(places=", ".join([_ONE_PLACE] * len(places)))
        rows = self._database.execute(sql, tuple(part for place in places for part in (place.level, place.number)))
        return {Place(level, number): bytes(value) for level, number, value in rows}

    def entry(self, event_digest: bytes) -> SealedLogEntry | None:
        """Return what opens the entry of an event; None if it was never logged, or erased."""
        with self._database.reading():
            row = LogEntryRow.objects.filter(event_digest=event_digest).first()
        return None if row is None else _sealed(row)

    def entries_of(self, owner_digest: bytes) -> list[SealedLogEntry]:
        """Return what opens the entries of one owner, in order."""
        with self._database.reading():
            return [_sealed(row) for row in LogEntryRow.objects.filter(owner_digest=owner_digest).order_by("number")]

    def forget(self, owner_digest: bytes) -> int:
        """Delete what opens the entries of one owner; the leaves stay. Return how many there were."""
        with self._database.transaction():
            return LogEntryRow.objects.filter(owner_digest=owner_digest).delete()[0]

    def origin(self) -> str:
        """Return under which name the log signs; empty before it was begun."""
        with self._database.reading():
            row = LogNameRow.objects.order_by("-number").first()
        return "" if row is None else row.origin

    def begin(self, origin: str, now: dt.datetime) -> None:
        """Sign under a name from now on; what was signed under another one stays what it is."""
        with self._database.transaction():
            number = LogNameRow.objects.count()
            LogNameRow.objects.create(number=number, origin=origin, begun_at=now)

    def checkpoint(self, origin: str, size: int | None = None) -> Checkpoint | None:
        """Return the state of one size that may be signed, or the largest; None if there is none."""
        with self._database.reading():
            rows = CheckpointRow.objects.filter(origin=origin).order_by("-size")
            row = (rows if size is None else rows.filter(size=size)).first()
        return None if row is None else Checkpoint(origin=row.origin, size=row.size, root=bytes(row.root))

    def add_checkpoint(self, checkpoint: Checkpoint, now: dt.datetime) -> None:
        """Write a state that may be signed once this is on the disk: the only one of its size."""
        with self._database.transaction():
            CheckpointRow.objects.create(origin=checkpoint.origin, size=checkpoint.size, root=checkpoint.root, at=now)

    def cosignatures(self, origin: str, size: int) -> list[SavedCosignature]:
        """Return what witnesses signed of one state."""
        with self._database.reading():
            rows = CosignatureRow.objects.filter(origin=origin, size=size).order_by("witness")
            return [SavedCosignature(witness=row.witness, vkey=row.vkey, line=row.line) for row in rows]

    def cosigned_size(self, origin: str, above: int, witnesses: Sequence[str]) -> int | None:
        """Return the size above a number that most of some witnesses signed, the largest of several; None if none."""
        with self._database.reading():
            rows = CosignatureRow.objects.filter(origin=origin, size__gt=above, witness__in=witnesses)
            best = rows.values("size").annotate(count=Count("witness")).order_by("-count", "-size").first()
        return None if best is None else int(best["size"])

    def last_cosigned(self, origin: str, witness: str) -> int:
        """Return the largest size that a witness is known to have signed; 0 if none is."""
        with self._database.reading():
            rows = CosignatureRow.objects.filter(origin=origin, witness=witness)
            return int(rows.aggregate(last=Max("size"))["last"] or 0)

    def add_cosignature(self, origin: str, size: int, saved: SavedCosignature, now: dt.datetime) -> None:
        """Keep what a witness signed; the first of one state is kept."""
        with self._database.transaction():
            self.write_alone()
            rows = CosignatureRow.objects.filter(origin=origin, size=size, witness=saved.witness)
            if not rows.exists():
                CosignatureRow.objects.create(
                    origin=origin, size=size, witness=saved.witness, vkey=saved.vkey, line=saved.line, at=now
                )

    def ahead(self, origin: str) -> dict[str, int]:
        """Return the witnesses that saw another log under this name, and of which size."""
        with self._database.reading():
            return dict(AheadRow.objects.filter(origin=origin).order_by("size").values_list("witness", "size"))

    def add_ahead(self, origin: str, witness: str, size: int, now: dt.datetime) -> None:
        """Keep that a witness saw another log under this name, or more of it."""
        with self._database.transaction():
            self.write_alone()
            if not AheadRow.objects.filter(origin=origin, witness=witness, size=size).exists():
                AheadRow.objects.create(origin=origin, witness=witness, size=size, at=now)


def _sealed(row: LogEntryRow) -> SealedLogEntry:
    return SealedLogEntry(
        number=row.number,
        event_digest=bytes(row.event_digest),
        owner_digest=bytes(row.owner_digest),
        sealed=bytes(row.entry_sealed),
    )
