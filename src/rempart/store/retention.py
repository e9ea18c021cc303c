"""What is past its end: counting it, deleting exactly that, and proving when it was done.

Ends that are written in a row (``expires_at``) hold even if the settings change. The others are computed from the
terms: a finished job, a consent for what is gone, what is left of a withdrawn asset.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Exists, Min, Model, OuterRef, Q, QuerySet

from rempart.model.asset import AssetState, ConsentScope
from rempart.model.frontier import FrontierState
from rempart.model.retention import ClassState, RetentionRun, RetentionTerms, RowClass
from rempart.model.source import SourceState
from rempart.model.work import EventKind, JobState
from rempart.store.database import Database
from rempart.store.matches import delete_belongings
from rempart.store.models import (
    AccessRow,
    AssetRow,
    AuthorisationRow,
    CaseRow,
    ConsentRow,
    DetailedRow,
    EventRow,
    FingerprintRow,
    FrontierRow,
    GroundRow,
    HostRow,
    JobRow,
    LocatorRow,
    ManifestRow,
    MatchRow,
    OwnerRow,
    PlanRow,
    ReferralRow,
    RobotsRow,
    ScanRow,
    ScanSkipRow,
    SearchHitRow,
    SightingRow,
    SourceRow,
    ThreadRow,
    TracedLeakRow,
    TraceRow,
)

#: The triggers of append-only tables judge by the database's clock, to the millisecond: a row that they would refuse
#: is left for the next run.
_TRIGGER_MARGIN: Final = dt.timedelta(seconds=1)
#: Names of what a scan did not compare go this many at a time: a scan may have a million.
_SLICE: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """Where the rows of a class are, and since when one of them is there."""

    row: type[Model]
    since: str
    among: Q = field(default_factory=Q)


_KINDS: Final = {
    RowClass.SIGHTING: _Kind(row=SightingRow, since="seen_at"),
    RowClass.SCAN: _Kind(row=ScanRow, since="started_at"),
    RowClass.ACCESS: _Kind(row=AccessRow, since="at"),
    RowClass.EVENT: _Kind(row=EventRow, since="at"),
    RowClass.JOB: _Kind(row=JobRow, since="finished_at", among=Q(state__in=(JobState.DONE, JobState.DEAD))),
    RowClass.CONSENT: _Kind(row=ConsentRow, since="given_at"),
    RowClass.TOMBSTONE: _Kind(row=AssetRow, since="withdrawn_at", among=Q(state=AssetState.WITHDRAWN)),
    RowClass.GROUND: _Kind(row=GroundRow, since="stated_at"),
    RowClass.HOST: _Kind(row=HostRow, since="changed_at"),
    RowClass.ROBOTS: _Kind(row=RobotsRow, since="read_at"),
    RowClass.AUTHORISATION: _Kind(row=AuthorisationRow, since="given_at"),
    RowClass.TRACE: _Kind(row=TraceRow, since="at"),
    RowClass.MANIFEST: _Kind(row=ManifestRow, since="signed_at", among=Q(asset=None)),
    RowClass.SEARCH_HIT: _Kind(row=SearchHitRow, since="at"),
    RowClass.LOCATOR: _Kind(row=LocatorRow, since="seen_at"),
    RowClass.FRONTIER: _Kind(row=FrontierRow, since="changed_at"),
    RowClass.THREAD: _Kind(row=ThreadRow, since="opened_at"),
    RowClass.SOURCE: _Kind(row=SourceRow, since="ended_at", among=Q(state=SourceState.ENDED)),
    RowClass.PLAN: _Kind(row=PlanRow, since="made_at"),
    RowClass.REFERRAL: _Kind(row=ReferralRow, since="at", among=Q(handed_at__isnull=False)),
}
#: Whose end is written in them, and nothing else counts.
_BY_THEIR_END: Final = frozenset(
    {
        *(RowClass.SIGHTING, RowClass.SCAN, RowClass.HOST, RowClass.ROBOTS, RowClass.AUTHORISATION, RowClass.TRACE),
        *(RowClass.MANIFEST, RowClass.SEARCH_HIT, RowClass.LOCATOR, RowClass.REFERRAL),
    }
)
#: What may concern minors stays stopped as long as its source is watched.
_STOPPED: Final = {
    RowClass.FRONTIER: Q(state=FrontierState.FROZEN, source__state=SourceState.ACTIVE),
    RowClass.THREAD: Q(is_frozen=True, source__state=SourceState.ACTIVE),
}


class RetentionRepository:
    """What is past its end."""

    def __init__(self, database: Database, terms: RetentionTerms) -> None:
        """Work on an open database.

        Args:
            database: Where the rows are.
            terms: How long those are kept whose end is not written in them.
        """
        self._database = database
        self._terms = terms

    def past_end(self, now: dt.datetime) -> dict[RowClass, int]:
        """Count what should be gone, by kind."""
        with self._database.reading():
            return {row_class: self._past(row_class, now).count() for row_class in RowClass}

    def state(self, now: dt.datetime) -> tuple[ClassState, ...]:
        """Return, for each kind, how much there is, how much of it should be gone, and since when the oldest is."""
        past, states = self.past_end(now), []
        with self._database.reading():
            for row_class, kind in _KINDS.items():
                rows = kind.row._default_manager.filter(kind.among)  # noqa: SLF001 - a model not known by name
                oldest = rows.aggregate(oldest=Min(kind.since))["oldest"]
                states.append(
                    ClassState(row_class=row_class, kept=rows.count(), past_end=past[row_class], oldest=oldest)
                )
        return tuple(states)

    def enforce(self, row_class: RowClass, now: dt.datetime, limit: int) -> int:
        """Delete rows of one kind that are past their end, with what belongs to them, all or nothing.

        Args:
            row_class: Which kind; the kinds are done in their order, so that nothing refers to what goes.
            now: The instant on which ends are judged.
            limit: How many at most, in one transaction.

        Returns:
            How many went; fewer than the limit when no more are past their end.
        """
        if row_class is RowClass.SCAN:
            self._delete_skipped(now, limit)
        with self._database.transaction():
            # A row that another process is changing just now (a scan that goes on) is left for the next run.
            rows = self._past(row_class, now).order_by("pk").select_for_update(skip_locked=True, of=("self",))
            keys = list(rows.values_list("pk", flat=True)[:limit])
            _part_with(row_class, keys)
            _KINDS[row_class].row._default_manager.filter(pk__in=keys).delete()  # noqa: SLF001 - as above
        return len(keys)

    def last_run(self) -> RetentionRun | None:
        """Return the latest run that the journal holds; None if there was none."""
        with self._database.reading():
            row = EventRow.objects.filter(kind=EventKind.RETENTION_ENFORCED).order_by("-at", "-id").first()
        if row is None:
            return None
        return RetentionRun(
            at=row.at,
            actor=row.actor,
            deleted={row_class: int(row.detail.get(row_class, 0)) for row_class in RowClass},
            files_cleaned=bool(row.detail.get("files_cleaned", 0)),
        )

    def _delete_skipped(self, now: dt.datetime, limit: int) -> None:
        """Delete what past scans set aside, in slices, each in its own transaction."""
        with self._database.reading():
            scans = list(self._past(RowClass.SCAN, now).order_by("pk").values_list("pk", flat=True)[:limit])
        for scan in scans:
            while True:
                with self._database.transaction():
                    rows = ScanSkipRow.objects.filter(scan_id=scan)
                    last = rows.order_by("number").values_list("number", flat=True)[_SLICE : _SLICE + 1].first()
                    if last is None:
                        break
                    rows.filter(number__lt=last).delete()

    def _past(self, row_class: RowClass, now: dt.datetime) -> QuerySet[Any]:
        rows: QuerySet[Any] = _KINDS[row_class].row._default_manager.all()  # noqa: SLF001 - as above
        if row_class in _BY_THEIR_END:
            return rows.filter(expires_at__lte=now)
        match row_class:
            case RowClass.ACCESS | RowClass.EVENT:
                rows = rows.filter(expires_at__lte=self._as_triggers_judge(now))
            case RowClass.JOB:
                finished = JobRow.objects.filter(state__in=(JobState.DONE, JobState.DEAD))
                rows = finished.filter(finished_at__lte=now - self._terms.jobs)
            case RowClass.CONSENT:
                rows = _ended_consents(now - self._terms.consents)
            case RowClass.TOMBSTONE:
                rows = _ended_tombstones(now - self._terms.tombstones)
            case RowClass.GROUND:
                rows = _unused_grounds(now - self._terms.tombstones)
            case RowClass.FRONTIER | RowClass.THREAD:
                rows = rows.filter(~_STOPPED[row_class], expires_at__lte=now)
            case RowClass.SOURCE:
                rows = _ended_sources(now)
            case RowClass.PLAN:
                rows = rows.filter(~Exists(SourceRow.objects.filter(plan=OuterRef("pk"))), expires_at__lte=now)
        return rows

    def _as_triggers_judge(self, now: dt.datetime) -> dt.datetime:
        return min(now, self._database.instant() - _TRIGGER_MARGIN)


def _part_with(row_class: RowClass, keys: Sequence[str]) -> None:
    """Delete what belongs to some rows, and let go of what only refers to them."""
    match row_class:
        case RowClass.SIGHTING:
            delete_belongings(keys)
        case RowClass.SCAN:
            ScanSkipRow.objects.filter(scan_id__in=keys).delete()
            # A sighting has its own end, and needs no scan to be shown.
            SightingRow.objects.filter(scan_id__in=keys).update(scan=None)
        case RowClass.TRACE:
            TracedLeakRow.objects.filter(trace_id__in=keys).delete()
        case RowClass.TOMBSTONE:
            for belonging in (MatchRow, FingerprintRow, DetailedRow):
                belonging._default_manager.filter(asset_id__in=keys).delete()  # noqa: SLF001 - as above
        case RowClass.THREAD:
            FrontierRow.objects.filter(thread_id__in=keys).update(thread=None)
            SightingRow.objects.filter(thread_id__in=keys).update(thread=None)
        case RowClass.SOURCE:
            ReferralRow.objects.filter(source_id__in=keys).update(source=None)


def _unused_grounds(before: dt.datetime) -> QuerySet[GroundRow]:
    """Return rights to which nothing refers, since long enough."""
    used = [Exists(row._default_manager.filter(ground=OuterRef("pk"))) for row in (AssetRow, OwnerRow)]  # noqa: SLF001 - as above
    return GroundRow.objects.filter(~used[0], ~used[1], stated_at__lte=before)


def _ended_sources(now: dt.datetime) -> QuerySet[SourceRow]:
    """Return sources that ended long enough ago; one waits for what was found through it."""
    belonging = (SightingRow, FrontierRow, ThreadRow, SearchHitRow, LocatorRow)
    rows = SourceRow.objects.filter(state=SourceState.ENDED, expires_at__lte=now)
    for row in belonging:
        found = row._default_manager.filter(source=OuterRef("pk"))  # noqa: SLF001 - as above
        rows = rows.filter(~Exists(found))
    return rows


def _ended_consents(before: dt.datetime) -> QuerySet[ConsentRow]:
    """Return consents for nothing that is registered, since long enough.

    One for an asset ends with that asset; one for all of an owner's ends with her last asset. It counts from the
    latest of: given, taken back, asset withdrawn.
    """
    hers = AssetRow.objects.filter(owner=OuterRef("owner_id"))
    alive_or_recent = ~Q(state=AssetState.WITHDRAWN) | Q(withdrawn_at__gt=before)
    for_one = Q(asset__state=AssetState.WITHDRAWN, asset__withdrawn_at__lte=before)
    for_all = Q(asset=None) & ~Exists(hers.filter(alive_or_recent))
    taken_back = Q(withdrawn_at=None) | Q(withdrawn_at__lte=before)
    # As long as there is a case of hers, it says by what right the evidence in it was gathered.
    needed = Q(scope=ConsentScope.EVIDENCE) & Exists(CaseRow.objects.filter(owner=OuterRef("owner_id")))
    return ConsentRow.objects.filter(for_one | for_all, taken_back, ~needed, given_at__lte=before)


def _ended_tombstones(before: dt.datetime) -> QuerySet[AssetRow]:
    """Return what is left of assets that are erased since long enough.

    It waits for the consents of that asset; and the last one of an owner waits for her consents for all, because it
    tells since when these are for nothing.
    """
    hers = AssetRow.objects.filter(owner=OuterRef("owner_id"))
    later = hers.filter(
        Q(withdrawn_at__gt=OuterRef("withdrawn_at")) | Q(withdrawn_at=OuterRef("withdrawn_at"), pk__gt=OuterRef("pk"))
    )
    is_needed = Exists(ConsentRow.objects.filter(owner=OuterRef("owner_id"), asset=None)) & ~(
        Exists(hers.exclude(state=AssetState.WITHDRAWN)) | Exists(later)
    )
    return AssetRow.objects.filter(
        ~Exists(ConsentRow.objects.filter(asset=OuterRef("pk"))),
        ~is_needed,
        state=AssetState.WITHDRAWN,
        erased_at__lte=before,
    )
