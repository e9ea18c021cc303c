"""Where a database is: a file of SQLite, or an address of PostgreSQL. A password is kept apart from the address."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from rempart.errors import ConfigError

_ADVICE: Final = "Write a path, or postgresql://user@host:5432/name (the driver: pip install 'rempart[postgres]')."
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
        if "://" not in url:
            return cls(vendor="sqlite", name=str(Path(url).expanduser().absolute()))
        try:
            parts = urlsplit(url)
            port = str(parts.port or "")
        except ValueError as error:
            message = "the database address cannot be read: its host or its port is malformed"
            raise ConfigError(message, advice=_ADVICE) from error
        if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
            return cls(vendor="sqlite", name=unquote(parts.path))
        if parts.scheme not in {"postgresql", "postgres"}:
            message = f"the database address begins with {parts.scheme!r}, which Rempart does not know"
            raise ConfigError(message, advice=_ADVICE)
        name, query = unquote(parts.path.lstrip("/")), dict(parse_qsl(parts.query))
        # libpq reads the folder of a Unix socket from ?host=, as an authority cannot hold slashes.
        host = query.pop("host", "") or unquote(parts.hostname or "")
        unknown = sorted(set(query) - _LIBPQ_OPTIONS)
        if not name or "/" in name or unknown:
            what = f"does not know the option {unknown[0]!r}" if unknown else "names no database"
            message = f"the database address {what}"
            raise ConfigError(message, advice=_ADVICE)
        return cls(
            vendor="postgresql",
            name=name,
            host=host,
            port=port,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            options=tuple(sorted(query.items())),
        )

    def in_words(self) -> str:
        """Say where it is, to a person; never the password."""
        if self.vendor == "sqlite":
            return self.name
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
            "OPTIONS": {"connect_timeout": "10", **dict(self.options)},
        }
