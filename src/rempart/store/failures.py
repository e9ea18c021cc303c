"""What a driver reports, in one sentence and with what to do: by its code, never by words that a name may hold."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from typing import Final

from django.db import DatabaseError, InterfaceError, OperationalError

from rempart.errors import DatabaseAwayError, IntegrityError
from rempart.store.location import DatabaseLocation

# https://www.sqlite.org/rescode.html, primary codes.
_SQLITE_LOCKED: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_SQLITE_FULL: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOLFS}
_SQLITE_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_SQLITE_FORBIDDEN: Final = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_CANTOPEN}
# PostgreSQL, appendix A: whole classes, or single codes.
_LOCKED: Final = ("55P03", "40P01", "40001")
_FULL: Final = ("53100", "58030")
_DAMAGED: Final = ("XX001", "XX002")
_READ_ONLY: Final = ("25006",)
_AWAY: Final = ("08", "57", "53")
_REFUSED: Final = ("28", "3D000", "42501")


@contextlib.contextmanager
def explained(location: DatabaseLocation) -> Iterator[None]:
    """Turn what goes wrong at the database into sentences; a mistake in a statement of ours stays what it is.

    Raises:
        DatabaseAwayError: locked, down, full, or not allowed.
        IntegrityError: damaged.
    """
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        explanation = _of_sqlite(error, location) if location.vendor == "sqlite" else _of_postgresql(error, location)
        if explanation is None:
            raise
        raise explanation from error


def _of_sqlite(error: DatabaseError | InterfaceError, location: DatabaseLocation) -> _Explanation | None:
    code = getattr(error.__cause__, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    kinds: dict[Callable[[DatabaseLocation], _Explanation], set[int]] = {
        _damaged: _SQLITE_DAMAGED,
        _full: _SQLITE_FULL,
        _locked: _SQLITE_LOCKED,
        _forbidden: _SQLITE_FORBIDDEN,
    }
    return next((explain(location) for explain, codes in kinds.items() if code in codes), None)


def _of_postgresql(error: DatabaseError | InterfaceError, location: DatabaseLocation) -> _Explanation | None:
    code = getattr(error.__cause__, "sqlstate", None) or ""
    kinds: dict[Callable[[DatabaseLocation], _Explanation], tuple[str, ...]] = {
        _damaged: _DAMAGED,
        _full: _FULL,
        _locked: _LOCKED,
        _forbidden: _READ_ONLY,
        _refused: _REFUSED,
    }
    for explain, codes in kinds.items():
        if code.startswith(codes):
            return explain(location)
    if not code and "FATAL:" in str(error):  # a server that answers before there is a session; libpq gives no code
        return _refused(location)
    # Without a code the connection was lost, or never made.
    if code.startswith(_AWAY) or (not code and isinstance(error, OperationalError | InterfaceError)):
        return _away(location)
    return None


def _damaged(location: DatabaseLocation) -> IntegrityError:
    message = f"the database {location.in_words()} is damaged"
    return IntegrityError(message, advice="Restore the last backup: rempart restore. Keep the damaged file.")


def _full(location: DatabaseLocation) -> DatabaseAwayError:
    message = f"the database {location.in_words()} cannot be written: the disk is full or failing"
    return DatabaseAwayError(message, advice="Free some space and run the command again: nothing was lost.")


def _locked(location: DatabaseLocation) -> DatabaseAwayError:
    message = f"the database {location.in_words()} is locked by another command"
    return DatabaseAwayError(message, advice="Wait for it to end, then run this command again: nothing was lost.")


def _forbidden(location: DatabaseLocation) -> DatabaseAwayError:
    message = f"the database {location.in_words()} cannot be opened or written with your permissions"
    return DatabaseAwayError(message, advice="Check the permissions of the file and of its folder.")


def _refused(location: DatabaseLocation) -> DatabaseAwayError:
    message = f"the database {location.in_words()} does not exist, refuses this user, or is just starting"
    return DatabaseAwayError(message, advice="Check its name, the user and the password, then run this command again.")


def _away(location: DatabaseLocation) -> DatabaseAwayError:
    message = f"the database {location.in_words()} does not answer"
    return DatabaseAwayError(message, advice="Start it or check its address, then run the command again.")


_Explanation = DatabaseAwayError | IntegrityError
