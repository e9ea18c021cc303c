"""Versions of a database: made, upgraded without losing a row, refused untouched when they are not ours."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

import rempart.store.migrations
from databases import PostgresServer, make_sqlite
from fakes import FakeSealer
from old_files import old_file, open_at, since, structure
from rempart.errors import WorkspaceError
from rempart.model.frontier import FrontierState, Urgency
from rempart.model.ids import AssetId
from rempart.store import (
    AssetRepository,
    Database,
    FingerprintRepository,
    Journal,
    OwnerRepository,
    WorkspaceRepository,
    faults,
    require_current,
    upgrade,
)
from rempart.store.schema import _KNOWN, LATEST
from vectors import make_workspace_0001 as first_version
from watched import DAY, NOW, SITE, Watched, page, picture

FOLDER = Path(rempart.store.migrations.__file__).parent


def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    tables = sorted(t for t in connection.introspection.table_names() if t != "django_migrations")
    found = {t: database.execute(f"SELECT * FROM {t}") for t in tables}  # noqa: S608 - our own tables
    plain = {
        t: [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in r] for t, r in found.items()
    }
    return {t: sorted(r, key=repr) for t, r in plain.items()}


def test_the_latest_is_the_newest_file() -> None:
    """A constant spares reading them all at each start."""
    assert max(p.stem for p in FOLDER.glob("0*.py")) == LATEST


def test_tables_and_migrations_do_not_drift(database: Database) -> None:
    """Django finds nothing to write."""
    assert database.vendor
    call_command("makemigrations", "store", check=True, dry_run=True, verbosity=0)


@pytest.mark.usefixtures("every_migration")
def test_from_nothing_and_again(tmp_path: Path) -> None:
    """The second time does nothing."""
    database = open_at(make_sqlite(tmp_path))

    first = upgrade(database)
    before = rows_of(database)
    second = upgrade(database)

    assert first == list(_KNOWN)
    assert second == []
    assert rows_of(database) == before
    assert faults(database) == []
    assert database.execute("PRAGMA foreign_keys") == [(1,)]
    database.close()


def whole_structure(database: Database) -> list[tuple[object, ...]]:
    """Return tables, columns, indexes, constraints and triggers, as the database says them."""
    if database.vendor == "sqlite":
        return sorted(database.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"), key=repr)
    found = [
        *database.execute(
            "SELECT table_name, column_name, column_default, is_nullable, udt_name, "
            "character_maximum_length FROM information_schema.columns WHERE table_schema = 'public'"
        ),
        *database.execute("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"),
        *database.execute("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid <> 0"),
        *database.execute("SELECT tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"),
        *database.execute("SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"),
        *database.execute(
            "SELECT attrelid::regclass::text, attname, attstattarget FROM pg_attribute "
            "WHERE attnum > 0 AND NOT attisdropped"
        ),
    ]
    return sorted((row for row in found if not str(row[0]).startswith(("pg_", "information_schema"))), key=repr)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_tests_work_on_what_migrations_make(tmp_path: Path, request: pytest.FixtureRequest, kind: str) -> None:
    """Their tables are copied from what migrations made once: down to the last trigger and statistic."""
    server = request.getfixturevalue("postgres") if kind == "postgresql" else None
    urls = [server.make("template0") if server else make_sqlite(tmp_path) for _ in range(2)]
    database = open_at(urls[0])
    assert upgrade(database) == [LATEST]
    copied = whole_structure(database)
    database.close()
    request.getfixturevalue("every_migration")
    database = open_at(urls[1])
    assert upgrade(database) == list(_KNOWN)

    assert len(copied) > 200
    assert copied == whole_structure(database)
    database.close()


def test_an_empty_database_is_not_current(tmp_path: Path) -> None:
    """It holds no workspace."""
    database = open_at(make_sqlite(tmp_path))

    with pytest.raises(WorkspaceError, match="holds no workspace"):
        require_current(database)
    database.close()


@pytest.mark.parametrize("name", ["0003_from_tomorrow", "0002_of_another_branch", "9999_x"])
def test_a_later_database_is_refused_untouched(database: Database, name: str) -> None:
    """Whatever its number: what this version does not know it must not touch."""
    now = database.connection.ops.adapt_datetimefield_value(database.instant())
    database.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('store', %s, %s)", (name, now))
    database.close()
    before = contents(database)

    with pytest.raises(WorkspaceError, match=f"newer version of Rempart \\({name}\\)"):
        require_current(database)
    with pytest.raises(WorkspaceError, match="newer version"):
        upgrade(database)
    database.close()

    assert contents(database) == before


def contents(database: Database) -> object:
    if database.vendor == "sqlite":
        return hashlib.sha256(Path(database.location.name).read_bytes()).hexdigest()
    found = rows_of(database), database.execute("SELECT relname, relfilenode FROM pg_class ORDER BY 1, 2")
    database.close()
    return found


def test_a_database_of_another_program_is_refused_untouched(tmp_path: Path) -> None:
    """A wrong path in the settings must not put our tables into somebody's bookmarks."""
    path = make_sqlite(tmp_path)
    writer = sqlite3.connect(path)
    writer.execute("CREATE TABLE moz_places (id INTEGER)")
    writer.close()
    database = open_at(path)

    with pytest.raises(WorkspaceError, match="holds something else already"):
        upgrade(database)

    assert connection.introspection.table_names() == ["moz_places"]
    database.close()


def check_upgraded(database: Database, before: dict[str, list[tuple[object, ...]]]) -> None:
    """Every row is kept, and repositories work with them."""
    after = rows_of(database)
    assert {table: after[table] for table in before} == before
    assert faults(database) == []
    require_current(database)
    sealer = FakeSealer()
    assert WorkspaceRepository(database, sealer).require("wsp_1") is True
    owner = OwnerRepository(database, sealer).get("nadia")
    labels = [asset.label for asset in AssetRepository(database, sealer).all(owner.id)]
    assert labels == ["0.jpg", "1.jpg"]
    assert [entry.digest for entry in FingerprintRepository(database).bank()] == [bytes(32), bytes([1]) * 32]
    assert len(Journal(database, access_days=1).events("wsp_1")) == 1
    assert AssetRepository(database, sealer).withdraw([AssetId(first_version.ASSETS[0])], first_version.NOW)


def test_the_first_migration_is_what_it_was(tmp_path: Path) -> None:
    """It made files that are out there: a change is a new migration.

    Before it is released: ``tests/vectors/make_workspace_0001.py`` again.
    """
    path = make_sqlite(tmp_path)
    database = open_at(path)
    first_version.at_first_migration()
    database.close()

    assert structure(path) == structure(old_file(tmp_path))


def test_an_old_file_is_upgraded(tmp_path: Path) -> None:
    """A file as the first version wrote it, with a row in each table."""
    database = open_at(old_file(tmp_path))
    before = rows_of(database)
    with pytest.raises(WorkspaceError, match=r"older version of Rempart \(0001_initial\)"):
        require_current(database)

    assert upgrade(database)[0] == "0002_findings"

    assert all(before.values())
    check_upgraded(database, before)
    database.close()


def test_an_old_database_of_a_server_is_upgraded(postgres: PostgresServer) -> None:
    """The same rows on PostgreSQL."""
    database = open_at(postgres.make("template0"))
    apps = first_version.at_first_migration()
    first_version.fill(lambda name: apps.get_model("store", name))
    before = rows_of(database)

    upgrade(database)

    check_upgraded(database, before)
    database.close()


def test_two_commands_upgrade_at_once(tmp_path: Path, postgres: PostgresServer) -> None:
    """It is done once, and neither fails."""
    code = "import sys; from rempart.store import *; upgrade(Database(DatabaseLocation.parse(sys.argv[1])))"
    for url in (make_sqlite(tmp_path), postgres.make("template0")):
        running = [subprocess.Popen([sys.executable, "-c", code, url]) for _ in range(2)]

        assert [process.wait(timeout=60) for process in running] == [0, 0]

        database = open_at(url)
        require_current(database)
        assert faults(database) == []
        database.close()


def test_upgrading_from_a_thread(tmp_path: Path) -> None:
    """A server upgrades outside its main thread."""
    database = open_at(make_sqlite(tmp_path))
    done: list[str] = []

    def work() -> None:
        done.extend(upgrade(database))
        database.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert done[-1] == LATEST
    assert os.path.getsize(database.location.name) > 0
    database.close()


#: From the twelfth and thirteenth version back to the eleventh: as a file of that version is.
BACK_TO_THE_ELEVENTH = (
    "DROP INDEX frontier_ahead",
    "DROP INDEX frontier_line",
    "ALTER TABLE frontier DROP COLUMN place",
    "ALTER TABLE frontier DROP COLUMN run",
    "ALTER TABLE source DROP COLUMN visit_requests",
    "ALTER TABLE alert_door DROP COLUMN rests_until",
    "CREATE INDEX frontier_line ON frontier (urgency, url_ends_at, due_at, id, host_index) WHERE state = 'waiting'",
    "DELETE FROM django_migrations WHERE name IN ('0012_pages_first', '0013_visits')",
)


def test_what_waited_is_asked_for_in_the_order_it_was(database: Database) -> None:
    """What an earlier version left in its line."""
    here = Watched(database)
    source = here.source().id
    here.add(source, page(5, urgency=Urgency.DEEPER), page(3, urgency=Urgency.ROOT), page(4), picture(2))
    here.add(source, picture(1, urgency=Urgency.ENDING, expires_at=NOW + DAY))
    for statement in BACK_TO_THE_ELEVENTH:
        database.execute(statement)

    assert upgrade(database) == since("0012_pages_first")

    asked = []
    while (item := here.frontier.claim("one", NOW)) is not None:
        asked.append((item.new.key, item.new.run))
        here.frontier.finish(item, FrontierState.DONE, NOW)
    attached = [(f"forum.example attachment {n}", 0) for n in (1, 2)]
    assert asked == [*attached, *((f"{SITE}/threads/{n}/", 0) for n in (3, 4, 5))]
    assert here.sources.asked() == {}
    assert faults(database) == []
