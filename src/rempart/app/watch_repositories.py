"""The repositories of a workspace that a watch works with."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Final

from rempart.app.sealing import KeyringItemSealer, KeyringSealer
from rempart.config import RetentionSettings
from rempart.keys import BlindDigest, Keyring
from rempart.store import (
    AlertRepository,
    Database,
    FrontierRepository,
    PlanRepository,
    ReferralRepository,
    SightingRepository,
    SourceRepository,
    ThreadRepository,
)

#: What is stopped has digests of its own: the same bytes elsewhere give others.
_STOPPED: Final = "stopped"


class WatchRepositories:
    """What a workspace knows of the places that it watches."""

    def __init__(self, workspace: str, database: Database, keyring: Keyring, keep: RetentionSettings) -> None:
        """Join what was opened."""
        sealer, watched = KeyringSealer(keyring), dt.timedelta(days=keep.watch_days)
        proof, seen = dt.timedelta(days=keep.events_days), dt.timedelta(days=keep.sightings_days)
        self.sources = SourceRepository(database, sealer, keep=watched, keep_ended=proof)
        self.frontier = FrontierRepository(database, sealer, keep=watched)
        self.threads = ThreadRepository(database, sealer, keep=watched)
        self.sightings = SightingRepository(database, sealer, KeyringItemSealer(keyring), keep=seen)
        digest = StoppedDigest(workspace, keyring)
        self.referrals = ReferralRepository(database, sealer, digest=digest, keep=proof)
        self.alerts = AlertRepository(database)
        self.plans = PlanRepository(database, sealer, keep=watched)


class StoppedDigest:
    """Digests of what is never asked for again, under the workspace's own key: no rotation changes them."""

    def __init__(self, workspace: str, keyring: Keyring) -> None:
        """Work for one workspace; its key is made when the first digest is."""
        self._workspace = workspace
        self._keyring = keyring

    def __call__(self, value: bytes) -> bytes:
        """Return 32 bytes."""
        return self._key.of(value, context=_STOPPED)

    @cached_property
    def _key(self) -> BlindDigest:
        self._keyring.make_item_key(self._workspace)
        return self._keyring.item_digest(self._workspace)
