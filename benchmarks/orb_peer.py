"""The usual way to find copies with OpenCV: ORB, the nearest descriptors of a bank, and a homography by RANSAC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from ensemble_lab import luma
from rempart.kernels.local_features import sized

POINTS: Final = 500
AREA_PX: Final = 300_000
NEAR_BITS: Final = 64
TRIED: Final = 5
INLIERS_MIN: Final = 15
"""Fewer are met between unrelated pictures (OpenCV's tutorials take 10, for two pictures known to show one object)."""


class OrbPeer:
    """A bank of assets, each of 500 descriptors, searched by brute force."""

    def __init__(self, pictures: Sequence[bytes]) -> None:
        """Describe the assets."""
        self._orb = cv2.ORB.create(POINTS)
        self._matcher = cv2.BFMatcher(cv2.NORM_HAMMING)
        found = [self._described(data) for data in pictures]
        self._places = np.concatenate([f[0] for f in found])
        self._codes = np.concatenate([f[1] for f in found])
        self._owners = np.repeat(np.arange(len(found)), [len(f[0]) for f in found])

    def _described(
        self, data: bytes, *, mirrored: bool = False
    ) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float32]], np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
        plane = sized(luma(data), AREA_PX)
        points, codes = self._orb.detectAndCompute(plane[:, ::-1].copy() if mirrored else plane, None)
        if not len(points):
            return np.empty((0, 2), np.float32), np.empty((0, 32), np.uint8)
        return np.array([p.pt for p in points], np.float32), np.asarray(codes, np.uint8)

    def find(self, data: bytes) -> int | None:
        """Return the place of the asset that a suspect is matched with; None if there is none."""
        best, best_count = None, INLIERS_MIN - 1
        for mirrored in (False, True):
            places, codes = self._described(data, mirrored=mirrored)
            if not len(codes):
                continue
            pairs = [m[0] for m in self._matcher.knnMatch(codes, self._codes, k=1) if m and m[0].distance <= NEAR_BITS]
            asked = np.array([p.queryIdx for p in pairs], np.int64)
            known = np.array([p.trainIdx for p in pairs], np.int64)
            votes = np.bincount(self._owners[known], minlength=int(self._owners[-1]) + 1)
            for owner in np.argsort(-votes, kind="stable")[:TRIED]:
                mine = self._owners[known] == owner
                if mine.sum() < INLIERS_MIN:
                    continue
                _, inside = cv2.findHomography(self._places[known[mine]], places[asked[mine]], cv2.RANSAC, 5.0)
                count = 0 if inside is None else int(inside.sum())
                if count > best_count:
                    best, best_count = int(owner), count
        return best
