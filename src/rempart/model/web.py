"""What is asked of the outside, and what comes of it: an address, a page, media in memory, or why there is nothing."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Final, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An address on the web, not asked for yet."""

    url: str
    """As it was found."""
    context: tuple[str, ...] = ()
    """What led to it, and must be judged with it: the title of its page or section, the text of its link."""

    def names_to_check(self) -> tuple[str, ...]:
        """Return what the gate judges."""
        return (self.url, *self.context)


class FetchMode(StrEnum):
    """What a fetch may read: a body of any other type is not read."""

    TEXT = "text"
    """Pages, feeds and data: markup, plain text, JSON, XML."""
    MEDIA = "media"
    """Pictures, sound and video: straight into memory for the sandbox."""
    TIMESTAMP = "timestamp"
    """The reply of a time-stamping authority (RFC 3161)."""
    ROBOTS = "robots"
    """A robots.txt: text, also where the host does not say so; what is over the limit is not read (RFC 9309 §2.5)."""


class NotFetchedReason(StrEnum):
    """Why an address gave nothing."""

    BAD_ADDRESS = "bad_address"
    SCHEME = "scheme"
    PORT = "port"
    CREDENTIALS = "credentials"
    BAD_HOST = "bad_host"
    DENIED_ADDRESS = "denied_address"
    DENIED_HOST = "denied_host"
    NO_SUCH_HOST = "no_such_host"
    RESOLVER = "resolver"
    RESOLVER_TIME = "resolver_time"
    CONNECT = "connect"
    CONNECT_TIME = "connect_time"
    PEER_CHANGED = "peer_changed"
    TLS = "tls"
    CERTIFICATE = "certificate"
    REDIRECTS = "redirects"
    REDIRECT_LOOP = "redirect_loop"
    DOWNGRADE = "downgrade"
    BAD_REDIRECT = "bad_redirect"
    BAD_HTTP = "bad_http"
    HEADERS = "headers"
    INCOMPLETE = "incomplete"
    RESET = "reset"
    ENCODING = "encoding"
    NO_TYPE = "no_type"
    WRONG_TYPE = "wrong_type"
    NOT_WHAT_IT_SAYS = "not_what_it_says"
    TOO_MANY_BYTES = "too_many_bytes"
    BOMB = "bomb"
    IDLE = "idle"
    TOTAL_TIME = "total_time"
    TOO_SLOW = "too_slow"
    STATUS = "status"
    NOT_ADMITTED = "not_admitted"

    def in_words(self) -> str:
        """Say it to a person, in English."""
        return _WORDS[self]


_WORDS: Final = {
    NotFetchedReason.BAD_ADDRESS: "this is not an address of the web",
    NotFetchedReason.SCHEME: "only http and https are asked",
    NotFetchedReason.PORT: "only the ports 80 and 443 are asked",
    NotFetchedReason.CREDENTIALS: "an address that holds a user or a password is not asked",
    NotFetchedReason.BAD_HOST: "its host is not a name or an address that can be asked",
    NotFetchedReason.DENIED_ADDRESS: "its host leads to an address that is never connected to",
    NotFetchedReason.DENIED_HOST: "this host was not named for this job",
    NotFetchedReason.NO_SUCH_HOST: "there is no such host",
    NotFetchedReason.RESOLVER: "the name servers could not answer",
    NotFetchedReason.RESOLVER_TIME: "the name servers did not answer in time",
    NotFetchedReason.CONNECT: "the host refused the connection",
    NotFetchedReason.CONNECT_TIME: "the host did not accept a connection in time",
    NotFetchedReason.PEER_CHANGED: "the connection leads elsewhere than to the address that was checked",
    NotFetchedReason.TLS: "no secure connection could be made",
    NotFetchedReason.CERTIFICATE: "the host's certificate is not valid",
    NotFetchedReason.REDIRECTS: "it redirects too often",
    NotFetchedReason.REDIRECT_LOOP: "it redirects in a circle",
    NotFetchedReason.DOWNGRADE: "it redirects from https to http",
    NotFetchedReason.BAD_REDIRECT: "it redirects to what is not an address",
    NotFetchedReason.BAD_HTTP: "the answer is not HTTP that can be read",
    NotFetchedReason.HEADERS: "the headers of the answer are too large",
    NotFetchedReason.INCOMPLETE: "the answer ended before all of it came",
    NotFetchedReason.RESET: "the host broke the connection",
    NotFetchedReason.ENCODING: "the answer is in an encoding that was not asked for, or is damaged",
    NotFetchedReason.NO_TYPE: "the answer does not say what type it is",
    NotFetchedReason.WRONG_TYPE: "the answer is of a type that was not asked for",
    NotFetchedReason.NOT_WHAT_IT_SAYS: "the answer does not begin like the type that it says",
    NotFetchedReason.TOO_MANY_BYTES: "the answer has too many bytes",
    NotFetchedReason.BOMB: "the answer expands too much",
    NotFetchedReason.IDLE: "nothing came for too long",
    NotFetchedReason.TOTAL_TIME: "it takes more time than allowed",
    NotFetchedReason.TOO_SLOW: "the answer comes too slowly",
    NotFetchedReason.STATUS: "the host answered with an error",
    NotFetchedReason.NOT_ADMITTED: "where it redirects to, it may not be asked for, or not yet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a page said of its version, to ask for it only if it changed (RFC 9110 §8.8)."""

    etag: str = ""
    """As it came, quotes included; empty if none."""
    last_modified: str = ""
    """As it came; empty if none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One request and the head of its answer."""

    url: str
    """What was asked, normalised: its host in ASCII, no fragment."""
    at: dt.datetime
    """When."""
    addresses: tuple[str, ...] = ()
    """Every address that its host had, all of them checked."""
    peer: str = ""
    """The one that answered; empty if none did."""
    status: int = 0
    """What it answered; 0 if nothing."""
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """The head of the answer, names in small letters, in its order."""
    tls: str = ""
    """Version of TLS; empty without."""
    answered_s: float = 0.0
    """Seconds from the request to the head of its answer."""
    remarks: tuple[str, ...] = ()
    """What a person should know of the address, in English."""
    sent: bytes = field(default=b"", repr=False)
    """The head of the request, as it was sent, up to its empty line."""
    received: bytes = field(default=b"", repr=False)
    """The head of the answer up to its empty line, in the spelling in which it came; empty if none did."""
    certificate: bytes = field(default=b"", repr=False)
    """The host's own certificate on this very connection, in DER; empty without TLS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Text that was fetched."""

    url: str
    """Where it was in the end."""
    status: int
    """What the host answered: also 403, 404 or 410, whose text can matter."""
    media_type: str
    """What it says it is, without parameters."""
    charset: str
    """What it says of its letters; empty if nothing."""
    body: bytes = field(repr=False)
    """Decompressed."""
    hops: tuple[Hop, ...]
    """How it was reached, the last one last."""
    validators: Validators
    """To ask again only if it changed."""
    wire_bytes: int
    """What came over the connections, heads included."""


class MemoryFile:
    """Bytes behind a descriptor without a file (memfd), sealed; closed by whoever is given it."""

    __slots__ = ("_descriptor", "size_bytes")

    def __init__(self, descriptor: int, size_bytes: int) -> None:
        """Own a descriptor."""
        self._descriptor = descriptor
        self.size_bytes = size_bytes

    def fileno(self) -> int:
        """Return the descriptor, still owned here."""
        return self._descriptor

    def detach(self) -> int:
        """Return the descriptor, which the caller now closes."""
        descriptor, self._descriptor = self._descriptor, -1
        return descriptor

    def close(self) -> None:
        """Forget the bytes."""
        if self._descriptor >= 0:
            os.close(self.detach())

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Forget the bytes."""
        self.close()

    def __del__(self) -> None:
        """Forget the bytes of whoever did not close it."""
        if getattr(self, "_descriptor", -1) >= 0:
            self.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedMedia:
    """Media that were fetched: in memory, for the sandbox alone."""

    url: str
    """Where they were in the end."""
    media_type: str
    """What their first bytes say they are."""
    memory: MemoryFile = field(repr=False)
    """Their bytes."""
    hops: tuple[Hop, ...]
    """How they were reached, the last one last."""
    validators: Validators
    """To ask again only if they changed."""
    wire_bytes: int
    """What came over the connections, heads included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What the head and the first bytes of an answer say; the rest of it was not read."""

    url: str
    """Where it is in the end."""
    status: int
    """What the host answered."""
    media_type: str
    """What it is, by its head and its first bytes."""
    sniffed_bytes: int
    """How many bytes of the body were looked at, decompressed."""
    hops: tuple[Hop, ...]
    """How it was reached, the last one last."""
    wire_bytes: int
    """What came over the connections, heads included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """It is still what the validators say."""

    url: str
    """Where it was in the end."""
    hops: tuple[Hop, ...]
    """How it was reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFetched:
    """An address that gave nothing; the work goes on."""

    reason: NotFetchedReason
    """The class of reason, for counting."""
    detail: str = ""
    """The value that was wrong: a figure, a host, an address; never content."""
    hops: tuple[Hop, ...] = ()
    """How far it went."""
    status: int = 0
    """What the host answered, where it did."""
    wire_bytes: int = 0
    """What came over the connections all the same."""

    def in_words(self) -> str:
        """Say it to a person, in English."""
        words = self.reason.in_words()
        return f"{words}: {self.detail}" if self.detail else words
