"""What was not compared, as text and back: a scan that goes on shows it again."""

from __future__ import annotations

import json

from rempart.app.intake import Plain, Role, Skipped
from rempart.errors import IntegrityError
from rempart.model import Stopped, StopReason, Unreadable, UnreadableReason


def skipped_to_json(skipped: Skipped) -> str:
    """Write an item that was not compared."""
    match skipped.outcome:
        case Unreadable(reason=reason, detail=detail):
            outcome = ["unreadable", str(reason), detail]
        case Stopped(reason=why, rule=rule):
            outcome = ["stopped", str(why), rule]
        case Plain():
            outcome = ["plain", str(skipped.outcome), ""]
    return json.dumps([skipped.label, str(skipped.role), *outcome])


def skipped_from_json(text: str) -> Skipped:
    """Read it back.

    Raises:
        IntegrityError: it is a record of another kind, which this Rempart does not know.
    """
    record = json.loads(text)
    if not isinstance(record, list):
        message = "a result of this scan is of a kind that this Rempart does not know"
        raise IntegrityError(message, advice="A newer Rempart began this scan: go on with that one, or begin again.")
    label, role, kind, reason, detail = record
    outcome: Unreadable | Stopped | Plain
    if kind == "unreadable":
        outcome = Unreadable(reason=UnreadableReason(reason), detail=detail)
    elif kind == "stopped":
        outcome = Stopped(reason=StopReason(reason), rule=detail)
    else:
        outcome = Plain(reason)
    return Skipped(label=label, role=Role(role), outcome=outcome)
