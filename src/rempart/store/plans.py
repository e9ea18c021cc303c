"""Launch plans: a day, what is watched around it, and until when."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection

from rempart.errors import NotFoundError
from rempart.model.ids import AssetId, IdKind, PlanId, SourceId, UserId, is_id
from rempart.model.plan import DAYS_AFTER, LaunchPlan
from rempart.store.database import Database
from rempart.store.interface import FieldSealer
from rempart.store.models import PlanRow
from rempart.store.sealing import seal_text, unseal_text


class PlanRepository:
    """The launch plans of one workspace."""

    def __init__(self, database: Database, sealer: FieldSealer, *, keep: dt.timedelta) -> None:
        """Work on an open database.

        Args:
            database: Where the rows are.
            sealer: Seals titles and queries.
            keep: How long a plan is kept after its last day.
        """
        self._database = database
        self._sealer = sealer
        self._keep = keep

    def add(self, plan: LaunchPlan, now: dt.datetime) -> LaunchPlan:
        """Write a plan, whose identifier the caller drew."""
        last = dt.datetime.combine(plan.date + dt.timedelta(days=DAYS_AFTER), dt.time(), dt.UTC)
        queries = json.dumps(plan.queries, ensure_ascii=False)
        with self._database.transaction():
            PlanRow.objects.create(
                id=plan.id,
                title_sealed=seal_text(self._sealer, plan.title, PlanRow, "title_sealed", plan.id),
                date=plan.date,
                begins=plan.begins,
                by_id=plan.by,
                queries_sealed=seal_text(self._sealer, queries, PlanRow, "queries_sealed", plan.id),
                sources=list(plan.sources),
                decoys=list(plan.decoys),
                made_at=now,
                expires_at=max(last, now) + self._keep,
            )
        return plan

    def get(self, plan: str) -> LaunchPlan:
        """Return a plan.

        Raises:
            NotFoundError: there is none of this identifier.
        """
        row = None
        if is_id(plan, IdKind.PLAN):
            with self._database.reading():
                row = PlanRow.objects.filter(id=plan).first()
        if row is None:
            message = f"there is no plan {plan!r}"
            raise NotFoundError(message, advice="List them with: rempart plan list")
        return self._plan(row)

    def all(self, *, include_ended: bool = False) -> list[LaunchPlan]:
        """Return the plans, the next launch first.

        Args:
            include_ended: Those that a person ended too.
        """
        rows = PlanRow.objects.order_by("date", "id")
        with self._database.reading():
            return [self._plan(row) for row in (rows if include_ended else rows.filter(ended_at=None))]

    def of_source(self, source: SourceId) -> list[LaunchPlan]:
        """Return the plans that nobody ended and in which a source is."""
        return [plan for plan in self.all() if source in plan.sources]

    def watch(self, plan: PlanId, sources: Collection[SourceId]) -> LaunchPlan:
        """Add sources to a plan.

        Raises:
            NotFoundError: there is none of this identifier.
        """
        with self._database.transaction():
            row = PlanRow.objects.select_for_update(no_key=True).filter(id=plan).first()
            if row is not None:
                row.sources = list(dict.fromkeys([*row.sources, *sources]))
                row.save(update_fields=["sources"])
        return self.get(plan)

    def end(self, plan: PlanId, now: dt.datetime) -> bool:
        """End a plan before its last day; its sources have their own cadence again. Tell whether it held."""
        with self._database.transaction():
            rows = PlanRow.objects.filter(id=plan, ended_at=None)
            return bool(rows.update(ended_at=now, expires_at=now + self._keep))

    def _plan(self, row: PlanRow) -> LaunchPlan:
        queries = unseal_text(self._sealer, row.queries_sealed, PlanRow, "queries_sealed", row.id)
        return LaunchPlan(
            id=PlanId(row.id),
            title=unseal_text(self._sealer, row.title_sealed, PlanRow, "title_sealed", row.id),
            date=row.date,
            begins=row.begins,
            by=UserId(row.by_id),
            queries=tuple(json.loads(queries)),
            sources=tuple(SourceId(source) for source in row.sources),
            decoys=tuple(AssetId(asset) for asset in row.decoys),
            ended_at=row.ended_at,
        )
