"""The whole cascade in one process, as the benchmarks of the ensemble drive it: fingerprint, compare, verify, conclude.

It does what ``app`` does with a sandbox between the steps, without the sandbox, and takes the processor time of each.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

import transforms
from rempart.detect import Ensemble, fingerprint_task, parse_record
from rempart.detect.interface import Comparison, Verdict, VerifiedBy
from rempart.detect.verification import Suspect, verify_picture, verify_tiles
from rempart.detect.versions import ORB_VERSION, TILE_VERSION
from rempart.hazmat.interface import DecodeLimits
from rempart.hazmat.luma import luma_of
from rempart.hazmat.picture import open_picture
from rempart.model import AssetId, FingerprintedMedia, SuspectId

cv2.setNumThreads(1)

LIMITS: Final = DecodeLimits()
SIDE: Final = 1280
"""Longest side of a scene here: most files that leak are about so large, and a transform costs as many pixels."""
ASSET_QUALITY: Final = 92
SUSPECT_QUALITY: Final = 90

_FRAMES: Final = {"frames": 1, "orientations": 8, "fast": 1, "inner_frames": 12}
SUSPECT_OPTIONS: Final = {
    "hash_only": _FRAMES,
    "detailed": {**_FRAMES, "tiles": 1},
    "vault": {**_FRAMES, "points": 500},
    "all": {**_FRAMES, "tiles": 1, "points": 500},
}
"""What the sandbox is asked of a suspect, for assets of each protection."""
ASSET_OPTIONS: Final = {"frames": 1, "orientations": 1, "points": 300, "tiles": 1}
PROTECTIONS: Final = ("hash_only", "detailed", "vault")
PLACES: Final = {"hash_only": (), "detailed": (TILE_VERSION,), "vault": (ORB_VERSION,)}
"""Which codes of parts and points each protection has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was found for one suspect, and what it cost."""

    found: Comparison
    """The conclusion."""
    first: Comparison
    """Before verification."""
    verdicts: Mapping[AssetId, Verdict | None]
    """What verification said."""
    seconds: tuple[float, float]
    """Processor time of the comparison and of the verification."""


@dataclass(slots=True)
class Lab:
    """A bank of assets under one protection, whose pictures are at hand."""

    protection: str
    ensemble: Ensemble = field(default_factory=Ensemble)
    pictures: dict[str, bytes] = field(default_factory=dict)
    media: dict[str, FingerprintedMedia] = field(default_factory=dict)

    def add(self, name: str, data: bytes, media: FingerprintedMedia) -> None:
        """Learn a picture whose fingerprints of every kind are known."""
        kept = seen_as(media, self.protection)
        self.ensemble.add(AssetId(name), kept)
        self.pictures[name], self.media[name] = data, kept

    def look(self, data: bytes, media: FingerprintedMedia) -> Answer:
        """Compare a suspect with all assets."""
        suspect = SuspectId("suspect")
        kept = seen_as(media, self.protection)
        start = time.process_time()
        first = self.ensemble.compare(suspect, kept)
        compared = time.process_time()
        verdicts: dict[AssetId, Verdict | None] = {}
        if first.doubts:
            prepared = Suspect(luma(data))
            for doubt in first.doubts:
                hypotheses = list(doubt.hypotheses)
                if doubt.by is VerifiedBy.PICTURE:
                    verdict = verify_picture(luma(self.pictures[doubt.asset]), prepared, hypotheses)
                else:
                    verdict = verify_tiles(self.media[doubt.asset].places[0], prepared, hypotheses)
                verdicts[doubt.asset] = verdict
        found = self.ensemble.conclude(suspect, kept, first, verdicts)
        took = (compared - start, time.process_time() - compared)
        return Answer(found=found, first=first, verdicts=verdicts, seconds=took)


def seen_as(media: FingerprintedMedia, protection: str) -> FingerprintedMedia:
    """Keep of a picture's fingerprints what a protection has."""
    return replace(media, places=tuple(p for p in media.places if p.version in PLACES[protection]))


def luma(data: bytes) -> npt.NDArray[np.uint8]:
    """Decode what a verification needs, as :mod:`rempart.detect.verify_task` does."""
    picture = open_picture(data, LIMITS)
    shrunk = picture.shrunk()
    return shrunk.luma() if shrunk is not None else luma_of(picture.frame(0))


def fingerprinted(data: bytes, options: Mapping[str, int]) -> FingerprintedMedia:
    """Fingerprint an encoded picture."""
    return parse_record(fingerprint_task.run(data, LIMITS, options))


def opened(path: Path, side: int = SIDE) -> Image.Image:
    """Read a scene and bring it to the size of these measurements."""
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return picture


def encoded(picture: Image.Image, quality: int) -> bytes:
    """Write a JPEG."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def asset_of(path: Path) -> tuple[bytes, FingerprintedMedia]:
    """Return a scene's file as it is registered, and its fingerprints of every kind."""
    data = encoded(opened(path), ASSET_QUALITY)
    return data, fingerprinted(data, ASSET_OPTIONS)


def suspect_of(path: Path, transform: str, seed: int, cache: Path | None) -> bytes:
    """Return a scene's file as it is found after a transform, from the cache if it is there."""
    kept = cache / f"{path.stem}-{transform}-{seed}.jpg" if cache else None
    if kept is not None and kept.exists():
        return kept.read_bytes()
    data = encoded(transforms.apply(transform, opened(path), seed), SUSPECT_QUALITY)
    if kept is not None:
        kept.write_bytes(data)
    return data


def labs(paths: Sequence[Path], protections: Sequence[str] = PROTECTIONS) -> dict[str, Lab]:
    """Register scenes under each protection, in a bank of its own."""
    made = {protection: Lab(protection) for protection in protections}
    for path in paths:
        data, media = asset_of(path)
        for lab in made.values():
            lab.add(path.stem, data, media)
    return made


def largest(paths: Sequence[Path], count: int, least: int = 0) -> list[Path]:
    """Choose the scenes with the longest sides, those of one size by name."""
    sized = sorted((-max(Image.open(path).size), path) for path in paths)
    return [path for side, path in sized if -side >= least][:count]


def written(rows: Path) -> list[dict[str, object]]:
    """Read the lines of a measurement that was begun."""
    if not rows.exists():
        return []
    return [json.loads(line) for line in rows.read_text(encoding="utf-8").splitlines()]
