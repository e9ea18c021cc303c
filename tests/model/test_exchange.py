"""Labels and opinions: the most careful one holds, and nothing follows from what nobody reviewed."""

from __future__ import annotations

import pytest

from rempart.model.exchange import (
    FaultReason,
    FeedState,
    ImportedEntry,
    Label,
    LineFault,
    Opinion,
    Taken,
    Verdict,
    most_careful,
)
from rempart.model.fingerprint import SignalType
from rempart.model.ids import ImportedId, PartnerId


def entry(label: Label, *verdicts: Verdict) -> ImportedEntry:
    """Make an entry that partners think this of."""
    return ImportedEntry(
        id=ImportedId("imp_1"),
        signal_type=SignalType.PDQ,
        bits=bytes(32),
        quality=None,
        label=label,
        partners=(PartnerId("ptn_1"),),
        opinions=tuple(Opinion(partner=PartnerId("ptn_1"), verdict=v) for v in verdicts),
    )


@pytest.mark.parametrize(
    "found, may_act",
    [
        (entry(Label.REVIEWED, Verdict.CONFIRMS), True),
        (entry(Label.SELF_DECLARED, Verdict.UNDECIDED), False),
        (entry(Label.SELF_DECLARED, Verdict.CONFIRMS, Verdict.CONFIRMS), False),
        (entry(Label.CONTESTED, Verdict.DISPUTES), False),
        (entry(Label.REVIEWED, Verdict.CONFIRMS, Verdict.DISPUTES), False),
    ],
)
def test_only_what_is_reviewed_and_undisputed_may_act(found: ImportedEntry, *, may_act: bool) -> None:
    """However many confirm it: a count of opinions is not a review."""
    assert found.may_act is may_act


def test_opinions_are_shown_and_not_averaged() -> None:
    """Two that confirm and one that disputes are a conflict, with all three in view."""
    found = entry(Label.REVIEWED, Verdict.CONFIRMS, Verdict.CONFIRMS, Verdict.DISPUTES)

    assert found.is_conflicting
    assert len(found.opinions) == 3
    assert not entry(Label.REVIEWED, Verdict.CONFIRMS).is_conflicting


def test_the_most_careful_label_holds() -> None:
    """Reviewed by one, declared by another: declared."""
    assert most_careful([Label.REVIEWED, Label.SELF_DECLARED]) is Label.SELF_DECLARED
    assert most_careful([Label.CONTESTED, Label.SELF_DECLARED, Label.REVIEWED]) is Label.CONTESTED


def test_withdrawn_and_deleted_remove() -> None:
    """And nothing else does."""
    assert {state for state in FeedState if state.removes} == {FeedState.WITHDRAWN, FeedState.DELETED}


@pytest.mark.parametrize("reason", list(FaultReason))
def test_every_fault_is_said_by_its_number(reason: FaultReason) -> None:
    """Line and record, then why."""
    assert LineFault(line=7, reason=reason).in_words() == f"line 7: {reason.in_words()}"
    assert LineFault(line=7, record=2, reason=reason).in_words().startswith("line 7, record 2: ")


def test_counts_add_up() -> None:
    """Field by field."""
    assert Taken(added=1, refused=2) + Taken(added=3, removed=1) == Taken(added=4, refused=2, removed=1)
