"""The triggers that make a table append-only, on both databases.

A row may be added. It may not be changed. It may be deleted only after its own end, ``expires_at``: retention is the
law too (GDPR article 5(1)(e)). A row without an end stays.
"""

from __future__ import annotations

from typing import Final

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

#: The tables to which rows are only added.
APPEND_ONLY_TABLES: Final = ("event", "access_trace")

_SQLITE: Final[tuple[str, ...]] = (
    "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
    "WHEN OLD.expires_at IS NULL OR OLD.expires_at > strftime('%Y-%m-%d %H:%M:%f', 'now') "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
    # INSERT OR REPLACE deletes without firing the trigger above (recursive_triggers is off): no known id comes twice,
    # nor a known rowid, by which a row can be replaced as well (it is -1 here unless the statement gives one).
    "CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
    "WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR rowid = NEW.rowid) "
    "BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
)
_POSTGRESQL_FUNCTION: Final = """
CREATE FUNCTION rempart_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.expires_at IS NOT NULL AND OLD.expires_at <= clock_timestamp() THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$"""
_POSTGRESQL: Final = (
    "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION rempart_append_only()",
    "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION rempart_append_only()",
)


def trigger_names(vendor: str) -> set[str]:
    """Return the names of the triggers that must exist."""
    statements = _SQLITE if vendor == "sqlite" else _POSTGRESQL
    return {sql.format(table=table).split()[2] for table in APPEND_ONLY_TABLES for sql in statements}


def create_triggers(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create them; part of the first migration."""
    del apps
    if editor.connection.vendor == "sqlite":
        statements = _SQLITE
    else:
        editor.execute(_POSTGRESQL_FUNCTION, params=None)
        statements = _POSTGRESQL
    for table in APPEND_ONLY_TABLES:
        for statement in statements:
            editor.execute(statement.format(table=table), params=None)
