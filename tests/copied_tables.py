"""The newest tables in a fresh database, copied: every migration runs once for the whole suite, not once a test.

They take a second of processor time. What is copied is what they made, as each database says it by itself:
``iterdump`` of SQLite, ``pg_dump`` of PostgreSQL. Tests of migrations ask for ``every_migration`` and run them all.
"""

from __future__ import annotations

import re
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from databases import TEMPLATE, migrate, server_programs
from rempart.store import Database, DatabaseLocation
from rempart.store.schema import LATEST

#: What ``pg_dump`` asks of the session that reads it; ours has its own settings.
_OF_THE_SESSION = re.compile(r"^(?:SET |SELECT pg_catalog\.set_config|\\|--).*$\n?", re.MULTILINE)


class CopiedTables:
    """Makes the newest tables where there are none, instead of the first migration."""

    def __init__(self, folder: Path, apply_next: Callable[[Database], str | None]) -> None:
        """Copy nothing yet.

        Args:
            folder: Where the file to copy is made.
            apply_next: What applies one migration.
        """
        self._folder = folder
        self.apply_next = apply_next
        """The real one."""
        self._scripts: dict[str, str] = {}

    def __call__(self, database: Database) -> str | None:
        """Make them all if there are none; else go on as ever."""
        with database.reading():
            if database.connection.introspection.table_names():
                return self.apply_next(database)
            connection: Any = database.connection.connection
        if database.vendor == "sqlite":
            connection.executescript(self._of_sqlite())
        else:
            connection.execute(self._of_postgresql(database.location))
        return LATEST

    def _of_sqlite(self) -> str:
        if "sqlite" not in self._scripts:
            path = self._folder / "tables.db"
            path.touch(mode=0o600)
            migrate(str(path))
            reader = sqlite3.connect(path)
            self._scripts["sqlite"] = "\n".join(reader.iterdump())
            reader.close()
        return self._scripts["sqlite"]

    def _of_postgresql(self, location: DatabaseLocation) -> str:
        """Return what the tests' server has in its template, which was made by migrations."""
        if "postgresql" not in self._scripts:
            programs = server_programs()
            assert programs is not None
            where = ["-h", location.host, "-U", location.user]
            dump = [str(programs / "pg_dump"), *where, "--inserts", "--no-owner", TEMPLATE]
            said = subprocess.run(dump, check=True, capture_output=True, text=True, timeout=120).stdout
            self._scripts["postgresql"] = _OF_THE_SESSION.sub("", said)
        return self._scripts["postgresql"]
