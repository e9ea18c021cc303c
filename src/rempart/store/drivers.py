"""Which databases this installation can speak to."""

from __future__ import annotations

import importlib.util
import sqlite3
from typing import Final

#: ``RETURNING`` and ``MATERIALIZED``, with which a job is claimed in one statement (sqlite.org, release 3.35.0).
SQLITE_OLDEST: Final = (3, 35, 0)


def sqlite_version() -> str:
    """Return the version of the library that Python was built with."""
    return sqlite3.sqlite_version


def is_sqlite_recent() -> bool:
    """Tell whether that library can do what the store asks of it."""
    return sqlite3.sqlite_version_info >= SQLITE_OLDEST


def has_postgresql() -> bool:
    """Tell whether PostgreSQL's driver is installed (the extra ``postgres``)."""
    return importlib.util.find_spec("psycopg") is not None
