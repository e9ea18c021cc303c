"""Single values of RDAP answers (RFC 9083, RFC 7095), cleaned or refused: whatever comes is text of a known kind."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final, cast

from rempart.errors import FetchError
from rempart.net.addresses import parse_address
from rempart.net.urls import parse_host

Tree = Mapping[str, object]

_TEXT_CHARACTERS_MOST: Final = 200
_LISTED_MOST: Final = 32
#: RFC 5322 dot-atom, without what RFC 5321 lets be quoted: no notice is sent to an address that needs quotes.
_LOCAL_PART: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LOCAL_CHARACTERS_MOST: Final = 64
_EMAIL_CHARACTERS_MOST: Final = 254
_PHONE: Final = re.compile(r"\+?[0-9][0-9 ().x/-]{3,38}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
#: Never in a name: control and format characters (bidirectional marks), surrogates, private use, separators of lines.
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def read_text(value: object, most: int = _TEXT_CHARACTERS_MOST) -> str:
    """Return a text on one line, what could hide or move text taken out; empty if it is none or too long."""
    if not isinstance(value, str) or len(value) > most:
        return ""
    kept = "".join(" " if unicodedata.category(c) in _UNSAFE else c for c in value)
    return " ".join(kept.split())


def read_email(value: object) -> str:
    """Return one mailbox in ASCII; empty for anything else: lists, names, quotes, line breaks, other scripts.

    A ``mailto:`` before it is taken off, as some registries write one.
    """
    if not isinstance(value, str) or len(value) > _EMAIL_CHARACTERS_MOST + len("mailto:"):
        return ""
    text = value.strip(" ")
    if text.lower().startswith("mailto:"):
        text = text[len("mailto:") :]
    local, at, domain = text.rpartition("@")
    if not at or len(local) > _LOCAL_CHARACTERS_MOST or not _LOCAL_PART.fullmatch(local):
        return ""
    host = read_host(domain)
    found = f"{local}@{host}"
    return found if host and len(found) <= _EMAIL_CHARACTERS_MOST else ""


def read_phone(value: object) -> str:
    """Return a telephone number; empty if it is none. ``tel:`` and its parameters are taken off (RFC 3966)."""
    if not isinstance(value, str) or len(value) > _TEXT_CHARACTERS_MOST:
        return ""
    text = value.strip(" ")
    if text.lower().startswith("tel:"):
        text = text[len("tel:") :].partition(";")[0]
    return text if _PHONE.fullmatch(text) else ""


def read_host(value: object) -> str:
    """Return a name in ASCII, without its last dot; empty if it is none, or an address."""
    if not isinstance(value, str):
        return ""
    try:
        host = parse_host(value.removesuffix("."))
    except FetchError:
        return ""
    return "" if parse_address(host) else host


def read_country(value: object) -> str:
    """Return two letters of ISO 3166-1; empty if there are none."""
    text = value.upper() if isinstance(value, str) and value.isascii() else ""
    return text if _COUNTRY.fullmatch(text) else ""


def parse_instant(value: object) -> dt.datetime | None:
    """Read an instant of RFC 3339, in UTC; None if it is none, or names no zone."""
    if not isinstance(value, str) or len(value) > len("2026-11-22T06:34:01.000000000+00:00"):
        return None
    try:
        found = dt.datetime.fromisoformat(value)
        return found.astimezone(dt.UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def read_items(tree: Tree, name: str, most: int = _LISTED_MOST) -> Iterator[object]:
    """Yield what a list of an object holds, up to a number; nothing if it is no list."""
    value = tree.get(name)
    if isinstance(value, list):
        yield from value[:most]


def read_trees(tree: Tree, name: str, most: int = _LISTED_MOST) -> Iterator[Tree]:
    """Yield the objects in a list of an object."""
    yield from (cast("Tree", item) for item in read_items(tree, name, most) if isinstance(item, dict))


def read_texts(tree: Tree, name: str, most: int = _LISTED_MOST) -> tuple[str, ...]:
    """Return the texts in a list of an object, each once."""
    found = (read_text(item) for item in read_items(tree, name, most))
    return tuple(dict.fromkeys(text for text in found if text))
