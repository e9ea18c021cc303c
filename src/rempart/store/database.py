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
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from rempart import clock
from rempart.errors import ConfigError, DatabaseAwayError, IntegrityError, WorkspaceError
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
            message = f"there is no database at {location.name}"
            raise WorkspaceError(message, advice="Make a workspace with: rempart init. Or restore one: rempart restore")
        self.location = location
        self._patience_s = patience_s
        with contextlib.suppress(AttributeError, KeyError):  # the workspace that was open before
            connections[DEFAULT_DB_ALIAS].close()
            del connections[DEFAULT_DB_ALIAS]
        connections.settings[DEFAULT_DB_ALIAS] = connections.configure_settings(
            {DEFAULT_DB_ALIAS: location.django_settings()}
        )[DEFAULT_DB_ALIAS]
        with _explained(location):
            self.connection.ensure_connection()

    @property
    def connection(self) -> BaseDatabaseWrapper:
        """Return Django's connection of this thread."""
        try:
            return connections[DEFAULT_DB_ALIAS]
        except ImproperlyConfigured as error:
            message = "this workspace is on PostgreSQL, whose driver is not installed"
            raise ConfigError(message, advice="Install it: pip install 'rempart[postgres]'") from error

    @property
    def vendor(self) -> str:
        """Return ``sqlite`` or ``postgresql``."""
        return self.location.vendor

    def close(self) -> None:
        """Disconnect."""
        self.connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Do several things or none of them; foreign errors become sentences.

        Raises:
            DatabaseAwayError: locked, down, or the disk is full. Nothing of the transaction is kept.
            IntegrityError: the file is damaged.
        """
        with _explained(self.location), transaction.atomic():
            yield

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Turn what goes wrong while reading into sentences."""
        with _explained(self.location):
            yield

    def durably(self, work: Callable[[], T], *, is_over: Callable[[], bool] | None = None) -> T:
        """Do some work in a transaction, again and again while the database is away.

        ``work`` may be done twice: a commit whose answer was lost may have happened. It must look before it acts.

        Args:
            work: What to do.
            is_over: Whether to give up, asked before each pause; by default when the patience has run out.

        Raises:
            DatabaseAwayError: the database stayed away longer than the patience.
        """
        pause_s, since_s = _FIRST_PAUSE_S, clock.monotonic_s()
        while True:
            try:
                with self.transaction():
                    return work()
            except DatabaseAwayError:
                if is_over() if is_over else clock.monotonic_s() - since_s > self._patience_s:
                    raise
                logger.info("the database is away, trying again in %.1f s", pause_s)
                self.close()
                clock.sleep_s(pause_s)
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def execute(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Run one statement of this room and return its rows, if it has any."""
        with _explained(self.location), self.connection.cursor() as cursor:
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


# What SQLite says of a mistake of ours, in the class of errors of a database that is away: waiting would not help.
_MISTAKEN: Final = ("no such table", "no such column", "no such function", "syntax error", "has no column")
_LOCKED: Final = ("locked", "busy", "lock timeout", "deadlock", "could not serialize")
_FULL: Final = ("full", "no space", "disk i/o", "could not extend", "disk quota")
_DAMAGED: Final = ("malformed", "not a database", "corrupt", "invalid page")


@contextlib.contextmanager
def _explained(location: DatabaseLocation) -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if location.vendor == "sqlite" and any(word in str(error).lower() for word in _MISTAKEN):
            raise
        raise _explanation(location, str(error)) from error
    except DatabaseError as error:
        if any(word in str(error).lower() for word in _DAMAGED):
            raise _explanation(location, str(error)) from error
        raise


def _explanation(location: DatabaseLocation, text: str) -> DatabaseAwayError | IntegrityError:
    """Turn what a driver says into one sentence and what to do."""
    lower, place = text.lower(), location.in_words()
    if any(word in lower for word in _DAMAGED):
        message = f"the database {place} is damaged"
        return IntegrityError(message, advice="Restore the last backup: rempart restore. Keep the damaged file.")
    if any(word in lower for word in _FULL):
        message = f"the database {place} cannot be written: the disk is full or failing"
        return DatabaseAwayError(message, advice="Free some space and run the command again: nothing was lost.")
    if "readonly" in lower or "read-only" in lower:
        message = f"the database {place} can only be read"
        return DatabaseAwayError(message, advice="Check the permissions of the file and of its folder.")
    if any(word in lower for word in _LOCKED):
        message = f"the database {place} is locked by another command"
        return DatabaseAwayError(message, advice="Wait for it to end, then run this command again: nothing was lost.")
    message = f"the database {place} does not answer"
    return DatabaseAwayError(message, advice="Start it or check its address, then run the command again.")
