"""From a leak to the copies it was made from: registered, read, scored, and accused above one threshold only.

:func:`trace` reads one leak, :func:`trace_set` several of one set of pictures: what each says of the symbols is added
before anything is scored, so that twenty that are too weak accuse together. No choice is made with scores in view: the
place, the mirror, the weights of layers and pictures come from pixels and keys. If one ever is, it multiplies the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rempart.attribute.codebook import Codebook
from rempart.errors import MarkError
from rempart.kernels.keyed_stream import KEY_BYTES
from rempart.kernels.luma import luma_plane
from rempart.kernels.mark_reading import Reading, read
from rempart.kernels.registration import Registered, register
from rempart.kernels.spread_spectrum import LAYERS, SYMBOLS, planned
from rempart.kernels.traitor_codes import false_accusation_bound, threshold
from rempart.model.attribution import AccusedCopy, Attribution, AttributionVerdict, Corner

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

CODE_VERSION: Final = "rempart-mark/1 fair-bits/1 reading/1"
#: The most probable that any innocent copy of all is accused by one trace.
FALSE_ACCUSATION_MOST: Final = 1e-6
#: Under this correlation of texture, what points agree on is not the same picture.
QUALITY_LEAST: Final = 0.15
#: Pilots that are this clear are those of a mark with this key. It accuses nobody: it says which of two ways of finding
#: no one it is, and no bound is claimed for it.
PILOT_LEAST: Final = 5.0
#: Of leaks made from marked copies, nearly all keep more than this of the pilots (benchmarks/mark_survival.py).
PILOT_KEPT_LEAST: Final = 0.1


class Tests:
    """Count the chances that an innocent copy is given; nothing is scored without it."""

    __slots__ = ("recipients", "total")

    def __init__(self, recipients: int) -> None:
        """Begin with one chance for each recipient."""
        self.recipients = recipients
        self.total = recipients

    def choose_among(self, alternatives: int) -> None:
        """Count a choice that is made with scores in view: each alternative is a chance more for everybody."""
        self.total *= alternatives


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A leaked picture and what it may have been made from."""

    original: U8
    """``(H, W, 3) uint8`` RGB, as it was marked."""
    leak: U8
    """``(h, w, 3) uint8`` RGB."""
    codebook: Codebook
    """Of the picture, or of the set it belongs to: then the same for all."""
    asset_key: bytes
    """Of the picture alone."""


class _Read(NamedTuple):
    """What one leak says."""

    registered: Registered | None
    soft: F64
    expected: F64
    pilot: float
    pilot_whole: float
    shape: tuple[int, ...]


def trace(original: U8, leak: U8, codebook: Codebook, *, asset_key: bytes) -> Attribution:
    """Tell which copies of a picture a leak was made from.

    Args:
        original: ``(H, W, 3) uint8`` RGB, as it was marked.
        leak: ``(h, w, 3) uint8`` RGB.
        codebook: The codes of the copies.
        asset_key: The key of the picture.

    Raises:
        MarkError: an array is no RGB picture, or the key is too short.
    """
    return trace_set([Leak(original=original, leak=leak, codebook=codebook, asset_key=asset_key)])


def trace_set(leaks: Sequence[Leak]) -> Attribution:
    """Tell which recipient's copies several leaks were made from, all given out to the same recipients.

    The region and the quality are those of the leak that is registered best.

    Raises:
        MarkError: there is no leak, the codebooks have different numbers of recipients, or as for :func:`trace`.
    """
    if not leaks or len({item.codebook.recipients for item in leaks}) != 1:
        message = "a set is of one leak or more, all given out to the same recipients"
        raise MarkError(message)
    found = [_read(item) for item in leaks]
    placed = [item for item in found if item.registered is not None]
    tests = Tests(leaks[0].codebook.recipients)
    if not placed:
        return Attribution(
            verdict=AttributionVerdict.NOT_REGISTERED,
            tested_recipients=0,
            tests=tests.total,
            threshold=0.0,
            code_version=CODE_VERSION,
        )
    best = max(placed, key=lambda item: _quality(item.registered))
    level = threshold(tests.total, FALSE_ACCUSATION_MOST)
    groups = _grouped(leaks, found)
    accused = _accused(groups, tests, level)
    expected = _expected(found, groups)
    if accused:
        verdict = AttributionVerdict.ACCUSED
    else:
        verdict = AttributionVerdict.NOBODY if _could_tell(found, expected, level) else AttributionVerdict.TOO_LITTLE_LEFT
    return Attribution(
        verdict=verdict,
        accused=accused,
        tested_recipients=tests.recipients,
        tests=tests.total,
        threshold=level,
        expected_score=expected,
        pilot_score=_pilot(found)[0],
        region=_region(best),
        registration_quality=_quality(best.registered),
        code_version=CODE_VERSION,
    )


def _quality(registered: Registered | None) -> float:
    return min(1.0, max(0.0, registered.correlation)) if registered is not None else 0.0


def _read(item: Leak) -> _Read:
    """Register one leak, and read its layers."""
    _check(item)
    luma = luma_plane(item.original)
    registered = register(luma, luma_plane(item.leak))
    soft, expected = np.zeros(SYMBOLS), np.zeros(SYMBOLS)
    if registered is None or registered.correlation < QUALITY_LEAST:
        return _Read(None, soft, expected, 0.0, 0.0, item.original.shape)
    size = registered.original.shape[::-1]
    small = cv2.resize(item.original, (size[0], size[1]), interpolation=cv2.INTER_AREA).astype(np.float32)
    chroma = np.stack([small[..., 0] - registered.original, small[..., 2] - registered.original], axis=2)
    readings: list[Reading] = []
    for plan in LAYERS:
        layer = planned(plan, item.asset_key, item.original, luma)
        readings.append(read(plan, layer, registered.original, chroma, registered.plane, registered.covered))
    soft = np.concatenate([r.soft for r in readings])
    expected = np.concatenate([r.expected for r in readings])
    first = readings[0]
    return _Read(registered, soft, expected, first.pilot, first.pilot_whole, item.original.shape)


def _check(item: Leak) -> None:
    """Refuse what is no picture or no key."""
    for picture in (item.original, item.leak):
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:  # noqa: PLR2004 - three axes, three colours
            message = f"a picture to trace is an (H, W, 3) uint8 array, not {picture.shape} {picture.dtype}"
            raise MarkError(message)
    if len(item.asset_key) < KEY_BYTES:
        message = f"a key has {KEY_BYTES} bytes or more, not {len(item.asset_key)}"
        raise MarkError(message)


def _grouped(leaks: Sequence[Leak], found: Sequence[_Read]) -> list[tuple[Codebook, F64]]:
    """Add the symbols of leaks that share their codes; leaks with codes of their own stay apart."""
    groups: list[tuple[Codebook, F64]] = []
    for item, said in zip(leaks, found, strict=True):
        for number, (codebook, soft) in enumerate(groups):
            if codebook.is_same_as(item.codebook):
                groups[number] = (codebook, soft + said.soft)
                break
        else:
            groups.append((item.codebook, said.soft))
    return groups


def _accused(groups: list[tuple[Codebook, F64]], tests: Tests, level: float) -> tuple[AccusedCopy, ...]:
    """Score every recipient, and accuse those above the threshold."""
    norm = float(np.sqrt(sum(float(soft @ soft) for _, soft in groups)))
    if norm <= 0.0:
        return ()
    rough = sum((codebook.correlations(soft) for codebook, soft in groups), np.zeros(tests.recipients, np.float32))
    # Single precision only says who is looked at: a little under the threshold, and then exactly.
    near = np.flatnonzero(rough / norm > level - 0.01)
    scores = {int(i): sum(c.exact_correlation(soft, int(i)) for c, soft in groups) / norm for i in near}
    return tuple(
        AccusedCopy(recipient=i, score=z, false_accusation_bound=false_accusation_bound(z, tests.total))
        for i, z in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        if z >= level
    )


def _expected(found: Sequence[_Read], groups: list[tuple[Codebook, F64]]) -> float:
    """Return what a lone copy would score, if what the leaks add to their originals was noise."""
    norm = float(np.sqrt(sum(float(soft @ soft) for _, soft in groups)))
    return float(sum(item.expected.sum() for item in found)) / norm if norm > 0 else 0.0


def _pilot(found: Sequence[_Read]) -> tuple[float, float]:
    """Return how clearly the pilots of all leaks are there, and how clearly those of whole marks would be."""
    whole = float(np.sqrt(sum(item.pilot_whole**2 for item in found)))
    return sum(item.pilot * item.pilot_whole for item in found) / whole if whole > 0 else 0.0, whole


def _could_tell(found: Sequence[_Read], expected: float, level: float) -> bool:
    """Tell whether finding nobody says something: a mark is there, or would be seen if it was."""
    pilot, whole = _pilot(found)
    return expected >= level if pilot >= PILOT_LEAST else whole * PILOT_KEPT_LEAST >= PILOT_LEAST


def _region(best: _Read) -> tuple[Corner, ...]:
    """Return the original's corners in the leak."""
    if best.registered is None:
        return ()
    height, width = best.shape[:2]
    corners = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float64)
    sent = cv2.perspectiveTransform(corners, best.registered.homography).reshape(-1, 2)
    return tuple((float(x), float(y)) for x, y in sent)
