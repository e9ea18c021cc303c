"""Codes of parts of a picture, cut around what stands out: a crop has most of them too.

They are for owners who asked for ``detailed`` protection or keep the original here. About twenty codes of parts redraw
a recognisable person (benchmarks/inversion.py): they are clear media as far as storage is concerned.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.detect.frame_codes import rectify
from rempart.detect.versions import TILE_VERSION
from rempart.kernels.anchors import anchors, squares
from rempart.kernels.pdq import codes_of_reduced
from rempart.model import CodedPoints
from rempart.model.fingerprint import CODE_BYTES

#: How many of an asset are kept: the budget, 48 bytes each with their places.
ASSET_TILES: Final = 24
#: How many of a suspect are looked for, and how far each is turned: codes bear a turn of about two degrees.
SUSPECT_TILES: Final = 64
SUSPECT_TURNS: Final = (0.0, -4.0, 4.0)
#: And in each clear rectangle of a suspect.
FRAME_TILES: Final = 24
#: PDQ's own measure of detail, below which a part says nothing.
TILE_QUALITY_MIN: Final = 30

#: Of :data:`rempart.kernels.pdq.ORIENTATIONS`: a part turned by so many quarters to the left, as it is and mirrored.
_QUARTERS: Final = ((0, 5), (1, 7), (2, 4), (3, 6))


def asset_tiles(luma: npt.NDArray[np.uint8]) -> CodedPoints:
    """Cut and code the parts of an asset: ``(H, W) uint8`` in."""
    return _tiles(luma, ASSET_TILES, (0.0,), quarters=1, variants=1)


def suspect_tiles(luma: npt.NDArray[np.uint8]) -> CodedPoints:
    """Cut and code the parts of a suspect, turned and mirrored too: ``(H, W) uint8`` in."""
    return _tiles(luma, SUSPECT_TILES, SUSPECT_TURNS, quarters=4, variants=2)


def frame_tiles(luma: npt.NDArray[np.uint8]) -> CodedPoints:
    """Cut and code the parts of a rectangle inside a suspect: ``(H, W) uint8`` in."""
    return _tiles(luma, FRAME_TILES, (0.0,), quarters=1, variants=2)


def codes_of_squares(
    luma: npt.NDArray[np.uint8], corners: npt.NDArray[np.float32]
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Code squares, or what became of them, as they are: ``(N, 4, 2)`` in, ``(N, 8, 32)`` codes and qualities out."""
    codes, quality = np.zeros((len(corners), 8, CODE_BYTES), np.uint8), np.zeros(len(corners), np.int64)
    for k, square in enumerate(rectify(luma, corners)):
        codes[k], quality[k], _ = codes_of_reduced(square)
    return codes, quality


def _tiles(
    luma: npt.NDArray[np.uint8], most: int, turns: tuple[float, ...], *, quarters: int, variants: int
) -> CodedPoints:
    """Code the parts at each turn; those that stand upright also at ``quarters`` quarter turns, which cost nothing."""
    found = anchors(luma, most)
    columns = [np.column_stack([found, np.full(len(found), turn, np.float32)]) for turn in turns]
    places = np.concatenate(columns).astype(np.float32)
    codes, quality = codes_of_squares(luma, squares(places))
    kept = quality >= TILE_QUALITY_MIN
    places, codes = places[kept], codes[kept]
    upright = places[:, 3] == 0.0
    all_places = [places, *(places[upright] + np.array([0, 0, 0, 90 * k], np.float32) for k in range(1, quarters))]
    rows = [codes[:, _QUARTERS[0][:variants]]]
    rows += [codes[upright][:, _QUARTERS[k][:variants]] for k in range(1, quarters)]
    return CodedPoints(
        version=TILE_VERSION,
        width=luma.shape[1],
        height=luma.shape[0],
        points=np.concatenate(all_places).astype("<f4").tobytes(),
        codes=np.concatenate(rows).transpose(1, 0, 2).tobytes(),
    )
