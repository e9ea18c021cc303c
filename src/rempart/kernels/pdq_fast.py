"""PDQ from a picture that its decoder has already shrunk: the pipeline ``pdq-fast/1``.

PDQ reduces a picture to 64 x 64 by two box passes each way and then sampling, which is one weighted mean of rows and
columns. A JPEG decoder that works at 1/2, 1/4 or 1/8 gives the means of blocks of that many pixels. So the weights of
the reference, at the size that the picture had, are summed over each block; what a mean forgets, the slope inside
its block, is taken from its two neighbours. From the 64 x 64 samples on, the reference's own code goes on
(:mod:`rempart.kernels.pdq`).

The result is close to the reference, not equal: a decoder clips colours and rounds them before the mean or after it,
and a cosine term that lies close to the median may fall on its other side. How many terms do is counted for each
picture, so that the caller can take the slow path where they are many.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel
from rempart.kernels.pdq import CODE_BYTES, MIN_SIDE_PX, ORIENTATIONS, codes_of_reduced

_GREY: Final = 1
_COLOUR: Final = 3

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]


@kernel
def _add_window(at: int, share: float, length: int, window: int, weights: F64) -> None:
    """Add to ``weights`` the mean that ``box1DFloat`` gives at one place, cut at both ends of the line."""
    half = (window + 2) // 2
    first, last = max(0, at - (window - half)), min(length - 1, at + half - 1)
    for i in range(first, last + 1):
        weights[i] += share / (last - first + 1)


@kernel
def _operator(length: int, shrink: int, is_reversed: bool) -> tuple[I64, F32]:  # noqa: FBT001 - a kernel has no keywords
    """Return which shrunk samples each of the 64 reduced ones is made of, and with which weights.

    Returns starts (64,), and weights (64, T): the sum over T of weights[k, t] * samples[starts[k] + t]. T is at most
    the samples of a line.
    """
    samples = (length + shrink - 1) // shrink
    window = (length + 127) // 128
    half = (window + 2) // 2
    taps = min(samples, (2 * window + 1) // shrink + 5)
    starts, banded = np.zeros(64, np.int64), np.zeros((64, taps), np.float32)
    weights = np.zeros(length, np.float64)
    means, slopes = np.zeros(samples, np.float64), np.zeros(samples, np.float64)
    for k in range(64):
        at = int(((k + 0.5) * length) / 64)
        first, last = max(0, at - (window - half)), min(length - 1, at + half - 1)
        low, high = max(0, first - (window - half)), min(length - 1, last + half - 1)
        for middle in range(first, last + 1):
            _add_window(middle, 1.0 / (last - first + 1), length, window, weights)
        for i in range(low, high + 1):
            stored = length - 1 - i if is_reversed else i
            block = stored // shrink
            means[block] += weights[i]
            slopes[block] += weights[i] * (stored % shrink - (shrink - 1) / 2)
            weights[i] = 0.0
        ends = (length - 1 - high, length - 1 - low) if is_reversed else (low, high)
        begin, end = max(0, ends[0] // shrink - 1), min(samples, ends[1] // shrink + 2)
        starts[k] = min(begin, samples - taps)
        for block in range(begin, end):
            banded[k, block - starts[k]] += means[block]
            if shrink > 1 and 0 < block < samples - 1:  # at the border there is no neighbour: no slope
                banded[k, block + 1 - starts[k]] += slopes[block] / (2 * shrink)
                banded[k, block - 1 - starts[k]] -= slopes[block] / (2 * shrink)
            means[block] = slopes[block] = 0.0
    return starts, banded


@kernel
def _weigh_rows(samples: U8, starts: I64, weights: F32, k: int, total: F32) -> None:  # (h, N), -> (N,)
    """Add up weighted rows, four at a time: the sum is then loaded and stored a quarter as often."""
    taps = weights.shape[1]
    total[:] = 0
    for t in range(0, taps - taps % 4, 4):
        first = starts[k] + t
        a, b, c, d = samples[first], samples[first + 1], samples[first + 2], samples[first + 3]
        wa, wb, wc, wd = weights[k, t], weights[k, t + 1], weights[k, t + 2], weights[k, t + 3]
        for x in range(total.size):
            near = wa * np.float32(a[x]) + wb * np.float32(b[x])
            total[x] += near + (wc * np.float32(c[x]) + wd * np.float32(d[x]))
    for t in range(taps - taps % 4, taps):
        row, weight = samples[starts[k] + t], weights[k, t]
        for x in range(total.size):
            total[x] += weight * np.float32(row[x])


@kernel
def _reduce_shrunk(samples: U8, channels: int, height: int, width: int, shrink: int, orientation: int) -> F32:
    """Reduce (h, w * channels) samples to the (64, 64) luma that the reference would see of the upright picture.

    Exif's orientations turn and mirror: here each axis is read forwards or backwards, and the result transposed.
    """
    down, across = orientation in (3, 4, 6, 7), orientation in (2, 3, 7, 8)
    row_starts, row_weights = _operator(height, shrink, down)
    starts, weights = _operator(width, shrink, across)
    columns = (width + shrink - 1) // shrink
    total = np.zeros(samples.shape[1], np.float32)
    luma = np.zeros((columns, 64), np.float32)
    for k in range(64):
        _weigh_rows(samples, row_starts, row_weights, k, total)
        if channels == 1:
            for x in range(columns):
                luma[x, k] = total[x]
        else:
            for x in range(columns):
                red, green, blue = total[3 * x], total[3 * x + 1], total[3 * x + 2]
                luma[x, k] = np.float32(0.299) * red + np.float32(0.587) * green + np.float32(0.114) * blue
    reduced = np.zeros((64, 64), np.float32)  # one row a column of the picture
    for c in range(64):
        for t in range(weights.shape[1]):
            weight, column = weights[c, t], luma[starts[c] + t]
            for k in range(64):
                reduced[c, k] += weight * column[k]
    return reduced if orientation >= 5 else reduced.T.copy()


@kernel
def _doubtful(terms: F32, reach: np.float32) -> int:  # (16, 16)
    """Count the terms within ``reach`` of the median, in the worst of the orientations.

    Turning and mirroring changes signs by the parity of row and column, as ``_pack_dihedral`` does: four sets of terms
    for eight orientations, since transposing changes none.
    """
    most = 0
    signed = np.empty(256, np.float32)
    for mirrored in range(4):
        for i in range(16):
            for j in range(16):
                odd_i, odd_j = i & 1 == 1, j & 1 == 1
                kept = mirrored == 0 or (mirrored == 1 and odd_j) or (mirrored == 2 and odd_i)
                kept = kept or (mirrored == 3 and odd_i == odd_j)
                signed[i * 16 + j] = terms[i, j] if kept else -terms[i, j]
        median = np.sort(signed)[127]
        near = 0
        for term in signed:
            if abs(term - median) < reach:
                near += 1
        most = max(most, near - 1)  # the median itself stays the median
    return most


#: Cosine terms this close to the median may fall on its other side, by how much the picture was shrunk; in the units
#: of the transform, an orthonormal one of luma 0..255. The error of a term has a standard deviation of 0.05 in half of
#: the pictures shrunk 2 or 4 times, 0.1 of those shrunk 8 times, and 0.001 at most where nothing was shrunk: three
#: deviations, and more. Fitted on half of the scenes of benchmarks/pdq_fast.py, reported on the other half; for 8
#: times only fifteen pictures, of 4096 x 4096, were there.
REACH: Final = {1: 0.02, 2: 0.15, 4: 0.15, 8: 0.3}
#: PDQ's README (facebook/ThreatExchange): an implementation is correct if it stays within 10 bits of the reference.
CONFORMANCE_BITS: Final = 10
#: Codes of quality 49 and less are discarded (the same README): they need not be close. Ours differs by 1 or 2.
QUALITY_CHECKED: Final = 47


def needs_reference(quality: int, doubt_bits: int) -> bool:
    """Tell whether a code of :func:`pdq_fast_dihedral` may be too far from the reference's: the slow path is for it."""
    return quality >= QUALITY_CHECKED and doubt_bits > CONFORMANCE_BITS


def pdq_fast_dihedral(
    samples: npt.NDArray[np.uint8], *, height: int, width: int, shrink: int = 1, orientation: int = 1
) -> tuple[npt.NDArray[np.uint8], int, int]:
    """Return about the codes and the quality that :func:`rempart.kernels.pdq.pdq_dihedral` gives of a whole picture.

    Args:
        samples: ``(ceil(height / shrink), ceil(width / shrink), 3) uint8`` RGB, or one channel of luma (the last axis
            may then be left out), C-contiguous: each the mean of ``shrink`` x ``shrink`` pixels, those at the far
            borders of fewer. Colours are closer to the reference than the luma of a JPEG, which was not clipped.
        height: Of the whole picture, in pixels, as stored.
        width: The same.
        shrink: 1, 2, 4 or 8, the scales at which libjpeg gives means of blocks.
        orientation: Exif 2.32's, 1..8: how the stored picture is turned or mirrored; 1 if it is upright.

    Returns:
        codes: ``(8, 32) uint8``, as :func:`~rempart.kernels.pdq.pdq_dihedral` gives them, of the upright picture.
        quality: 0..100, within 2 of the reference's on photographs.
        doubt_bits: How many bits of a code may differ from the reference's, for :func:`needs_reference`: the terms
            within :data:`REACH` of the median, in the worst of the eight orientations.

    Raises:
        ValueError: the array is of another shape or type, or the numbers do not agree with it.
    """
    if samples.dtype != np.uint8 or samples.ndim not in {2, 3} or samples.shape[2:] not in {(), (_GREY,), (_COLOUR,)}:
        message = f"samples are an (h, w), (h, w, 1) or (h, w, 3) uint8 array, not {samples.shape} {samples.dtype}"
        raise ValueError(message)
    if shrink not in REACH or samples.shape[:2] != (-(-height // shrink), -(-width // shrink)):
        message = f"a picture of {height} x {width} shrunk {shrink} times does not have {samples.shape[:2]} samples"
        raise ValueError(message)
    if orientation not in range(1, 9):
        message = f"an orientation is 1 to 8, not {orientation}"
        raise ValueError(message)
    if min(height, width) < MIN_SIDE_PX:
        return np.zeros((len(ORIENTATIONS), CODE_BYTES), np.uint8), 0, 0
    channels = _COLOUR if samples.shape[2:] == (_COLOUR,) else _GREY
    # A read-only array has another type for numba: it would be compiled for anew, inside a sandbox without a cache.
    lines = np.require(samples, requirements=["C", "W"]).reshape(samples.shape[0], -1)
    reduced = _reduce_shrunk(lines, channels, height, width, shrink, orientation)
    codes, quality, terms = codes_of_reduced(reduced)
    return codes, quality, int(_doubtful(terms, np.float32(REACH[shrink])))


def warm() -> None:
    """Compile or load every kernel of this file, so that no later call needs the compiler or the cache folder."""
    pdq_fast_dihedral(np.zeros((64, 64), np.uint8), height=64, width=64)
