"""A workspace with assets in it, for tests of the store: random bits with a seed, nobody's picture."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from fakes import FakeSealer
from rempart.model.asset import (
    Asset,
    AssetProtection,
    AssetState,
    ConsentScope,
    Depicts,
    GroundKind,
    Owner,
    Registration,
    Right,
    Sensitivity,
    User,
    UserRole,
)
from rempart.model.finding import Finding
from rempart.model.fingerprint import Fingerprint, SignalType
from rempart.model.ids import AssetId, IdKind, SuspectId
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

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
MONTH = dt.timedelta(days=30)
RIGHT = Right(depicts=Depicts.SELF, ground=GroundKind.OWN_WORK, adults_when_taken=True)


@dataclass
class Registered:
    """Repositories of one database, a user and an owner."""

    database: Database
    sealer: FakeSealer = field(default_factory=FakeSealer)
    seed: int = 1

    def __post_init__(self) -> None:
        """Add a user and an owner."""
        self.random = random.Random(self.seed)  # noqa: S311 - bits of a test, with a seed
        self.users = UserRepository(self.database, self.sealer)
        self.owners = OwnerRepository(self.database, self.sealer)
        self.assets = AssetRepository(self.database, self.sealer)
        self.consents = ConsentRepository(self.database)
        self.findings = FindingRepository(self.database, self.sealer)
        self.user: User = self.users.add("oscar", UserRole.ADMIN, NOW)
        self.owner: Owner = self.add_owner("nadia")

    def add_owner(self, name: str) -> Owner:
        """Add an owner."""
        return self.owners.add(name, contact=f"{name}@example.org", right=RIGHT, by=self.user.id, now=NOW)

    def registration(
        self, *, owner: Owner | None = None, label: str = "x.jpg", detail: bytes | None = None
    ) -> Registration:
        """Make the registration of one picture."""
        owner = owner or self.owner
        if detail is not None:
            self.allow(ConsentScope.DETAILED, owner=owner)
        asset = Asset(
            id=AssetId(f"{IdKind.ASSET}_{self.random.randbytes(16).hex()}"),
            owner=owner.id,
            kind=MediaKind.IMAGE,
            state=AssetState.ACTIVE,
            sensitivity=Sensitivity.INTIMATE,
            protection=AssetProtection.DETAILED if detail else AssetProtection.HASH_ONLY,
            ground=owner.ground,
            ground_accepted_by=None,
            registered_by=self.user.id,
            registered_at=NOW,
            label=label,
        )
        code = Fingerprint(signal_type=SignalType.PDQ, version="1", bits=self.random.randbytes(32), quality=90)
        return Registration(asset=asset, digest=self.random.randbytes(32), fingerprints=(code,), detailed_sealed=detail)

    def registrations(self, count: int, owner: Owner | None = None) -> list[Registration]:
        """Make the registrations of some pictures."""
        return [self.registration(owner=owner, label=f"picture {number}.jpg") for number in range(count)]

    def add(self, count: int, owner: Owner | None = None) -> list[AssetId]:
        """Register some pictures."""
        return self.assets.add(self.registrations(count, owner))

    def allow(
        self, scope: ConsentScope = ConsentScope.MATCH, asset: AssetId | None = None, owner: Owner | None = None
    ) -> None:
        """Let an owner allow something."""
        self.consents.grant(
            scope,
            owner=(owner or self.owner).id,
            asset=asset,
            text_version="match/1/fr",
            text="…",
            by=self.user.id,
            now=NOW,
        )

    def found(self, number: int, assets: Sequence[AssetId], place: str = "pile/x.jpg") -> Finding:
        """Make a finding of some assets in one suspect; their owners allow it."""
        for owner in {a.owner for a in self.assets.by_ids(assets).values()}:
            self.allow(owner=self.owners.get(owner))
        clue = Clue(kind=ClueKind.WHOLE_FRAME, signal_type=SignalType.PDQ, distance_bits=3, weight=0.9)
        return Finding(
            number=number,
            matches=tuple(
                Match(
                    asset=asset,
                    suspect=SuspectId(place),
                    clues=(clue,),
                    score=0.9,
                    false_match_bound=None,
                    region=((0, 0), (99, 0), (99, 79), (0, 79)),
                    width=100,
                    height=80,
                )
                for asset in assets
            ),
        )
