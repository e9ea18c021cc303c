"""What the sandboxed tasks of the owner's mark answer, and what is refused of it."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from patterns import pattern
from rempart.hazmat.interface import DecodeLimits
from rempart.mark.own_task import NotOwned, Owned, pack, parse_look, parse_owned, run
from rempart.model.media import MediaFormat
from rempart.model.ownership import OwnershipAnswer

KEY = bytes(range(32))
LOOK: dict[str, Any] = {
    "score": 12.0, "region": [[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]], "scale": 1.0, "angle_deg": -0.5,
    "mirrored": False,
}  # fmt: skip
OWNED: dict[str, Any] = {"size": 10, "format": "jpeg", "ssim": 0.99, "psnr_db": 46.0}


def _encoded(name: str, height: int = 320, width: int = 400, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pattern(2, height, width)).save(out, name, **options)
    return out.getvalue()


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_a_picture_stays_of_its_format(name: str) -> None:
    """And of its size."""
    room = memoryview(bytearray(1 << 21))

    found = parse_owned(run(pack(KEY, _encoded(name)), DecodeLimits(), {}, room))

    assert isinstance(found, Owned)
    assert found.format is MediaFormat[name]
    with Image.open(io.BytesIO(bytes(room[: found.size]))) as picture:
        assert (picture.format, picture.size) == (name, (400, 320))


def test_an_animated_file_is_told() -> None:
    """A mark is made for one picture."""
    frames = [Image.fromarray(pattern(n, 320, 400)) for n in (1, 2)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])

    found = parse_owned(run(pack(KEY, out.getvalue()), DecodeLimits(), {}, memoryview(bytearray(1 << 20))))

    assert isinstance(found, NotOwned)
    assert "animated" in found.why


def test_what_has_no_room_is_told() -> None:
    """Nothing is cut."""
    found = parse_owned(run(pack(KEY, _encoded("PNG")), DecodeLimits(), {}, memoryview(bytearray(100))))

    assert isinstance(found, NotOwned)
    assert "room" in found.why


def test_the_verdict_is_computed_outside() -> None:
    """A worker says a score; what it means is not for it to say."""
    found = parse_look(LOOK | {"found": True, "score": 1.0})

    assert isinstance(found, OwnershipAnswer)
    assert not found.found
    assert found.region == ()


@pytest.mark.parametrize(
    "change",
    [
        {"score": "12"}, {"score": float("nan")}, {"score": -1.0}, {"region": [[0.0, 0.0]]}, {"region": "all"},
        {"region": [[0.0]] * 4}, {"region": [["a", "b"]] * 4}, {"scale": 100.0}, {"angle_deg": 400.0}, {"why": 3},
        {"region": [[0.0, float("inf")]] * 4}, {"why": "x" * 1000},
    ],
)  # fmt: skip
def test_a_lying_look_is_refused(change: dict[str, Any]) -> None:
    """Whatever it invents."""
    with pytest.raises(ValueError, match=r"not a|four corners|two numbers"):
        parse_look(LOOK | change)


@pytest.mark.parametrize("change", [{"size": 0}, {"size": True}, {"size": 1 << 40}, {"format": "exe"}, {"ssim": 2.0}])
def test_a_lying_marking_is_refused(change: dict[str, Any]) -> None:
    """As above."""
    with pytest.raises(ValueError, match="not a"):
        parse_owned(OWNED | change)


def test_a_short_key_is_refused() -> None:
    """It would be read as part of the picture."""
    with pytest.raises(ValueError, match="32 bytes"):
        pack(b"short", np.zeros(4, np.uint8).tobytes())
