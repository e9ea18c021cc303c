"""What is to be asked for: each thing once, claimed under a lease, finished in the transaction of its effect.

A claim draws a new token, and finishing needs that token: a process that was taken for dead, and was not, finds its
effect rolled back instead of done twice. Who is next is in :mod:`rempart.store.frontier_line`.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Sequence
from typing import Any, Final

from django.db.models import Count

from rempart.errors import LeaseLostError
from rempart.model.frontier import Ask, FrontierItem, FrontierState, NewFrontier, Urgency
from rempart.model.ids import FrontierId, IdKind, SourceId, ThreadId, new_id
from rempart.model.source import SourceState
from rempart.model.web import Validators
from rempart.store import frontier_line
from rempart.store.batches import in_batches
from rempart.store.database import Database
from rempart.store.frontier_line import ATTEMPTS_MOST, FrontierLine
from rempart.store.frontier_room import FrontierRoom
from rempart.store.frontier_words import (
    context_in,
    context_of_words,
    host_of,
    validators_in,
    validators_of,
    what_in,
    what_of,
)
from rempart.store.interface import FieldSealer
from rempart.store.models import FrontierRow, SourceRow
from rempart.store.sealing import exact, seal_text, unseal_text

#: How long a process may be silent before its row is given to another one.
LEASE: Final = dt.timedelta(minutes=10)
#: When an address ends that lasts: both databases put it behind every other one.
_NEVER: Final = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
#: A row that is seen again is kept longer, but written for it once a day at most.
_KEPT_LONGER_BY: Final = dt.timedelta(days=1)
_OVER: Final = frozenset({FrontierState.DONE, FrontierState.BLOCKED, FrontierState.FAILED, FrontierState.GONE})
_NO_LEASE: Final = {"lease_by": "", "lease_token": "", "lease_until": None}


class FrontierRepository:
    """What is to be asked for, of every source of a workspace."""

    def __init__(
        self, database: Database, sealer: FieldSealer, *, keep: dt.timedelta, lease: dt.timedelta = LEASE
    ) -> None:
        """Work on an open database.

        Args:
            database: Where the rows are.
            sealer: Seals addresses and words.
            keep: How long something that is seen no more is known.
            lease: How long a claim holds; the same for all processes of one database.
        """
        self._database = database
        self._sealer = sealer
        self._keep = keep
        self._line = FrontierLine(database, lease)
        self._room = FrontierRoom()
        self.lease = lease

    def add(self, source: SourceId, news: Sequence[NewFrontier], now: dt.datetime) -> int:
        """Add what is not known of a source yet; part of the caller's transaction if there is one.

        What is known is only changed where it must be: it is asked for again (``again``), or a temporary address of
        it is fresher than the one that is known. What is frozen stays frozen. Nothing is added to a source that ended,
        to a thread that is frozen, or where there is no more room. Return how many were new.
        """
        unlike: dict[str, NewFrontier] = {}
        for new in news:
            unlike.setdefault(new.key, new)
        with self._database.transaction():
            if not _lock(source):
                return 0
            frozen = frontier_line.frozen_threads({new.thread for new in unlike.values() if new.thread})
            wanted = [new for new in unlike.values() if new.thread not in frozen]
            count = 0
            for batch in in_batches(wanted):
                count += self._add(source, batch, now)
        return count

    def claim(
        self,
        worker: str,
        now: dt.datetime,
        *,
        busy_hosts: Collection[bytes] = (),
        sources: Collection[SourceId] | None = None,
    ) -> FrontierItem | None:
        """Take what is asked for next; None if nothing is due.

        Args:
            worker: Who takes it; shown to people.
            now: The instant on which leases are judged (:meth:`Database.instant`).
            busy_hosts: Digests (:meth:`host_digest`) of hosts that must be left in peace.
            sources: Only what belongs to these; to all that are watched if None.
        """
        token = secrets.token_hex(16)
        with self._database.transaction():
            self._line.give_up(now)
            row = self._line.take(frontier_line.watched_among(sources), busy_hosts, worker=worker, token=token, now=now)
        return self._item(row) if row is not None else None

    def host_digest(self, url: str) -> bytes:
        """Return what stands for the host of an address: 32 bytes that only this workspace makes."""
        return self._sealer.index(exact(host_of(url)))

    def keep(self, item: FrontierItem, now: dt.datetime) -> None:
        """Stay the holder for another lease.

        Raises:
            LeaseLostError: another process has it.
        """
        self._change(item, lease_until=now + self.lease)

    def release(self, item: FrontierItem, due_at: dt.datetime) -> None:
        """Give a row back that was not asked for; the attempt does not count.

        Args:
            item: What this process holds.
            due_at: When it may be asked for.

        Raises:
            LeaseLostError: another process has it.
        """
        self._change(item, due_at=due_at, attempts=max(0, item.attempts - 1), **_NO_LEASE)

    def finish(
        self,
        item: FrontierItem,
        state: FrontierState,
        now: dt.datetime,
        *,
        validators: Validators | None = None,
        status: int = 0,
    ) -> bool:
        """Note what became of a row; called in the transaction of its effect.

        Found anew meanwhile, it waits again. What was frozen meanwhile stays frozen, and has no effect.

        Args:
            item: What this process holds.
            state: What became of it.
            now: When.
            validators: What the page said of its version; None leaves what is known.
            status: What the host said; 0 if it said nothing.

        Returns:
            False if it was frozen meanwhile: nothing of what came may be written.

        Raises:
            LeaseLostError: another process has it; the caller's transaction must not be kept.
        """
        if state is FrontierState.FROZEN:
            nothing = {"what_sealed": None, "context_sealed": None, "validators_sealed": None}
            return self._change(item, state=state, status=status, changed_at=now, **nothing, **_NO_LEASE)
        values: dict[str, Any] = {"status": status, "changed_at": now, "expires_at": now + self._keep, **_NO_LEASE}
        if validators is not None:
            text = validators_of(validators)
            values["validators_sealed"] = self._sealed(text, "validators_sealed", item.id) if text else None
        with self._database.transaction():
            _lock(item.source)
            again = {**values, "state": FrontierState.WAITING, "due_at": now, "attempts": 0, "is_wanted_again": False}
            if self._held(item).filter(is_wanted_again=True).update(**again):
                return True
            # What led to a page behind a wall is judged again with it, at the next visit.
            if state is not FrontierState.BLOCKED or item.new.ask is not Ask.PAGE:
                values["context_sealed"] = None
            return self._change(item, state=state, **values)

    def retry(
        self, item: FrontierItem, due_at: dt.datetime, now: dt.datetime, *, attempts_most: int = ATTEMPTS_MOST
    ) -> FrontierState:
        """Give a row back that failed: tried again later, or given up after the last attempt.

        Args:
            item: What this process holds.
            due_at: When to try again.
            now: The present instant.
            attempts_most: After how many it is given up.

        Raises:
            LeaseLostError: another process has it.
        """
        if item.attempts >= attempts_most:
            self.finish(item, FrontierState.FAILED, now)
            return FrontierState.FAILED
        self._change(item, due_at=due_at, changed_at=now, **_NO_LEASE)
        return FrontierState.WAITING

    def freeze(
        self, source: SourceId, now: dt.datetime, *, keys: Collection[str] = (), thread: ThreadId | None = None
    ) -> int:
        """Freeze what may concern minors: it is never asked for, and its address is forgotten here.

        Whoever holds such a row finds it frozen: what :meth:`finish` says of it does not count.

        Args:
            source: Of which source.
            now: When.
            keys: What: keys of :class:`NewFrontier`.
            thread: Everything of a thread.

        Returns:
            How many rows were frozen.
        """
        nothing = {"what_sealed": None, "context_sealed": None, "validators_sealed": None}
        values = {"state": FrontierState.FROZEN, "changed_at": now, **nothing}
        wanted = [index for key in keys for index in self._sealer.indexes(exact(key))]
        with self._database.transaction():
            _lock(source)
            rows = FrontierRow.objects.filter(source_id=source).exclude(state=FrontierState.FROZEN)
            count = rows.filter(thread_id=thread).update(**values) if thread else 0
            for batch in in_batches(wanted):
                count += rows.filter(key_index__in=batch).update(**values)
        return count

    def known_of(self, source: SourceId, thread: ThreadId) -> list[NewFrontier]:
        """Return everything that was found in a thread, asked for or not."""
        rows = FrontierRow.objects.filter(source_id=source, thread_id=thread, what_sealed__isnull=False)
        with self._database.reading():
            return [self._item(row).new for row in rows.order_by("id")]

    def reopen(self, source: SourceId, now: dt.datetime) -> int:
        """Ask again for the pages of a source that stood behind a wall at an earlier visit; return how many.

        Pictures behind one are many, and stay there: a forum that shows them to nobody is not asked for each of them
        at each visit.
        """
        with self._database.transaction():
            _lock(source)
            rows = FrontierRow.objects.filter(source_id=source, state=FrontierState.BLOCKED, ask=Ask.PAGE)
            return rows.update(**_waiting(now))

    def next_instant(
        self, *, busy_hosts: Collection[bytes] = (), sources: Collection[SourceId] | None = None
    ) -> dt.datetime | None:
        """Return when the next row becomes due or the next lease ends; None if nothing waits.

        Args:
            busy_hosts: Digests of hosts whose rows do not count: the caller knows until when they are left in peace.
            sources: Only what belongs to these.
        """
        with self._database.reading():
            return self._line.next_instant(frontier_line.watched_among(sources), busy_hosts)

    def counts(self, source: SourceId) -> dict[FrontierState, int]:
        """Return how many rows of a source are in each state."""
        with self._database.reading():
            rows = FrontierRow.objects.filter(source_id=source).values_list("state").annotate(Count("id"))
            return {FrontierState(state): count for state, count in rows}

    def _add(self, source: SourceId, news: Sequence[NewFrontier], now: dt.datetime) -> int:
        indexes = {index: new for new in news for index in self._sealer.indexes(exact(new.key))}
        known: dict[str, FrontierRow] = {}
        for batch in in_batches(indexes):
            for row in FrontierRow.objects.filter(source_id=source, key_index__in=batch):
                known[indexes[bytes(row.key_index)].key] = row
        unknown = [new for new in news if new.key not in known]
        added = unknown[: self._room.take(source, len(unknown))]
        # Among equals, what stands first on a page is asked for first.
        since = [now - dt.timedelta(microseconds=len(added) - 1 - place) for place in range(len(added))]
        made = [self._row(source, new, now, due_at) for new, due_at in zip(added, since, strict=True)]
        FrontierRow.objects.bulk_create(made)
        seen = [row.id for row in known.values() if row.expires_at < now + self._keep - _KEPT_LONGER_BY]
        for ids in in_batches(seen):
            FrontierRow.objects.filter(id__in=ids).update(expires_at=now + self._keep)
        for new in news:
            if new.key in known:
                self._refresh(known[new.key], new, now)
        return len(made)

    def _refresh(self, row: FrontierRow, new: NewFrontier, now: dt.datetime) -> None:
        """Change a row that is known, if it must be; looked at anew if somebody claimed it meanwhile."""
        while values := self._changes(row, new, now):
            rows = FrontierRow.objects.filter(id=row.id, state=row.state, lease_token=row.lease_token)
            if rows.update(**values):
                return
            row.refresh_from_db()

    def _changes(self, row: FrontierRow, new: NewFrontier, now: dt.datetime) -> dict[str, Any]:
        state = FrontierState(row.state)
        if state is FrontierState.FROZEN:
            return {}
        ends = new.expires_at or _NEVER
        is_fresher = new.expires_at is not None and ends > row.url_ends_at
        if new.again and state in _OVER:
            found = {"posted_at": new.posted_at, "thread_id": new.thread or row.thread_id}
            return {**self._written(row.id, new), **found, **_waiting(now)}
        if new.again and row.lease_until is not None:
            return {} if row.is_wanted_again else {"is_wanted_again": True}
        if state is FrontierState.WAITING:
            is_free = row.lease_until is None
            return {**(self._written(row.id, new) if is_fresher and is_free else {}), **frontier_line.sooner(row, new)}
        # It failed, or was gone, under an address that had ended: there may be more behind the fresh one.
        had_ended = state is FrontierState.GONE and row.url_ends_at <= row.changed_at
        if is_fresher and (state is FrontierState.FAILED or had_ended):
            return {**self._written(row.id, new), **_waiting(now)}
        return {}

    def _row(self, source: SourceId, new: NewFrontier, now: dt.datetime, due_at: dt.datetime) -> FrontierRow:
        made = new_id(IdKind.FRONTIER)
        return FrontierRow(
            id=made,
            source_id=source,
            ask=new.ask,
            key_index=self._sealer.index(exact(new.key)),
            thread_id=new.thread,
            depth=new.depth,
            state=FrontierState.WAITING,
            due_at=due_at,
            changed_at=now,
            expires_at=now + self._keep,
            posted_at=new.posted_at,
            **self._written(made, new),
        )

    def _written(self, row: str, new: NewFrontier) -> dict[str, Any]:
        """Return the columns that a fresher address replaces."""
        return {
            "what_sealed": self._sealed(what_of(new), "what_sealed", row),
            "host_index": self.host_digest(new.url),
            "context_sealed": self._sealed(context_of_words(new), "context_sealed", row) if new.context else None,
            "urgency": new.urgency,
            "place": frontier_line.place_in_line(new),
            "run": new.run,
            "url_ends_at": new.expires_at or _NEVER,
        }

    def _sealed(self, text: str, column: str, row: str) -> bytes:
        return seal_text(self._sealer, text, FrontierRow, column, row)

    def _item(self, row: FrontierRow) -> FrontierItem:
        def opened(column: str) -> str:
            return unseal_text(self._sealer, getattr(row, column), FrontierRow, column, row.id)

        key, url, page_url, post = what_in(opened("what_sealed"))
        new = NewFrontier(
            ask=Ask(row.ask),
            url=url,
            key=key,
            context=context_in(opened("context_sealed")),
            depth=row.depth,
            urgency=Urgency(row.urgency),
            expires_at=row.url_ends_at if row.url_ends_at < _NEVER else None,
            thread=ThreadId(row.thread_id) if row.thread_id else None,
            post=post,
            page_url=page_url,
            posted_at=row.posted_at,
            run=row.run,
        )
        return FrontierItem(
            id=FrontierId(row.id),
            source=SourceId(row.source_id),
            new=new,
            token=row.lease_token,
            attempts=row.attempts,
            validators=validators_in(opened("validators_sealed")),
        )

    def _held(self, item: FrontierItem) -> Any:  # noqa: ANN401 - Django's query sets have no short type
        return FrontierRow.objects.filter(id=item.id, lease_token=item.token, state=FrontierState.WAITING)

    def _change(self, item: FrontierItem, **values: Any) -> bool:  # noqa: ANN401 - columns of any type
        """Change a row if the claim still holds; one that was frozen meanwhile only loses its lease: then False.

        Raises:
            LeaseLostError: another process has it.
        """
        with self._database.transaction():
            _lock(item.source)
            if self._held(item).update(**values):
                return True
            frozen = FrontierRow.objects.filter(id=item.id, lease_token=item.token, state=FrontierState.FROZEN)
            if frozen.update(**_NO_LEASE):
                return False
        message = f"the row {item.id} was given to another process"
        raise LeaseLostError(message, advice="Nothing was done twice: what this process did of it is undone.")


def _lock(source: SourceId) -> bool:
    """Let nobody else write to a source's frontier until the transaction ends; tell whether it is watched."""
    rows = SourceRow.objects.select_for_update(no_key=True).filter(id=source)
    return rows.values_list("state", flat=True).first() == SourceState.ACTIVE


def _waiting(now: dt.datetime) -> dict[str, Any]:
    return {"state": FrontierState.WAITING, "due_at": now, "attempts": 0, "changed_at": now}
