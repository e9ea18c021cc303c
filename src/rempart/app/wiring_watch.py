"""Join what a watch needs: the pool that reads pages, and the ways to places and to the services of the settings."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Final

from rempart.app.manners import make_manners
from rempart.app.outside import make_client, make_resolver
from rempart.app.searching import Fetcher, SearchFetcher, make_providers, make_search_permissions, make_search_policy
from rempart.app.wiring import choose_kernel_cache
from rempart.app.workspace import Workspace
from rempart.collect import PAGE_BYTES_MOST, PARSE_TASK, parse_page
from rempart.collect.channels import ChannelHomes
from rempart.config import Settings
from rempart.hazmat import DecodeLimits, Pool, PoolSettings, Protection, Task
from rempart.model.collected import ParsedPage
from rempart.model.gate import MinorGate
from rempart.net import AddressPolicy, OnceResolver, PoliteClient, Resolver
from rempart.net.visits import Permissions

#: A packed page: its body, and what was said of it.
_PACKED_MOST: Final = PAGE_BYTES_MOST + 1024 * 1024
_PARSE_CPU_S: Final = 2
_PARSE_WALL_S: Final = 20
_PARSE_MEMORY: Final = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """How a watch reaches the outside: another one in tests and in the demo, which vouch for a server of theirs."""

    resolver: Resolver | None = None
    """Instead of the settings' name servers."""
    policy: AddressPolicy | None = None
    """Instead of "public addresses, ports 80 and 443": only for an address that somebody vouches for."""
    fetcher: Fetcher | None = None
    """Instead of a connection at all: a forum in this process."""
    homes: ChannelHomes | None = None
    """Instead of where channels are."""


def make_parsing_pool(settings: Settings) -> Pool[ParsedPage]:
    """Make the pool that reads pages: one worker, as one page is asked for at a time."""
    hazmat = settings.hazmat
    limits = DecodeLimits(
        max_bytes=_PACKED_MOST,
        max_pixels=0,
        cpu_s=_PARSE_CPU_S,
        wall_s=_PARSE_WALL_S,
        memory_bytes=_PARSE_MEMORY,
    )
    pool_settings = PoolSettings(
        workers=1,
        recycle_after=hazmat.recycle_after,
        limits=limits,
        require=frozenset(Protection(name) for name in hazmat.require),
        kernel_cache=choose_kernel_cache(settings),
    )
    return Pool(task=Task(name=PARSE_TASK, parse=parse_page), settings=pool_settings)


def make_fetcher(
    stack: ExitStack, settings: Settings, workspace: Workspace, gate: MinorGate, outside: Outside
) -> Fetcher:
    """Make what asks for places, closed with the stack.

    Raises:
        ConfigError: the certificates that the settings name cannot be read.
    """
    if outside.fetcher is not None:
        return outside.fetcher
    resolver = OnceResolver(outside.resolver or make_resolver(settings))
    providers, manners = make_providers(settings), make_manners(gate, workspace)

    def polite(policy: AddressPolicy | None, permissions: Permissions) -> PoliteClient:
        client = stack.enter_context(make_client(settings, gate, resolver=resolver, policy=policy))
        return PoliteClient(client, replace(manners, permissions=permissions))

    general = polite(outside.policy, manners.permissions)
    if not providers:
        return general
    # Only what asks providers may reach an instance of one's own network: strangers' links must not.
    services = make_search_permissions(manners.permissions, providers)
    return SearchFetcher(general, polite(outside.policy or make_search_policy(settings), services), providers)
