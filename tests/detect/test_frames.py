"""Frames are found in every family of composition, exactly, and nothing hostile takes long or breaks them."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from compositions import GIVEN, OWN, composed
from pictures import scene
from rempart.detect import frame_codes, frames
from rempart.kernels import compile as kernel_cache
from rempart.kernels.pdq import pdq_dihedral

RADIUS_BITS = 31
SEED = 1

U8 = npt.NDArray[np.uint8]


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    frames.warm()
    frame_codes.warm()


def luma_of(width: int, height: int, seed: int = SEED) -> U8:
    """Return the luma of a picture made in code."""
    return np.array(scene(seed, width, height).convert("L"))


def framed(inner: U8, shape: tuple[int, int], at: tuple[int, int], ground: int) -> U8:
    """Lay a plane on a flat one, at (x, y)."""
    out = np.full(shape, ground, np.uint8)
    out[at[1] : at[1] + inner.shape[0], at[0] : at[0] + inner.shape[1]] = inner
    return out


def nearest(corners: npt.NDArray[np.float32], expected: npt.ArrayLike) -> float:
    """Return how far the worst corner of the best frame is, in pixels."""
    return float(np.abs(corners - np.array(expected)).max(axis=(1, 2)).min())


STREAKS = pytest.mark.xfail(reason="the ground's own streaks are longer lines than the picture's sides")
FAMILIES = [pytest.param(n, marks=[STREAKS] * (n in {"pip_35_rough", "turned_3_rough"})) for n in [*GIVEN, *OWN]]


@pytest.mark.parametrize("name", FAMILIES)
def test_finds_the_original_in_every_composition(name: str) -> None:
    """Some frame's code is within the radius that whole pictures are matched at."""
    picture = scene(SEED, 960, 720)
    original = pdq_dihedral(np.array(picture))[0][0]
    luma = np.array(composed(name, picture, SEED).convert("L"))

    found = frames.propose_frames(luma)

    codes, _ = frame_codes.codes_of_frames(luma, found.corners)
    assert np.bitwise_count(codes ^ original).sum(axis=-1, dtype=np.int64).min() <= RADIUS_BITS


@pytest.mark.parametrize("ground", [0, 255])
@pytest.mark.parametrize("at", [(37, 101), (200, 60), (0, 150)])
def test_corners_are_exact(at: tuple[int, int], ground: int) -> None:
    """Each corner is within a pixel, at any place and on any side."""
    luma = framed(luma_of(900, 700), (1000, 1300), at, ground)

    found = frames.propose_frames(luma)

    left, top = at
    expected = [[left, top], [left + 900, top], [left + 900, top + 700], [left, top + 700]]
    assert nearest(found.corners, expected) <= 1.0
    assert found.corners.dtype == np.float32


def test_slanted_corners_are_exact() -> None:
    """The sides of a turned picture are fitted at both ends."""
    picture = scene(SEED, 1000, 800)
    turned = picture.convert("RGBA").rotate(-6, resample=Image.Resampling.BICUBIC, expand=True)
    luma = np.zeros((1200, 1400), np.uint8)
    inner, mask = np.array(turned.convert("L")), np.array(turned.getchannel("A"))
    top, left = (1200 - inner.shape[0]) // 2, (1400 - inner.shape[1]) // 2
    luma[top : top + inner.shape[0], left : left + inner.shape[1]] = np.where(mask > 127, inner, 0)

    found = frames.propose_frames(luma)

    angle = np.deg2rad(6)
    away = np.array([[-500, -400], [500, -400], [500, 400], [-500, 400]])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    assert nearest(found.corners, (away @ turn + [700, 600])) <= 3.0


def test_a_collage_gives_each_of_its_pictures() -> None:
    """Nine cells without gutters are nine frames."""
    rows = [np.concatenate([luma_of(300, 220, 10 + 3 * i + j) for j in range(3)], axis=1) for i in range(3)]
    luma = np.concatenate(rows)

    found = frames.propose_frames(luma)

    cells = [(300 * j, 220 * i) for i in range(3) for j in range(3)]
    seen = [nearest(found.corners, [[x, y], [x + 300, y], [x + 300, y + 220], [x, y + 220]]) <= 1.5 for x, y in cells]
    assert sum(seen) >= 8


@pytest.mark.parametrize(
    "shape", [(5, 5), (1, 5000), (5000, 1), (8000, 10), (10, 8000), (47, 900), (48, 48), (100, 3000), (1, 1)]
)
def test_hostile_sizes_have_few_frames_or_none(shape: tuple[int, int]) -> None:
    """Slivers give nothing, and nothing fails."""
    luma = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)

    found = frames.propose_frames(luma)

    assert len(found.corners) == len(found.support) <= 12
    assert np.isfinite(found.corners).all()


@pytest.mark.parametrize("level", [0, 7, 128, 255])
def test_a_flat_picture_has_no_frame(level: int) -> None:
    """There is no edge."""
    assert len(frames.propose_frames(np.full((700, 900), level, np.uint8)).corners) == 0


def test_a_smooth_gradient_has_no_frame() -> None:
    """A ramp is steep nowhere."""
    ramp = np.add.outer(np.linspace(0, 120, 800), np.linspace(0, 120, 1000)).astype(np.uint8)

    assert len(frames.propose_frames(ramp).corners) == 0


def hostile(name: str) -> U8:
    """Return a plane that has as many edges as can be."""
    y, x = np.mgrid[0:1600, 0:1600]
    if name == "noise":
        return np.random.default_rng(2).integers(0, 256, (1600, 1600), dtype=np.uint8)
    if name == "grid":
        return np.where((x % 24 < 3) | (y % 24 < 3), 255, 0).astype(np.uint8)
    size = {"checkerboard of 1": 1, "checkerboard of 12": 12, "checkerboard of 40": 40}[name]
    board: U8 = (((x // size + y // size) % 2) * 255).astype(np.uint8)
    return board


@pytest.mark.parametrize("name", ["noise", "grid", "checkerboard of 1", "checkerboard of 12", "checkerboard of 40"])
def test_time_is_bounded(name: str) -> None:
    """What is full of edges takes a few times what a photograph does (some 5 ms), never more."""
    luma = hostile(name)

    start = time.process_time()
    found = frames.propose_frames(luma)
    frame_codes.codes_of_frames(luma, found.corners)

    assert time.process_time() - start < 0.25
    assert len(found.corners) <= 12


def test_the_same_picture_gives_the_same_frames() -> None:
    """Nothing is drawn by chance."""
    luma = np.array(composed("collage_2x2_gutter", scene(SEED, 960, 720), SEED).convert("L"))

    first, second = frames.propose_frames(luma), frames.propose_frames(luma.copy())

    assert np.array_equal(first.corners, second.corners)
    assert np.array_equal(first.support, second.support)


@pytest.mark.parametrize("most", [0, 1, 3, 30])
def test_most_is_a_limit(most: int) -> None:
    """No more frames than asked, the strongest among them."""
    luma = np.array(composed("collage_3x3", scene(SEED, 960, 720), SEED).convert("L"))

    found = frames.propose_frames(luma, most=most)

    assert len(found.corners) <= most
    assert list(found.support) == sorted(found.support, reverse=True)


def test_nothing_is_compiled_after_warming() -> None:
    """Read-only planes, views, and slanted suspects use what is already there."""
    before = [len(d.signatures) for d in kernel_cache._DISPATCHERS]
    for name in ("border_10", "turned_8_black", "collage_3x3"):
        luma = np.array(composed(name, scene(SEED, 960, 720), SEED).convert("L"))
        luma.flags.writeable = False
        for plane in (luma, luma[::2, ::3], np.asfortranarray(luma)):
            frame_codes.codes_of_frames(plane, frames.propose_frames(plane).corners)

    assert [len(d.signatures) for d in kernel_cache._DISPATCHERS] == before


@pytest.mark.parametrize("array", [np.zeros((9, 9, 3), np.uint8), np.zeros((99, 99)), np.zeros((0, 50), np.uint8)])
def test_refuses_what_is_not_a_plane(array: U8) -> None:
    """Another shape or type is an error that says which."""
    with pytest.raises(ValueError, match=r"\(H, W\) uint8"):
        frames.propose_frames(array)
