"""Services that the settings name: asked for what they are for, whatever their robots.txt says to crawlers of pages.

SearXNG's own robots.txt keeps crawlers from every address with a query (``Disallow: /*?*q=*``), its interface for
programs included. Whoever writes an instance into the settings answers for asking it: for that one path of it, and for
nothing that it redirects to. Its pace and its budget stay as they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from rempart.errors import FetchError
from rempart.model.ids import AuthorisationId
from rempart.net.urls import parse_url
from rempart.net.visits import Permissions

_BY_SETTINGS: Final = AuthorisationId("settings")


class ServicePermissions:
    """Permits what a person answers for, and the services of the settings."""

    def __init__(self, permissions: Permissions, services: Iterable[str]) -> None:
        """Join them.

        Args:
            permissions: For which single addresses a person answers.
            services: Addresses of services, without a query: their path is what may be asked.
        """
        self._permissions = permissions
        self._services = frozenset(found for url in services if (found := _without_query(url)))

    def find(self, url: str, now: dt.datetime) -> AuthorisationId | None:
        """Return what covers this address; None if nothing does."""
        return _BY_SETTINGS if _without_query(url) in self._services else self._permissions.find(url, now)

    def use(self, authorisation: AuthorisationId, now: dt.datetime) -> bool:
        """Note that an authorisation is used; the settings' own hold as long as they are so."""
        return authorisation == _BY_SETTINGS or self._permissions.use(authorisation, now)


def _without_query(url: str) -> str:
    try:
        return str(parse_url(url)).partition("?")[0]
    except FetchError:
        return ""
