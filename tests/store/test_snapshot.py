"""A copy holds every table, whatever it runs on, and goes back into an empty database."""

from __future__ import annotations

from pathlib import Path

from django.apps import apps
from django.db import models

from databases import PostgresServer
from registered import Registered
from rempart.store import Database, DatabaseLocation, read_snapshot, write_snapshot
from rempart.store.snapshot import TABLES
from watched import Watched, case_of, fill_watch


def test_every_table_is_copied_after_what_it_refers_to() -> None:
    """One that is forgotten would be lost with the disk."""
    assert set(TABLES) == set(apps.get_app_config("store").get_models())
    for place, table in enumerate(TABLES):
        referred = {field.related_model for field in table._meta.get_fields() if isinstance(field, models.ForeignKey)}
        assert referred <= set(TABLES[: place + 1])


def test_what_is_watched_comes_back(database: Database, postgres: PostgresServer, tmp_path: Path) -> None:
    """From either kind of database into a server's."""
    owners = Registered(database)
    here = Watched(database, owners.user, owners.sealer)
    fill_watch(here, case_of(owners), owners.found(0, owners.add(1)).matches)
    before = [list(table._default_manager.order_by("pk").values()) for table in TABLES]
    write_snapshot(database, tmp_path / "copy.db")
    database.close()

    other = Database(DatabaseLocation.parse(postgres.make()))
    read_snapshot(other, tmp_path / "copy.db")

    assert [list(table._default_manager.order_by("pk").values()) for table in TABLES] == before
    other.close()
