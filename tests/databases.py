"""Databases for tests: a file of SQLite, and a PostgreSQL server of our own behind a Unix socket, as nobody's root."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import pytest

#: Where Debian, Fedora and Homebrew put the server's programs, beside PATH.
_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")

#: Which database of a server has the newest tables, and nothing in them.
TEMPLATE = "rempart_template"
#: Marks of a test that has a sense on one kind of database only.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
#: The same of a test of a whole workspace: for what takes long, and where the kind of database is no part of it.
made_on_sqlite = pytest.mark.parametrize("made", ["sqlite"], indirect=True)


def server_programs() -> Path | None:
    """Return the folder of ``initdb`` and ``pg_ctl``, the newest; None where PostgreSQL is not installed."""
    found = [Path(p).parent for p in [shutil.which("initdb")] if p]
    for pattern in _PLACES:
        found += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    return next((folder for folder in found if (folder / "pg_ctl").exists() and (folder / "createdb").exists()), None)


class PostgresServer:
    """A server on a socket of its own, ended with the tests; it listens on no network address."""

    def __init__(self, programs: Path) -> None:
        """Make a cluster and start it: as ``postgres`` if we are root, whom initdb refuses."""
        self._programs = programs
        self._user = "postgres" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="rempart-pg-"))
        if self._user:
            os.chown(self.folder, pwd.getpwnam(self._user).pw_uid, -1)
        self._run(
            "initdb", "--pgdata", self._data, "--auth=trust", "--username=rempart", "--encoding=UTF8", "--no-sync"
        )
        self.start()
        try:
            self._run("createdb", "-h", str(self.folder), "-U", "rempart", "-T", "template0", TEMPLATE)
            migrate(self.url(TEMPLATE))
        except BaseException:
            self.end()
            raise

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def start(self) -> None:
        """Start it."""
        # Little of its journal is kept: tests read all of it, and each database that is made adds some megabytes.
        journal = "-c fsync=off -c max_wal_size=96MB -c min_wal_size=32MB"
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c max_connections=60 {journal}"
        self._run("pg_ctl", "-D", self._data, "-w", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop it; ``immediate`` is what a power cut looks like to its clients."""
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def end(self) -> None:
        """Stop it for good."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str) -> str:
        """Return the address of one of its databases."""
        return f"postgresql://rempart@/{name}?host={self.folder}"

    def make(self, template: str = TEMPLATE) -> str:
        """Make a database, with the newest tables or (``template0``) with none, and return its address."""
        name = f"t{uuid.uuid4().hex}"
        self._run("createdb", "-h", str(self.folder), "-U", "rempart", "-T", template, name)
        return self.url(name)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        subprocess.run(
            command,
            check=True,
            user=self._user,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=120,
        )


def migrate(url: str) -> None:
    """Make the newest tables by every migration, in a process of its own: one has one database open at a time."""
    code = "import sys; from rempart.store import *; upgrade(Database(DatabaseLocation.parse(sys.argv[1])))"
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code, url], env={**os.environ, **paths}, check=True, timeout=120)


def make_sqlite(folder: Path) -> str:
    """Make an empty file for a database, as ``rempart init`` does, and return its path."""
    path = folder / f"{uuid.uuid4().hex}.db"
    path.touch(mode=0o600)
    return str(path)
