"""Why do two files match, or not? Every clue between an asset and a suspect, and what Rempart answers of them.

(1) The gate judges both names before either file is opened. (2) The sandbox fingerprints both, (3) and every clue is
measured, strong enough or not. (4) The ensemble answers for each protection that the asset could have. (5) One more
visit to the sandbox compares the pixels, wherever clues point, or as the two pictures stand where none does. (6) Each
answer comes with the thresholds that it rests on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from rempart.app.gating import make_gate
from rempart.app.intake import Intake, Role, Skipped
from rempart.app.pile import check_roots
from rempart.app.visiting import visit
from rempart.app.wiring import make_pool, make_verifying_pool
from rempart.config import Settings
from rempart.detect import (
    ORB_VERSION,
    TILE_VERSION,
    Comparison,
    Doubt,
    Ensemble,
    Hypothesis,
    Pair,
    Verdict,
    VerifiedBy,
    decision,
    pack,
    reasons,
)
from rempart.detect.checks import Reason
from rempart.detect.ensemble import hypothesis_of
from rempart.detect.measures import Measures, measure
from rempart.detect.reasons import Answer
from rempart.detect.wanted import asset_options, every_option
from rempart.errors import MisuseError
from rempart.hazmat import Options, Pool, ProtectionState
from rempart.model import (
    AssetId,
    Cleared,
    FingerprintedMedia,
    Match,
    MediaFile,
    MediaItem,
    MinorGate,
    Stopped,
    SuspectId,
    Unreadable,
    UnreadableReason,
)
from rempart.model.asset import AssetProtection

#: What is learned of an asset besides the code of its whole frame.
_KEPT: Final = {
    AssetProtection.HASH_ONLY: (),
    AssetProtection.DETAILED: (TILE_VERSION,),
    AssetProtection.VAULT: (ORB_VERSION,),
}
_AS_IT_IS: Final = Hypothesis(pose=np.eye(3), variant=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two files."""

    label: str
    """Its path, as it was given."""
    width: int
    """In pixels, upright."""
    height: int
    """The same."""
    quality: int | None
    """PDQ's measure of detail, 0..100; None if it is too small to have a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What Rempart would answer, if the asset were registered under one protection."""

    protection: AssetProtection
    """Which."""
    answer: Answer
    """The answer of a scan."""
    reasons: tuple[Reason, ...]
    """The thresholds that it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Everything that can be said of two files, but no pixel."""

    asset: Side
    """The protected picture."""
    suspect: Side
    """What may be a copy of it."""
    answer: Answer
    """With both files at hand."""
    measures: Measures
    """Every clue."""
    looked: Verdict | None
    """What the comparison of pixels measured, with its cells; None if it came to nothing."""
    parts: Verdict | None
    """What was found of the asset's parts where they should be."""
    failure: Unreadable | None
    """Why the pixels could not be compared; None if they were."""
    judged: tuple[Judged, ...]
    """One for each protection, from the least that is kept to the most."""
    match: Match | None
    """The match, or the shared thing, that the answer rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """A file once the sandbox has answered for it."""

    item: MediaItem
    media: FingerprintedMedia
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What the second visit brought."""

    picture: Verdict | None = None
    parts: Verdict | None = None
    failure: Unreadable | None = None


class _Bench:
    """One protection's ensemble, which knows the asset, and what it makes of the suspect."""

    def __init__(self, protection: AssetProtection, asset: _Read, suspect: _Read, settings: Settings) -> None:
        """Learn the asset as this protection keeps it, and compare."""
        self.protection = protection
        self._suspect = SuspectId(suspect.item.label)
        self.asset = AssetId(asset.item.label)
        kept = _KEPT[protection]
        self._ensemble = Ensemble(radius_bits=settings.detect.radius_bits, quality_min=settings.detect.quality_min)
        self._is_plain = not self._ensemble.add(self.asset, _with_places(asset.media, kept))
        self._media = _with_places(suspect.media, kept)
        self.comparison = self._ensemble.compare(self._suspect, self._media)

    @property
    def doubt(self) -> Doubt | None:
        """Return what must be looked at, if anything points there."""
        return next(iter(self.comparison.doubts), None)

    def conclude(self, verdict: Verdict | None) -> tuple[Answer, Match | None]:
        """Answer as a scan does."""
        return self._answer(self.comparison, verdict)

    def conclude_unasked(self, verdict: Verdict | None) -> tuple[Answer, Match | None]:
        """Answer by pixels that no clue led to."""
        doubt = Doubt(asset=self.asset, by=VerifiedBy.PICTURE, hypotheses=(_AS_IT_IS,), clues=())
        return self._answer(replace(self.comparison, doubts=(doubt,)), verdict)

    def _answer(self, comparison: Comparison, verdict: Verdict | None) -> tuple[Answer, Match | None]:
        verdicts = {self.asset: verdict}
        found = self._ensemble.conclude(self._suspect, self._media, comparison, verdicts)
        if found.matches:
            return Answer.SAME_PICTURE, found.matches[0]
        if found.same_things:
            return Answer.SAME_THING, found.same_things[0]
        return (Answer.TOO_PLAIN if self._is_plain or found.abstained else Answer.DIFFERENT), None


def explain(
    asset: Path, suspect: Path, settings: Settings, *, missing: list[ProtectionState] | None = None
) -> Explanation | tuple[Skipped, ...]:
    """Compare two files by every clue.

    Args:
        asset: The protected picture.
        suspect: What may be a copy of it.
        settings: The settings.
        missing: Filled, at the end, with the protections that the sandbox ran without.

    Returns:
        What was found; or, if a file was stopped or cannot be read, which and why.

    Raises:
        MisuseError: a path is missing, or a folder.
        ConfigError: the settings or the machine do not allow it.
        SandboxError: the sandbox cannot work.
    """
    check_roots((asset, suspect))
    _refuse_folders(asset, suspect)
    gate = make_gate(settings)
    cleared = _cleared(gate, asset, suspect)  # (1)
    if isinstance(cleared, tuple):
        return cleared
    with make_pool(settings, workers=1) as pool:  # (2)
        frames = settings.detect.suspect_frames
        first = _read(pool, cleared[Role.ASSET], Role.ASSET, asset_options())
        second = _read(pool, cleared[Role.SUSPECT], Role.SUSPECT, every_option(frames=frames))
        lacking = pool.missing()
    found = first, second
    if isinstance(first, Skipped) or isinstance(second, Skipped):
        return tuple(one for one in found if isinstance(one, Skipped))
    measures = measure(first.media, second.media, quality_min=settings.detect.quality_min)  # (3)
    benches = [_Bench(protection, first, second, settings) for protection in AssetProtection]  # (4)
    with make_verifying_pool(settings, pairs_most=2) as closer:  # (5)
        pairs = _pairs(first, second, measures, benches, settings.detect.radius_bits)
        looked = _look(closer, gate, first, second, pairs)
        lacking = lacking or closer.missing()
    if missing is not None:
        missing += lacking
    return _explained(first, second, measures, benches, looked, settings)


def _explained(
    asset: _Read, suspect: _Read, measures: Measures, benches: list[_Bench], looked: _Looked, settings: Settings
) -> Explanation:
    """Put the answers together."""  # (6)
    judged = []
    for bench in benches:
        verdict = looked.parts if bench.protection is AssetProtection.DETAILED else looked.picture
        answer, match = bench.conclude(verdict)
        why = _reasons(bench, verdict, answer, measures, settings)
        judged.append(Judged(protection=bench.protection, answer=answer, reasons=why))
    if answer is not Answer.SAME_PICTURE and bench.doubt is None:
        unasked, found = bench.conclude_unasked(looked.picture)
        answer, match = (unasked, found) if found else (answer, match)
    return Explanation(
        asset=_side(asset, measures.asset_quality),
        suspect=_side(suspect, measures.suspect_quality),
        answer=answer,
        measures=measures,
        looked=looked.picture,
        parts=looked.parts,
        failure=looked.failure,
        judged=tuple(judged),
        match=match,
    )


def _reasons(
    bench: _Bench, verdict: Verdict | None, answer: Answer, measures: Measures, settings: Settings
) -> tuple[Reason, ...]:
    """Name the thresholds that one protection's answer rests on."""
    radius_bits, quality_min = settings.detect.radius_bits, settings.detect.quality_min
    codes = reasons.of_codes(measures, radius_bits=radius_bits, quality_min=quality_min)
    has_code = any(reason.is_met for reason in codes)
    if measures.same_bytes or bench.protection is AssetProtection.HASH_ONLY:
        return tuple(codes)
    is_detailed = bench.protection is AssetProtection.DETAILED
    if bench.doubt is None or verdict is None:
        support = measures.parts if is_detailed else measures.points
        pointing = reasons.of_parts_pointing if is_detailed else reasons.of_points_pointing
        return (*codes, pointing(support)) if answer is not Answer.SAME_PICTURE else tuple(codes)
    if is_detailed:
        return (*codes, *decision.checks_of_parts(verdict))
    return (*codes, *reasons.of_picture(verdict, has_code=has_code))


def _refuse_folders(*paths: Path) -> None:
    for path in paths:
        if path.is_dir():
            message = f"{str(path)!r} is a folder"
            raise MisuseError(message, advice="Name one picture on each side; rempart scan compares folders.")


def _cleared(gate: MinorGate, asset: Path, suspect: Path) -> dict[Role, Cleared[MediaItem]] | tuple[Skipped, ...]:
    """Let both names be judged, before either file is opened."""
    intake, passed = Intake(gate), {}
    for role, path in ((Role.ASSET, asset), (Role.SUSPECT, suspect)):
        for one in intake.cleared([MediaFile.named(path)], role):
            passed[role] = one
    return tuple(intake.set_aside()) or passed


def _read(pool: Pool[FingerprintedMedia], cleared: Cleared[MediaItem], role: Role, options: Options) -> _Read | Skipped:
    """Have one file fingerprinted, and keep the very bytes that were."""
    found: _Read | Skipped | None = None
    for item, outcome in pool.run([cleared], options):
        content = pool.content()
        if not isinstance(outcome, Unreadable) and content is not None:
            found = _Read(item=item, media=outcome, content=content)
        else:
            why = outcome if isinstance(outcome, Unreadable) else Unreadable(reason=UnreadableReason.IO)
            found = Skipped(label=item.label, role=role, outcome=why)
    if found is None:
        message = "the sandbox answers for every item"
        raise AssertionError(message)
    return found


def _pairs(
    asset: _Read, suspect: _Read, measures: Measures, benches: list[_Bench], radius_bits: int
) -> dict[AssetProtection, Pair]:
    """Say where the second visit is to look: for the picture always, for its parts if it has any."""
    hits = [h for h in (measures.whole, measures.inner) if h is not None and h.distance_bits <= radius_bits]
    near = tuple(hypothesis_of(hit, suspect.media) for hit in hits if hit.code.frame == 0) or (_AS_IT_IS,)
    places = {bench.protection: bench.doubt.hypotheses if bench.doubt else near for bench in benches}
    parts = _with_places(asset.media, (TILE_VERSION,)).places
    pairs = {AssetProtection.VAULT: Pair(asset=asset.content, hypotheses=places[AssetProtection.VAULT])}
    if parts and len(parts[0]):
        pairs[AssetProtection.DETAILED] = Pair(asset=parts[0], hypotheses=places[AssetProtection.DETAILED])
    return pairs


def _look(
    pool: Pool[tuple[Verdict | None, ...]],
    gate: MinorGate,
    asset: _Read,
    suspect: _Read,
    pairs: dict[AssetProtection, Pair],
) -> _Looked:
    """Have the pixels compared."""
    packed = pack(suspect.content, list(pairs.values()))
    outcome = visit(pool, gate, suspect.item, packed, {"cells": 1}, beside=asset.item)
    if isinstance(outcome, Stopped):  # each was let pass under these very names
        return _Looked()
    if isinstance(outcome, Unreadable):
        return _Looked(failure=outcome)
    verdicts = dict(zip(pairs, outcome, strict=False))
    return _Looked(picture=verdicts.get(AssetProtection.VAULT), parts=verdicts.get(AssetProtection.DETAILED))


def _with_places(media: FingerprintedMedia, versions: tuple[str, ...]) -> FingerprintedMedia:
    return replace(media, places=tuple(p for p in media.places if p.version in versions))


def _side(read: _Read, quality: int | None) -> Side:
    media = read.media
    return Side(label=read.item.label, width=media.width, height=media.height, quality=quality)
