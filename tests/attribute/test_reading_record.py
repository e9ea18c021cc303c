"""What a sandbox says of a leak: symbols in 16 bits, figures that are finite, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from rempart.attribute import Codebook, LeakReading, conclude
from rempart.attribute.reading_record import NotRead, pack, parse_reading, unpack, write_reading
from rempart.hazmat import Json
from rempart.kernels.spread_spectrum import SYMBOLS
from rempart.model.attribution import AttributionVerdict

BOOK = Codebook(bytes(32), 50)
CORNERS = ((0.0, 1.0), (9.0, 0.0), (9.5, 9.0), (0.0, 9.0))


def reading(soft: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> LeakReading:
    """Make what a leak says."""
    return LeakReading(soft=soft, expected=12.5, pilot=3.0, pilot_whole=50.0, quality=0.75, region=CORNERS)


def test_a_reading_comes_back() -> None:
    """To a part in thirty thousand of its largest symbol; its score is as good as the same."""
    rng = np.random.default_rng(1)
    soft = BOOK.code(7) * 0.05 + rng.standard_normal(SYMBOLS)

    back = parse_reading(write_reading(reading(soft)))

    assert isinstance(back, LeakReading)
    assert np.abs(back.soft - soft).max() <= np.abs(soft).max() / 60_000
    assert back[1:] == reading(soft)[1:]
    before, after = (conclude([(one, BOOK)]) for one in (reading(soft), back))
    assert before.verdict is after.verdict is AttributionVerdict.ACCUSED
    assert after.accused[0].recipient == 7
    assert abs(after.accused[0].score - before.accused[0].score) < 1e-3


def test_nothing_registered_comes_back() -> None:
    """As nothing."""
    empty = LeakReading(soft=np.zeros(SYMBOLS), expected=0.0, pilot=0.0, pilot_whole=0.0, quality=0.0, region=())

    back = parse_reading(write_reading(empty))

    assert isinstance(back, LeakReading)
    assert conclude([(back, BOOK)]).verdict is AttributionVerdict.NOT_REGISTERED


@pytest.mark.parametrize(
    "change",
    [
        {"soft": "!"},
        {"soft": "AAAA"},
        {"soft": None},
        {"scale": float("inf")},
        {"scale": True},
        {"scale": 1e300},
        {"expected": "9"},
        {"pilot": None},
        {"quality": 1.5},
        {"quality": 0},
        {"region": []},
        {"region": [[0, 0]]},
        {"region": [[0, 0], [0, 0], [0, 0], [float("nan"), 0]]},
        {"region": [[0, 0], [0, 0], [0, 0], "x"]},
    ],
)
def test_records_of_a_captured_worker(change: dict[str, Json]) -> None:
    """Are none."""
    good = write_reading(reading(np.ones(SYMBOLS)))

    with pytest.raises(ValueError, match=r"."):
        parse_reading(good | change)


def test_words_of_a_captured_worker() -> None:
    """Are short, and do nothing to a terminal."""
    assert parse_reading({"why": "\x1b" + "x" * 999}) == NotRead(why="x" * 300)


def test_a_container_comes_back() -> None:
    """Both pictures and the key; a cut one does not."""
    data = pack(b"original", b"leak", bytes(32), b"o" * 32)

    assert tuple(unpack(data)) == (b"original", b"leak", bytes(32), b"o" * 32)
    for bad in (b"", data[:-1], b"\x09" + data[1:]):
        with pytest.raises(ValueError, match="container"):
            unpack(bad)
