"""Authorisations: one address, one person, an end; found only while they hold, and never changed but to end."""

from __future__ import annotations

import datetime as dt

import pytest

from registered import NOW, Registered
from rempart.errors import MisuseError, NotFoundError
from rempart.model.courtesy import Authorisation
from rempart.store import AuthorisationRepository, Database

URL = "https://forum.example.org/threads/1?page=2"
DAY = dt.timedelta(days=1)


@pytest.fixture
def here(database: Database) -> Registered:
    """Return repositories on a database with a user."""
    return Registered(database)


def add(here: Registered, url: str = URL) -> tuple[AuthorisationRepository, Authorisation]:
    """Authorise an address for a day."""
    found = AuthorisationRepository(here.database, here.sealer, keep=10 * DAY)
    return found, found.add(
        url, by=here.user.id, reason="reported", legal_basis="mandate", now=NOW, until=NOW + DAY
    )  # fmt: skip


def test_it_covers_its_very_address_while_it_holds(here: Registered) -> None:
    """Not a second earlier or later, and no address that only resembles it."""
    found, made = add(here)

    assert found.find(URL, NOW) == found.find(URL, NOW + DAY - dt.timedelta(seconds=1)) == made.id
    assert found.find(URL, NOW - dt.timedelta(seconds=1)) is None
    assert found.find(URL, NOW + DAY) is None
    others = ["https://forum.example.org/threads/1", URL + "#x", URL.upper(), URL.replace("https", "http")]
    assert [found.find(url, NOW) for url in others] == [None] * 4
    assert found.get(made.id) == made


def test_each_use_is_counted_while_it_holds(here: Registered) -> None:
    """One that is over is not used."""
    found, made = add(here)

    assert found.use(made.id, NOW)
    assert found.use(made.id, NOW)
    assert not found.use(made.id, NOW + DAY)
    assert found.get(made.id).uses == 2


def test_it_is_taken_back_once(here: Registered) -> None:
    """From then on it covers nothing."""
    found, made = add(here)

    taken = found.withdraw(made.id, NOW + DAY / 2)

    assert taken.withdrawn_at == NOW + DAY / 2
    assert found.find(URL, NOW + DAY / 2) is None
    assert not found.use(made.id, NOW + DAY / 2)
    with pytest.raises(MisuseError, match="over already"):
        found.withdraw(made.id, NOW + DAY / 2)


@pytest.mark.parametrize("name", ["", "aut_", "aut_" + "0" * 32, URL])
def test_one_that_is_not_there(here: Registered, name: str) -> None:
    """Is named in the error."""
    found, _ = add(here)

    with pytest.raises(NotFoundError, match="no authorisation"):
        found.withdraw(name, NOW)


def test_nothing_of_it_is_in_the_clear(here: Registered) -> None:
    """Neither the address nor why."""
    found, made = add(here)

    [row] = here.database.execute("SELECT * FROM authorisation")

    cells = b"".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
    assert not [word for word in (b"forum", b"reported", b"mandate") if word in cells]
    assert found.all() == [made]


def test_the_longest_of_two_is_found(here: Registered) -> None:
    """An address may be authorised anew before its first end."""
    found, _ = add(here)
    newer = found.add(URL, by=here.user.id, reason="r", legal_basis="b", now=NOW, until=NOW + 2 * DAY)

    assert found.find(URL, NOW) == newer.id
