"""A copy of a whole database as one file of SQLite, whatever it runs on, and putting such a copy back.

The copy of a SQLite file is made by ``VACUUM INTO``: one consistent state, and no page of what was deleted. Rows of
PostgreSQL are copied table by table, in one transaction that sees one state.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.db import connections, models, transaction

from rempart.store.database import Database
from rempart.store.location import DatabaseLocation
from rempart.store.models import (
    AccessRow,
    AheadRow,
    AlertDoorRow,
    AlertRow,
    AssetRow,
    AuthorisationRow,
    CaseRow,
    CertificatesRow,
    CheckpointRow,
    ConsentRow,
    CopyRow,
    CosignatureRow,
    CustodyRow,
    DecoyRow,
    DetailedRow,
    ErasureRow,
    EventRow,
    EvidenceCertificatesRow,
    EvidenceRecipientRow,
    EvidenceRow,
    ExcerptRow,
    FingerprintRow,
    FrontierRow,
    FrozenRow,
    GroundRow,
    HandOffRow,
    HoldRow,
    HostRow,
    ImportedRow,
    JobRow,
    LeafRow,
    ListingRow,
    LocatorRow,
    LogEntryRow,
    LogNameRow,
    ManifestRow,
    MatchRow,
    NodeRow,
    OwnerRow,
    PartnerRow,
    PlanRow,
    RecipientRow,
    ReferralRow,
    RemovedRow,
    RobotsRow,
    ScanRow,
    ScanSkipRow,
    SearchHitRow,
    SentRow,
    SightingRow,
    SourceRow,
    SuspendedRow,
    ThreadRow,
    TracedLeakRow,
    TraceRow,
    User,
    WorkspaceRow,
)

#: Every table, what is referred to before what refers to it.
TABLES: Final[tuple[type[models.Model], ...]] = (
    WorkspaceRow,
    User,
    GroundRow,
    OwnerRow,
    AssetRow,
    FingerprintRow,
    DetailedRow,
    ConsentRow,
    CaseRow,
    PlanRow,
    SourceRow,
    ThreadRow,
    FrontierRow,
    ScanRow,
    ScanSkipRow,
    SightingRow,
    MatchRow,
    ExcerptRow,
    AlertRow,
    AlertDoorRow,
    SearchHitRow,
    LocatorRow,
    ReferralRow,
    FrozenRow,
    PartnerRow,
    ImportedRow,
    ListingRow,
    RemovedRow,
    SuspendedRow,
    SentRow,
    HostRow,
    RobotsRow,
    AuthorisationRow,
    RecipientRow,
    CopyRow,
    DecoyRow,
    TraceRow,
    ManifestRow,
    CertificatesRow,
    TracedLeakRow,
    LogNameRow,
    LeafRow,
    NodeRow,
    LogEntryRow,
    CheckpointRow,
    CosignatureRow,
    AheadRow,
    EvidenceRow,
    EvidenceRecipientRow,
    CustodyRow,
    HoldRow,
    ErasureRow,
    HandOffRow,
    EvidenceCertificatesRow,
    JobRow,
    EventRow,
    AccessRow,
)
_BATCH: Final = 1_000
_OTHER: Final = "snapshot"


def write_snapshot(database: Database, path: Path) -> None:
    """Copy the database into a new file of SQLite, readable by this account alone.

    Raises:
        UnavailableError: the database or the disk does not let us.
    """
    if database.vendor == "sqlite":
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        database.execute("VACUUM INTO %s", (str(path),))
        return
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    with _other(path), database.transaction():
        database.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        _make_tables(path)
        _copy(source="default", target=_OTHER)


def read_snapshot(database: Database, path: Path) -> None:
    """Put a copy back into an empty database that has the tables.

    Raises:
        UnavailableError: the database does not let us; nothing is kept.
    """
    with _other(path), database.transaction():
        _copy(source=_OTHER, target="default")


def _copy(*, source: str, target: str) -> None:
    with transaction.atomic(using=target):
        for table in TABLES:
            batch: list[models.Model] = []
            for row in table._default_manager.using(source).order_by("pk").iterator(chunk_size=_BATCH):  # noqa: SLF001 - Django's way
                batch.append(row)
                if len(batch) == _BATCH:
                    table._default_manager.using(target).bulk_create(batch)  # noqa: SLF001 - as above
                    batch.clear()
            table._default_manager.using(target).bulk_create(batch)  # noqa: SLF001 - as above


@contextlib.contextmanager
def _other(path: Path) -> Iterator[None]:
    """Let Django know a second database while the copy lasts."""
    location = DatabaseLocation(vendor="sqlite", name=str(path))
    connections.settings[_OTHER] = connections.configure_settings({"default": {}, _OTHER: location.django_settings()})[
        _OTHER
    ]
    try:
        yield
    finally:
        connections[_OTHER].close()
        del connections[_OTHER]
        del connections.settings[_OTHER]


def _make_tables(path: Path) -> None:
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415 - only where a copy is made

    del path
    executor = MigrationExecutor(connections[_OTHER])
    executor.migrate(executor.loader.graph.leaf_nodes("store"))
