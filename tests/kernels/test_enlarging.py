"""A change is enlarged smoothly, added once, and cut at black and white."""

from __future__ import annotations

import numpy as np
import pytest

from rempart.kernels.enlarging import added, enlarged


def test_a_slope_stays_a_slope() -> None:
    """Cubic convolution reproduces straight lines, away from the borders."""
    y, x = np.mgrid[0:16, 0:24].astype(np.float32)
    plane = 2 * x - 3 * y

    found = enlarged(plane, 48, 72)

    y, x = np.mgrid[0:48, 0:72]
    wanted = 2 * ((x + 0.5) / 3 - 0.5) - 3 * ((y + 0.5) / 3 - 0.5)
    assert found[6:-6, 6:-6] == pytest.approx(wanted[6:-6, 6:-6], abs=1e-4)


def test_the_same_size_is_the_same_plane() -> None:
    """A picture as small as its canonical plane."""
    plane = np.arange(64, dtype=np.float32).reshape(8, 8)

    assert (enlarged(plane, 8, 8) == plane).all()


@pytest.mark.parametrize("value, change, wanted", [(250, 9.0, 255), (3, -9.0, 0), (100, 0.49, 100), (100, -1.6, 98)])
def test_samples_are_rounded_once_and_cut(value: int, change: float, wanted: int) -> None:
    """No sample turns over."""
    samples = np.full((4, 4, 3), value, np.uint8)

    assert (added(samples, np.full((4, 4), change, np.float32), 1.0) == wanted).all()
