"""Parts are cut where a crop has them too, coded as PDQ codes a picture, and none are cut from what is flat."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

import planes
from rempart.detect.ensemble import TILE_RADIUS_BITS
from rempart.detect.points_bank import arrays_of
from rempart.detect.tiles import ASSET_TILES, TILE_QUALITY_MIN, asset_tiles, codes_of_squares, suspect_tiles
from rempart.detect.versions import TILE_VERSION
from rempart.kernels.anchors import squares
from rempart.model import CodedPoints

#: Scenes with blobs that stand out; others are all lines, or all smooth.
SEEDS = [4, 5, 8, 9]


def closest(asset: CodedPoints, suspect: CodedPoints, variant: int = 0) -> npt.NDArray[np.int64]:
    """Return, for each part of an asset, how far the closest part of a suspect is, in bits."""
    codes, seen = arrays_of(asset)[1][0], arrays_of(suspect)[1][variant]
    return np.asarray(np.bitwise_count(codes[:, None] ^ seen).sum(axis=2).min(axis=1), np.int64)


@pytest.mark.parametrize("plane", planes.hostile().values(), ids=planes.hostile().keys())
def test_no_plane_is_too_strange(plane: planes.U8) -> None:
    """What comes out can be read, and an asset's budget is kept."""
    asset, suspect = asset_tiles(plane), suspect_tiles(plane)

    assert len(asset) <= ASSET_TILES
    assert asset.variants <= 1
    for tiles in (asset, suspect):
        points, codes = arrays_of(tiles)
        assert np.isfinite(points).all()
        assert codes.shape[1:] == (len(tiles), 32)
        assert (tiles.height, tiles.width) == plane.shape


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_picture_has_none(level: int) -> None:
    """It would be like every other."""
    flat = np.full((480, 640), level, np.uint8)

    assert len(asset_tiles(flat)) == len(suspect_tiles(flat)) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_an_asset_has_one_code_a_part_and_no_turn(seed: int) -> None:
    """48 bytes each; parts that say nothing are left out."""
    plane = planes.luma(seed, 1280, 960)

    tiles = asset_tiles(plane)

    points, codes = arrays_of(tiles)
    again, quality = codes_of_squares(plane, squares(points))
    assert (tiles.version, tiles.variants) == (TILE_VERSION, 1)
    assert 8 <= len(tiles) <= ASSET_TILES
    assert (points[:, 3] == 0).all()
    assert (quality >= TILE_QUALITY_MIN).all()
    assert np.array_equal(again[:, 0], codes[0])


def test_they_are_the_same_each_time() -> None:
    """To the bit."""
    plane = planes.luma(4)

    assert asset_tiles(plane) == asset_tiles(plane.copy())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_crop_has_parts_of_the_whole(seed: int) -> None:
    """A third of the area cut off, and the rest shrunk."""
    plane = planes.luma(seed, 1280, 960)
    crop = planes.warped(plane, planes.similarity(0.8, 0, (-150, -110)), 640, 870)

    near = closest(asset_tiles(plane), suspect_tiles(crop)) <= TILE_RADIUS_BITS

    assert near.sum() >= 4


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mirrored_copy_has_them_under_its_variant(seed: int) -> None:
    """And hardly any as it is."""
    plane = planes.luma(seed, 1280, 960)
    suspect = suspect_tiles(np.ascontiguousarray(plane[:, ::-1]))

    mirrored, plain = (closest(asset_tiles(plane), suspect, v) <= TILE_RADIUS_BITS for v in (1, 0))

    assert mirrored.mean() >= 0.6
    assert plain.mean() <= 0.1


def test_a_small_turn_is_borne() -> None:
    """Each part of a suspect is coded under a few."""
    plane = planes.luma(4, 1280, 960)
    turned = planes.warped(plane, planes.similarity(1, 4, (30, -40)), 960, 1280)

    near = closest(asset_tiles(plane), suspect_tiles(turned)) <= TILE_RADIUS_BITS

    assert near.sum() >= 4


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_of_another_picture_are_far(seed: int) -> None:
    """Further than is taken for a pair, each of them."""
    asset, suspect = asset_tiles(planes.luma(seed, 1280, 960)), suspect_tiles(planes.luma(seed + 2, 1280, 960))

    assert (closest(asset, suspect) > TILE_RADIUS_BITS).all()


@pytest.mark.parametrize("corners", [np.zeros((1, 4, 2)), np.full((1, 4, 2), 1e6)], ids="point outside".split())
def test_no_square_is_too_strange(corners: npt.NDArray[np.float64]) -> None:
    """It has a code, of no quality."""
    codes, quality = codes_of_squares(planes.luma(4), corners.astype(np.float32))

    assert codes.shape == (1, 8, 32)
    assert quality[0] < TILE_QUALITY_MIN


def test_no_square_has_no_code() -> None:
    """An empty table stays one."""
    codes, quality = codes_of_squares(planes.luma(4), np.zeros((0, 4, 2), np.float32))

    assert (codes.shape, quality.shape) == ((0, 8, 32), (0,))
