"""Which originals of the vault may a leak have been made from? Its fingerprints tell, without any original."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from rempart.app.detailed import with_places
from rempart.app.wiring import make_pool
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.detect import Ensemble, suspect_options
from rempart.errors import MisuseError
from rempart.hazmat.items import open_item, why_unreadable
from rempart.mark.video_packing import VIDEO_BYTES_MOST
from rempart.model import AssetId, Cleared, MediaItem, MediaKind, SuspectId, Unreadable, UnreadableReason
from rempart.model.asset import AssetProtection, AssetState
from rempart.register import visible_among

#: Originals that one leak is compared with: each takes a second or two.
CANDIDATES_MOST: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """What is known of a leak once its fingerprints were compared."""

    content: bytes
    """Its bytes, as they were fingerprinted."""
    sha256: str
    """Their digest, 64 hexadecimal digits."""
    assets: tuple[AssetId, ...]
    """Assets of the vault that it may show, the most likely first."""


class CandidateSearch:
    """What the vault holds, and a sandbox that fingerprints leaks, for as many leaks as are asked."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        """Load the fingerprints of the vault.

        Raises:
            ConfigError: the settings or the machine do not allow a sandbox.
        """
        shown = _vault(workspace, MediaKind.IMAGE)
        self._bank = Ensemble(radius_bits=settings.detect.radius_bits, quality_min=settings.detect.quality_min)
        for entry in with_places((e for e in workspace.bank.bank() if e.asset in shown), workspace.keyring):
            self._bank.add(entry.asset, entry)
        self._pool = make_pool(settings, workers=1)

    def __enter__(self) -> Self:
        """Return the search."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the sandbox."""
        self._pool.close()

    def of(self, leak: Cleared[MediaItem]) -> Candidates | Unreadable:
        """Fingerprint a leak, and compare it with what the vault holds.

        Raises:
            SandboxError: the sandbox cannot work.
        """
        for item, outcome in self._pool.run([leak], suspect_options(self._bank, frames=1)):
            content = self._pool.content()
            if isinstance(outcome, Unreadable):
                return outcome
            if content is None or hashlib.sha256(content).hexdigest() != outcome.sha256:
                return Unreadable(reason=UnreadableReason.CHANGED)
            comparison = self._bank.compare(SuspectId(item.label), outcome)
            likely = [m.asset for m in comparison.matches] + [d.asset for d in comparison.doubts]
            assets = tuple(dict.fromkeys(likely))[:CANDIDATES_MOST]
            return Candidates(content=content, sha256=outcome.sha256, assets=assets)
        return Unreadable(reason=UnreadableReason.IO)


def video_candidates_of(
    workspace: Workspace, leak: Cleared[MediaItem], wanted: AssetId | None
) -> Candidates | Unreadable:
    """Read a leaked video as it is, undecoded; it may show any video of the vault, which has no fingerprint.

    Raises:
        MisuseError: the vault has so many that the original must be named.
    """
    assets = [wanted] if wanted else sorted(_vault(workspace, MediaKind.VIDEO))
    if len(assets) > CANDIDATES_MOST:
        message = f"the vault holds {len(assets)} videos, and a leak is compared with {CANDIDATES_MOST} at most"
        raise MisuseError(message, advice="Name the original: --asset")
    content = _content(leak.item)
    if isinstance(content, Unreadable):
        return content
    return Candidates(content=content, sha256=hashlib.sha256(content).hexdigest(), assets=tuple(assets))


def _content(item: MediaItem) -> bytes | Unreadable:
    """Read a file, no larger than a video may be."""
    descriptor = open_item(item)
    if isinstance(descriptor, Unreadable):
        return descriptor
    with os.fdopen(descriptor, "rb") as file:
        try:
            content = file.read(VIDEO_BYTES_MOST + 1)
        except OSError as error:
            return why_unreadable(error)
    if len(content) > VIDEO_BYTES_MOST:
        return Unreadable(reason=UnreadableReason.TOO_MANY_BYTES, detail=f"> {VIDEO_BYTES_MOST}")
    return content


def _vault(workspace: Workspace, kind: MediaKind) -> set[AssetId]:
    """Return the assets of a kind of which originals are kept, and hits may be shown."""
    kept = [
        asset
        for asset in workspace.assets.all(labels=False)
        if (asset.protection, asset.state, asset.kind) == (AssetProtection.VAULT, AssetState.ACTIVE, kind)
    ]
    is_shared = workspace.is_shared
    return {asset.id for asset in kept if visible_among([asset], is_shared=is_shared)}
