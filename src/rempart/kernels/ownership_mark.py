"""A mark that its owner finds again without the original: a secret tile, repeated over the picture's canonical plane.

The canonical plane has a fixed area, whatever the picture's size: a rescaled copy shows the tile at the same scale, and
a crop to a share k of the area shows it enlarged by 1 / sqrt(k), which bounds the scales to try. At each scale and
angle of a grid that is fixed beforehand the suspect is folded modulo the tile, and the fold is correlated with the tile
at every offset, turned and mirrored in the eight ways.

The null is exact whatever the picture: the tile is linear in secret fair signs, so the score of one place of the grid
is a sum of signs with weights that the key did not choose, of unit square sum, and Hoeffding's inequality (J. Am. Stat.
Assoc. 58, 1963, theorem 2) gives P(score >= t) <= exp(-t^2 / 2). Times the number of places, offsets, ways and
polarities: a union bound over the whole grid holds however the search walks through it.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel
from rempart.kernels.keyed_stream import derived_key, signs

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]

#: Side of the tile and of the square whose area the canonical plane has, in its pixels. Measured against 320 to 640
#: (benchmarks/ownership.py): larger planes lose more to a halved copy's JPEG, smaller ones to a crop.
PERIOD: Final = 128
CANONICAL_PX: Final = 448

#: The grid: scales are exp(k STEP), angles m STEP radians. A step moves the edge of a plane by about a pixel.
STEP: Final = 0.004
#: From 1.15 (a frame around the picture, of a third of its area) down to 0.57 (a crop to a third of the area).
SCALES: Final = range(-140, 36)
#: 2.9 degrees each way.
ANGLES: Final = range(-12, 13)
WAYS: Final = 8
#: Chances that a picture without the mark has: places of the grid, offsets, ways to turn, and the negative.
TESTS: Final = len(SCALES) * len(ANGLES) * PERIOD**2 * WAYS * 2

_LEAST_BOUND: Final = 2.0**-128

#: How coarsely the grid is walked through at first, and how many places are looked at closely.
_STRIDE: Final = 2
_CLOSELY: Final = 6
_REACH: Final = 2
#: What is taken for picture is smoother than this; texture is measured over that; outliers are cut at so many times the
#: root mean square. Pixels of the canonical plane.
_SMOOTH_PX: Final = 1.3
_SPREAD_PX: Final = 8.0
_CUT: Final = 2.5
#: What a place's residual is divided by: its variance to this power. The mark is stronger where there is texture.
_EVENING: Final = 0.8


class Found(NamedTuple):
    """The best place of the grid."""

    score: float
    """Normalised correlation there; without the mark, at most as a normal deviate's."""
    scale: float
    """Pixels of the canonical plane to one of the suspect's plane."""
    angle_rad: float
    """How far the suspect is turned."""
    way: int
    """0 to 7: quarter turns, plus 4 if mirrored."""
    offset: tuple[int, int]
    """Of the tile, down and across, in pixels of the canonical plane."""
    negative: bool
    """Whether black and white are exchanged."""
    places: int
    """How many places of the grid were looked at."""


def false_alarm_bound(score: float) -> float:
    """Bound the probability that a picture without the mark has such a score anywhere on the grid: 0 to 1.

    Never under 2^-128: a key that is guessed would be as likely, and the signs are only as secret as AES.
    """
    return min(1.0, max(_LEAST_BOUND, TESTS * math.exp(-score * score / 2.0))) if score > 0 else 1.0


def score_for(bound: float) -> float:
    """Return the score whose bound is ``bound``, between 0 and 1."""
    return math.sqrt(2.0 * math.log(TESTS / bound))


#: Passes and step of the wide window (1, 2, 1): a standard deviation of sqrt(4 / 2) x 3 pixels.
_WIDENINGS: Final = 4
_WIDE_STEP: Final = 3


def tile(key: bytes) -> F32:
    """Return the tile of a key: ``(128, 128) float32``, mean about 0, root mean square about 1; the same everywhere."""
    chips = signs(derived_key(key, "ownership chips"), PERIOD * PERIOD).reshape(PERIOD, PERIOD).astype(np.int64)
    return np.asarray(_banded(chips) / _BAND_RMS, np.float32)


def _banded(chips: I64) -> I64:
    """Leave the middle frequencies, in whole numbers: a narrow binomial window less a wide one."""
    narrow, wide = chips, chips
    for axis in (0, 1):
        narrow = np.roll(narrow, 1, axis) + 2 * narrow + np.roll(narrow, -1, axis)
        for _ in range(_WIDENINGS):
            wide = np.roll(wide, _WIDE_STEP, axis) + 2 * wide + np.roll(wide, -_WIDE_STEP, axis)
    # Each pass multiplies the mean by 4: 1 + 1 passes of the narrow window, 4 + 4 of the wide one.
    return np.asarray(narrow * 4 ** (2 * _WIDENINGS - 2) - wide, np.int64)


def _band() -> tuple[F32, float]:
    """Return the response of the band, ``(128, 128) float32``, and the root mean square of what it leaves of signs."""
    one = np.zeros((PERIOD, PERIOD), np.int64)
    one[0, 0] = 1
    answer = _banded(one).astype(np.float64)
    rms = float(np.sqrt(np.square(answer).sum()))
    return np.asarray(np.fft.fft2(answer / rms).real, np.float32), rms


_BAND, _BAND_RMS = _band()


def repeated(one: F32, rows: int, columns: int, down: int, across: int) -> F32:
    """Lay a tile over a plane from an offset on: ``(128, 128)`` -> ``(rows, columns) float32``."""
    moved = np.roll(one, (down, across), (0, 1))
    return np.tile(moved, (-(-rows // PERIOD), -(-columns // PERIOD)))[:rows, :columns]


def canonical_shape(height: int, width: int) -> tuple[int, int]:
    """Return the rows and columns of a picture's canonical plane."""
    scale = CANONICAL_PX / math.sqrt(height * width)
    return max(8, round(height * scale)), max(8, round(width * scale))


def residual(luma: U8) -> F32:
    """Take from a suspect what is picture, and make its parts alike: ``(H, W) uint8`` -> a canonical plane, float32."""
    height, width = luma.shape
    rows, columns = canonical_shape(height, width)
    shrinks = rows * columns < height * width
    plane = cv2.resize(luma, (columns, rows), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    plane = plane.astype(np.float32)
    left = plane - cv2.GaussianBlur(plane, (0, 0), _SMOOTH_PX)
    spread = cv2.GaussianBlur(np.square(left), (0, 0), _SPREAD_PX)
    left /= np.power(spread + 0.5, _EVENING)
    limit = np.float32(_CUT * math.sqrt(float(np.mean(np.square(left))) + 1e-12))
    return np.asarray(np.clip(left, -limit, limit), np.float32)


@kernel
def _fold(plane: F32, cosine: float, sine: float, out: F32) -> None:  # (h, w), (P, P)
    height, width = plane.shape
    middle_y, middle_x = height // 2, width // 2
    out[:] = np.float32(0.0)
    for y in range(height):
        dy = np.float32(y - middle_y)
        v, u = dy * cosine, -dy * sine
        for x in range(width):
            dx = np.float32(x - middle_x)
            a = np.int32(np.floor(v + dx * sine + np.float32(0.5))) & 127
            b = np.int32(np.floor(u + dx * cosine + np.float32(0.5))) & 127
            out[a, b] += plane[y, x]


def spectra(key: bytes) -> list[F32]:
    """Return the spectra of a key's signs in the eight ways."""
    chips = signs(derived_key(key, "ownership chips"), PERIOD * PERIOD).reshape(PERIOD, PERIOD).astype(np.float32)
    return [np.asarray(cv2.dft(one, flags=cv2.DFT_COMPLEX_OUTPUT), np.float32) for one in turns(chips)]


def turns(one: F32) -> list[F32]:
    """Turn a tile the eight ways: quarter turns, then those of its mirror image."""
    return [np.ascontiguousarray(np.rot90(side, k)) for side in (one, one[:, ::-1]) for k in range(4)]


def _rings() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    f = np.minimum(np.arange(PERIOD), PERIOD - np.arange(PERIOD))
    ring = np.round(np.hypot(f[:, None], f[None, :])).astype(np.int64)
    return ring, np.bincount(ring.ravel()).astype(np.float64)


_RING, _RING_SIZE = _rings()


def folded(plane: F32, scale: float, angle_rad: float, out: F32) -> F32:
    """Fold a plane and return the spectrum of the unit weights of the signs, ``(128, 128, 2) float32``."""
    _fold(plane, scale * math.cos(angle_rad), scale * math.sin(angle_rad), out)
    spectrum = cv2.dft(out, flags=cv2.DFT_COMPLEX_OUTPUT)
    power = spectrum[..., 0] ** 2 + spectrum[..., 1] ** 2
    mean = np.bincount(_RING.ravel(), power.ravel()) / _RING_SIZE
    gain = (_BAND / (mean[_RING] + 1e-9)).astype(np.float32)
    gain[0, 0] = 0.0
    norm = math.sqrt(float((power * gain * gain).sum())) / PERIOD  # Parseval: the square sum of the weights
    return spectrum * (gain / np.float32(norm + 1e-12))[..., None]


def correlated(spectrum: F32, chips: F32) -> F32:
    """Return the scores of all offsets: ``(128, 128, 2)`` twice -> ``(128, 128) float32``."""
    product = cv2.mulSpectrums(spectrum, chips, 0, conjB=True)
    return np.asarray(cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_REAL_OUTPUT | cv2.DFT_SCALE), np.float32)


class Best(NamedTuple):
    """The best of one place of the grid."""

    score: float = 0.0
    way: int = 0
    offset: tuple[int, int] = (0, 0)
    negative: bool = False


def best(spectrum: F32, ways: list[F32]) -> Best:
    """Return the highest score over offsets, ways and polarities."""
    found = Best()
    for way, chips in enumerate(ways):
        low, high, low_at, high_at = cv2.minMaxLoc(correlated(spectrum, chips))
        if high > found.score:
            found = Best(high, way, (high_at[1], high_at[0]), negative=False)
        if -low > found.score:
            found = Best(-low, way, (low_at[1], low_at[0]), negative=True)
    return found


def search(plane: F32, key: bytes, enough: float) -> Found:
    """Look for a key's tile in a suspect's residual: coarsely, then closely where it looks best."""
    ways, out = spectra(key), np.empty((PERIOD, PERIOD), np.float32)
    seen: dict[tuple[int, int], Best] = {}

    def look(k: int, m: int) -> float:
        if (k, m) not in seen:
            seen[k, m] = best(folded(plane, math.exp(k * STEP), m * STEP, out), ways)
        return seen[k, m].score

    angles = sorted(ANGLES[::_STRIDE], key=abs)
    for m in angles:
        for k in SCALES[::_STRIDE]:
            look(k, m)
        if max(one.score for one in seen.values()) > enough + 1:
            break
    for k0, m0 in sorted(seen, key=lambda at: -seen[at].score)[:_CLOSELY]:
        for k in range(k0 - _REACH, k0 + _REACH + 1):
            for m in range(m0 - _REACH, m0 + _REACH + 1):
                if k in SCALES and m in ANGLES:
                    look(k, m)
    at = max(seen, key=lambda one: seen[one].score)
    one = seen[at]
    return Found(one.score, math.exp(at[0] * STEP), at[1] * STEP, one.way, one.offset, one.negative, len(seen))


def shown(plane: F32, key: bytes, found: Found) -> tuple[int, int, int, int]:
    """Return the part of a suspect's residual that shows the mark: top, left, bottom, right, in its pixels."""
    turned = turns(tile(key))[found.way]
    turned = np.roll(turned, found.offset, (0, 1)) * np.float32(-1.0 if found.negative else 1.0)
    cosine, sine = found.scale * math.cos(found.angle_rad), found.scale * math.sin(found.angle_rad)
    y, x = np.mgrid[: plane.shape[0], : plane.shape[1]]
    y, x = y - plane.shape[0] // 2, x - plane.shape[1] // 2
    a = np.floor(y * cosine + x * sine + 0.5).astype(np.int64) % PERIOD
    b = np.floor(x * cosine - y * sine + 0.5).astype(np.int64) % PERIOD
    agrees = cv2.GaussianBlur(plane * turned[a, b], (0, 0), _SHOWN_PX)
    there = agrees > _SHOWN_SHARE * float(np.quantile(agrees, 0.9))
    rows, columns = np.flatnonzero(there.mean(1) > _SHOWN_LEAST), np.flatnonzero(there.mean(0) > _SHOWN_LEAST)
    if not rows.size or not columns.size:
        return 0, 0, plane.shape[0], plane.shape[1]
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


#: A place shows the mark where its agreement, so smoothed, is such a share of the best tenth's; a row or column is in
#: the region if such a share of it does.
_SHOWN_PX: Final = 10.0
_SHOWN_SHARE: Final = 0.25
_SHOWN_LEAST: Final = 0.15


def warm() -> None:
    """Compile or load every kernel of this file."""
    out = np.empty((PERIOD, PERIOD), np.float32)
    best(folded(residual(np.zeros((64, 64), np.uint8)), 1.0, 0.0, out), spectra(bytes(32)))
