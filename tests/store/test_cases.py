"""Cases, holds and hand-offs, on both databases; what is private is under the case's own key."""

from __future__ import annotations

import datetime as dt

import pytest

from kept_cases import KeptCases
from registered import NOW
from rempart.errors import IntegrityError, NotFoundError
from rempart.model.evidence import CaseState
from rempart.model.ids import CaseId, EvidenceId
from rempart.store import Database

DAY = dt.timedelta(days=1)


@pytest.fixture
def kept(database: Database) -> KeptCases:
    """Return a database with a case."""
    return KeptCases(database)


def test_a_case_is_what_was_written(kept: KeptCases) -> None:
    """And the salt that stands for it in public."""
    assert kept.cases.get(kept.case.id) == kept.case
    assert kept.cases.all() == kept.cases.all(kept.here.owner.id) == [kept.case]
    assert kept.cases.all(kept.here.add_owner("other").id) == []
    assert kept.cases.salt(kept.case.id) == b"\1" * 32


@pytest.mark.parametrize("name", ["cas_" + "9" * 32, "", "1", "evd_" + "1" * 32])
def test_what_is_not_there_is_told(kept: KeptCases, name: str) -> None:
    """Whatever was typed."""
    with pytest.raises(NotFoundError, match="there is no case"):
        kept.cases.get(name)


def test_a_closed_case_says_when(kept: KeptCases) -> None:
    """And nothing else changes."""
    kept.cases.close(kept.case.id, NOW + DAY)

    found = kept.cases.get(kept.case.id)
    assert (found.state, found.closed_at) == (CaseState.CLOSED, NOW + DAY)
    assert found.ground_note == "mandate-planted"


def test_a_hold_ends_by_itself_or_by_a_decision(kept: KeptCases) -> None:
    """Neither before its day, nor once more after."""
    first = kept.cases.hold(kept.case.id, why="a claim", until=NOW + 2 * DAY, by=kept.here.user.id, now=NOW)
    kept.cases.hold(kept.case.id, why="another", until=NOW + DAY, by=kept.here.user.id, now=NOW + DAY / 2)

    assert [hold.why for hold in kept.cases.holds(kept.case.id)] == ["a claim", "another"]
    assert first.holds(NOW)
    assert first.holds(NOW + 2 * DAY - dt.timedelta(seconds=1))
    assert not first.holds(NOW + 2 * DAY)
    assert kept.cases.end_holds(kept.case.id, NOW + DAY) == 1
    assert kept.cases.end_holds(kept.case.id, NOW + DAY) == 0
    assert [hold.holds(NOW + DAY) for hold in kept.cases.holds(kept.case.id)] == [False, False]


def test_who_has_an_item_is_found(kept: KeptCases) -> None:
    """Of those who were given a dossier in which it was."""
    one, other = EvidenceId("evd_" + "1" * 32), EvidenceId("evd_" + "2" * 32)
    kept.cases.hand_off(kept.case.id, "the court", [one], by=kept.here.user.id, now=NOW)
    kept.cases.hand_off(kept.case.id, "counsel", [one, other], by=kept.here.user.id, now=NOW + DAY)

    assert [given.to for given in kept.cases.hand_offs(kept.case.id)] == ["the court", "counsel"]
    assert [given.to for given in kept.cases.hand_offs(kept.case.id, other)] == ["counsel"]
    assert kept.cases.hand_offs(CaseId("cas_" + "2" * 32)) == []


def test_it_opens_with_its_own_key_alone(kept: KeptCases) -> None:
    """Not once that is destroyed."""
    kept.sealer.destroyed.add(kept.case.id)

    with pytest.raises(IntegrityError):
        kept.cases.get(kept.case.id)
