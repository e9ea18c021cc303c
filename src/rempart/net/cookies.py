"""Cookies of one job: each goes back to the host that set it and to no other, and none outlives the job.

A cookie may name a wider domain (RFC 6265 §5.2.3), as wide as ``co.uk`` where no list of public suffixes is at hand;
here a host only speaks for itself, so that what it says of a domain changes nothing. Nor do lifetimes: a job is short,
and nobody is logged in. The standard library's jar is not used: it prints a traceback for a lifetime of 400 figures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

import httpx2

#: RFC 6265 §6.1: what a browser keeps at least, per host; here it is also the most.
_COOKIES_MOST: Final = 50
_COOKIE_BYTES_MOST: Final = 4_096
#: Of the header that is sent back: most servers take 8 kB of head.
_HEADER_BYTES_MOST: Final = 6_144
_HOSTS_MOST: Final = 1_024
#: What is sent back as it came (RFC 6265 §4.1.1, and the space and quotes that servers use all the same).
_SENDABLE: Final = re.compile(r"[\x20-\x3a\x3c-\x7e]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cookie:
    """One cookie of a host."""

    value: str = field(repr=False)
    """As it came."""
    is_secure: bool
    """Sent over TLS only."""


class JobCookies:
    """Keeps what each host set, apart."""

    def __init__(self) -> None:
        """Begin with none."""
        self._of_host: dict[str, dict[tuple[str, str], _Cookie]] = {}

    def send(self, request: httpx2.Request) -> None:
        """Add to a request what its host set; nothing if that is more than servers take."""
        kept = self._of_host.get(request.url.host, {})
        is_secure = request.url.scheme == "https"
        header = "; ".join(
            f"{name}={cookie.value}"
            for (path, name), cookie in list(kept.items())  # another thread of the job may add one
            if (is_secure or not cookie.is_secure) and _is_below(request.url.path, path)
        )
        if 0 < len(header) <= _HEADER_BYTES_MOST:
            request.headers["Cookie"] = header

    def keep(self, response: httpx2.Response) -> None:
        """Keep what an answer sets, within bounds."""
        url = response.request.url
        for header in response.headers.get_list("set-cookie"):
            if url.host not in self._of_host and len(self._of_host) >= _HOSTS_MOST:
                return
            kept = self._of_host.setdefault(url.host, {})
            pair, *attributes = header[:_COOKIE_BYTES_MOST].split(";")
            name, _, value = (part.strip() for part in pair.partition("="))
            if not name or not _SENDABLE.fullmatch(name + value):
                continue
            named = {key.strip().lower(): said.strip() for key, _, said in (a.partition("=") for a in attributes)}
            place = (named.get("path") or _folder(url.path), name)
            if place in kept or len(kept) < _COOKIES_MOST:
                kept[place] = _Cookie(value=value, is_secure="secure" in named)

    def clear(self) -> None:
        """Forget them all."""
        self._of_host.clear()


def _folder(path: str) -> str:
    """Return where a cookie holds that does not say it (RFC 6265 §5.1.4)."""
    return path[: path.rfind("/")] or "/"


def _is_below(path: str, folder: str) -> bool:
    """Tell whether a cookie of a folder is sent for a path (RFC 6265 §5.1.4)."""
    if not folder.startswith("/"):
        return True
    return path == folder or path.startswith(folder if folder.endswith("/") else f"{folder}/")
