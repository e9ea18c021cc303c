"""Join what asks the outside: name servers, policy, trust, identity and limits, as the settings say."""

from __future__ import annotations

from rempart import __version__
from rempart.config import Settings
from rempart.errors import FetchError, MisuseError
from rempart.model.gate import MinorGate
from rempart.model.web import FetchMode, NotFetched, NotFetchedReason
from rempart.net import (
    AddressPolicy,
    DnsResolver,
    FetchLimits,
    Guard,
    GuardedClient,
    Identity,
    NameServers,
    Resolver,
    make_tls_context,
)
from rempart.net.urls import WebUrl, parse_url


def make_resolver(settings: Settings) -> DnsResolver:
    """Make what asks the name servers that the settings name, or those of this machine."""
    return DnsResolver(NameServers(addresses=settings.net.nameservers))


def make_identity(settings: Settings) -> Identity:
    """Say who asks."""
    return Identity(product=f"Rempart/{__version__}", contact=settings.net.contact)


def make_limits(settings: Settings, mode: FetchMode) -> FetchLimits:
    """Say what one fetch of pages or of media may cost."""
    net = settings.net
    is_media = mode is FetchMode.MEDIA
    most_bytes = net.media_bytes if is_media else net.page_bytes
    return FetchLimits(
        wire_bytes=most_bytes,
        decoded_bytes=most_bytes,
        ratio=net.max_ratio,
        resolve_s=net.resolve_s,
        connect_s=net.connect_s,
        idle_s=net.idle_s,
        total_s=net.media_s if is_media else net.page_s,
        bytes_per_s=net.bytes_per_s,
    )


def make_client(
    settings: Settings, gate: MinorGate, *, resolver: Resolver | None = None, policy: AddressPolicy | None = None
) -> GuardedClient:
    """Make the client of one job.

    Args:
        settings: Name servers, trust, identity.
        gate: Judges redirects and file names.
        resolver: Instead of the settings' name servers.
        policy: Instead of "public addresses, ports 80 and 443": only for an address that somebody vouches for.

    Raises:
        ConfigError: the certificates that the settings name cannot be read.
    """
    guard = Guard(resolver or make_resolver(settings), policy)
    return GuardedClient(gate, guard, make_identity(settings), make_tls_context(settings.net.authorities_file))


def askable(text: str, policy: AddressPolicy) -> WebUrl:
    """Return an address that a person gave, in its one form, if it is one that may be asked.

    Raises:
        MisuseError: it is no address of the web, or one that is never asked.
    """
    try:
        url = parse_url(text)
        policy.check_port(url.port)
        policy.check([url.ip] if url.ip else [], url.port)
    except FetchError as error:
        why = NotFetched(reason=NotFetchedReason(error.reason), detail=error.detail).in_words()
        message = f"this address is never asked: {why}"
        raise MisuseError(message, advice="Give one whole public address, as it was reported.") from error
    return url
