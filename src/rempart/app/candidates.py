"""Which originals of the vault may a leak have been made from? Its fingerprints tell, without any original."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from rempart.app.detailed import with_places
from rempart.app.wiring import make_pool
from rempart.app.workspace import Workspace
from rempart.config import Settings
from rempart.detect import Ensemble, suspect_options
from rempart.model import AssetId, Cleared, MediaItem, SuspectId, Unreadable, UnreadableReason
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
        shown = _vault(workspace)
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


def _vault(workspace: Workspace) -> set[AssetId]:
    """Return the assets of which originals are kept, and hits may be shown."""
    kept = [
        asset
        for asset in workspace.assets.all(labels=False)
        if asset.protection is AssetProtection.VAULT and asset.state is AssetState.ACTIVE
    ]
    is_shared = workspace.is_shared
    return {asset.id for asset in kept if visible_among([asset], is_shared=is_shared)}
