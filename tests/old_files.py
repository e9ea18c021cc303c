"""Databases of earlier versions, for tests of upgrading."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from databases import make_sqlite
from rempart.store import Database, DatabaseLocation
from rempart.store.schema import _KNOWN
from required import ROOT

VECTOR = ROOT / "tests" / "vectors" / "workspace-0001.sql"


def open_at(url: str) -> Database:
    """Open the database at an address."""
    return Database(DatabaseLocation.parse(url), patience_s=5)


def old_file(folder: Path) -> str:
    """Write a file of the first version, and return its path."""
    path = make_sqlite(folder)
    writer = sqlite3.connect(path)
    writer.executescript(VECTOR.read_text())
    writer.close()
    return path


def since(migration: str) -> list[str]:
    """Return this migration and those after it."""
    return list(_KNOWN[_KNOWN.index(migration) :])


def structure(path: str) -> set[tuple[str, str]]:
    """Return what a file is made of: names, and the statements that make them."""
    reader = sqlite3.connect(path)
    found = reader.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    rows = {(str(name), " ".join(str(sql).split())) for name, sql in found}
    reader.close()
    return rows
