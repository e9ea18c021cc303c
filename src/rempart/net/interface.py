"""What net needs to know before it asks for anything: limits, and who asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from rempart.model.web import FetchMode

_MEBI: Final = 1024 * 1024
_ASCII: Final = "".join(map(chr, range(0x20, 0x7F)))
#: Of a robots.txt; the rest of a longer one is not read (RFC 9309 §2.5 asks for 500 KiB at least).
ROBOTS_BYTES_MOST: Final = 512 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How much one fetch may cost, its redirects together."""

    wire_bytes: int = 5 * _MEBI
    """Over the connections, heads included."""
    decoded_bytes: int = 5 * _MEBI
    """Of the body, decompressed."""
    ratio: int = 100
    """Times that a body may expand; the first 64 KiB aside, as short texts compress well."""
    header_bytes: int = 64 * 1024
    """Of the head of one answer."""
    resolve_s: float = 5.0
    """For the name servers."""
    connect_s: float = 5.0
    """For a connection, and for TLS over it."""
    idle_s: float = 15.0
    """Without a byte."""
    total_s: float = 60.0
    """From the first question to the last byte."""
    bytes_per_s: int = 1_000
    """An answer that comes more slowly is given up, its first 10 seconds aside."""
    redirects: int = 5
    """Followed, each one checked as the first address was."""


#: The defaults of each mode: a page is a few hundred kilobytes, a picture up to 25 MiB, a time-stamp some 6 kB.
LIMITS: Final = {
    FetchMode.TEXT: FetchLimits(),
    FetchMode.MEDIA: FetchLimits(wire_bytes=200 * _MEBI, decoded_bytes=200 * _MEBI, total_s=300.0),
    FetchMode.TIMESTAMP: FetchLimits(wire_bytes=128 * 1024, decoded_bytes=64 * 1024, redirects=0, total_s=30.0),
    # Its body ends at ROBOTS_BYTES_MOST, whatever comes; five redirects (RFC 9309 §2.3.1.2).
    FetchMode.ROBOTS: FetchLimits(wire_bytes=_MEBI, decoded_bytes=_MEBI, redirects=5, total_s=30.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """How we say who we are: honestly, with a way to reach a person (RFC 9110 §10.1.5)."""

    product: str
    """Name and version of the program."""
    contact: str = ""
    """An address of mail or of a page where whoever is asked can ask back; empty if the settings name none."""

    @property
    def user_agent(self) -> str:
        """Return the header."""
        # RFC 9110 §5.5: letters beyond ASCII are in no header.
        contact = quote(self.contact, safe=_ASCII)
        return f"{self.product} (+{contact})" if contact else self.product
