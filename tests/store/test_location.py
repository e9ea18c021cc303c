"""Addresses of databases: what they mean, and that a password never leaves them."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import pytest

from databases import make_sqlite
from rempart.errors import ConfigError
from rempart.store import Database, DatabaseLocation, upgrade

SECRET = "hunter2hunter2"  # noqa: S105 - what must never be shown


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://nadia:{SECRET}@db.example.org:5432/rempart?sslmode=verify-full",
        f"postgresql://nadia:{SECRET}@/rempart?host=/run/postgresql",
    ],
)
def test_a_password_is_kept_and_never_shown(url: str) -> None:
    """Neither by repr, which a log may hold, nor in words."""
    location = DatabaseLocation.parse(url)

    assert location.password == SECRET
    assert location.django_settings()["PASSWORD"] == SECRET
    assert SECRET not in repr(location) + str(location) + location.in_words()


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://nadia:{SECRET}@host:port/rempart",
        f"postgresql://nadia:{SECRET}@host:99999/rempart",
        f"postgresql://nadia:{SECRET}/x@host/rempart",
        f"postgresql://nadia:12/{SECRET}@host",
        f"postgresql://nadia:12#{SECRET}@host/rempart",
        f"postgresql://nadia:12?{SECRET}@host/rempart",
        f"postgresql://nadia:12?{SECRET}=@host/rempart",
        f"postgresql://nadia:[{SECRET}@host/rempart",
        f"postgresql://nadia:{SECRET}@host/",
        f"postgresql://nadia:{SECRET}@host/a/b",
        f"postgresql://nadia@host/rempart?password={SECRET}",
        f"postgresql://nadia@host/rempart?sslmode={SECRET}&sslmode=disable",
        f"postgresql://nadia@host/rempart?connect_timeout={SECRET}",
        f"mysql://nadia:{SECRET}@host/rempart",
        f"sqlite://nadia:{SECRET}@host/rempart",
    ],
)
def test_an_odd_address_is_refused_without_its_password(url: str) -> None:
    """Not even in the error behind the error, which a traceback shows: a / in a password ends the host there."""
    with pytest.raises(ConfigError) as caught:
        DatabaseLocation.parse(url)

    shown = "".join(traceback.format_exception(caught.value))
    assert SECRET not in shown.replace(url, "") + caught.value.diagnostics()


@pytest.mark.parametrize(
    "url",
    [
        *("", "  ", "a\0b", "~nobody-of-this-name/x.db", "sqlite://", "sqlite:///", "sqlite:///a?mode=ro"),
        *("sqlite:///a#b", "postgresql://h/d?sslmode", "postgresql://h/d?sslmode=", "://", "x://"),
        "postgresql://h/d?options=-c%20x",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    """An option without a value is not passed over: sslmode is one."""
    with pytest.raises(ConfigError):
        DatabaseLocation.parse(url)


def test_a_socket_is_given_by_its_folder() -> None:
    """As libpq does."""
    location = DatabaseLocation.parse("postgresql://rempart@/rempart?host=/run/postgresql&connect_timeout=3")

    assert location.host == "/run/postgresql"
    assert location.django_settings()["OPTIONS"]["connect_timeout"] == "3"
    assert location.in_words() == "PostgreSQL 'rempart' on /run/postgresql"


def test_signs_in_a_password_are_written_by_their_code() -> None:
    """Every sign can be."""
    location = DatabaseLocation.parse("postgresql://na%40dia:p%2F%3F%23%40%3A@[::1]:5433/d%C3%A9p%C3%B4t")

    assert (location.user, location.password) == ("na@dia", "p/?#@:")
    assert (location.host, location.port, location.name) == ("::1", "5433", "dépôt")


@pytest.mark.parametrize("name", ["with a space.db", "100% ?#&.db", "é.db", "file:x.db", ":memory:"])
def test_a_path_is_a_path(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever signs it has: none of them is read as an address by SQLite."""
    monkeypatch.chdir(tmp_path)
    Path(name).touch()

    database = Database(DatabaseLocation.parse(name))
    upgrade(database)
    database.close()

    assert (tmp_path / name).stat().st_size > 0
    assert {p.name for p in tmp_path.iterdir()} == {name}


def test_a_path_that_is_not_utf_8_works_and_can_be_shown(tmp_path: Path) -> None:
    """A folder unpacked from an old archive."""
    path = os.fsdecode(os.fsencode(make_sqlite(tmp_path)) + b"\xe9")
    os.replace(path[:-1], path)
    location = DatabaseLocation.parse(path)

    database = Database(location)
    upgrade(database)
    database.close()

    assert location.in_words().encode().endswith(rb"\udce9")
    assert DatabaseLocation.parse("sqlite://" + path[:-1] + "%E9").name == path


def test_home_is_resolved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A path in the settings file is not seen by a shell."""
    monkeypatch.setenv("HOME", str(tmp_path))

    assert DatabaseLocation.parse("~/rempart.db").name == str(tmp_path / "rempart.db")
