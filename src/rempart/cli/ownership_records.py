"""What ``own`` and ``provenance`` print as JSON."""

from __future__ import annotations

from rempart.mark.own_task import NotOwned
from rempart.model.ownership import OwnershipAnswer
from rempart.model.provenance import ManifestReading


def ownership_record(answer: OwnershipAnswer | NotOwned) -> dict[str, object]:
    """Return an answer's fields; ``found`` is null if nobody could look."""
    if isinstance(answer, NotOwned):
        return {"found": None, "why": answer.why}
    return {
        "found": answer.found,
        "false_alarm_bound": answer.false_alarm_bound,
        "score": round(answer.score, 3),
        "threshold": round(answer.threshold, 3),
        "tests": answer.tests,
        "region": [[round(x, 1), round(y, 1)] for x, y in answer.region] or None,
        "scale": round(answer.scale, 4),
        "angle_deg": round(answer.angle_deg, 2),
        "mirrored": answer.mirrored,
        "code_version": answer.code_version,
        "caution": answer.caution,
    }


def manifest_record(reading: ManifestReading) -> dict[str, object]:
    """Return a reading's fields."""
    return {
        "state": reading.state,
        "label": reading.label,
        "generator": reading.generator,
        "signer": reading.signer,
        "bindings": [{"algorithm": one.algorithm, "value": one.value} for one in reading.bindings],
        "problems": list(reading.problems),
    }
