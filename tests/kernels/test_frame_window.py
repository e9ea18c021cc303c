"""Which part of the original's frames a leak shows: bars are cut off, parts and mirrors are found."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from moving import moving
from rempart.kernels.frame_window import LEAK_SMALL_PX, WHOLE, Shown, shown, small, without_bars

U8 = npt.NDArray[np.uint8]
FRAMES = [luma for luma, _ in moving(3)]
ASSET = np.stack([small(frame) for frame in FRAMES])


def found(frames: list[U8]) -> Shown:
    """Look for the part that some frames show."""
    planes = np.stack([small(frame, 320) for frame in frames])
    inside = without_bars(planes.min(axis=0), planes.max(axis=0))
    return shown(np.stack([small(frame, LEAK_SMALL_PX) for frame in frames]), inside, ASSET)


def test_a_whole_frame_is_whole() -> None:
    """And not mirrored."""
    assert found(FRAMES[5:40]) == Shown(WHOLE, WHOLE, mirrored=False)


def test_a_mirrored_frame_is_seen_as_one() -> None:
    """Left is right."""
    assert found([frame[:, ::-1] for frame in FRAMES[5:40]]).mirrored


def test_bars_are_cut_off() -> None:
    """Above and below."""
    part = found([np.pad(frame, ((40, 40), (0, 0)), constant_values=16) for frame in FRAMES[5:40]])

    assert part.original == WHOLE
    assert part.leak.top == pytest.approx(40 / 272, abs=0.02)
    assert part.leak.height == pytest.approx(192 / 272, abs=0.03)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_part_is_found(mirrored: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    """To a twentieth of the frame."""
    frames = [frame[20:164, 60:300] for frame in FRAMES[5:40]]

    part = found([frame[:, ::-1] for frame in frames] if mirrored else frames)

    wanted = (60 / 320, 20 / 192, 240 / 320, 144 / 192)
    assert tuple(part.original) == pytest.approx(wanted, abs=0.05)
    assert part.mirrored == mirrored


def test_frames_of_one_grey_have_no_part() -> None:
    """Never a crash."""
    assert found([np.full((90, 160), 16, np.uint8)] * 3).leak.width > 0
