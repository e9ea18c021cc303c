"""Keys are replaced while every process goes on, and what is left behind opens nothing."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rempart.errors import IntegrityError, KeyFileError
from rempart.keys import KeyId, Keyring, RecoveryCode, sealed_by

NOW = dt.datetime(2026, 11, 21, 9, 0, tzinfo=dt.UTC)
ITEMS = [f"ast_{n:032x}" for n in range(4)]


def test_after_a_rotation_the_old_key_opens_nothing(
    keyring: Keyring, code: RecoveryCode, tmp_path: Path, later: dt.datetime
) -> None:
    """What was sealed again opens, what was not is lost; the old key's files are gone."""
    forgotten, kept = keyring.seal(b"forgotten", context="c"), keyring.seal(b"kept", context="c")
    old = keyring.status().current
    new = keyring.begin_rotation(later)
    kept = keyring.seal(keyring.unseal(kept, context="c"), context="c")

    assert keyring.finish_rotation(sealed_by=[sealed_by(kept)]) == (old,)

    for reader in (keyring, Keyring.open(tmp_path / "keys", passphrase=None)):
        assert reader.unseal(kept, context="c") == b"kept"
        with pytest.raises(IntegrityError, match=f"{old} is not in this keyring"):
            reader.unseal(forgotten, context="c")
    assert [p.name for p in tmp_path.rglob("*wk_*")].count(f"{new}.age") == 1
    assert not list(tmp_path.rglob(f"*{old}*"))
    assert old not in (tmp_path / "keys" / "ring.json").read_text()
    keyring.drill(code, now=later)


def test_an_item_that_still_needs_the_old_key_stops_the_end(keyring: Keyring, later: dt.datetime) -> None:
    """Nothing is destroyed until each is rewrapped."""
    sealed = [keyring.make_item_key(item).seal(b"film", context="c") for item in ITEMS]
    keyring.begin_rotation(later)
    rewrap = keyring.rewrap_items()
    next(rewrap)

    with pytest.raises(KeyFileError, match=f"the key of {ITEMS[1]} is still wrapped by"):
        keyring.finish_rotation(sealed_by=())
    assert list(keyring.rewrap_items()) == ITEMS[1:]
    assert list(keyring.rewrap_items()) == []
    keyring.finish_rotation(sealed_by=())

    for item, film in zip(ITEMS, sealed, strict=True):
        assert keyring.item_box(item).unseal(film, context="c") == b"film"


def test_a_value_that_still_needs_the_old_key_stops_the_end(keyring: Keyring, later: dt.datetime) -> None:
    """The store says which keys its values name."""
    sealed = keyring.seal(b"x", context="c")
    new = keyring.begin_rotation(later)

    with pytest.raises(KeyFileError, match="a value is still sealed by"):
        keyring.finish_rotation(sealed_by=iter([new, sealed_by(sealed)]))

    assert keyring.unseal(sealed, context="c") == b"x"


def test_finishing_without_a_rotation_does_nothing(keyring: Keyring) -> None:
    """The current key is never destroyed."""
    sealed = keyring.seal(b"x", context="c")

    assert keyring.finish_rotation(sealed_by=[keyring.status().current]) == ()
    assert keyring.unseal(sealed, context="c") == b"x"


def test_two_rotations_begun_one_after_the_other_end_together(keyring: Keyring, later: dt.datetime) -> None:
    """The first one's process may have died before it could say which key it made."""
    first = keyring.status().current
    second = keyring.begin_rotation(later)
    keyring.begin_rotation(later)

    assert keyring.status().retiring == (second, first)
    assert set(keyring.finish_rotation(sealed_by=())) == {first, second}
    assert keyring.status().retiring == ()


def test_a_rotation_keeps_the_passphrase(locked: Path, passphrase: str, later: dt.datetime) -> None:
    """The new key's file is not left open."""
    keyring = Keyring.open(locked, passphrase=lambda: passphrase)
    keyring.begin_rotation(later)

    assert all('"protection": "passphrase"' in p.read_text() for p in locked.glob("workspace-*.json"))
    assert len(list(locked.glob("workspace-*.json"))) == 2


def test_an_item_made_by_a_process_that_did_not_see_the_rotation_is_kept(
    keyring: Keyring, tmp_path: Path, later: dt.datetime
) -> None:
    """Its key is wrapped by the key that stays."""
    other = Keyring.open(tmp_path / "keys", passphrase=None)
    keyring.begin_rotation(later)
    keyring.finish_rotation(sealed_by=())

    sealed = other.make_item_key(ITEMS[0]).seal(b"film", context="c")

    assert keyring.item_box(ITEMS[0]).unseal(sealed, context="c") == b"film"


class SeveralProcesses(RuleBasedStateMachine):
    """Two keyrings on one folder, opened before everything: neither ever loses a value or an item."""

    def __init__(self) -> None:
        """Open the folder twice."""
        super().__init__()
        self.parent = TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        folder = Path(self.parent.name) / "keys"
        first, self.code = Keyring.create(folder, passphrase=None, now=NOW)
        self.rings = (first, Keyring.open(folder, passphrase=None))
        self.values: dict[bytes, bytes] = {}
        self.films: dict[str, bytes] = {}

    @rule(who=st.integers(0, 1), value=st.binary(max_size=8))
    def seal(self, who: int, value: bytes) -> None:
        """Store a value, as one process."""
        self.values[value] = self.rings[who].seal(value, context="c")

    @rule(who=st.integers(0, 1), item=st.sampled_from(ITEMS))
    def make(self, who: int, item: str) -> None:
        """Store a film."""
        if item not in self.films:
            self.films[item] = self.rings[who].make_item_key(item).seal(item.encode(), context="c")

    @precondition(lambda self: self.films)
    @rule(who=st.integers(0, 1), data=st.data())
    def destroy(self, who: int, data: st.DataObject) -> None:
        """Erase an item."""
        item = data.draw(st.sampled_from(sorted(self.films)))
        del self.films[item]
        assert self.rings[who].destroy_item_key(item)

    @rule(who=st.integers(0, 1))
    def begin(self, who: int) -> None:
        """Begin a rotation."""
        self.rings[who].begin_rotation(NOW)

    @rule(who=st.integers(0, 1), count=st.integers(0, 3))
    def rewrap_some(self, who: int, count: int) -> None:
        """Rewrap, and stop on the way."""
        for _ in zip(range(count), self.rings[who].rewrap_items(), strict=False):
            pass

    @rule(who=st.integers(0, 1))
    def finish(self, who: int) -> None:
        """Seal every value again as one process, rewrap and finish as the other."""
        ring, other = self.rings[who], self.rings[1 - who]
        self.values = {v: ring.seal(ring.unseal(s, context="c"), context="c") for v, s in self.values.items()}
        list(other.rewrap_items())
        other.finish_rotation(sealed_by=map(sealed_by, self.values.values()))

    @invariant()
    def everything_opens_everywhere(self) -> None:
        """Both processes open each value and each film, and agree on the key that seals."""
        for ring in self.rings:
            assert all(ring.unseal(s, context="c") == v for v, s in self.values.items())
            assert sorted(ring.items()) == sorted(self.films)
            assert all(ring.item_box(i).unseal(s, context="c") == i.encode() for i, s in self.films.items())
        assert len({ring.status().current for ring in self.rings}) == 1

    def teardown(self) -> None:
        """Prove that the sheet still opens every key."""
        self.rings[0].drill(self.code, now=NOW)
        self.parent.cleanup()


SeveralProcesses.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestSeveralProcesses = SeveralProcesses.TestCase


def test_key_names_are_their_own_type() -> None:
    """A text that came from elsewhere must be checked before it names a key."""
    assert KeyId("wk_0123456789abcdef").startswith("wk_")
