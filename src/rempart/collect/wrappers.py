"""Pages in between: confirmations, redirections and viewers whose address holds the one that is meant.

The address inside is read, never the page in between: no host learns that somebody looked.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final
from urllib.parse import parse_qsl, unquote

from rempart.collect.addresses import canonical

#: How many may be inside one another.
_LAYERS_MOST: Final = 4
_PARAMETERS_MOST: Final = 32
#: Parameters that hold an address, in the order of how sure that is.
_NAMES: Final = (
    "url",
    "u",
    "to",
    "target",
    "dest",
    "destination",
    "redirect",
    "redirect_url",
    "link",
    "goto",
    "out",
    "q",
)
#: Paths whose business it is to lead away: ``/goto/link-confirmation``, ``/redirect/``, ``/out.php``, ``/url``…
_LEADS_AWAY: Final = frozenset(
    f"{word}{ending}"
    for word in "link-confirmation redirect redirector redirection redir out outgoing external exit leave away go goto "
    "url link links click safelink safe-link proxy.php l".split()
    for ending in ("", ".php", ".html")
)
#: The whole query, or the end of the path, is the address: ``dereferer.example/?https://…``, ``/away/aHR0cHM6…``.
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_\-]{12,4000}={0,2}")
_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)


def unwrapped(url: str) -> str:
    """Return the address that a page in between leads to, in its one form; the address itself if there is none.

    Args:
        url: Canonical.
    """
    for _ in range(_LAYERS_MOST):
        inner = _inside(url)
        if not inner or inner == url:
            return url
        url = inner
    return url


def _inside(url: str) -> str:
    """Take one layer off; empty if there is none."""
    head, _, query = url.partition("?")
    if query:
        if _leads_away(head):
            return _of_parameters(query)
        return canonical(unquote(query)) if query[0] in "hH%" and _ADDRESS.match(unquote(query)) else ""
    before, _, last = head.rstrip("/").rpartition("/")
    return _address_in(last) if _leads_away(before) else ""


def _leads_away(url: str) -> bool:
    """Tell an address without its query whose path ends in such a word; a host may be called so."""
    before, _, word = url.removesuffix("/").rpartition("/")
    return word.lower() in _LEADS_AWAY and not before.endswith(":/")


def _of_parameters(query: str) -> str:
    try:
        given = {name.lower(): value for name, value in parse_qsl(query, max_num_fields=_PARAMETERS_MOST)}
    except ValueError:
        return ""
    for name in _NAMES:
        if found := _address_in(given.get(name, "")):
            return found
    return ""


def _address_in(text: str) -> str:
    """Read an address as it is written, or in base 64 (also of the URL alphabet, also without its padding)."""
    if _ADDRESS.match(text):
        return canonical(text)
    if not _BASE64.fullmatch(text):
        return ""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        decoded = base64.b64decode(plain + "=" * (-len(plain) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return canonical(decoded) if _ADDRESS.match(decoded) else ""
