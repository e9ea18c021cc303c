"""Which originals of the vault may a leak have been made from? Its fingerprints tell, without any original."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

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


def candidates_of(workspace: Workspace, leak: Cleared[MediaItem], settings: Settings) -> Candidates | Unreadable:
    """Fingerprint a leak, and compare it with what the vault holds.

    Raises:
        SandboxError: the sandbox cannot work.
    """
    shown = _vault(workspace)
    bank = Ensemble(radius_bits=settings.detect.radius_bits, quality_min=settings.detect.quality_min)
    for entry in with_places((e for e in workspace.bank.bank() if e.asset in shown), workspace.keyring):
        bank.add(entry.asset, entry)
    with make_pool(settings, workers=1) as pool:
        for item, outcome in pool.run([leak], suspect_options(bank, frames=1)):
            content = pool.content()
            if isinstance(outcome, Unreadable):
                return outcome
            if content is None or hashlib.sha256(content).hexdigest() != outcome.sha256:
                return Unreadable(reason=UnreadableReason.CHANGED)
            comparison = bank.compare(SuspectId(item.label), outcome)
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
