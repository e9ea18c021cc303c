"""Four ways of writing codes: everything that is right is taken, everything else is reported by its number."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import HEAD, code, jsonl, listed, named, read, removal
from rempart.model.exchange import FaultReason, FeedFormat, FeedState, Label, Verdict
from rempart.register import parse_feed, recognise

A, B, C = (code(n).hex() for n in range(3))


def test_one_column_without_a_header() -> None:
    """The plainest bank there is; a quality may follow."""
    entries, faults = read(f"{A}\n{B.upper()},77\n\n{C},\n", FeedFormat.CSV)

    assert [e.bits for e in entries] == [code(0), code(1), code(2)]
    assert [e.quality for e in entries] == [None, 77, None]
    assert {e.label for e in entries} == {Label.SELF_DECLARED}
    assert faults == []


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_columns_by_their_names(separator: str) -> None:
    """In any order, quoted or not, with columns that are none of ours."""
    rows = [["owner", "quality", "PDQ", "label"], ["x", "90", f'"{A}"', "reviewed"], ["", "", B, ""]]
    entries, faults = read("\n".join(separator.join(row) for row in rows), FeedFormat.CSV)

    assert [(e.bits, e.quality, e.label) for e in entries] == [
        (code(0), 90, Label.REVIEWED),
        (code(1), None, Label.SELF_DECLARED),
    ]
    assert faults == []


def test_wrong_lines_of_csv_are_reported_and_nothing_else_is_lost() -> None:
    """Formulas, quotation marks that do not close, cells too many, bits too few, qualities that are none."""
    lines = [
        A,
        "=cmd|' /C calc'!A0",
        f'"{A}',
        f"{A},90,x,y",
        A[:-1],
        f"{A},nine",
        f"{A},101",
        f"{A},49",
        "0" * 64,
        "x" * 5_000,
        B,
    ]
    entries, faults = read("\n".join(lines), FeedFormat.CSV)

    assert [e.bits for e in entries] == [code(0), code(1)]
    assert [(f.line, f.reason) for f in faults] == [
        (2, FaultReason.NOT_A_CODE),
        (3, FaultReason.NOT_CSV),
        (4, FaultReason.NOT_CSV),
        (5, FaultReason.NOT_A_CODE),
        (6, FaultReason.NOT_AN_ENTRY),
        (7, FaultReason.NOT_AN_ENTRY),
        (8, FaultReason.LOW_QUALITY),
        (9, FaultReason.NEAR_CONSTANT),
        (10, FaultReason.TOO_LONG),
    ]


@pytest.mark.parametrize("header", ["pdq,hash", "pdq,label,label"])
def test_a_header_that_can_be_read_two_ways_stops(header: str) -> None:
    """Which column counts would be a guess."""
    entries, faults = read(f"{header}\n{A},{B},x\n", FeedFormat.CSV)

    assert entries == []
    assert [(f.line, f.reason) for f in faults] == [(1, FaultReason.WRONG_VERSION)]


def test_what_tx_prints_as_csv() -> None:
    """Its categories are opinions; even its POSITIVE_CLASS is no review of ours."""
    head = "signal_type,signal_str,collab,category,tags"
    rows = [
        f"pdq,{A},Ours,POSITIVE_CLASS,a b",
        f"pdq,{B},Ours,DISPUTED,",
        f"pdq,{C},Ours,INVESTIGATION_SEED,",
        "video_md5,d41d8cd98f00b204e9800998ecf8427e,Ours,POSITIVE_CLASS,",
        f"pdq,{A},Ours,CERTAIN,",
    ]
    entries, faults = read("\n".join([head, *rows]), FeedFormat.CSV)

    assert [[o.verdict for o in e.opinions] for e in entries] == [
        [Verdict.CONFIRMS],
        [Verdict.CONFIRMS, Verdict.DISPUTES],
        [],
    ]
    assert {e.label for e in entries} == {Label.SELF_DECLARED}
    assert [(f.line, f.reason) for f in faults] == [(5, FaultReason.OTHER_TYPE), (6, FaultReason.WRONG_OPINIONS)]


def test_a_local_file_of_tx() -> None:
    """With the type or without; other types are said to be left out."""
    entries, faults = read(f"pdq {A}\n{B}\nvideo_md5 d41d8cd9\npdq nothing\npdq {C}\n", FeedFormat.TX)

    assert [e.bits for e in entries] == [code(0), code(1), code(2)]
    assert [(f.line, f.reason) for f in faults] == [(3, FaultReason.OTHER_TYPE), (4, FaultReason.NOT_A_CODE)]
    assert {e.label for e in entries} == {Label.SELF_DECLARED}


def test_our_own_lines() -> None:
    """Label, state and quality; a removal names its code by a digest."""
    content = jsonl(listed(code(0)), listed(code(1), "self_declared", quality=80), removal(code(2)))
    entries, faults = read(content + '{"signed":{}}\n', FeedFormat.JSONL)

    assert [(e.bits, e.label, e.state) for e in entries] == [
        (code(0), Label.REVIEWED, FeedState.ACTIVE),
        (code(1), Label.SELF_DECLARED, FeedState.ACTIVE),
        (None, Label.WITHDRAWN, FeedState.WITHDRAWN),
    ]
    assert entries[2].digest.hex() == named(code(2))
    assert faults == []


@pytest.mark.parametrize(
    "line, reason",
    [
        ("{", FaultReason.NOT_JSON),
        (f'{{"pdq":"{A}","pdq":"{B}","label":"reviewed"}}', FaultReason.DUPLICATE_KEY),
        ('{"a":' + "[" * 60 + "]" * 60 + "}", FaultReason.TOO_DEEP),
        (f'{{"pdq":"{A}"}}', FaultReason.UNKNOWN_LABEL),
        (f'{{"pdq":"{A}","label":["reviewed"]}}', FaultReason.UNKNOWN_LABEL),
        (f'{{"pdq":"{A}","label":"reviewed","state":"alive"}}', FaultReason.UNKNOWN_STATE),
        (f'{{"pdq":"{A}","label":"reviewed","state":null}}', FaultReason.UNKNOWN_STATE),
        (f'{{"pdq":"{A}","label":"reviewed","quality":true}}', FaultReason.NOT_AN_ENTRY),
        (f'{{"pdq":"{A}","label":"reviewed","quality":-1}}', FaultReason.NOT_AN_ENTRY),
        (f'{{"pdq":"{A}","label":"reviewed","quality":{"9" * 40}}}', FaultReason.NOT_JSON),
        (f'{{"pdq":"{A}","sha256":"{B}","label":"withdrawn"}}', FaultReason.NOT_AN_ENTRY),
        ('{"label":"reviewed"}', FaultReason.NOT_AN_ENTRY),
        ('{"pdq":["x"],"label":"reviewed"}', FaultReason.NOT_A_CODE),
        (f'{{"sha256":"{A}","label":"reviewed"}}', FaultReason.NOT_AN_ENTRY),
        (f'{{"pdq":"{"f" * 64}","label":"reviewed"}}', FaultReason.NEAR_CONSTANT),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_lines_of_ours_are_reported(line: str, reason: FaultReason) -> None:
    """And the lines around them are taken."""
    content = f"{HEAD}\n{json.dumps(listed(code(7)))}\n{line}\n{json.dumps(listed(code(8)))}\n"
    entries, faults = read(content, FeedFormat.JSONL)

    assert [e.bits for e in entries] == [code(7), code(8)]
    assert [(f.line, f.reason) for f in faults] == [(3, reason)]


@pytest.mark.parametrize(
    "head",
    [
        HEAD.replace(":1,", ":2,"),
        HEAD.replace(":1,", ":true,"),
        HEAD.replace("pdq", "tmk"),
        HEAD.replace("exchange", "other"),
        "not json",
        json.dumps(listed(code(0))),
    ],
)
def test_a_file_of_another_version_is_not_guessed_at(head: str) -> None:
    """None of its lines is taken: they may mean something else."""
    entries, faults = read(f"{head}\n{json.dumps(listed(code(0)))}\n", FeedFormat.JSONL)

    assert entries == []
    assert [(f.line, f.reason) for f in faults] == [(1, FaultReason.WRONG_VERSION)]


def test_what_follows_the_signature_is_not_taken() -> None:
    """It does not cover it."""
    content = jsonl(listed(code(0))) + '{"signed":{}}\n' + json.dumps(listed(code(1))) + "\n"
    entries, faults = read(content, FeedFormat.JSONL)

    assert [e.bits for e in entries] == [code(0)]
    assert [(f.line, f.reason) for f in faults] == [(4, FaultReason.AFTER_SIGNATURE)]


@pytest.mark.parametrize(
    "content, expected",
    [
        (jsonl(listed(code(0))), FeedFormat.JSONL),
        ("\ufeff" + jsonl(), FeedFormat.JSONL),
        ('{"hashRecords":[]}', FeedFormat.STOPNCII),
        (f"pdq {A}\n", FeedFormat.TX),
        (f"video_md5 {A}\n", FeedFormat.TX),
        (f"{A}\n", FeedFormat.CSV),
        ("pdq,label\n", FeedFormat.CSV),
        ("", FeedFormat.CSV),
    ],
)
def test_a_format_is_recognised_by_its_beginning(content: str, expected: FeedFormat) -> None:
    """And the file is wound back."""
    file = io.BytesIO(content.encode())

    assert recognise(file) is expected
    assert file.tell() == 0


@given(st.binary(max_size=600), st.sampled_from(list(FeedFormat)))
def test_any_bytes_are_entries_or_faults(content: bytes, feed_format: FeedFormat) -> None:
    """Nothing raises, whatever it is said to be."""
    list(parse_feed(io.BytesIO(content), feed_format))
    recognise(io.BytesIO(content))


@given(st.lists(st.sampled_from([f"pdq {A}", f"pdq {B}", "x", "pdq", "\x00", "pdq " + "0" * 64]), max_size=30))
def test_every_line_is_answered_for(lines: list[str]) -> None:
    """As many entries and faults as lines: nothing is dropped in silence."""
    entries, faults = read("\n".join(lines), FeedFormat.TX)

    assert len(entries) + len(faults) == len(lines)
