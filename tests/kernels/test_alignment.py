"""Every frame of a leak is given the moment it shows, whatever was left out, repeated or sped up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from rempart.kernels.alignment import Series, align

F32 = npt.NDArray[np.float32]
RATE = 25


def walk(seed: int, count: int, *, still: slice | None = None) -> F32:
    """Return descriptors that change slowly, with cuts: ``(count, 64) float32`` of unit length."""
    random = np.random.default_rng(seed)
    steps = random.normal(0, 0.25, (count, 64))
    if still is not None:
        steps[still] = 0
    path = np.concatenate(
        [np.cumsum(shot, axis=0) + random.normal(0, 1, 64) for shot in np.split(steps, range(75, count, 75))]
    )
    path -= path.mean(axis=1, keepdims=True)
    return np.asarray(path / np.linalg.norm(path, axis=1, keepdims=True), np.float32)


def series(descriptors: F32, rate: float = RATE, noise: float = 0.0) -> Series:
    """Return a video of so many frames a second."""
    random = np.random.default_rng(9)
    noisy = descriptors + random.normal(0, noise, descriptors.shape) if noise else descriptors
    noisy = noisy / np.linalg.norm(noisy, axis=1, keepdims=True)
    return Series(np.arange(len(descriptors)) / rate, noisy.astype(np.float32))


WHOLE = walk(1, 1000)
CHOSEN = {
    "the whole": (np.arange(1000), RATE),
    "an excerpt": (np.arange(400, 475), RATE),
    "a single frame": (np.array([321]), RATE),
    "every seventh dropped": (np.flatnonzero(np.arange(1000) % 7), RATE),
    "30 frames a second": (np.arange(1200) * 25 // 30, 30),
    "15 frames a second": (np.arange(600) * 25 // 15, 15),
    "4 per cent faster": (np.arange(1000), 26),
    "a part left out": (np.r_[100:300, 700:900], RATE),
}


@pytest.mark.parametrize("frames, rate", CHOSEN.values(), ids=CHOSEN)
def test_each_frame_is_found_in_noise(frames: npt.NDArray[np.int64], rate: float) -> None:
    """Nearly all exactly, and those that are not to a few frames."""
    found = align(series(WHOLE[frames], rate, noise=0.05), series(WHOLE))

    assert found is not None
    missed = np.abs(found.frames - frames)
    assert float(np.mean(missed <= 1)) >= 0.95
    assert float(np.mean(missed <= 8)) >= 0.99
    assert found.quality > 0.8


def test_the_speed_is_told() -> None:
    """A film on television runs four per cent faster."""
    found = align(series(WHOLE, 26), series(WHOLE))

    assert found is not None
    assert found.speed == pytest.approx(1.04, abs=0.01)


def test_a_scene_that_stands_still_passes_at_its_own_pace() -> None:
    """All its frames are alike: time tells them apart."""
    still = walk(2, 600, still=slice(226, 299))

    found = align(series(still[100:500]), series(still))

    assert found is not None
    assert np.abs(found.frames - np.arange(100, 500)).max() <= 8


def test_frames_that_the_original_does_not_have_are_none_of_it() -> None:
    """As of an advertisement put before."""
    leak = np.concatenate([walk(5, 100), WHOLE[300:500]])

    found = align(series(leak), series(WHOLE))

    assert found is not None
    assert float(np.mean(found.frames[:90] == -1)) > 0.9
    assert (found.frames[110:] == np.arange(310, 500)).mean() > 0.9


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_another_video_is_not_aligned(seed: int) -> None:
    """Nothing is alike for long."""
    assert align(series(walk(seed, 300)), series(WHOLE)) is None


def test_nothing_is_aligned_with_nothing() -> None:
    """Never a crash."""
    nothing = Series(np.zeros(0), np.zeros((0, 64), np.float32))

    assert align(nothing, series(WHOLE)) is None
    assert align(series(WHOLE), nothing) is None


def test_frames_never_go_back() -> None:
    """Whatever the noise: videos are gone through once."""
    found = align(series(WHOLE[::3], RATE / 3, noise=0.15), series(WHOLE))

    assert found is not None
    assert (np.diff(found.frames[found.frames >= 0]) >= 0).all()
