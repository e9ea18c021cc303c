"""What ``rempart trace`` prints: sentences, or one JSON line; each with what it does not say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rempart.app.tracing import Traced
from rempart.cli.records import skipped_record
from rempart.model.attribution import COPY_NOT_PERSON, Corner
from rempart.model.ids import RecipientId
from rempart.model.recipient import TraceRecord, TraceVerdict

_WORDS = {
    TraceVerdict.ACCUSED: "accused: the leak was made from the copies of",
    TraceVerdict.NOBODY: "nobody: the original is there, and no mark was found in it",
    TraceVerdict.NOT_REGISTERED: "not registered: nothing tells where an original of the vault lies in the leak",
    TraceVerdict.TOO_LITTLE_LEFT: "too little left: the original is there, but too little of a mark to tell whose, or "
    "that of many copies together; it accuses and clears nobody",
    TraceVerdict.WITHHELD: "withheld",
}


def trace_record(record: TraceRecord, traced: Traced) -> dict[str, object]:
    """Return the line of a trace: what stands at its top is of the leak that is registered best."""
    return {
        "v": 1,
        "trace": record.id,
        "asset": record.best.asset,
        "verdict": str(record.verdict),
        "accused": [
            {
                "recipient": each.recipient,
                "score": round(each.score, 6),
                "false_accusation_bound": each.false_accusation_bound,
            }
            for each in record.accused
        ],
        "tested_recipients": record.tested_recipients,
        "tests": record.tests,
        "threshold": round(record.threshold, 6),
        "region": _corners(record.best.region),
        "registration_quality": round(record.best.quality, 4),
        "code_version": record.code_version,
        "caution": COPY_NOT_PERSON,
    } | _of_several(record, traced)


def _of_several(record: TraceRecord, traced: Traced) -> dict[str, object]:
    """Return what a line has besides if several files were given; the line of one leak is as it always was."""
    if len(record.leaks) == 1 and not traced.skipped:
        return {}
    return {
        "leaks": [
            {
                "file": traced.labels.get(leak.sha256),
                "asset": leak.asset,
                "quality": round(leak.quality, 4),
                "region": _corners(leak.region),
            }
            for leak in record.leaks
        ],
        "skipped": [skipped_record(skipped) for skipped in traced.skipped],
    }


def withheld_record() -> dict[str, object]:
    """Return the line of a trace that is withheld: nothing was opened that it could tell of."""
    return {
        "v": 1,
        "asset": None,
        "verdict": str(TraceVerdict.WITHHELD),
        "accused": [],
        "tested_recipients": 0,
        "threshold": 0.0,
        "region": [],
        "code_version": "",
        "caution": COPY_NOT_PERSON,
    }


def trace_in_words(record: TraceRecord, names: Mapping[RecipientId, str], labels: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a trace.

    Args:
        record: What was found.
        names: Of the recipients who are in it.
        labels: The paths of its leaks by their digests.
    """
    yield _WORDS[record.verdict]
    for each in record.accused:
        name = names.get(each.recipient) or "(forgotten)"
        bound = each.false_accusation_bound
        yield (
            f"  {each.recipient}  {name}  score {each.score:.1f}  that an innocent copy scores so: at most {bound:.1e}"
        )
    if record.tested_recipients:
        looks = f" in each of {record.looks} looks at these leaks" if record.looks > 1 else ""
        yield (
            f"{record.tested_recipients} codes tested{looks}, accused from {record.threshold:.2f} on; a copy would "
            f"give about {record.expected_score:.1f}; registered with {record.best.quality:.2f}"
        )
    if len(record.leaks) > 1:
        yield f"{len(record.leaks)} leaks, scored together, once:"
        for leak in record.leaks:
            placed = f"registered with {leak.quality:.2f}" if leak.quality else "not registered"
            yield f"  {labels.get(leak.sha256, leak.sha256)}  {leak.asset or 'no original'}  {placed}"
    yield f"{record.id}  {record.best.asset or 'no original'}  {record.code_version}"
    yield COPY_NOT_PERSON


def _corners(region: Sequence[Corner]) -> list[list[float]]:
    return [[round(x, 2), round(y, 2)] for x, y in region]
