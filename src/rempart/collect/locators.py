"""Magnet links, infohashes and IPFS identifiers: written down to be reported. Nothing here or elsewhere asks for them.

They are read by their form alone, and written in one form, so that the same content found twice counts once.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final
from urllib.parse import parse_qsl

from rempart.collect.limits import TITLE_MOST
from rempart.model.collected import MediaReference, ReferenceKind

#: 40 hexadecimal digits or 32 of base 32 (BEP 9); a multihash of SHA-256 (BEP 52).
_BTIH: Final = re.compile(r"urn:btih:([0-9a-fA-F]{40}|[A-Za-z2-7]{32})")
_BTMH: Final = re.compile(r"urn:btmh:(1220[0-9a-fA-F]{64})")
_MAGNET: Final = re.compile(r"magnet:\?[^\s\"'<>]{20,4000}", re.IGNORECASE)
_INFOHASH: Final = re.compile(r"\b(?:info[\s_-]?hash|btih)\b[\s:=]{1,4}([0-9a-fA-F]{40})\b", re.IGNORECASE)
#: CIDv0, 46 characters of base 58 that begin with Qm; CIDv1 in base 32, most often of a SHA-256 (multiformats/cid).
_CID: Final = r"(Qm[1-9A-HJ-NP-Za-km-z]{44}|b[a-z2-7]{58,112})"
_IPFS: Final = re.compile(rf"(?:ipfs://(?:ipfs/)?|/ipfs/){_CID}\b")
_GATEWAY: Final = re.compile(r"https?://(b[a-z2-7]{58,112})\.ipfs\.")
_PARAMETERS_MOST: Final = 64
#: What a text must hold for the slower looks to be worth it.
_HINTS: Final = ("magnet:?", "hash", "btih", "ipfs")


def parse_magnet(text: str) -> MediaReference | None:
    """Read a magnet link; None if it names no content. Trackers and peers that it names are not kept."""
    if not text[:8].lower().startswith("magnet:?"):
        return None
    try:
        given = parse_qsl(text[8:], max_num_fields=_PARAMETERS_MOST)
    except ValueError:
        return None
    topics = " ".join(value for name, value in given if name.lower() == "xt")
    named = next((value for name, value in given if name.lower() == "dn"), "")
    size = next((value for name, value in given if name.lower() == "xl"), "")
    if found := _BTIH.search(topics):
        digits = _hexadecimal(found[1])
        topic = f"urn:btih:{digits}"
    elif found := _BTMH.search(topics):
        digits = found[1].lower()
        topic = f"urn:btmh:{digits}"
    else:
        return None
    return MediaReference(
        kind=ReferenceKind.MAGNET,
        url=f"magnet:?xt={topic}",
        engine_id=digits,
        name="".join(c for c in named if c.isprintable())[:TITLE_MOST],
        size_bytes=int(size) if re.fullmatch(r"\d{1,15}", size) else None,
    )


def parse_ipfs(text: str) -> MediaReference | None:
    """Read an address of IPFS, its own or of a gateway; None if it is none."""
    found = _IPFS.search(text) or _GATEWAY.match(text)
    return _ipfs(found[1]) if found else None


def find_locators(text: str) -> list[MediaReference]:
    """Find what is written in a text as it is: magnet links, infohashes that are called so, IPFS addresses."""
    lowered = text.lower()
    if not any(hint in lowered for hint in _HINTS):
        return []
    magnets = [magnet for found in _MAGNET.finditer(text) if (magnet := parse_magnet(found[0]))]
    known = {magnet.engine_id for magnet in magnets}
    hashes = dict.fromkeys(found[1].lower() for found in _INFOHASH.finditer(text))
    digests = [
        MediaReference(kind=ReferenceKind.INFOHASH, url=digits, engine_id=digits)
        for digits in hashes
        if digits not in known
    ]
    return magnets + digests + [_ipfs(found[1]) for found in _IPFS.finditer(text)]


def _ipfs(identifier: str) -> MediaReference:
    return MediaReference(kind=ReferenceKind.IPFS, url=f"ipfs://{identifier}", engine_id=identifier)


def _hexadecimal(digits: str) -> str:
    """Write an infohash in one way."""
    if len(digits) == 32:  # noqa: PLR2004 - of base 32
        try:
            return base64.b32decode(digits.upper()).hex()
        except binascii.Error:  # the expression allows none that fails
            return digits
    return digits.lower()
