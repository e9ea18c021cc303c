"""Fill a database with rows of every kind, each born when a test says."""

from __future__ import annotations

import datetime as dt
import hashlib
from unittest import mock

from fakes import FakeSealer
from rempart.model.asset import (
    Asset,
    AssetProtection,
    AssetState,
    ConsentScope,
    Depicts,
    Ground,
    GroundKind,
    Owner,
    Registration,
    Right,
    Sensitivity,
    User,
    UserRole,
)
from rempart.model.finding import Aside, Finding
from rempart.model.fingerprint import Fingerprint, SignalType
from rempart.model.ids import AssetId, IdKind, ScanId, SuspectId, new_id
from rempart.model.match import Clue, ClueKind, Match
from rempart.model.media import MediaKind
from rempart.store import (
    AssetRepository,
    ConsentRepository,
    Database,
    FindingRepository,
    OwnerRepository,
    UserRepository,
)
from seeds import ADDRESS, FILE_NAME, NAME

RIGHT = Right(depicts=Depicts.SELF, ground=GroundKind.OWN_WORK, adults_when_taken=True)


class Filled:
    """A database with one user and one owner, to which tests add what is to end."""

    def __init__(self, database: Database, now: dt.datetime) -> None:
        """Add the user and the owner."""
        self.database, self.sealer = database, FakeSealer()
        self.user: User = UserRepository(database, self.sealer).add("oscar", UserRole.ADMIN, now)
        self.owner: Owner = self.add_owner(NAME, now)

    def add_owner(self, name: str, now: dt.datetime) -> Owner:
        """Add one more owner."""
        owners = OwnerRepository(self.database, self.sealer)
        return owners.add(name, contact="", right=RIGHT, by=self.user.id, now=now)

    def state_right(self, now: dt.datetime) -> Ground:
        """Write a right of its own."""
        return OwnerRepository(self.database, self.sealer).state_right(RIGHT, self.user.id, now)

    def add_asset(self, now: dt.datetime, owner: Owner | None = None, ground: Ground | None = None) -> AssetId:
        """Register a picture."""
        asset = AssetId(new_id(IdKind.ASSET))
        hers = owner or self.owner
        made = Asset(
            id=asset,
            owner=hers.id,
            kind=MediaKind.IMAGE,
            state=AssetState.ACTIVE,
            sensitivity=Sensitivity.INTIMATE,
            protection=AssetProtection.HASH_ONLY,
            ground=ground or hers.ground,
            ground_accepted_by=None,
            registered_by=self.user.id,
            registered_at=now,
            label=FILE_NAME,
        )
        code = Fingerprint(signal_type=SignalType.PDQ, version="1", bits=bytes(32), quality=100)
        digest = hashlib.sha256(asset.encode()).digest()
        AssetRepository(self.database, self.sealer).add([Registration(asset=made, digest=digest, fingerprints=(code,))])
        return asset

    def withdraw(self, asset: AssetId, now: dt.datetime) -> None:
        """Take a picture back, proved gone at once."""
        assets = AssetRepository(self.database, self.sealer)
        assets.withdraw([asset], now)
        assets.note_erased(assets.awaiting(), now)

    def allow(self, now: dt.datetime, asset: AssetId | None = None, owner: Owner | None = None) -> str:
        """Give a consent."""
        consents = ConsentRepository(self.database)
        hers = (owner or self.owner).id
        given = consents.grant(
            ConsentScope.DETAILED, owner=hers, asset=asset, text_version="1", text="x", by=self.user.id, now=now
        )
        return given.id

    def scan(self, asset: AssetId, now: dt.datetime, *, days: int = 30, asides: int = 3) -> ScanId:
        """Scan a pile in which one thing matched and some were set aside."""
        findings = FindingRepository(self.database, self.sealer)
        keep = dt.timedelta(days=days)
        scan = findings.begin("/home/x", by=self.user.id, now=now, keep=keep).id
        match = Match(
            asset=asset, suspect=SuspectId(ADDRESS), clues=(_CLUE,), score=1.0, false_match_bound=None,
            region=None, width=1, height=1,
        )  # fmt: skip
        with mock.patch("rempart.store.matches.still_allowed", lambda _, assets: set(assets)):
            self._record(findings, scan, match, asides, now, keep)
        return scan

    def _record(
        self, findings: FindingRepository, scan: ScanId, match: Match, asides: int, now: dt.datetime, keep: dt.timedelta
    ) -> None:
        findings.record(
            scan,
            findings=[Finding(number=0, matches=(match,))],
            asides=[Aside(number=n + 1, record=FILE_NAME) for n in range(asides)],
            place=(1,),
            tally={"items": asides + 1},
            now=now,
            keep=keep,
        )


_CLUE = Clue(
    kind=ClueKind.WHOLE_FRAME,
    signal_type=SignalType.PDQ,
    distance_bits=3,
    weight=1.0,
)
