"""The version of a database: making it, upgrading it, refusing one that is newer, checking that it is whole."""

from __future__ import annotations

from typing import Final

from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from rempart.errors import WorkspaceError
from rempart.store.append_only import trigger_names
from rempart.store.database import Database

_APP: Final = "store"
#: The last migration of this version; a test compares it with the folder. Knowing it spares reading them all.
LATEST: Final = "0002_findings"


def upgrade(database: Database) -> list[str]:
    """Apply every migration that is missing, each in one transaction, and return their names. There is no way back.

    Raises:
        WorkspaceError: the database was made by a newer version.
    """
    _refuse_newer(_applied(database))
    with database.reading():
        executor = MigrationExecutor(database.connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes(_APP))
        executor.migrate(executor.loader.graph.leaf_nodes(_APP), plan=plan)
    return [migration.name for migration, _ in plan]


def require_current(database: Database) -> None:
    """Make sure that this version of Rempart and this database fit.

    Raises:
        WorkspaceError: the database is empty, older or newer.
    """
    applied = _applied(database)
    _refuse_newer(applied)
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
        present = {str(row[0]) for row in database.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")}
    missing = sorted(trigger_names(database.vendor) - present)
    found += [f"the trigger {name} is missing: history could be rewritten" for name in missing]
    return found


def _applied(database: Database) -> set[str]:
    with database.reading():
        recorder = MigrationRecorder(database.connection)
        return {name for app, name in recorder.applied_migrations() if app == _APP}


def _refuse_newer(applied: set[str]) -> None:
    """Stop before a database of a later version is touched.

    Raises:
        WorkspaceError: it has a migration that this version does not know.
    """
    if newer := sorted(name for name in applied if name[:4] > LATEST[:4]):
        message = f"the database is of a newer version of Rempart ({newer[-1]}) than this one ({LATEST})"
        raise WorkspaceError(message, advice="Install the newer version: there is no way back but an older backup.")
