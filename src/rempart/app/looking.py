"""A closer look at suspects that clues point to: the suspect and what is at hand of the assets, in the sandbox."""

from __future__ import annotations

import hashlib
import io
import logging
import os
import resource
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from rempart.app.learning import LearnedClues
from rempart.app.vault import open_original
from rempart.app.visiting import visit
from rempart.app.wiring import make_verifying_pool
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.detect import Comparison, Doubt, Matcher, Pair, Verdict, VerifiedBy, pack
from rempart.errors import IntegrityError, SandboxError
from rempart.hazmat import ProtectionState
from rempart.hazmat.items import open_item
from rempart.model import (
    AssetId,
    CodedPoints,
    FingerprintedMedia,
    MediaFile,
    MediaItem,
    MinorGate,
    Stopped,
    SuspectId,
    Unreadable,
)
from rempart.model.asset import AssetState

logger = logging.getLogger(__name__)

#: What an asset can be verified with: its encoded picture, or its parts; None if it is not at hand any more.
Material = Callable[[AssetId, VerifiedBy], bytes | CodedPoints | None]

#: One visit carries the suspect and this many assets at most, all of them within the limit for one item each.
PAIRS_MOST: Final = 4
#: Assets that one suspect is compared with in visits; what its codes say of others stands as it is.
_LOOKED_AT_MOST: Final = 32


class Looking:
    """Compares suspects with a bank, and looks again at those that need it."""

    def __init__(
        self,
        matcher: Matcher,
        gate: MinorGate,
        settings: Settings,
        material: Material,
        learned: LearnedClues | None = None,
    ) -> None:
        """Prepare; no process is started before something needs a closer look.

        Args:
            matcher: What is looked for.
            gate: Asked again before each visit to the sandbox.
            settings: Limits of that sandbox.
            material: What assets are verified with.
            learned: A model that may point to assets too; None is no model.
        """
        self._matcher = matcher
        self._gate = gate
        self._most_bytes = settings.hazmat.max_bytes
        self._pool = make_verifying_pool(settings, pairs_most=PAIRS_MOST)
        self._material = material
        self._learned = learned
        self.failed = 0
        """Suspects that could not be looked at again: of these, what codes of the whole picture say is all."""
        # Encoded pictures are in this process for the time of a look: a crash must not write them to a disk.
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the sandbox."""
        self.close()

    def close(self) -> None:
        """End the sandbox."""
        self._pool.close()
        if self._learned is not None:
            self._learned.close()

    def compare(self, item: MediaItem, media: FingerprintedMedia, content: Callable[[], bytes | None]) -> Comparison:
        """Say which assets a suspect shows.

        Args:
            item: The suspect, which the gate has let pass.
            media: What the sandbox told of it.
            content: Gives its encoded bytes, if it must be looked at again; None if they are gone, and then what
                clues of the whole picture say is all there is.
        """
        suspect = SuspectId(item.label)
        comparison = self._matcher.compare(suspect, media)
        if self._learned is not None:
            comparison = self._learned.pointed_out(comparison, item, media.sha256, content)
        if not comparison.doubts:
            return comparison
        data = content()
        if data is None or hashlib.sha256(data).hexdigest() != media.sha256:
            data = None  # a file that changed meanwhile is another suspect
        verdicts = self._verdicts(item, comparison.doubts, data)
        self.failed += any(doubt.asset not in verdicts for doubt in comparison.doubts)
        return self._matcher.conclude(suspect, media, comparison, verdicts)

    def needs_look(self, item: MediaItem, media: FingerprintedMedia) -> bool:
        """Tell whether a suspect must be looked at again before anything is said of it."""
        is_described = self._learned is not None and len(self._learned) > 0
        return is_described or bool(self._matcher.compare(SuspectId(item.label), media).doubts)

    def missing(self) -> list[ProtectionState]:
        """Return what the sandbox ran without, if it was needed at all."""
        return self._pool.missing()

    def _verdicts(
        self, item: MediaItem, doubts: tuple[Doubt, ...], content: bytes | None
    ) -> Mapping[AssetId, Verdict | None]:
        """Have the doubts of one suspect verified, a few in each visit."""
        if content is None:
            return {}
        verdicts: dict[AssetId, Verdict | None] = {}
        for start in range(0, min(len(doubts), _LOOKED_AT_MOST), PAIRS_MOST):
            verdicts |= self._visit(item, doubts[start : start + PAIRS_MOST], content)
        return verdicts

    def _visit(self, item: MediaItem, doubts: tuple[Doubt, ...], content: bytes) -> Mapping[AssetId, Verdict | None]:
        """Have a few doubts verified at once."""
        pairs: dict[AssetId, Pair] = {}
        for doubt in doubts:
            asset = self._material(doubt.asset, doubt.by)
            if asset is not None and (isinstance(asset, CodedPoints) or len(asset) <= self._most_bytes):
                pairs[doubt.asset] = Pair(asset=asset, hypotheses=doubt.hypotheses)
        if not pairs:
            return {}
        try:
            outcome = visit(self._pool, self._gate, item, pack(content, list(pairs.values())), {})
        except SandboxError as error:  # what the scan itself needs of a sandbox is asked for by the scan
            logger.warning("a closer look is not possible: %s", error)
            return {}
        if isinstance(outcome, Unreadable | Stopped):
            # Not its detail, which a worker that holds originals could choose.
            logger.info("a closer look failed: %s", outcome.reason)
            return {}
        if len(outcome) != len(pairs):
            logger.info("a closer look answered for %d of %d assets", len(outcome), len(pairs))
            return {}
        return dict(zip(pairs, outcome, strict=True))


class FilesAtHand:
    """Assets that are files of this machine: read again if they are still what was learned."""

    def __init__(self) -> None:
        """Know none."""
        self._known: dict[AssetId, tuple[Path, str]] = {}

    def add(self, asset: AssetId, item: MediaItem, sha256: str) -> None:
        """Note where an asset is."""
        if isinstance(item, MediaFile):
            self._known[asset] = (item.path, sha256)

    def __call__(self, asset: AssetId, by: VerifiedBy) -> bytes | None:
        """Return the encoded picture of an asset; None if it is gone or was changed."""
        path, sha256 = self._known.get(asset, (None, ""))
        if path is None or by is not VerifiedBy.PICTURE:
            return None
        descriptor = open_item(MediaFile.named(path))
        if isinstance(descriptor, Unreadable):
            return None
        with os.fdopen(descriptor, "rb") as file:
            try:
                data = file.read()
            except OSError:
                return None
        return data if hashlib.sha256(data).hexdigest() == sha256 else None


class KeptAtHand:
    """Assets of a workspace: originals in its vault, parts that their own keys open."""

    def __init__(self, workspace: Workspace) -> None:
        """Know no parts yet."""
        self._workspace = workspace
        self._tiles: dict[AssetId, CodedPoints] = {}

    def add(self, asset: AssetId, tiles: CodedPoints) -> None:
        """Hold the parts of an asset, in memory, while a scan goes on."""
        self._tiles[asset] = tiles

    def __call__(self, asset: AssetId, by: VerifiedBy) -> bytes | CodedPoints | None:
        """Return what there is of an asset; None if it was withdrawn since."""
        found = self._workspace.database.durably(lambda: self._workspace.assets.by_ids({asset}))
        # What somebody shown in it objected to is not opened, whatever is still compared of it.
        if asset not in found or found[asset].state is not AssetState.ACTIVE:
            return None
        if by is VerifiedBy.TILES:
            return self._tiles.get(asset)
        out = io.BytesIO()
        try:
            open_original(self._workspace, asset, out)
        except (IntegrityError, OSError):
            logger.info("the original of %s cannot be opened", asset)
            return None
        return out.getvalue()
