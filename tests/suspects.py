"""What the sandbox would tell of made-up items: codes some bits apart, parts and points."""

from __future__ import annotations

import numpy as np

from rempart.detect.versions import TILE_VERSION
from rempart.model import (
    CodedPoints,
    Fingerprint,
    FingerprintedMedia,
    MediaFormat,
    MediaKind,
    Orientation,
    Region,
    SignalType,
    SuspectId,
)

RANDOM = np.random.default_rng(11)
CODE = RANDOM.integers(0, 256, 32, dtype=np.uint8)
SUSPECT = SuspectId("suspect")


def flipped(bits: int) -> bytes:
    """Return the code with that many bits changed."""
    change = np.zeros(256, np.uint8)
    change[RANDOM.permutation(256)[:bits]] = 1
    return (CODE ^ np.packbits(change)).tobytes()


def media(
    bits: bytes | None = CODE.tobytes(),
    *,
    quality: int = 90,
    orientation: Orientation = Orientation.ORIGINAL,
    digest: str = "a",
    frame: int = 0,
    version: str = "pdq/1",
    region: Region | None = None,
    places: tuple[CodedPoints, ...] = (),
) -> FingerprintedMedia:
    """Make what the sandbox would tell of an item."""
    code = Fingerprint(
        signal_type=SignalType.PDQ,
        version=version,
        bits=bits or b"",
        quality=quality,
        orientation=orientation,
        frame=frame,
        region=region,
    )
    return FingerprintedMedia(
        sha256=digest * 64,
        kind=MediaKind.IMAGE,
        format=MediaFormat.JPEG,
        width=400,
        height=300,
        frames=9,
        fingerprints=(code,) if bits else (),
        places=places,
    )


def parts(count: int = 12, *, version: str = TILE_VERSION, seed: int = 3) -> CodedPoints:
    """Make places in a plane of 400 by 300, far enough from each other."""
    random = np.random.default_rng(seed)
    columns = (random.random(count) * 400, random.random(count) * 300, np.full(count, 60.0), np.zeros(count))
    return CodedPoints(
        version=version,
        width=400,
        height=300,
        points=np.column_stack(columns).astype("<f4").tobytes(),
        codes=random.integers(0, 256, (count, 32), dtype=np.uint8).tobytes(),
    )
