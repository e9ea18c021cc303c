"""Codes of parts on their way to the store and back: one ciphertext under the asset's own key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from rempart.errors import IntegrityError
from rempart.keys import Box, Keyring
from rempart.model import Fingerprint, SignalType
from rempart.model.asset import BankEntry

_VERSION: Final = 1
_CONTEXT: Final = "asset.codes_of_parts"


def seal_parts(box: Box, fingerprints: tuple[Fingerprint, ...]) -> bytes:
    """Seal the codes of parts among some fingerprints."""
    parts = [f for f in fingerprints if f.region is not None]
    rows = [[f.version, f.bits.hex(), f.quality, f.region] for f in parts]
    return box.seal(json.dumps({"v": _VERSION, "codes": rows}).encode("ascii"), context=_CONTEXT)


def unseal_parts(box: Box, sealed: bytes) -> tuple[Fingerprint, ...]:
    """Open the codes of parts of an asset.

    Raises:
        IntegrityError: they were changed, or are of a format that this version does not know.
    """
    stored = json.loads(box.unseal(sealed, context=_CONTEXT))
    if stored["v"] != _VERSION:
        message = f"codes of parts are of version {stored['v']}, which this version of Rempart does not know"
        raise IntegrityError(message, advice="Install the newer version.")
    return tuple(
        Fingerprint(
            signal_type=SignalType.PDQ,
            version=version,
            bits=bytes.fromhex(bits),
            quality=quality,
            region=tuple(tuple(corner) for corner in region),  # type: ignore[arg-type]  # four corners, as written
        )
        for version, bits, quality, region in stored["codes"]
    )


def with_parts(entries: Iterator[BankEntry], keyring: Keyring) -> Iterator[BankEntry]:
    """Add to entries of the bank the codes that only their own keys open; in memory, for one scan."""
    for entry in entries:
        if entry.detailed_sealed is None:
            yield entry
        else:
            codes = unseal_parts(keyring.item_box(entry.asset), entry.detailed_sealed)
            yield replace(entry, fingerprints=entry.fingerprints + codes)
