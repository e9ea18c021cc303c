"""Withdrawal is real: the bytes of every file are read, on both databases."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from databases import PostgresServer, make_sqlite, on_postgresql, server_programs
from registered import MONTH, NOW, Registered
from rempart.errors import UnavailableError
from rempart.model.asset import Registration
from rempart.store import Database, DatabaseLocation, erase_traces, faults, upgrade
from rempart.store.erasure import BYTES_COLUMNS
from rempart.store.sealing import SEALED_COLUMNS
from required import skip_or_fail
from traces import traces

#: Reads the database in a transaction until it is told to end.
READER = """
import sys
from rempart.store import Database, DatabaseLocation
database = Database(DatabaseLocation.parse(sys.argv[1]))
begin = "BEGIN" if database.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ"
database.execute(begin)
database.execute(sys.argv[2])
print("reads", flush=True)
sys.stdin.read()
"""


def fill(here: Registered, count: int, step: int, detail: int = 0) -> list[Registration]:
    """Register pictures, of which each tenth was seen somewhere."""
    registrations = [
        here.registration(label=f"picture {n}.jpg", detail=here.random.randbytes(detail) or None) for n in range(count)
    ]
    for start in range(0, count, step):
        here.assets.add(registrations[start : start + step])
    scan = here.findings.begin("pile", by=here.user.id, now=NOW, keep=MONTH)
    found = [here.found(n, [r.asset.id], f"pile/{n}.jpg") for n, r in enumerate(registrations) if n % 10 == 0]
    here.findings.record(scan.id, findings=found, asides=[], place=(1,), tally={"items": count}, now=NOW, keep=MONTH)
    return registrations


def secrets_of(here: Registered, gone: list[Registration]) -> dict[str, list[bytes]]:
    """Return every value that must disappear, before it does."""
    ids = {r.asset.id for r in gone}
    labels = {str(a): bytes(b) for a, b in here.database.execute("SELECT id, label_sealed FROM asset")}
    seen = "SELECT asset_id, place_sealed FROM sighting s, match_found m WHERE m.sighting_id = s.id"
    return {
        "digest": [r.digest for r in gone],
        "bits": [f.bits for r in gone for f in r.fingerprints],
        "label": [labels[a] for a in ids],
        "detail": [r.detailed_sealed for r in gone if r.detailed_sealed] or [os.urandom(8)],
        "place": [bytes(place) for a, place in here.database.execute(seen) if a in ids],
    }


def files_of(database: Database, temporary: Path) -> list[Path]:
    """Return the database's files, its log and index and journal, and what lies in the temporary folder."""
    path = Path(database.location.name)
    return [p for p in [*path.parent.iterdir(), *temporary.rglob("*")] if p.is_file()]


@pytest.fixture
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the temporary folder of SQLite and of Python, empty."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("SQLITE_TMPDIR", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Database]:
    """Open a fresh file."""
    database = Database(DatabaseLocation.parse(make_sqlite(tmp_path)))
    upgrade(database)
    yield database
    database.close()


@pytest.mark.parametrize(
    "count,added,order,detail",
    [
        (300, 1, "at once", 0),
        (300, 7, "at once", 0),
        (300, 300, "by identifier", 0),
        (300, 7, "one by one", 3_000),
        (3_000, 500, "one by one", 0),
        (20_000, 900, "by fifties", 0),
    ],
)
def test_nothing_is_left_in_any_file(
    file: Database, temporary: Path, count: int, added: int, order: str, detail: int
) -> None:
    """A random half is withdrawn: not one piece of it, while the other half is all there."""
    here = Registered(file, seed=count + added)
    registrations = fill(here, count, added, detail)
    gone = random.Random(2).sample(registrations, count // 2)  # noqa: S311 - a seed
    ids = {r.asset.id for r in gone}
    kept = [r for r in registrations if r.asset.id not in ids]
    secrets, stays = secrets_of(here, gone), secrets_of(here, kept)
    if order == "by identifier":
        gone.sort(key=lambda r: r.asset.id)
    step = {"one by one": 1, "by fifties": 50}.get(order, count)
    for start in range(0, len(gone), step):
        here.assets.withdraw([r.asset.id for r in gone[start : start + step]], NOW)

    assert erase_traces(file) == ""

    assert traces(files_of(file, temporary), secrets) == Counter()
    found = traces(files_of(file, temporary), stays)
    assert {kind for _, kind in found} == set(stays) - (set() if detail else {"detail"})
    assert here.assets.count() == count - count // 2
    assert faults(file) == []


def test_moved_cells_leave_copies_behind(file: Database, temporary: Path) -> None:
    """Why a checkpoint is not enough: here SQLite 3.40 leaves a digest in the free space of a page."""
    here = Registered(file, seed=39)
    registrations = fill(here, 300, 1)
    gone = here.random.sample(registrations, 150)
    secrets = secrets_of(here, gone)
    here.assets.withdraw([r.asset.id for r in gone], NOW)
    file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    left = traces(files_of(file, temporary), secrets)

    erase_traces(file)

    assert traces(files_of(file, temporary), secrets) == Counter()
    if not left:
        pytest.skip("this version of SQLite moved its cells otherwise")
    assert {kind for _, kind in left} == {"digest"}


def start_reader(url: str, statement: str) -> subprocess.Popen[bytes]:
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, url, statement], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == b"reads\n"
    return reader


@pytest.mark.parametrize("statement", ["SELECT count(*) FROM fingerprint", "SELECT count(*) FROM user_account"])
def test_a_reader_keeps_traces_until_it_ends(database: Database, database_url: str, statement: str) -> None:
    """It is not reported as done, whichever table it read; afterwards it is."""
    here = Registered(database)
    gone = fill(here, 50, 50)
    with start_reader(database_url, statement) as reader:
        here.assets.withdraw([r.asset.id for r in gone], NOW)

        with pytest.raises(UnavailableError, match="another command reads the database"):
            erase_traces(database, patience_s=0.3)
        assert len(here.assets.awaiting()) == 50
        reader.communicate(b"", timeout=10)

    erase_traces(database, patience_s=5)
    assert here.assets.count() == 0


def test_those_who_wait_are_waited_for(database: Database, database_url: str) -> None:
    """A reader that ends soon costs nobody an error."""
    here = Registered(database)
    fill(here, 10, 10)
    with start_reader(database_url, "SELECT count(*) FROM asset") as reader:
        timer = threading.Timer(0.5, lambda: reader.stdin.close() if reader.stdin else None)
        timer.start()

        erase_traces(database, patience_s=20)

        timer.join()
        reader.wait(timeout=10)


def test_a_full_disk_leaves_the_database_whole(file: Database) -> None:
    """Cleaning needs room; without it nothing is lost, and it is not reported as done."""
    here = Registered(file)
    gone = fill(here, 300, 300)
    here.assets.withdraw([r.asset.id for r in gone[:10]], NOW)
    file.close()
    code = (
        "import resource, signal, sys\nfrom rempart.errors import UnavailableError\nfrom rempart.store import *\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "database = Database(DatabaseLocation.parse(sys.argv[1]))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "try: erase_traces(database)\nexcept UnavailableError as error: print(error)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, file.location.name], capture_output=True, encoding="utf-8", check=True
    )

    assert "the disk is full or failing" in done.stdout
    assert faults(file) == []
    assert here.assets.count() == 290


def test_every_column_of_bytes_has_no_statistics() -> None:
    """PostgreSQL would keep samples of them, which no cleaning of the tables reaches."""
    sealed = {(c.row._meta.db_table, name) for c in SEALED_COLUMNS for name in (c.column, c.index) if name}
    sealed |= {(c.row._meta.db_table, name) for c in SEALED_COLUMNS for name, _ in c.parts}
    bits = {("asset", "digest"), ("fingerprint", "bits"), ("fingerprint_detailed", "codes_sealed")}
    bits |= {("imported_code", "bits"), ("imported_code", "digest"), ("imported_removed", "digest")}
    bits |= {("code_suspended", "digest"), ("partner", "public_key")}
    bits |= {("signed_manifest", "manifest"), ("signed_manifest", "code_bits")}
    bits |= {("log_leaf", "commitment"), ("log_node", "hash"), ("log_checkpoint", "root")}
    bits |= {("log_entry", "event_digest"), ("log_entry", "owner_digest"), ("log_entry", "entry_sealed")}
    bits |= {("evidence_item", "sums_sha256"), ("evidence_item", "tombstone"), ("evidence_item", "tombstone_seal")}
    bits |= {("watched_thread", name) for name in ("last_post", "tail_posts", "signature", "media_codes")}
    bits |= {("referral", "url_digest"), ("frozen", "digest"), ("frozen", "signature")}
    own = [f for m in apps.get_app_config("store").get_models() for f in m._meta.get_fields()]
    bits |= {
        (f.model._meta.db_table, f.name)
        for f in own
        if isinstance(f, models.BinaryField) and f.name.endswith("_sealed")
    }

    assert set(BYTES_COLUMNS) == sealed | bits


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """Start a server that tests may stop."""
    programs = server_programs()
    if programs is None:
        skip_or_fail("postgresql", "its server programs are not installed")
        return
    server = PostgresServer(programs)
    yield server
    server.end()


@pytest.mark.parametrize("cleaned", [False, True])
def test_nothing_is_left_in_the_files_of_a_server(own_server: PostgresServer, cleaned: bool) -> None:  # noqa: FBT001
    """Tables, indexes, statistics, catalogues; plain VACUUM leaves half, and the log is told, not cleaned."""
    database = Database(DatabaseLocation.parse(own_server.make()))
    here = Registered(database)
    registrations = fill(here, 2_000, 500, 100)
    database.execute("ANALYZE")
    gone = here.random.sample(registrations, 1_000)
    secrets = secrets_of(here, gone)
    here.assets.withdraw([r.asset.id for r in gone], NOW)

    if cleaned:
        said = erase_traces(database)
        assert "write-ahead log" in said
        assert "replica" not in said
    else:
        database.execute("VACUUM asset, fingerprint, fingerprint_detailed, match_found, sighting")
    database.execute("ANALYZE")
    database.execute("CHECKPOINT")
    [(oid,)] = database.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
    database.close()
    own_server.stop("fast")
    try:
        data = own_server.folder / "data"
        own = [p for p in (data / "base" / str(oid)).iterdir() if p.is_file()]
        found = traces(own, secrets)
        others = [p for p in data.rglob("*") if p.is_file() and "base" not in p.parts and "pg_wal" not in p.parts]
        assert traces(others, secrets) == Counter()
    finally:
        own_server.start()

    kinds = {kind for _, kind in found}
    assert kinds == (set() if cleaned else {"digest", "bits", "label", "detail", "place"})


@on_postgresql
def test_other_sessions_wait_and_go_on(database: Database, database_url: str) -> None:
    """Whoever holds a table keeps it from being cleaned for a while, and is told of."""
    here = Registered(database)
    fill(here, 10, 10)
    with start_reader(database_url, "LOCK TABLE sighting IN ACCESS SHARE MODE") as reader:
        with pytest.raises(UnavailableError):
            erase_traces(database, patience_s=0.3)
        reader.communicate(b"", timeout=10)

    assert erase_traces(database, patience_s=5)
    assert database.execute("SHOW lock_timeout") == [("0",)]
