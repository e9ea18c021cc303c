"""Items and requests for their erasure, on both databases: no state is skipped, and nothing is left but a tombstone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import IntegrityError as NotUniqueError

from databases import on_sqlite
from kept_cases import KeptCases
from registered import NOW
from rempart.errors import NotFoundError
from rempart.model.evidence import TRANSITIONS, EvidenceState, require_move
from rempart.model.ids import MatchId
from rempart.store import Database
from rempart.store.models import EvidenceRow

DAY = dt.timedelta(days=1)
SUMS = b"\5" * 32


@pytest.fixture
def kept(database: Database) -> KeptCases:
    """Return a database with a case."""
    return KeptCases(database)


@pytest.mark.parametrize("before", EvidenceState)
@pytest.mark.parametrize("after", EvidenceState)
def test_no_state_is_skipped(before: EvidenceState, after: EvidenceState) -> None:
    """Each step follows the one before; an erased item stays erased."""
    order = list(EvidenceState)
    is_next = order.index(after) == order.index(before) + 1
    may = (is_next or after is EvidenceState.ERASED) and before is not EvidenceState.ERASED

    assert (after in TRANSITIONS[before]) == may
    if may:
        require_move(before, after)
    else:
        with pytest.raises(ValueError, match="cannot become"):
            require_move(before, after)


def test_items_have_places_in_their_case(kept: KeptCases) -> None:
    """From 1, in the order in which they were recorded; another case has its own."""
    first, second = kept.add_item(1), kept.add_item(2)
    other = kept.add_item(3, kept.add_case(2))

    assert [item.seq for item in (first, second, other)] == [1, 2, 1]
    assert kept.evidence.of_case(kept.case.id) == [first, second]
    assert kept.evidence.all() == [first, second, other]
    assert kept.evidence.get(first.id) == first
    with pytest.raises(NotUniqueError):
        EvidenceRow.objects.filter(id=first.id).update(seq=2)


@pytest.mark.parametrize("name", ["evd_" + "9" * 32, "", "x"])
def test_what_is_not_there_is_told(kept: KeptCases, name: str) -> None:
    """Whatever was typed."""
    with pytest.raises(NotFoundError, match="there is no evidence"):
        kept.evidence.get(name)
    assert not kept.evidence.is_known(name)


def test_what_it_is_made_of_goes_once_its_package_is_made(kept: KeptCases) -> None:
    """And not before."""
    item = kept.add_item(1)
    assert kept.evidence.draft(item.id) == b"draft-planted"

    hashed = kept.evidence.move(item, EvidenceState.HASHED, sums_sha256=SUMS)

    assert (hashed.state, hashed.sums_sha256) == (EvidenceState.HASHED, SUMS)
    assert kept.evidence.draft(item.id) == b""
    assert kept.evidence.identity(item.id) == b"identity-planted"


def test_a_step_that_another_did_is_not_done_twice(kept: KeptCases) -> None:
    """Who comes late changes nothing."""
    item = kept.add_item(1)
    hashed = kept.evidence.move(item, EvidenceState.HASHED, sums_sha256=SUMS)
    kept.evidence.move(hashed, EvidenceState.SEALED)

    late = kept.evidence.move(item, EvidenceState.HASHED, sums_sha256=bytes(32))

    assert (late.state, late.sums_sha256) == (EvidenceState.SEALED, SUMS)


def test_a_tombstone_is_all_that_is_left(kept: KeptCases) -> None:
    """Put once; its words do not need a key that is gone."""
    item = kept.evidence.move(kept.add_item(1), EvidenceState.HASHED, sums_sha256=SUMS)

    first = kept.evidence.bury(item, sums_sha256=SUMS, tombstone=b"stone", seal=b"seal", now=NOW)
    again = kept.evidence.bury(item, sums_sha256=SUMS, tombstone=b"other", seal=b"seal", now=NOW)
    kept.sealer.destroyed.add(item.id)

    assert (first, again) == (True, False)
    assert kept.evidence.get(item.id) == replace(
        item, state=EvidenceState.ERASED, label="", tombstone=b"stone", tombstone_seal=b"seal", erased_at=NOW
    )
    assert kept.evidence.identity(item.id) == kept.evidence.draft(item.id) == b""


def test_a_request_waits_until_it_is_cancelled_or_done(kept: KeptCases) -> None:
    """One at a time."""
    item = kept.add_item(1)
    ask = {"why": "she asked", "due_at": NOW + 7 * DAY, "by": kept.here.user.id, "now": NOW}
    first = kept.evidence.ask_erasure(item, **ask)  # type: ignore[arg-type]  # by name

    assert kept.evidence.pending(item.id) == first == kept.evidence.request(first.id)
    assert kept.evidence.cancel_erasure(first.id, NOW)
    assert not kept.evidence.cancel_erasure(first.id, NOW)
    assert kept.evidence.pending(item.id) is None
    second = kept.evidence.ask_erasure(item, **ask)  # type: ignore[arg-type]  # as above
    kept.evidence.bury(item, sums_sha256=SUMS, tombstone=b"s", seal=b"s", now=NOW)
    assert not kept.evidence.cancel_erasure(second.id, NOW)
    kept.evidence.note_erased([second.id], NOW + 8 * DAY)
    assert kept.evidence.pending(item.id) is None
    done = kept.evidence.request(second.id)
    assert done is not None
    assert (done.done_at, done.why) == (NOW + 8 * DAY, "she asked")
    assert kept.evidence.request("ers_" + "9" * 32) is None


def test_a_match_is_one_that_was_found(kept: KeptCases) -> None:
    """Nothing is tied to one that is not there."""
    assert kept.evidence.is_match(MatchId("mat_" + "1" * 32)) is None
    assert kept.evidence.is_match("'; DROP TABLE match_found") is None


@on_sqlite
def test_nothing_private_is_in_the_clear(kept: KeptCases, database: Database) -> None:
    """Every file of the database is read."""
    kept.add_item(1)
    folder = Path(database.location.name).parent
    content = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())

    assert b"evd_" in content
    for planted in (b"label-planted", b"draft-planted", b"identity-planted", b"mandate-planted"):
        assert planted not in content
