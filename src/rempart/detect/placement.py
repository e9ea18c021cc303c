"""From where an asset lies in a suspect to the words for it: turned, mirrored."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rempart.model import Orientation


def orientation_of(pose: npt.NDArray[np.float64]) -> Orientation:
    """Return the turn or reflection that a pose is nearest to.

    Args:
        pose: ``(3, 3) float64``: from the asset to the suspect, in fractions of their sides.
    """
    corners = np.array([[0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]], np.float64) @ pose.T
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
