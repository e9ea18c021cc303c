"""Which of these are copies of mine? One pass over a pile, nothing kept.

::

    with Scan(assets=[Path("shoot")], suspects=[Path("pile")], settings=settings) as scan:
        for event in scan.events():
            ...  # Match, Skipped
        print(scan.summary())
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from rempart import clock
from rempart.app.gating import HAND_OFF, make_gate
from rempart.app.intake import Intake, Plain, Role, Skipped
from rempart.app.looking import FilesAtHand, Looking
from rempart.app.pile import check_roots, walk
from rempart.app.wiring import make_archive_reader, make_pool
from rempart.config import Settings
from rempart.detect import ASSET_POINTS, Ensemble, suspect_options
from rempart.errors import MisuseError, RefusedError
from rempart.hazmat import ProtectionState
from rempart.model import AssetId, FingerprintedMedia, Match, MediaItem, Stopped, Unreadable

logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts that grow as a scan goes on."""

    scanned: int = 0
    """Suspects that were decoded and compared."""
    matched: int = 0
    """Suspects that match at least one asset."""
    unreadable: int = 0
    """Suspects that gave nothing to compare."""
    stopped: int = 0
    """Suspects that may involve a minor and were not opened."""
    plain: int = 0
    """Suspects, among the scanned, that are too plain to be compared."""
    not_pictures: int = 0
    """Records of web archives that were passed over: pages, scripts, styles."""
    assets: int = 0
    """Assets that are looked for."""
    assets_unreadable: int = 0
    """Assets that could not be read."""
    assets_stopped: int = 0
    """Assets that may involve a minor and were not opened."""
    seconds: float = 0.0
    """Since the scan began."""
    sealed: int = 0
    """Suspects that match an asset whose hits are sealed: a count without an address."""
    imported: int = 0
    """Codes of partners that suspects are compared with."""
    listed: int = 0
    """Suspects that are close to a code that partners list: no match by itself."""
    listed_reviewed: int = 0
    """Suspects, among the listed, whose code is reviewed and disputed by nobody."""
    interrupted: bool = False
    """True if it was not finished."""

    def is_all_stopped(self) -> bool:
        """Tell whether the gate stopped something and nothing else could be compared."""
        return self.stopped > 0 and self.scanned == 0


class Scan:
    """One comparison of a pile of suspects with some assets."""

    def __init__(self, *, assets: Sequence[Path], suspects: Sequence[Path], settings: Settings) -> None:
        """Check what was named and prepare the sandbox.

        Raises:
            MisuseError: a path is missing or cannot be read.
            ConfigError: the settings or the machine do not allow it.
        """
        check_roots((*assets, *suspects))
        self._assets = assets
        self._suspects = suspects
        self._settings = settings
        gate = make_gate(settings)
        self._intake = Intake(gate)
        self._archives = make_archive_reader(settings, gate)
        self._pool = make_pool(settings)
        self._bank = Ensemble(radius_bits=settings.detect.radius_bits, quality_min=settings.detect.quality_min)
        self._at_hand = FilesAtHand()
        self._looking = Looking(self._bank, gate, settings, self._at_hand)
        self._is_comparing = False
        self._started_s = clock.monotonic_s()
        self.tally = Tally()
        self.is_resumed = False
        """Nothing is kept of this one, so it never goes on."""

    def __enter__(self) -> Self:
        """Return the scan."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the sandbox."""
        self._pool.close()
        self._looking.close()

    def events(self) -> Iterator[Match | Skipped]:
        """Learn the assets, then yield matches and skipped items as they come, in the order of the pile.

        Raises:
            RefusedError: every asset was stopped by the gate.
            MisuseError: no asset can be read.
            SandboxError: the sandbox cannot work.
        """
        yield from self._learn()
        logger.debug("%d assets learned in %.3f s", self.tally.assets, clock.monotonic_s() - self._started_s)
        if not len(self._bank):
            if self.tally.assets_stopped and not self.tally.assets_unreadable:
                message = f"every asset was stopped: {self.tally.assets_stopped} may concern a minor"
                raise RefusedError(message, advice=HAND_OFF)
            message = f"no asset can be read in {', '.join(repr(str(p)) for p in self._assets)}"
            raise MisuseError(message, advice="Name at least one picture, or a folder that holds one, with --assets.")
        yield from self._compare()

    def summary(self) -> Tally:
        """Return the counts so far, with the time that passed."""
        self.tally.not_pictures = self._intake.not_pictures
        self.tally.seconds = clock.monotonic_s() - self._started_s
        return self.tally

    def label_of(self, asset: AssetId) -> str:
        """Return how an asset is shown to a person: here its path."""
        return asset

    def channel_of(self, asset: AssetId) -> str:
        """Return nothing: only a workspace knows decoys."""
        del asset
        return ""

    def surfaced_through(self) -> list[str]:
        """Return nothing, for the same reason."""
        return []

    @property
    def unverified(self) -> int:
        """Return how many suspects could not be looked at again."""
        return self._looking.failed

    def missing_protections(self) -> list[ProtectionState]:
        """Return what the sandbox ran without on this machine; empty if everything held, or nothing was decoded."""
        return self._pool.missing()

    def _learn(self) -> Iterator[Skipped]:
        items = self._intake.cleared(walk(self._assets), Role.ASSET)
        for item, outcome in self._pool.run(items, {"frames": 1, "orientations": 1, "points": ASSET_POINTS}):
            yield from self._set_aside()
            if isinstance(outcome, Unreadable):
                yield self._skip(Skipped(label=item.label, role=Role.ASSET, outcome=outcome))
                continue
            self.tally.assets += 1
            self._at_hand.add(AssetId(item.label), item, outcome.sha256)
            if not self._bank.add(AssetId(item.label), outcome):
                yield self._skip(Skipped(label=item.label, role=Role.ASSET, outcome=Plain.TOO_PLAIN))
        yield from self._set_aside()

    def _compare(self) -> Iterator[Match | Skipped]:
        files = self._intake.cleared(walk(self._suspects), Role.SUSPECT)
        options = suspect_options(self._bank, frames=self._settings.detect.suspect_frames)
        self._is_comparing = True
        for items in self._intake.portions(self._archives.opened(files), Role.SUSPECT):
            for item, outcome in self._pool.run(items, options):
                yield from self._judge(item, outcome)
            yield from self._set_aside()

    def leftovers(self) -> Iterator[Match | Skipped]:
        """Yield, after an interruption, what was known already: answers that waited for their turn, stopped items."""
        if self._is_comparing:
            for item, outcome in self._pool.unclaimed():
                # Its bytes are gone, and this scan never goes on: what codes of the whole picture say is told.
                yield from self._judge(item, outcome)
        yield from self._set_aside()

    def _judge(self, item: MediaItem, outcome: FingerprintedMedia | Unreadable) -> Iterator[Match | Skipped]:
        """Compare one suspect that the sandbox has answered for."""
        yield from self._set_aside()
        if isinstance(outcome, Unreadable):
            yield self._skip(Skipped(label=item.label, role=Role.SUSPECT, outcome=outcome))
            return
        comparison = self._looking.compare(item, outcome, self._pool.content)
        self.tally.scanned += 1
        self.tally.matched += bool(comparison.matches)
        yield from comparison.matches
        if comparison.abstained and not comparison.matches:
            yield self._skip(Skipped(label=item.label, role=Role.SUSPECT, outcome=Plain.TOO_PLAIN))

    def _set_aside(self) -> Iterator[Skipped]:
        """Yield and count what did not go to the sandbox."""
        for skipped in self._intake.set_aside():
            yield self._skip(skipped)

    def _skip(self, skipped: Skipped) -> Skipped:
        """Count an item that was not compared."""
        tally, is_asset = self.tally, skipped.role is Role.ASSET
        match skipped.outcome:
            case Unreadable():
                tally.assets_unreadable += is_asset
                tally.unreadable += not is_asset
            case Stopped():
                tally.assets_stopped += is_asset
                tally.stopped += not is_asset
            case Plain():
                tally.plain += not is_asset
        return skipped
