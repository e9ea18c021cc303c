"""Where one picture lies in another: SIFT points, and the plane transformation that most of them agree on.

Lowe, "Distinctive image features from scale-invariant keypoints", IJCV 2004; Arandjelovic and Zisserman, "Three things
everyone should know to improve object retrieval", CVPR 2012 (RootSIFT); Barath et al., "MAGSAC++", CVPR 2020. By
OpenCV; ours is that a mirrored or inverted suspect costs nothing more: its descriptors are permutations of the plain.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rempart.kernels.variants import INVERTED, MIRRORED

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

#: SIFT: fewer contrasts than the paper's 0.03, because copies are dulled; edges as the paper has them.
_CONTRAST_MIN: Final = 0.02
#: And where that gives fewer than this share of the points wanted: a dull picture.
_CONTRAST_DULL: Final = 0.005
_ENOUGH: Final = 0.4
_EDGE_RATIO: Final = 12.0
#: Lowe's ratio of the nearest to the second nearest; loose, because the geometry decides.
_RATIO_MOST: Final = 0.85
#: A pair agrees with a transformation that sends its point this close, in pixels of the asset's plane.
_INLIER_PX: Final = 3.0
_SIMILARITY_PX: Final = 8.0
_PAIRS_MIN: Final = 4
_SEED: Final = 20_261_122


class Points(NamedTuple):
    """SIFT points of a plane."""

    places: F32
    """``(N, 2) float32``: x, y in pixels."""
    descriptors: F32
    """``(N, 128) float32``, RootSIFT: unit length."""


class Fit(NamedTuple):
    """A transformation that pairs of points agree on."""

    homography: F64
    """``(3, 3) float64``: from the asset's plane to the suspect's, in pixels."""
    inliers: int
    """How many pairs agree."""
    pairs: int
    """Of how many."""


def sift_points(plane: U8, most: int) -> Points:
    """Find SIFT points: ``(H, W) uint8`` in, at most ``most`` points out."""
    for contrast in (_CONTRAST_MIN, _CONTRAST_DULL):
        detector = cv2.SIFT.create(most, 3, contrast, _EDGE_RATIO, 1.6)
        found, descriptors = detector.detectAndCompute(plane, None)
        if len(found) >= most * _ENOUGH:
            break
    if not found:  # and then there are no descriptors either
        return Points(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32))
    found, descriptors = found[:most], descriptors[:most]
    places = np.array([k.pt for k in found], np.float32).reshape(-1, 2)
    total = np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6)
    return Points(places, np.sqrt(descriptors / total))


def varied(points: Points, variant: int) -> Points:
    """Return the points' descriptors as they would be of a mirrored or inverted plane; places stay.

    The four by four cells stand along the point's own direction. Mirrored, cells and directions are read from the
    other side; inverted, the direction turns by half, so the cells come in reverse order and directions stay.
    """
    cells = points.descriptors.reshape(-1, 4, 4, 8)
    if variant & MIRRORED:
        cells = cells[:, ::-1][..., (-np.arange(8)) % 8]
    if variant & INVERTED:
        cells = cells[:, ::-1, ::-1]
    return Points(points.places, np.ascontiguousarray(cells).reshape(-1, 128))


def fit(asset: Points, suspect: Points, variant: int = 0, width: int = 0, *, one_to_one: bool = False) -> Fit | None:
    """Find the transformation from the asset's plane to the suspect's that most pairs agree on.

    (1) Pairs of nearest descriptors, both ways near enough; (2) a similarity, by RANSAC, since most copies are one;
    (3) a homography on what agrees with it roughly, by MAGSAC++.

    Args:
        asset: Points of the asset's plane.
        suspect: Points of the suspect's plane as it is.
        variant: What was done to the asset to make the suspect: 0, or :data:`MIRRORED` and :data:`INVERTED` added.
        width: Of the suspect's plane, in pixels; needed where it is mirrored.
        one_to_one: Pair a point of the suspect with one of the asset only, the closest. Of a small crop, or where the
            asset has many more points, most would be paired with the same few, and agree that the asset is a spot.

    Returns:
        None if there are fewer than four pairs, or nothing that they agree on.
    """
    left, right = _pairs(asset, varied(suspect, variant), one_to_one=one_to_one)
    if len(left) < _PAIRS_MIN:
        return None
    source, target = asset.places[left], suspect.places[right].copy()
    back = np.eye(3)
    if variant & MIRRORED:  # a similarity knows no reflection: the suspect is mirrored before, and back after
        back = np.array([[-1.0, 0.0, width - 1.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        target[:, 0] = width - 1 - target[:, 0]
    cv2.setRNGSeed(_SEED)
    similarity, near = cv2.estimateAffinePartial2D(
        source, target, method=cv2.RANSAC, ransacReprojThreshold=_SIMILARITY_PX, maxIters=2000, confidence=0.999
    )
    # OpenCV's types promise a matrix, but where nothing is found there is none.
    if similarity is None or near is None or int(near.sum()) < _PAIRS_MIN:  # type: ignore[redundant-expr]  # as said
        return None
    chosen = near.ravel().astype(bool)
    homography, inside = cv2.findHomography(
        source[chosen], target[chosen], cv2.USAC_MAGSAC, _INLIER_PX, maxIters=2000, confidence=0.999
    )
    if homography is None or inside is None or int(inside.sum()) < _PAIRS_MIN:
        whole = np.vstack([similarity, [0.0, 0.0, 1.0]])
        return Fit(back @ whole, int(chosen.sum()), len(left))
    return Fit(back @ np.asarray(homography, np.float64), int(inside.sum()), len(left))


def _pairs(asset: Points, suspect: Points, *, one_to_one: bool) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Pair each point of the asset with its nearest of the suspect, where the second nearest is well behind."""
    if len(asset.places) < _PAIRS_MIN or len(suspect.places) < _PAIRS_MIN:
        nothing = np.zeros(0, np.intp)
        return nothing, nothing
    closeness = asset.descriptors @ suspect.descriptors.T  # of unit vectors: squared distance is 2 - 2 c
    nearest = closeness.argmax(axis=1)
    rows = np.arange(len(nearest))
    best = closeness[rows, nearest]
    closeness[rows, nearest] = -1.0
    second = closeness.max(axis=1)
    good = (2 - 2 * best) < _RATIO_MOST**2 * (2 - 2 * second)
    if one_to_one:
        closest = np.full(len(suspect.places), -2.0, best.dtype)
        np.maximum.at(closest, nearest, best)
        good &= best == closest[nearest]
    return rows[good], nearest[good]
