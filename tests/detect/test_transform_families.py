"""What leakers do, one transform of each family at least: every protection finds what it says it finds."""

from __future__ import annotations

from functools import lru_cache

import pytest

from ensemble_lab import ASSET_OPTIONS, SUSPECT_OPTIONS, Lab, encoded, fingerprinted
from pictures import scene
from rempart.model import FingerprintedMedia
from transforms import TRANSFORMS, apply

#: Found by whole frames alone, hence under every protection.
BY_CODES = (
    "identity", "jpeg_q50", "resize_25", "border_10", "mirror", "rot90", "rot_1", "to_square", "grayscale", "inverted",
    "noise_15", "meme_bar_20", "phone_light", "pip_50", "crop_05",
)  # fmt: skip
#: Found where parts or points are kept.
BY_PARTS = ("crop_25", "mirror_crop", "rot90_crop", "collage_2x2", "story_blurred", "text_small")
#: Found where the original is at hand.
BY_POINTS = ("crop_50", "emoji_3", "rot_30_black", "screen_photo", "chain_forum")
SCENES = (5, 11, 23)


@lru_cache(maxsize=1)
def _labs() -> dict[str, Lab]:
    labs = {protection: Lab(protection) for protection in ("hash_only", "detailed", "vault")}
    for number in SCENES:
        data = encoded(scene(number, 960, 720), 92)
        media = fingerprinted(data, ASSET_OPTIONS)
        for lab in labs.values():
            lab.add(str(number), data, media)
    return labs


@lru_cache(maxsize=4)
def _suspect(transform: str) -> tuple[bytes, FingerprintedMedia]:
    data = encoded(apply(transform, scene(SCENES[1], 960, 720), 1), 90)
    return data, fingerprinted(data, SUSPECT_OPTIONS["all"])


def _found(transform: str, protection: str) -> list[str]:
    data, media = _suspect(transform)
    return [str(match.asset) for match in _labs()[protection].look(data, media).found.matches]


CASES = [
    (transform, protection)
    for transforms, protections in (
        (BY_CODES, ("hash_only", "detailed", "vault")),
        (BY_PARTS, ("detailed", "vault")),
        (BY_POINTS, ("vault",)),
    )
    for transform in transforms
    for protection in protections
]


@pytest.mark.parametrize("transform,protection", CASES)
def test_a_copy_is_found_and_nothing_else(transform: str, protection: str) -> None:
    """Among three assets, only the one that was copied."""
    assert _found(transform, protection) == [str(SCENES[1])]


def test_every_family_is_tried() -> None:
    """A family that is added to the transforms asks for a test here."""
    assert {TRANSFORMS[name][0] for name, _ in CASES} == {family for family, _ in TRANSFORMS.values()}
