"""Reading in the sandbox: what a leaker hides in a file must not be answered for by the part that is looked at."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from marked import picture
from rempart.attribute.read_task import run
from rempart.attribute.reading_record import pack
from rempart.errors import MediaError
from rempart.hazmat import DecodeLimits
from rempart.model import UnreadableReason


def encoded(form: str, *frames: Image.Image) -> bytes:
    """Encode frames into one file."""
    out = io.BytesIO()
    frames[0].save(out, form, save_all=len(frames) > 1, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF"])
def test_an_animated_leak_is_not_read_by_its_first_frame(form: str) -> None:
    """The first may be an original without a mark, and the next the copy: "nobody" would clear it."""
    clean, leak = picture(1, 320, 224), picture(1, 320, 224).rotate(180)

    with pytest.raises(MediaError) as refused:
        run(pack(encoded("PNG", clean), encoded(form, clean, leak), bytes(32)), DecodeLimits(), {})

    assert refused.value.reason is UnreadableReason.TOO_MANY_FRAMES


@pytest.mark.parametrize("cut", [0, 15, 16, 47, 48, -1])
def test_a_container_that_is_cut_is_refused(cut: int) -> None:
    """By the one error that the worker answers with."""
    whole = pack(b"original", b"leak", bytes(32))

    with pytest.raises(ValueError, match="container"):
        run(whole[:cut], DecodeLimits(), {})
