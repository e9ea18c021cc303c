"""Each verdict on a signed picture: whom its reader trusts, when, and what was changed since."""

from __future__ import annotations

import datetime as dt
import io
import time

import pytest
from PIL import Image

from provenance.chains import chain, picture
from rempart import clock
from rempart.errors import MisuseError
from rempart.model.media import MediaFormat
from rempart.model.provenance import ManifestReading, ManifestState
from rempart.provenance import SigningChain, make_chain, parse, renew_leaf, sign
from rempart.provenance.reading import run

pytest.importorskip("c2pa")

OURS, OTHERS = chain(), chain(b"\x07" * 32)
_LEAF_DAYS = 5 * 365


def signed(by: SigningChain = OURS) -> bytes:
    """Sign a picture."""
    return sign(picture(), MediaFormat.JPEG, by, bindings=[], version="1").content


def read(data: bytes, anchors: str = OURS.anchor_pem()) -> ManifestReading:
    """Read it where some authorities are trusted."""
    return parse(run(data, None, {"anchors": anchors}))


@pytest.mark.parametrize(
    "anchors, state",
    [
        (OURS.anchor_pem(), ManifestState.TRUSTED),
        (OTHERS.anchor_pem() + OURS.anchor_pem(), ManifestState.TRUSTED),
        (OTHERS.anchor_pem(), ManifestState.VALID),
        ("", ManifestState.VALID),
    ],
    ids=["its anchor", "its anchor among others", "another anchor", "none"],
)
def test_it_is_trusted_where_its_anchor_is(anchors: str, state: ManifestState) -> None:
    """And told to be of somebody unknown elsewhere."""
    reading = read(signed(), anchors)

    assert reading.state is state
    assert reading.problems == (() if state is ManifestState.TRUSTED else ("signingCredential.untrusted",))


def test_a_renewed_leaf_is_trusted_under_the_same_anchor() -> None:
    """What was signed under the first one too."""
    renewed = renew_leaf(OURS, bytes(32), made_at=clock.utc_now())

    assert renewed.leaf.serial_number != OURS.leaf.serial_number
    assert read(signed(renewed)).state is ManifestState.TRUSTED
    assert read(signed()).state is ManifestState.TRUSTED


def test_a_namesake_is_not_trusted() -> None:
    """An authority of the same name, with a key of its own."""
    namesake = make_chain(b"\x09" * 32, organisation="Studio Exemple", made_at=clock.utc_now())

    reading = read(signed(namesake))

    assert namesake.root.subject == OURS.root.subject
    assert reading.state is not ManifestState.TRUSTED


@pytest.mark.parametrize("days", [-6 * 365, 30], ids=["expired", "not begun"])
def test_nothing_is_signed_outside_of_a_certificates_time(days: int) -> None:
    """With a sentence: a clock that is wrong, or a chain that was not renewed."""
    chain_then = make_chain(bytes(32), organisation="", made_at=clock.utc_now() + dt.timedelta(days=days))

    with pytest.raises(MisuseError, match="cannot be signed"):
        signed(chain_then)


@pytest.mark.slow
def test_it_is_invalid_once_its_certificate_expired() -> None:
    """It holds no time stamp: nothing proves that it was signed before. Leaves are renewed years before their end."""
    life_s = 4
    ending = make_chain(
        bytes(32), organisation="", made_at=clock.utc_now() - dt.timedelta(days=_LEAF_DAYS, seconds=-life_s)
    )
    data = signed(ending)
    before = read(data, ending.anchor_pem())
    time.sleep(max(0.0, (ending.leaf.not_valid_after_utc - clock.utc_now()).total_seconds()) + 2)

    after = read(data, ending.anchor_pem())

    assert before.state is ManifestState.TRUSTED
    assert after.state is ManifestState.INVALID
    assert "signingCredential.expired" in after.problems


def test_a_changed_pixel_is_told() -> None:
    """Saved without loss of anything else: the manifest is put back into the changed picture."""
    data = signed()
    plain = picture()
    manifest = data[data.index(b"\xff\xeb") : data.index(b"\xff\xeb") + len(data) - len(plain)]
    with Image.open(io.BytesIO(plain)) as opened:
        changed = opened.copy()
    changed.putpixel((5, 5), (255, 0, 0))
    out = io.BytesIO()
    changed.save(out, "JPEG")
    forged = out.getvalue()[:20] + manifest + out.getvalue()[20:]

    reading = read(forged)

    assert data == plain[:20] + manifest + plain[20:]
    assert reading.state is ManifestState.INVALID
    assert "assertion.dataHash.mismatch" in reading.problems


@pytest.mark.parametrize(
    "old, new, problem",
    [
        (b"Rempart", b"Rampert", "claimSignature.mismatch"),
        (b"digitalsourcetype/empty", b"digitalsourcetype/filmX", "assertion.hashedURI.mismatch"),
    ],
    ids=["its claim", "an assertion"],
)
def test_a_changed_manifest_is_told(old: bytes, new: bytes, problem: str) -> None:
    """Who made it, or how."""
    data = signed()

    reading = read(data.replace(old, new))

    assert old in data
    assert reading.state is ManifestState.INVALID
    assert problem in reading.problems


def test_a_manifest_of_another_picture_is_told() -> None:
    """Cut out of one file and put into another."""
    data, plain = signed(), picture()
    out = io.BytesIO()
    Image.new("RGB", (128, 96), (9, 90, 200)).save(out, "JPEG")
    manifest = data[20 : 20 + len(data) - len(plain)]

    reading = read(out.getvalue()[:20] + manifest + out.getvalue()[20:])

    assert reading.state is ManifestState.INVALID


def test_a_picture_that_is_saved_anew_has_none() -> None:
    """As platforms do: ``rempart provenance find`` then goes by the picture and by the mark."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(signed())) as opened:
        opened.save(out, "JPEG")

    assert read(out.getvalue()).state is ManifestState.ABSENT
