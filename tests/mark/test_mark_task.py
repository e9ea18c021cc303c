"""The task that marks: its container, its record, and what it does with little room."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from marked import picture
from rempart.attribute import Codebook
from rempart.hazmat import DecodeLimits, Json
from rempart.kernels.visibility import psnr_db
from rempart.mark import embed, ownership, prepare
from rempart.mark.mark_task import run
from rempart.mark.packing import Marked, NotMarked, pack, parse_marked, unpack

BOOK = Codebook(bytes(32), 5)
KEY = bytes(range(32))
OWNER = bytes(range(1, 33))
CODES = [BOOK.code(n) for n in range(3)]


def png(image: Image.Image) -> bytes:
    """Encode a picture without loss."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def test_a_container_comes_back() -> None:
    """The picture, the key and every sign."""
    picture_, key, owner_key, codes = unpack(pack(b"picture", KEY, CODES, OWNER))

    assert (picture_, key, owner_key) == (b"picture", KEY, OWNER)
    assert np.array_equal(codes, np.stack(CODES))


@pytest.mark.parametrize(
    "data", [b"", b"\x01" * 15, pack(b"picture", KEY, CODES)[:-1], b"\x01" + pack(b"p", KEY, CODES)[1:]]
)
def test_containers_that_are_none(data: bytes) -> None:
    """Cut, or of another version."""
    with pytest.raises(ValueError, match="container"):
        unpack(data)


def test_the_copies_are_those_of_the_library() -> None:
    """One after the other, in the order of the codes."""
    image, room = picture(), memoryview(bytearray(1 << 23))

    made = parse_marked(run(pack(png(image), KEY, CODES), DecodeLimits(), {"psnr_cdb": 4200}, room))

    assert isinstance(made, Marked)
    assert (len(made.sizes), made.width, made.height) == (3, 640, 448)
    assert made.ssim >= 0.98
    assert made.psnr_db >= 42
    start = made.sizes[0]
    with Image.open(io.BytesIO(bytes(room[start : start + made.sizes[1]]))) as read:
        assert np.array_equal(np.asarray(read), embed(np.asarray(image), asset_key=KEY, recipient_code=CODES[1]))


def test_copies_with_their_owners_mark() -> None:
    """It is under the recipient's, and what both cost is counted from the picture as it was."""
    image, room = picture(), memoryview(bytearray(1 << 23))

    made = parse_marked(run(pack(png(image), KEY, CODES, OWNER), DecodeLimits(), {"psnr_cdb": 4200}, room))

    assert isinstance(made, Marked)
    assert made.is_owned
    assert made.ssim >= 0.98
    assert made.psnr_db >= 42
    with Image.open(io.BytesIO(bytes(room[: made.sizes[0]]))) as read:
        copy = np.array(read)
    base = ownership.embed(np.array(image), owner_key=OWNER)
    expected = prepare(base, asset_key=KEY, reference=np.array(image)).copy_for(CODES[0])
    assert np.array_equal(copy, expected)
    assert psnr_db(np.array(image), copy) >= 42
    assert ownership.look(copy, owner_key=OWNER).found


def test_a_picture_too_small_for_its_owners_mark() -> None:
    """Has copies without it."""
    room = memoryview(bytearray(1 << 22))

    made = parse_marked(
        run(pack(png(picture(2, 320, 256)), KEY, CODES, OWNER), DecodeLimits(), {"psnr_cdb": 4200}, room)
    )

    assert isinstance(made, Marked)
    assert not made.is_owned


def test_as_many_as_there_is_room_for() -> None:
    """The first ones; none at all is told."""
    parcel = pack(png(picture()), KEY, CODES)
    whole = parse_marked(run(parcel, DecodeLimits(), {"psnr_cdb": 4200}, memoryview(bytearray(1 << 23))))
    assert isinstance(whole, Marked)

    two = run(parcel, DecodeLimits(), {"psnr_cdb": 4200}, memoryview(bytearray(int(whole.sizes[0] * 2.5))))
    none = run(parcel, DecodeLimits(), {"psnr_cdb": 4200}, memoryview(bytearray(1000)))

    assert len(two["sizes"]) == 2  # type: ignore[arg-type]  # a list
    assert "no room" in str(none["why"])


GOOD: dict[str, Json] = {"sizes": [5], "width": 9, "height": 9, "format": "png", "ssim": 0.99, "psnr_db": 42.0}


@pytest.mark.parametrize(
    "change",
    [
        {"sizes": []},
        {"sizes": [0]},
        {"sizes": [True]},
        {"sizes": [1 << 40]},
        {"sizes": [1] * 49},
        {"sizes": "5"},
        {"width": 0},
        {"height": None},
        {"ssim": 2},
        {"psnr_db": float("nan")},
        {"format": "exe"},
    ],
)
def test_records_of_a_captured_worker(change: dict[str, Json]) -> None:
    """Are none."""
    assert isinstance(parse_marked(GOOD), Marked)

    with pytest.raises(ValueError, match=r"."):
        parse_marked(GOOD | change)


def test_words_of_a_captured_worker() -> None:
    """Are short, and do nothing to a terminal."""
    assert parse_marked({"why": "\x1b[2J" + "x" * 999}) == NotMarked(why=("[2J" + "x" * 999)[:300])
