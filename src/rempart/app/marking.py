"""One copy of each picture or video for each recipient: made in the sandbox from the vault, written as it goes.

(1) Everybody who is named was told, or nothing is done. (2) Every picture is registered, kept in the vault, and not
contested. (3) What is done already is left. (4) Copies are made, some at a time; the codes alone go into the sandbox,
never the seed. (5) A copy is written whole, then noted in the workspace, then in the folder.
"""

from __future__ import annotations

import hashlib
import io
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from rempart import clock
from rempart.app.copy_files import CopyFolder
from rempart.app.gating import make_gate
from rempart.app.intake import Role, Skipped
from rempart.app.mark_versions import is_owned
from rempart.app.marked_assets import Picture, pictures_of
from rempart.app.ownership import owner_secrets
from rempart.app.recipients import require_informed
from rempart.app.vault import open_original
from rempart.app.wiring_copies import make_marking_pool
from rempart.app.wiring_videos import make_video_marking_pool
from rempart.app.workspace import Workspace
from rempart.attribute import Codebook
from rempart.config import Settings
from rempart.errors import IntegrityError, MisuseError
from rempart.hazmat import Pool, ProtectionState
from rempart.mark.packing import COPIES_MOST, Marked, NotMarked, pack
from rempart.mark.video_packing import VideoMarked
from rempart.model import AssetId, Cleared, MediaBytes, MediaItem, MediaKind, Unreadable, UnreadableReason
from rempart.model.recipient import Copy, Recipient
from rempart.model.work import AccessPurpose, EventKind

_AnyPool = Pool[Marked | NotMarked] | Pool[VideoMarked | NotMarked]
#: The owner's mark alone leaves 46 dB: the nearest that a copy with both can be asked to stay.
OWNED_PSNR_MOST_DB: Final = 44.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyMade:
    """A copy that is written."""

    path: Path
    """Where."""
    asset: AssetId
    """Of what."""
    recipient: Recipient
    """For whom."""
    psnr_db: float
    """How near it is to its picture, in dB."""
    ssim: float
    """The same, of the luma's structure."""
    is_owned: bool
    """Whether it carries its owner's mark too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyKept:
    """Something that has a copy's place: it was left as it is."""

    path: Path
    """Where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRefused:
    """A picture that cannot be marked, and why."""

    label: str
    """How it is shown."""
    why: str
    """A plain sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Copies that one visit is asked for."""

    picture: Picture
    recipients: tuple[Recipient, ...]


class Marking:
    """One command's copies."""

    def __init__(
        self,
        workspace: Workspace,
        what: Sequence[str],
        recipients: Sequence[Recipient],
        out: Path,
        settings: Settings,
        *,
        psnr_db: float,
        own: bool | None = None,
    ) -> None:
        """Check who and what, and prepare the sandbox.

        Args:
            workspace: Where.
            what: Assets' identifiers, or files that are registered.
            recipients: For whom.
            out: Where the copies go.
            settings: The settings.
            psnr_db: The least PSNR of a copy, in dB.
            own: Whether copies carry their owner's mark too, unless the picture is too small for it; None, as the
                copies that a picture has, and without if it has none.

        Raises:
            MisuseError: somebody was not told, a picture is not registered, not in the vault, or contested; some of
                its copies would carry the owner's mark and others not; or there is no room for it at that PSNR.
            ConfigError: there is a video, and what reads videos is not installed.
        """
        require_informed(recipients)  # (1)
        self._pictures = pictures_of(workspace, what)  # (2)
        self._workspace = workspace
        self._recipients = recipients
        self._gate = make_gate(settings)
        self._owned = {
            p.asset: p.kind is MediaKind.IMAGE and _carries_own(workspace, p.asset, own=own) for p in self._pictures
        }
        self._owner_key = owner_secrets(workspace).mark_key if any(self._owned.values()) else b""
        if any(self._owned.values()) and psnr_db > OWNED_PSNR_MOST_DB:
            message = f"copies with their owner's mark are no nearer than {OWNED_PSNR_MOST_DB:.0f} dB, not {psnr_db} dB"
            raise MisuseError(message, advice="Ask for less, or leave the owner's mark out.")
        self._options = {"psnr_cdb": round(100 * psnr_db)}
        self._codes = workspace.recipients.numbers()
        kinds, self._pools = {picture.kind for picture in self._pictures}, dict[MediaKind, _AnyPool]()
        if MediaKind.IMAGE in kinds:
            self._pools[MediaKind.IMAGE] = make_marking_pool(settings)
        if MediaKind.VIDEO in kinds:
            self._pools[MediaKind.VIDEO] = make_video_marking_pool(settings)
        self._folder = CopyFolder(out)
        self._given: deque[_Batch] = deque()
        self._aside: list[Skipped | PictureRefused] = []
        self._refused: set[AssetId] = set()
        self._made: dict[tuple[AssetId, str], int] = {}
        self._original: tuple[AssetId | None, bytes] = (None, b"")
        self.total = len(recipients) * len(self._pictures)
        """How many copies there will be."""
        self.done = 0
        """How many of them were there before."""

    def __enter__(self) -> Self:
        """Return the work."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the sandbox, note what was made, and leave the folder."""
        for pool in self._pools.values():
            pool.close()
        try:
            self._note()
        finally:
            self._folder.__exit__(kind, error, trace)

    def events(self) -> Iterator[CopyMade | CopyKept | PictureRefused | Skipped]:
        """Make the copies, and yield what became of each once it is written.

        Raises:
            SandboxError: the sandbox cannot work.
            UnavailableError: the disk is full, or the database stayed away; what was yielded is written.
        """
        for kind, pool in self._pools.items():
            yield from self._events_of(pool, self._batches(kind))

    def _events_of(
        self, pool: _AnyPool, waiting: Iterable[_Batch]
    ) -> Iterator[CopyMade | CopyKept | PictureRefused | Skipped]:
        """Make the copies of pictures, or of videos."""
        while True:
            again: list[_Batch] = []
            for item, outcome in pool.run(self._cleared(waiting), self._options):  # (4)
                batch = self._given.popleft()
                yield from self._set_aside()
                if isinstance(outcome, Marked | VideoMarked):
                    yield from self._take(batch, outcome, pool)
                    if batch.recipients[len(outcome.sizes) :]:
                        rest = batch.recipients[len(outcome.sizes) :]
                        again.append(_Batch(picture=batch.picture, recipients=rest))
                elif batch.picture.asset not in self._refused:
                    self._refused.add(batch.picture.asset)
                    yield _refusal(item, outcome)
            yield from self._set_aside()
            if not again:
                return
            waiting = again

    def missing_protections(self) -> list[ProtectionState]:
        """Return what the sandbox ran without on this machine."""
        states = [state for pool in self._pools.values() for state in pool.missing()]
        return list({state.protection: state for state in states}.values())

    def _batches(self, kind: MediaKind) -> Iterator[_Batch]:
        """Yield what is not done, some recipients at a time."""  # (3)
        for picture in (each for each in self._pictures if each.kind is kind):
            left = []
            for each in self._recipients:
                if self._folder.is_done(picture.asset, each.id, picture.name):
                    self.done += 1
                else:
                    left.append(each)
            for batch in _pieces(left):
                yield _Batch(picture=picture, recipients=tuple(batch))

    def _cleared(self, batches: Iterable[_Batch]) -> Iterator[Cleared[MediaItem]]:
        """Yield what the sandbox is given for each batch, once the gate let its picture pass."""
        for batch in batches:
            picture = batch.picture
            if picture.asset in self._refused:
                continue
            content = self._content(picture)
            if content is None:
                continue
            secrets = self._workspace.keyring.mark_secrets(picture.asset)
            book = Codebook(secrets.code_seed, self._codes)
            owner_key = self._owner_key if self._owned[picture.asset] else b""
            packed = pack(content, secrets.asset_key, [book.code(each.index) for each in batch.recipients], owner_key)
            verdict = self._gate.check(MediaBytes(data=packed, label=picture.label, names=picture.names))
            if isinstance(verdict, Cleared):
                self._given.append(batch)
                yield verdict
            else:
                self._refused.add(picture.asset)
                self._aside.append(Skipped(label=picture.label, role=Role.ASSET, outcome=verdict))

    def _content(self, picture: Picture) -> bytes | None:
        """Open an original, once for all its batches that follow each other; None if it is gone: that is told."""
        if self._original[0] == picture.asset:
            return self._original[1]
        writer = io.BytesIO()
        try:
            open_original(self._workspace, picture.asset, writer)
        except (OSError, IntegrityError):
            given = self._given_original(picture)
            if given is None:
                self._refused.add(picture.asset)
                why = "its original is missing from the vault, or damaged: rempart db check, then restore a backup"
                self._aside.append(PictureRefused(label=picture.label, why=why))
                return None
            writer = io.BytesIO(given)
        me, now = self._workspace.me.id, clock.utc_now()
        self._workspace.journal.opened(AccessPurpose.MARK, picture.asset, actor=me, now=now)
        self._original = (picture.asset, writer.getvalue())
        return self._original[1]

    def _given_original(self, picture: Picture) -> bytes | None:
        """Return the bytes of the file that was named, if they still are the original's; it may have changed since."""
        if picture.given is None:
            return None
        try:
            data = picture.given.read_bytes()
        except OSError:
            return None
        known = self._workspace.assets.of_bytes(hashlib.sha256(data).digest())
        return data if picture.asset in known else None

    def _take(self, batch: _Batch, marked: Marked | VideoMarked, pool: _AnyPool) -> Iterator[CopyMade | CopyKept]:
        """Write what one visit made."""  # (5)
        written: list[tuple[Recipient, bytes]] = []
        picture = batch.picture
        try:
            for recipient, (start, size) in zip(batch.recipients, marked.places, strict=False):
                data = pool.output(start, size)
                if self._folder.write(recipient.id, picture.name, data):
                    written.append((recipient, data))
                else:
                    yield CopyKept(path=self._folder.path_of(recipient.id, picture.name))
        finally:  # a disk that is full now
            self._settle(picture, written, marked.mark_version)
        for recipient, _ in written:
            path = self._folder.path_of(recipient.id, picture.name)
            yield CopyMade(
                path=path,
                asset=picture.asset,
                recipient=recipient,
                psnr_db=marked.psnr_db,
                ssim=marked.ssim,
                is_owned=marked.is_owned,
            )

    def _settle(self, picture: Picture, written: list[tuple[Recipient, bytes]], mark: str) -> None:
        """Note copies that are written: in the workspace first, so that none is out there without a note."""
        workspace, now, me = self._workspace, clock.utc_now(), self._workspace.me.id
        copies = [
            Copy(asset=picture.asset, recipient=each.id, mark_version=mark, made_by=me, made_at=now)
            for each, _ in written
        ]
        workspace.database.durably(lambda: workspace.recipients.note_copies(copies))
        for each, data in written:
            self._folder.note(picture.asset, each.id, picture.name, data)
        self._folder.settle()
        self._made[picture.asset, mark] = self._made.get((picture.asset, mark), 0) + len(written)

    def _set_aside(self) -> Iterator[Skipped | PictureRefused]:
        """Yield what did not go to the sandbox."""
        while self._aside:
            yield self._aside.pop(0)

    def _note(self) -> None:
        """Write into the journal how many copies were made of each asset."""
        me, now, made = self._workspace.me.id, clock.utc_now(), {a: n for a, n in self._made.items() if n}
        for (asset, mark), count in made.items():
            self._workspace.journal.note(
                EventKind.COPIES_MARKED, asset, actor=me, now=now, detail={"count": count, "mark": mark}
            )
        self._made.clear()


def _carries_own(workspace: Workspace, asset: AssetId, *, own: bool | None) -> bool:
    """Tell whether copies of a picture are to carry their owner's mark: as those that it has."""
    before = is_owned(workspace, asset)
    if None not in {own, before} and own != before:
        message = f"copies of {asset} were made {'with' if before else 'without'} their owner's mark: all are, or none"
        raise MisuseError(message, advice="Mark it without that option, and the other pictures in another command.")
    return bool(before if own is None else own)


def _pieces(recipients: list[Recipient]) -> Iterator[list[Recipient]]:
    for start in range(0, len(recipients), COPIES_MOST):
        yield recipients[start : start + COPIES_MOST]


def _refusal(item: MediaItem, outcome: NotMarked | Unreadable) -> PictureRefused | Skipped:
    if isinstance(outcome, NotMarked):
        return PictureRefused(label=item.label, why=outcome.why)
    if outcome.reason is UnreadableReason.CRASHED:
        return PictureRefused(label=item.label, why="marking it ended its sandbox: it is damaged, or too large")
    return Skipped(label=item.label, role=Role.ASSET, outcome=outcome)
