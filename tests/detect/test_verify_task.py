"""The task that takes a closer look answers for every asset, in order, whatever one of them is."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import planes
from rempart.detect.decision import EXPLAINED_CLEAR, EXPLAINED_MIN
from rempart.detect.interface import Hypothesis
from rempart.detect.pairing import Pair, pack, parse_verdicts
from rempart.detect.tiles import asset_tiles
from rempart.detect.verify_task import run, warm
from rempart.errors import MediaError
from rempart.hazmat import DecodeLimits
from rempart.kernels import compile as kernel_cache

AS_IT_IS = (Hypothesis(pose=np.eye(3), variant=0),)


def encoded(seed: int, kind: str = "JPEG") -> bytes:
    """Encode a scene."""
    buffer = io.BytesIO()
    Image.fromarray(planes.luma(seed)).save(buffer, kind)
    return buffer.getvalue()


def test_each_asset_has_its_answer() -> None:
    """A copy, another picture, parts, and one that cannot be read: in the order of the question."""
    pairs = [
        Pair(asset=encoded(4, "PNG"), hypotheses=AS_IT_IS),
        Pair(asset=encoded(44), hypotheses=AS_IT_IS),
        Pair(asset=b"no picture", hypotheses=AS_IT_IS),
        Pair(asset=asset_tiles(planes.luma(4)), hypotheses=AS_IT_IS),
    ]

    copy, other, unreadable, by_parts = parse_verdicts(run(pack(encoded(4), pairs), DecodeLimits(), {}))

    assert copy is not None
    assert copy.explained >= EXPLAINED_CLEAR
    assert copy.cells == ()
    assert other is None or other.explained < EXPLAINED_MIN
    assert unreadable is None
    assert by_parts is not None
    assert by_parts.explained >= EXPLAINED_CLEAR


def test_cells_come_where_they_are_asked_for() -> None:
    """To be drawn without a pixel."""
    packed = pack(encoded(4), [Pair(asset=encoded(4), hypotheses=AS_IT_IS)])

    [verdict] = parse_verdicts(run(packed, DecodeLimits(), {"cells": 1}))

    assert verdict is not None
    assert len(verdict.cells) >= 8


def test_a_suspect_that_cannot_be_read_is_said_to_be_so() -> None:
    """As when it was fingerprinted."""
    with pytest.raises(MediaError):
        run(pack(b"no picture", [Pair(asset=encoded(4), hypotheses=AS_IT_IS)]), DecodeLimits(), {})


def test_nothing_is_compiled_after_the_warm_up() -> None:
    """A closed worker has no compiler."""
    warm()
    before = [len(d.signatures) for d in kernel_cache._DISPATCHERS]

    for kind in ("JPEG", "PNG", "WEBP"):
        pairs = [
            Pair(asset=encoded(4, kind), hypotheses=()),
            Pair(asset=asset_tiles(planes.luma(4)), hypotheses=AS_IT_IS),
        ]
        run(pack(encoded(4, kind), pairs), DecodeLimits(), {})

    assert [len(d.signatures) for d in kernel_cache._DISPATCHERS] == before
