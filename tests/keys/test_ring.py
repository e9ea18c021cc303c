"""The ring names exactly one key that seals, whatever happens to the others."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from rempart.errors import KeyFileError
from rempart.keys.interface import KeyId, KeyState
from rempart.keys.ring import Ring, RingEntry

FIRST, SECOND, THIRD = (KeyId(f"wk_{n:016x}") for n in (1, 2, 3))


@pytest.fixture
def ring(now: dt.datetime) -> Ring:
    """Return a ring of one key."""
    return Ring(entries=(RingEntry(id=FIRST, state=KeyState.CURRENT, created_at=now),))


def test_a_new_key_seals_and_the_others_retire_the_newest_first(ring: Ring, later: dt.datetime) -> None:
    """Two rotations that were begun and not finished are possible."""
    turned = ring.with_current(SECOND, later).with_current(THIRD, later)

    assert turned.current.id == THIRD
    assert turned.retiring == (SECOND, FIRST)
    assert turned.live == (THIRD, SECOND, FIRST)


def test_retired_keys_are_destroyed_then_forgotten(ring: Ring, later: dt.datetime) -> None:
    """The file says so first, so that a killed process can go on."""
    given_up = ring.with_current(SECOND, later).without_retiring()

    assert (given_up.live, given_up.destroying) == ((SECOND,), (FIRST,))
    assert [e.id for e in given_up.without_destroying().entries] == [SECOND]


def test_what_is_written_is_read(ring: Ring, later: dt.datetime) -> None:
    """Every state."""
    turned = ring.with_current(SECOND, later).without_retiring().with_current(THIRD, later)

    assert Ring.parse(turned.render(), name="ring.json") == turned


def row(key: str = FIRST, state: str = "current", created_at: str = "2026-11-21T09:00:00+00:00") -> dict[str, str]:
    """Return one row of the file."""
    return {"id": key, "state": state, "created_at": created_at}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row(state="retiring")],
        [row(), row(SECOND)],
        [row(), row(state="retiring")],
        [row(state="lost")],
        [row("../../etc/passwd")],
        [row("wk_12")],
        [row(created_at="today")],
        [{"id": FIRST, "state": "current"}],
        [{}],
    ],
)
def test_a_ring_that_is_not_one_is_refused(rows: list[dict[str, str]]) -> None:
    """None or two current keys, a key twice, a state or a name that is none."""
    with pytest.raises(KeyFileError, match=r"ring\.json is damaged"):
        Ring.parse(json.dumps({"v": 1, "keys": rows}).encode(), name="ring.json")
