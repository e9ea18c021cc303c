"""Score what leaks say, once and together, and write down all that is needed to contest the answer or find it again.

The seeds of the codes are made here and forgotten here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rempart import clock
from rempart.app.leaks import LeakRead
from rempart.app.mark_versions import is_owned
from rempart.app.workspace import Workspace
from rempart.attribute import CODE_VERSION, Codebook, conclude, is_unmarked
from rempart.attribute.tracing import PILOT_KEPT_LEAST
from rempart.attribute.video_reading import VIDEO_CODE_VERSION, VIDEO_PILOT_KEPT_LEAST
from rempart.errors import MisuseError
from rempart.mark.ownership import OWNERSHIP_VERSION
from rempart.model import AssetId, MediaKind
from rempart.model.attribution import Attribution
from rempart.model.ids import IdKind, TraceId, new_id
from rempart.model.recipient import AccusedRecipient, SurfacedAt, TracedLeak, TraceRecord, TraceVerdict

#: Smaller ones are no numbers any more, and 0 would be no bound.
_BOUND_LEAST: Final = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What a person stated before anything was opened."""

    purpose: str
    """What for."""
    surfaced_at: SurfacedAt
    """Where the leaks were seen."""


def looks_at(workspace: Workspace, leaks: Sequence[LeakRead]) -> int:
    """Count the looks at any of some leaks, this one too.

    Whoever traces a leak alone, then with others, then against another original, chooses among answers that she knows:
    each look is one more chance for an innocent copy. The same look again finds the same, and is none.
    """
    mine = _scored(leak.traced for leak in leaks)
    digests = {digest for digest, _ in mine}
    others = {_scored(record.leaks) for record in workspace.traces.all() if record.tested_recipients}
    return 1 + sum(other != mine and any(digest in digests for digest, _ in other) for other in others)


def concluded(
    workspace: Workspace, stated: Stated, leaks: Sequence[LeakRead], *, codes: int, looks: int
) -> TraceRecord:
    """Score leaks together, once.

    Args:
        workspace: Where.
        stated: What for, and where they were seen.
        leaks: One or more.
        codes: How many numbers were given to recipients.
        looks: How often any of these leaks was scored, this time too.

    Raises:
        MisuseError: some are pictures, and some videos.
    """
    said = [
        (leak.reading, Codebook(workspace.keyring.mark_secrets(leak.traced.asset).code_seed, codes))
        for leak in leaks
        if leak.reading is not None and leak.traced.asset is not None
    ]
    kinds = {leak.kind for leak in leaks}
    if len(kinds) > 1:
        message = "pictures and videos are not traced together"
        raise MisuseError(message, advice="Trace them in two commands.")
    is_video = kinds == {MediaKind.VIDEO}
    kept_least = VIDEO_PILOT_KEPT_LEAST if is_video else PILOT_KEPT_LEAST
    found = conclude(said, looks=looks, pilot_kept_least=kept_least) if said else None
    accused = _accused(workspace, found) if found else ()
    others = [other for leak in leaks for other in leak.others]
    return TraceRecord(
        id=TraceId(new_id(IdKind.TRACE)),
        leaks=_best_first([leak.traced for leak in leaks]),
        verdict=_verdict(found, accused, are_seen=all(is_unmarked(one, kept_least=kept_least) for one in others)),
        surfaced_at=stated.surfaced_at,
        purpose=stated.purpose.strip(),
        recipients=codes,
        accused=accused,
        tested_recipients=found.tested_recipients if found else 0,
        tests=found.tests if found else 0,
        threshold=found.threshold if found else 0.0,
        expected_score=found.expected_score if found else 0.0,
        code_version=VIDEO_CODE_VERSION if is_video else _version(workspace, {leak.traced.asset for leak in leaks}),
        by=workspace.me.id,
        at=clock.utc_now(),
    )


def _verdict(found: Attribution | None, accused: tuple[AccusedRecipient, ...], *, are_seen: bool) -> TraceVerdict:
    """Say what was concluded.

    Args:
        found: By the scores; None if no original was there.
        accused: Who is named.
        are_seen: Whether marks of the other originals that the leaks were laid over would be seen, and are not.
    """
    verdict = TraceVerdict(found.verdict) if found else TraceVerdict.NOT_REGISTERED
    if verdict is TraceVerdict.ACCUSED and not accused:
        return TraceVerdict.TOO_LITTLE_LEFT  # a copy of before a restoration, that nobody is known to have
    if verdict is TraceVerdict.NOBODY and not are_seen:
        return TraceVerdict.TOO_LITTLE_LEFT  # versions of one picture each have a mark of their own
    return verdict


def _accused(workspace: Workspace, found: Attribution) -> tuple[AccusedRecipient, ...]:
    """Name the recipients of the copies; a number that a restoration left out is nobody's whom this workspace knows."""
    accused = []
    for each in found.accused:
        recipient = workspace.recipients.by_number(each.recipient)
        if recipient is not None:
            bound = max(each.false_accusation_bound, _BOUND_LEAST)
            accused.append(AccusedRecipient(recipient=recipient, score=each.score, false_accusation_bound=bound))
    return tuple(accused)


def _best_first(leaks: Sequence[TracedLeak]) -> tuple[TracedLeak, ...]:
    """Put the leak that is registered best before the others, which keep their order."""
    best = max(range(len(leaks)), key=lambda n: leaks[n].quality)
    return (leaks[best], *leaks[:best], *leaks[best + 1 :])


def _scored(leaks: Iterable[TracedLeak]) -> frozenset[tuple[str, AssetId | None]]:
    """Return which leaks of some were scored, and with which original."""
    return frozenset((leak.sha256, leak.asset) for leak in leaks if leak.quality > 0)


def _version(workspace: Workspace, assets: Iterable[AssetId | None]) -> str:
    """Return the version of what read the leaks: with that of the owner's mark, if an original had it."""
    with_own = any(is_owned(workspace, asset) for asset in assets if asset is not None)
    return f"{CODE_VERSION} {OWNERSHIP_VERSION}" if with_own else CODE_VERSION
