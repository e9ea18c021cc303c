"""From clues to a match: what each is worth, and which of them make one.

Every threshold stands here with its reason, and was set on scenes that are not reported
(benchmarks/ensemble_recall.py).
"""

from __future__ import annotations

from typing import Final

from rempart.detect.bounds import bound_of
from rempart.detect.checks import Reason, Why, at_least
from rempart.detect.frame_bank import FrameHit
from rempart.detect.interface import Doubt, Verdict, VerifiedBy
from rempart.detect.placement import orientation_of, placement_of
from rempart.detect.points_bank import Vote
from rempart.kernels.variants import INVERTED
from rempart.model import (
    AssetId,
    Clue,
    ClueKind,
    Fingerprint,
    FingerprintedMedia,
    Match,
    Orientation,
    Region,
    SignalType,
    SuspectId,
)

#: Cells correlate so much where the same picture is shown, whatever was done to it short of laying something over.
CORRELATION_MIN: Final = 0.6
#: Share of the texture, where both show, that a copy explains. Wrong placements explained 0.56 at most with 8 points
#: and 0.48 with more; a picture of which a fourth is covered explains 0.64.
EXPLAINED_MIN: Final = 0.62
#: What fewer points must explain, and how many are enough for less.
EXPLAINED_OF_FEW: Final = 0.7
POINTS_ENOUGH: Final = 10
#: And so much that it needs no support by points.
EXPLAINED_CLEAR: Final = 0.8
#: The same of a rectangle inside a suspect: nothing is laid over what a screenshot shows.
FRAME_EXPLAINED_MIN: Final = 0.75
#: And it shows as much of the asset: two screens share a bar, two broadcasts a banner (measured: up to 0.27).
FRAME_SEEN_MIN: Final = 0.45
#: A copy shows at least this much of the asset's area; less is a detail, which any picture of the same thing has.
SEEN_MIN: Final = 0.08
#: And it fills at least this much of the suspect: a few pixels agree with anything (measured: up to 0.77, at 0.01).
FILLED_MIN: Final = 0.02
#: Points that agree, where no code pointed to the placement.
POINTS_MIN: Final = 6
#: Points that agree on something, though most of the picture is another: a shared thing.
THING_POINTS_MIN: Final = 10
#: Parts that agree where they should be, and their share of the parts in view.
TILES_MIN: Final = 4
TILES_SHARE_MIN: Final = 0.46
#: Of a small crop, two of two or three.
TILES_OF_FEW: Final = 2
TILES_SHARE_OF_FEW: Final = 0.7


def whole_frame_weight(distance_bits: int) -> float:
    """Rank a whole-frame clue: 1 at no bit, 0.5 at 64 bits, where unrelated pictures begin to be met, 0 at 128.

    Codes of unrelated pictures differ by 128 bits on average. This orders matches; it is not a probability.
    """
    return max(0.0, round(1.0 - distance_bits / 128.0, 4))


def frame_clue(hit: FrameHit) -> Clue:
    """Write the clue of one close whole-frame code."""
    return Clue(
        kind=ClueKind.WHOLE_FRAME if hit.code.region is None else ClueKind.INNER_FRAME,
        signal_type=hit.code.signal_type,
        distance_bits=hit.distance_bits,
        weight=whole_frame_weight(hit.distance_bits),
        orientation=hit.code.orientation,
        frame=hit.code.frame,
        is_inverted=hit.is_inverted,
    )


def vote_clue(vote: Vote, kind: ClueKind, signal: SignalType, of: int) -> Clue:
    """Write the clue of parts or points that agree on a placement, not verified yet."""
    return Clue(
        kind=kind,
        signal_type=signal,
        distance_bits=vote.distance_bits,
        weight=round(1.0 - 1.0 / (1.0 + 0.1 * vote.weight), 4),
        is_inverted=bool(vote.variant & INVERTED),
        count=vote.count,
        of=of,
    )


def corners_of(code: Fingerprint, media: FingerprintedMedia) -> Region:
    """Return where the asset's top left, top right, bottom right and bottom left fall, if a code is of all of it."""
    return turned(code.region or _whole(media), code.orientation)


def turned(frame: Region, orientation: Orientation) -> Region:
    """Return a frame's corners in the order of the asset's, if the frame shows it so turned."""
    a, b, c, d = (frame[k] for k in orientation.corners())
    return (a, b, c, d)


def _whole(media: FingerprintedMedia) -> Region:
    return ((0, 0), (media.width, 0), (media.width, media.height), (0, media.height))


def match_of_codes(asset: AssetId, suspect: SuspectId, media: FingerprintedMedia, clues: list[Clue]) -> Match | None:
    """Make a match of codes of the whole picture; None if there are only votes that were not verified."""
    clues = sorted(clues, key=_rank)
    sure = [c for c in clues if c.kind in _SURE]
    if not sure:
        return None
    best = sure[0]
    return Match(
        asset=asset,
        suspect=suspect,
        clues=tuple(sure + [c for c in clues if c.kind not in _SURE]),
        score=best.weight,
        false_match_bound=bound_of(best.kind),
        # A rectangle's corners are not in its clue: only those of the whole are known here.
        region=None if best.kind is ClueKind.INNER_FRAME else turned(_whole(media), best.orientation),
        width=media.width,
        height=media.height,
    )


_SURE: Final = frozenset({ClueKind.SAME_BYTES, ClueKind.WHOLE_FRAME, ClueKind.INNER_FRAME})


def decide(doubt: Doubt, verdict: Verdict | None, suspect: SuspectId, media: FingerprintedMedia) -> Match | None:
    """Decide about an asset that clues point to, once it was looked at.

    Returns:
        A match; a match whose first clue is ``same_thing``, which is none; None if nothing is left of it.
    """
    if verdict is None:
        return match_of_codes(doubt.asset, suspect, media, list(doubt.clues))
    if doubt.by is VerifiedBy.TILES:
        if not _all_met(checks_of_parts(verdict)):
            return match_of_codes(doubt.asset, suspect, media, list(doubt.clues))
        return _verified(doubt, verdict, ClueKind.PART, SignalType.PDQ, suspect, media)
    has_code = any(c.kind in _SURE for c in doubt.clues)
    if _all_met(checks_of_picture(verdict, has_code=has_code)):
        return _verified(doubt, verdict, ClueKind.LOCAL_FEATURES, SignalType.SIFT, suspect, media)
    if check_of_thing(verdict).is_met:
        return _verified(doubt, verdict, ClueKind.SAME_THING, SignalType.SIFT, suspect, media)
    return None


def checks_of_picture(verdict: Verdict, *, has_code: bool) -> list[Reason]:
    """Tell the same picture from the same thing in the picture: it is the same if every check is met.

    Args:
        verdict: What was measured.
        has_code: A code of a whole frame pointed there, so that points need not.
    """
    found = [
        _explained(verdict, has_code=has_code),
        at_least(Why.SEEN, verdict.seen, SEEN_MIN, "SEEN_MIN"),
        at_least(Why.FILLED, verdict.filled, FILLED_MIN, "FILLED_MIN"),
    ]
    if verdict.in_frame:
        frame = at_least(Why.EXPLAINED, verdict.explained, FRAME_EXPLAINED_MIN, "FRAME_EXPLAINED_MIN")
        found += [frame, at_least(Why.SEEN, verdict.seen, FRAME_SEEN_MIN, "FRAME_SEEN_MIN")]
    return found


def _explained(verdict: Verdict, *, has_code: bool) -> Reason:
    """Ask for the texture explained: the more, the less else supports the placement."""
    if has_code or verdict.count >= POINTS_ENOUGH:
        return at_least(Why.EXPLAINED, verdict.explained, EXPLAINED_MIN, "EXPLAINED_MIN")
    if verdict.count >= POINTS_MIN:
        return at_least(Why.EXPLAINED_FEW, verdict.explained, EXPLAINED_OF_FEW, "EXPLAINED_OF_FEW")
    return at_least(Why.EXPLAINED_CLEAR, verdict.explained, EXPLAINED_CLEAR, "EXPLAINED_CLEAR")


def check_of_thing(verdict: Verdict) -> Reason:
    """Ask whether something is shared by two pictures that are not the same."""
    return at_least(Why.SHARED_POINTS, verdict.count, THING_POINTS_MIN, "THING_POINTS_MIN")


def checks_of_parts(verdict: Verdict) -> list[Reason]:
    """Return the checks of parts that were looked for where they should be: fewer of them must agree more."""
    if verdict.count >= TILES_MIN:
        most, least = (TILES_MIN, "TILES_MIN"), (TILES_SHARE_MIN, "TILES_SHARE_MIN")
    else:
        most, least = (TILES_OF_FEW, "TILES_OF_FEW"), (TILES_SHARE_OF_FEW, "TILES_SHARE_OF_FEW")
    return [
        at_least(Why.PARTS_AGREE, verdict.count, *most),
        at_least(Why.PARTS_SHARE, verdict.explained, *least),
    ]


def _all_met(checks: list[Reason]) -> bool:
    return all(check.is_met for check in checks)


def _rank(clue: Clue) -> tuple[bool, float]:
    """Put what a model says last, however sure it is: no score is made of it."""
    return clue.kind is ClueKind.LEARNED, -clue.weight


def _verified(
    doubt: Doubt, verdict: Verdict, kind: ClueKind, signal: SignalType, suspect: SuspectId, media: FingerprintedMedia
) -> Match:
    placement = placement_of(verdict.pose, media.width, media.height)
    clue = Clue(
        kind=kind,
        signal_type=signal,
        distance_bits=verdict.distance_bits,
        weight=round(min(1.0, verdict.explained), 4),
        orientation=orientation_of(verdict.pose) if placement else Orientation.ORIGINAL,
        is_inverted=bool(verdict.variant & INVERTED),
        count=verdict.count,
        of=verdict.of,
        explained=round(verdict.explained, 4),
    )
    others = sorted(doubt.clues, key=_rank)
    clues = [clue, *others] if kind is ClueKind.SAME_THING else sorted([clue, *others], key=_rank)
    region, homography = placement or (None, None)
    return Match(
        asset=doubt.asset,
        suspect=suspect,
        clues=tuple(clues),
        score=clues[0].weight,
        false_match_bound=bound_of(kind),
        region=region,
        overlap=round(min(1.0, verdict.seen), 4),
        homography=homography,
        width=media.width,
        height=media.height,
    )
