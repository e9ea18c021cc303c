"""One request of ours: what it carries and what it never does (a referrer, a language, a cookie of another job)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx2

from rempart.model.web import FetchMode, Validators
from rempart.net.cookies import JobCookies
from rempart.net.credential import Credential
from rempart.net.decoding import COMPRESSED
from rempart.net.interface import LIMITS, FetchLimits, Identity
from rempart.net.typegate import ACCEPT
from rempart.net.urls import WebUrl

#: Asks for a page whatever its version.
NO_VALIDATORS: Final = Validators()
_TOKEN: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_OF_THE_TRANSPORT: Final = frozenset({"connection", "content-length", "cookie", "expect", "te", "transfer-encoding"})
_PRINTABLE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is sent, where something is: only machines that we chose are sent anything."""

    content: bytes = field(repr=False)
    """The bytes."""
    media_type: str
    """Their type."""
    headers: tuple[tuple[str, str], ...] = ()
    """What is said beside them, as a signature: printable, and of names that no request has by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a fetch wants, beside the address."""

    mode: FetchMode = FetchMode.TEXT
    """What may be read."""
    validators: Validators = NO_VALIDATORS
    """Ask only if it changed since."""
    body: Body | None = None
    """Sent by POST; none is a GET."""
    limits: FetchLimits | None = None
    """What it may cost; none is the mode's default."""
    accept: str = ""
    """Types to ask for, in the words of the ``Accept`` header; empty is the mode's. The type gate stays the mode's."""
    head_only: bool = False
    """Read the head and what is sniffed of the body, and stop."""
    credential: Credential | None = None
    """Who asks, for a service that wants to know: told to the host of the address, and to none that it leads to."""

    def __post_init__(self) -> None:
        """Refuse to sign for one host and to follow another one.

        Raises:
            ValueError: a redirect would be sent what stands beside the body.
        """
        if self.body and self.body.headers and self.allowance.redirects:
            message = "a body with headers of its own is for one host: its limits allow no redirect"
            raise ValueError(message)

    @property
    def allowance(self) -> FetchLimits:
        """Return what it may cost."""
        return self.limits or LIMITS[self.mode]


def build_request(
    url: WebUrl, wanted: Wanted, identity: Identity, cookies: JobCookies, credential: Credential | None = None
) -> httpx2.Request:
    """Build what is sent.

    Args:
        url: Where.
        wanted: What; its credential is not sent by this.
        identity: Who asks.
        cookies: Of the job.
        credential: What this very host may know.
    """
    headers = {
        "Host": url.netloc,
        "User-Agent": identity.user_agent,
        "Accept": wanted.accept or ACCEPT[wanted.mode],
        # Media come as they are: what is compressed already gains nothing, and a bomb needs an encoding.
        "Accept-Encoding": "gzip, deflate" if wanted.mode in COMPRESSED else "identity",
    }
    # They came from the host: what cannot be a header is not sent back to it.
    if _PRINTABLE.fullmatch(wanted.validators.etag):
        headers["If-None-Match"] = wanted.validators.etag
    if _PRINTABLE.fullmatch(wanted.validators.last_modified):
        headers["If-Modified-Since"] = wanted.validators.last_modified
    if wanted.body:
        headers["Content-Type"] = wanted.body.media_type
        headers |= _beside(wanted.body, headers)
    if credential:
        headers[credential.header] = credential.value
    request = httpx2.Request(
        "POST" if wanted.body else "GET",
        str(url),
        headers=headers,
        content=wanted.body.content if wanted.body else None,
    )
    cookies.send(request)
    return request


def _beside(body: Body, known: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of a body.

    Raises:
        ValueError: one is no header, or would say again what a request says by itself.
    """
    taken = {name.lower() for name in known} | _OF_THE_TRANSPORT
    for name, value in body.headers:
        if not _TOKEN.fullmatch(name) or name in taken or not _PRINTABLE.fullmatch(value):
            message = f"{name[:40]!r} is no header that a body brings"
            raise ValueError(message)
    return dict(body.headers)
