"""Pictures that look alike and are not the same: no protection takes one for a copy of the other."""

from __future__ import annotations

from functools import lru_cache

import pytest

import negatives
from ensemble_lab import ASSET_OPTIONS, PROTECTIONS, SUSPECT_OPTIONS, Answer, Lab, encoded, fingerprinted
from rempart.model import FingerprintedMedia

FAMILIES = negatives.families()

#: What is known to fail, and why; each stands in benchmarks/RESULTS.md.
KNOWN = {
    ("invoice", "hash_only"): "two invoices of one layout are within 31 bits of each other",
    ("invoice", "detailed"): "as above: the codes decide where parts are too few",
    ("same_stickers", "detailed"): "parts are cut around what stands out, which is the stickers of both",
    ("collages_sharing_one", "detailed"): "the half that is shared agrees in nearly all its parts",
    ("quote_card", "vault"): "the card explains 0.9 of another quotation on it, a copy under an emoji less",
}


@lru_cache(maxsize=2)
def _pair(family: str) -> tuple[bytes, FingerprintedMedia, bytes, FingerprintedMedia]:
    one, other = (encoded(picture, 90) for picture in FAMILIES[family](0))
    return one, fingerprinted(one, ASSET_OPTIONS), other, fingerprinted(other, SUSPECT_OPTIONS["all"])


def _answer(family: str, protection: str) -> Answer:
    asset, known, suspect, media = _pair(family)
    lab = Lab(protection)
    lab.add("asset", asset, known)
    return lab.look(suspect, media)


@pytest.mark.parametrize(
    "family, protection", [(f, p) for f in FAMILIES if f not in negatives.RELATED for p in PROTECTIONS]
)
def test_what_looks_alike_is_no_match(family: str, protection: str, request: pytest.FixtureRequest) -> None:
    """It may be told as the same thing, which is none."""
    if (family, protection) in KNOWN:
        request.applymarker(pytest.mark.xfail(reason=KNOWN[family, protection], strict=False))

    assert not _answer(family, protection).found.matches


@pytest.mark.parametrize("family", ["flat", "gradients"])
def test_what_is_too_plain_is_not_judged(family: str) -> None:
    """An answer would be chance."""
    assert not _answer(family, "vault").first.doubts


@pytest.mark.parametrize("protection", ["hash_only", "detailed"])
@pytest.mark.parametrize("family", sorted(negatives.RELATED))
def test_a_whole_picture_in_both_is_no_match_of_the_two(
    family: str, protection: str, request: pytest.FixtureRequest
) -> None:
    """A poster in two rooms, a photograph in two collages."""
    if (family, protection) in KNOWN:
        request.applymarker(pytest.mark.xfail(reason=KNOWN[family, protection], strict=False))

    assert not _answer(family, protection).found.matches
