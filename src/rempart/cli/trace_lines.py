"""What ``rempart trace`` prints: sentences, or one JSON line; each with what it does not say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rempart.model.attribution import COPY_NOT_PERSON
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


def trace_record(record: TraceRecord) -> dict[str, object]:
    """Return the line of a trace."""
    return {
        "v": 1,
        "trace": record.id,
        "asset": record.asset,
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
        "region": [[round(x, 2), round(y, 2)] for x, y in record.region],
        "registration_quality": round(record.registration_quality, 4),
        "code_version": record.code_version,
        "caution": COPY_NOT_PERSON,
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


def trace_in_words(record: TraceRecord, names: Mapping[RecipientId, str]) -> Iterator[str]:
    """Yield the lines of a trace."""
    yield _WORDS[record.verdict]
    for each in record.accused:
        name = names.get(each.recipient) or "(forgotten)"
        bound = each.false_accusation_bound
        yield (
            f"  {each.recipient}  {name}  score {each.score:.1f}  that an innocent copy scores so: at most {bound:.1e}"
        )
    if record.tested_recipients:
        yield (
            f"{record.tested_recipients} copies tested, accused from {record.threshold:.2f} on; a copy would give "
            f"about {record.expected_score:.1f}; registered with {record.registration_quality:.2f}"
        )
    yield f"{record.id}  {record.asset or 'no original'}  {record.code_version}"
    yield COPY_NOT_PERSON
