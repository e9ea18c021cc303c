"""Codes of parts and points, and what a model says, on their way to the store and back: one ciphertext per asset.

It is sealed under the asset's own key, and goes with that key.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rempart.errors import IntegrityError
from rempart.keys import Box, Keyring
from rempart.model import CodedPoints, PackedDescriptor
from rempart.model.asset import BankEntry

logger = logging.getLogger(__name__)

#: 1 was codes of fourteen fixed parts, which nothing can compare any more.
_VERSION: Final = 2
_CONTEXT: Final = "asset.codes_of_parts"


def seal_places(box: Box, places: tuple[CodedPoints, ...], described: tuple[PackedDescriptor, ...] = ()) -> bytes:
    """Seal the codes of an asset's parts and points, and what a model says of it, if there is one."""
    rows = [
        {"version": p.version, "width": p.width, "height": p.height, "points": _text(p.points), "codes": _text(p.codes)}
        for p in places
    ]
    stored: dict[str, object] = {"v": _VERSION, "places": rows}
    if described:
        stored["learned"] = [{"preparation": d.preparation, "packed": _text(d.data)} for d in described]
    return box.seal(json.dumps(stored).encode("ascii"), context=_CONTEXT)


def unseal_places(box: Box, sealed: bytes) -> tuple[tuple[CodedPoints, ...], tuple[PackedDescriptor, ...]]:
    """Open the codes of an asset's parts and points, and what a model says of it: nothing, if there was none.

    Raises:
        IntegrityError: they were changed, or are of a format that this version does not know.
    """
    stored = json.loads(box.unseal(sealed, context=_CONTEXT))
    if stored["v"] != _VERSION:
        message = f"codes of parts are of version {stored['v']}, which this version of Rempart does not know"
        advice = "Install the newer version; or, if they are older, withdraw the asset and add it again."
        raise IntegrityError(message, advice=advice)
    places = tuple(
        CodedPoints(
            version=row["version"],
            width=row["width"],
            height=row["height"],
            points=base64.b64decode(row["points"]),
            codes=base64.b64decode(row["codes"]),
        )
        for row in stored["places"]
    )
    described = tuple(
        PackedDescriptor(preparation=row["preparation"], data=base64.b64decode(row["packed"]))
        for row in stored.get("learned", ())
    )
    return places, described


def with_places(entries: Iterator[BankEntry], keyring: Keyring) -> Iterator[BankEntry]:
    """Add to entries of the bank what only their own keys open; in memory, for one scan."""
    for entry in entries:
        if entry.detailed_sealed is None:
            yield entry
        else:
            places, described = _opened(entry, keyring, entry.detailed_sealed)
            yield replace(entry, places=places, described=described)


def _opened(
    entry: BankEntry, keyring: Keyring, sealed: bytes
) -> tuple[tuple[CodedPoints, ...], tuple[PackedDescriptor, ...]]:
    """Open one asset's codes; one withdrawn just now, or damaged, is looked for by its whole-frame code alone."""
    try:
        return unseal_places(keyring.item_box(entry.asset), sealed)
    except IntegrityError as error:
        logger.warning("the codes of parts of %s cannot be opened (rempart db check): %s", entry.asset, error)
        return (), ()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
