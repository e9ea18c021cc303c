"""Hosts that are asked: one row each, changed in one transaction, so that all processes of a workspace share a pace."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final, TypeVar

from rempart.model.courtesy import HostNote, HostState, RobotsCopy, RobotsVerdict
from rempart.model.ids import IdKind, new_id
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.models import HostRow, RobotsRow
from rempart.store.sealing import exact, seal_text, unseal_text

T = TypeVar("T")

_COLUMNS: Final = (
    *("next_at", "crawl_delay_s", "penalty_s", "strikes", "paused_until"),
    *("lease_token", "lease_until", "lease_bytes", "day", "requests", "wire_bytes"),
)


class HostRepository:
    """What is remembered of hosts; ``rempart.net`` knows it as a book."""

    def __init__(self, database: Database, sealer: FieldSealer, *, keep: dt.timedelta) -> None:
        """Work on an open database.

        Args:
            database: Where the rows are.
            sealer: Seals the names of hosts.
            keep: How long a host that is no longer asked is remembered.
        """
        self._database = database
        self._sealer = sealer
        self._keep = keep

    def instant(self) -> dt.datetime:
        """Return the instant by which all workers judge: the server's on PostgreSQL, this machine's on SQLite."""
        return self._database.instant()

    def change(self, host: str, change: Callable[[HostState], tuple[HostState, T]]) -> T:
        """Read the state of a host, and write the one that a change makes of it; nobody comes in between.

        Raises:
            DatabaseAwayError: the database is away; nothing was written.
        """

        def work() -> T:
            row = self._locked(host)
            before = _state(row)
            after, told = change(before)
            if after != before:
                now = self._database.instant()
                self._write(row, after, now)
            return told

        return self._database.durably(work)

    def all(self) -> list[HostNote]:
        """Return every host that is remembered, the last one that was asked first."""
        with self._database.reading():
            rows = list(HostRow.objects.order_by("-changed_at", "id"))
        return [
            HostNote(host=unseal_text(self._sealer, row.name_sealed, HostRow, "name_sealed", row.id), state=_state(row))
            for row in rows
        ]

    def robots(self, origin: str) -> RobotsCopy | None:
        """Return what is kept of a robots.txt; None if nothing is."""
        with self._database.reading():
            row = RobotsRow.objects.filter(origin_index__in=self._sealer.indexes(exact(origin))).first()
        if row is None:
            return None
        return RobotsCopy(
            origin=origin,
            verdict=RobotsVerdict(row.verdict),
            rules=unseal_text(self._sealer, row.rules_sealed, RobotsRow, "rules_sealed", row.id),
            read_at=row.read_at,
            until=row.until,
            remarks=tuple(
                unseal_text(self._sealer, row.remarks_sealed, RobotsRow, "remarks_sealed", row.id).splitlines()
            ),
        )

    def keep_robots(self, copy: RobotsCopy) -> None:
        """Keep a robots.txt, instead of what was kept of the same origin."""
        self._database.durably(lambda: self._keep_robots(copy))

    def _keep_robots(self, copy: RobotsCopy) -> None:
        found = RobotsRow.objects.filter(origin_index__in=self._sealer.indexes(exact(copy.origin)))
        known = found.values_list("id", flat=True).first()
        row = known or new_id(IdKind.ROBOTS)
        values: dict[str, Any] = {
            "verdict": copy.verdict,
            "rules_sealed": self._sealed(copy.rules, "rules_sealed", row),
            "remarks_sealed": self._sealed("\n".join(copy.remarks), "remarks_sealed", row),
            "read_at": copy.read_at,
            "until": copy.until,
            "expires_at": copy.read_at + self._keep,
        }
        if known:
            RobotsRow.objects.filter(id=row).update(**values)
            return
        sealed, index = self._sealed(copy.origin, "origin_sealed", row), self._sealer.index(exact(copy.origin))
        made = RobotsRow(id=row, origin_sealed=sealed, origin_index=index, **values)
        # Another process may add the same one just now: what either of them read will do.
        RobotsRow.objects.bulk_create([made], ignore_conflicts=True)

    def _sealed(self, text: str, column: str, row: str) -> bytes:
        return seal_text(self._sealer, text, RobotsRow, column, row)

    def _locked(self, host: str) -> HostRow:
        """Return the row of a host, added if it is new, that nobody else changes until the transaction ends."""
        indexes = self._sealer.indexes(exact(host))
        row = HostRow.objects.select_for_update().filter(name_index__in=indexes).first()
        if row is not None:
            return row
        now, made = self._database.instant(), new_id(IdKind.HOST)
        new = HostRow(
            id=made,
            name_sealed=seal_text(self._sealer, host, HostRow, "name_sealed", made),
            name_index=self._sealer.index(exact(host)),
            changed_at=now,
            expires_at=now + self._keep,
        )
        HostRow.objects.bulk_create([new], ignore_conflicts=True)  # another process may add the same one just now
        return HostRow.objects.select_for_update().get(name_index=new.name_index)

    def _write(self, row: HostRow, state: HostState, now: dt.datetime) -> None:
        values: dict[str, Any] = {column: getattr(state, column) for column in _COLUMNS}
        ends = max(now, state.next_at or now, state.paused_until or now, state.lease_until or now)
        HostRow.objects.filter(id=row.id).update(changed_at=now, expires_at=ends + self._keep, **values)


def _state(row: HostRow) -> HostState:
    values: dict[str, Any] = {column: getattr(row, column) for column in _COLUMNS}
    return HostState(**values)
