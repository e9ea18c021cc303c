"""The version of a database: making it, upgrading it, refusing one that is newer, checking that it is whole."""

from __future__ import annotations

import contextlib
from typing import Final

from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from rempart.errors import UnavailableError, WorkspaceError
from rempart.store.append_only import trigger_names
from rempart.store.database import Database
from rempart.store.never_changed import never_changed_triggers

_APP: Final = "store"
#: Every migration of this version; a test compares them with the folder. Knowing them spares reading them all.
_KNOWN: Final = (
    *("0001_initial", "0002_findings", "0003_exchange", "0004_placement", "0005_hosts", "0006_copies"),
    *("0007_trace_leaks", "0008_manifests", "0009_log", "0010_evidence", "0011_watch", "0012_pages_first"),
    "0013_visits",
)
LATEST: Final = _KNOWN[-1]
_ENABLED_TRIGGERS: Final = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
#: Which advisory lock of PostgreSQL lets one command at a time upgrade.
_UPGRADE_LOCK: Final = 0x52454D51


def upgrade(database: Database) -> list[str]:
    """Apply every migration that is missing, each in one transaction, and return their names. There is no way back.

    A migration and the note that it was applied are one transaction: a power cut leaves the old version or the new
    one (Django alone writes the note after the commit, if indexes are made last). Two commands at once do it once.

    Raises:
        WorkspaceError: the database was made by a newer version, or belongs to another program.
    """
    done: list[str] = []
    while LATEST not in _known_only(database):
        name = _apply_next(database)
        if name is not None:
            done.append(name)
    return done


def _apply_next(database: Database) -> str | None:
    """Apply the first migration that is missing; None if another command did it meanwhile."""
    connection = database.connection
    with database.reading():
        # SQLite changes a table by making it anew, which foreign keys forbid; they cannot be lifted in a transaction.
        connection.disable_constraint_checking()
    try:
        with database.transaction():
            if database.vendor == "postgresql":
                database.execute("SELECT pg_advisory_xact_lock(%s)", (_UPGRADE_LOCK,))
            if not _known_only(database):
                _refuse_foreign(database)
            executor = MigrationExecutor(connection)
            plan = executor.migration_plan(executor.loader.graph.leaf_nodes(_APP))[:1]
            if not plan:
                return None
            [(migration, _)] = plan
            executor.migrate([(migration.app_label, migration.name)], plan=plan)
            return migration.name
    finally:
        with contextlib.suppress(UnavailableError), database.reading():
            connection.enable_constraint_checking()


def require_current(database: Database) -> None:
    """Make sure that this version of Rempart and this database fit.

    Raises:
        WorkspaceError: the database is empty, older or newer.
    """
    applied = _known_only(database)
    if not applied:
        message = f"the database {database.location.in_words()} holds no workspace"
        raise WorkspaceError(message, advice="Make one with: rempart init")
    if LATEST not in applied:
        message = f"the database {database.location.in_words()} is of an older version of Rempart ({max(applied)})"
        raise WorkspaceError(message, advice="Back it up, then: rempart db upgrade")


def faults(database: Database) -> list[str]:
    """Return what is wrong with the file and its structure, in words; empty if nothing is."""
    found = []
    if database.vendor == "sqlite":
        found += [str(row[0]) for row in database.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
        broken = database.execute("PRAGMA foreign_key_check")
        found += [f"a row of {row[0]} refers to a row of {row[2]} that is gone" for row in broken[:20]]
        present = {str(row[0]) for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    else:
        present = {str(row[0]) for row in database.execute(_ENABLED_TRIGGERS)}
    wanted = trigger_names(database.vendor) | never_changed_triggers(database.vendor)
    missing = sorted(wanted - present)
    found += [f"the trigger {name} is missing or switched off: history could be rewritten" for name in missing]
    return found


def _applied(database: Database) -> set[str]:
    with database.reading():
        recorder = MigrationRecorder(database.connection)
        return {name for app, name in recorder.applied_migrations() if app == _APP}


def _known_only(database: Database) -> set[str]:
    """Return what is applied, and stop before a database of a later version is touched.

    Raises:
        WorkspaceError: it has a migration that this version does not know.
    """
    applied = _applied(database)
    if newer := sorted(applied - set(_KNOWN)):
        message = f"the database is of a newer version of Rempart ({newer[-1]}) than this one ({LATEST})"
        raise WorkspaceError(message, advice="Install the newer version: there is no way back but an older backup.")
    return applied


def _refuse_foreign(database: Database) -> None:
    """Stop before tables are made among those of another program.

    Raises:
        WorkspaceError: there are some.
    """
    with database.reading():
        tables = database.connection.introspection.table_names()
    if tables:
        message = f"the database {database.location.in_words()} holds something else already ({min(tables)})"
        raise WorkspaceError(message, advice="Give Rempart a database of its own, empty.")
