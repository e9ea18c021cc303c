"""Addresses in their one form: what is the same page is asked once, whoever linked to it and however.

What only says who came from where is dropped: parameters of campaigns, of sessions, of the place in the page. What
changes the page stays, in its order. The guard of :mod:`rempart.net` still judges every address before it is asked.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

import idna

from rempart.collect.limits import URL_MOST

#: Where people came from: the widest used campaign parameters (Google Analytics, Meta, Matomo, Mailchimp, HubSpot…).
TRACKING: Final = frozenset(
    "fbclid gclid gbraid wbraid dclid msclkid yclid twclid igshid igsh mc_cid mc_eid mkt_tok _ga _gl _hsenc _hsmi "
    "vero_id oly_anon_id oly_enc_id s_cid spm ref_src ref_url mibextid si srsltid".split()
)
TRACKING_PREFIXES: Final = ("utm_", "mtm_", "pk_", "hsa_")
#: Who is asking: session numbers of PHP, phpBB, ASP, ColdFusion, vBulletin; and marks of one rendering.
SESSIONS: Final = frozenset(
    "phpsessid sid s_id sessionid session_id jsessionid aspsessionid cfid cftoken oscsid".split()
)
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
#: What browsers drop inside an address (WHATWG URL), so that ``java\nscript:`` is what they read.
_DROPPED: Final = re.compile(r"[\t\n\r]")
_FORBIDDEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\\]")
_PERCENT: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SAFE: Final = "%/:@!$&'()*+,;=-._~[]|^"
_AS_IT_IS: Final = re.compile(r"[A-Za-z0-9%/:@!$&'()*+,;=\-._~\[\]|^]*")
_SESSION_IN_PATH: Final = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
#: A path that is in its one form as it stands: most of a forum's own links, which need no more than a look.
_PLAIN_PATH: Final = re.compile(r"(/[A-Za-z0-9\-_~!$'()*+,=:@/.]*)(?:#.*)?", re.DOTALL)
_HOST_NAME: Final = r"(?:[a-z0-9_\-]+\.)*[a-z0-9_\-]+"
_PLAIN_URL: Final = re.compile(rf"https?://{_HOST_NAME}/[A-Za-z0-9\-_~!$'()*+,=:@/.]*")
#: The same with a query, of which only its parameters are looked at.
_PLAIN_QUERY: Final = re.compile(
    r"(https?://[a-z0-9.\-]*[a-z0-9]/[A-Za-z0-9\-_~!$'()*+,=:@/.]*)\?([A-Za-z0-9/:@!$&'()*+,;=\-._~]*)(?:#.*)?",
    re.DOTALL,
)
#: A path below the page's folder, with a query: what joining it changes is known.
_PLAIN_BELOW: Final = re.compile(
    r"(?:\./)?((?:[A-Za-z0-9_\-]+/)*[A-Za-z0-9_\-]+(?:\.[A-Za-z0-9_\-]+)*(?:\?[A-Za-z0-9/:@!$&'()*+,;=\-._~%]+)?)"
)
_WHOLE: Final = re.compile(r"https?://[^/]", re.IGNORECASE)
_HOST: Final = re.compile(rf"{_HOST_NAME}|\[[0-9a-f:.]+\]")
_CACHED_MOST: Final = 4_096


def canonical(url: str) -> str:
    """Return an address of the web in its one form; empty if it is none, or one that two programs read differently.

    Doing it twice changes nothing.
    """
    if len(url) <= URL_MOST:  # most addresses are in their one form as they stand, but for their parameters
        if _PLAIN_URL.fullmatch(url) and "/." not in url:
            return url
        found = _PLAIN_QUERY.fullmatch(url)
        if found and "/." not in found[1]:
            query = _query(found[2])
            return f"{found[1]}?{query}" if query else found[1]
    text = _DROPPED.sub("", url).strip(" \x00\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c")
    if len(text) > URL_MOST or _FORBIDDEN.search(text):
        return ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return ""
    scheme, host = parts.scheme.lower(), _host(parts.hostname or "", bracketed="[" in parts.netloc)
    if scheme not in _DEFAULT_PORTS or not host or "@" in parts.netloc or port == 0:
        return ""
    netloc = host if port in {None, _DEFAULT_PORTS[scheme]} else f"{host}:{port}"
    path = _quoted(_normal(parts.path))
    if ";" in path:
        path = _SESSION_IN_PATH.sub("", path)
    query = _query(parts.query)
    whole = f"{scheme}://{netloc}{_without_dots(path)}{'?' if query else ''}{query}"
    return whole if len(whole) <= URL_MOST else ""


def without(url: str, names: frozenset[str]) -> str:
    """Return a canonical address without some parameters of its query, named in small letters."""
    head, mark, query = url.partition("?")
    kept = [piece for piece in query.split("&") if piece and _parameter(piece) not in names] if mark else []
    return f"{head}?{'&'.join(kept)}" if kept else head


class Addresses:
    """Reads the addresses of one page, which may be relative to it."""

    def __init__(self, page_url: str, base: str = "") -> None:
        """Take the page's address, and what its ``<base href>`` says.

        Args:
            page_url: Where it was found; without one, only whole addresses are read.
            base: As written in the page; it may be relative itself.
        """
        self.page = canonical(page_url)
        self._base = (canonical(_joined(self.page, base)) if base else "") or self.page
        self._origin = "/".join(self._base.split("/", 3)[:3])
        self._top = f"{self._origin}/"
        self._folder = _joined(self._base, "x")[:-1]
        self._known: dict[str, str] = {}
        self.refused = 0

    def absolute(self, href: str | None) -> str:
        """Return an address in its one form; empty if it leads nowhere on the web."""
        if not href:
            return ""
        plain = _PLAIN_PATH.fullmatch(href)
        if plain and self._origin:
            path = plain[1]
            if path[1:2] != "/" and "/." not in path and len(path) < URL_MOST // 2:
                return self._origin + path
        known = self._known.get(href)
        if known is None:
            known = canonical(self._whole(href))
            self.refused += not known and href.lstrip()[:4].lower() == "http"
            if len(self._known) < _CACHED_MOST:
                self._known[href] = known
        return known

    def _whole(self, href: str) -> str:
        """Return an address that may be relative as a whole one."""
        if _WHOLE.match(href):
            return href
        below = _PLAIN_BELOW.fullmatch(href) if self._folder else None
        return self._folder + below[1] if below else _joined(self._base, href)

    def is_here(self, url: str) -> bool:
        """Tell whether a canonical address is of the page's own origin."""
        return bool(self._origin) and (url.startswith(self._top) or url == self._origin)


def _joined(base: str, href: str) -> str:
    """Resolve an address; what cannot be resolved is none."""
    text = _DROPPED.sub("", href).strip()
    if _FORBIDDEN.search(text) or len(text) > URL_MOST:
        return ""
    try:
        return urljoin(base, text) if base else text
    except ValueError:
        return ""


def _host(name: str, *, bracketed: bool) -> str:
    """Return a host in ASCII and small letters; empty if it cannot be one."""
    host = f"[{name.lower()}]" if bracketed else name.lower().removesuffix(".")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii").removesuffix(".")
        except (idna.IDNAError, UnicodeError):
            return ""
    return host if _HOST.fullmatch(host) else ""


def _normal(text: str) -> str:
    """Write percent-encoding in one way: what needs none is decoded, digits are large (RFC 3986 §6.2.2)."""
    return _PERCENT.sub(_one_way, text) if "%" in text else text


def _quoted(text: str) -> str:
    """Encode what an address may not hold as it is."""
    return text if _AS_IT_IS.fullmatch(text) else quote(text, safe=_SAFE)


def _one_way(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else f"%{found[1].upper()}"


def _without_dots(path: str) -> str:
    """Resolve ``.`` and ``..`` as browsers do."""
    if "/." not in path:
        return path if path.startswith("/") else f"/{path}"
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)


def _query(query: str) -> str:
    """Drop what says who came from where; the rest stays as it is, in its order."""
    if not query:
        return ""
    kept = _normal("&".join([piece for piece in query.split("&") if piece and not _says_who(_parameter(piece))]))
    return kept if _AS_IT_IS.fullmatch(kept) else quote(kept, safe=f"{_SAFE}?`{{}}")


def _parameter(piece: str) -> str:
    return _normal(piece.partition("=")[0]).lower()


def _says_who(name: str) -> bool:
    return name in TRACKING or name in SESSIONS or name.startswith(TRACKING_PREFIXES)
