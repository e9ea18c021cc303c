"""Register pictures: the right is asked before anything is read, and what is kept is a code, not the picture.

It may be cut anywhere and begun again: what is registered is recognised by its bytes, and not decoded twice.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from rempart import clock
from rempart.app.detailed import seal_places
from rempart.app.gating import make_gate
from rempart.app.intake import Intake, Role, Skipped
from rempart.app.learning import Describing, model_of
from rempart.app.pile import check_roots, walk
from rempart.app.registering_videos import Videos
from rempart.app.unfinished import REGISTERING, shared_at
from rempart.app.vault import destroy_original, keep_original
from rempart.app.wiring import make_pool
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.detect import ASSET_POINTS
from rempart.errors import RefusedError
from rempart.hazmat import ProtectionState
from rempart.hazmat.items import open_item
from rempart.model import (
    AssetId,
    Cleared,
    FingerprintedMedia,
    MediaItem,
    MediaKind,
    PackedDescriptor,
    Unreadable,
    UnreadableReason,
)
from rempart.model.asset import (
    Asset,
    AssetProtection,
    AssetState,
    ConsentScope,
    Depicts,
    Ground,
    Owner,
    Registration,
    Right,
    Sensitivity,
)
from rempart.model.ids import IdKind, new_id
from rempart.model.work import EventKind
from rempart.register import UNVALIDATED_ASSETS_MAX, merge_rights, require_right, too_many_unvalidated

logger = logging.getLogger(__name__)

#: Assets that are written in one transaction, and how long the first of them waits for the others.
_BATCH: Final = 64
_BATCH_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A picture that is protected from now on."""

    label: str
    """Its path, as it is shown."""
    asset: AssetId
    """Its identifier."""
    is_plain: bool
    """True if it is too plain to be compared: only its identical bytes will be found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """A picture that this owner has registered before, byte for byte."""

    label: str
    """Its path, as it is shown."""
    asset: AssetId
    """The identifier that it has."""
    remark: str = ""
    """What of the wish it does not follow, or follows from now on; empty if it is as was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for some pictures."""

    owner: Owner
    """Whose they are."""
    right: Right
    """What is stated for these pictures; what is not stated is as their owner wrote it."""
    sensitivity: Sensitivity
    """What their appearance elsewhere would do."""
    protection: AssetProtection
    """What is kept of them."""


class Registering:
    """One command's registrations."""

    def __init__(self, workspace: Workspace, wish: Wish, paths: Sequence[Path], settings: Settings) -> None:
        """Ask for the right before anything is read.

        Raises:
            RefusedError: the age statement, the ground or the consent to codes of parts is missing.
            MisuseError: a path is missing.
            ConfigError: the machine does not allow it, or the model is not the one that was pinned.
        """
        self._workspace = workspace
        self._wish = wish
        self._right = merge_rights(wish.owner.ground.right, wish.right)
        require_right(self._right, wish.sensitivity)
        if wish.protection is AssetProtection.DETAILED and not workspace.consents.holds(
            ConsentScope.DETAILED, wish.owner.id
        ):
            message = f"{wish.owner.name} has not allowed that codes of parts of her pictures are kept"
            advice = f"She reads why, and allows it or not: rempart consent grant {wish.owner.name} --scope detailed"
            raise RefusedError(message, advice=advice)
        # Such models can recognise faces: of a hash_only asset not even the file is read.
        model = None if wish.protection is AssetProtection.HASH_ONLY else model_of(settings)
        check_roots(paths)
        self._paths = paths
        self._settings = settings
        gate = make_gate(settings)
        self._intake = Intake(gate)
        self._pool = make_pool(settings)
        self._describing = Describing.of_assets(model, gate, settings) if model else None
        self._videos = Videos(settings, wish.protection)
        self._held = contextlib.ExitStack()
        self._ground: Ground | None = None
        self._pending: list[tuple[str, Registration, bool]] = []
        self._pending_since_s = 0.0
        self._aside: list[Duplicate] = []
        # Whoever works alone on pictures of herself poisons nobody's bank, and has nobody to ask.
        is_hers_alone = not workspace.is_shared and self._right.depicts in {Depicts.SELF, Depicts.NOBODY}
        self._is_capped = not is_hers_alone and not workspace.assets.has_accepted(wish.owner.id)
        self._count = workspace.assets.count(wish.owner.id)
        self._in_flight = 0
        self._added = 0
        self.is_refused = False
        """True if the owner has as many assets as she may: the rest was not opened."""

    def __enter__(self) -> Self:
        """Let nobody sweep what has no asset yet, and return the work."""
        self._held.enter_context(self._videos)
        self._held.enter_context(shared_at(self._workspace.folder / REGISTERING))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the sandbox."""
        self._pool.close()
        if self._describing:
            self._describing.close()
        self._held.close()

    def events(self) -> Iterator[Registered | Duplicate | Skipped]:
        """Register, and yield what became of each file once it is written.

        Raises:
            SandboxError: the sandbox cannot work.
            UnavailableError: the database stayed away; what was yielded is written.
        """
        options = {"frames": 1, "orientations": 1}
        if self._wish.protection is AssetProtection.DETAILED:
            options["tiles"] = 1
        elif self._wish.protection is AssetProtection.VAULT:
            options["points"] = ASSET_POINTS
        for item, outcome in self._pool.run(self._fresh(), options):
            yield from self._judge(item, outcome)
        for item, outcome in self._videos.outcomes():
            yield from self._judge(item, outcome)
        yield from self._finish()

    def leftovers(self) -> Iterator[Registered | Duplicate | Skipped]:
        """Yield, after an interruption, what was known already, once it is written."""
        for item, outcome in self._pool.unclaimed():
            if self._describing and not isinstance(outcome, Unreadable):
                break  # its bytes are gone: the next command describes and registers it
            yield from self._judge(item, outcome)
        yield from self._finish()

    def missing_protections(self) -> list[ProtectionState]:
        """Return what the sandbox ran without on this machine."""
        return self._pool.missing()

    def undescribed(self) -> int:
        """Return how many pictures the model could not describe: they are registered without what it says."""
        return self._describing.failed if self._describing else 0

    def refusal(self) -> RefusedError | None:
        """Return what is to be said if some files were left because of the limit."""
        return too_many_unvalidated() if self.is_refused else None

    def _judge(
        self, item: MediaItem, outcome: FingerprintedMedia | Unreadable
    ) -> Iterator[Registered | Duplicate | Skipped]:
        """Take one picture that the sandbox has answered for."""
        self._in_flight -= 1
        yield from self._set_aside()
        if isinstance(outcome, Unreadable):
            yield Skipped(label=item.label, role=Role.ASSET, outcome=outcome)
        else:
            yield from self._take(item, outcome)
        waited = clock.monotonic_s() - self._pending_since_s
        if len(self._pending) >= _BATCH or waited >= _BATCH_S:
            yield from self._write()

    def _finish(self) -> Iterator[Registered | Duplicate | Skipped]:
        """Write what is prepared, and note how much was added."""
        yield from self._write()
        yield from self._set_aside()
        if self._added:
            detail: dict[str, str | int] = {"count": self._added, "protection": str(self._wish.protection)}
            workspace, self._added = self._workspace, 0
            workspace.journal.note(
                EventKind.ASSETS_ADDED, self._wish.owner.id, actor=workspace.me.id, now=clock.utc_now(), detail=detail
            )

    def _fresh(self) -> Iterator[Cleared[MediaItem]]:
        """Yield what is not registered yet, no more than the owner may still have."""
        may_know = self._count > 0
        for cleared in self._intake.cleared(walk(self._paths), Role.ASSET):
            if may_know and (known := self._known(cleared.item)):
                self._aside.append(known)
                continue
            if self._is_capped and self._count + self._in_flight >= UNVALIDATED_ASSETS_MAX:
                self.is_refused = True
                return
            self._in_flight += 1
            if not self._videos.takes(cleared):
                yield cleared

    def _known(self, item: MediaItem) -> Duplicate | None:
        """Recognise a file by its bytes, which are read and not decoded."""
        digest = file_digest(item)
        asset = self._registered(digest) if digest else None
        return self._as_known(item.label, asset) if asset else None

    def _registered(self, digest: bytes) -> AssetId | None:
        """Look a file up; a database that is away is waited for."""
        workspace, owner = self._workspace, self._wish.owner.id
        return workspace.database.durably(lambda: workspace.assets.knows(owner, digest))

    def _as_known(self, label: str, asset: AssetId) -> Duplicate:
        """Say how a picture is kept that is asked for again; what becomes intimate is sealed as such at once."""
        known, wish, remarks = self._workspace.assets.get(asset), self._wish, []
        if wish.sensitivity is Sensitivity.INTIMATE and known.sensitivity is not Sensitivity.INTIMATE:
            self._workspace.assets.make_intimate(asset)
            remarks.append("it is intimate from now on")
        elif wish.sensitivity is not known.sensitivity:
            remarks.append(f"it stays {known.sensitivity}")
        if wish.protection is not known.protection:
            remarks.append(f"its protection stays {known.protection}: to change it, withdraw it and add it again")
        return Duplicate(label=label, asset=asset, remark="; ".join(remarks))

    def _take(self, item: MediaItem, media: FingerprintedMedia) -> Iterator[Duplicate | Skipped]:
        """Prepare what is written of one picture."""
        digest = bytes.fromhex(media.sha256)
        twin = next((r for _, r, _ in self._pending if r.digest == digest), None)
        known = twin.asset.id if twin else self._registered(digest)
        if known:
            yield Duplicate(label=item.label, asset=known) if twin else self._as_known(item.label, known)
            return
        asset = self._asset(os.path.basename(item.label), media.kind)
        described: tuple[PackedDescriptor, ...] = ()
        if self._describing and media.kind is MediaKind.IMAGE:
            described = self._describing.describe_asset(asset, item, self._pool.content(), media.sha256)
        if self._wish.protection is AssetProtection.VAULT and not keep_original(
            self._workspace, asset.id, item, digest
        ):
            changed = Unreadable(reason=UnreadableReason.CHANGED)
            yield Skipped(label=item.label, role=Role.ASSET, outcome=changed)
            return
        detailed = None
        if self._wish.protection is not AssetProtection.HASH_ONLY:
            detailed = seal_places(self._workspace.keyring.make_item_key(asset.id), media.places, described)
        whole = tuple(f for f in media.fingerprints if f.region is None)[:1]
        is_plain = media.kind is MediaKind.IMAGE and (not whole or whole[0].quality < self._settings.detect.quality_min)
        registration = Registration(asset=asset, digest=digest, fingerprints=whole, detailed_sealed=detailed)
        if not self._pending:
            self._pending_since_s = clock.monotonic_s()
        self._pending.append((item.label, registration, is_plain))
        self._count += 1

    def _asset(self, label: str, kind: MediaKind) -> Asset:
        """Make the asset of one file."""
        now, me = clock.utc_now(), self._workspace.me
        if self._ground is None:
            written = self._wish.owner.ground
            is_same = self._right == written.right
            self._ground = written if is_same else self._workspace.owners.state_right(self._right, me.id, now)
        return Asset(
            id=AssetId(new_id(IdKind.ASSET)),
            owner=self._wish.owner.id,
            kind=kind,
            state=AssetState.ACTIVE,
            sensitivity=self._wish.sensitivity,
            protection=self._wish.protection,
            ground=self._ground,
            ground_accepted_by=None,
            registered_by=me.id,
            registered_at=now,
            label=label,
        )

    def _write(self) -> Iterator[Registered | Duplicate]:
        """Write what is prepared."""
        pending, self._pending = self._pending, []
        if not pending:
            return
        workspace, registrations = self._workspace, [registration for _, registration, _ in pending]
        most = UNVALIDATED_ASSETS_MAX if self._is_capped else None
        added = set(workspace.database.durably(lambda: workspace.assets.add(registrations, most=most)))
        for label, registration, is_plain in pending:
            asset = registration.asset.id
            # A commit whose answer was lost has written them under these very identifiers.
            known = asset if asset in added else self._registered(registration.digest)
            if known == asset:
                self._added += 1
                yield Registered(label=label, asset=asset, is_plain=is_plain)
                continue
            destroy_original(workspace, asset)
            if known is None:  # another command reached the owner's limit just now
                self.is_refused = True
            else:
                yield self._as_known(label, known)

    def _set_aside(self) -> Iterator[Duplicate | Skipped]:
        """Yield what did not go to the sandbox."""
        while self._aside:
            yield self._aside.pop(0)
        yield from self._intake.set_aside()


def file_digest(item: MediaItem) -> bytes | None:
    """Return the SHA-256 of a file's bytes, or None if it cannot be read: the sandbox then says why."""
    descriptor = open_item(item)
    if isinstance(descriptor, Unreadable):
        return None
    with os.fdopen(descriptor, "rb") as file:
        try:
            return hashlib.file_digest(file, "sha256").digest()
        except OSError:
            return None
