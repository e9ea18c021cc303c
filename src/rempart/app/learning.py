"""The optional learned clue at work: pictures described in a sandbox of their own, assets pointed to by a model.

Nothing here runs unless the settings pin a model. Nothing of a ``hash_only`` asset is ever described.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from rempart.app.visiting import visit
from rempart.app.wiring import make_learned_pool
from rempart.app.workspace import Workspace
from rempart.config import LearnedSettings, Settings
from rempart.detect import Comparison, VerifiedBy
from rempart.detect.descriptor import DescribedMedia, Descriptor
from rempart.detect.learned import DESCRIBED, LearnedBank, LearnedModel, pinned_model, task_options
from rempart.detect.learned_doubts import with_candidates
from rempart.errors import IntegrityError, RefusedError
from rempart.hazmat import Options
from rempart.model import AssetId, MediaItem, MinorGate, PackedDescriptor
from rempart.model.asset import Asset, AssetProtection, AssetState, BankEntry

logger = logging.getLogger(__name__)

#: Descriptors whose assets are read from the store at once.
_BATCH: Final = 1_000
#: Assets in whose company a contested one is noticed: more than are verified, or copies would hide it.
_COMPANY_MOST: Final = 32


def model_of(settings: Settings) -> LearnedModel | None:
    """Return the model that the settings pin, or None; its bytes are read and compared.

    Raises:
        ConfigError: it is not the one that was pinned, cannot be read, or what runs it is not installed.
    """
    return pinned_model(settings.learned.model_file, settings.learned.model_sha256)


def preparation_of(learned: LearnedSettings) -> str:
    """Name how a picture is prepared for a model: descriptors of two preparations are not comparable."""
    return f"mean {learned.mean}, std {learned.std}, side {learned.side_px}"


class Describing:
    """Has pictures described by a model, one at a time; no process is started before the first."""

    def __init__(self, model: LearnedModel, gate: MinorGate, settings: Settings, options: Options) -> None:
        """Prepare."""
        self._gate = gate
        self._options = options
        self._preparation = preparation_of(settings.learned)
        self._pool = make_learned_pool(settings, model)
        self.failed = 0
        """Pictures that the model could not describe."""

    @classmethod
    def of_assets(cls, model: LearnedModel, gate: MinorGate, settings: Settings) -> Describing:
        """Prepare to describe assets: their first frame, as it is."""
        return cls(model, gate, settings, _options(settings, frames=1, mirrored=False))

    @classmethod
    def of_suspects(cls, model: LearnedModel, gate: MinorGate, settings: Settings) -> Describing:
        """Prepare to describe suspects: several frames, each in a mirror too."""
        return cls(model, gate, settings, _options(settings, frames=settings.detect.suspect_frames, mirrored=True))

    def close(self) -> None:
        """End the sandbox."""
        self._pool.close()

    def describe_asset(
        self, asset: Asset, item: MediaItem, content: bytes | None, sha256: str
    ) -> tuple[PackedDescriptor, ...]:
        """Return what is sealed of an asset; nothing if the model cannot describe it, which is counted.

        Raises:
            RefusedError: nothing but a fingerprint is kept of this asset.
            SandboxError: the sandbox cannot work, or the file is no such model.
        """
        if asset.protection not in DESCRIBED:
            message = f"{asset.id} is {asset.protection}: a model that can recognise faces is never used on it"
            raise RefusedError(message)
        found = self.describe(item, content, sha256)[:1]
        return tuple(PackedDescriptor(preparation=self._preparation, data=d.packed()) for d in found)

    def describe(self, item: MediaItem, content: bytes | None, sha256: str) -> tuple[Descriptor, ...]:
        """Describe a picture; nothing if the model cannot, which is counted.

        Args:
            item: What the gate has let pass.
            content: Its encoded bytes; None if they are gone.
            sha256: What the first visit to the sandbox said of them: both describe the same bytes.

        Raises:
            SandboxError: the sandbox cannot work, or the file is no such model.
        """
        if content is not None:
            outcome = visit(self._pool, self._gate, item, content, self._options)
            if isinstance(outcome, DescribedMedia) and outcome.sha256 == sha256:
                return outcome.descriptors
            logger.info("a picture was not described: %s", getattr(outcome, "reason", "other bytes"))
        self.failed += 1
        return ()


class LearnedClues:
    """What a model says of a workspace's assets, in memory for one scan, and of the suspects of that scan."""

    def __init__(self, model: LearnedModel, gate: MinorGate, settings: Settings, workspace: Workspace) -> None:
        """Know no asset yet."""
        self.model = model
        self._workspace = workspace
        self._preparation = preparation_of(settings.learned)
        self._bank = LearnedBank(model, similarity_min=settings.learned.similarity_min_percent / 100)
        self._describing = Describing.of_suspects(model, gate, settings)
        self._verified_by: dict[AssetId, VerifiedBy] = {}
        self._contested: set[AssetId] = set()
        self._waiting: list[tuple[AssetId, Descriptor]] = []
        self.ignored = 0
        """Descriptors of another model, or of this one under another preparation: never compared."""

    def __len__(self) -> int:
        """Return how many descriptors are compared."""
        return len(self._bank)

    @property
    def how(self) -> list[str | int]:
        """Return what a scan depends on: one that goes on has the same."""
        return [self.model.file.sha256, self._preparation, round(100 * self._bank.similarity_min)]

    @property
    def failed(self) -> int:
        """Return how many suspects the model could not describe."""
        return self._describing.failed

    def close(self) -> None:
        """End the sandbox."""
        self._describing.close()

    def add(self, entry: BankEntry) -> None:
        """Learn an asset from what was sealed of it; :meth:`finish` follows the last one."""
        for packed in entry.described:
            try:
                descriptor = Descriptor.unpacked(packed.data)
            except IntegrityError:  # it opened, so it was not changed: another format, of a version to come
                self.ignored += 1
                continue
            if descriptor.model == self.model.file.sha256 and packed.preparation == self._preparation:
                self._waiting.append((entry.asset, descriptor))
            else:
                self.ignored += 1
        if len(self._waiting) >= _BATCH:
            self.finish()

    def finish(self) -> None:
        """Learn what waits, as the store knows it now: what was withdrawn meanwhile is left out."""
        waiting, self._waiting = self._waiting, []
        ids = {asset for asset, _ in waiting}
        assets = self._workspace.database.durably(lambda: self._workspace.assets.by_ids(ids, labels=False))
        for asset_id, descriptor in waiting:
            asset = assets.get(asset_id)
            if asset is None or asset.state is AssetState.WITHDRAWN or asset.protection not in DESCRIBED:
                continue
            self._bank.add(asset, descriptor)
            if asset.state is AssetState.CONTESTED:
                self._contested.add(asset_id)
            is_vault = asset.protection is AssetProtection.VAULT
            self._verified_by[asset_id] = VerifiedBy.PICTURE if is_vault else VerifiedBy.TILES

    def pointed_out(
        self, comparison: Comparison, item: MediaItem, sha256: str, content: Callable[[], bytes | None]
    ) -> Comparison:
        """Add what the model finds like a suspect to what other clues say of it; nothing is decided by it.

        A contested asset is not opened, so that it cannot be verified and seal its twins as by other clues. Where the
        model points to one, it therefore raises no doubt at all: a twin would tell where the picture is.

        Args:
            comparison: What other clues say.
            item: The suspect, which the gate has let pass.
            sha256: Of its bytes.
            content: Gives its encoded bytes, or None if they are gone.
        """
        if not len(self._bank):
            return comparison
        candidates = self._bank.search(self._describing.describe(item, content(), sha256), most=_COMPANY_MOST)
        is_open = self._contested.isdisjoint(c.asset for c in candidates)
        return with_candidates(comparison, candidates, self._verified_by if is_open else {})


def _options(settings: Settings, *, frames: int, mirrored: bool) -> Options:
    learned = settings.learned
    return task_options(mean=learned.mean, std=learned.std, side_px=learned.side_px, frames=frames, mirrored=mirrored)
