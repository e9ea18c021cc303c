"""Records of traces, for tests of what keeps and shows them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from registered import NOW
from rempart.model.ids import RecipientId, TraceId, UserId
from rempart.model.recipient import AccusedRecipient, SurfacedAt, TraceRecord, TraceVerdict


def trace_record(*, by: UserId, **fields: Any) -> TraceRecord:
    """Make what a trace concluded."""
    found = TraceRecord(
        id=TraceId("trc_" + "1" * 32),
        asset=None,
        verdict=TraceVerdict.ACCUSED,
        surfaced_at=SurfacedAt.FORUM,
        purpose="find out",
        leak_sha256="ab" * 32,
        recipients=2,
        accused=(
            AccusedRecipient(recipient=RecipientId("rcp_" + "2" * 32), score=31.25, false_accusation_bound=1e-200),
        ),
        tested_recipients=2,
        tests=2,
        threshold=5.5,
        expected_score=30.5,
        registration_quality=0.75,
        region=((0.0, 0.5), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)),
        code_version="rempart-mark/1",
        by=by,
        at=NOW,
    )
    return replace(found, **fields)
