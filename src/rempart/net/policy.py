"""Where a connection may go: ports, addresses, and what one caller was allowed. There is no global switch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rempart.errors import FetchError
from rempart.model.web import NotFetchedReason
from rempart.net.addresses import Denied, IPAddress, denied

WEB_PORTS: Final = frozenset({80, 443})


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPolicy:
    """Which addresses and ports may be connected to."""

    ports: frozenset[int] = WEB_PORTS
    """The only ports that are asked."""
    allowed: frozenset[tuple[str, int]] = frozenset()
    """Single addresses and ports that whoever made this policy vouches for: the loopback server of one test, the mail
    relay that the administrator named. Never a range, never a name."""

    def check_port(self, port: int) -> None:
        """Refuse a port before anything is asked of a name server.

        Raises:
            FetchError: it is neither a port of the policy nor one of a single allowed address.
        """
        if port not in self.ports and port not in {allowed for _, allowed in self.allowed}:
            raise FetchError(NotFetchedReason.PORT, str(port))

    def check(self, addresses: Iterable[IPAddress], port: int) -> None:
        """Refuse a host of which one address is denied, whatever the others are.

        Raises:
            FetchError: at least one address must not be connected to.
        """
        for address in addresses:
            if why := self.why_denied(address, port):
                raise FetchError(NotFetchedReason.DENIED_ADDRESS, f"{address} ({why.words})")
            if port not in self.ports and (str(address), port) not in self.allowed:
                raise FetchError(NotFetchedReason.PORT, str(port))

    def why_denied(self, address: IPAddress, port: int) -> Denied | None:
        """Say why an address is never connected to on a port that is asked; None if it may be."""
        return None if (str(address), port) in self.allowed else denied(address)
