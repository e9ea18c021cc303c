"""Leaks, one after the other: which original each may show, and what each says of the codes, without any code.

Each is compared with an original in a sandbox that ends with it: whoever captures one by a hostile leak knows of no
other leak. Of the originals that one may show, the one whose pilots are clearest is kept, or else that it fits best: a
choice before any score is no further chance for an innocent copy.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from rempart import clock
from rempart.app.candidates import Candidates, CandidateSearch, video_candidates_of
from rempart.app.gating import make_gate
from rempart.app.intake import Intake, Role, Skipped
from rempart.app.mark_versions import is_owned
from rempart.app.ownership import owner_secrets
from rempart.app.pile import walk
from rempart.app.registering_videos import is_video
from rempart.app.vault import open_original
from rempart.app.visiting import visit
from rempart.app.wiring_copies import make_reading_pool
from rempart.app.wiring_videos import make_video_reading_pool
from rempart.app.workspace import Workspace
from rempart.attribute import LeakReading, best_fit, reading_record
from rempart.attribute.reading_record import NotRead
from rempart.config import Settings
from rempart.errors import IntegrityError, MisuseError
from rempart.hazmat import Pool
from rempart.model import AssetId, Cleared, MediaItem, MediaKind, Stopped, Unreadable
from rempart.model.recipient import TracedLeak
from rempart.model.work import AccessPurpose


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakRead:
    """One leak that was looked up, and read if it resembles an original."""

    label: str
    """Its path, as it is shown."""
    traced: TracedLeak
    """What is kept of it."""
    kind: MediaKind
    """Picture or video."""
    reading: LeakReading | None
    """What it says of the codes; None if it resembles no original."""
    others: tuple[LeakReading, ...] = ()
    """What it says to other originals that it was laid over: versions of one picture, with marks of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """A file whose very bytes were read already: they count once."""

    label: str
    """Its path, as it is shown."""
    same_as: str
    """The path of the one that counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What leaks are compared with."""

    asset: AssetId | None = None
    """Which original; None asks the vault."""
    known: Mapping[str, AssetId | None] | None = None
    """Of a trace that is done again: its leaks by their digests, and their originals. No other file is read."""


class LeakReader:
    """Reads leaks for one trace."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        """Load the vault's fingerprints, and prepare the sandboxes.

        Raises:
            ConfigError: the settings or the machine do not allow it.
        """
        self._workspace = workspace
        self._gate = make_gate(settings)
        self._search = CandidateSearch(workspace, settings)
        self._pool = make_reading_pool(settings)
        self._settings = settings
        self._videos: Pool[LeakReading | NotRead] | None = None
        self._seen: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Return the reader."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the sandboxes."""
        self._pool.close()
        if self._videos is not None:
            self._videos.close()
        self._search.__exit__(kind, error, trace)

    def read(self, paths: Sequence[Path], against: Against) -> Iterator[LeakRead | Repeated | Skipped]:
        """Yield what became of each file of some files and folders, in their order; one does not spoil the rest.

        Raises:
            MisuseError: a file is none of those of the trace that is done again.
            IntegrityError: an original is gone, or damaged.
            SandboxError: the sandbox cannot work.
        """
        intake = Intake(self._gate)
        for leak in intake.cleared(walk(paths), Role.SUSPECT):
            yield from intake.set_aside()
            kind = MediaKind.VIDEO if is_video(leak.item) else MediaKind.IMAGE
            found = self._candidates(leak, kind, against)
            if isinstance(found, Unreadable):
                yield Skipped(label=leak.item.label, role=Role.SUSPECT, outcome=found)
            elif found.sha256 in self._seen:
                yield Repeated(label=leak.item.label, same_as=self._seen[found.sha256])
            else:
                self._seen[found.sha256] = leak.item.label
                yield self._fitted(leak.item, kind, found, _wanted(leak.item, found, against))
        yield from intake.set_aside()

    def _candidates(self, leak: Cleared[MediaItem], kind: MediaKind, against: Against) -> Candidates | Unreadable:
        """Find out what a leak may show.

        Raises:
            MisuseError: the original that was named is of another kind, or one must be named.
            ConfigError: it is a video, and what reads videos is not installed.
        """
        asset = against.asset
        if asset is not None and self._workspace.assets.get(asset).kind is not kind:
            message = f"the leak is {'a video' if kind is MediaKind.VIDEO else 'a picture'}, and {asset} is not"
            raise MisuseError(message, advice="A picture is traced to a picture, a video to a video.")
        if kind is MediaKind.IMAGE:
            return self._search.of(leak)
        if self._videos is None:
            self._videos = make_video_reading_pool(self._settings)
        return video_candidates_of(self._workspace, leak, asset)

    def _fitted(
        self, leak: MediaItem, kind: MediaKind, found: Candidates, wanted: Sequence[AssetId]
    ) -> LeakRead | Skipped:
        """Compare a leak with some originals, and keep the one that it fits best."""
        readings: list[LeakReading] = []
        for asset in wanted:
            reading = self._compared(leak, kind, found.content, asset)
            if isinstance(reading, Unreadable | Stopped):
                return Skipped(label=leak.label, role=Role.SUSPECT, outcome=reading)
            readings.append(reading)
        if not readings:
            traced = TracedLeak(sha256=found.sha256, asset=None, quality=0.0, region=())
            return LeakRead(label=leak.label, traced=traced, kind=kind, reading=None)
        best = best_fit(readings)
        said = readings.pop(best)
        traced = TracedLeak(sha256=found.sha256, asset=wanted[best], quality=said.quality, region=said.region)
        others = tuple(reading for reading in readings if reading.quality > 0)
        return LeakRead(label=leak.label, traced=traced, kind=kind, reading=said, others=others)

    def _compared(
        self, leak: MediaItem, kind: MediaKind, content: bytes, asset: AssetId
    ) -> LeakReading | Unreadable | Stopped:
        """Compare a leak with one original, as the copies of it were made, in a sandbox that ends with it."""
        secrets = self._workspace.keyring.mark_secrets(asset)
        owner_key = owner_secrets(self._workspace).mark_key if is_owned(self._workspace, asset) else b""
        packed = reading_record.pack(self._original(asset), content, secrets.asset_key, owner_key)
        pool = self._videos if kind is MediaKind.VIDEO and self._videos else self._pool
        outcome = visit(pool, self._gate, leak, packed, {})
        if isinstance(outcome, NotRead):
            raise IntegrityError(outcome.why, advice="Check the workspace with: rempart db check")
        return outcome

    def _original(self, asset: AssetId) -> bytes:
        """Open an original; that it was opened is traced first."""
        writer = io.BytesIO()
        me, now = self._workspace.me.id, clock.utc_now()
        self._workspace.journal.opened(AccessPurpose.TRACE_LEAK, asset, actor=me, now=now)
        try:
            open_original(self._workspace, asset, writer)
        except OSError as error:
            message = f"the original of {asset} is missing from the vault: {error.strerror}"
            raise IntegrityError(message, advice="Restore the last backup: rempart restore") from error
        return writer.getvalue()


def _wanted(leak: MediaItem, found: Candidates, against: Against) -> Sequence[AssetId]:
    """Return the originals that a leak is compared with."""
    if against.known is None:
        return [against.asset] if against.asset else found.assets
    if found.sha256 not in against.known:
        message = f"{leak.label!r} is not the file of that trace, or not one of them"
        raise MisuseError(message, advice="Name the very files that were traced then.")
    before = against.known[found.sha256]
    return [before] if before else found.assets
