"""Whether a suspect really shows an asset, decided on the pixels of both, or on the asset's parts where only those are.

A hypothesis says where the asset may lie: from a whole frame's code, or from votes. (1) Points of both pictures give a
more exact one, and new ones; (2) the suspect is brought onto the asset and compared cell by cell; (3) where a suspect
is a picture among others, each rectangle in it is judged by itself. Runs inside a worker; arrays only.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from rempart.detect.decision import CORRELATION_MIN
from rempart.detect.frames import propose_frames
from rempart.detect.interface import Hypothesis, Verdict
from rempart.detect.placement import placement_of
from rempart.detect.points_bank import arrays_of
from rempart.detect.tiles import codes_of_squares
from rempart.kernels.agreement import Agreement, agree, ground_of
from rempart.kernels.anchors import squares
from rempart.kernels.geometry import Points, fit, sift_points
from rempart.kernels.local_features import sized
from rempart.kernels.variants import INVERTED, VARIANTS
from rempart.model import CodedPoints

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

#: Pixels of the planes that are compared, and SIFT points of each.
_ASSET_PX: Final = 200_000
_SUSPECT_PX: Final = 300_000
_ASSET_POINTS: Final = 500
_SUSPECT_POINTS: Final = 800
#: So much of one flat level makes a page or a screen (rempart.kernels.agreement.ground_of), which shares with others of
#: its kind all but a few words: all of it must be seen, and every cell must agree, more closely.
PAGE_GROUND_MIN: Final = 0.25
PAGE_CORRELATION_MIN: Final = 0.8
PAGE_ALIKE_MIN: Final = 0.99
PAGE_SEEN_MIN: Final = 0.8
#: With less of it, it may be a screen with windows: measured, two of those explain up to 0.69 of each other.
SCREEN_GROUND_MIN: Final = 0.07
SCREEN_EXPLAINED_MIN: Final = 0.75
#: What is said of one otherwise: the same layout, which explains less than any copy.
_LAYOUT_EXPLAINED: Final = 0.39
_LAYOUT_TILES_MIN: Final = 8
_REGION_PX: Final = 400
#: OpenCV's warp counts pixels in 16 bits.
_WARPED_SIDE_MOST_PX: Final = 32_766
#: A hypothesis that explains this much needs no other.
_CLEAR: Final = 0.85
#: Points that must agree before the rectangles inside a suspect are looked at one by one.
_POINTS_FOR_FRAMES: Final = 8
_FRAMES_MOST: Final = 6
#: Codes of a part that lies where it should are this close, or something was laid over it.
TILE_AGREES_BITS: Final = 60


class Suspect:
    """A suspect's plane, its points and rectangles: found once, for all the assets that it is compared with."""

    def __init__(self, luma: U8) -> None:
        """Take the luma, ``(H, W) uint8``."""
        self.luma = luma
        self.plane = sized(luma, _SUSPECT_PX)
        self._points: Points | None = None
        self._frames: F32 | None = None

    def points(self) -> Points:
        """Return the points of the plane."""
        if self._points is None:
            self._points = sift_points(self.plane, _SUSPECT_POINTS)
        return self._points

    def frames(self) -> F32:
        """Return the rectangles inside the plane: ``(K, 4, 2) float32``, in its pixels."""
        if self._frames is None:
            self._frames = propose_frames(self.plane, most=_FRAMES_MOST).corners
        return self._frames


def verify_picture(asset: U8, suspect: Suspect, hypotheses: list[Hypothesis]) -> Verdict | None:
    """Compare an asset's picture with a suspect.

    Args:
        asset: ``(H, W) uint8`` luma.
        suspect: What may be a copy.
        hypotheses: Where the asset may lie; whatever points of both agree on is tried too.

    Returns:
        The best account of the suspect by the asset; None if there is none at all.
    """
    plane = sized(asset, _ASSET_PX, enlarged_most=1.0)
    ground, tried = ground_of(plane), _possible(hypotheses, suspect)
    best = _better(None, [_judged(plane, suspect, h.pose, h.variant, h.count, h.of, ground=ground) for h in tried])
    if best is not None and best.explained >= _CLEAR:
        return best
    points = sift_points(plane, _ASSET_POINTS)
    for variant in range(VARIANTS):  # (1)
        found = fit(points, suspect.points(), variant, suspect.plane.shape[1])
        if found is None:
            continue
        pose = _to_fractions(found.homography, plane, suspect.plane)
        whole = _judged(plane, suspect, pose, variant, found.inliers, found.pairs, ground=ground)  # (2)
        best = _better(best, [whole])
        if found.inliers >= _POINTS_FOR_FRAMES and (whole is None or whole.explained < _CLEAR):  # (3)
            inner = [
                _judged(plane, suspect, pose, variant, found.inliers, found.pairs, ground=ground, within=frame)
                for frame in suspect.frames()
            ]
            best = _better(best, inner)
    return best


def _possible(hypotheses: list[Hypothesis], suspect: Suspect) -> list[Hypothesis]:
    """Leave out what no picture can lie at: beyond the horizon, or where numbers end."""
    rows, columns = suspect.luma.shape
    return [h for h in hypotheses if placement_of(h.pose, columns, rows) is not None]


def _judged(
    plane: U8,
    suspect: Suspect,
    pose: F64,
    variant: int,
    count: int = 0,
    of: int = 0,
    *,
    ground: float = 0.0,
    within: F32 | None = None,
) -> Verdict | None:
    """Bring the suspect onto the asset under one hypothesis."""
    homography = _to_pixels(pose, plane, suspect.plane)
    found = agree(plane, suspect.plane, homography, inverted=bool(variant & INVERTED), within=within)
    if found is None:
        return None
    return Verdict(
        pose=pose,
        variant=variant,
        count=count,
        of=of,
        explained=_explained(found, ground),
        seen=found.seen,
        filled=found.filled,
        in_frame=within is not None,
        cells=_percent(found.correlation, found.texture),
    )


def _explained(found: Agreement, ground: float) -> float:
    """Return the share that is explained; little, if the asset is a page or a screen and something else is on it."""
    explained = found.explained(CORRELATION_MIN)
    if ground >= PAGE_GROUND_MIN:
        is_whole = found.seen >= PAGE_SEEN_MIN and found.alike(PAGE_CORRELATION_MIN) >= PAGE_ALIKE_MIN
    else:
        is_whole = ground < SCREEN_GROUND_MIN or explained >= SCREEN_EXPLAINED_MIN
    return explained if is_whole else min(explained, _LAYOUT_EXPLAINED)


def _percent(correlation: F32, texture: F32) -> tuple[tuple[int, ...], ...]:
    """Write correlations as whole percents, -1 where the suspect does not reach, -2 where there is no texture."""
    percent = np.nan_to_num(np.maximum(correlation, 0.0) * 100, nan=-1.0).round().astype(int)
    percent[(percent >= 0) & (texture <= 0.0)] = -2
    return tuple(tuple(row) for row in percent.tolist())


def _better(best: Verdict | None, others: list[Verdict | None]) -> Verdict | None:
    """Return what explains most, of what is seen of the asset; a rectangle by itself must explain clearly more."""
    for other in others:
        if other is not None and (best is None or _rank(other) > _rank(best)):
            best = other
    return best


def _rank(verdict: Verdict) -> float:
    if verdict.in_frame:
        return verdict.explained * min(1.0, verdict.seen / 0.45) - 0.15
    return verdict.explained * min(1.0, verdict.seen / 0.2)


def verify_tiles(tiles: CodedPoints, suspect: Suspect, hypotheses: list[Hypothesis]) -> Verdict | None:
    """Look for an asset's parts where they should be, if it lay where a hypothesis says.

    Args:
        tiles: The parts of the asset.
        suspect: What may be a copy.
        hypotheses: Where the asset may lie.

    Returns:
        The hypothesis under which most parts in view agree, its pose refined; None if none has any part in view.
    """
    if not len(tiles):  # OpenCV gives None for no corner
        return None
    places, codes = arrays_of(tiles)
    best: Verdict | None = None
    for hypothesis in _possible(hypotheses, suspect):
        pose = _to_pixels(hypothesis.pose, (tiles.height, tiles.width), suspect.luma)
        found = _tiles_at(places, codes[0], suspect.luma, pose, hypothesis.variant)
        for _ in range(2):
            if found is None:
                break
            pose, moved = _refined(places, codes[0], suspect.luma, pose, hypothesis.variant, found)
            if moved is found:
                break
            found = moved
        if found is None:
            continue
        in_view, bits = found
        agrees = bits <= TILE_AGREES_BITS
        verdict = Verdict(
            pose=_to_fractions(pose, (tiles.height, tiles.width), suspect.luma),
            variant=hypothesis.variant,
            count=int(agrees.sum()),
            of=int(in_view.sum()),
            explained=_explained_by_tiles(agrees, pose, (tiles.height, tiles.width), suspect.luma),
            seen=_seen(pose, (tiles.height, tiles.width), suspect.luma),
            filled=0.0,
            distance_bits=int(np.median(bits[agrees])) if agrees.any() else 256,
        )
        if best is None or (verdict.count, verdict.explained) > (best.count, best.explained):
            best = verdict
    return best


def _explained_by_tiles(agrees: npt.NDArray[np.bool_], pose: F64, shape: tuple[int, int], luma: U8) -> float:
    """Return the share of parts that agree; little, if what is there is a page and not nearly all of them do."""
    share = float(agrees.mean())
    if agrees.sum() >= _LAYOUT_TILES_MIN and share >= PAGE_ALIKE_MIN:
        return share
    if max(luma.shape) > _WARPED_SIDE_MOST_PX:  # a thread: nobody's photograph
        return min(share, _LAYOUT_EXPLAINED)
    scale = min(1.0, _REGION_PX / max(shape))
    size = (max(8, round(shape[1] * scale)), max(8, round(shape[0] * scale)))
    place = pose @ np.diag([shape[1] / size[0], shape[0] / size[1], 1.0])
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    region = cv2.warpPerspective(luma, place, size, flags=flags, borderMode=cv2.BORDER_REFLECT)
    return min(share, _LAYOUT_EXPLAINED) if ground_of(np.asarray(region, np.uint8)) >= PAGE_GROUND_MIN else share


_Found = tuple[npt.NDArray[np.bool_], npt.NDArray[np.int64]]


def _tiles_at(places: F32, codes: U8, luma: U8, pose: F64, variant: int) -> _Found | None:
    """Return which parts lie inside the suspect under a pose, and their distances."""
    corners = squares(places)
    sent = cv2.perspectiveTransform(corners.reshape(-1, 1, 2).astype(np.float64), pose).reshape(-1, 4, 2)
    height, width = luma.shape
    slack = 0.01 * max(height, width)
    inside = (sent >= -slack).all(axis=(1, 2)) & (sent <= np.array([width, height]) + slack).all(axis=(1, 2))
    if not inside.any():
        return None
    seen, _ = codes_of_squares(luma, sent[inside].astype(np.float32))
    rows = seen[:, 0]
    if variant & INVERTED:
        rows = ~rows
    bits = np.bitwise_count(rows ^ codes[inside]).sum(axis=1).astype(np.int64)
    return inside, bits


def _refined(places: F32, codes: U8, luma: U8, pose: F64, variant: int, found: _Found) -> tuple[F64, _Found]:
    """Move a pose a little each way while the parts come closer."""
    best, best_pose = found, pose
    centre = places[found[0], :2].mean(axis=0)
    size = float(np.median(places[found[0], 2]))
    for dx, dy, turn, scale in _STEPS:
        around = np.eye(3)
        angle = np.radians(turn)
        around[:2, :2] = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        around[:2, 2] = centre - around[:2, :2] @ centre + np.array([dx, dy]) * size
        moved_pose = best_pose @ around
        moved = _tiles_at(places, codes, luma, moved_pose, variant)
        if moved is not None and moved[0].sum() >= best[0].sum() and np.median(moved[1]) < np.median(best[1]):
            best, best_pose = moved, moved_pose
    return best_pose, best


#: Shift right and down in sides of a part, turn in degrees, scale.
_STEPS: Final = (
    (0.03, 0.0, 0.0, 1.0), (-0.03, 0.0, 0.0, 1.0), (0.0, 0.03, 0.0, 1.0), (0.0, -0.03, 0.0, 1.0),
    (0.0, 0.0, 2.0, 1.0), (0.0, 0.0, -2.0, 1.0), (0.0, 0.0, 0.0, 1.03), (0.0, 0.0, 0.0, 0.97),
)  # fmt: skip


def _seen(pose: F64, asset: tuple[int, int], luma: U8) -> float:
    """Return the share of the asset's area that a pose puts inside the suspect."""
    height, width = asset
    frame = np.array([[[0, 0]], [[width, 0]], [[width, height]], [[0, height]]], np.float64)
    sent = cv2.perspectiveTransform(frame, pose).reshape(-1, 2).astype(np.float32)
    rows, columns = luma.shape
    here = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    whole = cv2.contourArea(sent)
    return float(cv2.intersectConvexConvex(sent, here)[0]) / whole if whole > 0 else 0.0


def _shape(plane: U8 | tuple[int, int]) -> tuple[int, int]:
    return plane if isinstance(plane, tuple) else (plane.shape[0], plane.shape[1])


def _to_fractions(homography: F64, asset: U8 | tuple[int, int], suspect: U8) -> F64:
    (height, width), (rows, columns) = _shape(asset), _shape(suspect)
    return np.asarray(np.diag([1 / columns, 1 / rows, 1.0]) @ homography @ np.diag([width, height, 1.0]), np.float64)


def _to_pixels(pose: F64, asset: U8 | tuple[int, int], suspect: U8) -> F64:
    (height, width), (rows, columns) = _shape(asset), _shape(suspect)
    return np.asarray(np.diag([columns, rows, 1.0]) @ pose @ np.diag([1 / width, 1 / height, 1.0]), np.float64)
