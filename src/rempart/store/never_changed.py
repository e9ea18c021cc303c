"""The triggers of tables whose rows are added and stay: the public part of the transparency log, and custody.

:mod:`rempart.store.append_only` is for rows that end one day. These do not end: what the log
holds is of nobody, and what names people or reasons in the others is sealed under a key that can be destroyed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

#: The tables, each with what makes a row the same one.
NEVER_CHANGED: Final = {
    "log_name": "number = NEW.number OR origin = NEW.origin",
    "log_leaf": "number = NEW.number",
    "log_node": "level = NEW.level AND number = NEW.number",
    "log_checkpoint": "origin = NEW.origin AND size = NEW.size",
    "log_cosignature": "origin = NEW.origin AND size = NEW.size AND witness = NEW.witness",
    "log_ahead": "origin = NEW.origin AND witness = NEW.witness AND size = NEW.size",
}
#: Those of a later migration.
CUSTODY: Final = {"custody_event": "id = NEW.id"}
_SQLITE: Final[tuple[str, ...]] = (
    "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    # INSERT OR REPLACE deletes without firing the trigger above (store/append_only.py).
    "CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
    "WHEN EXISTS (SELECT 1 FROM {table} WHERE ({same}) OR rowid = NEW.rowid) "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
)
_POSTGRESQL_FUNCTION: Final = """
CREATE FUNCTION rempart_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$"""
_POSTGRESQL: Final = (
    "CREATE TRIGGER {table}_never_changed BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION rempart_never_changed()",
    "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION rempart_never_changed()",
)


def never_changed_triggers(vendor: str) -> set[str]:
    """Return the names of the triggers that must exist."""
    return {sql.split()[2] for sql in _statements(vendor, {**NEVER_CHANGED, **CUSTODY})}


def create_never_changed(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create them; part of the migration that makes the tables."""
    del apps
    if editor.connection.vendor == "postgresql":
        editor.execute(_POSTGRESQL_FUNCTION, params=None)
    for statement in _statements(editor.connection.vendor, NEVER_CHANGED):
        editor.execute(statement, params=None)


def create_custody_triggers(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create those of what happened to evidence; after :func:`create_never_changed`."""
    del apps
    for statement in _statements(editor.connection.vendor, CUSTODY):
        editor.execute(statement, params=None)


def _statements(vendor: str, tables: Mapping[str, str]) -> list[str]:
    templates = _SQLITE if vendor == "sqlite" else _POSTGRESQL
    return [sql.format(table=table, same=same) for table, same in tables.items() for sql in templates]
