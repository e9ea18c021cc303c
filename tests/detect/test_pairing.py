"""What the closer look is given is taken apart as it was packed; what it answers is read field by field."""

from __future__ import annotations

import json
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.detect.interface import Hypothesis, Verdict
from rempart.detect.pairing import Pair, pack, parse_verdicts, unpack, write_verdict
from rempart.detect.versions import TILE_VERSION
from rempart.hazmat import Json
from suspects import parts

VERDICT = Verdict(
    pose=np.array([[0.5, 0.1, 0.2], [-0.1, 0.5, 0.3], [1e-4, 0, 1]]),
    variant=3,
    count=12,
    of=40,
    explained=0.75,
    seen=0.5,
    filled=0.25,
    in_frame=True,
    distance_bits=17,
    cells=((-1, 0, 50), (100, 99, -2)),
)
WRITTEN = cast("dict[str, Json]", write_verdict(VERDICT, with_cells=True))

HOSTILE: dict[str, Any] = {
    "a number": 3,
    "a list": [],
    "nothing": {},
    "no pose": WRITTEN | {"pose": None},
    "eight numbers": WRITTEN | {"pose": [1.0] * 8},
    "ten numbers": WRITTEN | {"pose": [1.0] * 10},
    "nested": WRITTEN | {"pose": [[1, 0, 0]] * 3},
    "not a number": WRITTEN | {"pose": [float("nan")] * 9},
    "infinite": WRITTEN | {"pose": [float("inf")] * 9},
    "a number of four hundred digits": WRITTEN | {"pose": [10**400] * 9},
    "minus that": WRITTEN | {"explained": -(10**400)},
    "texts": WRITTEN | {"pose": ["1"] * 9},
    "truths": WRITTEN | {"pose": [True] * 9},
    "a variant too many": WRITTEN | {"variant": 4},
    "a negative count": WRITTEN | {"count": -1},
    "an enormous count": WRITTEN | {"count": 1 << 40},
    "half a count": WRITTEN | {"of": 1.5},
    "a share that is a text": WRITTEN | {"seen": "all"},
    "a share that is none": WRITTEN | {"filled": None},
    "a share that is no number": WRITTEN | {"explained": float("nan")},
    "more bits than there are": WRITTEN | {"distance_bits": 257},
    "no cells": WRITTEN | {"cells": None},
    "too many rows": WRITTEN | {"cells": [[1]] * 65},
    "too long a row": WRITTEN | {"cells": [[1] * 65]},
    "a cell over a hundred": WRITTEN | {"cells": [[101]]},
    "a cell under none": WRITTEN | {"cells": [[-3]]},
    "a cell that is true": WRITTEN | {"cells": [[True]]},
    "a cell that is a text": WRITTEN | {"cells": [["50"]]},
    "cells in a line": WRITTEN | {"cells": [1, 2]},
}


@pytest.mark.parametrize("verdict", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_verdict_is_refused(verdict: Json) -> None:
    """With ValueError: the pool then ends the worker."""
    with pytest.raises(ValueError, match=r"."):
        parse_verdicts({"verdicts": [verdict]})


@pytest.mark.parametrize("record", [{}, {"verdicts": None}, {"verdicts": {}}, {"verdicts": "none"}])
def test_verdicts_are_a_list(record: dict[str, Json]) -> None:
    """Of any length."""
    with pytest.raises(ValueError, match="list"):
        parse_verdicts(record)


def test_a_verdict_is_read_as_it_was_written() -> None:
    """Through JSON; no verdict stays none."""
    record = json.loads(json.dumps({"verdicts": [WRITTEN, None]}))

    found, none = parse_verdicts(record)

    assert none is None
    assert found is not None
    assert np.array_equal(found.pose, VERDICT.pose)
    for name in set(Verdict.__slots__) - {"pose"}:
        assert getattr(found, name) == getattr(VERDICT, name)


def test_cells_are_written_for_those_who_ask() -> None:
    """They show what is where."""
    assert cast("dict[str, Json]", write_verdict(VERDICT, with_cells=False))["cells"] == []
    assert write_verdict(None, with_cells=True) is None


@pytest.mark.parametrize("share, expected", [(-0.1, 0), (1.2, 1), (1, 1)])
def test_shares_are_brought_between_nothing_and_all(share: float, expected: float) -> None:
    """A polygon's area is rounded."""
    [found] = parse_verdicts({"verdicts": [WRITTEN | {"seen": share}]})

    assert found is not None
    assert found.seen == expected


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(10**400)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=10), max_leaves=12)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(WRITTEN)), JSON, max_size=4))
def test_any_verdict_is_read_or_refused(change: dict[str, Json]) -> None:
    """Nothing but ValueError comes out, and what is read is finite."""
    try:
        [found] = parse_verdicts({"verdicts": [WRITTEN | change]})
    except ValueError:
        return
    assert found is not None
    assert np.isfinite(found.pose).all()
    assert 0 <= found.explained <= 1


def test_a_suspect_and_its_assets_are_taken_apart_as_they_were_packed() -> None:
    """Pictures and parts, each with its hypotheses; empty ones too."""
    hypotheses = (Hypothesis(pose=VERDICT.pose, variant=2, count=7, of=9), Hypothesis(pose=np.eye(3), variant=0))
    pairs = [
        Pair(asset=b"a picture", hypotheses=hypotheses),
        Pair(asset=parts(5), hypotheses=hypotheses[:1]),
        Pair(asset=b"", hypotheses=()),
        Pair(asset=parts(0), hypotheses=()),
    ]

    suspect, found = unpack(pack(b"\x00suspect\xff", pairs))

    assert suspect == b"\x00suspect\xff"
    assert [p.asset for p in found] == [p.asset for p in pairs]
    for one, two in zip(found, pairs, strict=True):
        for a, b in zip(one.hypotheses, two.hypotheses, strict=True):
            assert np.array_equal(a.pose, b.pose)
            assert (a.variant, a.count, a.of) == (b.variant, b.count, b.of)


@given(st.binary(max_size=60), st.lists(st.binary(max_size=60), max_size=4))
def test_any_bytes_survive(suspect: bytes, assets: list[bytes]) -> None:
    """Also those that look like a container."""
    packed = pack(suspect, [Pair(asset=a, hypotheses=()) for a in assets])

    once, pairs = unpack(packed)
    again, _ = unpack(pack(packed, []))

    assert (once, [p.asset for p in pairs], again) == (suspect, assets, packed)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff", b"rempart-pairs/2\n" + bytes(20), b"rempart-pairs/1\n" + bytes(8)]
)
def test_something_else_is_refused(data: bytes) -> None:
    """A picture given by mistake."""
    with pytest.raises(ValueError, match=r"."):
        unpack(data)


def test_pictures_and_parts_are_not_shown() -> None:
    """No log has them."""
    assert "picture" not in repr(Pair(asset=b"a picture", hypotheses=()))
    assert TILE_VERSION not in repr(Pair(asset=parts(1), hypotheses=()))
