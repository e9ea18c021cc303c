"""Read an address as browsers do, and refuse every one on which two programs could disagree.

Attacks on guards live where the checker and the connector read an address differently (GHSA-rph4-96w6-q594). What is
accepted here is re-written in one form, and that form is what is connected to.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import idna

from rempart.errors import FetchError
from rempart.model.web import NotFetchedReason
from rempart.net.addresses import IPAddress, parse_address

#: Longer addresses are refused by most servers (RFC 9110 §4.1 asks for 8,000 at least).
URL_CHARACTERS_MOST: Final = 8_192
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
#: Controls, which a terminal obeys and other programs drop; the space; halves of characters; the backslash.
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f-\x9f\ud800-\udfff\\]")
#: What stands between ``//`` and the path where a host is in brackets (RFC 3986 §3.2.2), and nothing beside it.
_BRACKETED: Final = re.compile(r"\[[0-9A-Fa-f:.]+\](?::[0-9]*)?")
#: Browsers read a host after three slashes, other programs a path (WHATWG URL, special authority ignore slashes).
_SLASHES: Final = re.compile(r"(?:https?:)?///", re.IGNORECASE)
_LABEL: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
#: A browser reads a host whose last label is a number as an IPv4 address, in any base (WHATWG URL, ends-in-a-number).
_NUMBER: Final = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")
_HOST_CHARACTERS_MOST: Final = 253
#: What a path may hold as it is (RFC 3986 §3.3, and what browsers leave: WHATWG URL, path percent-encode set), and the
#: percent sign of what is encoded already. What httpx2 would encode is encoded here: what is judged is what is sent.
_SAFE: Final = "%/:@!$&'()*+,;=-._~[]|^"
_SAFE_QUERY: Final = f"{_SAFE}?`{{}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebUrl:
    """An address in its one form."""

    scheme: str
    """``http`` or ``https``."""
    host: str
    """ASCII: a name (IDNA 2008 with UTS 46), or an address without brackets."""
    port: int
    """Explicit or the scheme's."""
    target: str
    """Path and query, percent-encoded."""
    shown_host: str
    """The host as a person reads it: the letters of an ``xn--`` name, which the gate judges too."""
    remarks: tuple[str, ...] = ()
    """What a person should know of the host."""

    @property
    def ip(self) -> IPAddress | None:
        """Return the host where it is an address; None where it is a name."""
        return parse_address(self.host)

    @property
    def netloc(self) -> str:
        """Return host and port as the ``Host`` header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Return scheme, host and port, as ``https://forum.example.org`` (RFC 6454)."""
        return f"{self.scheme}://{self.netloc}"

    def __str__(self) -> str:
        """Return the whole address, without its fragment."""
        return f"{self.origin}{self.target}"


def parse_url(text: str) -> WebUrl:
    """Read an address.

    Raises:
        FetchError: it is one that is never asked; its reason says why.
    """
    if len(text) > URL_CHARACTERS_MOST:
        raise FetchError(NotFetchedReason.BAD_ADDRESS, f"{len(text)} characters > {URL_CHARACTERS_MOST}")
    _check_characters(text)
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        # What the library says of brackets is not the same in all its versions.
        reason = NotFetchedReason.BAD_HOST if "[" in text.partition("//")[2] else NotFetchedReason.BAD_ADDRESS
        raise FetchError(reason, str(error)) from error
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        raise FetchError(NotFetchedReason.SCHEME, scheme[:40] or "it begins with neither https:// nor http://")
    if "@" in parts.netloc:
        raise FetchError(NotFetchedReason.CREDENTIALS)
    if "[" in parts.netloc and not _BRACKETED.fullmatch(parts.netloc):
        raise FetchError(NotFetchedReason.BAD_HOST, "in brackets there is an IPv6 address, and nothing beside them")
    if not parts.hostname:
        raise FetchError(NotFetchedReason.BAD_HOST, "it names none")
    if port == 0:
        # Libraries take it for the scheme's own.
        raise FetchError(NotFetchedReason.PORT, "0")
    host = parse_host(_bare_host(parts))
    shown, remarks = _show(host)
    url = WebUrl(
        scheme=scheme,
        host=host,
        port=_DEFAULT_PORTS[scheme] if port is None else port,
        target=_target(parts),
        shown_host=shown,
        remarks=remarks,
    )
    if len(form := str(url)) > URL_CHARACTERS_MOST:
        # The gate reads that much and no more: what is in the middle of a longer one would not be judged.
        raise FetchError(NotFetchedReason.BAD_ADDRESS, f"{len(form)} characters, encoded, > {URL_CHARACTERS_MOST}")
    return url


def join_url(base: WebUrl, location: str) -> WebUrl:
    """Read an address that may be relative to another one.

    Raises:
        FetchError: it is one that is never asked.
    """
    # Judged before it is joined: joining drops some characters.
    _check_characters(location)
    if _SLASHES.match(location):
        raise FetchError(NotFetchedReason.BAD_REDIRECT, "it begins with three slashes")
    try:
        whole = urljoin(str(base), location)
    except ValueError as error:
        raise FetchError(NotFetchedReason.BAD_REDIRECT, str(error)) from error
    return parse_url(whole)


def _check_characters(text: str) -> None:
    """Refuse what browsers drop or turn, and others do not: a guard and a browser must not read two addresses."""
    if found := _FORBIDDEN.search(text):
        raise FetchError(NotFetchedReason.BAD_ADDRESS, f"it holds the character U+{ord(found.group()):04X}")


def parse_host(text: str) -> str:
    """Return a host in its one form: an IPv4 or IPv6 address, or a name in ASCII.

    Raises:
        FetchError: it is none, or one that programs read in several ways.
    """
    if ":" in text:
        return _parse_ipv6(text)
    host = _to_ascii(text)
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as error:
            detail = f"{host[:80]}: an address is written as four numbers, such as 192.0.2.1"
            raise FetchError(NotFetchedReason.BAD_HOST, detail) from error
    if len(host) > _HOST_CHARACTERS_MOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise FetchError(NotFetchedReason.BAD_HOST, host[:80])
    if len(labels) == 1 or labels[-1] in _LOCAL_NAMES:
        raise FetchError(NotFetchedReason.BAD_HOST, f"{host[:80]}: a name of this machine or of a local network")
    return host


#: Never names of the Internet (RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, ICANN's .internal).
_LOCAL_NAMES: Final = frozenset(
    "localhost local internal intranet lan home corp private localdomain onion invalid test alt arpa".split()
)


def _bare_host(parts: SplitResult) -> str:
    """Return the host without brackets, a port or a last dot."""
    host = parts.hostname or ""
    if "%" in host:
        raise FetchError(NotFetchedReason.BAD_HOST, "a host holds no percent sign")
    return host.removesuffix(".")


def _parse_ipv6(text: str) -> str:
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError as error:
        raise FetchError(NotFetchedReason.BAD_HOST, text[:80]) from error


def _to_ascii(text: str) -> str:
    """Return a name in ASCII and small letters (UTS 46, non-transitional)."""
    if text.isascii():
        return text.lower()
    try:
        name = idna.encode(text, uts46=True, transitional=False).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        # Figures of other scripts (full-width ones) become plain ones, which are no labels of IDNA.
        name = unicodedata.normalize("NFKC", text).replace("\N{IDEOGRAPHIC FULL STOP}", ".")
        if not name.isascii():
            raise FetchError(NotFetchedReason.BAD_HOST, f"{text[:80]}: {error}") from error
    return name.lower().removesuffix(".")


def _show(host: str) -> tuple[str, tuple[str, ...]]:
    """Return a host as a person reads it, and what she should know of it."""
    if "xn--" not in host:
        return host, ()
    try:
        shown = idna.decode(host)
    except (idna.IDNAError, UnicodeError) as error:
        raise FetchError(NotFetchedReason.BAD_HOST, f"{host[:80]}: {error}") from error
    remarks = [f"its name is also written {shown}"]
    if len(scripts := _scripts(shown)) > 1:
        remarks.append(f"its letters are of several alphabets ({', '.join(sorted(scripts))}): it may imitate another")
    return shown, tuple(remarks)


def _scripts(text: str) -> set[str]:
    """Return the alphabets of the letters of a text: the first word of their Unicode names."""
    return {unicodedata.name(c, "UNKNOWN").split()[0] for c in text if c.isalpha()}


def _target(parts: SplitResult) -> str:
    path = quote(_without_dots(parts.path), safe=_SAFE)
    return f"{path}?{quote(parts.query, safe=_SAFE_QUERY)}" if parts.query else path


def _without_dots(path: str) -> str:
    """Resolve ``.`` and ``..``, also written ``%2e``, as browsers do: robots.txt must judge what a server will read."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for number, segment in enumerate(segments, start=1):
        plain = segment.lower().replace("%2e", ".")
        if plain == "..":
            del kept[-1:]
        elif plain != ".":
            kept.append(segment)
        if plain in {".", ".."} and number == len(segments):
            kept.append("")
    return "/" + "/".join(kept)
