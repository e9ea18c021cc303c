"""Make a page where a person can try to see the mark, and see where it is: skies first, at one pixel for a pixel.

``python benchmarks/mark_page.py --photos FOLDER --out page [--count 6]`` with photographs of ``benchmarks/scenes.py``.
Those with the largest skies are taken (flat, bluish or bright, in the upper half), and of each the window with most of
it. ``page/index.html`` opens in a browser from the disk, and asks for nothing from anywhere.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from mark_survival import AREA_LEAST_PX, KEY, SEED, pixels
from rempart.attribute import Codebook
from rempart.kernels.luma import luma_plane
from rempart.kernels.spread_spectrum import BLOCK_PX, LAYERS, planned
from rempart.mark import Prepared, prepare
from scenes import load_scenes

U8 = npt.NDArray[np.uint8]
F32 = npt.NDArray[np.float32]

TEMPLATE: Final = Path(__file__).with_suffix(".html")
WINDOW: Final = (480, 640)
#: Grey levels, root mean square: white on the map of strengths.
STRENGTH_MOST: Final = 4.0
TIMES: Final = 16
_STEP: Final = 32
_FLAT: Final = 3.0


def sky(picture: U8) -> F32:
    """Say which blocks of 32 pixels of the upper half look like sky: ``(H, W, 3)`` -> ``(R, C) float32`` of 0 or 1."""
    height, width = (n // _STEP * _STEP for n in picture.shape[:2])
    blocks = picture[:height, :width].astype(np.float32).reshape(height // _STEP, _STEP, width // _STEP, _STEP, 3)
    mean, spread = blocks.mean(axis=(1, 3)), blocks.mean(axis=4).std(axis=(1, 3))
    bluish = (mean[..., 2] > mean[..., 0] + 5) & (mean.mean(axis=2) > 70)
    found = ((spread < 2 * _FLAT) & (bluish | (mean.min(axis=2) > 170))).astype(np.float32)
    found[found.shape[0] // 2 :] = 0
    return np.asarray(found, np.float32)


def window(picture: U8) -> tuple[slice, slice]:
    """Return the window with most sky that is not cut to white."""
    rows, columns = (-(-n // _STEP) for n in WINDOW)
    amount = cv2.blur(np.pad(sky(picture), ((0, rows), (0, columns))), (columns, rows), anchor=(0, 0))
    top, left = np.unravel_index(int(np.argmax(amount)), amount.shape)
    y = min(int(top) * _STEP, max(0, picture.shape[0] - WINDOW[0]))
    x = min(int(left) * _STEP, max(0, picture.shape[1] - WINDOW[1]))
    return slice(y, y + WINDOW[0]), slice(x, x + WINDOW[1])


def strengths(prepared: Prepared, picture: U8) -> F32:
    """Return how strong both layers are, in grey levels, at each pixel: ``(H, W) float32``."""
    total = np.zeros(picture.shape[:2], np.float32)
    for plan in LAYERS:
        layer = planned(plan, KEY, picture, luma_plane(picture))
        rms = np.abs(layer.basis[:, 0]) * (layer.basis.shape[1] ** 0.5 / BLOCK_PX) * prepared.strength
        total += cv2.resize(rms.reshape(layer.rows, -1), total.shape[::-1], interpolation=cv2.INTER_NEAREST) ** 2
    return np.asarray(np.sqrt(total), np.float32)


def saved(out: Path, what: str, samples: U8) -> str:
    """Write a picture under a name that tells nothing."""
    name = hashlib.sha256(what.encode()).hexdigest()[:12] + ".png"
    Image.fromarray(np.ascontiguousarray(samples)).save(out / name)
    return name


def made(out: Path, path: Path) -> dict[str, str]:
    """Write the four pictures of one photograph."""
    original = pixels(path)
    prepared = prepare(original, asset_key=KEY)
    copy = prepared.copy_for(Codebook(KEY, 1).code(0))
    here = window(original)
    strength = strengths(prepared, original)[here]
    difference = 128 + TIMES * (copy[here].astype(np.int32) - original[here])
    shown = sky(original[here]).mean()
    figures = f"SSIM {prepared.ssim:.4f}, {prepared.psnr_db:.1f} dB"
    words = f"{path.stem}: {figures}, in this window {np.median(strength):.2f} grey levels"
    print(f"{words}, sky {shown:.2f}")
    return {
        "original": saved(out, f"{path.stem} original {SEED}", original[here]),
        "copy": saved(out, f"{path.stem} copy {SEED}", copy[here]),
        "map": saved(out, f"{path.stem} map", np.clip(strength / STRENGTH_MOST * 255, 0, 255).astype(np.uint8)),
        "difference": saved(out, f"{path.stem} difference", np.clip(difference, 0, 255).astype(np.uint8)),
        "words": words,
    }


def main() -> None:
    """Make the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=6)
    options = parser.parse_args()
    found = []
    for scene in load_scenes(options.photos, "judge"):
        picture = pixels(scene.path)
        if picture.shape[0] * picture.shape[1] >= AREA_LEAST_PX and picture.shape[0] >= WINDOW[0]:
            found.append((-float(sky(picture)[: WINDOW[0] // _STEP].mean()), scene.path))
    options.out.mkdir(parents=True, exist_ok=True)
    rows = [made(options.out, path) for _, path in sorted(found)[: options.count]]
    page = TEMPLATE.read_text(encoding="utf-8").replace("/*PICTURES*/[]", json.dumps(rows))
    (options.out / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
