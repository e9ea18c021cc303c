"""Parts of a picture: fourteen boxes inside it, and crops near them are found through the sandbox."""

from __future__ import annotations

import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pictures import scene
from rempart.detect import Bank, fingerprint_task
from rempart.detect.parts import parts_of
from rempart.hazmat import DecodeLimits
from rempart.model import AssetId, ClueKind, SuspectId


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_every_part_lies_in_the_picture(width: int, height: int) -> None:
    """Whatever its size."""
    boxes = list(parts_of(width, height))

    assert len(boxes) == 14
    assert all(0 <= left <= right <= width and 0 <= top <= bottom <= height for left, top, right, bottom in boxes)


def encoded(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    """Write a picture as PNG."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def test_a_crop_is_found_only_where_parts_were_kept() -> None:
    """One whole-frame code does not find it; that is the price of keeping nothing else."""
    pixels = np.asarray(scene(5, 640, 480)).copy()
    crop = encoded(np.ascontiguousarray(pixels[48:432, 64:576]))
    options = {"frames": 1, "orientations": 1}
    whole = fingerprint_task.parse(fingerprint_task.run(encoded(pixels), DecodeLimits(), options))
    detailed = fingerprint_task.parse(fingerprint_task.run(encoded(pixels), DecodeLimits(), {**options, "parts": 1}))
    suspect = fingerprint_task.parse(fingerprint_task.run(crop, DecodeLimits(), {"frames": 1, "orientations": 8}))
    plain, careful = Bank(), Bank()
    plain.add(AssetId("a"), whole)
    careful.add(AssetId("a"), detailed)

    assert len(whole.fingerprints) == 1
    assert len(detailed.fingerprints) == 15
    assert plain.compare(SuspectId("s"), suspect).matches == ()
    [match] = careful.compare(SuspectId("s"), suspect).matches
    assert match.clues[0].kind is ClueKind.PART
