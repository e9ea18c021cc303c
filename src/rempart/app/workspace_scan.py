"""Which of these are copies of what is registered here? A scan that is written as it goes, and can go on.

Every step is one transaction: what was found, what was set aside, the counts, and the place of the last item that is
entirely done. What is shown was written before; a scan that goes on shows first what it had found.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeAlias, TypeVar

from rempart import clock
from rempart.app.intake import Intake, Plain, Role, Skipped
from rempart.app.learning import LearnedClues
from rempart.app.listed import Listed, is_listing
from rempart.app.pile import check_roots, walk
from rempart.app.scan import Tally
from rempart.app.skips import skipped_from_json, skipped_to_json
from rempart.app.stopping import gate_of
from rempart.app.wiring import make_archive_reader, make_pool
from rempart.app.workspace import Workspace
from rempart.app.workspace_bank import WorkspaceBank
from rempart.config import Settings
from rempart.detect import ORB_VERSION, PDQ_VERSIONS, TILE_VERSION
from rempart.hazmat import ProtectionState
from rempart.model import AssetId, FingerprintedMedia, Match, MediaItem, Place, Stopped, Unreadable
from rempart.model.asset import Asset
from rempart.model.finding import Aside, Finding, ScanProgress, ScanState
from rempart.model.work import AccessPurpose
from rempart.register import visible_among

logger = logging.getLogger(__name__)

T = TypeVar("T")
#: What is told of some results.
Show: TypeAlias = Callable[[Sequence[Finding | Aside]], Iterator[T]]

#: Items of one step, and how long a step may take: what a power cut makes the next scan do again.
_STEP_ITEMS: Final = 256
_STEP_S: Final = 2.0
#: Counts that are kept from step to step.
_KEPT: Final = ("scanned", "matched", "unreadable", "stopped", "plain", "not_pictures", "sealed")


class WorkspaceScan:
    """One comparison of a pile of suspects with what is registered."""

    def __init__(
        self, workspace: Workspace, suspects: Sequence[Path], settings: Settings, *, resume: bool = False
    ) -> None:
        """Check what was named and prepare the sandbox.

        Raises:
            MisuseError: a path is missing or cannot be read.
            ConfigError: the settings or the machine do not allow it, or the model is not the one that was pinned.
        """
        check_roots(suspects)
        self._workspace = workspace
        self._suspects = suspects
        self._settings = settings
        gate = gate_of(workspace, settings)
        self._intake = Intake(gate)
        self._archives = make_archive_reader(settings, gate)
        self._pool = make_pool(settings)
        self._bank = WorkspaceBank(workspace, settings, gate)
        self._listings = self._bank.listings
        self._keep = dt.timedelta(days=settings.retention.scans_days)
        self._keep_hits = dt.timedelta(days=settings.retention.sightings_days)
        self._resume = resume
        self._progress: ScanProgress | None = None
        self._labels: dict[AssetId, str] = {}
        self._channels: dict[AssetId, str] = {}
        self._findings: list[Finding] = []
        self._asides: list[Aside] = []
        self._place: Place = ()
        self._number = self._answered = 0
        self._started_s = self._step_s = clock.monotonic_s()
        self.tally = Tally()
        self.is_resumed = False
        """True once an unfinished scan of the same pile was found, and goes on."""

    def __enter__(self) -> Self:
        """Return the scan."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the sandbox."""
        self._pool.close()
        self._bank.close()

    def events(self) -> Iterator[Match | Skipped | Listed]:
        """Load the bank, show what an earlier part had found, then yield what is found, in the order of the pile.

        Raises:
            MisuseError: nothing is looked for in this workspace.
            SandboxError: the sandbox cannot work.
            UnavailableError: the database stayed away; the scan can go on later.
        """
        yield from self._steps(self._shown)

    def findings(self) -> Iterator[Finding]:
        """Do as :meth:`events`, and yield each item that matches with all that it resembles, sealed or not.

        For whoever writes it: what of it may be shown is decided when it is (:func:`rempart.register.visible_among`).

        Raises:
            MisuseError: nothing is looked for in this workspace.
            SandboxError: the sandbox cannot work.
            UnavailableError: the database stayed away; the scan can go on later.
        """
        yield from self._steps(self._whole)

    def _steps(self, show: Show[T]) -> Iterator[T]:
        """Yield what there is to show of each step, once it is written."""
        self._load_bank()
        self._begin()
        yield from self._earlier(show)
        files = self._intake.cleared(walk(self._suspects, self._place), Role.SUSPECT)
        found = self._archives.opened(files, self._place)
        options = self._bank.options
        for items in self._intake.portions(found, Role.SUSPECT):
            for item, outcome in self._pool.run(items, options):
                self._judge(item, outcome)
                if self._answered % _STEP_ITEMS == 0 or clock.monotonic_s() - self._step_s >= _STEP_S:
                    yield from show(self._write(ScanState.RUNNING))
            self._put_aside(None)
            self._place = self._intake.reached or self._place
            yield from show(self._write(ScanState.RUNNING))
        yield from show(self._write(ScanState.FINISHED))

    def leftovers(self) -> Iterator[Match | Skipped | Listed]:
        """Yield, after an interruption, what was known already, once it is written."""
        if self._progress is not None:
            for item, outcome in self._pool.unclaimed():
                if not isinstance(outcome, Unreadable) and self._bank.looking.needs_look(item, outcome):
                    break  # its bytes are gone, and what follows it must wait its turn
                self._judge(item, outcome)
            yield from self._shown(self._write(ScanState.RUNNING))

    def summary(self) -> Tally:
        """Return the counts so far, of earlier parts too, with the time that this part took."""
        self.tally.seconds = clock.monotonic_s() - self._started_s
        return self.tally

    def label_of(self, asset: AssetId) -> str:
        """Return how an asset is shown to a person: the name of the file that it was made from."""
        return self._labels.get(asset) or asset

    def channel_of(self, asset: AssetId) -> str:
        """Return who was handed a decoy; empty of any other asset."""
        return self._channels.get(asset, "")

    def surfaced_through(self) -> list[str]:
        """Return the channels of the decoys whose matches were shown."""
        return list(dict.fromkeys(self._channels.values()))

    @property
    def learned(self) -> LearnedClues | None:
        """Return what a model of the user's adds; None without one."""
        return self._bank.learned

    @property
    def unverified(self) -> int:
        """Return how many suspects could not be looked at again."""
        return self._bank.looking.failed

    def missing_protections(self) -> list[ProtectionState]:
        """Return what the sandbox ran without on this machine."""
        return self._pool.missing()

    def _load_bank(self) -> None:
        self._bank.load()
        self.tally.assets = self._bank.assets
        self.tally.imported = len(self._listings)

    def _begin(self) -> None:
        """Begin a scan, or find the one that was cut."""
        workspace, work, me, now = self._workspace, self._work(), self._workspace.me, clock.utc_now()
        self._progress = workspace.findings.unfinished(work) if self._resume else None
        self.is_resumed = self._progress is not None
        if self._progress is None:
            self._progress = workspace.findings.begin(work, by=me.id, now=now, keep=self._keep)
        subject, count = self._progress.id, self.tally.assets
        workspace.journal.opened(AccessPurpose.SCAN, subject, actor=me.id, now=now, count=count)
        for name in _KEPT:
            setattr(self.tally, name, self._progress.tally.get(name, 0))
        self._intake.not_pictures = self.tally.not_pictures
        self._number = self._progress.tally.get("items", 0)
        self._place = self._progress.place

    def _work(self) -> str:
        """Describe what is scanned and how: the same text finds the scan again."""
        roots = [os.path.abspath(root) for root in self._suspects]
        detect = self._settings.detect
        how = [*PDQ_VERSIONS, ORB_VERSION, TILE_VERSION, detect.radius_bits, detect.quality_min, detect.suspect_frames]
        if self._bank.learned is not None:
            how += self._bank.learned.how
        # What was registered since would be looked for in the rest of the pile only.
        return json.dumps({"roots": roots, "how": how, "bank": self._bank.digest})

    def _earlier(self, show: Show[T]) -> Iterator[T]:
        """Yield what earlier parts of this scan had found."""
        if self._progress is not None and self._progress.tally:
            results = self._workspace.findings.results(self._progress.id)
            while step := list(itertools.islice(results, _STEP_ITEMS)):
                yield from show(step)

    def _judge(self, item: MediaItem, outcome: FingerprintedMedia | Unreadable) -> None:
        """Compare one suspect that the sandbox has answered for, and note what became of it."""
        self._answered += 1
        self._put_aside(self._answered)
        if isinstance(outcome, Unreadable):
            self._skip(Skipped(label=item.label, role=Role.SUSPECT, outcome=outcome))
        else:
            comparison = self._bank.compare(item, outcome, self._pool.content)
            self.tally.scanned += 1
            if comparison.matches:
                self._findings.append(Finding(number=self._next_number(), matches=comparison.matches))
            listing = self._listings.compare(item.label, outcome)
            if listing is not None:
                self._asides.append(Aside(number=self._next_number(), record=listing))
            # Said of a sealed one too: a line that is missing would tell which it is.
            if comparison.abstained and not self._is_open(comparison.matches):
                self._skip(Skipped(label=item.label, role=Role.SUSPECT, outcome=Plain.TOO_PLAIN))
        self._place = item.place

    def _is_open(self, matches: Sequence[Match]) -> bool:
        """Tell whether any of some matches may be shown."""
        assets = self._assets_of([Finding(number=0, matches=tuple(matches))]) if matches else {}
        return bool(self._visible(matches, assets, is_shared=self._is_shared()))

    def _put_aside(self, answered: int | None) -> None:
        """Note what the gate stopped, or could not be entered, before the last item that is answered."""
        for skipped in self._intake.set_aside(answered):
            self._skip(skipped)
        self.tally.not_pictures = self._intake.not_pictures

    def _skip(self, skipped: Skipped) -> None:
        match skipped.outcome:
            case Unreadable():
                self.tally.unreadable += 1
            case Stopped():
                self.tally.stopped += 1
            case Plain():
                self.tally.plain += 1
        self._asides.append(Aside(number=self._next_number(), record=skipped_to_json(skipped)))

    def _next_number(self) -> int:
        self._number += 1
        return self._number - 1

    def _write(self, state: ScanState) -> Sequence[Finding | Aside]:
        """Write one step, and return what was kept of it."""
        if self._progress is None:
            return ()
        findings, asides = self._findings, self._asides
        self._findings, self._asides = [], []
        assets = self._assets_of(findings)
        self.tally.matched += len(findings)
        is_shared = self._is_shared()
        self.tally.sealed += sum(not self._visible(f.matches, assets, is_shared=is_shared) for f in findings)
        tally = {name: int(getattr(self.tally, name)) for name in _KEPT} | {"items": self._number}
        kept = self._workspace.findings.record(
            self._progress.id,
            findings=findings,
            asides=asides,
            place=self._place,
            tally=tally,
            now=clock.utc_now(),
            keep=self._keep_hits,
            state=state,
        )
        self._step_s = clock.monotonic_s()
        return sorted([*kept, *asides], key=lambda r: r.number)

    def _shown(self, results: Sequence[Finding | Aside]) -> Iterator[Match | Skipped | Listed]:
        """Yield what may be shown of some results: decided now, for all at once, whatever was true when found."""
        assets = self._assets_of([r for r in results if isinstance(r, Finding)])
        decoys = self._workspace.database.durably(lambda: self._workspace.decoys.among(assets))
        is_shared = self._is_shared()
        told = self._told(results)
        for result in results:
            if isinstance(result, Aside) and is_listing(result.record):
                yield from self._counted(told.get(result.record, ()))
                continue
            if isinstance(result, Aside):
                yield skipped_from_json(result.record)
                continue
            visible = self._visible(result.matches, assets, is_shared=is_shared)
            for match in sorted(result.matches, key=lambda m: m.asset not in decoys):
                if match.asset in visible:
                    self._labels[match.asset] = assets[match.asset].label
                    if match.asset in decoys:
                        self._channels[match.asset] = decoys[match.asset].given_to
                    yield match

    def _whole(self, results: Sequence[Finding | Aside]) -> Iterator[Finding]:
        """Yield the findings among some results as they are, and count what partners list."""
        told = self._told(results)
        for result in results:
            if isinstance(result, Finding):
                yield result
            elif is_listing(result.record):
                self._counted(told.get(result.record, ()))

    def _told(self, results: Sequence[Finding | Aside]) -> Mapping[str, Sequence[Listed]]:
        return self._listings.told(r.record for r in results if isinstance(r, Aside) and is_listing(r.record))

    def _counted(self, listed: Sequence[Listed]) -> Sequence[Listed]:
        """Count a suspect that partners list, as it is shown: what was suspended since counts no more."""
        self.tally.listed += bool(listed)
        self.tally.listed_reviewed += any(one.may_act for one in listed)
        return listed

    @staticmethod
    def _visible(matches: Sequence[Match], assets: dict[AssetId, Asset], *, is_shared: bool) -> set[AssetId]:
        return visible_among((assets[m.asset] for m in matches if m.asset in assets), is_shared=is_shared)

    def _assets_of(self, findings: Sequence[Finding]) -> dict[AssetId, Asset]:
        wanted = {m.asset for f in findings for m in f.matches}
        return self._workspace.database.durably(lambda: self._workspace.assets.by_ids(wanted))

    def _is_shared(self) -> bool:
        """Ask again at each step: a second person may have come."""
        return self._workspace.database.durably(lambda: self._workspace.is_shared)
