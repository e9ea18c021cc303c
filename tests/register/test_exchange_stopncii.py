"""StopNCII's pages: what was taken back goes, a case is never more than declared, opinions are kept side by side."""

from __future__ import annotations

import json

import pytest

from feeds import code, read, stopncii_page, stopncii_record
from rempart.model.exchange import FaultReason, FeedFormat, FeedState, Label, Opinion, Verdict
from rempart.register.exchange_stopncii import DOCUMENT_BYTES_MAX, OPINIONS_MAX

BLOCKED = {"source": "Bumble", "feedbackValue": "Blocked", "tags": ["nude"]}
NOT_BLOCKED = {"source": "TikTok", "feedbackValue": "NotBlocked", "tags": []}


@pytest.mark.parametrize("indent", [None, 2])
def test_a_document_is_one_page(indent: int | None) -> None:
    """On one line or laid out for people."""
    page = stopncii_page(stopncii_record(code(0)), stopncii_record(code(1), "Withdrawn"))
    entries, faults = read(json.dumps(page, indent=indent), FeedFormat.STOPNCII)

    assert [(e.bits, e.state) for e in entries] == [(code(0), FeedState.ACTIVE), (code(1), FeedState.WITHDRAWN)]
    assert faults == []


def test_a_page_or_a_record_a_line() -> None:
    """As a client appends them; a cut line loses itself only."""
    first = json.dumps(stopncii_page(stopncii_record(code(0))))
    content = "\n".join([first, first[:-30], json.dumps(stopncii_record(code(1), "Deleted")), first])
    entries, faults = read(content, FeedFormat.STOPNCII)

    assert [e.state for e in entries] == [FeedState.ACTIVE, FeedState.DELETED, FeedState.ACTIVE]
    assert [(f.line, f.reason) for f in faults] == [(2, FaultReason.NOT_JSON)]


@pytest.mark.parametrize("status", ["Received", "Active", "Withdrawn", "Deleted"])
def test_every_state_has_its_word(status: str) -> None:
    """The record's own state counts, not the code's text (python-threatexchange 1.2.17 compares that)."""
    [entry], _ = read(json.dumps(stopncii_page(stopncii_record(code(0), status))), FeedFormat.STOPNCII)

    assert entry.state == status.lower()


def test_a_case_is_declared_whoever_blocked_it() -> None:
    """Opinions travel beside the label, both of a conflict."""
    record = stopncii_record(code(0), CSPFeedbacks=[NOT_BLOCKED, BLOCKED, BLOCKED])
    [entry], _ = read(json.dumps(stopncii_page(record)), FeedFormat.STOPNCII)

    assert entry.label is Label.SELF_DECLARED
    assert entry.opinions == (
        Opinion(source="Bumble", verdict=Verdict.CONFIRMS),
        Opinion(source="TikTok", verdict=Verdict.DISPUTES),
    )


@pytest.mark.parametrize("value", ["None", "Unknown", "PendingReview", "QualityUnknown", "Withdrawn", "Deleted", "New"])
def test_what_is_no_opinion_is_none(value: str) -> None:
    """A provider that has not decided has not disputed either."""
    feedback = {"source": "Bumble", "feedbackValue": value}
    [entry], _ = read(json.dumps(stopncii_page(stopncii_record(code(0), CSPFeedbacks=[feedback]))), FeedFormat.STOPNCII)

    assert entry.opinions == ()


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"signalType": "VideoMD5"}, FaultReason.OTHER_TYPE),
        ({"signalType": 3}, FaultReason.NOT_AN_ENTRY),
        ({"hashStatus": "Unknown"}, FaultReason.UNKNOWN_STATE),
        ({"hashStatus": None}, FaultReason.UNKNOWN_STATE),
        ({"hashStatus": ["Active"]}, FaultReason.UNKNOWN_STATE),
        ({"hashValue": "x"}, FaultReason.NOT_A_CODE),
        ({"hashValue": "0" * 64}, FaultReason.NEAR_CONSTANT),
        ({"CSPFeedbacks": "x"}, FaultReason.WRONG_OPINIONS),
        ({"CSPFeedbacks": ["x"]}, FaultReason.WRONG_OPINIONS),
        ({"CSPFeedbacks": [{**BLOCKED, "source": "x" * 65}]}, FaultReason.WRONG_OPINIONS),
        ({"CSPFeedbacks": [{**BLOCKED, "source": "\u202e"}]}, FaultReason.WRONG_OPINIONS),
        ({"CSPFeedbacks": [BLOCKED] * (OPINIONS_MAX + 1)}, FaultReason.WRONG_OPINIONS),
    ],
)
def test_a_wrong_record_is_reported_by_its_number(change: dict[str, object], reason: FaultReason) -> None:
    """And its neighbours are taken."""
    wrong = {**stopncii_record(code(1)), **change}
    page = stopncii_page(stopncii_record(code(0)), wrong, stopncii_record(code(2)))
    entries, faults = read(json.dumps(page), FeedFormat.STOPNCII)

    assert [e.bits for e in entries] == [code(0), code(2)]
    assert [(f.line, f.record, f.reason) for f in faults] == [(1, 2, reason)]


def test_wrong_opinions_do_not_keep_a_withdrawn_code() -> None:
    """What she took back goes, whatever else the record says."""
    [entry], faults = read(
        json.dumps(stopncii_page(stopncii_record(code(0), "Withdrawn", CSPFeedbacks="x"))), FeedFormat.STOPNCII
    )

    assert entry.state is FeedState.WITHDRAWN
    assert faults == []


@pytest.mark.parametrize("records", ["x", {"a": 1}, None])
def test_records_that_are_no_list(records: object) -> None:
    """One report for the page."""
    _, faults = read(json.dumps({"hashRecords": records}), FeedFormat.STOPNCII)

    assert [(f.line, f.reason) for f in faults] == [(1, FaultReason.NOT_AN_ENTRY)]


def test_a_document_too_large_is_read_by_its_lines() -> None:
    """One line of it is too long, the next is taken."""
    content = b" " * DOCUMENT_BYTES_MAX + b"\n" + json.dumps(stopncii_record(code(0))).encode()
    entries, faults = read(content, FeedFormat.STOPNCII)

    assert [e.bits for e in entries] == [code(0)]
    assert [(f.line, f.reason) for f in faults] == [(1, FaultReason.TOO_LONG)]
