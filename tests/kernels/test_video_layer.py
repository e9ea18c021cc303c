"""A pattern lasts an interval, fades into the next, and is as strong as the frame hides it."""

from __future__ import annotations

import numpy as np
import pytest

from patterns import pattern as textured
from rempart.kernels.spread_spectrum import SYMBOLS
from rempart.kernels.traitor_codes import code_signs
from rempart.kernels.video_layer import (
    CYCLE,
    VIDEO,
    Moment,
    amplitude,
    block_of,
    laid_out,
    moment_of,
    pattern,
    pattern_layer,
    shape_of,
)

KEY = bytes(range(32))
CODE = code_signs(KEY, SYMBOLS, 7)


@pytest.mark.parametrize(
    "time_s, moment",
    [
        (0.0, Moment(0, 0.0)),
        (1.6, Moment(0, 0.0)),
        (1.8, Moment(0, 0.5)),
        (1.9999999, Moment(1, 0.0)),
        (2.0, Moment(1, 0.0)),
        (7.9, Moment(3, 0.75)),
    ],
)
def test_a_pattern_fades_into_the_next(time_s: float, moment: Moment) -> None:
    """In the last four tenths of a second of two; times are taken to the microsecond."""
    assert moment_of(time_s) == moment


def test_a_cycle_carries_every_symbol_once() -> None:
    """And begins again."""
    carried = np.concatenate([np.arange(SYMBOLS)[block_of(k)] for k in range(CYCLE)])

    assert sorted(carried) == list(range(SYMBOLS))
    assert block_of(CYCLE) == block_of(0)


def test_every_symbol_has_chips_at_most_sizes() -> None:
    """Or a code would be shorter than it is said to be."""
    rows, columns = shape_of(1080, 1920)

    owners = np.unique(pattern_layer(KEY, 0, rows, columns).owner)

    assert len(owners) == VIDEO.symbols + 1


def test_intervals_tell_nothing_of_each_other() -> None:
    """The same symbols, on other chips."""
    rows, columns = shape_of(360, 640)

    one, other = (pattern(pattern_layer(KEY, k, rows, columns), k, CODE).ravel() for k in (0, CYCLE))

    assert abs(np.corrcoef(one, other)[0, 1]) < 0.05
    assert float(np.sqrt(np.mean(one**2))) == pytest.approx(1.0, abs=0.01)


def test_plain_ground_gets_nothing_and_texture_more_than_grain() -> None:
    """Bars around a film stay black."""
    frame = np.full((192, 320), 16, np.uint8)
    frame[:, 160:] = textured(3, 192, 160)[..., 0]

    found = amplitude(frame, *shape_of(192, 320))

    assert (found[:, : found.shape[1] // 2 - 1] == 0).all()
    assert (found[:, found.shape[1] // 2 + 1 :] > VIDEO.flat_rms).all()


def test_skin_gets_less() -> None:
    """By its colour."""
    frame = textured(3, 192, 320)[..., 0]
    skin, grass = (
        (np.full((96, 160), cb, np.uint8), np.full((96, 160), cr, np.uint8)) for cb, cr in ((110, 150), (90, 100))
    )

    assert amplitude(frame, 12, 20, skin) == pytest.approx(0.7 * amplitude(frame, 12, 20, grass), rel=1e-5)


def test_amplitudes_are_laid_out_by_blocks() -> None:
    """Eight pixels each way."""
    assert (laid_out(np.array([[1, 2]], np.float32)) == np.repeat([[1, 2]], 8, axis=1).repeat(8, axis=0)).all()
