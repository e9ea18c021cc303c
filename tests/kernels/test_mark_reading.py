"""Symbols are read with the right signs, each layer says what it can, and the pilots say how much."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

import pictures
from rempart.kernels.enlarging import added, enlarged
from rempart.kernels.luma import luma_plane
from rempart.kernels.mark_reading import Reading, read
from rempart.kernels.spread_spectrum import COARSE, Layer, planned, rendered

U8 = npt.NDArray[np.uint8]
KEY = bytes(range(32))
SYMBOLS = np.where(np.arange(COARSE.symbols) % 3 == 0, 1, -1).astype(np.int8)
RGB = np.asarray(pictures.scene(3, 896, 672))


def _layer(key: bytes = KEY) -> Layer:
    return planned(COARSE, key, RGB, luma_plane(RGB))


def _read(leak: U8, key: bytes = KEY, shown: float = 1.0) -> Reading:
    luma = luma_plane(RGB).astype(np.float32)
    rgb = RGB.astype(np.float32)
    chroma = np.stack([rgb[..., 0] - luma, rgb[..., 2] - luma], axis=2)
    covered = np.zeros(luma.shape, np.float32)
    covered[:, : round(shown * luma.shape[1])] = 1.0
    return read(COARSE, _layer(key), luma, chroma, luma_plane(leak).astype(np.float32), covered)


def _marked(strength: float = 1.0) -> U8:
    return added(RGB, enlarged(rendered(_layer(), SYMBOLS), *RGB.shape[:2]), strength)


def test_symbols_are_read_with_their_signs() -> None:
    """Nearly all of them, of a copy nobody changed; and as strongly as expected."""
    found = _read(_marked())

    assert float((np.sign(found.soft) == SYMBOLS).mean()) > 0.97
    assert 0.7 < float((found.soft * SYMBOLS).sum() / found.expected.sum()) < 1.3


def test_another_key_reads_nothing() -> None:
    """Neither symbols nor pilots."""
    found = _read(_marked(), key=bytes(32))

    assert abs(float(found.soft @ SYMBOLS) / float(np.linalg.norm(found.soft))) < 4.5
    assert abs(found.pilot) < 4.5


def test_pilots_tell_how_much_of_a_mark_is_left() -> None:
    """Half of the strength, about half of the pilots."""
    whole, half, none = (_read(_marked(s)) for s in (1.0, 0.5, 0.0))

    assert whole.pilot / whole.pilot_whole > 1.4 * half.pilot / half.pilot_whole > 0.2
    assert abs(none.pilot) < 4.5


def test_a_part_says_less_and_nothing_wrong() -> None:
    """A third of the picture; then nothing of it."""
    third, nothing = _read(_marked(), shown=0.33), _read(_marked(), shown=0.0)

    assert float((np.sign(third.soft) == SYMBOLS).mean()) > 0.8
    assert not nothing.soft.any()
    assert nothing.pilot == 0.0
