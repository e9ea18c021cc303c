"""Sources: what is watched and who answers for it, when each is visited next, how that went, and its end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final

from django.db.models import F

from rempart.errors import MisuseError, NotFoundError
from rempart.model.ids import CaseId, IdKind, OwnerId, PlanId, SourceId, UserId, is_id, new_id
from rempart.model.source import Article14, Health, NewSource, Place, Source, SourceKind, SourceState, SourceTally
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.models import FrontierRow, SourceRow, ThreadRow
from rempart.store.sealing import exact, seal_text, unseal_text

_COUNTS: Final = frozenset(SourceTally.__dataclass_fields__)


class SourceRepository:
    """The sources of one workspace."""

    def __init__(
        self, database: Database, sealer: FieldSealer, *, keep: dt.timedelta, keep_ended: dt.timedelta
    ) -> None:
        """Work on an open database.

        Args:
            database: Where the rows are.
            sealer: Seals places and reasons.
            keep: How long what is known of a source that is taken up again is kept.
            keep_ended: How long it is kept who answered for a source that ended.
        """
        self._database = database
        self._sealer = sealer
        self._keep = keep
        self._keep_ended = keep_ended

    def add(self, new: NewSource, now: dt.datetime) -> Source:
        """Watch a place, first at once; one that ended is taken up again under its identifier.

        Raises:
            MisuseError: it is watched already.
        """
        with self._database.transaction():
            found = SourceRow.objects.select_for_update().filter(
                place_index__in=self._sealer.indexes(exact(new.place.key))
            )
            row = found.first()
            if row is not None and row.state == SourceState.ACTIVE:
                message = f"this place is watched already: {row.id}"
                raise MisuseError(message, advice=f"End it first, then add it anew: rempart source end {row.id}")
            if row is None:
                made = self._made(new, now)
                if not SourceRow.objects.bulk_create([made], ignore_conflicts=True) or not _is_there(made.id):
                    message = "another command has just added this place"
                    raise MisuseError(message, advice="Look at it with: rempart source list")
            else:
                made = self._taken_up(row, new, now)
            return self._source(SourceRow.objects.get(id=made.id))

    def get(self, source: str) -> Source:
        """Return a source.

        Raises:
            NotFoundError: there is none of this identifier.
        """
        row = None
        if is_id(source, IdKind.SOURCE):
            with self._database.reading():
                row = SourceRow.objects.filter(id=source).first()
        if row is None:
            message = f"there is no source {source!r}"
            raise NotFoundError(message, advice="List them with: rempart source list")
        return self._source(row)

    def find(self, place: Place) -> Source | None:
        """Return the source that a place is, ended ones too; None if it never was one."""
        with self._database.reading():
            row = SourceRow.objects.filter(place_index__in=self._sealer.indexes(exact(place.key))).first()
        return self._source(row) if row else None

    def all(self, *, include_ended: bool = False) -> list[Source]:
        """Return the sources that are watched, the oldest first.

        Args:
            include_ended: Those that ended too.
        """
        rows = SourceRow.objects.order_by("added_at", "id")
        with self._database.reading():
            return [self._source(r) for r in (rows if include_ended else rows.filter(state=SourceState.ACTIVE))]

    def due(self, now: dt.datetime, ids: Collection[SourceId] | None = None) -> list[Source]:
        """Return the sources that are to be visited now, the longest due first.

        Args:
            now: The present instant.
            ids: Only those of these; all if None.
        """
        rows = SourceRow.objects.filter(state=SourceState.ACTIVE, due_at__lte=now, until__gt=now)
        if ids is not None:
            rows = rows.filter(id__in=list(ids))
        with self._database.reading():
            return [self._source(row) for row in rows.order_by("due_at", "id")]

    def lock(self, source: SourceId) -> bool:
        """Let nobody else write what belongs to a source until the transaction ends; tell whether it is watched.

        The first thing in a transaction that writes more than its frontier: whoever locks in this order never waits
        for somebody who waits for him.
        """
        rows = SourceRow.objects.select_for_update(no_key=True).filter(id=source)
        return rows.values_list("state", flat=True).first() == SourceState.ACTIVE

    def seeded(self, source: SourceId, due_at: dt.datetime, now: dt.datetime) -> bool:
        """Note when a source is visited next; in the transaction that adds its first pages to the frontier.

        What is asked at this visit is counted from nothing, by whoever asks.

        Returns:
            False if it was not due any more: another process has seeded it. The transaction must not be kept.
        """
        with self._database.transaction():
            rows = SourceRow.objects.filter(id=source, state=SourceState.ACTIVE, due_at__lte=now)
            return bool(rows.update(due_at=due_at, visit_requests=0))

    def asked(self) -> dict[SourceId, int]:
        """Return how much was asked of each source that is watched at the visit that goes on, by all who visit it."""
        rows = SourceRow.objects.filter(state=SourceState.ACTIVE, visit_requests__gt=0)
        with self._database.reading():
            return {SourceId(source): count for source, count in rows.values_list("id", "visit_requests")}

    def make_due(self, source: SourceId, now: dt.datetime) -> None:
        """Let a source be visited at once, or sooner than it said."""
        with self._database.transaction():
            SourceRow.objects.filter(id=source, due_at__gt=now).update(due_at=now)

    def set_health(
        self,
        source: SourceId,
        health: Health,
        now: dt.datetime,
        *,
        until: dt.datetime | None = None,
        engine: str = "",
    ) -> None:
        """Note how the last visit went.

        Args:
            source: Of what.
            health: How it went.
            now: When.
            until: When it is worth asking again, if that is known.
            engine: What was recognised; empty leaves what is known.
        """
        with self._database.transaction():
            rows = SourceRow.objects.filter(id=source)
            rows.update(health=health, visited_at=now, health_until=until)
            if engine:
                rows.update(engine=engine)

    def count(self, source: SourceId, **more: int) -> None:
        """Add to the tally of a source; requests count for its present visit too.

        Args:
            source: Of what.
            more: How many more, by the names of :class:`SourceTally`.

        Raises:
            MisuseError: a name is none of those.
        """
        if unknown := sorted(set(more) - _COUNTS):
            message = f"{unknown[0]!r} is nothing that is counted of a source"
            raise MisuseError(message, advice="This is a fault of Rempart: please report it.")
        changed = {name: F(name) + count for name, count in more.items() if count}
        if "requests" in changed:
            changed["visit_requests"] = F("visit_requests") + more["requests"]
        if changed:
            with self._database.transaction():
                SourceRow.objects.filter(id=source).update(**changed)

    def set_cursor(self, source: SourceId, cursor: str) -> None:
        """Note up to where a channel was read."""
        sealed = seal_text(self._sealer, cursor, SourceRow, "cursor_sealed", source) if cursor else None
        with self._database.transaction():
            SourceRow.objects.filter(id=source).update(cursor_sealed=sealed)

    def set_mirror(self, sources: Collection[SourceId], group: str) -> None:
        """Note that sources show the same content.

        Args:
            sources: Which.
            group: What they share; empty if each is like no other.
        """
        with self._database.transaction():
            SourceRow.objects.filter(id__in=list(sources)).update(mirror_group=group)

    def end(self, source: SourceId, now: dt.datetime) -> bool:
        """Stop watching a source; what waits to be asked of it ends at once. Tell whether it was watched."""
        with self._database.transaction():
            rows = SourceRow.objects.filter(id=source, state=SourceState.ACTIVE)
            expires_at = now + self._keep_ended
            ended = bool(rows.update(state=SourceState.ENDED, ended_at=now, cursor_sealed=None, expires_at=expires_at))
            if ended:
                _expire(source, now)
        return ended

    def _made(self, new: NewSource, now: dt.datetime) -> SourceRow:
        made = new_id(IdKind.SOURCE)
        row = SourceRow(
            id=made,
            kind=new.place.kind,
            place_sealed=seal_text(self._sealer, new.place.key, SourceRow, "place_sealed", made),
            place_index=self._sealer.index(exact(new.place.key)),
            added_at=now,
        )
        self._write(row, new, now)
        return row

    def _taken_up(self, row: SourceRow, new: NewSource, now: dt.datetime) -> SourceRow:
        self._write(row, new, now)
        row.added_at, row.visited_at, row.health_until, row.ended_at, row.expires_at = now, None, None, None, None
        row.save()
        _expire(SourceId(row.id), now + self._keep)  # what is known of it is worth something again
        return row

    def _write(self, row: SourceRow, new: NewSource, now: dt.datetime) -> None:
        row.state, row.health, row.due_at = SourceState.ACTIVE, Health.NEW, now
        row.every_s, row.depth = int(new.every.total_seconds()), new.depth
        row.authorised_by_id, row.until, row.article14 = new.authorised_by, new.until, new.article14
        row.why_sealed = seal_text(self._sealer, new.why, SourceRow, "why_sealed", row.id)
        row.owner_id, row.case_id, row.plan_id = new.owner, new.case, new.plan

    def _source(self, row: SourceRow) -> Source:
        return Source(
            id=SourceId(row.id),
            new=self._new(row),
            state=SourceState(row.state),
            added_at=row.added_at,
            due_at=row.due_at,
            visited_at=row.visited_at,
            health=Health(row.health),
            health_until=row.health_until,
            engine=row.engine,
            mirror_group=row.mirror_group,
            cursor=unseal_text(self._sealer, row.cursor_sealed, SourceRow, "cursor_sealed", row.id),
            tally=SourceTally(**{name: getattr(row, name) for name in _COUNTS}),
        )

    def _new(self, row: SourceRow) -> NewSource:
        key = unseal_text(self._sealer, row.place_sealed, SourceRow, "place_sealed", row.id)
        return NewSource(
            place=Place(kind=SourceKind(row.kind), text=key.partition(":")[2]),
            every=dt.timedelta(seconds=row.every_s),
            depth=row.depth,
            authorised_by=UserId(row.authorised_by_id),
            why=unseal_text(self._sealer, row.why_sealed, SourceRow, "why_sealed", row.id),
            until=row.until,
            article14=Article14(row.article14),
            owner=OwnerId(row.owner_id) if row.owner_id else None,
            case=CaseId(row.case_id) if row.case_id else None,
            plan=PlanId(row.plan_id) if row.plan_id else None,
        )


def _expire(source: SourceId, at: dt.datetime) -> None:
    """Write when what is known of a source ends."""
    FrontierRow.objects.filter(source_id=source).update(expires_at=at)
    ThreadRow.objects.filter(source_id=source).update(expires_at=at)


def _is_there(source: str) -> bool:
    return SourceRow.objects.filter(id=source).exists()
