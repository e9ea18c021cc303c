"""What a service knows us by: one header, for the host that was asked first, and for no other.

It is never in an address, which hosts, relays and logs keep; nor in what is kept of a request, which becomes evidence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from rempart.net.urls import WebUrl

#: Instead of the value, in what is kept.
WITHHELD: Final = "(withheld)"
#: Headers of services alone: none that HTTP itself reads may be set.
_HEADER: Final = re.compile(r"X-[A-Za-z0-9-]{1,60}|Authorization")
_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,1022}[\x21-\x7e])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A header that says who asks."""

    header: str
    """Its name: ``X-…`` or ``Authorization``."""
    value: str = field(repr=False)
    """Its value; never shown."""

    def __post_init__(self) -> None:
        """Refuse what is no header of a service.

        Raises:
            ValueError: the name is another header's, or the value cannot stand in one. It is not in the message.
        """
        if not _HEADER.fullmatch(self.header):
            message = f"{self.header!r:.80} is no header that a credential may have"
            raise ValueError(message)
        if not _VALUE.fullmatch(self.value):
            message = "a credential is one line of at most 1024 ASCII characters"
            raise ValueError(message)

    def withheld_from(self, text: str) -> str:
        """Return a text without the value: a host may say it back."""
        return text.replace(self.value, WITHHELD)

    def withheld_from_bytes(self, data: bytes) -> bytes:
        """Return bytes without the value."""
        return data.replace(self.value.encode("ascii"), WITHHELD.encode("ascii"))


class Bearer:
    """Says to which requests of one fetch a credential belongs."""

    def __init__(self, credential: Credential | None) -> None:
        """Carry a credential, or none."""
        self.credential = credential
        self._origin = ""
        self._has_left = False

    def credential_for(self, url: WebUrl) -> Credential | None:
        """Return what goes with a request.

        It goes to the origin that is asked first, over TLS or within this machine, and until a redirect has led away
        from there: who led away could lead back to a page of its choice.
        """
        self._origin = self._origin or url.origin
        self._has_left = self._has_left or url.origin != self._origin
        is_private = url.scheme == "https" or (url.ip is not None and url.ip.is_loopback)
        return self.credential if is_private and not self._has_left else None
