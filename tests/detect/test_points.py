"""The points of a picture, written for the search."""

from __future__ import annotations

import numpy as np
import pytest

import planes
from rempart.detect import ASSET_POINTS, SUSPECT_POINTS
from rempart.detect.points import points_of
from rempart.detect.points_bank import arrays_of
from rempart.detect.versions import ORB_VERSION
from rempart.kernels.local_features import extract
from rempart.kernels.variants import VARIANTS


@pytest.mark.parametrize("plane", planes.hostile().values(), ids=planes.hostile().keys())
def test_no_plane_is_too_strange(plane: planes.U8) -> None:
    """What comes out can be read again."""
    found = points_of(plane, 100, is_suspect=True)

    points, codes = arrays_of(found)
    assert len(points) == len(found) <= 100
    assert codes.shape[1:] == (len(found), 32)


@pytest.mark.parametrize("is_suspect, variants", [(True, VARIANTS), (False, 1)])
def test_a_suspect_has_a_code_for_each_variant(is_suspect: bool, variants: int) -> None:  # noqa: FBT001 - a table
    """So that an asset needs one: 48 bytes a point."""
    found = points_of(planes.luma(1), ASSET_POINTS, is_suspect=is_suspect)

    points, codes = arrays_of(found)
    expected = extract(planes.luma(1), ASSET_POINTS, variants=variants)
    assert (found.version, found.width, found.height) == (ORB_VERSION, expected.width, expected.height)
    assert np.array_equal(points, expected.points)
    assert np.array_equal(codes, expected.codes)
    assert len(found) == ASSET_POINTS < SUSPECT_POINTS
