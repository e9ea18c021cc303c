"""What every test shares: no setting of the machine, compiled kernels, and tasks that only tests run in the sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import log_watch
from required import ROOT, skip_or_fail

if TYPE_CHECKING:
    from databases import PostgresServer
    from rempart.app.workspace import Workspace
    from rempart.config import Settings
    from rempart.store import Database


@pytest.fixture(autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's own settings, in a file or in variables, out of every test."""
    for name in [n for n in os.environ if n.startswith("REMPART_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.getbasetemp() / "no-config"))


@pytest.fixture(scope="session", autouse=True)
def watched_log() -> Iterator[None]:
    """Log everything that the suite does, and end red if a planted secret is in any line."""
    log_watch.begin()
    yield
    assert log_watch.end() == []


@pytest.fixture(scope="session", autouse=True)
def kernel_cache(watched_log: None) -> Path:
    """Compile every kernel once, in the user's cache; other processes load them."""
    del watched_log  # it is there first, and ends last
    from rempart.detect.warming import make_warm  # noqa: PLC0415 - numba, after the environment is clean
    from rempart.kernels import compile as kernel_cache  # noqa: PLC0415 - as above

    folder = kernel_cache.use_cache_folder(None)
    make_warm(folder)
    assert folder is not None
    return folder


@pytest.fixture(scope="session", autouse=True)
def _copied_tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Make the tables of fresh databases by copying them; :func:`every_migration` does not."""
    from copied_tables import CopiedTables  # noqa: PLC0415 - Django, after the environment is clean
    from rempart.store import schema  # noqa: PLC0415 - as above

    with pytest.MonkeyPatch.context() as patch:
        copied = CopiedTables(tmp_path_factory.mktemp("tables"), schema._apply_next)
        patch.setattr(schema, "_apply_next", copied)
        yield


@pytest.fixture
def every_migration(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run every migration on a fresh database, as users do."""
    from copied_tables import CopiedTables  # noqa: PLC0415 - as above
    from rempart.store import schema  # noqa: PLC0415 - as above

    copied: object = schema._apply_next
    assert isinstance(copied, CopiedTables)
    monkeypatch.setattr(schema, "_apply_next", copied.apply_next)


@pytest.fixture(scope="session")
def test_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an interpreter that also finds ``tests/tasks.py``: workers are isolated and take no path from us."""
    folder = tmp_path_factory.mktemp("python")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    [site] = folder.glob("lib/python3*/site-packages")
    paths = [p for p in sys.path if p.endswith("site-packages")] + [str(ROOT / "src"), str(ROOT / "tests")]
    (site / "tests.pth").write_text("\n".join(paths))
    return folder / "bin" / "python"


@pytest.fixture
def with_test_tasks(test_python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers be started with an interpreter that knows the tests' tasks."""
    monkeypatch.setattr(sys, "executable", str(test_python))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Start a server for this session, or skip (red where CI requires it)."""
    from databases import PostgresServer, server_programs  # noqa: PLC0415 - Django, for those who need it

    programs = server_programs()
    if programs is None:
        skip_or_fail("postgresql", "its server programs are not installed")
        return
    server = PostgresServer(programs)
    yield server
    server.end()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of a fresh database with the newest tables: each test runs on both kinds."""
    from databases import PostgresServer, make_sqlite  # noqa: PLC0415 - as above
    from rempart.store import Database, DatabaseLocation, upgrade  # noqa: PLC0415 - as above

    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        assert isinstance(server, PostgresServer)
        return server.make()
    path = make_sqlite(tmp_path)
    database = Database(DatabaseLocation.parse(path))
    upgrade(database)
    database.close()
    return path


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Open a fresh database with the newest tables: each test runs on both kinds."""
    from rempart.store import Database, DatabaseLocation  # noqa: PLC0415 - as above

    opened = Database(DatabaseLocation.parse(database_url), patience_s=5)
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Settings, Workspace]]:
    """Make a shared workspace, in which Oscar works: each test runs on both kinds of database."""
    from databases import PostgresServer  # noqa: PLC0415 - as above
    from workspaces import make  # noqa: PLC0415 - as above

    url = ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        assert isinstance(server, PostgresServer)
        url = server.make("template0")
    settings, workspace = make(tmp_path / "workspace", url=url)
    yield settings, workspace
    workspace.database.close()
