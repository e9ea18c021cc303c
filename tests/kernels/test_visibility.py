"""SSIM and PSNR are the published ones; blocks hide as much as their texture allows."""

from __future__ import annotations

import math

import numpy as np
import pytest

from patterns import pattern
from rempart.kernels.luma import luma_plane
from rempart.kernels.visibility import block_skin, block_tolerance, psnr_db, ssim


def _ssim_slowly(one: np.ndarray, two: np.ndarray) -> float:  # type: ignore[type-arg]  # as numpy's own examples
    a, b = (np.lib.stride_tricks.sliding_window_view(p.astype(float), (7, 7)) for p in (one, two))
    ma, mb = a.mean(axis=(2, 3)), b.mean(axis=(2, 3))
    va, vb = a.var(axis=(2, 3), ddof=1), b.var(axis=(2, 3), ddof=1)
    cov = ((a - ma[..., None, None]) * (b - mb[..., None, None])).sum(axis=(2, 3)) / 48
    every = (2 * ma * mb + 6.5025) * (2 * cov + 58.5225) / ((ma**2 + mb**2 + 6.5025) * (va + vb + 58.5225))
    return float(every.mean())


def test_ssim_is_the_published_one() -> None:
    """By the formula, window by window."""
    one, two = luma_plane(pattern(1, 40, 50)), luma_plane(pattern(2, 40, 50))

    assert ssim(one, two) == pytest.approx(_ssim_slowly(one, two), abs=1e-12)
    assert ssim(one, one) == pytest.approx(1.0)


def test_psnr_is_the_published_one() -> None:
    """One grey level everywhere is 48.13 dB; no difference has no end."""
    plane = np.full((8, 8), 7, np.uint8)

    assert psnr_db(plane, plane + 1) == pytest.approx(48.1308, abs=1e-4)
    assert psnr_db(plane, plane) == math.inf


def test_flat_blocks_hide_least_and_an_edge_little_more() -> None:
    """Grain everywhere hides; grain in a corner of a block does not."""
    luma = np.full((64, 96), 120, np.uint8)
    luma[:, 32:64] = luma_plane(pattern(3, 64, 32))
    luma[:8, 64:72] = luma_plane(pattern(3, 8, 8))

    flat, grain, corner = block_tolerance(luma, 2, 3)[0]

    assert flat == 1.0
    assert grain > 2
    assert 1.0 < corner < 1.2


def test_skin_is_found_by_its_colour() -> None:
    """In two tones; grass and sky are none."""
    patches = [(224, 172, 140), (120, 72, 50), (60, 140, 40), (120, 170, 230)]
    rgb = np.concatenate([np.full((16, 16, 3), c, np.uint8) for c in patches], axis=1)

    assert block_skin(rgb, 1, 4).tolist() == [[1.0, 1.0, 0.0, 0.0]]
