"""A layer is linear in its symbols, spread over the whole picture, and weaker where the eye sees it."""

from __future__ import annotations

import numpy as np
import pytest

from patterns import pattern
from rempart.kernels.luma import luma_plane
from rempart.kernels.spread_spectrum import (
    COARSE,
    FINE,
    LAYERS,
    LayerPlan,
    block_coefficients,
    canonical_shape,
    despread,
    planned,
    rendered,
)

KEY = bytes(range(32))


@pytest.mark.parametrize("plan", LAYERS)
@pytest.mark.parametrize(
    "height, width", [(64, 400), (128, 192), (480, 640), (1080, 1920), (3000, 2000), (100, 9000)]
)
def test_a_canonical_plane_is_never_larger_than_the_picture(plan: LayerPlan, height: int, width: int) -> None:
    """Whole blocks, of nearly the picture's shape; a panorama keeps enough rows."""
    rows, columns = canonical_shape(plan, height, width)

    assert 8 * rows <= height
    assert 8 * columns <= width
    assert rows >= min(height // 8, 0.4 * plan.long_px // 8)
    assert 8 * max(rows, columns) >= min(plan.long_px, max(height, width)) - 8


@pytest.mark.parametrize("plan", LAYERS)
def test_what_is_written_is_read(plan: LayerPlan) -> None:
    """Coefficients times chips, added by symbol, have the symbols' signs."""
    rgb = pattern(5, 800, 1100)
    layer = planned(plan, KEY, rgb, luma_plane(rgb))
    symbols = np.where(np.arange(plan.symbols) % 3 == 0, 1, -1).astype(np.int8)

    plane = rendered(layer, symbols)
    read = despread(layer, block_coefficients(plane, layer.places) * layer.basis, plan.symbols)

    assert (np.sign(read) == symbols).all()


def test_a_change_is_linear_in_the_symbols() -> None:
    """Half of what two codes change together is where they agree, and the pilots."""
    rgb = pattern(6, 300, 400)
    layer = planned(COARSE, KEY, rgb, luma_plane(rgb))
    rng = np.random.default_rng(3)
    one, two = (rng.choice(np.array([-1, 1], np.int8), COARSE.symbols) for _ in range(2))
    agreed = ((one + two) // 2).astype(np.int8)

    both = (rendered(layer, one) + rendered(layer, two)) / 2

    assert both == pytest.approx(rendered(layer, agreed), abs=1e-4)


def test_another_key_makes_another_mark() -> None:
    """Uncorrelated, and of the same strength."""
    rgb = pattern(6, 600, 800)
    symbols = np.ones(FINE.symbols, np.int8)

    one, two = (rendered(planned(FINE, key, rgb, luma_plane(rgb)), symbols).ravel() for key in (KEY, bytes(32)))

    assert abs(float(np.corrcoef(one, two)[0, 1])) < 0.01
    assert one.std() == pytest.approx(two.std(), rel=0.02)


def test_flat_places_and_skin_get_less() -> None:
    """A sky beside grain; a face's colour beside another."""
    rgb = np.concatenate([np.full((256, 128, 3), (120, 170, 230), np.uint8), pattern(7, 256, 128)], axis=1)
    skin = np.concatenate([rgb[:128], np.full((128, 256, 3), (224, 172, 140), np.uint8)])

    layer = planned(COARSE, KEY, skin, luma_plane(skin))
    strength = np.abs(layer.basis[:, 0]).reshape(layer.rows, layer.columns)

    assert strength[0, 0] < strength[0, -1] / 1.3
    assert strength[-1, 0] == pytest.approx(0.7 * strength[0, 0], rel=1e-3)
