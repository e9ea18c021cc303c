"""A suspect is asked for what the assets can be compared with, and nothing more."""

from __future__ import annotations

import pytest

from rempart.detect import Ensemble, suspect_options
from rempart.detect.versions import ORB_VERSION, TILE_VERSION
from rempart.model import AssetId
from suspects import media, parts


@pytest.mark.parametrize(
    "versions, expected",
    [
        ((), set()),
        ((TILE_VERSION,), {"tiles"}),
        ((ORB_VERSION,), {"points"}),
        ((ORB_VERSION, TILE_VERSION), {"points", "tiles"}),
    ],
)
def test_parts_and_points_are_asked_for_where_an_asset_has_them(versions: tuple[str, ...], expected: set[str]) -> None:
    """They cost time, and are clear media."""
    bank = Ensemble()
    bank.add(AssetId("mine"), media(places=tuple(parts(version=v) for v in versions)))

    options = suspect_options(bank, frames=3)

    assert {name for name in ("points", "tiles") if options.get(name)} == expected
    assert (options["frames"], options["orientations"]) == (3, 8)
    assert int(options["inner_frames"]) > 0
