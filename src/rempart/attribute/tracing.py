"""From a leak to the copies it was made from: registered, read, scored, and accused above one threshold only.

:func:`trace` reads one leak, :func:`trace_set` several of one set of pictures: what each says of the symbols is added
before anything is scored, so that twenty that are too weak accuse together. No choice is made with scores in view: the
place, the mirror, the weights of layers and pictures come from pixels and keys. If one ever is, it counts as tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from rempart.attribute.codebook import Codebook
from rempart.errors import MarkError
from rempart.kernels.keyed_stream import KEY_BYTES
from rempart.kernels.luma import luma_plane
from rempart.kernels.mark_reading import Reading, chroma_of, read
from rempart.kernels.registration import Registered, corners_in_leak, register
from rempart.kernels.spread_spectrum import LAYERS, SYMBOLS, planned
from rempart.kernels.traitor_codes import false_accusation_bound, threshold
from rempart.model.attribution import WAYS, AccusedCopy, Attribution, AttributionVerdict, Corner

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

CODE_VERSION: Final = "rempart-mark/1 fair-bits/1 reading/2"
#: The most probable that any innocent copy of all is accused by one trace.
FALSE_ACCUSATION_MOST: Final = 1e-6
#: Under this correlation of texture, what points agree on is not the same picture.
QUALITY_LEAST: Final = 0.15
#: Pilots that are this clear are those of a mark with this key. It accuses nobody: it says which of two ways of finding
#: no one it is, and no bound is claimed for it.
PILOT_LEAST: Final = 5.0
#: Pilots that are no clearer, either way, are those of a picture without this mark: of 1,000, all but three.
PILOT_ABSENT_MOST: Final = 3.0
#: Of leaks made from marked copies, nearly all keep more than this of the pilots (benchmarks/mark_survival.py).
PILOT_KEPT_LEAST: Final = 0.06
#: A best score so near under the threshold is no sign that no copy is there: nobody is cleared by it.
NEAR_MISS: Final = 1.5


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


class LeakReading(NamedTuple):
    """What one leak says of the symbols: no code was looked at, and none is needed to make it."""

    soft: F64
    """``(20480,) float64``: all zero if nothing is registered. Whatever they are, the bound holds."""
    expected: float
    """What a lone copy's symbols and these would add up to."""
    pilot: float
    """How clearly the pilots are there."""
    pilot_whole: float
    """How clearly those of a whole mark would be."""
    quality: float
    """0..1: how closely the leak's texture agrees with the original's; 0 if it is not registered."""
    region: tuple[Corner, ...]
    """The original's four corners in pixels of the leak; empty if it is not registered."""


#: What is said of another picture.
NOT_REGISTERED: Final = LeakReading(np.zeros(SYMBOLS), 0.0, 0.0, 0.0, 0.0, ())


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
    return conclude([(read_leak(item.original, item.leak, asset_key=item.asset_key), item.codebook) for item in leaks])


def read_leak(original: U8, leak: U8, *, asset_key: bytes) -> LeakReading:
    """Register one leak, and read its layers: all that needs pixels, and nothing that needs codes.

    Args:
        original: ``(H, W, 3) uint8`` RGB, as it was marked.
        leak: ``(h, w, 3) uint8`` RGB.
        asset_key: The key of the picture.

    Raises:
        MarkError: an array is no RGB picture, or the key is too short.
    """
    _check(original, leak, asset_key)
    luma = luma_plane(original)
    registered = register(luma, luma_plane(leak))
    if registered is None or registered.correlation < QUALITY_LEAST:
        return NOT_REGISTERED
    chroma = chroma_of(original, registered.original)
    readings: list[Reading] = []
    for plan in LAYERS:
        layer = planned(plan, asset_key, original, luma)
        readings.append(read(plan, layer, registered.original, chroma, registered.plane, registered.covered))
    return LeakReading(
        soft=np.concatenate([r.soft for r in readings]),
        expected=float(sum(r.expected.sum() for r in readings)),
        pilot=readings[0].pilot,
        pilot_whole=readings[0].pilot_whole,
        quality=min(1.0, max(0.0, registered.correlation)),
        region=_region(registered, original.shape),
    )


def conclude(
    said: Sequence[tuple[LeakReading, Codebook]],
    *,
    looks: int = 1,
    code_version: str = CODE_VERSION,
    pilot_kept_least: float = PILOT_KEPT_LEAST,
) -> Attribution:
    """Score what some leaks say against their codes, and accuse: all that needs codes, and nothing that needs pixels.

    Whoever made the readings, even with a lie in each, the bound holds as long as she did not know the codes.

    Args:
        said: What each leak says, and the codes of its copies; all given out to the same recipients.
        looks: How often any of these leaks was scored, this time too, each time with others, or against another
            original: whoever chooses among the answers gives an innocent copy as many chances.
        code_version: Of the mark, the codes and the reading.
        pilot_kept_least: How much of the pilots leaks of this kind keep, nearly all of them.

    Raises:
        MarkError: nothing is said, or the codebooks have different numbers of recipients.
    """
    if len({codes.recipients for _, codes in said}) != 1:
        message = "a set is of one leak or more, all given out to the same recipients"
        raise MarkError(message)
    found = [reading for reading, _ in said]
    placed = [reading for reading in found if reading.quality > 0]
    tests = Tests(said[0][1].recipients)
    tests.choose_among(looks)
    tests.choose_among(WAYS)
    if not placed:
        return Attribution(
            verdict=AttributionVerdict.NOT_REGISTERED,
            tested_recipients=0,
            tests=tests.total,
            threshold=0.0,
            code_version=code_version,
        )
    best = max(placed, key=lambda reading: reading.quality)
    level = threshold(tests.total, FALSE_ACCUSATION_MOST)
    groups = _grouped(said)
    accused, nearest = _accused(groups, tests, level)
    expected = _expected(found, groups)
    if accused:
        verdict = AttributionVerdict.ACCUSED
    elif nearest < level - NEAR_MISS and is_unmarked(*found, kept_least=pilot_kept_least):
        verdict = AttributionVerdict.NOBODY
    else:
        verdict = AttributionVerdict.TOO_LITTLE_LEFT
    return Attribution(
        verdict=verdict,
        accused=accused,
        tested_recipients=tests.recipients,
        tests=tests.total,
        threshold=level,
        expected_score=expected,
        pilot_score=_pilot(found)[0],
        region=best.region,
        registration_quality=best.quality,
        code_version=code_version,
    )


def _check(original: U8, leak: U8, asset_key: bytes) -> None:
    """Refuse what is no picture or no key."""
    for picture in (original, leak):
        if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8 or not picture.size:  # noqa: PLR2004 - three axes, three colours
            message = f"a picture to trace is an (H, W, 3) uint8 array, not {picture.shape} {picture.dtype}"
            raise MarkError(message)
    if len(asset_key) < KEY_BYTES:
        message = f"a key has {KEY_BYTES} bytes or more, not {len(asset_key)}"
        raise MarkError(message)


def _grouped(said: Sequence[tuple[LeakReading, Codebook]]) -> list[tuple[Codebook, F64]]:
    """Add the symbols of leaks that share their codes; leaks with codes of their own stay apart."""
    groups: list[tuple[Codebook, F64]] = []
    for reading, codes in said:
        for number, (codebook, soft) in enumerate(groups):
            if codebook.is_same_as(codes):
                groups[number] = (codebook, soft + reading.soft)
                break
        else:
            groups.append((codes, reading.soft))
    return groups


def _accused(groups: list[tuple[Codebook, F64]], tests: Tests, level: float) -> tuple[tuple[AccusedCopy, ...], float]:
    """Score every recipient, and accuse those above the threshold; with the highest score, to a hundredth.

    A code that the leak contradicts as clearly is in it as well: copies put together by what the fewest of them say
    speak against every one of them. Either way is a chance more for an innocent copy, and counted.
    """
    norm = float(np.sqrt(sum(float(soft @ soft) for _, soft in groups)))
    if norm <= 0.0:
        return (), 0.0
    rough = sum((codebook.correlations(soft) for codebook, soft in groups), np.zeros(tests.recipients, np.float32))
    # Single precision only says who is looked at: a little under the threshold, and then exactly.
    near = np.flatnonzero(np.abs(rough) / norm > level - 0.01)
    scores = {int(i): abs(sum(c.exact_correlation(soft, int(i)) for c, soft in groups)) / norm for i in near}
    accused = tuple(
        AccusedCopy(recipient=i, score=z, false_accusation_bound=false_accusation_bound(z, tests.total))
        for i, z in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        if z >= level
    )
    return accused, float(np.abs(rough).max()) / norm


def _expected(found: Sequence[LeakReading], groups: list[tuple[Codebook, F64]]) -> float:
    """Return what a lone copy would score, if what the leaks add to their originals was noise."""
    norm = float(np.sqrt(sum(float(soft @ soft) for _, soft in groups)))
    return float(sum(item.expected for item in found)) / norm if norm > 0 else 0.0


def best_fit(readings: Sequence[LeakReading]) -> int:
    """Choose which of a picture's readings, each with another original, is that of the original it was made from.

    Versions of one picture all fit: a thumbnail, a crop, the same in another format. Only one has the key of the mark:
    the clearest pilots tell which, and if none are clear, how well it fits. No code is looked at, so that the choice is
    no further chance for an innocent copy.

    Args:
        readings: One or more.

    Returns:
        Its place among them.
    """
    clear = [number for number, reading in enumerate(readings) if reading.pilot >= PILOT_LEAST]
    if clear:
        return max(clear, key=lambda number: readings[number].pilot)
    return max(range(len(readings)), key=lambda number: readings[number].quality)


def _pilot(found: Sequence[LeakReading]) -> tuple[float, float]:
    """Return how clearly the pilots of all leaks are there, and how clearly those of whole marks would be."""
    whole = float(np.sqrt(sum(item.pilot_whole**2 for item in found)))
    return sum(item.pilot * item.pilot_whole for item in found) / whole if whole > 0 else 0.0, whole


def is_unmarked(*found: LeakReading, kept_least: float = PILOT_KEPT_LEAST) -> bool:
    """Tell whether there is no mark in some leaks, and one would be seen.

    Pilots that are there, when no copy is accused, are those of more copies together than can be told apart, or of one
    that is not on the list: to answer "nobody" would clear those whose copies they were.
    """
    # Of one leak alone: the pilots of a set add up before those of any of them are seen.
    pilot, whole = _pilot(found)[0], max(one.pilot_whole for one in found)
    return abs(pilot) <= PILOT_ABSENT_MOST and whole * kept_least >= PILOT_LEAST


def _region(registered: Registered, shape: tuple[int, ...]) -> tuple[Corner, ...]:
    """Return the original's corners in the leak."""
    corners = corners_in_leak(registered.homography, shape[0], shape[1])
    return tuple((float(x), float(y)) for x, y in corners)
