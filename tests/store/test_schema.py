"""Versions of a database: made, upgraded without losing a row, refused untouched when they are not ours."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

import rempart.store.migrations
from databases import PostgresServer, make_sqlite
from fakes import FakeSealer
from forked import Forked
from rempart.errors import WorkspaceError
from rempart.model.ids import AssetId
from rempart.store import (
    AssetRepository,
    Database,
    DatabaseLocation,
    FingerprintRepository,
    Journal,
    OwnerRepository,
    WorkspaceRepository,
    faults,
    require_current,
    upgrade,
)
from rempart.store.schema import _KNOWN, LATEST
from required import ROOT
from vectors import make_workspace_0001 as first_version

VECTOR = ROOT / "tests" / "vectors" / "workspace-0001.sql"
FOLDER = Path(rempart.store.migrations.__file__).parent
#: Upgrades a database, and is killed where a statement begins.
CUT_LOADS = "import os, signal, sys\nfrom rempart.store import *"
CUT = (
    "import os, signal, sys\nfrom rempart.store import *\nfrom django.db import connection\n"
    "database = Database(DatabaseLocation.parse(sys.argv[1]))\n"
    "def cut(execute, sql, *rest):\n"
    "    if sql.startswith(sys.argv[2]): os.kill(os.getpid(), signal.SIGKILL)\n"
    "    return execute(sql, *rest)\n"
    "connection.execute_wrappers.append(cut)\nupgrade(database)"
)


@pytest.fixture(scope="module")
def cuts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forked]:
    """Return what upgrades a database and is killed."""
    yield (forked := Forked(tmp_path_factory.mktemp("cuts"), CUT_LOADS, CUT))
    forked.end()


def open_at(url: str) -> Database:
    return Database(DatabaseLocation.parse(url), patience_s=5)


def old_file(folder: Path) -> str:
    path = make_sqlite(folder)
    writer = sqlite3.connect(path)
    writer.executescript(VECTOR.read_text())
    writer.close()
    return path


def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    tables = sorted(t for t in connection.introspection.table_names() if t != "django_migrations")
    found = {t: database.execute(f"SELECT * FROM {t}") for t in tables}  # noqa: S608 - our own tables
    plain = {
        t: [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in r] for t, r in found.items()
    }
    return {t: sorted(r, key=repr) for t, r in plain.items()}


def since(migration: str) -> list[str]:
    """Return this migration and those after it."""
    return list(_KNOWN[_KNOWN.index(migration) :])


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


def structure(path: str) -> set[tuple[str, str]]:
    reader = sqlite3.connect(path)
    found = reader.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    rows = {(str(name), " ".join(str(sql).split())) for name, sql in found}
    reader.close()
    return rows


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


@pytest.mark.parametrize(
    "moment", ['CREATE TABLE "source"', 'CREATE TABLE "match_found"', "CREATE INDEX", 'INSERT INTO "django_migrations"']
)
def test_a_power_cut_in_the_middle_leaves_the_old(cuts: Forked, tmp_path: Path, moment: str) -> None:
    """Killed before its last statement too: the tables are not there without the note; going on works."""
    path = old_file(tmp_path)
    before = structure(path)

    done = cuts.run(path, moment)

    assert done.returncode == -signal.SIGKILL
    assert structure(path) == before
    database = open_at(path)
    assert upgrade(database) == since("0002_findings")
    assert faults(database) == []
    database.close()


@pytest.mark.parametrize("moment", ['CREATE TABLE "partner"', 'CREATE TABLE "imported_removed"'])
def test_a_power_cut_in_the_third_leaves_the_second(cuts: Forked, tmp_path: Path, moment: str) -> None:
    """Each migration is done or not: no table of the exchange is left without the others."""
    path = old_file(tmp_path)

    done = cuts.run(path, moment)

    assert done.returncode == -signal.SIGKILL
    assert not {name for name, _ in structure(path)} & {"partner", "imported_code", "imported_removed", "code_sent"}
    database = open_at(path)
    assert upgrade(database) == since("0003_exchange")
    assert faults(database) == []
    database.close()


@pytest.mark.parametrize("moment", ['CREATE TABLE "host"', 'CREATE TABLE "authorisation"'])
def test_a_power_cut_in_the_fifth_leaves_the_fourth(cuts: Forked, tmp_path: Path, moment: str) -> None:
    """No table of hosts is left without the others; what was there before is as it was."""
    path = old_file(tmp_path)

    done = cuts.run(path, moment)

    assert done.returncode == -signal.SIGKILL
    assert not {name for name, _ in structure(path)} & {"host", "robots_copy", "authorisation"}
    database = open_at(path)
    assert upgrade(database) == since("0005_hosts")
    assert faults(database) == []
    database.close()


@pytest.mark.parametrize("moment", ['CREATE TABLE "recipient"', 'CREATE TABLE "leak_trace"'])
def test_a_power_cut_in_the_sixth_leaves_the_fifth(cuts: Forked, tmp_path: Path, moment: str) -> None:
    """No table of copies is left without the others."""
    path = old_file(tmp_path)

    done = cuts.run(path, moment)

    assert done.returncode == -signal.SIGKILL
    assert not {name for name, _ in structure(path)} & {"recipient", "marked_copy", "decoy", "leak_trace"}
    database = open_at(path)
    assert upgrade(database) == since("0006_copies")
    assert faults(database) == []
    database.close()


@pytest.mark.parametrize("moment", ['CREATE TABLE "signing_certificates"', 'CREATE TABLE "signed_manifest"'])
def test_a_power_cut_in_the_eighth_leaves_the_seventh(cuts: Forked, tmp_path: Path, moment: str) -> None:
    """No table of certificates is left without that of what they signed."""
    path = old_file(tmp_path)

    done = cuts.run(path, moment)

    assert done.returncode == -signal.SIGKILL
    assert not {name for name, _ in structure(path)} & {"signing_certificates", "signed_manifest"}
    database = open_at(path)
    assert upgrade(database) == since("0008_manifests")
    assert faults(database) == []
    database.close()


@pytest.mark.parametrize("moment", ['CREATE TABLE "log_leaf"', "CREATE TRIGGER log_leaf_no_replace"])
def test_a_power_cut_in_the_ninth_leaves_the_eighth(cuts: Forked, tmp_path: Path, moment: str) -> None:
    """No table of the log is left without the triggers that keep it."""
    path = old_file(tmp_path)

    done = cuts.run(path, moment)

    assert done.returncode == -signal.SIGKILL
    assert not {name for name, _ in structure(path)} & {"log_leaf", "log_node", "log_checkpoint", "log_entry"}
    database = open_at(path)
    assert upgrade(database) == since("0009_log")
    assert faults(database) == []
    database.close()


@pytest.mark.parametrize("moment", ['CREATE TABLE "custody_event"', "CREATE TRIGGER custody_event_no_replace"])
def test_a_power_cut_in_the_tenth_leaves_the_ninth(cuts: Forked, tmp_path: Path, moment: str) -> None:
    """No table of evidence is left without the triggers that keep its custody."""
    path = old_file(tmp_path)

    done = cuts.run(path, moment)

    assert done.returncode == -signal.SIGKILL
    assert not {name for name, _ in structure(path)} & {"evidence_case", "evidence_item", "custody_event"}
    database = open_at(path)
    assert upgrade(database) == since("0010_evidence")
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
