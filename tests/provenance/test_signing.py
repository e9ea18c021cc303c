"""What a signed picture holds, and what it does not."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from provenance.chains import chain, picture
from rempart.errors import MisuseError
from rempart.model.media import MediaFormat
from rempart.model.provenance import ManifestState, SoftBinding
from rempart.provenance import parse, sign
from rempart.provenance.reading import run

pytest.importorskip("c2pa")

BINDING = SoftBinding(algorithm="org.example.mark.1", value="ab12")


@pytest.mark.parametrize("media_format", [MediaFormat.JPEG, MediaFormat.PNG, MediaFormat.WEBP])
def test_a_signed_picture_is_trusted_where_its_anchor_is(media_format: MediaFormat) -> None:
    """And says how to find its manifest once it is stripped."""
    signed = sign(picture(media_format.name), media_format, chain(), bindings=[BINDING], version="1")

    reading = parse(run(signed.content, None, {"anchors": chain().anchor_pem()}))

    assert reading.state is ManifestState.TRUSTED
    assert reading.bindings == (BINDING,)
    assert reading.generator == "Rempart"
    assert reading.problems == ()


def test_nobody_is_trusted_unless_named() -> None:
    """Anyone can make a certificate of any name."""
    signed = sign(picture(), MediaFormat.JPEG, chain(), bindings=[], version="1")

    assert parse(run(signed.content, None, {"anchors": ""})).state is ManifestState.VALID
    assert parse(run(signed.content, None, {"anchors": chain(b"\x07" * 32).anchor_pem()})).state is ManifestState.VALID


def test_the_pixels_are_untouched() -> None:
    """A manifest is beside the picture."""
    signed = sign(picture(), MediaFormat.JPEG, chain(), bindings=[], version="1")

    assert Image.open(io.BytesIO(signed.content)).tobytes() == Image.open(io.BytesIO(picture())).tobytes()


def test_no_picture_is_in_the_manifest() -> None:
    """The library's default is a thumbnail: a small clear copy of what may be intimate."""
    signed = sign(picture(), MediaFormat.JPEG, chain(), bindings=[BINDING], version="1")

    assert b"thumbnail" not in signed.manifest
    assert b"ingredient" not in signed.manifest
    assert b"\xff\xd8\xff" not in signed.manifest
    assert b"\x89PNG" not in signed.manifest
    assert len(signed.content) - len(picture()) < 16_384


def test_a_changed_picture_is_invalid() -> None:
    """One byte of its data."""
    signed = bytearray(sign(picture(), MediaFormat.JPEG, chain(), bindings=[], version="1").content)
    signed[-100] ^= 1

    reading = parse(run(bytes(signed), None, {"anchors": chain().anchor_pem()}))

    assert reading.state is ManifestState.INVALID
    assert reading.problems == ("assertion.dataHash.mismatch",)


def test_a_picture_signed_twice_is_still_read() -> None:
    """The second manifest is the active one."""
    once = sign(picture(), MediaFormat.JPEG, chain(), bindings=[], version="1")
    twice = sign(once.content, MediaFormat.JPEG, chain(), bindings=[BINDING], version="1")

    reading = parse(run(twice.content, None, {"anchors": chain().anchor_pem()}))

    assert reading.state is ManifestState.TRUSTED
    assert reading.bindings == (BINDING,)


@pytest.mark.parametrize("media_format", [MediaFormat.GIF, MediaFormat.HEIC])
def test_other_formats_are_refused(media_format: MediaFormat) -> None:
    """With a sentence."""
    with pytest.raises(MisuseError, match="JPEG, PNG or WebP"):
        sign(b"GIF89a", media_format, chain(), bindings=[], version="1")


def test_what_is_no_picture_is_refused() -> None:
    """With a sentence, not a traceback of the library."""
    with pytest.raises(MisuseError, match="cannot be signed"):
        sign(b"no picture at all", MediaFormat.JPEG, chain(), bindings=[], version="1")
