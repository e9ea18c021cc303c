"""Records of traces, for tests of what keeps and shows them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from registered import NOW
from rempart.model.ids import AssetId, RecipientId, TraceId, UserId
from rempart.model.recipient import AccusedRecipient, SurfacedAt, TracedLeak, TraceRecord, TraceVerdict

CORNERS = ((0.0, 0.5), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


def traced_leak(sha256: str = "ab" * 32, asset: AssetId | None = None, quality: float = 0.75) -> TracedLeak:
    """Make one leak of a trace."""
    return TracedLeak(sha256=sha256, asset=asset, quality=quality, region=CORNERS if quality else ())


def trace_record(*, by: UserId, **fields: Any) -> TraceRecord:
    """Make what a trace concluded."""
    found = TraceRecord(
        id=TraceId("trc_" + "1" * 32),
        leaks=(traced_leak(),),
        verdict=TraceVerdict.ACCUSED,
        surfaced_at=SurfacedAt.FORUM,
        purpose="find out",
        recipients=2,
        accused=(
            AccusedRecipient(recipient=RecipientId("rcp_" + "2" * 32), score=31.25, false_accusation_bound=1e-200),
        ),
        tested_recipients=2,
        tests=2,
        threshold=5.5,
        expected_score=30.5,
        code_version="rempart-mark/1",
        by=by,
        at=NOW,
    )
    return replace(found, **fields)
