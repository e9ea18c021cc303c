"""Turns addresses in a page into references: unwrapped, in one form, with what they say of themselves."""

from __future__ import annotations

import re
from typing import Final

from rempart.collect.addresses import Addresses
from rempart.collect.budget import Budget, clean_title
from rempart.collect.expiry import end_of, undated
from rempart.collect.file_endings import kind_of
from rempart.collect.limits import TITLE_MOST
from rempart.collect.locators import find_locators, parse_ipfs, parse_magnet
from rempart.collect.wrappers import unwrapped
from rempart.model.collected import MediaReference, ReferenceKind

#: A picture's width in a ``srcset`` (``640w``), or how many pixels of the screen are one of it (``2x``).
_CANDIDATE: Final = re.compile(r"([^\s,]\S*[^\s,]|[^\s,])(?:\s+(\d{1,6}(?:\.\d{1,4})?)[wx])?\s*(?:,|$)")
#: Looked up once, as in :mod:`rempart.collect.walking`.
IMAGE: Final = ReferenceKind.IMAGE
VIDEO: Final = ReferenceKind.VIDEO
LINK: Final = ReferenceKind.LINK
_SRCSET_MOST: Final = 20_000
#: What addresses of the web begin with: most need no look at what else they could be.
_NO_MAGNET: Final = frozenset("/.hH")


def best_of_srcset(srcset: str) -> str:
    """Return the address of the largest picture of a ``srcset``; empty if it names none."""
    best, widest = "", -1.0
    for address, written in _CANDIDATE.findall(srcset[:_SRCSET_MOST]):
        width = float(written or 1)
        if width > widest and not address.startswith("data:"):
            best, widest = address, width
    return best


class References:
    """The references of one post, or of what stands outside posts; each once."""

    def __init__(self, addresses: Addresses, budget: Budget) -> None:
        """Start with none."""
        self._addresses = addresses
        self._budget = budget
        self._found: dict[str, MediaReference] = {}
        self._keys: dict[str, str] = {}

    def add(
        self,
        href: str | None,
        *,
        kind: ReferenceKind | None = None,
        engine_id: str = "",
        name: str = "",
        size_bytes: int | None = None,
    ) -> None:
        """Add what an address leads to; what leads nowhere is not added.

        Args:
            href: As written in the page.
            kind: What it is; None lets its last part tell.
            engine_id: What the engine calls it: another address of the same is not added again.
            name: As the page shows it.
            size_bytes: As the page says.
        """
        if not href or href[0] == "#" or (engine_id and self._is_known(engine_id, name, size_bytes)):
            return
        if (href[0] not in _NO_MAGNET or "ipfs" in href) and (locator := _locator(href)):
            self.add_locator(locator)
            return
        url = self._addresses.absolute(href)
        if not url:
            return
        if len(name) > TITLE_MOST:  # it is cut: the gate judges all of it
            self._budget.aside(name)
        meant = unwrapped(url)
        if meant != url and (locator := parse_ipfs(meant)):
            self.add_locator(locator)
            return
        is_temporary, expires_at = end_of(meant) if "?" in meant else (False, None)
        address = undated(meant) if is_temporary else meant
        self._keep(
            self._keys.setdefault(address, engine_id or address),
            MediaReference(
                kind=kind_of(meant) if kind is None else kind,
                url=meant,
                engine_id=engine_id,
                name=clean_title(name) if name else "",
                size_bytes=size_bytes,
                is_temporary=is_temporary,
                expires_at=expires_at,
            ),
        )

    def _is_known(self, engine_id: str, name: str, size_bytes: int | None) -> bool:
        """Tell whether there is nothing more to say of a thing that the engine has a name for."""
        known = self._found.get(engine_id)
        return (
            known is not None
            and (bool(known.name) or not name)
            and (known.size_bytes is not None or size_bytes is None)
        )

    def add_locator(self, locator: MediaReference) -> None:
        """Add a magnet link, an infohash or an IPFS identifier."""
        self._keep(locator.engine_id, locator)

    def add_text(self, text: str) -> None:
        """Add the locators that are written in a text."""
        for locator in find_locators(text):
            self.add_locator(locator)

    def _keep(self, key: str, reference: MediaReference) -> None:
        known = self._found.get(key)
        if known is None:
            if self._budget.reference():
                self._found[key] = reference
        elif _says_more(reference, known):
            self._found[key] = reference

    def all(self) -> tuple[MediaReference, ...]:
        """Return them in the page's order."""
        return tuple(self._found.values())


def _locator(href: str) -> MediaReference | None:
    start = href[:8].lower().lstrip()
    if start.startswith("magnet:"):
        return parse_magnet(href.strip())
    return parse_ipfs(href) if "ipfs" in href[:200] else None


def _says_more(new: MediaReference, known: MediaReference) -> bool:
    """Tell whether the second mention of a thing names it, or is the file where the first was its small picture."""
    return (not known.name and bool(new.name)) or (known.size_bytes is None and new.size_bytes is not None)
