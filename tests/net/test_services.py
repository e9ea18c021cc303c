"""A service of the settings is asked in spite of a robots.txt for crawlers; nothing else is."""

from __future__ import annotations

import datetime as dt

import pytest

from rempart.model.ids import AuthorisationId
from rempart.net.services import ServicePermissions
from rempart.net.visits import NoPermissions

NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
SERVICE = "https://search.example/sub/search"
ANNE = AuthorisationId("aut_anne")


class OfAnne:
    """Anne answers for one address, once."""

    def __init__(self) -> None:
        """Begin unused."""
        self.used: list[AuthorisationId] = []

    def find(self, url: str, now: dt.datetime) -> AuthorisationId | None:
        """Return hers."""
        del now
        return ANNE if url == "https://forum.example/t/1" else None

    def use(self, authorisation: AuthorisationId, now: dt.datetime) -> bool:
        """Note it."""
        del now
        self.used.append(authorisation)
        return len(self.used) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://search.example/sub/",
        "https://search.example/sub/search/x?q=a",
        "https://search.example/sub/searching?q=a",
        "https://search.example/search?q=a",
        "https://search.example:8443/sub/search?q=a",
        "http://search.example/sub/search?q=a",
        "https://search.example.evil.example/sub/search?q=a",
        "https://search.example/sub/%2e%2e/search?q=a",
        "ftp://search.example/sub/search",
        "",
    ],
)
def test_only_the_very_path_of_a_service_is_covered(url: str) -> None:
    """Not what stands beside it, not another port, not what only looks like it."""
    assert ServicePermissions(NoPermissions(), [SERVICE]).find(url, NOW) is None


def test_a_service_is_covered_whatever_is_asked_of_it() -> None:
    """Each query is another address."""
    permissions = ServicePermissions(NoPermissions(), [SERVICE])
    found = permissions.find(f"{SERVICE}?q=calendar&format=json", NOW)

    assert found
    assert permissions.use(found, NOW)


def test_a_person_still_answers_for_her_addresses() -> None:
    """And her word is used up as before."""
    anne = OfAnne()
    permissions = ServicePermissions(anne, [SERVICE])
    found = permissions.find("https://forum.example/t/1", NOW)

    assert found == ANNE
    assert [permissions.use(ANNE, NOW), permissions.use(ANNE, NOW)] == [True, False]
    assert anne.used == [ANNE, ANNE]


def test_a_setting_that_is_no_address_covers_nothing() -> None:
    """An empty one above all."""
    assert ServicePermissions(NoPermissions(), ["", "search.example"]).find("", NOW) is None
