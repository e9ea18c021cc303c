"""One workspace's database: opening it, transactions that say what went wrong, and waiting for one that is away.

Django keeps its connections per process; a process works on one workspace at a time.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import os
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from rempart import clock
from rempart.errors import ConfigError, DatabaseAwayError, WorkspaceError
from rempart.store.drivers import SQLITE_OLDEST, is_sqlite_recent, sqlite_version
from rempart.store.failures import explained
from rempart.store.location import DatabaseLocation

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: How long a command waits for a database that went away in the middle of its work.
PATIENCE_S: Final = 60.0
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 5.0


class Database:
    """An open database."""

    def __init__(self, location: DatabaseLocation, *, patience_s: float = PATIENCE_S) -> None:
        """Connect.

        Raises:
            DatabaseAwayError: the server does not answer.
            WorkspaceError: the file does not exist.
            ConfigError: the driver is not installed.
        """
        if location.vendor == "sqlite" and not os.path.exists(location.name):
            message = f"there is no database at {location.in_words()}"
            raise WorkspaceError(message, advice="Make a workspace with: rempart init. Or restore one: rempart restore")
        if location.vendor == "sqlite" and not is_sqlite_recent():
            oldest = ".".join(map(str, SQLITE_OLDEST))
            message = f"Python's SQLite is {sqlite_version()}, and a workspace needs {oldest} or later"
            raise ConfigError(message, advice="Use a newer Python or system, or a database of PostgreSQL.")
        self.location = location
        self._patience_s = patience_s
        _forget_connection()  # of the workspace that was open before
        self._settings = connections.configure_settings({DEFAULT_DB_ALIAS: location.django_settings()})[
            DEFAULT_DB_ALIAS
        ]
        connections.settings[DEFAULT_DB_ALIAS] = self._settings
        with explained(location):
            self.connection.ensure_connection()

    @property
    def connection(self) -> BaseDatabaseWrapper:
        """Return Django's connection of this thread; each thread has its own, and closes it.

        Raises:
            WorkspaceError: another workspace was opened since.
            ConfigError: the driver is not installed.
        """
        if connections.settings.get(DEFAULT_DB_ALIAS) is not self._settings:
            # Django keeps one database per process: what is written now would land in the other one.
            message = f"the database {self.location.in_words()} was closed when another one was opened"
            raise WorkspaceError(message, advice="A process works on one workspace at a time: open this one again.")
        try:
            found = connections[DEFAULT_DB_ALIAS]
            if found.settings_dict is not self._settings:  # this thread had one of the workspace before
                _forget_connection()
                found = connections[DEFAULT_DB_ALIAS]
        except ImproperlyConfigured as error:
            message = "this workspace is on PostgreSQL, whose driver is not installed"
            raise ConfigError(
                message, advice="Install it: scripts/setup postgres (the extra named postgres)"
            ) from error
        return found

    @property
    def vendor(self) -> str:
        """Return ``sqlite`` or ``postgresql``."""
        return self.location.vendor

    def close(self) -> None:
        """Disconnect this thread; nothing if another workspace was opened since."""
        if connections.settings.get(DEFAULT_DB_ALIAS) is self._settings:
            self.connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Do several things or none of them; foreign errors become sentences.

        Raises:
            DatabaseAwayError: locked, down, or the disk is full. Nothing of the transaction is kept.
            IntegrityError: the file is damaged.
        """
        with explained(self.location):
            self.connection.ensure_connection()
            with transaction.atomic():
                yield

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Turn what goes wrong while reading into sentences."""
        with explained(self.location):
            self.connection.ensure_connection()
            yield

    def durably(self, work: Callable[[], T], *, is_over: Callable[[], bool] | None = None) -> T:
        """Do some work in a transaction, again and again while the database is away.

        ``work`` may be done twice: a commit whose answer was lost may have happened. It must look before it acts.
        Inside a transaction it is done once: only the whole transaction can be done again, by whoever began it.

        Args:
            work: What to do.
            is_over: Whether to give up, asked before each pause; by default when the patience has run out.

        Raises:
            DatabaseAwayError: the database stayed away longer than the patience.
        """
        if self.connection.in_atomic_block:
            with self.transaction():
                return work()
        pause_s, since_s = _FIRST_PAUSE_S, clock.monotonic_s()
        while True:
            try:
                with self.transaction():
                    return work()
            except DatabaseAwayError:
                if is_over() if is_over else clock.monotonic_s() - since_s + pause_s > self._patience_s:
                    raise
                logger.info("the database is away, trying again in %.1f s", pause_s)
                self.close()
                clock.sleep_s(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def execute(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Run one statement of this room and return its rows, if it has any."""
        with explained(self.location), self.connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def instant(self) -> dt.datetime:
        """Return the instant on which leases are judged: the server's on PostgreSQL, this machine's on SQLite.

        All workers share it, so that a worker whose own clock is wrong harms nobody.
        """
        if self.vendor == "postgresql":
            [(now,)] = self.execute("SELECT clock_timestamp()")
            if isinstance(now, dt.datetime):
                return now.astimezone(dt.UTC)
        return clock.utc_now()


def _forget_connection() -> None:
    """Close this thread's connection, whatever it leads to."""
    with contextlib.suppress(AttributeError, KeyError, ImproperlyConfigured):
        connections[DEFAULT_DB_ALIAS].close()
        del connections[DEFAULT_DB_ALIAS]
