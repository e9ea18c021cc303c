"""From where an asset lies in a suspect to its corners there, and to the words for it: turned, mirrored."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from rempart.model import Orientation, Region

_CORNERS: Final = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], np.float64)
#: A corner further than this, in pixels, is nowhere.
_FAR_PX: Final = 1 << 31


def placement_of(pose: npt.NDArray[np.float64], width: int, height: int) -> tuple[Region, tuple[float, ...]] | None:
    """Return where a pose puts the asset's corners, in pixels of the suspect, and the pose scaled to end with 1.

    A crop's corners lie outside the suspect. None where one goes to the horizon or beyond: a worker that was taken
    over may say so.

    Args:
        pose: ``(3, 3) float64``: from the asset to the suspect, in fractions of their sides.
        width: Of the suspect, in pixels.
        height: The same.
    """
    with np.errstate(all="ignore"):  # what is not finite is refused below
        scaled = pose / pose[2, 2]
        corners = _CORNERS @ scaled.T
        places = corners[:, :2] / corners[:, 2:] * [width, height]
    if not (np.isfinite(scaled).all() and (corners[:, 2] > 0).all() and (np.abs(places) <= _FAR_PX).all()):
        return None
    a, b, c, d = ((round(x), round(y)) for x, y in places.tolist())
    return (a, b, c, d), tuple(round(float(v), 6) for v in scaled.ravel())


def orientation_of(pose: npt.NDArray[np.float64]) -> Orientation:
    """Return the turn or reflection that a pose is nearest to.

    Args:
        pose: ``(3, 3) float64``: from the asset to the suspect, in fractions of their sides; one that has a placement.
    """
    corners = _CORNERS @ (pose / pose[2, 2]).T
    places = corners[:, :2] / corners[:, 2:]
    seen = places - places.mean(axis=0)
    # A rectangle turned by 40 degrees has two corners on one side of its middle: the sides tell better.
    right, down = seen[1] + seen[2], seen[2] + seen[3]
    if abs(right[0]) + abs(down[1]) >= abs(right[1]) + abs(down[0]):
        right, down = np.array([np.sign(right[0]), 0.0]), np.array([0.0, np.sign(down[1])])
    else:
        right, down = np.array([0.0, np.sign(right[1])]), np.array([np.sign(down[0]), 0.0])
    shown = tuple(_corner(across * right + along * down) for across, along in ((-1, -1), (1, -1), (1, 1), (-1, 1)))
    return next((o for o in Orientation if o.corners() == shown), Orientation.ORIGINAL)


def _corner(place: npt.NDArray[np.float64]) -> int:
    """Number the corner of the suspect on whose side a place lies: top left, top right, bottom right, bottom left."""
    if place[1] < 0:
        return 0 if place[0] < 0 else 1
    return 2 if place[0] > 0 else 3
