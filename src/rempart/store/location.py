"""Where a database is: a file of SQLite, or an address of PostgreSQL. A password is kept apart from the address."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from rempart.errors import ConfigError

_ADVICE: Final = "Write a path, or postgresql://user@host:5432/name (its driver: scripts/setup postgres)."
#: Seconds that a command waits for another one's write.
SQLITE_PATIENCE_S: Final = 20
#: Each connection: readers do not wait for the writer; a commit is on the disk before it is reported; what is deleted
#: is overwritten; nothing of a query is spilled to the temporary folder.
_SQLITE_START: Final = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; "
    "PRAGMA cell_size_check=ON;"
)
#: Parameters of a PostgreSQL address that are passed on to libpq.
_LIBPQ_OPTIONS: Final = frozenset(
    {"sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "application_name", "target_session_attrs"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseLocation:
    """Where a database is, and what opens it."""

    vendor: str
    """``sqlite`` or ``postgresql``."""
    name: str
    """The file, or the database's name on its server."""
    host: str = ""
    """Server, or the folder of its socket; empty is libpq's default."""
    port: str = ""
    """Empty is libpq's default."""
    user: str = ""
    """Empty is libpq's default."""
    password: str = field(default="", repr=False)
    """Empty lets libpq look for it (peer, ``.pgpass``)."""
    options: tuple[tuple[str, str], ...] = ()
    """Passed on to libpq."""

    @classmethod
    def parse(cls, url: str) -> DatabaseLocation:
        """Read ``postgresql://…``, ``sqlite:///path`` or a path.

        Raises:
            ConfigError: it is none of these. The message never holds a password.
        """
        if "\0" in url or not url.strip():
            message = "the database address is empty, or holds a NUL"
            raise ConfigError(message, advice=_ADVICE)
        if "://" not in url:
            return cls(vendor="sqlite", name=_absolute(url))
        try:
            parts = urlsplit(url)
            port = str(parts.port or "")
        except ValueError:
            # ``from None``: what urllib says of a bad port may hold the beginning of a password.
            message = "the database address cannot be read: its host or its port is malformed"
            raise ConfigError(message, advice=_ADVICE) from None
        if parts.scheme == "sqlite":
            return cls(vendor="sqlite", name=_file_of(parts))
        if parts.scheme not in {"postgresql", "postgres"}:
            message = f"the database address begins with {parts.scheme!r}, which Rempart does not know"
            raise ConfigError(message, advice=_ADVICE)
        if "@" in parts.path + parts.query or parts.fragment:
            # A password with / ? or # in it ends the authority there: the rest of it would be shown as a name.
            message = (
                "the database address has a sign that must be written by its code (%2F for /, %3F for ?, %23 for #)"
            )
            raise ConfigError(message, advice=_ADVICE)
        name, query = unquote(parts.path.lstrip("/")), _options(parts.query)
        if not name or "/" in name or not name.isprintable():
            message = "the database address names no database"
            raise ConfigError(message, advice=_ADVICE)
        return cls(
            vendor="postgresql",
            name=name,
            # libpq reads the folder of a Unix socket from ?host=, as an authority cannot hold slashes.
            host=query.pop("host", "") or unquote(parts.hostname or ""),
            port=port,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            options=tuple(sorted(query.items())),
        )

    def in_words(self) -> str:
        """Say where it is, to a person; never the password."""
        if self.vendor == "sqlite":
            # A file's name may be bytes that are not UTF-8: no message fails to be printed for it.
            return self.name.encode("utf-8", "backslashreplace").decode()
        return f"PostgreSQL {self.name!r} on {self.host or 'the local socket'}{f':{self.port}' if self.port else ''}"

    def django_settings(self) -> dict[str, Any]:
        """Return what Django needs to connect."""
        if self.vendor == "sqlite":
            options: dict[str, Any] = {
                "timeout": SQLITE_PATIENCE_S,
                "transaction_mode": "IMMEDIATE",
                "init_command": _SQLITE_START,
            }
            return {"ENGINE": "django.db.backends.sqlite3", "NAME": self.name, "OPTIONS": options}
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "HOST": self.host,
            "PORT": self.port,
            "USER": self.user,
            "PASSWORD": self.password,
            "OPTIONS": {"connect_timeout": "10", "server_side_binding": True, **dict(self.options)},
        }


def _absolute(path: str) -> str:
    """Return a path from the root, ``~`` resolved.

    Raises:
        ConfigError: it begins with the folder of a user who does not exist.
    """
    try:
        return str(Path(path).expanduser().absolute())
    except RuntimeError as error:
        message = f"the database {path} is in the folder of a user whom this machine does not know"
        raise ConfigError(message, advice=_ADVICE) from error


def _file_of(parts: SplitResult) -> str:
    """Return the file of ``sqlite:///path``.

    Raises:
        ConfigError: it has a host, an option or a fragment, which a file has not; or no path.
    """
    path = unquote(parts.path, errors="surrogateescape")
    if parts.netloc or parts.query or parts.fragment or len(path) < len("/a") or "\0" in path:
        message = "a database in a file is written sqlite:///path, without host or options"
        raise ConfigError(message, advice=_ADVICE)
    return path


def _options(query: str) -> dict[str, str]:
    """Read what follows ``?``; nothing is passed over in silence, as ``sslmode`` is one of them.

    Raises:
        ConfigError: an option is unknown, empty or given twice. The message never holds its value.
    """
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in _LIBPQ_OPTIONS | {"host"}:
            problem = "does not know"
        elif name in found:
            problem = "has twice"
        elif not value or not value.isprintable():
            problem = "gives no value to"
        elif name == "connect_timeout" and not value.isdecimal():
            problem = "gives no number to"
        else:
            found[name] = value
            continue
        message = f"the database address {problem} the option {name!r}"
        raise ConfigError(message, advice=_ADVICE)
    return found
