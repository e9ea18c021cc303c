"""The quick PDQ agrees with the reference, knows when it may not, and reduces exactly as its plain version does."""

from __future__ import annotations

import functools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from patterns import pattern
from rempart.hazmat.turning import upright
from rempart.kernels import compile as kernel_cache
from rempart.kernels import pdq_fast
from rempart.kernels.pdq import pdq_dihedral
from rempart.kernels.pdq_fast import needs_reference, pdq_fast_dihedral

U8 = npt.NDArray[np.uint8]
F64 = npt.NDArray[np.float64]


def plain_operator(length: int, shrink: int, *, is_reversed: bool) -> F64:
    """Return the (64, samples) weights as the text says: two box passes, sampling, sums of blocks, slopes.

    A line that is read backwards still has the blocks of the line as it is stored.
    """
    window = (length + 127) // 128
    half = (window + 2) // 2
    box = np.zeros((length, length))
    for i in range(length):
        inside = slice(max(0, i - (window - half)), min(length, i + half))
        box[i, inside] = 1 / len(range(length)[inside])
    weights = (box @ box)[[int((k + 0.5) * length / 64) for k in range(64)]]
    weights = weights[:, ::-1] if is_reversed else weights
    samples = -(-length // shrink)
    blocks = np.pad(weights, ((0, 0), (0, samples * shrink - length))).reshape(64, samples, shrink)
    result: F64 = blocks.sum(axis=2)
    if shrink > 1:
        slopes = blocks @ (np.arange(shrink) - (shrink - 1) / 2) / (2 * shrink)
        for b in range(1, samples - 1):
            result[:, b + 1] += slopes[:, b]
            result[:, b - 1] -= slopes[:, b]
    return result


def shrunk(rgb: U8, shrink: int) -> U8:
    """Return the rounded means of blocks, as a decoder would give them."""
    height, width = rgb.shape[:2]
    rows = np.add.reduceat(rgb.astype(np.float64), range(0, height, shrink), axis=0)
    sums = np.add.reduceat(rows, range(0, width, shrink), axis=1)
    high = np.minimum(shrink, height - np.arange(0, height, shrink))
    wide = np.minimum(shrink, width - np.arange(0, width, shrink))
    means: F64 = sums / (high[:, None] * wide[None, :])[..., None]
    return means.round().astype(np.uint8)


@functools.cache
def photograph(seed: int, height: int, width: int) -> U8:
    """Return a picture whose detail is spread over every scale, as that of photographs is."""
    random = np.random.default_rng(seed)
    total = np.zeros((height, width, 3))
    for cells, weight in ((3, 60), (9, 40), (27, 25), (81, 12), (243, 6)):
        coarse = random.normal(0, 1, (cells, cells, 3)) * [1.0, 0.9, 0.8] + random.normal(0, 1, (cells, cells, 1))
        for plane in range(3):
            part = Image.fromarray(coarse[..., plane].astype(np.float32))
            total[..., plane] += weight * np.asarray(part.resize((width, height), Image.Resampling.BICUBIC))
    return (128 + total / 2).clip(0, 255).astype(np.uint8)


def bits_apart(a: U8, b: U8) -> int:
    """Return the largest distance of two sets of codes, orientation by orientation."""
    return int(np.unpackbits(a ^ b, axis=1).sum(axis=1).max())


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 1000),
    st.integers(5, 300),
    st.integers(5, 300),
    st.sampled_from([1, 2, 4, 8]),
    st.sampled_from([1, 3]),
    st.integers(1, 8),
)
def test_reduces_as_its_plain_version_does(
    seed: int, height: int, width: int, shrink: int, channels: int, orientation: int
) -> None:
    """Banded float32 loops give what two matrix products give, at any size, scale and orientation."""
    random = np.random.default_rng(seed)
    size = (-(-height // shrink), -(-width // shrink), channels)
    samples = random.integers(0, 256, size, dtype=np.uint8)

    reduced = pdq_fast._reduce_shrunk(samples.reshape(size[0], -1), channels, height, width, shrink, orientation)

    luma = samples.astype(np.float64) @ ([0.299, 0.587, 0.114] if channels == 3 else [1.0])
    down = plain_operator(height, shrink, is_reversed=orientation in {3, 4, 6, 7})
    across = plain_operator(width, shrink, is_reversed=orientation in {2, 3, 7, 8})
    expected = down @ luma @ across.T
    assert np.abs(reduced - (expected.T if orientation >= 5 else expected)).max() < 2e-3


@pytest.mark.parametrize("height, width", [(5, 5), (64, 64), (63, 130), (200, 301), (767, 1023)])
def test_equals_the_reference_where_nothing_is_shrunk(height: int, width: int) -> None:
    """The weights are the reference's: only float32's order of addition differs."""
    picture = photograph(3, height, width)

    codes, quality, doubt_bits = pdq_fast_dihedral(picture, height=height, width=width)

    expected, expected_quality = pdq_dihedral(picture)
    assert quality == expected_quality
    assert bits_apart(codes, expected) <= 2
    assert not needs_reference(quality, doubt_bits)


@pytest.mark.parametrize("shrink", [2, 4, 8])
@pytest.mark.parametrize("height, width", [(1080, 1920), (1537, 1101), (1365, 2047)])
def test_conforms_on_shrunk_pictures(height: int, width: int, shrink: int) -> None:
    """PDQ's own rule: within ten bits of the reference, here in all eight orientations."""
    picture = photograph(height + shrink, height, width)

    codes, quality, doubt_bits = pdq_fast_dihedral(shrunk(picture, shrink), height=height, width=width, shrink=shrink)

    expected, expected_quality = pdq_dihedral(picture)
    assert expected_quality >= 80
    assert abs(quality - expected_quality) <= 2
    assert not needs_reference(quality, doubt_bits)
    assert bits_apart(codes, expected) <= 10


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("shrink", [1, 2])
def test_reads_a_turned_picture_as_if_it_were_turned_back(orientation: int, shrink: int) -> None:
    """Codes are those of the upright picture, whose odd sizes and even windows are not symmetric."""
    stored = photograph(11, 1025, 1283)

    codes, quality, _ = pdq_fast_dihedral(
        shrunk(stored, shrink), height=1025, width=1283, shrink=shrink, orientation=orientation
    )

    expected, expected_quality = pdq_dihedral(upright(stored, orientation))
    assert abs(quality - expected_quality) <= 1
    assert bits_apart(codes, expected) <= 4


def test_one_channel_and_three_equal_ones_agree() -> None:
    """A grey JPEG needs no colours."""
    grey = photograph(5, 600, 800)[..., 1]

    alone = pdq_fast_dihedral(grey, height=600, width=800)
    kept = pdq_fast_dihedral(grey[..., np.newaxis], height=600, width=800)
    thrice = pdq_fast_dihedral(np.repeat(grey[..., np.newaxis], 3, axis=2), height=600, width=800)

    assert np.array_equal(alone[0], kept[0])
    assert bits_apart(alone[0], thrice[0]) <= 2


def test_a_picture_with_many_terms_at_the_median_is_doubtful() -> None:
    """Vertical stripes have no vertical detail: most terms are near zero, and noise would choose their bits."""
    x = np.arange(1920)
    row = 128 + 60 * np.sin(x / 40) + 50 * np.sin(x / 90)
    stripes = np.repeat(np.repeat(row.round().astype(np.uint8)[None, :, None], 1080, axis=0), 3, axis=2)

    _, quality, doubt_bits = pdq_fast_dihedral(shrunk(stripes, 2), height=1080, width=1920, shrink=2)

    assert quality >= 80
    assert doubt_bits > 100
    assert needs_reference(quality, doubt_bits)


@pytest.mark.parametrize("quality, doubt_bits", [(47, 11), (100, 255)])
def test_the_slow_path_is_for_doubtful_codes_that_will_be_compared(quality: int, doubt_bits: int) -> None:
    """On one side of both thresholds."""
    assert needs_reference(quality, doubt_bits)


@pytest.mark.parametrize("quality, doubt_bits", [(46, 200), (47, 10), (100, 0)])
def test_no_other_code_takes_the_slow_path(quality: int, doubt_bits: int) -> None:
    """On the other side."""
    assert not needs_reference(quality, doubt_bits)


def test_doubt_counts_the_terms_within_reach_of_the_median() -> None:
    """Of 256 terms, 20 lie within a half of the median besides itself."""
    terms = np.where(np.arange(256) < 128, -100.0 - np.arange(256), 100.0 + np.arange(256)).astype(np.float32)
    order = np.argsort(terms)
    terms[order[117:138]] = np.linspace(0.01, 0.4, 21, dtype=np.float32)

    assert pdq_fast._doubtful(terms.reshape(16, 16), np.float32(0.5)) >= 20
    assert pdq_fast._doubtful(terms.reshape(16, 16), np.float32(1e-4)) == 0


@pytest.mark.parametrize("height, width", [(4, 100), (100, 4), (1, 1)])
def test_a_picture_too_small_has_no_code(height: int, width: int) -> None:
    """As in the reference."""
    codes, quality, doubt_bits = pdq_fast_dihedral(pattern(1, height, width), height=height, width=width)

    assert not codes.any()
    assert (quality, doubt_bits) == (0, 0)


@pytest.mark.parametrize(
    "samples, numbers",
    [
        (np.zeros((8, 8, 2), np.uint8), {"height": 8, "width": 8}),
        (np.zeros((8, 8, 3)), {"height": 8, "width": 8}),
        (np.zeros(8, np.uint8), {"height": 8, "width": 1}),
        (np.zeros((8, 8, 3), np.uint8), {"height": 17, "width": 16, "shrink": 2}),
        (np.zeros((8, 8, 3), np.uint8), {"height": 9, "width": 8}),
        (np.zeros((8, 8, 3), np.uint8), {"height": 24, "width": 24, "shrink": 3}),
        (np.zeros((8, 8, 3), np.uint8), {"height": 8, "width": 8, "orientation": 0}),
        (np.zeros((8, 8, 3), np.uint8), {"height": 8, "width": 8, "orientation": 9}),
    ],
)
def test_refuses_numbers_that_do_not_agree(samples: U8, numbers: dict[str, int]) -> None:
    """A wrong size would read beyond the array: it is an error before any loop."""
    with pytest.raises(ValueError, match=r"samples|shrunk|orientation"):
        pdq_fast_dihedral(samples, **numbers)


def test_a_read_only_view_compiles_nothing() -> None:
    """In a sandbox there is no compiler's cache to write."""
    pdq_fast.warm()
    before = [len(d.signatures) for d in kernel_cache._DISPATCHERS]
    view = pattern(2, 80, 90)[::2, ::-1]
    view.flags.writeable = False

    pdq_fast_dihedral(view, height=40, width=90)

    assert [len(d.signatures) for d in kernel_cache._DISPATCHERS] == before


@pytest.mark.parametrize("orientation", range(8))
def test_doubt_is_counted_in_the_worst_orientation(orientation: int) -> None:
    """Terms that lie together in one orientation are far apart in another: each has its own median."""
    random = np.random.default_rng(orientation)
    turned = np.where(np.arange(256) < 128, -100.0, 100.0).astype(np.float32)
    turned += np.linspace(0, 9, 256, dtype=np.float32)
    turned[:40] = np.linspace(0, 0.01, 40, dtype=np.float32)
    turned = random.permutation(turned).reshape(16, 16)
    odd_i, odd_j = np.mgrid[0:16, 0:16] % 2 == 1
    kept = [odd_i | ~odd_i, odd_j, odd_i == odd_j, odd_i, odd_i, odd_j, odd_i | ~odd_i, odd_i == odd_j][orientation]
    terms = np.where(kept, turned, -turned)

    doubtful = pdq_fast._doubtful(terms.astype(np.float32), np.float32(0.1))

    assert doubtful >= 39
