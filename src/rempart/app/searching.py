"""Join search providers with the settings: who is asked, with which key, and what the settings answer for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from rempart.collect import ChannelAsk, SearchProvider, providers_of
from rempart.config import Settings
from rempart.errors import FetchError
from rempart.keys import find_brave_key
from rempart.model.gate import Cleared
from rempart.model.web import Address, Validators
from rempart.net import AddressPolicy, Credential, FetchLimits, PoliteOutcome, ServicePermissions, Wanted
from rempart.net.urls import parse_url
from rempart.net.visits import Permissions

#: Brave's documentation, Authentication.
_BRAVE_HEADER: Final = "X-Subscription-Token"


def make_providers(settings: Settings) -> tuple[SearchProvider, ...]:
    """Return the providers of the settings, in their order; none asks nobody."""
    search = settings.search
    return providers_of(search.providers, searxng_url=search.searxng_url, locale=search.locale)


def make_wanted(
    ask: ChannelAsk,
    settings: Settings,
    environment: Mapping[str, str],
    *,
    limits: FetchLimits | None = None,
    validators: Validators | None = None,
) -> Wanted:
    """Return what a request to a channel or a provider wants, with its key where it needs one.

    Args:
        ask: The request.
        settings: Where the key is.
        environment: The process's variables: where systemd keeps credentials.
        limits: What it may cost.
        validators: Ask only if it changed since.

    Raises:
        KeyFileError: it needs a key, and there is none that can be sent.
    """
    credential = None
    if ask.needs_key:
        key = find_brave_key(environment, settings.search.brave_key_file)()
        credential = Credential(header=_BRAVE_HEADER, value=key)
    return Wanted(accept=ask.accept, limits=limits, credential=credential, validators=validators or Wanted().validators)


def make_search_policy(settings: Settings) -> AddressPolicy:
    """Return where a client that asks providers, and nothing else, may connect.

    An instance of SearXNG on this machine or in this network is named by its address and port, as
    ``http://127.0.0.1:8080``: the settings vouch for that one, as for a mail relay. A client that follows what
    strangers write must not have this policy: their links would reach the instance.
    """
    try:
        url = parse_url(settings.search.searxng_url)
    except FetchError:
        return AddressPolicy()
    return AddressPolicy(allowed=frozenset({(str(url.ip), url.port)}) if url.ip else frozenset())


def make_search_permissions(permissions: Permissions, providers: Sequence[SearchProvider]) -> ServicePermissions:
    """Return permissions that also cover the providers: they are services for programs, and the settings name them."""
    return ServicePermissions(permissions, _services(providers))


class Fetcher(Protocol):
    """Whoever asks for an address politely (:class:`rempart.net.PoliteClient`)."""

    def fetch(self, cleared: Cleared[Address], wanted: Wanted, *, wait_at_most_s: float = ...) -> PoliteOutcome:
        """Ask; whatever the outside does is a value."""


class SearchFetcher:
    """Fetches the providers' addresses through a client of their own, everything else through another.

    Only the first may reach an instance in one's own network (:func:`make_search_policy`). A stranger's picture whose
    address is a provider's is not asked as providers are: it would make the instance search what he chose.
    """

    def __init__(self, general: Fetcher, searching: Fetcher, providers: Sequence[SearchProvider]) -> None:
        """Join two clients."""
        self._general = general
        self._searching = searching
        self._services = frozenset(_services(providers))

    def fetch(self, cleared: Cleared[Address], wanted: Wanted, *, wait_at_most_s: float = 0.0) -> PoliteOutcome:
        """Fetch one address."""
        is_search = bool(wanted.accept) and cleared.item.url.partition("?")[0] in self._services
        return (self._searching if is_search else self._general).fetch(cleared, wanted, wait_at_most_s=wait_at_most_s)


def _services(providers: Sequence[SearchProvider]) -> list[str]:
    """Return the addresses of providers, without a query."""
    asks = [provider.ask("x", 0) for provider in providers]
    return [ask.url.partition("?")[0] for ask in asks if ask.is_service]
