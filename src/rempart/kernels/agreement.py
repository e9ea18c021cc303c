"""How much of a picture another one shows, once it is known where: cell by cell, texture against texture.

Geometry alone takes two photographs of one printed thing for copies. A copy explains nearly all the texture that it
shows, up to what was laid over it; a shared thing, logo, watermark or interface explains its own place and no more.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rempart.kernels.compile import kernel

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

#: Cells along the longer side.
_CELLS: Final = 16
#: How far a cell may be from where the transformation says, in pixels of the plane that is compared.
_SHIFT_PX: Final = 1
#: A plane is compared at this longer side, or less if the suspect shows less.
_SIDE_PX: Final = 320
_SIDE_MIN_PX: Final = 48
_BLUR_SIGMA: Final = 1.2
#: Grey levels: what recompression and noise leave of a flat place.
_TEXTURE_FLOOR: Final = 1.0
#: And what more says nothing more: or one black letter would outweigh ten cells of meadow.
_TEXTURE_MOST: Final = 6.0
#: A flat block, in pixels and in grey levels.
_BLOCK_PX: Final = 8
_FLAT_MOST: Final = 0.4
#: Corners sent further than this are nowhere.
_FAR_PX: Final = 1e9
#: OpenCV's warp counts pixels in 16 bits.
_WARPED_SIDE_MOST_PX: Final = 32_766
#: A cell counts where most of it is inside the suspect.
_INSIDE_MIN: Final = 0.6


class Agreement(NamedTuple):
    """What a suspect shows of an asset, all shares of 1."""

    seen: float
    """Area of the asset that falls inside the suspect."""
    filled: float
    """Area of the suspect that the asset fills."""
    correlation: F32
    """``(R, C) float32``: best correlation of each cell, -1..1; NaN where the suspect does not reach."""
    texture: F32
    """``(R, C) float32``: grey levels of texture in either picture above what recompression leaves."""

    def explained(self, correlation_min: float) -> float:
        """Return the share of the texture, of either picture, in cells that correlate at least so much."""
        inside = ~np.isnan(self.correlation)
        total = float(self.texture[inside].sum())
        if total <= 0.0:
            return 0.0
        return float(self.texture[inside & (np.nan_to_num(self.correlation) >= correlation_min)].sum()) / total

    def alike(self, correlation_min: float) -> float:
        """Return the share of cells with any texture, each counting once, that correlate at least so much."""
        counted = ~np.isnan(self.correlation) & (self.texture > 0)
        return float((self.correlation[counted] >= correlation_min).mean()) if counted.any() else 0.0


def agree(
    asset: U8, suspect: U8, homography: F64, *, inverted: bool = False, within: F32 | None = None
) -> Agreement | None:
    """Bring a suspect onto an asset and compare them cell by cell.

    Args:
        asset: ``(H, W) uint8`` luma.
        suspect: ``(H', W') uint8`` luma.
        homography: ``(3, 3) float64``, from pixels of ``asset`` to pixels of ``suspect``.
        inverted: The suspect's colours are inverted.
        within: ``(4, 2) float32``, corners in pixels of ``suspect``: what lies outside counts as not shown. A picture
            in a screenshot is judged by itself.

    Returns:
        None if the transformation folds the plane, or shows too little to compare; if ``within`` is no rectangle; if
        the suspect is a thread of tens of thousands of pixels.
    """
    height, width = asset.shape
    corners = _project(homography, np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64))
    frame = _frame(suspect) if within is None else within.astype(np.float32)
    if corners is None or not _is_convex(corners) or not _is_convex(frame.astype(np.float64)):
        return None
    area = abs(_area(corners))
    detail = (area / (width * height)) ** 0.5  # pixels of the suspect for one of the asset
    size = min(1.0, detail, _SIDE_PX / max(width, height))
    if size * max(width, height) < _SIDE_MIN_PX or not np.isfinite(size):
        return None
    here = cv2.resize(asset, (max(8, round(width * size)), max(8, round(height * size))), interpolation=cv2.INTER_AREA)
    there, shrunk = _shrunk(suspect, size / detail)
    if max(there.shape) > _WARPED_SIDE_MOST_PX:
        return None
    rows, columns = here.shape
    place = np.diag([*shrunk, 1.0]) @ homography @ np.diag([width / columns, height / rows, 1.0])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    brought = cv2.warpPerspective(there, place, (columns, rows), flags=flags, borderValue=0)
    shown = np.full_like(there, 255)
    if within is not None:
        shown[:] = 0
        cv2.fillConvexPoly(shown, np.round(within * shrunk).astype(np.int32), 255)
    inside = cv2.warpPerspective(shown, place, (columns, rows), flags=flags, borderValue=0)
    left = cv2.GaussianBlur(here, (0, 0), _BLUR_SIGMA).astype(np.float32)
    right = cv2.GaussianBlur(brought, (0, 0), _BLUR_SIGMA).astype(np.float32)
    if inverted:
        right = 255.0 - right
    cell = max(6, min(round(max(rows, columns) / _CELLS), rows, columns))  # a strip is one cell wide
    shape = (max(1, rows // cell), max(1, columns // cell))
    correlation, texture = np.full(shape, np.nan, np.float32), np.zeros(shape, np.float32)
    _compare_cells(left, right, np.asarray(inside, np.uint8), cell, correlation, texture)
    seen = float((inside > 127).mean())
    common = cv2.intersectConvexConvex(corners.astype(np.float32), frame)[0]
    return Agreement(seen, float(common) / abs(_area(frame.astype(np.float64))), correlation, texture)


def ground_of(plane: U8) -> float:
    """Return how much of a picture is one flat grey level, as pages, forms and screens have, and few photographs.

    Args:
        plane: ``(H, W) uint8`` luma, of some hundred pixels a side.

    Returns:
        0..1. Measured: of 214 photographs, 8 have more than 0.08 and none more than 0.20; invoices, chats and web pages
        made in code have 0.34 and more, desktops with a window 0.08 to 0.13.
    """
    rows, columns = plane.shape[0] // _BLOCK_PX, plane.shape[1] // _BLOCK_PX
    if not rows or not columns:
        return 0.0
    blocks = plane[: rows * _BLOCK_PX, : columns * _BLOCK_PX].reshape(rows, _BLOCK_PX, columns, _BLOCK_PX)
    blocks = blocks.astype(np.float32)
    flat = blocks.mean(axis=(1, 3))[blocks.std(axis=(1, 3)) < _FLAT_MOST]
    levels = np.bincount(flat.astype(np.int64), minlength=2)
    return float((levels[1:] + levels[:-1]).max() / (rows * columns))


def warm() -> None:
    """Compile or load every kernel of this file."""
    plane = np.tile(np.arange(96, dtype=np.uint8), (64, 1))
    agree(plane, plane, np.eye(3))


@kernel
def _compare_cells(left: F32, right: F32, inside: U8, cell: int, correlation: F32, texture: F32) -> None:
    """Correlate each cell with the other picture at the same place, and one pixel around it."""
    rows, columns = left.shape
    for i in range(correlation.shape[0]):
        for j in range(correlation.shape[1]):
            top, side = i * cell, j * cell
            count = 0
            for y in range(top, top + cell):
                for x in range(side, side + cell):
                    count += inside[y, x] == 255
            if count < _INSIDE_MIN * cell * cell:
                continue
            best, spread = np.float32(-1.0), np.float32(0.0)
            for dy in range(-_SHIFT_PX, _SHIFT_PX + 1):
                for dx in range(-_SHIFT_PX, _SHIFT_PX + 1):
                    n = sa = sb = saa = sbb = sab = np.float32(0.0)
                    for y in range(max(top, -dy), min(top + cell, rows - dy)):
                        for x in range(max(side, -dx), min(side + cell, columns - dx)):
                            if inside[y + dy, x + dx] == 255:
                                a, b = left[y, x], right[y + dy, x + dx]
                                n += np.float32(1.0)
                                sa += a
                                sb += b
                                saa += a * a
                                sbb += b * b
                                sab += a * b
                    if n < np.float32(9.0):
                        continue
                    va, vb = max(saa / n - (sa / n) ** 2, np.float32(0)), max(sbb / n - (sb / n) ** 2, np.float32(0))
                    both = np.sqrt(va * vb)
                    found = (sab / n - sa * sb / (n * n)) / both if both > np.float32(0.25) else np.float32(0.0)
                    best = max(best, found)
                    if dy == 0 and dx == 0:
                        spread = max(np.sqrt(va), np.sqrt(vb))
            correlation[i, j] = best
            texture[i, j] = min(max(spread - np.float32(_TEXTURE_FLOOR), np.float32(0.0)), np.float32(_TEXTURE_MOST))


def _shrunk(suspect: U8, factor: float) -> tuple[U8, tuple[float, float]]:
    """Shrink the suspect to the detail that is compared, and say by how much each way."""
    if factor >= 1.0:
        return suspect, (1.0, 1.0)
    rows, columns = suspect.shape
    shape = (max(8, round(columns * factor)), max(8, round(rows * factor)))
    small = cv2.resize(suspect, shape, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), (shape[0] / columns, shape[1] / rows)


def _project(homography: F64, places: F64) -> F64 | None:
    """Send places through a homography; None if any goes beyond the horizon, or nearly so far."""
    if not np.isfinite(homography).all() or np.abs(homography).max() > _FAR_PX**2:
        return None
    sent = np.column_stack([places, np.ones(len(places))]) @ homography.T
    if (sent[:, 2] <= 1e-6).any():
        return None
    found = sent[:, :2] / sent[:, 2:]
    return np.asarray(found, np.float64) if np.abs(found).max() <= _FAR_PX else None


def _area(corners: F64) -> float:
    x, y = corners[:, 0], corners[:, 1]
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def _is_convex(corners: F64) -> bool:
    """Tell whether four corners turn one way only."""
    edges = np.roll(corners, -1, axis=0) - corners
    ahead = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * ahead[:, 1] - edges[:, 1] * ahead[:, 0]
    return bool((turns > 0).all() or (turns < 0).all())


def _frame(plane: U8) -> F32:
    height, width = plane.shape
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
