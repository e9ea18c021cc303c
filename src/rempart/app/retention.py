"""Delete what is past its end, clean the files of it, and note that it was done: a command and a job call this."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from rempart.config import RetentionSettings
from rempart.errors import UnavailableError
from rempart.model.retention import ClassState, RetentionTerms, RowClass
from rempart.model.work import EventKind
from rempart.privacy.interface import RetentionStore
from rempart.store import Database, Journal, erase_traces

logger = logging.getLogger(__name__)

#: Rows of one kind that go in one transaction: others wait for the write lock that long.
_BATCH: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionReport:
    """What one run did, and what is left."""

    at: dt.datetime
    """The instant on which ends were judged."""
    deleted: Mapping[RowClass, int]
    """How many rows went, by kind."""
    states: tuple[ClassState, ...]
    """What is left of each kind: how many, how many of them past their end, and since when the oldest is there."""
    files_cleaned: bool
    """Whether what was deleted has left every file of the database; if not, the job must be tried again."""
    traces: str
    """Where traces may still be, in words; empty if nowhere."""

    @property
    def past_end(self) -> int:
        """Return how many rows should be gone and are not."""
        return sum(state.past_end for state in self.states)


def retention_terms(settings: RetentionSettings) -> RetentionTerms:
    """Return the terms of rows whose end is not written in them."""
    return RetentionTerms(
        jobs=dt.timedelta(days=settings.jobs_days),
        tombstones=dt.timedelta(days=settings.tombstones_days),
        consents=dt.timedelta(days=settings.consents_days),
    )


def enforce_retention(
    database: Database,
    repository: RetentionStore,
    journal: Journal,
    now: dt.datetime,
    *,
    workspace: str,
    actor: str = "system",
    batch: int = _BATCH,
    on_batch: Callable[[], None] = lambda: None,
) -> RetentionReport:
    """Delete everything that is past its end. It may be cut anywhere and begun again.

    (1) kind by kind, in batches, each in a transaction of its own; (2) clean the files of what was deleted;
    (3) note in the journal how many rows of each kind went; (4) look what is left.

    Args:
        database: The workspace's.
        repository: Its rows with an end.
        journal: Where the run is noted.
        now: The instant on which ends are judged.
        workspace: Its identifier, the subject of the note.
        actor: Who asked for it.
        batch: Rows of one transaction.
        on_batch: Called after each, outside of it: a job extends its lease.

    Raises:
        UnavailableError: the database went away; what went until then is gone, and the next run does the rest.
    """
    deleted = dict.fromkeys(RowClass, 0)
    for row_class in RowClass:  # (1)
        while count := repository.enforce(row_class, now, batch):
            deleted[row_class] += count
            on_batch()
            if count < batch:
                break
    traces, files_cleaned = _clean(database, repository, deleted)  # (2)
    detail = {**{str(row_class): count for row_class, count in deleted.items()}, "files_cleaned": int(files_cleaned)}
    journal.note(EventKind.RETENTION_ENFORCED, workspace, actor=actor, now=now, detail=detail)  # (3)
    report = RetentionReport(
        at=now, deleted=deleted, states=repository.state(now), files_cleaned=files_cleaned, traces=traces
    )  # (4)
    logger.info("retention: %d rows deleted, %d still past their end", sum(deleted.values()), report.past_end)
    return report


def _clean(database: Database, repository: RetentionStore, deleted: Mapping[RowClass, int]) -> tuple[str, bool]:
    """Clean the files, unless nothing went and the last run left nothing: it rewrites the whole database.

    Returns:
        Where traces may still be, in words, and whether this database's own files are clean.
    """
    last = repository.last_run()
    if not any(deleted.values()) and (last is None or last.files_cleaned):
        return "", True
    try:
        return erase_traces(database), True
    except UnavailableError as error:
        return str(error), False
