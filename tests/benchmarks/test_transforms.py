"""What leakers do, as code: every transform gives a picture, and the same one each time."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from pictures import scene
from transforms import OWN_NAMES, PUBLIC_NAMES, TRANSFORMS, apply

PICTURE = scene(5, 480, 320)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_transform_gives_one_picture_for_one_seed(name: str) -> None:
    """RGB, of some size, and alike on the second call."""
    first, second = apply(name, PICTURE, 3), apply(name, PICTURE, 3)

    assert first.mode == "RGB"
    assert min(first.size) >= 32
    assert np.array_equal(np.asarray(first), np.asarray(second))


@pytest.mark.parametrize("name", ["crop_50", "story_blurred", "screen_photo", "chain_collage_text"])
def test_a_tall_picture_is_transformed_too(name: str) -> None:
    """Leaks are upright more often than not."""
    assert apply(name, PICTURE.transpose(Image.Transpose.ROTATE_90), 1).size != PICTURE.size


def test_another_seed_draws_otherwise() -> None:
    """A crop by chance falls elsewhere."""
    assert apply("crop_50", PICTURE, 1).tobytes() != apply("crop_50", PICTURE, 2).tobytes()


def test_a_name_that_does_not_exist_is_refused() -> None:
    """Rather than judged as the identity."""
    with pytest.raises(KeyError):
        apply("crop_99", PICTURE)


def test_ours_are_in_addition_to_those_handed_to_us() -> None:
    """35 of them, and more of the same families."""
    families = {TRANSFORMS[name][0] for name in OWN_NAMES}

    assert len(PUBLIC_NAMES) == 35
    assert len(OWN_NAMES) >= 30
    assert {TRANSFORMS[name][0] for name in PUBLIC_NAMES} - {"none"} <= families
