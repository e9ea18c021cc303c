"""The repositories of a workspace that a watch works with."""

from __future__ import annotations

import datetime as dt

from rempart.app.sealing import KeyringSealer
from rempart.config import RetentionSettings
from rempart.keys import Keyring
from rempart.store import Database, FrontierRepository, SourceRepository, ThreadRepository


class WatchRepositories:
    """What a workspace knows of the places that it watches."""

    def __init__(self, database: Database, keyring: Keyring, keep: RetentionSettings) -> None:
        """Join what was opened."""
        sealer, watched = KeyringSealer(keyring), dt.timedelta(days=keep.watch_days)
        self.sources = SourceRepository(database, sealer, keep=watched)
        self.frontier = FrontierRepository(database, sealer, keep=watched)
        self.threads = ThreadRepository(database, sealer, keep=watched)
